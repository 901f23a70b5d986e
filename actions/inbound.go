package actions

import (
	"context"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A Receipt is what became of a delivery when it was received.
type Receipt struct {
	Kind    string        // the sender's word for it
	Known   bool          // it was received before
	Unknown bool          // this program does not understand it: it is kept
	Delay   time.Duration // since it happened, as the sender says; 0: he does not
}

// What the record of a delivery says that waits for its job, and of one that its job could not use.
const (
	inboundWaits  ImportResult = "waits"
	inboundFailed ImportResult = "failed"
)

// useInbound is what the body of a delivery is sealed for, of its row's id.
const useInbound = "inbound"

// Receive keeps a delivery of a platform and has a job apply it. Once it returns without an error the delivery is not lost,
// whatever happens. A delivery that came before, by account, source and id, is kept once. Whoever calls has asked Genuine.
//
// Deliveries that come at the same time share a transaction, so that thousands a second need no thousand commits.
//
// Errors: Invalid when the body cannot be read at all; Unavailable when the database does not answer before ctx ends: the
// delivery may be kept all the same, and coming again does no harm.
func (c *Core) Receive(ctx context.Context, account string, w Webhooks, body []byte) (Receipt, error) {
	e, err := w.Decode(body)
	if err != nil {
		return Receipt{}, &Error{Code: Invalid, Key: "import.unreadable", Err: err}
	}
	if e.Source != w.Source() || e.ID == "" {
		return Receipt{}, &Error{Code: Invalid, Key: "import.unreadable", Err: fmt.Errorf("%s decodes to an event of %q without an identity", w.Source(), e.Source)}
	}
	r := Receipt{Kind: e.Kind, Unknown: e.Unknown}
	now := c.now()
	if !e.At.IsZero() && e.At.Before(now) {
		r.Delay = now.Sub(e.At)
	}
	d, err := c.delivery(account, e, now)
	if err != nil {
		return r, failed("keep a delivery", err)
	}
	fresh, err := c.inbox.put(ctx, d)
	r.Known = err == nil && !fresh
	return r, failed("keep a delivery", err)
}

// delivery is the record of a delivery, and what its job needs.
func (c *Core) delivery(account string, e SaleEvent, now time.Time) (store.Delivery, error) {
	at := e.At
	if at.IsZero() {
		at = now
	}
	d := store.Delivery{Event: store.InboundEvent{AccountID: account, Source: e.Source, ID: e.ID, Kind: e.Kind, Payload: e.Payload,
		Result: string(inboundWaits), At: precise(at), CreatedAt: now}}
	if e.Ignored != "" && !e.Unknown { // there is nothing to do, and nothing kept to do it with
		d.Event.Result = string(ignored) + e.Ignored
		return d, nil
	}
	d.Body.ID = c.newID()
	var err error
	d.Body.Body, err = c.sealBody(d.Body.ID, e.Body)
	return d, err
}

// sealBody seals what is not to be read. Without a secret nothing is kept of it: the payload has to do.
func (c *Core) sealBody(id string, body []byte) ([]byte, error) {
	if len(body) == 0 || !c.vault.Ready() {
		return nil, nil
	}
	sealed, err := c.vault.Seal(useInbound, id, body)
	if err != nil {
		return nil, fmt.Errorf("seal a delivery: %w", err)
	}
	return sealed, nil
}

// openBody is what a delivery said: all of it, or what is kept readable.
func (c *Core) openBody(id string, sealed, payload []byte) []byte {
	if body, err := c.vault.Open(useInbound, id, sealed); err == nil && len(body) > 0 {
		return body
	}
	return payload
}

// keepDeliveries writes deliveries and one job for all of them, in one transaction.
func (c *Core) keepDeliveries(ctx context.Context, list []store.Delivery) (fresh []bool, err error) {
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		if fresh, err = tx.AddDeliveries(list); err != nil {
			return err
		}
		for i, first := range fresh {
			if first && list[i].Body.ID != "" {
				return enqueue(tx, JobInbound, "", struct{}{})
			}
		}
		return nil
	})
	return fresh, err
}
