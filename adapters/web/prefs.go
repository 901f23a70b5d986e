package web

import (
	"net/http"
	"slices"

	"github.com/aftersale/aftersale/actions/format"
)

// Cookies that keep how somebody likes the page. They hold nothing about anybody.
const (
	cookieLang  = "console_lang"
	cookieTheme = "console_theme"
	cookieTour  = "console_tour"
)

// preferences are the values that each may have; the first is what a page without the cookie has.
var preferences = map[string]struct {
	cookie string
	values []string
}{
	"lang":  {cookieLang, append([]string{""}, format.Locales()...)},
	"theme": {cookieTheme, []string{"", "light", "dark"}},
	"tour":  {cookieTour, []string{"on", "off"}},
}

// choose keeps a preference that stands in the address and reports whether there was one; the page is then opened again
// without it. It works without JavaScript and changes nothing but the look.
func choose(w http.ResponseWriter, r *http.Request) bool {
	chosen := false
	for name, p := range preferences {
		value := r.URL.Query().Get(name)
		if value == "" || !slices.Contains(p.values, value) {
			continue
		}
		http.SetCookie(w, &http.Cookie{Name: p.cookie, Value: value, Path: "/c/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode}) // #nosec G124 -- the look alone; the page's script changes it too
		chosen = true
	}
	return chosen
}

// preferred reads a preference.
func preferred(r *http.Request, name string) string {
	p := preferences[name]
	if c, err := r.Cookie(p.cookie); err == nil && slices.Contains(p.values, c.Value) {
		return c.Value
	}
	return p.values[0]
}
