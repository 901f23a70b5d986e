package locales

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/flows/flow"
)

// Words gives views the reader's language. It implements flow.Words and is safe for concurrent use.
type Words struct {
	account  string // language of the account: what a reader without a known one gets
	catalogs map[string]*catalog
	log      *slog.Logger

	mu      sync.Mutex
	missing map[string]int // "locale key" → how often it was wanted and not there
}

var _ flow.Words = (*Words)(nil)

// New reads the words of all languages. The account's locale is what readers get whose own is unknown; log hears,
// once each, of keys that lack words, and may be nil.
func New(account string, log *slog.Logger) (*Words, error) {
	w := &Words{account: format.Match(account), log: log, missing: map[string]int{}}
	if w.account == "" {
		w.account = format.English
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	var err error
	w.catalogs, err = loadAll()
	return w, err
}

// loadAll reads the files once: they are part of the program.
var loadAll = sync.OnceValues(func() (map[string]*catalog, error) {
	all := map[string]*catalog{}
	for _, locale := range format.Locales() {
		c, err := load(locale)
		if err != nil {
			return nil, err
		}
		all[locale] = c
	}
	return all, nil
})

// Locale is the language in which a reader with that hint is answered.
func (w *Words) Locale(hint string) string {
	if l := format.Match(hint); l != "" {
		return l
	}
	return w.account
}

// Has reports whether there are words for a key in the reader's language.
func (w *Words) Has(key, locale string) bool {
	_, ok := w.catalogs[w.Locale(locale)].messages[key]
	return ok
}

// Missing returns how often each "locale key" was wanted and not found. It is empty in a sound program.
func (w *Words) Missing() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make(map[string]int, len(w.missing))
	for k, n := range w.missing {
		out[k] = n
	}
	return out
}

// Text writes a message for a reader. A message that lacks the reader's language is written in the account's, then in
// English; one that lacks all of them shows its key in brackets, and a value that was not given shows as "…".
func (w *Words) Text(t flow.Text, r flow.Reader) string {
	switch t.Key {
	case "":
		return ""
	case flow.LiteralKey:
		return w.value(t.Args["text"], r)
	}
	r.Locale = w.Locale(r.Locale)
	for i, locale := range []string{r.Locale, w.account, format.English} {
		c := w.catalogs[locale]
		m, ok := c.messages[t.Key]
		if !ok {
			if i == 0 {
				w.miss(r.Locale, t.Key, nil)
			}
			continue
		}
		if m.forms["other"] == "" {
			return ""
		}
		r.Locale = locale // values in the language of the sentence around them
		if m.plural == "" {
			return w.fill(t, m.parts, r)
		}
		text, err := c.localizer.Localize(w.config(t, m, r))
		if err != nil {
			w.miss(locale, t.Key, err)
			break
		}
		return text
	}
	return "[" + t.Key + "]"
}

// fill writes a message with one form, which nearly all have: go-i18n would run a template, which takes eight times as long.
func (w *Words) fill(t flow.Text, parts []string, r flow.Reader) string {
	if len(parts) == 1 {
		return parts[0]
	}
	var text strings.Builder
	for i, part := range parts {
		if i%2 == 1 {
			part = w.argument(t, part, r)
		}
		text.WriteString(part)
	}
	return text.String()
}

// config prepares a message's values, all formatted, and the count that picks its plural form.
func (w *Words) config(t flow.Text, m message, r flow.Reader) *i18n.LocalizeConfig {
	data := make(map[string]string, len(m.args))
	for _, name := range m.args {
		data[name] = w.argument(t, name, r)
	}
	return &i18n.LocalizeConfig{MessageID: t.Key, TemplateData: data, PluralCount: count(t.Args[m.plural])}
}

// argument writes the value that a message speaks of.
func (w *Words) argument(t flow.Text, name string, r flow.Reader) string {
	v, given := argument(t.Args, name)
	if !given {
		w.miss(r.Locale, t.Key, fmt.Errorf("no value for %s", name))
		return "…"
	}
	return w.value(v, r)
}

// argument finds the value of a placeholder. "{{.date_time}}" is the argument "date" with its hour: which of the two a
// sentence needs is the sentence's business.
func argument(args map[string]any, name string) (any, bool) {
	if v, given := args[name]; given {
		return v, true
	}
	base, withHour := strings.CutSuffix(name, "_time")
	if at, ok := args[base].(time.Time); withHour && ok {
		return flow.Moment(at), true
	}
	return nil, false
}

// count returns the number that selects a plural form; nil, which selects "other", when v is none.
func count(v any) any {
	switch n := v.(type) {
	case int, int64:
		return n
	case float64: // a number that has been through JSON
		return int64(n)
	}
	return nil
}

func (w *Words) miss(locale, key string, err error) {
	w.mu.Lock()
	w.missing[locale+" "+key]++
	first := w.missing[locale+" "+key] == 1
	w.mu.Unlock()
	if first {
		w.log.Error("a message lacks words", "locale", locale, "key", key, "err", err)
	}
}
