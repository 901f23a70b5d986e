package actions_test

import (
	"fmt"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// TestVeryManyAreCountedAgainByJobs: whoever approves does not wait for it, and nothing begins before.
func TestVeryManyAreCountedAgainByJobs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(1100, "course")
	w.bought("HP1", actions.Actor{Buyers: []string{"b00001"}}) // twice the same person
	collected := func(key string) actions.BulkRun {
		run := w.collect(key, actions.BulkFilter{Product: "course", Search: "buyer"})
		w.work()
		return w.start(key+"/start", w.bulk(run.ID))
	}
	approve := func(key, proposal string) actions.Proposal {
		p, err := w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: key, Proposal: proposal, Approve: true, Reason: "yes"})
		w.must(err)
		return p
	}
	run := collected("k1")
	equal(t, "asked", []any{run.State, run.Total, run.Why}, []any{"proposed", 1100, []actions.BulkReason{{Rule: "bulk.same_person", Count: 1}}})
	p := approve("d1", run.Proposal)
	equal(t, "approved", []any{p.Status, w.bulk(run.ID).State, len(w.mailbox.Sent())}, []any{"approved", "checking", 0})
	open, err := w.core.OpenBulk(t.Context(), w.ana)
	w.must(err)
	equal(t, "under way", len(open), 1)
	w.work()
	equal(t, "begun, and done", []any{w.bulk(run.ID).State, len(w.mailbox.Sent())}, []any{"done", 1100})
	equal(t, "audit", w.audit(actions.Transaction(run.ID)), []string{"p-ana bulk.proposed", "p-rui bulk.approved (asked by p-ana)",
		"system bulk.started (asked by p-ana)"}) // its end is further than the helper reads

	// Somebody has got his money back, and somebody else has bought: as many, and not the same.
	run = collected("k2")
	w.change("HP50700", func(p *store.Purchase) { p.Status = string(actions.Refunded) })
	w.bought("HP2", w.marina)
	w.must(w.store.PutBuyer(store.Buyer{ID: "new", AccountID: shop, Email: "buyer@example.net", EmailKey: "buyer@example.net", Name: "Buyer New", CreatedAt: start}))
	w.bought("HP3", actions.Actor{Buyers: []string{"new"}})
	approve("d2", run.Proposal)
	sent := len(w.mailbox.Sent())
	w.work()
	now := w.bulk(run.ID)
	equal(t, "asked again", []any{now.State, now.Total, now.Proposal != run.Proposal, len(w.mailbox.Sent())}, []any{"proposed", 1100, true, sent})
	p, err = w.core.Proposal(t.Context(), w.rui, run.Proposal)
	w.must(err)
	equal(t, "the first", []any{p.Status, p.ReplacedBy}, []any{"rebuilt", now.Proposal})
	approve("d3", now.Proposal)
	w.work()
	equal(t, "done", []any{w.bulk(run.ID).State, len(w.mailbox.Sent())}, []any{"done", sent + 1100})

	// Stopped while it is counted.
	run = collected("k3")
	approve("d4", run.Proposal)
	equal(t, "stopped", string(w.steer("s1", run.ID, actions.StopBulk).State), "dropped")
	w.work()
	equal(t, "nothing more", len(w.mailbox.Sent()), sent+1100)

	// Nobody is left.
	run = collected("k4")
	for i := 1; i <= 1100; i++ {
		w.change(actions.Transaction(fmt.Sprintf("HP%d", 50000+i)), func(p *store.Purchase) { p.Status = string(actions.Refunded) })
	}
	for _, code := range []actions.Transaction{"HP1", "HP3"} {
		w.change(code, func(p *store.Purchase) { p.Status = string(actions.Refunded) })
	}
	approve("d5", run.Proposal)
	w.work()
	p, err = w.core.Proposal(t.Context(), w.rui, run.Proposal)
	w.must(err)
	equal(t, "withdrawn", []any{w.bulk(run.ID).State, p.Status}, []any{"dropped", "withdrawn"})
}
