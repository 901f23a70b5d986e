package actions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/store"
)

const (
	// retainBatch is how many rows one transaction drops: few enough for the other writers of SQLite not to notice.
	retainBatch = 500
	// retainMost is how many rows of one kind one run drops, so that it ends within a job's time. The next run goes on.
	retainMost = 20_000
	// retainEvery is how long a run that dropped all there was is enough: one entry of the audit log a day.
	retainEvery = 20 * time.Hour
)

// What the audit log calls a run.
const (
	auditRetained   = "retention.applied"
	retentionTarget = "retention"
	detailMore      = "more" // it was not all: the next run goes on at once
)

// A forgetting is how one kind of data is forgotten: a batch of what was over before an instant. done is how many rows were
// dropped, seen how many were looked at: fewer than a batch when there are no more.
type forgetting struct {
	kind  string
	days  int
	batch func(tx *store.Store, before time.Time, limit int) (done, seen int, err error)
}

// Retain drops what is kept longer than the shop wants to, in batches, and writes down in the audit log how much it was.
// Whatever ends it, the next run goes on. It does nothing when the last run was today and left nothing over.
//
// It is a job's; nobody may ask for it.
//
// Errors: Unavailable; Internal.
func (c *Core) Retain(ctx context.Context, account string) error {
	last, err := c.store.In(ctx).AuditEntriesOf(account, retentionTarget, 1)
	if err != nil {
		return failed("look for the last retention", err)
	}
	if len(last) > 0 && c.now().Sub(last[0].At) < retainEvery && !hasDetail(last[0], detailMore) {
		return nil
	}
	counts, more := map[string]int{}, ""
	for _, k := range c.forgettings(account) {
		dropped, rest, problem := c.forgetAll(ctx, k)
		if dropped > 0 {
			counts[k.kind] = dropped
		}
		if rest {
			more = detailMore
		}
		err = errors.Join(err, problem)
	}
	if len(counts) == 0 {
		return failed("retention", err)
	}
	// Also when a kind failed, or the process is about to stop: what is gone is on record.
	ctx = context.WithoutCancel(ctx)
	record := c.store.Tx(ctx, func(tx *store.Store) error {
		return c.audit(tx, systemActor(account), entry{action: auditRetained, target: retentionTarget, data: auditData{Counts: counts, Detail: more}})
	})
	return failed("retention", errors.Join(err, record))
}

// forgettings are all kinds that this shop does not keep for ever.
func (c *Core) forgettings(account string) []forgetting {
	simple := func(f func(*store.Store, time.Time, int) (int, error)) func(*store.Store, time.Time, int) (int, int, error) {
		return func(tx *store.Store, before time.Time, limit int) (int, int, error) {
			n, err := f(tx, before, limit)
			return n, n, err
		}
	}
	r := c.retention
	return []forgetting{
		{"conversations", r.Conversations, simple((*store.Store).ForgetConversations)},
		{"webhooks", r.Webhooks, simple((*store.Store).ForgetPayloads)},
		{"unknown_webhooks", r.Webhooks, simple((*store.Store).ForgetBodies)},
		{"mails", r.Mails, simple((*store.Store).ForgetMails)},
		{"runs", r.Mails, simple((*store.Store).ForgetBulk)},
		{"codes", r.Codes, simple((*store.Store).ForgetCodes)},
		{"password_links", r.Codes, simple((*store.Store).ForgetResets)},
		{"messages", r.Messages, simple((*store.Store).ForgetMessages)},
		{"proofs", r.Proofs, simple((*store.Store).ForgetProofs)},
		{"contacts", r.Contacts, func(tx *store.Store, before time.Time, limit int) (int, int, error) {
			return c.forgetContacts(tx, account, before, limit)
		}},
		{"attendees", r.Attendees, simple((*store.Store).ForgetAttendees)},
		{"calls", r.Webhooks, simple((*store.Store).ForgetDeliveries)},
		{"happenings", unlessKept(r.Webhooks, PreviewDays+1), simple((*store.Store).ForgetListEvents)},
		{"cases", r.Cases, simple(func(tx *store.Store, before time.Time, limit int) (int, error) {
			return tx.ForgetCaseTexts(before, c.now(), limit)
		})},
		{"feedback", r.Feedback, simple((*store.Store).ForgetFeedback)},
		{"waiting_files", 1, simple((*store.Store).ForgetWaitingFiles)},
		{"requests", r.Requests, c.trimRequests},
		{"proposals", r.Requests, c.trimProposals},
	}
}

