package hotmart

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/aftersale/aftersale/actions"
)

// TokenHeader carries the account's hottok: one static secret, which proves that the sender knows it and nothing about the body
// (webhooks 2.0.0, "using webhook", read November 2026).
const TokenHeader = "X-HOTMART-HOTTOK" // #nosec G101 -- the name of a header

// Webhooks reads what Hotmart sends. It implements actions.Webhooks.
type Webhooks struct {
	hottok string
	sum    [sha256.Size]byte
	inBody bool
}

// NewWebhooks returns the Webhooks of an account by its hottok; without one nothing is genuine, and Decode works all the same.
func NewWebhooks(hottok string) *Webhooks {
	return &Webhooks{hottok: hottok, sum: sha256.Sum256([]byte(hottok))}
}

// TokenInBody has a delivery without the header be genuine by the hottok in its body, as the panel's test event and changes of
// the charge date have been seen to carry it. Off by default: a body is copied, forwarded and logged in more places than a header.
func (w *Webhooks) TokenInBody() *Webhooks {
	w.inBody = true
	return w
}

// Source implements actions.Webhooks.
func (*Webhooks) Source() string { return Webhook }

// Genuine implements actions.Webhooks. More than one header is not Hotmart's.
func (w *Webhooks) Genuine(header http.Header, body []byte) bool {
	given := header.Values(TokenHeader)
	switch {
	case len(given) == 1:
		return w.is(given[0])
	case len(given) > 1 || !w.inBody:
		return false
	}
	var in struct {
		Hottok string `json:"hottok"`
	}
	return json.Unmarshal(body, &in) == nil && w.is(in.Hottok)
}

// is compares in a time that tells nothing, of the length either.
func (w *Webhooks) is(given string) bool {
	sum := sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(sum[:], w.sum[:]) == 1 && w.hottok != ""
}

// Decode implements actions.Webhooks. What is a payload and cannot be understood is an event to be ignored and kept: a later
// version of this program may understand it.
func (w *Webhooks) Decode(body []byte) (actions.SaleEvent, error) {
	e, p, err := envelope(body)
	if err != nil {
		return actions.SaleEvent{}, err
	}
	if err := understand(&e, p); err != nil {
		e.Sale, e.Subscription, e.Opening, e.Cart = nil, nil, nil, nil
		e.Ignored, e.Unknown = e.Kind+": "+err.Error(), true
		if err := ignore(&e, p); err != nil {
			return actions.SaleEvent{}, err
		}
	}
	if e.Ignored == "" || e.Unknown {
		e.Body = w.withoutToken(body)
	}
	return e, nil
}

// withoutToken is a body without the hottok that it may carry.
func (w *Webhooks) withoutToken(body []byte) []byte {
	if bytes.Contains(bytes.ToLower(body), []byte(`"hottok`)) {
		var all map[string]json.RawMessage
		if json.Unmarshal(body, &all) != nil {
			return nil
		}
		for key := range all {
			if strings.EqualFold(key, "hottok") {
				delete(all, key)
			}
		}
		stripped, err := json.Marshal(all)
		if err != nil {
			return nil
		}
		body = stripped
	}
	if w.hottok != "" && bytes.Contains(body, []byte(w.hottok)) { // wherever else it stands
		return bytes.ReplaceAll(body, []byte(w.hottok), nil)
	}
	return body
}
