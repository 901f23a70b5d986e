package locales

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/flows/flow"
)

func catalogs(t *testing.T) map[string]*catalog {
	t.Helper()
	all := map[string]*catalog{}
	for _, locale := range format.Locales() {
		c, err := load(locale)
		if err != nil {
			t.Fatal(err)
		}
		all[locale] = c
	}
	return all
}

// Every language has the same keys, and each message speaks of the same values and counts the same one.
func TestLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	all := catalogs(t)
	model := all[format.PortugueseBrazil]
	if len(model.messages) < 400 {
		t.Fatalf("only %d messages were read", len(model.messages))
	}
	for _, locale := range format.Locales() {
		if diff := cmp.Diff(Keys(format.PortugueseBrazil), Keys(locale)); diff != "" {
			t.Errorf("keys (-pt-BR +%s):\n%s", locale, diff)
		}
		for key, m := range all[locale].messages {
			w := model.messages[key]
			if diff := cmp.Diff(w.args, m.args); diff != "" {
				t.Errorf("%s: values of %s (-pt-BR +%s):\n%s", locale, key, locale, diff)
			}
			if w.plural != m.plural || (w.forms["other"] == "") != (m.forms["other"] == "") {
				t.Errorf("%s: %s is built otherwise than in pt-BR", locale, key)
			}
		}
	}
}

// A message with plural forms has those of its language, speaks of what it counts, and writes each count.
func TestPluralsAreComplete(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	counted := 0
	for locale, c := range catalogs(t) {
		for key, m := range c.messages {
			if m.plural == "" {
				continue
			}
			counted++
			if forms := slices.Sorted(maps.Keys(m.forms)); !slices.Equal(forms, []string{"many", "one", "other"}) { // CLDR: pt, es; en has no many
				t.Errorf("%s: %s has the forms %v", locale, key, forms)
			}
			for _, n := range []int{0, 1, 2, 5, 21, 1000, 1000000} {
				args := map[string]any{}
				for _, a := range m.args {
					args[a] = "x"
				}
				args[m.plural] = n
				text := words.Text(flow.Text{Key: key, Args: args}, flow.Reader{Locale: locale})
				if strings.Contains(text, "[") || slices.Contains(m.args, m.plural) && n > 1 && !strings.Contains(text, format.Number(locale, int64(n))) {
					t.Errorf("%s: %s with %d: %q", locale, key, n, text)
				}
			}
		}
	}
	if counted == 0 {
		t.Error("no message has plural forms")
	}
	for key, n := range words.Missing() {
		t.Errorf("no words for %s (%d times)", key, n)
	}
}

// Texts are as they are meant to be read: no blanks at their ends, no doubled ones, sentences that end.
func TestTextsAreClean(t *testing.T) {
	t.Parallel()
	for locale, c := range catalogs(t) {
		for key, m := range c.messages {
			for form, text := range m.forms {
				if text != strings.TrimSpace(text) || strings.Contains(text, "  ") || strings.ContainsAny(text, "\n\t\u00a0") || !utf8.ValidString(text) {
					t.Errorf("%s: %s (%s) has stray blanks: %q", locale, key, form, text)
				}
				family, _, _ := strings.Cut(key, ".")
				sentence := family == "error" || family == "verdict" || family == "money" || strings.HasSuffix(key, ".body") || strings.HasSuffix(key, ".help")
				if slices.Contains([]string{"button.help", "command.help", "about.help", "start.team.help", "start.buyer.help"}, key) {
					sentence = false
				}
				if sentence && text != "" && !strings.ContainsAny(text[len(text)-1:], ".}") {
					t.Errorf("%s: %s is no sentence: %q", locale, key, text)
				}
			}
		}
	}
}

