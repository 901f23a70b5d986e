package actions

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// Hooks calls addresses outside. The implementation is actions/hooks.
type Hooks interface {
	// Check refuses addresses that would never be called: Invalid with Field "url".
	Check(address string) error
	// Call posts a signed body, and returns the status that was answered; 0 and the problem when nothing was.
	Call(ctx context.Context, call HookCall) (status int, problem string)
}

// A HookCall is one call, complete.
type HookCall struct {
	ID      string // the same for every try: receivers know repeats by it
	At      time.Time
	URL     string
	Secrets []string // it is signed with each
	Body    []byte
}

// Why a call was not answered.
const (
	HookRefused     = "refused"      // the address is not one to call
	HookPrivate     = "private"      // its name leads into a private network
	HookUnknownHost = "unknown_host" // there is no such name
	HookTimeout     = "timeout"
	HookCertificate = "certificate"
	HookUnreachable = "unreachable"
	HookUnsigned    = "unsigned" // its secret cannot be opened
	HookStatus      = "status"   // it answered, but not that it took it
)

// HookProblems lists them.
var HookProblems = []string{HookRefused, HookPrivate, HookUnknownHost, HookTimeout, HookCertificate, HookUnreachable, HookUnsigned, HookStatus}

// A CallState is where a call stands.
type CallState string

// The states of a call.
const (
	CallWaiting   CallState = "waiting"
	CallDelivered CallState = "delivered"
	CallDead      CallState = "dead"    // given up: it can be tried again by hand
	CallDropped   CallState = "dropped" // there is nobody or nothing to tell of any more
)

// JobHook makes a call: Work with the ID of a delivery.
const JobHook = "hook"

// hookPauses are the pauses behind tries that failed: about a day in all, and then it is given up (standardwebhooks.com
// recommends some days' worth of hours; read 2026-11).
var hookPauses = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 8 * time.Hour, 8 * time.Hour}

const (
	hookSecretBytes = 24
	hookOverlap     = 24 * time.Hour // for which an old secret signs beside the new one
	sealedHook      = "hook"         // of the vault
)

// newHookSecret makes the secret of an endpoint, as receivers are given it.
func (c *Core) newHookSecret() (string, error) {
	b := make([]byte, hookSecretBytes)
	if _, err := io.ReadFull(c.random, b); err != nil {
		return "", fmt.Errorf("make a secret: %w", err)
	}
	return "whsec_" + base64.StdEncoding.EncodeToString(b), nil
}

// callHooks records calls of what is news, and has them made.
func (c *Core) callHooks(tx *store.Store, account string, rules []store.ListRule, facts []store.ListFact, judge judge, news []store.ListEvent) error {
	type key struct{ subject, event, nth string }
	fresh := map[key]bool{}
	for _, n := range news {
		fresh[key{n.Subject, n.Event, n.Nth}] = true
	}
	for _, f := range facts {
		if !fresh[key{f.Subject, f.Event, f.Nth}] {
			continue
		}
		for _, r := range rules {
			if ListAct(r.Act) != ActWebhook || !judge.meets(r, f) {
				continue
			}
			// A purchase is approved once, also when a claim on it was withdrawn; a subscription may be late many times.
			if ListEvent(f.Event).Of() == SubjectPurchase {
				before, err := tx.Called(r.ID, f.Subject, f.Event)
				if err != nil {
					return err
				}
				if before {
					continue
				}
			}
			d := store.HookDelivery{ID: c.newID(), AccountID: account, EndpointID: r.EndpointID, RuleID: r.ID, Subject: f.Subject, Event: f.Event,
				Nth: f.Nth, BuyerID: f.BuyerID, At: f.At, State: string(CallWaiting), CreatedAt: c.now(), UpdatedAt: c.now()}
			mine, err := tx.AddDelivery(d)
			if err != nil {
				return err
			}
			if mine {
				if err := enqueue(tx, JobHook, d.ID, Work{ID: d.ID}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// callHook is the job that makes a call. Done twice, the receiver knows it by its id.
func (c *Core) callHook(ctx context.Context, job jobs.Job) error {
	var work Work
	if err := job.Decode(&work); err != nil {
		return err
	}
	s := c.store.In(ctx)
	d, err := s.Delivery(work.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && CallState(d.State) != CallWaiting {
		return nil // erased, or somebody else was faster
	}
	if err != nil {
		return err
	}
	call, err := c.hookCall(s, d)
	if errors.Is(err, store.ErrNotFound) {
		d.State = string(CallDropped)
		return c.called(ctx, d)
	}
	if errors.Is(err, errUnsigned) {
		d.State, d.Problem = string(CallDead), HookUnsigned
		return c.called(ctx, d)
	}
	if err != nil {
		return err
	}
	d.StatusCode, d.Problem = c.hooks.Call(ctx, call)
	d.Attempts++
	switch {
	case d.StatusCode >= 200 && d.StatusCode < 300:
		d.State, d.Problem = string(CallDelivered), ""
		return c.called(ctx, d)
	case d.StatusCode != 0:
		d.Problem = HookStatus
	}
	gone := d.StatusCode == http.StatusGone || d.RuleID == "" // a test is made once: somebody looks at what comes of it
	if d.Attempts > len(hookPauses) || gone {
		d.State = string(CallDead)
		return c.called(ctx, d)
	}
	if err := c.called(ctx, d); err != nil {
		return err
	}
	return jobs.Later(hookPauses[d.Attempts-1])
}

// called writes down how a call went, even while the program is being stopped, and has its card redrawn.
func (c *Core) called(ctx context.Context, d store.HookDelivery) error {
	d.UpdatedAt = c.now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.callTimeout)
	defer cancel()
	return c.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SaveDelivery(d); err != nil {
			return err
		}
		return refresh(tx, d.AccountID, subjectOfCall(d.ID))
	})
}

func subjectOfCall(id string) string { return "call:" + id }

// errUnsigned: the secret of an endpoint was sealed with a secret_key that is not here any more.
var errUnsigned = errors.New("the secret of an endpoint cannot be opened")

// hookCall makes what a delivery says, as things are now. ErrNotFound: there is nobody or nothing to tell of any more.
func (c *Core) hookCall(s *store.Store, d store.HookDelivery) (HookCall, error) {
	e, err := s.Endpoint(d.AccountID, d.EndpointID)
	if err != nil {
		return HookCall{}, err
	}
	if c.hooks == nil {
		return HookCall{}, errors.New("webhooks are not wired")
	}
	call := HookCall{ID: d.ID, At: c.now(), URL: e.URL}
	sealed := [][]byte{e.Secret}
	if e.OldUntil != nil && c.now().Before(*e.OldUntil) {
		sealed = append(sealed, e.OldSecret)
	}
	for _, one := range sealed {
		secret, err := c.vault.Open(sealedHook, e.ID, one)
		if err != nil {
			return call, errUnsigned
		}
		call.Secrets = append(call.Secrets, string(secret))
	}
	body, err := c.hookBody(s, d)
	if err != nil {
		return HookCall{}, err
	}
	call.Body, err = json.Marshal(body)
	return call, err
}
