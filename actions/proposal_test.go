package actions_test

import (
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// expensive is a price above the second person's tier.
func expensive(p *store.Purchase) { p.Amount = 500_01 }

// proposed has an agent ask for a refund that needs somebody else.
func (w *world) proposed(code string, who actions.Actor) (actions.Transaction, string) {
	w.t.Helper()
	t := w.bought(code, w.marina, expensive)
	r := w.refund(who, "ask-"+code, t)
	if r.State != actions.ResultProposed || r.Proposal == "" {
		w.t.Fatalf("result = %+v", r)
	}
	return t, r.Proposal
}

func (w *world) proposal(who actions.Actor, id string) actions.Proposal {
	w.t.Helper()
	p, err := w.core.Proposal(w.t.Context(), who, id)
	w.must(err)
	return p
}

func TestProposalIsApprovedAndCarriedOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code, id := w.proposed("HP100", w.ana)
		w.work()
		equal(t, "after asking", w.noted(), []string{"announce proposal:" + id})
		if p := w.purchase(code); p.OpenProposal != id || p.Refunding {
			t.Errorf("open proposal %q, refunding %v", p.OpenProposal, p.Refunding)
		}
		open := w.proposal(w.rui, id)
		equal(t, "sealed", []any{open.Kind, open.Amount, open.Verdict.Rule, open.AskedByName, open.Status, open.ExpiresAt},
			[]any{"refund", actions.Money{Minor: 500_01, Currency: "BRL"}, "refund.above_tier", "ana", "open", start.Add(72 * time.Hour)})

		decided := w.approve(w.rui, "d1", id)
		equal(t, "decided", []any{decided.Status, decided.DecidedByName, decided.DecidedAt, decided.Outcome}, []any{"approved", "rui", start, "recorded"})
		if p := w.purchase(code); p.OpenProposal != "" || !p.Refunding {
			t.Errorf("after approval: open proposal %q, refunding %v", p.OpenProposal, p.Refunding)
		}
		w.work()
		equal(t, "status", w.purchase(code).Status, actions.Refunded)
		done := w.proposal(w.ana, id)
		equal(t, "outcome", done.Outcome, actions.RequestDone)
		if done.Revision <= decided.Revision {
			t.Errorf("revision %d did not grow from %d: cards would not be redrawn", done.Revision, decided.Revision)
		}
		key := "proposal/" + id
		equal(t, "jobs", w.noted(), []string{"refresh proposal:" + id, "refresh request:" + key, "refresh proposal:" + id, "tell i-ana " + key})
		equal(t, "order", w.platform.Orders(), []actions.Order{{Key: key, Account: shop, Op: actions.OpRefund, Transaction: code,
			Amount: actions.Money{Minor: 500_01, Currency: "BRL"}}})
		equal(t, "audit", w.audit(code), []string{"p-ana refund.proposed", "p-rui refund.approved (asked by p-ana)", "system refund.done (asked by p-ana)"})
		equal(t, "mails", w.mails(), []string{"refund_done marina.duarte@example.com"})
		equal(t, "the same key again", w.approve(w.rui, "d1", id), w.proposal(w.rui, id))
		equal(t, "the asking again", w.refund(w.ana, "ask-HP100", code).Proposal, id)
	})
}

