package locales

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

var (
	marina = flow.PersonName("Marina da Silva Duarte")
	bread  = actions.Money{Minor: 29700, Currency: "BRL"}
	noon   = time.Date(2026, 3, 12, 15, 5, 0, 0, time.UTC)
)

func TestValues(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	private := flow.Reader{Locale: "pt-BR", Timezone: "America/Sao_Paulo"}
	room := private
	room.Shared = true
	for name, c := range map[string]struct {
		value any
		in    flow.Reader
		want  string
	}{
		"nothing":             {nil, private, ""},
		"money":               {bread, private, "R$ 297,00"},
		"day":                 {noon, private, "12 de mar. de 2026"},
		"moment":              {flow.Moment(noon), private, "12 de mar. de 2026, 12:05"},
		"no day":              {time.Time{}, private, ""},
		"number":              {12345, private, "12.345"},
		"e-mail":              {actions.Email("marina@example.com"), private, "marina@example.com"},
		"e-mail in a room":    {actions.Email("marina@example.com"), room, "m•••a@e•••e.com"},
		"note":                {"ligue para marina@example.com", private, "ligue para marina@example.com"},
		"note in a room":      {"(marina@example.com), CPF 529.982.247-25, 52998224725; HP1100000101, 11 98888-7777", room, "(m•••a@e•••e.com), CPF •••.•••.•••-25, •••.•••.•••-25; HP1100000101, 11 98888-7777"},
		"person":              {marina, private, "Marina da Silva Duarte"},
		"person in a room":    {marina, room, "M. S. D."},
		"somebody":            {flow.PersonName(""), private, "equipe"},
		"somebody in a room":  {flow.PersonName(" \n"), room, "equipe"},
		"status":              {actions.Approved, private, "Aprovada"},
		"no status":           {actions.Status(""), private, ""},
		"transaction":         {actions.Transaction("HP1"), private, "HP1"},
		"product":             {actions.Product{Name: "Pão"}, private, "Pão"},
		"text":                {flow.T("purchase.guarantee_over", "date", noon), private, "Terminou em 12 de mar. de 2026"},
		"text, by pointer":    {&flow.Text{Key: "button.back"}, private, "Voltar"},
		"no text":             {(*flow.Text)(nil), private, ""},
		"texts":               {[]flow.Text{flow.T("button.back"), {}, flow.T("button.help")}, private, "Voltar\nAjuda"},
		"literal":             {flow.Literal(marina), room, "M. S. D."},
		"names":               {[]string{"Pão", "", "Bolo", "Torta"}, private, "Pão, Bolo e Torta"},
		"people in a room":    {[]flow.PersonName{marina, "Otto"}, room, "M. S. D. e O."},
		"e-mails in a room":   {[]actions.Email{"ana@example.com"}, room, "a•••@e•••e.com"},
		"what people type":    {"  duas\r\nlinhas\te \x00\u202etrocadas\u202c ", private, "duas linhas e trocadas"},
		"placeholders":        {"{{.price}}", private, "{{.price}}"},
		"emoji that are one":  {"👩‍🍳", private, "👩‍🍳"},
		"broken text":         {"a\xff", private, "a�"},
		"a page":              {strings.Repeat("á", 501), private, strings.Repeat("á", 499) + "…"},
		"just not a page":     {strings.Repeat("á", 500), private, strings.Repeat("á", 500)},
		"something else":      {json.Number("7"), private, "7"},
		"one letter":          {flow.PersonName("x"), room, "X."},
		"no letters":          {flow.PersonName("123 🥖"), room, "•"},
		"another script":      {flow.PersonName("محمد بن"), room, "م. ب."},
		"small name":          {flow.PersonName("de souza"), room, "D."},
		"a long made-up name": {flow.PersonName(strings.Repeat("A ", 100)), room, "A. A. A."},
	} {
		if got := words.value(c.value, c.in); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	for name, c := range map[string]struct {
		text   flow.Text
		locale string
		want   string
	}{
		"none":               {flow.Text{}, "en", ""},
		"pt-BR":              {flow.T("refund.confirm.confirm", "price", bread), "pt-BR", "Reembolsar R$ 297,00"},
		"en":                 {flow.T("refund.confirm.confirm", "price", bread), "en-GB", "Refund R$297.00"},
		"es":                 {flow.T("refund.confirm.confirm", "price", bread), "es-419", "Reembolsar R$297.00"},
		"unknown language":   {flow.T("button.back"), "fr", "Voltar"},
		"one":                {flow.T("purchase.tickets", "count", 1), "pt-BR", "1 ingresso"},
		"many":               {flow.T("purchase.tickets", "count", 2), "pt-BR", "2 ingressos"},
		"a million":          {flow.T("purchase.tickets", "count", 1000000), "pt-BR", "1.000.000 ingressos"},
		"none, in English":   {flow.T("purchase.tickets", "count", 0), "en", "0 tickets"},
		"count from JSON":    {flow.T("purchase.tickets", "count", float64(1)), "es", "1 entrada"},
		"another counts":     {flow.T("verdict.refund.buyer_not_first", "limit", 1), "en", "There was another refund in the last month."},
		"with its hour":      {flow.T("verdict.resend.daily_limit.hint", "date", noon), "en", "Look in the spam folder too. It can be sent again from 12 Mar 2026, 15:05 on."},
		"an empty hint":      {flow.T("refund.reason.hint"), "en", ""},
		"values not needed":  {flow.T("button.back", "x", 1), "en", "Back"},
		"markup stays as is": {flow.T("find.card.title", "product", "<b>*Pão*</b> & {{.x}}"), "en", "<b>*Pão*</b> & {{.x}}"},
	} {
		if got := words.Text(c.text, flow.Reader{Locale: c.locale, Timezone: "UTC"}); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if missing := words.Missing(); len(missing) != 0 {
		t.Errorf("words were missing: %v", missing)
	}
}

// A program that asks for words that are not there still says something, and says so in the log's place.
func TestMissingWords(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	words.catalogs = catalogs(t) // of its own
	delete(words.catalogs["es"].messages, "button.back")
	delete(words.catalogs["es"].messages, "button.help")
	delete(words.catalogs["pt-BR"].messages, "button.help")
	es := flow.Reader{Locale: "es"}
	for key, want := range map[string]string{"button.back": "Voltar", "button.help": "Help", "no.such": "[no.such]"} {
		if got := words.Text(flow.T(key), es); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	if got, want := words.Text(flow.T("refund.confirm.confirm"), es), "Reembolsar …"; got != want {
		t.Errorf("without its value: %q, want %q", got, want)
	}
	want := map[string]int{"es button.back": 1, "es button.help": 1, "es no.such": 1, "es refund.confirm.confirm": 1}
	if diff := cmp.Diff(want, words.Missing()); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	v := flow.View{
		Token: flow.Token{Of: "01JC", Revision: 3}, Flow: "refund", Step: "confirm", Kind: "confirm",
		Title: flow.T("refund.confirm.title", "price", bread),
		Body:  []flow.Text{flow.T("verdict.needs_approval"), {}},
		Facts: append(flow.Card("buyer", marina, "email", actions.Email("marina@example.com"), "price", bread, "status", actions.Approved),
			flow.Fact{Name: "frozen", Value: flow.Text{}}),
		Problem: &flow.Problem{Text: flow.T("error.empty"), Hint: &flow.Text{Key: "error.start_again"}, Field: "reason"},
		Fields: []flow.FieldView{
			{Name: "reason", Label: flow.T("refund.reason"), Hint: flow.T("refund.reason.hint"), Kind: flow.ChoiceField,
				Options: []flow.Option{{Value: "fraud", Label: flow.T("refund.reason.fraud")}}},
			{Name: "note", Label: flow.T("refund.note"), Hint: flow.T("refund.note.hint"), Kind: flow.LongField, Value: "typed", Optional: true},
		},
		Buttons: []flow.Button{
			{Name: "confirm", Label: flow.T("refund.confirm.confirm", "price", bread), Style: flow.Danger},
			{Name: "cancel", Label: flow.T("button.cancel")},
		},
		Live: "proposal:1", Ended: true,
	}
	want := flow.Shown{
		Token: "01JC.3.", Flow: "refund", Step: "confirm", Kind: "confirm", Locale: "en", Title: "Refund R$297.00?",
		Problem: "Please fill this in.", Hint: "Start again from the menu. Nothing was changed.",
		Body: []string{
			"The full price goes back to the buyer and access to the product ends. This cannot be undone.",
			"Somebody on the team who may decide has to approve it first.",
		},
		Facts: []flow.ShownFact{
			{Label: "Buyer", Value: "M. S. D."}, {Label: "E-mail", Value: "m•••a@e•••e.com"}, {Label: "Price", Value: "R$297.00"},
			{Label: "Status", Value: "Approved"},
		},
		Fields: []flow.ShownField{
			{Name: "reason", Label: "Reason", Kind: flow.ChoiceField, Problem: "Please fill this in.",
				Options: []flow.ShownOption{{Value: "fraud", Label: "Fraud"}}},
			{Name: "note", Label: "Note", Hint: "Say in a few words what happened. It helps whoever decides.", Kind: flow.LongField, Value: "typed", Optional: true},
		},
		Buttons: []flow.ShownButton{
			{Token: "01JC.3.confirm", Label: "Refund R$297.00", Style: flow.Danger},
			{Token: "01JC.3.cancel", Label: "Cancel"},
		},
		Live: "proposal:1", Ended: true,
	}
	got := words.Show(v, flow.Reader{Locale: "en", Timezone: "America/Sao_Paulo", Shared: true})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	got = words.Show(flow.View{Kind: "notice", Title: flow.T("stop.nothing")}, flow.Reader{Locale: "xx"})
	if got.Locale != "pt-BR" || got.Title != "Não há nada em andamento para cancelar." || got.Body != nil || got.Buttons != nil {
		t.Errorf("a notice: %+v", got)
	}
	if missing := words.Missing(); len(missing) != 0 {
		t.Errorf("words were missing: %v", missing)
	}
}

// One Words serves all adapters at once.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, locale := range []string{"pt-BR", "en", "es", "fr"} {
				r := flow.Reader{Locale: locale, Timezone: "America/Sao_Paulo"}
				if words.Text(flow.T("refund.confirm.title", "price", bread), r) == "" || words.Text(flow.T("no.such"), r) != "[no.such]" {
					t.Error("no text")
				}
			}
		})
	}
	wg.Wait()
	if n := words.Missing()["en no.such"]; n != 8 {
		t.Errorf("counted %d, want 8", n)
	}
}

