package hotmart

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// The reasons why a payload asks nothing of us. They are counted and shown to the operator.
const (
	ignoredTest    = "test event from the platform's panel (product id 0)"
	ignoredModule  = "module completed: nothing here shows it"
	ignoredVersion = "version %s: only webhooks of version 2.0.0 are read"
	ignoredEvent   = "unknown event %s"
)

// Decode reads one webhook payload of version 2.0.0. A payload that asks nothing of us gives an event with Ignored
// set. The result's Payload decodes to the same event again.
//
// Errors are for the operator: what is missing or wrong, by its path, without the values.
func Decode(body []byte) (actions.SaleEvent, error) {
	e, p, err := envelope(body)
	if err != nil {
		return actions.SaleEvent{}, err
	}
	if err := understand(&e, p); err != nil {
		return actions.SaleEvent{}, fmt.Errorf("%s: %w", e.Kind, err)
	}
	return e, nil
}

// envelope reads what every payload has.
func envelope(body []byte) (actions.SaleEvent, payload, error) {
	if len(body) > maxPayload {
		return actions.SaleEvent{}, payload{}, fmt.Errorf("payload of %d bytes: more than %d are not read", len(body), maxPayload)
	}
	p, err := parse(body)
	if err != nil {
		return actions.SaleEvent{}, payload{}, err
	}
	e := actions.SaleEvent{Source: Webhook, ID: string(p.ID), Kind: upper(p.Event), At: p.Created.Time}
	if e.ID == "" {
		sum := sha256.Sum256(body)
		e.ID = "sha256:" + hex.EncodeToString(sum[:])
	}
	p.ID = word(e.ID)
	return e, p, nil
}

// understand gives an event its meaning, or the reason why it has none.
func understand(e *actions.SaleEvent, p payload) error {
	e.Ignored, e.Unknown = ignored(p)
	if e.Ignored != "" {
		return ignore(e, p)
	}
	if err := fill(e, p); err != nil {
		return err
	}
	var err error
	e.Payload, err = json.Marshal(p)
	return err
}

// ignore keeps of what is not used, or not understood, the envelope alone: who knows what the rest holds.
func ignore(e *actions.SaleEvent, p payload) error {
	p.Data = data{}
	var err error
	e.Payload, err = json.Marshal(p)
	return err
}

// parse decodes what it can of a payload: a field of an unexpected type is as good as missing.
func parse(body []byte) (payload, error) {
	var p payload
	err := json.Unmarshal(body, &p)
	var odd *json.UnmarshalTypeError
	var broken *json.SyntaxError
	switch {
	case errors.As(err, &odd) && odd.Field == "":
		return p, errors.New("no JSON object")
	case errors.As(err, &broken):
		return p, fmt.Errorf("broken JSON at byte %d: %w", broken.Offset, err)
	case err != nil && odd == nil:
		return p, fmt.Errorf("broken JSON: %w", err)
	}
	if p.Created.IsZero() {
		p.Created = p.Created2
	}
	p.Created2 = stamp{}
	if p.Event == "" {
		return p, errors.New("no webhook payload: event is missing")
	}
	return p, nil
}

// ignored says why a payload asks nothing of us, empty when it does, and whether that is because we do not know it.
func ignored(p payload) (reason string, unknown bool) {
	event, version := upper(p.Event), string(p.Version)
	_, purchase := eventStatuses[event]
	switch {
	case version != "" && !strings.HasPrefix(version, "2."):
		return fmt.Sprintf(ignoredVersion, clean(version, 20)), true
	case isTest(p.Data):
		return ignoredTest, false
	case purchase, subscriptionEvents[event] != nil, event == "CLUB_FIRST_ACCESS", event == cartLeft:
		return "", false
	case event == "CLUB_MODULE_COMPLETED":
		return ignoredModule, false
	}
	return fmt.Sprintf(ignoredEvent, clean(event, 60)), true
}

// isTest reports the panel's test event, which looks like a real sale but for its product.
func isTest(d data) bool { return d.Product.ID == "0" || d.Subscription.Product.ID == "0" }

// fill gives the event its meaning.
func fill(e *actions.SaleEvent, p payload) error {
	if e.At.IsZero() {
		return errors.New("creation_date is missing or no time")
	}
	var err error
	switch read := subscriptionEvents[e.Kind]; {
	case read != nil:
		e.Subscription, err = read(p.Data)
	case e.Kind == "CLUB_FIRST_ACCESS":
		e.Opening, err = opening(p.Data)
	case e.Kind == cartLeft:
		e.Cart, err = cart(p.Data)
	case e.Kind == "ORDER_FULFILLMENT":
		e.Sale, err = order(p.Data)
	default:
		e.Sale, e.Subscription, err = sale(e.Kind, p.Data)
	}
	return err
}

// guaranteeEnds is the last instant of the guarantee. The platform gives a day, as its midnight in UTC, and completes
// purchases some hours after the midnight that ends that day (observed: 4 to 12 hours): so the whole day is covered,
// and the last instant is its last millisecond. A time of day other than midnight is taken as it is.
func guaranteeEnds(warranty time.Time) time.Time {
	if !warranty.IsZero() && warranty.Equal(warranty.Truncate(24*time.Hour)) {
		return warranty.Add(24*time.Hour - time.Millisecond)
	}
	return warranty
}
