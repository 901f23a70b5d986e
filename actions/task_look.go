package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// attemptMail is attempt for a mail of the platform's own. Sent by its API it is sent once: whether it went out can be read
// nowhere, and asked for again in vain it only comes twice.
func (c *Core) attemptMail(ctx context.Context, req store.Request, asked order, was RequestState) (Outcome, time.Time, error) {
	now := c.now()
	switch {
	case was == RequestAssisted:
		since, readable, err := c.cameSince(ctx, req, asked.Order)
		if err != nil && (!asked.Said.Open() || now.Sub(asked.Said.At) < doubtAfter) {
			return Outcome{}, time.Time{}, err
		}
		if !since.IsZero() {
			return Outcome{Kind: OutcomeDone}, since, nil
		}
		return asked.Said.word(asked.Order.Op, readable, now), now, nil
	case was != RequestRecorded:
		return Outcome{Kind: OutcomeRefused, Detail: "outcome.refused.unanswered"}, now, nil
	case c.ByHand(asked.Order.Op):
		return Outcome{Kind: OutcomeAssisted}, now, nil
	}
	outcome, err := c.commerce.Do(ctx, asked.Order)
	if err == nil && outcome.Kind == OutcomeUnknown {
		err = errors.New("the platform answered without an outcome")
	}
	return outcome, c.now(), err
}

// ByHand reports whether a request is one that somebody of the team carries out: it is not sent to the platform.
func (c *Core) ByHand(op Operation) bool { return c.commerce.Can(op) == Assisted }

// word is what comes of a task by what somebody said of it, when the platform does not show it as done; nothing while it is
// looked at.
func (s Said) word(op Operation, readable bool, now time.Time) Outcome {
	switch {
	case s.At.IsZero():
		return Outcome{}
	case s.Cannot:
		return Outcome{Kind: OutcomeRefused, Detail: TaskCannot}
	case op.ofMail() && (!readable || now.Sub(s.At) >= doubtAfter):
		return Outcome{Kind: OutcomeDone, Detail: TaskWord}
	}
	return Outcome{} // money and addresses: never by a word
}

// ofMail reports whether an operation has the platform send a mail: whether it did is nowhere to be read, only what its reader
// did then.
func (op Operation) ofMail() bool { return op == OpResend || op == OpReceipt || op == OpCheckIn }

// lookedAtTask writes down that the platform was looked at and does not show a task as done, and says when to look again.
// Nothing is written of one that nobody has said anything of: it is looked at each hour.
func (c *Core) lookedAtTask(ctx context.Context, key string, unread bool) error {
	var again time.Duration
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		again = 0
		row, err := tx.LockRequest(key)
		if err != nil || RequestState(row.State) != RequestAssisted {
			return err
		}
		o, err := parseOrder(row.Payload)
		if err != nil || !o.Said.Open() {
			return err
		}
		o.Said.Looks++
		o.Said.Unread = unread
		again = untilNextLook(o.Said.Looks)
		if c.now().Sub(o.Said.At) >= doubtAfter && !o.Said.Cannot {
			o.Said.Doubted, again = c.now(), 0
			data := o.auditData(row.Key)
			data.Verdict, data.Detail = nil, row.Action
			if err := c.audit(tx, systemActor(row.AccountID), entry{action: "task.doubted", target: row.Target, askedBy: o.Said.By, data: data}); err != nil {
				return err
			}
		}
		if err := c.save(tx, row, o); err != nil {
			return err
		}
		if !o.Said.Doubted.IsZero() { // no chat tells of an edit
			if err := tell(tx, Tell{Account: row.AccountID, Identity: o.Said.Chat, Request: row.Key}); err != nil {
				return err
			}
		}
		return c.refreshTask(tx, row)
	})
	if err == nil && again > 0 {
		return jobs.Later(again)
	}
	return err
}
