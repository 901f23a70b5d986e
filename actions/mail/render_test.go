package mail

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// message is a mail with every value that any template speaks of.
func message(template, locale string) actions.Message {
	return actions.Message{
		ID: "01JN5T9Z7QK3V4W8XKX0M1R2S3", Template: template, Locale: locale, Timezone: "America/Sao_Paulo",
		Sender: actions.Sender{Name: "Cozinha da Ana", SupportEmail: "ajuda@example.com"},
		To:     "marina@example.com", ToName: "Marina Duarte",
		At: time.Date(2026, 3, 12, 17, 30, 0, 0, time.UTC),
		Values: actions.MailValues{
			Case:    "#1042",
			Product: "Pão de Fermentação Natural", Transaction: "HP1100000101",
			Price: actions.Money{Minor: 29700, Currency: "BRL"}, Payment: actions.Pix,
			AccessURL: "https://club.example.com/pao?u=1&v=2", OldEmail: "marina@example.com", NewEmail: "m•••a@n•••o.com",
			Reason: "O curso foi aberto há 40 dias.\nFale conosco se algo falhou.",
			At:     time.Date(2026, 3, 12, 17, 29, 0, 0, time.UTC),
			Code:   "012345", Minutes: 10, ChatURL: "https://t.me/cozinha_bot?start=01JN_5f",
			Reset: "01JN5U", ResetURL: "https://support.example.com/b/password/01JN5U_t9_5f",
			PageURL: "https://support.example.com/b/mine/01JN5T_0_t9_5f", Days: 7,
			Plan: "Clube mensal", Day: 31, Charge: actions.Money{Minor: 5990, Currency: "BRL"}, Ask: "01JN5V", AskURL: "https://support.example.com/b/feedback/01JN5V_t9_5f", Asked: "01JN5T", AcceptURL: "https://support.example.com/b/accept/01JN5T_t9_5f", Next: time.Date(2026, 4, 5, 15, 0, 0, 0, time.UTC),
			Until: time.Date(2026, 3, 15, 17, 29, 0, 0, time.UTC), Change: "01JN5T", NotMeURL: "https://support.example.com/b/not-me/01JN5T_t9_5f",
			TicketURLs: []string{"https://platform.example.com/check-in/3f2a?t=1&u=2", "https://platform.example.com/check-in/9c1b"},
			Tickets:    3, TicketURL: "https://support.example.com/b/tickets/p01JN-5T_t9_5f",
			Event: actions.Event{Starts: time.Date(2026, 12, 5, 19, 30, 0, 0, time.UTC), Timezone: "Europe/Lisbon", Place: "Rua do Pão, 12, Lisboa"},
		},
	}
}

func TestGoldenLetters(t *testing.T) {
	t.Parallel()
	for _, locale := range format.Locales() {
		for _, template := range actions.MailTemplates {
			t.Run(locale+"/"+template, func(t *testing.T) {
				t.Parallel()
				letter := render(t, message(template, locale))
				golden(t, filepath.Join(locale, template+".subject"), letter.Subject+"\n")
				golden(t, filepath.Join(locale, template+".txt"), letter.Text)
				golden(t, filepath.Join(locale, template+".html"), letter.HTML)
			})
		}
	}
}

func render(t *testing.T, m actions.Message) Letter {
	t.Helper()
	letter, err := Render(m)
	if err != nil {
		t.Fatalf("Render(%s, %s): %v", m.Template, m.Locale, err)
	}
	return letter
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run go test ./actions/mail -update)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-golden +got):\n%s", path, diff)
	}
}

// A language says the same as the others: the same values, paragraph by paragraph, and a word for every label and way
// of paying.
func TestLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	all, err := dictionary()
	if err != nil {
		t.Fatal(err)
	}
	model := all[format.PortugueseBrazil]
	for _, locale := range format.Locales() {
		w := all[locale]
		for name, l := range w.Mails {
			m := model.Mails[name]
			same(t, locale, name+".subject", l.Subject, m.Subject)
			same(t, locale, name+".preview", l.Preview, m.Preview)
			same(t, locale, name+".title", l.Title, m.Title)
			same(t, locale, name+".button", l.Button, m.Button)
			if (l.Button == "") != (m.Button == "") || len(l.Body) != len(m.Body) {
				t.Fatalf("%s: %s is built otherwise than in %s", locale, name, format.PortugueseBrazil)
			}
			for i, p := range l.Body {
				q := m.Body[i]
				same(t, locale, name+".body", p.Text, q.Text)
				if p.If != q.If || p.Unless != q.Unless || p.Quote != q.Quote || p.Text == "" {
					t.Errorf("%s: paragraph %d of %s differs: %+v and %+v", locale, i+1, name, p, q)
				}
			}
			for _, f := range facts[name] {
				if w.Labels[f] == "" {
					t.Errorf("%s: no label for %s", locale, f)
				}
			}
		}
		for _, p := range []actions.Payment{actions.Card, actions.Pix, actions.Boleto, actions.PayPal, actions.Wallet, actions.Transfer, actions.DirectDebit, actions.OtherPayment} {
			if w.Payment[string(p)] == "" {
				t.Errorf("%s: how the money comes by %s is not said", locale, p)
			}
		}
		for i, text := range []string{w.Greeting, w.Hello, w.SignOff, w.CopyLink, w.Footer, w.Support, w.NoSupport} {
			if text == "" {
				t.Errorf("%s: text %d of the frame is empty", locale, i+1)
			}
		}
	}
}