// What stands on buttons and labels fits the narrowest platform: buttons 34 characters (advice for all three), labels
// of a modal's fields 45, their hints 100 (Discord), the console's tabs 14.
func TestLabelsFit(t *testing.T) {
	t.Parallel()
	for locale, c := range catalogs(t) {
		for key, m := range c.messages {
			limit := 0
			switch {
			case strings.HasPrefix(key, "button."), key == "proposal.approve", key == "proposal.deny", key == "proposal.open",
				strings.HasPrefix(key, "start.team.") && key != "start.team.title", strings.HasPrefix(key, "start.buyer.") && key != "start.buyer.title":
				limit = 34
			case strings.HasPrefix(key, "card."):
				limit = 30
			case strings.HasSuffix(key, ".hint") && !strings.HasPrefix(key, "verdict."):
				limit = 100
			case slices.Contains([]string{"console.team", "console.creator", "console.buyer", "console.office", "console.mailbox", "console.audit"}, key):
				limit = 13
			case key == "console.app":
				limit = 4
			}
			for _, text := range m.forms {
				if n := utf8.RuneCountInString(text); limit > 0 && n > limit {
					t.Errorf("%s: %s has %d characters, limit %d: %q", locale, key, n, limit, text)
				}
			}
		}
	}
}

// Every value of our own types has a word.
func TestWordsOfTypes(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	values := []any{
		actions.Started, actions.WaitingPayment, actions.Processing, actions.Failed, actions.Expired, actions.Overdue, actions.Approved,
		actions.Complete, actions.Disputed, actions.PartlyRefunded, actions.Refunded, actions.Chargeback, actions.UnknownStatus,
		actions.SubscriptionStarted, actions.SubscriptionActive, actions.SubscriptionInactive, actions.SubscriptionLate,
		actions.SubscriptionEnded, actions.SubscriptionCancelled, actions.SubscriptionUnknown,
		actions.Card, actions.Pix, actions.Boleto, actions.PayPal, actions.Wallet, actions.Transfer, actions.DirectDebit, actions.OtherPayment,
		actions.BuyerRole, actions.Agent, actions.Manager, actions.Producer, actions.Admin, actions.System,
		actions.OutcomeDone, actions.OutcomeRequested, actions.OutcomeNeedsBuyer, actions.OutcomeAssisted, actions.OutcomeRefused, actions.OutcomeUnknown,
		true, false,
	}
	for _, r := range slices.Concat(actions.RefundReasons, actions.EmailReasons) {
		values = append(values, r)
	}
	for _, locale := range format.Locales() {
		for _, v := range values {
			if text := words.value(v, flow.Reader{Locale: locale}); text == "" || strings.HasPrefix(text, "[") {
				t.Errorf("%s: %T %v is written %q", locale, v, v, text)
			}
		}
	}
	for key := range words.Missing() {
		t.Errorf("no words for %s", key)
	}
}

// A file that cannot be used is refused when it is read, with the key.
func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ raw, want string }{
		"no YAML":             {"a: [", "words of en"},
		"a list":              {"a: {b: [x]}", "a.b"},
		"a number":            {"a: {b: 7}", "a.b"},
		"an empty text":       {"a: {b: ''}", "a.b"},
		"an unknown form":     {"a: {one: x, other: y, several: z}", "several"},
		"a form of no text":   {"a: {one: 1, other: y}", "one"},
		"code in a text":      {"a: '{{if .x}}y{{end}}'", "only {{.name}}"},
		"half a placeholder":  {"a: '{{.x}'", "only {{.name}}"},
		"a key written twice": {"a: {b.c: x, b: {c: y}}", "written twice"},
		"the same key twice":  {"a: x\na: y", "words of en"},
	} {
		if _, err := parse("en", []byte(c.raw)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	c, err := parse("en", []byte("a:\n  b.c: one\n  b.hint: ''\n  d: {e: two, other: three}\nf: {plural: n, one: '{{.n}} x', other: '{{.n}} xs'}"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(c.messages)), []string{"a.b.c", "a.b.hint", "a.d.e", "a.d.other", "f"}; !slices.Equal(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	if keys := Keys("es-419"); !slices.Contains(keys, "button.confirm") || !slices.IsSorted(keys) {
		t.Errorf("%d keys, sorted %v", len(keys), slices.IsSorted(keys))
	}
	if keys := Keys("fr"); keys != nil {
		t.Errorf("a language that is not there has %d keys", len(keys))
	}
}

func newWords(t *testing.T) *Words {
	t.Helper()
	words, err := New(format.PortugueseBrazil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return words
}
