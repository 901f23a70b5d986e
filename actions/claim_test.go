package actions_test

import (
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// claims has the platform tell of a purchase of HP900, at an hour, and the jobs do what follows.
func (w *world) claims(id string, at int, status actions.Status) {
	w.t.Helper()
	w.apply(sold(id, at, status))
	w.work()
}

// openClaim is the claim that waits; nil: none does.
func (w *world) openClaim() *actions.Proposal {
	w.t.Helper()
	page, err := w.core.Proposals(w.t.Context(), w.rui, "", 10)
	w.must(err)
	for _, p := range page.Proposals {
		if p.Kind == actions.ProposalClaim {
			return &p
		}
	}
	return nil
}

func claimed(t *testing.T, s *store.Store) *world {
	t.Helper()
	w := worldOn(t, s)
	w.now = hours(50)
	w.claims("1", 1, actions.Approved)
	w.claims("2", 49, actions.Disputed)
	return w
}

func TestClaimIsApproved(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := claimed(t, s)
		p := w.openClaim()
		if p == nil {
			t.Fatal("no claim waits")
		}
		equal(t, "claim", []any{p.Verdict.Rule, p.Amount, p.ExpiresAt, p.Status}, []any{"claim.first", actions.Money{Minor: 297_00, Currency: "BRL"}, hours(49 + 120), actions.ProposalOpen})
		if _, err := w.core.Decide(t.Context(), w.ana, actions.DecideInput{Key: "d0", Proposal: p.ID, Approve: true}); actions.AsError(err).Code != actions.Denied {
			t.Errorf("an agent decides: %v", err)
		}
		equal(t, "approved", w.approve(w.rui, "d1", p.ID).Status, actions.ProposalApproved)
		w.work()
		orders := w.platform.Orders()
		if len(orders) != 1 || orders[0].Op != actions.OpApproveClaim || orders[0].Transaction != "HP900" {
			t.Errorf("orders %+v", orders)
		}
		equal(t, "status", w.purchase("HP900").Status, actions.Refunded)
		equal(t, "outcome", w.proposal(w.rui, p.ID).Outcome, actions.RequestDone)
		equal(t, "mails", w.mails(), []string{"refund_done ines.valente@example.org"})
		w.claims("3", 60, actions.Refunded) // what the platform tells of it later
		equal(t, "orders", len(w.platform.Orders()), 1)
		equal(t, "audit", w.audit("HP900"), []string{"system purchase.disputed", "system claim.proposed", "p-rui claim.approved (asked by system)", "system claim.done"})
	})
}

// TestClaimEndsOnThePlatform: whatever the platform shows in the end, the card says it, and what nobody decided is closed.
func TestClaimEndsOnThePlatform(t *testing.T) {
	t.Parallel()
	for status, why := range map[actions.Status]string{actions.Refunded: "verdict.claim.refunded", actions.Approved: "verdict.claim.taken_back",
		actions.Complete: "verdict.claim.taken_back", actions.Chargeback: "verdict.claim.chargeback"} {
		w := claimed(t, storetest.New(t))
		id := w.openClaim().ID
		w.claims("3", 51, status)
		p := w.proposal(w.rui, id)
		equal(t, string(status), []any{p.Status, p.Why, w.openClaim() == nil}, []any{actions.ProposalWithdrawn, why, true})
		equal(t, "nothing was ordered", len(w.platform.Orders()), 0)
	}
}

// TestClaimsAreOneEach: the same news again opens nothing; a claim after one that was taken back is another.
func TestClaimsAreOneEach(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := claimed(t, s)
		first := w.openClaim().ID
		w.claims("2", 49, actions.Disputed)
		w.claims("2b", 49, actions.Disputed)
		w.claims("2c", 50, actions.Disputed)
		equal(t, "the one", w.openClaim().ID, first)
		_, err := w.core.Decide(t.Context(), w.bia, actions.DecideInput{Key: "d1", Proposal: first, Reason: "Foi usado."})
		w.must(err)
		w.claims("2d", 51, actions.Disputed)
		equal(t, "answered once", w.openClaim() == nil, true)
		equal(t, "mails", w.mails(), []string{"claim_denied ines.valente@example.org"})
		w.claims("3", 52, actions.Approved)
		w.pass(10 * time.Hour)
		w.claims("4", 55, actions.Disputed)
		second := w.openClaim()
		if second == nil || second.ID == first || !second.ExpiresAt.Equal(hours(55+120)) {
			t.Errorf("the second claim: %+v", second)
		}
		w.claims("2e", 49, actions.Disputed) // late
		equal(t, "late news changes nothing", w.openClaim().ID, second.ID)
	})
}

// TestNobodyDecidesOurOwnRefund: a refund that was asked for here, or in the panel after the guarantee, is a claim on its way; and
// what is long over waits for nobody.
func TestNobodyDecidesOurOwnRefund(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(w *world)
		at     int
		now    int
	}{
		"our own refund": {func(w *world) {
			w.platform.Then(actionstest.Requested)
			_, err := w.core.Refund(t.Context(), w.rui, actions.RefundInput{Key: "k1", Transaction: "HP900", Reason: actions.NotExpected})
			w.must(err)
			w.work()
		}, 60, 61},
		"after the guarantee": {func(*world) {}, 24*15 + 2, 24*15 + 3},
		"long over":           {func(*world) {}, 60, 60 + 121},
	} {
		w := worldOn(t, storetest.New(t))
		w.now = hours(50)
		w.claims("1", 1, actions.Approved)
		c.before(w)
		w.now = hours(c.now)
		w.claims("2", c.at, actions.Disputed)
		equal(t, name, w.openClaim() == nil, true)
		if log := w.audit("HP900"); log[len(log)-1] != "system claim.left_out" {
			t.Errorf("%s: audit %v", name, log)
		}
	}
}

// TestClaimIsRemindedOf: with three days left, with one, and in the last hours; then it is over.
func TestClaimIsRemindedOf(t *testing.T) {
	t.Parallel()
	w := claimed(t, storetest.New(t))
	id := w.openClaim().ID
	for _, c := range []struct{ at, reminders int }{{49 + 47, 0}, {49 + 49, 1}, {49 + 95, 1}, {49 + 97, 2}, {49 + 113, 2}, {49 + 115, 3}, {49 + 119, 3}} {
		w.now = hours(c.at)
		w.lookAround()
		w.work()
		equal(t, "reminders", w.proposal(w.rui, id).Reminders, c.reminders)
	}
	w.now = hours(49 + 121)
	w.lookAround()
	equal(t, "status", w.proposal(w.rui, id).Status, actions.ProposalExpired)
}

// TestClaimTakenBackAfterApproval: by hand it is approved too late, and nothing was refunded.
func TestClaimTakenBackAfterApproval(t *testing.T) {
	t.Parallel()
	w := claimed(t, storetest.New(t))
	w.platform.Limit(actions.OpApproveClaim, actions.Assisted)
	p := w.approve(w.rui, "d1", w.openClaim().ID)
	w.work()
	equal(t, "a task", w.proposal(w.rui, p.ID).Outcome, actions.RequestAssisted)
	w.claims("3", 51, actions.Approved)
	shown := w.proposal(w.rui, p.ID)
	equal(t, "outcome", []any{shown.Outcome, shown.OutcomeDetail, w.purchase("HP900").Refunding}, []any{actions.RequestRefused, "outcome.refused.claim_taken_back", false})
}
