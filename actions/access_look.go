package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// KindLook is the action of requests that read how a buyer is known in the platform's members area. They write nothing there.
const KindLook = "look"

// JobLook reads a members area for somebody who waits: Work.
const JobLook = "look"

// lookTimeout is how long a members area may take: somebody waits, and can go on without it.
const lookTimeout = 8 * time.Second

// A MemberLook is how a buyer is known in the members area of what he bought.
type MemberLook struct {
	Key      string
	Purchase Purchase
	Answered bool
	Failed   bool // the area did not answer
	Products []MemberOf
	Sent     int // how often access was sent from here
}

// A MemberOf is the state of one product of a purchase: of a bundle each is its own case.
type MemberOf struct {
	Product string
	State   MemberState
}

// Missing reports whether a product's area knows nobody under the purchase's address.
func (l MemberLook) Missing() bool {
	for _, p := range l.Products {
		if p.State.Known && !p.State.Found {
			return true
		}
	}
	return false
}

// looked is what a request keeps of it: dates and no names.
type looked struct {
	Answered bool       `json:"answered,omitempty"`
	Failed   bool       `json:"failed,omitempty"`
	Products []MemberOf `json:"products,omitempty"`
	Sent     int        `json:"sent,omitempty"`
}

// ReadsMembers reports whether there is a members area to read.
func (c *Core) ReadsMembers() bool { return c.memberArea != nil }

// LookForMember has a job read how the buyer of a purchase is known in the members area. The card of the look follows; whoever
// waits can go on without an answer.
//
// Repeating a Key does nothing.
//
// Errors: NotFound; Denied for anybody but the team; Unavailable.
func (c *Core) LookForMember(ctx context.Context, who Actor, key string, t Transaction) error {
	if !who.Staff() {
		return &Error{Code: Denied, Key: "error.role"}
	}
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		req := store.Request{Key: key, AccountID: who.Account, Action: KindLook, Target: string(t), Actor: who.ID, AskedBy: who.ID,
			State: string(RequestDone)} // there is nothing to carry out
		if _, mine, err := c.claim(tx, req); err != nil || !mine {
			return err
		}
		full, _, err := c.read(tx.PurchaseByTransaction, who, t)
		if err != nil {
			return err
		}
		req.PurchaseID = full.Purchase.ID
		if err := c.save(tx, req, order{Order: Order{Transaction: t}, Look: &looked{}}); err != nil {
			return err
		}
		return enqueue(tx, JobLook, key, Work{Key: key})
	})
	return failed("look for a member", err)
}

// MemberLook returns a look by its key, for the team.
//
// Errors: NotFound, also for anybody else; Unavailable.
func (c *Core) MemberLook(ctx context.Context, who Actor, key string) (MemberLook, error) {
	gone := &Error{Code: NotFound, Key: "error.stale"}
	if !who.Staff() {
		return MemberLook{}, gone
	}
	s := c.store.In(ctx)
	row, err := s.Request(key)
	if errors.Is(err, store.ErrNotFound) || err == nil && (row.AccountID != who.Account || row.Action != KindLook) {
		return MemberLook{}, gone
	}
	if err != nil {
		return MemberLook{}, failed("load a look", err)
	}
	_, p, err := c.read(s.PurchaseByTransaction, who, Transaction(row.Target))
	if err != nil {
		return MemberLook{}, failed("load the purchase of a look", err)
	}
	o, err := parseOrder(row.Payload)
	look := MemberLook{Key: key, Purchase: p}
	if o.Look != nil {
		look.Answered, look.Failed, look.Products, look.Sent = o.Look.Answered, o.Look.Failed, o.Look.Products, o.Look.Sent
	}
	return look, failed("load a look", err)
}

// lookForMember is the job that reads the area: once, for who waits can go on without it, or ask again.
func (c *Core) lookForMember(ctx context.Context, job jobs.Job) error {
	var work Work
	if err := job.Decode(&work); err != nil {
		return err
	}
	s := c.store.In(ctx)
	row, err := s.Request(work.Key)
	if errors.Is(err, store.ErrNotFound) || err == nil && (row.Action != KindLook || c.memberArea == nil) {
		return jobs.Cancel(errors.New("there is nothing to look at"))
	}
	if err != nil {
		return err
	}
	full, err := s.PurchaseByTransaction(row.AccountID, row.Target)
	if err != nil {
		return err
	}
	found := looked{Answered: true}
	reading, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	p := toPurchase(full)
	for _, product := range accessible(p) {
		state, err := c.memberArea.Member(reading, row.AccountID, product, p.Buyer.Email)
		if err != nil {
			c.log.Warn("members area did not answer", "transaction", row.Target, "err", err)
			found = looked{Answered: true, Failed: true}
			break
		}
		found.Products = append(found.Products, MemberOf{Product: product.Name, State: state})
	}
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), c.callTimeout)
	defer cancel()
	return c.changeLook(ctx, work.Key, func(l *looked) { found.Sent = l.Sent; *l = found })
}

// changeLook changes a look and has its card redrawn.
func (c *Core) changeLook(ctx context.Context, key string, change func(*looked)) error {
	return c.store.Tx(ctx, func(tx *store.Store) error {
		row, err := tx.LockRequest(key)
		if err != nil {
			return err
		}
		o, err := parseOrder(row.Payload)
		if err != nil || row.Action != KindLook || o.Look == nil {
			return err
		}
		change(o.Look)
		if err := c.save(tx, row, o); err != nil {
			return err
		}
		return refresh(tx, row.AccountID, subjectOfLook(key))
	})
}

// subjectOfLook names the card of a look.
func subjectOfLook(key string) string { return "access:" + key }
