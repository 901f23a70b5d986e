package actions

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestParseTransaction(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Transaction{
		"HP1100000101": "HP1100000101", "  hp1100000101\n": "HP1100000101", "a-b_9": "A-B_9", "123": "123",
		strings.Repeat("a", 40): Transaction(strings.Repeat("A", 40)),
	} {
		if got, err := ParseTransaction(text); err != nil || got != want {
			t.Errorf("%q = %q, %v; want %q", text, got, err, want)
		}
	}
	for text, key := range map[string]string{
		"": "transaction.empty", " \t": "transaction.empty", "HP": "transaction.invalid", strings.Repeat("a", 41): "transaction.invalid",
		"HP 123": "transaction.invalid", "HP123;": "transaction.invalid", "HP\x00123": "transaction.invalid", "ÁBC": "transaction.invalid",
	} {
		if _, err := ParseTransaction(text); AsError(err) == nil || AsError(err).Key != key {
			t.Errorf("%q: error %v, want %s", text, err, key)
		}
	}
}

func TestParseEmail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Email{
		"ana@example.com": "ana@example.com", " Ana.Souza+loja@Example.COM ": "Ana.Souza+loja@example.com",
		"jose\u0301@exemplo.com.br": "josé@exemplo.com.br", "o'neil@x-y.co": "o'neil@x-y.co", "a@b.co": "a@b.co", "ana@MÜNCHEN.de": "ana@münchen.de",
		strings.Repeat("a", 64) + "@example.com": Email(strings.Repeat("a", 64) + "@example.com"),
	} {
		if got, err := ParseEmail(text); err != nil || got != want {
			t.Errorf("%q = %q, %v; want %q", text, string(got), err, string(want))
		}
	}
	for _, text := range []string{"", "ana", "ana@", "@example.com", "ana@example", "ana@@example.com", "a@b@c.com", "ana @example.com",
		"ana@exa mple.com", ".ana@example.com", "ana.@example.com", "an..a@example.com", "ana@.example.com", "ana@example..com", "ana@example.com.",
		"ana@-example.com", "ana@example-.com", "ana@[10.0.0.1]", "ana@10.0.0.1", `"ana"@example.com`, "ana@example.com\x00", "ana\u200b@example.com",
		"ana@exam\u00adple.com", "Ana <ana@example.com>", "ana,rui@example.com", strings.Repeat("a", 65) + "@example.com",
		"a@" + strings.Repeat("b", 64) + ".com", "a@" + strings.Repeat("bcd.", 80) + "com", "ana@\xffexample.com"} {
		if got, err := ParseEmail(text); err == nil {
			t.Errorf("%q was taken for the address %q", text, string(got))
		}
	}
}

func TestEmailIsMasked(t *testing.T) {
	t.Parallel()
	for email, want := range map[Email]string{
		"marina@example.com": "m•••a@e•••e.com", "ana@uol.com.br": "a•••@u•••.com.br", "x@y.co": "x•••@y•••.co",
		"marina.duarte.souza@example.com": "m•••a@e•••e.com", "álvaro@example.com": "á•••o@e•••e.com", "": "", "broken": "b•••n",
	} {
		if got := email.String(); got != want {
			t.Errorf("%q is shown as %q, want %q", string(email), got, want)
		}
	}
}

func TestEmailSuggestion(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]string{
		"gmial.com": "gmail.com", "gmail.con": "gmail.com", "gamil.com": "gmail.com", "gmai.com": "gmail.com", "gmail.co": "gmail.com",
		"hotmial.com": "hotmail.com", "hotmal.com": "hotmail.com", "outlok.com": "outlook.com", "yaho.com.br": "yahoo.com.br",
		"yahoo.com.vr": "yahoo.com.br", "hotmail.com.bt": "hotmail.com.br", "iclould.com": "icloud.com", "uol.com.be": "uol.com.br",
		"gmail.com": "", "mail.com": "", "gmx.com": "", "hotmail.com": "", "yahoo.com.br": "", "example.com": "", "empresa.com.br": "", "me.com": "", "live.com.mx": "",
	} {
		var expected Email
		if want != "" {
			expected = Email("ana@" + want)
		}
		if got := Email("ana@" + domain).Suggestion(); got != expected {
			t.Errorf("%s: suggested %q, want %q", domain, string(got), string(expected))
		}
	}
}

func FuzzParseTransaction(f *testing.F) {
	for _, seed := range []string{"HP1100000101", " hp-1_2 ", "", "İıſK", "\xff\xfe\xfd"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseTransaction(text)
		if err != nil {
			if got != "" || AsError(err).Code != Invalid {
				t.Fatalf("%q: %q with error %v", text, got, err)
			}
			return
		}
		if again, err := ParseTransaction(string(got)); err != nil || again != got {
			t.Fatalf("%q became %q, and that %q (%v)", text, got, again, err)
		}
		if len(got) < 3 || len(got) > 40 || strings.ToUpper(string(got)) != string(got) || strings.ContainsFunc(string(got), unicode.IsSpace) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func FuzzParseEmail(f *testing.F) {
	for _, seed := range []string{"ana@example.com", " Ana@EXAMPLE.com", "jose\u0301@x.com", "a@İ.com", "a@K.kom", "@", "a@b@c", "\xff@x.com", "a@ẞ.de", "a@ᾳ.gr"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseEmail(text)
		if err != nil {
			if got != "" || AsError(err).Code != Invalid {
				t.Fatalf("%q: %q with error %v", text, string(got), err)
			}
			return
		}
		if again, err := ParseEmail(string(got)); err != nil || again != got {
			t.Fatalf("%q became %q, and that %q (%v)", text, string(got), string(again), err)
		}
		s := string(got)
		if strings.Count(s, "@") != 1 || len(s) > 254 || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsSpace) || strings.ContainsFunc(s, unicode.IsControl) {
			t.Fatalf("%q became %q", text, s)
		}
		if Email(got.Key()).Key() != got.Key() {
			t.Fatalf("the key of %q is not its own key: %q", s, got.Key())
		}
		_, _ = got.Masked(), got.Suggestion()
	})
}
