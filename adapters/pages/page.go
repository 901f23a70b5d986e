package pages

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
)

// A page is one kind of page, with all that is special about it.
type page struct {
	path   string // below /b/, as net/http matches it: "not-me/{words}"; {words} are those of a signed link
	script string // the file of what runs on it; empty: nothing does. It works without.
	// look answers GET, and changes nothing: mail scanners open every link of a mail.
	look func(*visit) error
	// press answers POST, and ends with back or another redirect, so that reloading the page presses nothing. What the reader
	// must mend may be drawn at once. Nil: there is nothing to press.
	press func(*visit) error
}

// A visit is one request for a page. The error that look and press return is answered by the frame: actions.NotFound as a
// link that does not work, and so is actions.Invalid, for what was wrong in a form the page itself says; anything else as a
// failure.
type visit struct {
	*Pages
	page page
	w    http.ResponseWriter
	r    *http.Request
}

var errNoPage = errors.New("no such page")

// maxWords is how long the words of a link may be; ours are half as long.
const maxWords = 128

// words are those of the signed link; empty when nobody can have signed them.
func (v *visit) words() string {
	if words := v.r.PathValue("words"); len(words) <= maxWords {
		return words
	}
	return ""
}

// typed is what was entered in a field of the form.
func (v *visit) typed(field string) string { return v.r.PostForm.Get(field) }

// back shows the page again that the button was on.
func (v *visit) back() error { return v.turn(v.r.URL.Path) }

// turn leads to another of our pages, in the language that was chosen; more are alternating names and values.
func (v *visit) turn(path string, more ...string) error {
	http.Redirect(v.w, v.r, v.to(path, more...), http.StatusSeeOther)
	return nil
}

// to is the address of another of our pages, likewise.
func (v *visit) to(path string, more ...string) string {
	to, query := url.URL{Path: path}, url.Values{}
	if lang := chosen(v.r); lang != "" {
		query.Set("lang", lang)
	}
	for i := 0; i+1 < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	to.RawQuery = query.Encode()
	return to.String()
}

// draw writes the page. locale is that of whom it is for; empty: what his browser asks for.
func (v *visit) draw(locale string, fill func(*view)) error {
	return v.drawAs(http.StatusOK, locale, fill)
}

// drawAs writes it with another status.
func (v *visit) drawAs(code int, locale string, fill func(*view)) error {
	v.Pages.draw(v.w, v.r, code, locale, func(to *view) {
		to.Script = template.JS(scriptOf(v.page.script)) // #nosec G203 -- our own file
		fill(to)
	})
	return nil
}