// Whatever people type is shown as one line without anything invisible.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "a\nb", "\u202eabc", "\xff\xfe", "👩‍🍳", strings.Repeat("x", 600), "\u2028", "a\u00a0b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if strings.ContainsAny(got, "\n\r\t\x00\u2028\u2029\u202e\u2066") || len([]rune(got)) > maxValue || strings.TrimSpace(got) != got {
			t.Errorf("clean(%q) = %q", s, got)
		}
		if again := clean(got); again != got {
			t.Errorf("cleaning again gives %q, not %q", again, got)
		}
	})
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New("pt-BR", nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkShow(b *testing.B) {
	words, err := New("pt-BR", nil)
	if err != nil {
		b.Fatal(err)
	}
	v := flow.View{
		Flow: "refund", Step: "confirm", Title: flow.T("refund.confirm.title", "price", bread),
		Facts:   flow.Card("buyer", marina, "price", bread, "status", actions.Approved, "ordered_at", noon),
		Buttons: []flow.Button{{Name: "confirm", Label: flow.T("refund.confirm.confirm", "price", bread)}, {Name: "cancel", Label: flow.T("button.cancel")}},
	}
	r := flow.Reader{Locale: "pt-BR", Timezone: "America/Sao_Paulo"}
	for b.Loop() {
		words.Show(v, r)
	}
}
