package hotmart

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/aftersale/aftersale/actions"
)

const token = "A1b2-the-token"

// TestWebhooksDecode: every recorded delivery has a meaning, or is ignored, or is kept; and what is sealed of it says the same again.
func TestWebhooksDecode(t *testing.T) {
	t.Parallel()
	w := NewWebhooks(token)
	for _, name := range files(t, "testdata/webhooks/*.json") {
		e, err := w.Decode(read(t, name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if e.Unknown || (len(e.Body) > 0) == (e.Ignored != "") {
			t.Errorf("%s: ignored %q, unknown %v, %d bytes to seal", name, e.Ignored, e.Unknown, len(e.Body))
		}
		if len(e.Body) == 0 {
			continue
		}
		again, err := w.Decode(e.Body)
		if err != nil || again.ID != e.ID || fmt.Sprint(again.Sale) == "" || (again.Sale == nil) != (e.Sale == nil) {
			t.Errorf("%s: read again it is %+v, %v", filepath.Base(name), again, err)
		}
		if e.Sale != nil && again.Sale.Buyer != e.Sale.Buyer {
			t.Errorf("%s: read again its buyer is %+v, not %+v", name, again.Sale.Buyer, e.Sale.Buyer)
		}
	}
}

// TestWebhooksKeepNoToken: wherever a delivery carries the token, it is in nothing that is kept.
func TestWebhooksKeepNoToken(t *testing.T) {
	t.Parallel()
	w := NewWebhooks(token)
	plain := string(read(t, "testdata/webhooks/purchase_approved.json"))
	for name, body := range map[string]string{
		"at the top":             `{"hottok":"` + token + `",` + plain[1:],
		"in capitals":            `{"HOTTOK":"` + token + `",` + plain[1:],
		"another one":            `{"hottok":"of another account",` + plain[1:],
		"in the data":            `{"x":{"token":["` + token + `"]},` + plain[1:],
		"of an unknown event":    `{"event":"NEW","hottok":"` + token + `","data":{"t":"` + token + `"}}`,
		"of an odd shape":        `{"event":"PURCHASE_APPROVED","hottok":"` + token + `","data":{"t":"` + token + `"}}`,
		"of no known shape":      `{"event":"PURCHASE_APPROVED","hottok":{"a":"` + token + `"},"data":[]}`,
		"in the name of a field": `{"event":"NEW","` + token + `":1}`,
	} {
		e, err := w.Decode([]byte(body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for what, kept := range map[string][]byte{"payload": e.Payload, "body": e.Body, "words": []byte(e.Kind + e.Ignored + e.ID)} {
			if bytes.Contains(kept, []byte(token)) || bytes.Contains(bytes.ToLower(kept), []byte("hottok")) {
				t.Errorf("%s: the %s holds it: %s", name, what, kept)
			}
		}
		if len(e.Body) == 0 || !json.Valid(e.Body) {
			t.Errorf("%s: kept %s", name, e.Body)
		}
	}
}

// FuzzWebhooks: no delivery ends the program, is kept without an identity, or keeps its token.
func FuzzWebhooks(f *testing.F) {
	names, err := filepath.Glob("testdata/webhooks/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		f.Add(read(f, name), token)
	}
	f.Add([]byte(`{"event":"x","hottok":"`+token+`","data":{"product":{"id":{}}}}`), "")
	w := NewWebhooks(token).TokenInBody()
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		h := http.Header{}
		h.Set(TokenHeader, header)
		genuine := w.Genuine(h, body)
		if genuine != (header == token) {
			t.Fatalf("%q is genuine: %v", header, genuine)
		}
		e, err := w.Decode(body)
		if err != nil {
			return
		}
		if e.Source != Webhook || e.ID == "" || e.Kind == "" || len(e.Payload) == 0 {
			t.Fatalf("an event without an identity: %+v", e)
		}
		if bytes.Contains(e.Body, []byte(token)) {
			t.Fatalf("the token is kept: %s", e.Body)
		}
		if e.Unknown && e.Ignored == "" || e.Ignored != "" && (e.Sale != nil || e.Subscription != nil || e.Opening != nil || e.Cart != nil) {
			t.Fatalf("ignored and not: %+v", e)
		}
		if e.Ignored != "" || len(e.Body) == 0 {
			return
		}
		again, err := w.Decode(e.Body)
		if err != nil || again.Ignored != "" {
			t.Fatalf("what is sealed reads otherwise: %v, %q", err, again.Ignored)
		}
	})
}

var _ actions.Webhooks = (*Webhooks)(nil)
