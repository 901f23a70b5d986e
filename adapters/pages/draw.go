package pages

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/flows/flow"
)

//go:embed *.html
var files embed.FS

//go:embed page.css
var pageCSS string

//go:embed *.js
var scripts embed.FS

// contentPolicy forbids everything but our one style and the page's own script, known by their hashes, and forms that lead
// here: no pictures, no frames, nothing from elsewhere.
func contentPolicy(script string) string {
	policy := "default-src 'none'; style-src '" + hashOf(pageCSS) + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	if script != "" {
		policy += "; script-src '" + hashOf(scriptOf(script)) + "'"
	}
	return policy
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// scriptOf is the text of a page's script; empty for none.
func scriptOf(name string) string {
	text, _ := scripts.ReadFile(name) // a name that is none is a page without
	return string(text)
}

// layout is what all pages have in common: its "main" does for most of them.
const layout = "page.html"

// layouts are the common layout, and one more for each file that defines a "main" of its own, by the file's name.
var layouts = sync.OnceValues(func() (map[string]*template.Template, error) {
	common, err := template.ParseFS(files, layout)
	if err != nil {
		return nil, err
	}
	all := map[string]*template.Template{layout: common}
	names, err := fs.Glob(files, "*.html")
	for _, name := range names {
		if err != nil {
			return nil, err
		}
		if name == layout {
			continue
		}
		var own *template.Template
		if own, err = common.Clone(); err == nil {
			all[name], err = own.ParseFS(files, name)
		}
	}
	return all, err
})

// A view is one page in the reader's language.
type view struct {
	words  Words
	reader flow.Reader
	layout string // the file whose "main" it has; empty: the common one

	Lang, Shop, SupportEmail string
	Style                    template.CSS
	Script                   template.JS
	Title, Body              string
	More                     []string
	Facts                    []fact
	Fields                   []field
	Button, After            string
	Danger                   bool   // what the button does is not easily undone
	Good                     bool   // it is done
	Support, Language        string // labels
	Languages                []language
	Data                     any // of a layout of its own: strings that are ready to be shown
}

// A field is one that is filled in before the button is pressed.
type field struct {
	Name     string
	Type     string // as in HTML: text, email, password
	Mode     string // which keyboard suits it, as inputmode says; empty: as its Type says
	Complete string // what a browser may fill in, as autocomplete says; empty: nothing
	Label    string
	Hint     string
	Value    string
	Problem  string // why what was typed does not do
}

type fact struct{ Label, Value string }

type language struct {
	Code, Name string
	Link       string
	Here       bool
}

func (v *view) text(key string, args ...any) string {
	return v.words.Text(flow.T(key, args...), v.reader)
}

// say takes title and body of a part of the words.
func (v *view) say(key string) { v.Title, v.Body = v.text(key+".title"), v.text(key+".body") }

func (v *view) fact(name string, value any) {
	text := v.words.Text(flow.T("page.value", "value", value), v.reader)
	if text != "" {
		v.Facts = append(v.Facts, fact{v.text("page.fact." + name), text})
	}
}

// draw writes a page. locale is that of whom the page is for; empty: what his browser asks for.
func (p *Pages) draw(w http.ResponseWriter, r *http.Request, code int, locale string, fill func(*view)) {
	if lang := chosen(r); lang != "" {
		locale = lang
	}
	if locale == "" {
		first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
		tag, _, _ := strings.Cut(first, ";")
		locale = format.Match(strings.TrimSpace(tag))
	}
	if locale == "" {
		locale = p.Locale
	}
	v := &view{words: p.Words, reader: flow.Reader{Locale: locale, Timezone: "UTC"}, Lang: locale, Shop: p.Shop, Style: template.CSS(pageCSS)} // #nosec G203 -- our own file
	v.Support, v.Language = v.text("page.support"), v.text("page.language")
	for _, code := range format.Locales() {
		to := url.URL{Path: r.URL.Path, RawQuery: url.Values{"lang": {code}}.Encode()}
		v.Languages = append(v.Languages, language{Code: code, Name: v.text("console.lang." + code), Link: to.String(), Here: code == locale})
	}
	fill(v)
	out, err := v.render()
	if err != nil {
		p.Log.Error("page cannot be drawn", "err", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", locale)
	w.WriteHeader(code)
	_, _ = w.Write(out) // the browser has gone if it fails
}

// render makes the HTML of a page.
func (v *view) render() ([]byte, error) {
	all, err := layouts()
	if err != nil {
		return nil, err
	}
	page, ok := all[cmp.Or(v.layout, layout)]
	if !ok {
		return nil, fmt.Errorf("there is no layout %s", v.layout)
	}
	var out bytes.Buffer
	err = page.ExecuteTemplate(&out, layout, v)
	return out.Bytes(), err
}

// notice draws a page that is about no purchase. id is what the log knows a failure by.
func (p *Pages) notice(w http.ResponseWriter, r *http.Request, code int, what, id string) {
	p.draw(w, r, code, "", func(v *view) {
		v.say("page." + what)
		if id != "" {
			v.More = append(v.More, v.text("page.quote", "id", id))
		}
	})
}

// chosen is the language that the reader has switched to.
func chosen(r *http.Request) string {
	lang := r.URL.Query().Get("lang")
	for _, code := range format.Locales() {
		if lang == code {
			return code
		}
	}
	return ""
}