// same compares the values that two languages' texts speak of, and refuses any that do not exist.
func same(t *testing.T, locale, what, a, b string) {
	t.Helper()
	known := values(&words{}, locale, message("access", locale))
	for _, name := range placeholder.FindAllStringSubmatch(a, -1) {
		if _, ok := known[name[1]]; !ok {
			t.Errorf("%s: %s speaks of %s, which no mail has", locale, what, name[0])
		}
		if !strings.Contains(b, name[0]) {
			t.Errorf("%s: %s speaks of %s, another language does not", locale, what, name[0])
		}
	}
	if n, m := strings.Count(a, "{{"), strings.Count(b, "{{"); n != m {
		t.Errorf("%s: %s has %d values, another language %d", locale, what, n, m)
	}
}

func TestHowTheMoneyComes(t *testing.T) {
	t.Parallel()
	for payment, want := range map[actions.Payment]string{
		actions.Card:         "30 a 60 dias",
		actions.Pix:          "volta para a conta que fez o pagamento",
		actions.Boleto:       "Você recebe um e-mail para informar os dados de uma conta",
		actions.Transfer:     "volta para a mesma conta",
		actions.PayPal:       "conta PayPal",
		actions.Wallet:       "carteira digital",
		actions.DirectDebit:  "é o seu banco",
		actions.OtherPayment: "pelo mesmo meio",
		"cheque":             "pelo mesmo meio",
		"":                   "pelo mesmo meio",
	} {
		m := message("refund_done", "pt-BR")
		m.Values.Payment = payment
		letter := render(t, m)
		if !strings.Contains(letter.Text, want) || !strings.Contains(letter.HTML, want) {
			t.Errorf("paid by %q: the mail does not say %q", payment, want)
		}
	}
}

// What people typed stays text: no tag, no header, no link that runs, no second reading of placeholders.
func TestInjection(t *testing.T) {
	t.Parallel()
	for _, template := range actions.MailTemplates {
		m := message(template, "en")
		m.ToName = "<script>alert(1)</script>\r\nBcc: evil@example.net"
		m.Sender.Name = "Shop\r\nBcc: evil@example.net <b>"
		m.Values.Product = `"><img src=x onerror=alert(1)>{{.transaction}}` + "\r\nX-Evil: 1"
		m.Values.Reason = "</blockquote><script>alert(2)</script>"
		m.Values.AccessURL = "javascript:alert(3)"
		m.Values.SupportEmail = "help@example.com\r\nBcc: evil@example.net"
		letter := render(t, m)
		for _, bad := range []string{"<script", "<img", "onerror=alert(1)>", "javascript:", "</blockquote><"} {
			if strings.Contains(letter.HTML, bad) {
				t.Errorf("%s: HTML holds %q", template, bad)
			}
		}
		if strings.ContainsAny(letter.Subject, "\r\n") {
			t.Errorf("%s: subject has lines: %q", template, letter.Subject)
		}
		if strings.Contains(letter.Text, "javascript:") || regexp.MustCompile(`(?m)^(Bcc|X-Evil):`).MatchString(letter.Text) {
			t.Errorf("%s: text:\n%s", template, letter.Text)
		}
		if strings.Contains(letter.Subject+letter.HTML, "HP1100000101{") ||
			!strings.Contains(letter.Text, "{{.transaction}}") && !slices.Contains([]string{"code_link", "code_devices", "devices_revoked", "code_export", "code_erase", "page_link", "password_reset", "password_changed"}, template) { // they name no product
			t.Errorf("%s: a value was read as a text of ours", template)
		}
	}
}

// Mails are complete without the values that may be missing: no empty row, no dangling button, no gap in a sentence.
func TestMissingValues(t *testing.T) {
	t.Parallel()
	for _, locale := range format.Locales() {
		for _, template := range actions.MailTemplates {
			m := message(template, locale)
			m.ToName, m.Sender.SupportEmail = "", ""
			m.Values.AccessURL, m.Values.Reason, m.Values.NewEmail, m.Values.Transaction = "", "", "", ""
			letter := render(t, m)
			for _, bad := range []string{"{{", "<no value>", " ,", ", !", "<blockquote", `href=""`, `mailto:"`, "\n\n\n\n"} {
				if strings.Contains(letter.Text+letter.HTML+letter.Subject, bad) {
					t.Errorf("%s %s holds %q:\n%s", locale, template, bad, letter.Text)
				}
			}
		}
	}
}

func TestRenderUnknown(t *testing.T) {
	t.Parallel()
	if _, err := Render(message("no_such", "en")); actions.AsError(err).Code != actions.Internal {
		t.Errorf("unknown template: %v", err)
	}
	letter := render(t, message("access", "fr"))
	if want := "Your access to Pão de Fermentação Natural"; letter.Subject != want {
		t.Errorf("a language that we do not speak: %q, want %q", letter.Subject, want)
	}
}

// Words that cannot be used are refused when they are read, with the place.
func TestParseWords(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"a missing template":   "mails: {}",
		"an unknown key":       "greting: Hi",
		"an unknown template":  "mails: {access: {subject: a, preview: b, title: c, body: [d]}, acess: {subject: a}}",
		"an unknown condition": "mails: {access: {subject: a, preview: b, title: c, body: [{when: x, text: d}]}}",
		"no YAML":              "mails: [",
	} {
		if _, err := parseWords([]byte(raw)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
