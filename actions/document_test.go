package actions_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
)

func TestParseDocument(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]struct{ number, masked string }{
		"529.982.247-25":           {"52998224725", "•••.•••.•••-25"},
		" 52998224725 ":            {"52998224725", "•••.•••.•••-25"},
		"529 982 247 25":           {"52998224725", "•••.•••.•••-25"},
		"529.982.247\u201325":      {"52998224725", "•••.•••.•••-25"}, // an en dash, as phones put it
		"123.456.789-09":           {"12345678909", "•••.•••.•••-09"},
		"000.000.001-91":           {"00000000191", "•••.•••.•••-91"},
		"11.222.333/0001-81":       {"11222333000181", "••.•••.•••/••••-81"},
		"12.ABC.345/01DE-35":       {"12ABC34501DE35", "••.•••.•••/••••-35"}, // the example of Receita Federal
		"12abc34501de35":           {"12ABC34501DE35", "••.•••.•••/••••-35"},
		"\u00a011222333000181\t\n": {"11222333000181", "••.•••.•••/••••-81"},
	} {
		d, err := actions.ParseDocument(typed)
		if err != nil || string(d) != want.number || d.Masked() != want.masked {
			t.Errorf("%q: %q, %s, %v; want %+v", typed, string(d), d.Masked(), err, want)
		}
	}
	for name, typed := range map[string]string{
		"empty": "", "only punctuation": " .-/ ", "first check digit": "529.982.247-35", "second check digit": "529.982.247-26",
		"digits swapped": "529.982.274-25", "all equal": "111.111.111-11", "all zero": "000.000.000-00", "all zero, of a company": "00.000.000/0000-00",
		"too short": "5299822472", "too long": "529982247250", "letters in a CPF": "5299822472A", "company, check digit": "11.222.333/0001-82",
		"letters, check digit": "12.ABC.345/01DE-36", "letters as check digits": "12ABC34501DEAB", "another letter": "12.ABD.345/01DE-35",
		"foreign digits": "٥٢٩٩٨٢٢٤٧٢٥", "wide digits": "５２９９８２２４７２５", "a word between": "529982247x25", "invisible between": "529\u200b98224725",
		"no UTF-8": "\xff52998224725", "an essay": strings.Repeat(" ", 200) + "52998224725",
	} {
		d, err := actions.ParseDocument(typed)
		if e := actions.AsError(err); d != "" || err == nil || e.Code != actions.Invalid || e.Field != "" {
			t.Errorf("%s: %q was taken, %v", name, typed, err)
		}
	}
}

// Whatever prints a document by accident prints it masked.
func TestDocumentIsNeverPrinted(t *testing.T) {
	t.Parallel()
	d, err := actions.ParseDocument("529.982.247-25")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "document", d, "in", fmt.Sprintf("%v", struct{ D actions.Document }{d}))
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "document", d)
	for _, text := range []string{log.String(), fmt.Sprint(d), fmt.Sprintf("%q %s %#v %+v", d, d, d, []actions.Document{d}), d.String()} {
		if strings.Contains(text, "529982") || strings.Contains(text, "982247") || !strings.Contains(text, "25") {
			t.Errorf("printed: %s", text)
		}
	}
}

// FuzzParseDocument: what is taken is canonical, and a changed check digit is always noticed.
func FuzzParseDocument(f *testing.F) {
	for _, s := range []string{"529.982.247-25", "11.222.333/0001-81", "12.ABC.345/01DE-35", "111.111.111-11", "", "\xff"} {
		f.Add(s, uint8(3))
	}
	f.Fuzz(func(t *testing.T, typed string, at uint8) {
		d, err := actions.ParseDocument(typed)
		if err != nil {
			if d != "" || actions.AsError(err).Code != actions.Invalid {
				t.Errorf("%q: %q, %v", typed, string(d), err)
			}
			return
		}
		if again, err := actions.ParseDocument(string(d)); again != d || err != nil {
			t.Errorf("%q is taken as %q and then as %q, %v", typed, string(d), string(again), err)
		}
		if strings.Contains(d.Masked(), string(d[:len(d)-2])) {
			t.Errorf("masked: %s", d)
		}
		changed := []byte(d)
		i := len(d) - 1 - int(at)%2
		changed[i] = '0' + (changed[i]-'0'+1+(at/2)%9)%10
		if got, err := actions.ParseDocument(string(changed)); err == nil {
			t.Errorf("%q and %q are both taken", string(d), string(got))
		}
	})
}