func TestProposalIsDenied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina, expensive)
	r := w.refund(w.marina, "k1", code)
	equal(t, "verdict", r.Verdict.Rule, "refund.buyer_above_limit")
	_, err := w.core.Decide(t.Context(), w.bia, actions.DecideInput{Key: "d1", Proposal: r.Proposal, Reason: "  "})
	equal(t, "field", wantError(t, err, actions.Invalid, "proposal.reason_missing").Field, "reason")
	p, err := w.core.Decide(t.Context(), w.bia, actions.DecideInput{Key: "d1", Proposal: r.Proposal, Reason: "Já foi usado por 6 dias."})
	w.must(err)
	equal(t, "decided", []any{p.Status, p.DecidedByName, p.DecidedReason}, []any{"denied", "bia", "Já foi usado por 6 dias."})
	w.work()
	equal(t, "mails", w.mails(), []string{"refund_asked marina.duarte@example.com", "refund_denied marina.duarte@example.com"})
	equal(t, "the reason in the mail", w.mailbox.Sent()[1].Values.Reason, "Já foi usado por 6 dias.")
	equal(t, "jobs", w.noted(), []string{"announce proposal:" + r.Proposal, "refresh proposal:" + r.Proposal, "tell i-marina " + r.Proposal})
	equal(t, "audit", w.audit(code), []string{"i-marina refund.proposed", "p-bia refund.denied (asked by i-marina)"})
	equal(t, "nothing was ordered", len(w.platform.Orders()), 0)
	equal(t, "and he may ask again", w.refund(w.marina, "k2", code).State, actions.ResultProposed)

	code, id := w.proposed("HP101", w.ana)
	_, err = w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d2", Proposal: id, Reason: "não"})
	w.must(err)
	w.work()
	equal(t, "a buyer who did not ask reads nothing", len(w.mails()), 3) // the third is for asking again
	equal(t, "audit", w.audit(code), []string{"p-ana refund.proposed", "p-rui refund.denied (asked by p-ana)"})
}

func TestWhoMayDecide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// A manager asks; and he has a private Telegram user, which asked as a buyer before it was known to be his.
	_, byManager := w.proposed("HP100", w.rui)
	_, byAgent := w.proposed("HP101", w.ana)
	private := w.buyer("privat", "Rui", "rui@example.org")
	code := w.bought("HP102", private, expensive)
	byPrivate := w.refund(private, "k-private", code).Proposal
	w.must(w.store.PutIdentity(store.Identity{ID: "i-privat", AccountID: shop, Platform: "telegram", UserID: "privat", PersonID: "p-rui", CreatedAt: start}))
	onTelegram := w.actor("telegram", "privat")
	if onTelegram.ID != "p-rui" || onTelegram.Role != actions.Manager {
		t.Fatalf("actor = %+v", onTelegram)
	}
	for _, c := range []struct {
		name     string
		who      actions.Actor
		proposal string
		key      string // of the error
	}{
		{"an agent", w.leo, byManager, "proposal.role"},
		{"the agent who asked", w.ana, byAgent, "proposal.role"},
		{"a buyer", w.marina, byAgent, "proposal.role"},
		{"the manager who asked", w.rui, byManager, "proposal.own"},
		{"the manager who asked, on another platform", onTelegram, byManager, "proposal.own"},
		{"the manager who asked as a buyer", w.rui, byPrivate, "proposal.own"},
		{"another shop's manager", actions.Actor{ID: "p-rui", Account: "other", Role: actions.Manager}, byAgent, "proposal.not_found"},
		{"a producer", w.bia, byManager, ""},
		{"an admin", w.adm, byPrivate, ""},
		{"a manager", w.rui, byAgent, ""},
	} {
		_, err := w.core.Decide(t.Context(), c.who, actions.DecideInput{Key: "d-" + c.name, Proposal: c.proposal, Approve: true})
		if e := actions.AsError(err); e == nil && c.key != "" || e != nil && e.Key != c.key {
			t.Errorf("%s: error %v, want %q", c.name, err, c.key)
		}
	}
}

