package hotmart

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aftersale/aftersale/actions"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestDecodeSamples: every kind of payload is understood, or ignored with the reason. Read a change of the golden
// files as the operator would.
func TestDecodeSamples(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, "testdata/webhooks/*.json") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			e, err := Decode(read(t, name))
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.Replace(name, "webhooks", "golden", 1), shown(t, e))
		})
	}
}

// TestPayloadIsEnough: what is stored decodes to the same event, so nothing that is read was stripped but documents and
// telephone numbers, which are stored elsewhere.
func TestPayloadIsEnough(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, "testdata/webhooks/*.json") {
		first, err := Decode(read(t, name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if first.Ignored != "" {
			continue // of these only the envelope is kept
		}
		again, err := Decode(first.Payload)
		if err != nil {
			t.Fatalf("%s: its own payload: %v", name, err)
		}
		if diff := cmp.Diff(first, again, cmpopts.IgnoreFields(actions.SoldTo{}, "Document", "Phone")); diff != "" {
			t.Errorf("%s: the payload that is stored tells another event (-first +again):\n%s", name, diff)
		}
	}
}

// TestPayloadHoldsNoSecrets: whatever a payload holds and wherever, its secrets and what is nobody's business are not
// stored.
func TestPayloadHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	private := []string{"sample-hottok-not-a-secret", "12345678909", "98765432100", "11144477735", "19900000001", "5519900000001", "900000002", "910000003", "Rua das Panelas",
		"80010000", "11222333000181", "00020101021226SAMPLE", "pay.example.com", "pix.example.com"}
	for _, name := range files(t, "testdata/webhooks/*.json") {
		body := read(t, name)
		// Also where nobody expects it: in an array, in an object, at the top.
		for _, at := range []string{`"data": {`, `"affiliates": [`, `"products": [`, `{`} {
			planted := bytes.Replace(body, []byte(at), []byte(at+plant(at)), 1)
			e, err := Decode(planted)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, word := range append(private, "PLANTED", "hottok") {
				if bytes.Contains(e.Payload, []byte(word)) {
					t.Errorf("%s: %q is stored: %s", name, word, e.Payload)
				}
			}
		}
	}
}

func plant(at string) string {
	if strings.HasSuffix(at, "[") {
		return `{"hottok": "PLANTED", "document": "PLANTED"},`
	}
	return `"hottok": "PLANTED", "document": "PLANTED", "nested": [{"hottok": "PLANTED"}],`
}

// approved is a payload that tests change; the smallest that is understood.
const approved = `{"id": "1", "creation_date": 1772456712000, "event": "PURCHASE_APPROVED", "version": "2.0.0", "data": {
	"product": {"id": 7, "name": "Pão"}, "buyer": {"email": "ana@example.com", "name": "Ana"},
	"purchase": {"transaction": "HP1", "status": "APPROVED", "price": {"value": 297.0, "currency_value": "BRL"}}}}`

func change(t *testing.T, old, new string) []byte {
	t.Helper()
	if !strings.Contains(approved, old) {
		t.Fatalf("the sample holds no %q", old)
	}
	return []byte(strings.Replace(approved, old, new, 1))
}

// TestDecodeLoosely: the platform's two ways of writing the same thing.
func TestDecodeLoosely(t *testing.T) {
	t.Parallel()
	want, err := Decode([]byte(approved))
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string][]byte{
		"creationDate":            change(t, `"creation_date"`, `"creationDate"`),
		"date as text":            change(t, `1772456712000`, `"1772456712000"`),
		"date in seconds":         change(t, `1772456712000`, `1772456712`),
		"date as a fraction":      change(t, `1772456712000`, `1772456712000.0`),
		"date in RFC 3339":        change(t, `1772456712000`, `"2026-03-02T13:05:12Z"`),
		"date in another zone":    change(t, `1772456712000`, `"2026-03-02T10:05:12-03:00"`),
		"date without zone":       change(t, `1772456712000`, `"2026-03-02 13:05:12"`),
		"product id as text":      change(t, `"id": 7`, `"id": "7"`),
		"event id as number":      change(t, `"id": "1"`, `"id": 1`),
		"currency_code":           change(t, `"currency_value"`, `"currency_code"`),
		"price as text":           change(t, `297.0`, `"297.00"`),
		"price as whole number":   change(t, `297.0`, `297`),
		"price with an exponent":  change(t, `297.0`, `2.97E+2`),
		"price with noise":        change(t, `297.0`, `297.00000000000006`),
		"currency in small":       change(t, `"BRL"`, `"brl"`),
		"full_price alone":        change(t, `"price"`, `"full_price"`),
		"status in small":         change(t, `"status": "APPROVED"`, `"status": " approved "`),
		"status missing":          change(t, `"status": "APPROVED",`, ``),
		"version missing":         change(t, `"version": "2.0.0",`, ``),
		"empty affiliates":        change(t, `"buyer"`, `"affiliates": [{"affiliate_code": "", "name": ""}], "buyer"`),
		"affiliates is no list":   change(t, `"buyer"`, `"affiliates": false, "buyer"`),
		"optional field is odd":   change(t, `"buyer"`, `"subscription": [], "buyer"`),
		"dates are null":          change(t, `"status"`, `"order_date": null, "approved_date": null, "status"`),
		"unknown fields":          change(t, `"buyer"`, `"novelty": {"a": [1, {"b": null}]}, "buyer"`),
		"transaction with spaces": change(t, `"HP1"`, `" hp1 "`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			got.Payload = want.Payload
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestDecodeErrors: what is wrong is named by its path, and no value is repeated.
func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body []byte
		want string
	}{
		"empty":                  {nil, "broken JSON"},
		"cut off":                {[]byte(approved[:len(approved)-9]), "broken JSON at byte"},
		"text":                   {[]byte(`"hello"`), "no JSON object"},
		"list":                   {[]byte(`[1]`), "no JSON object"},
		"no event":               {[]byte(`{"id": "1"}`), "event is missing"},
		"no date":                {change(t, `1772456712000`, `"soon"`), "creation_date"},
		"date long ago":          {change(t, `1772456712000`, `1`), "creation_date"},
		"no transaction":         {change(t, `"HP1"`, `""`), "purchase.transaction"},
		"transaction is a table": {change(t, `"HP1"`, `{"drop": "table"}`), "purchase.transaction"},
		"transaction with signs": {change(t, `"HP1"`, `"HP1; DROP"`), "purchase.transaction"},
		"no product":             {change(t, `"id": 7`, `"id": null`), "product.id"},
		"no buyer":               {change(t, `ana@example.com`, ``), "e-mail"},
		"buyer is no address":    {change(t, `ana@example.com`, `secret-of-ana`), "e-mail"},
		"no currency":            {change(t, `"BRL"`, `"reais"`), "purchase.price"},
		"price is no number":     {change(t, `297.0`, `"a lot"`), "purchase.price"},
		"price is too large":     {change(t, `297.0`, `1e300`), "purchase.price"},
		"too large":              {[]byte(`{"event": "` + strings.Repeat("x", maxPayload) + `"}`), "bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Decode(c.body)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error with %q", err, c.want)
			}
			if strings.Contains(err.Error(), "secret-of-ana") || len(err.Error()) > 200 {
				t.Errorf("the error repeats what it was given: %v", err)
			}
		})
	}
}