// unlessKept is how many days something is kept that goes with what a setting is about, unless that is kept for ever.
func unlessKept(setting, days int) int {
	if setting == 0 {
		return 0
	}
	return days
}

// forgetAll forgets a kind, batch by batch. rest says that there is more than one run takes.
func (c *Core) forgetAll(ctx context.Context, k forgetting) (dropped int, rest bool, err error) {
	if k.days == 0 {
		return 0, false, nil
	}
	before := c.now().AddDate(0, 0, -k.days)
	for looked := 0; looked < retainMost; {
		if err := ctx.Err(); err != nil {
			return dropped, true, err
		}
		var done, seen int
		err := c.store.Tx(ctx, func(tx *store.Store) (err error) {
			done, seen, err = k.batch(tx, before, retainBatch)
			return err
		})
		if err != nil {
			return dropped, true, fmt.Errorf("forget %s: %w", k.kind, err)
		}
		dropped, looked = dropped+done, looked+seen
		if seen < retainBatch {
			return dropped, false, nil
		}
	}
	return dropped, true, nil
}

// running are the states in which a subscription goes on, or may.
var running = []string{string(SubscriptionStarted), string(SubscriptionActive), string(SubscriptionLate), string(SubscriptionUnknown)}

// forgetContacts drops the documents and phones of buyers who have needed none since before, and notes of the others until
// when they need them, so that nobody is looked at each day.
func (c *Core) forgetContacts(tx *store.Store, account string, before time.Time, limit int) (done, seen int, err error) {
	buyers, err := tx.SpentContacts(before, limit)
	if err != nil || len(buyers) == 0 {
		return 0, 0, err
	}
	ids := make([]string, len(buyers))
	for i, b := range buyers {
		ids[i] = b.ID
	}
	needs, err := tx.ContactNeeds(account, ids, running, before, c.now())
	if err != nil {
		return 0, 0, err
	}
	until := map[string]time.Time{}
	for _, n := range needs {
		if n.Until.After(until[n.BuyerID]) {
			until[n.BuyerID] = n.Until
		}
	}
	for _, b := range buyers {
		was := b
		if at, needed := until[b.ID]; needed {
			b.ContactAt = &at
		} else {
			b.Document, b.DocumentKey, b.Phone, b.ContactAt = nil, "", nil, nil
			done++
		}
		if err := tx.PutContact(b, was); err != nil {
			return 0, 0, err
		}
	}
	return done, len(buyers), nil
}

// trimRequests takes texts and addresses out of requests that are settled.
func (c *Core) trimRequests(tx *store.Store, before time.Time, limit int) (done, seen int, err error) {
	all, err := tx.SpentRequests(before, limit)
	for _, r := range all {
		if err == nil {
			err = tx.TrimRequest(r.Key, trimmed(r.Payload), c.now())
		}
	}
	return len(all), len(all), err
}

// trimProposals does so with proposals that nobody decides any more.
func (c *Core) trimProposals(tx *store.Store, before time.Time, limit int) (done, seen int, err error) {
	all, err := tx.SpentProposals(before, limit)
	for _, p := range all {
		if err == nil {
			err = tx.TrimProposal(p.ID, trimmed(p.Payload), c.now())
		}
	}
	return len(all), len(all), err
}