func TestProposalIsRebuiltWhenFactsChange(t *testing.T) {
	t.Parallel()
	yesterday := start.AddDate(0, 0, -1)
	for _, c := range []struct {
		name   string
		change func(*store.Purchase)
		status actions.ProposalStatus
		rule   string // of the new one, or why there is none
	}{
		{"nothing but a revision", func(*store.Purchase) {}, actions.ProposalApproved, "refund.above_tier"},
		{"opened meanwhile", func(p *store.Purchase) { p.OpenedAt = &yesterday }, actions.ProposalApproved, "refund.above_tier"},
		{"another price", func(p *store.Purchase) { p.Amount = 700_00 }, actions.ProposalRebuilt, "refund.above_tier"},
		{"guarantee over", func(p *store.Purchase) {
			late := start.AddDate(0, 0, -40)
			p.ApprovedAt, p.GuaranteeEnds, p.Status = &late, &yesterday, string(actions.Complete)
		}, actions.ProposalRebuilt, "refund.guarantee_over"},
		{"refunded elsewhere", func(p *store.Purchase) { p.Status = string(actions.Refunded) }, actions.ProposalWithdrawn, "verdict.refund.refunded"},
		{"chargeback", func(p *store.Purchase) { p.Status = string(actions.Chargeback) }, actions.ProposalWithdrawn, "verdict.refund.chargeback"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			code, id := w.proposed("HP100", w.ana)
			w.work()
			w.noted()
			w.change(code, c.change)
			p := w.approve(w.rui, "d1", id)
			w.work()
			equal(t, "status", p.Status, c.status)
			switch c.status {
			case actions.ProposalApproved:
				equal(t, "refunded", w.purchase(code).Status, actions.Refunded)
				return
			case actions.ProposalWithdrawn:
				equal(t, "why", []any{p.Why, p.ReplacedBy, p.DecidedByName}, []any{c.rule, "", ""})
				equal(t, "jobs", w.noted(), []string{"refresh proposal:" + id, "tell i-ana " + id})
				equal(t, "audit", w.audit(code), []string{"p-ana refund.proposed", "p-rui refund.withdrawn (asked by p-ana)"})
			case actions.ProposalRebuilt:
				fresh := w.proposal(w.bia, p.ReplacedBy)
				equal(t, "new one", []any{fresh.Status, fresh.Verdict.Rule, fresh.Amount, fresh.AskedBy},
					[]any{"open", c.rule, w.purchase(code).Price, "p-ana"})
				equal(t, "jobs", w.noted(), []string{"refresh proposal:" + id, "announce proposal:" + fresh.ID})
				equal(t, "audit", w.audit(code), []string{"p-ana refund.proposed", "p-rui refund.rebuilt (asked by p-ana)", "p-ana refund.proposed"})
				equal(t, "approved then", w.approve(w.rui, "d2", fresh.ID).Status, actions.ProposalApproved)
				w.work()
				equal(t, "amount", w.platform.Orders()[0].Amount, w.purchase(code).Price)
				return
			}
			equal(t, "nothing was ordered", len(w.platform.Orders()), 0)
		})
	}
}

func TestProposalTamperedWithIsNotExecuted(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/shop.db"
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := worldOn(t, s)
	_, id := w.proposed("HP100", w.ana)
	cheap := w.bought("HP101", w.marina, expensive)
	// Somebody with a SQL prompt has the approved refund go to another purchase.
	db, err := sql.Open("sqlite", "file:"+file)
	w.must(err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `UPDATE proposals SET "transaction" = ? WHERE id = ?`, string(cheap), id)
	w.must(err)
	_, err = w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d1", Proposal: id, Approve: true})
	wantError(t, err, actions.Internal, "proposal.seal")
}

func TestProposalExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code, id := w.proposed("HP100", w.ana)
	w.work()
	w.noted()
	w.pass(72*time.Hour - time.Microsecond)
	w.must(w.core.Handlers()[actions.JobExpire](t.Context(), jobs.Job{Kind: actions.JobExpire}))
	equal(t, "in its last instant", w.proposal(w.rui, id).Status, actions.ProposalOpen)
	w.pass(time.Microsecond)
	_, err := w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d1", Proposal: id, Approve: true})
	equal(t, "before the job has come", wantError(t, err, actions.Conflict, "proposal.already.expired").Args["at"].(time.Time), start.Add(72*time.Hour))
	for range 2 {
		w.must(w.core.Handlers()[actions.JobExpire](t.Context(), jobs.Job{Kind: actions.JobExpire}))
	}
	w.work()
	equal(t, "status", w.proposal(w.rui, id).Status, actions.ProposalExpired)
	equal(t, "jobs", w.noted(), []string{"remind reminder:" + id + "/2", "refresh reminder:" + id + "/1", "refresh reminder:" + id + "/2",
		"refresh proposal:" + id, "tell i-ana " + id})
	equal(t, "audit", w.audit(code), []string{"p-ana refund.proposed", "system refund.expired (asked by p-ana)"})
	equal(t, "the purchase is free", w.purchase(code).OpenProposal, "")
}