func TestStatusWords(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]actions.Status{
		"CANCELED": actions.Failed, "CANCELLED": actions.Failed, "COMPLETED": actions.Complete, "COMPLETE": actions.Complete,
		"PROTESTED": actions.Disputed, "DISPUTE": actions.Disputed, "BILLET_PRINTED": actions.WaitingPayment,
		"UNDER_ANALISYS": actions.Processing, "DELAYED": actions.Overdue, "PARTIALLY_REFUNDED": actions.PartlyRefunded,
		"SUSPENDED": actions.UnknownStatus, "ESTORNADO": actions.UnknownStatus,
	} {
		e, err := Decode(change(t, `"status": "APPROVED"`, `"status": "`+strings.ToLower(raw)+`"`))
		if err != nil {
			t.Fatal(err)
		}
		if e.Sale.Status != want || e.Sale.RawStatus != raw {
			t.Errorf("%s: got %s (%s), want %s", raw, e.Sale.Status, e.Sale.RawStatus, want)
		}
	}
}

func TestMinorUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		digits int
		want   int64
	}{
		{"0", 2, 0}, {"0.1", 2, 10}, {"59.9", 2, 5990}, {"59.90", 2, 5990}, {"1500", 2, 150000}, {"0.29", 2, 29}, {"1.15", 2, 115},
		{"-5.5", 2, -550}, {"29990", 0, 29990}, {"29990.0", 0, 29990}, {"12.345", 3, 12345}, {"9007199254740.93", 2, 900719925474093},
		{"59.900000000000006", 2, 5990}, {"59.899999999999999", 2, 5990}, {"0.005", 2, 1}, {"0.004", 2, 0}, {"-0.005", 2, -1},
		{"5.99e1", 2, 5990}, {"599E-1", 2, 5990}, {"5e-9", 2, 0}, {"00012.50", 2, 1250},
	} {
		if got, err := minorUnits(c.text, c.digits); err != nil || got != c.want {
			t.Errorf("minorUnits(%q, %d) = %d, %v; want %d", c.text, c.digits, got, err, c.want)
		}
	}
	for _, text := range []string{"", "-", ".", ".5", "5.", "1,5", "1.2.3", "0x10", "1e", "1e99999999999", "1e16", "NaN", "Inf", "--1",
		"1 000", "12345678901234567890", strings.Repeat("9", 100)} {
		if got, err := minorUnits(text, 2); err == nil {
			t.Errorf("minorUnits(%q) = %d, want an error", text, got)
		}
	}
}

// TestGuaranteeCoversItsLastDay: the platform names a day and completes purchases after it.
func TestGuaranteeCoversItsLastDay(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-03-17T00:00:00Z":      "2026-03-17T23:59:59.999Z",
		"2026-03-17T15:30:00Z":      "2026-03-17T15:30:00Z", // a time of day is meant
		"2026-03-17T00:00:00-03:00": "2026-03-17T03:00:00Z",
	} {
		if got := guaranteeEnds(instant(in)).Format(time.RFC3339Nano); got != want {
			t.Errorf("guarantee of %s ends %s, want %s", in, got, want)
		}
	}
	if got := guaranteeEnds(time.Time{}); !got.IsZero() {
		t.Errorf("no guarantee ends %s", got)
	}
}

// shown is an event as a golden file holds it.
func shown(t *testing.T, e actions.SaleEvent) []byte {
	t.Helper()
	payload := json.RawMessage(e.Payload)
	e.Payload = nil
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(map[string]any{"event": e, "stored": payload}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, name)), string(got)); diff != "" {
		t.Errorf("%s (-want +got), -update rewrites it:\n%s", name, diff)
	}
}

func files(t testing.TB, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return names
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