func TestFiftyDeciders(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code, id := w.proposed("HP100", w.ana)
		var (
			wg  sync.WaitGroup
			mu  sync.Mutex
			won int
		)
		for i := range 50 {
			wg.Go(func() {
				who := []actions.Actor{w.rui, w.bia, w.adm}[i%3]
				_, err := w.core.Decide(t.Context(), who, actions.DecideInput{Key: fmt.Sprint("d", i), Proposal: id, Approve: i%2 == 0, Reason: "não"})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
					return
				}
				e := actions.AsError(err)
				if e.Key != "proposal.already.approved" && e.Key != "proposal.already.denied" || e.Args["by"] == "" || !e.Args["at"].(time.Time).Equal(start) {
					t.Errorf("error %v, args %v", err, e.Args)
				}
			})
		}
		wg.Wait()
		equal(t, "winners", won, 1)
		equal(t, "audit", len(w.audit(code)), 2)
		w.work()
		if n := len(w.platform.Orders()); n > 1 {
			t.Errorf("%d orders", n)
		}
	})
}

func TestProposalOutcomeUnknownAndRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code, id := w.proposed("HP100", w.ana)
	w.platform.Then(actionstest.TimeoutBefore, actionstest.Refused("outcome.refused.not_refundable"))
	w.approve(w.rui, "d1", id)
	w.work()
	p := w.proposal(w.rui, id)
	equal(t, "unknown", []any{p.Outcome, p.OutcomeDetail}, []any{"unknown", "outcome.unknown.reading"})
	w.pass(time.Minute)
	w.work()
	p = w.proposal(w.rui, id)
	equal(t, "refused", []any{p.Outcome, p.OutcomeDetail}, []any{"refused", "outcome.refused.not_refundable"})
	equal(t, "free for another try", w.purchase(code).Refunding, false)
}

func TestProposalsAreListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []string
	for i := range 5 {
		asker := []actions.Actor{w.ana, w.leo}[i%2]
		_, id := w.proposed(fmt.Sprint("HP10", i), asker)
		want = append(want, id)
		w.pass(time.Minute)
	}
	own := w.bought("HP200", w.paulo, expensive)
	mine := w.refund(w.paulo, "k", own).Proposal
	list := func(who actions.Actor) (all []string) {
		cursor := ""
		for {
			page, err := w.core.Proposals(t.Context(), who, cursor, 2)
			w.must(err)
			for _, p := range page.Proposals {
				all = append(all, p.ID)
				if p.Purchase.Buyer.Name == "" {
					t.Errorf("proposal %s has no purchase", p.ID)
				}
			}
			if cursor = page.Next; cursor == "" {
				return all
			}
		}
	}
	equal(t, "a manager's queue", list(w.rui), append(want, mine))
	equal(t, "an agent's own", list(w.ana), []string{want[0], want[2], want[4]})
	equal(t, "a buyer's own", list(w.paulo), []string{mine})
	_, err := w.core.Proposal(t.Context(), w.paulo, want[0])
	wantError(t, err, actions.NotFound, "proposal.not_found")
	equal(t, "the buyer's", w.proposal(w.paulo, mine).ID, mine)
	_, err = w.core.Proposals(t.Context(), w.rui, "nonsense", 2)
	wantError(t, err, actions.Invalid, "error.cursor")
}
