package actions_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func TestRefundByAnAgentIsCarriedOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.bought("HP100", w.marina)
		result := w.refund(w.ana, "k1", code)
		if result.State != actions.ResultRequested || result.Verdict.Rule != "refund.inside_guarantee" || result.Verdict.Numbers.Days != 6 {
			t.Fatalf("result = %+v", result)
		}
		if p := w.purchase(code); !p.Refunding || p.Status != actions.Approved {
			t.Fatalf("before the job: refunding %v, status %s", p.Refunding, p.Status)
		}
		w.work()
		p := w.purchase(code)
		if p.Refunding || p.Status != actions.Refunded || p.Access[0].Active {
			t.Errorf("after the job: refunding %v, status %s, access %v", p.Refunding, p.Status, p.Access[0].Active)
		}
		equal(t, "mails", w.mails(), []string{"refund_done marina.duarte@example.com"})
		equal(t, "audit", w.audit(code), []string{"p-ana refund.requested", "system refund.done (asked by p-ana)"})
		equal(t, "jobs", w.noted(), []string{"refresh request:k1", "tell i-ana k1"})
		equal(t, "orders", len(w.platform.Orders()), 1)

		r, err := w.core.Request(t.Context(), w.ana, "k1")
		w.must(err)
		equal(t, "request", []any{r.Action, r.State, r.Purchase.Status}, []any{"refund", actions.RequestDone, actions.Refunded})
	})
}

func TestRefundTwiceWithOneKeyIsOneRefund(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	first := w.refund(w.ana, "k1", code)
	equal(t, "while it is under way", w.refund(w.ana, "k1", code), first)
	w.work()
	equal(t, "when it is done", w.refund(w.ana, "k1", code), first)
	w.work()
	equal(t, "orders", len(w.platform.Orders()), 1)

	_, err := w.core.Refund(t.Context(), w.ana, refund("k2", code, w.ana))
	e := wantError(t, err, actions.Conflict, "verdict.refund.refunded")
	equal(t, "hint", e.Hint, "verdict.refund.refunded.hint")
	_, err = w.core.Refund(t.Context(), w.leo, refund("k1", code, w.leo))
	wantError(t, err, actions.Conflict, "error.key_taken")
}

func TestFiftyPressesAreOneRefund(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.bought("HP100", w.marina)
		w.bought("HP200", w.marina)
		won, _ := w.press(50, "HP100", func(int) string { return "k" })
		equal(t, "with one key all read the same result", won, 50)
		won, refused := w.press(50, "HP200", func(i int) string { return fmt.Sprint("k", i) })
		equal(t, "with keys of their own one wins", []any{won, refused}, []any{1, map[string]int{"verdict.refund.under_way": 49}})
		w.work()
		equal(t, "orders", len(w.platform.Orders()), 2)
		equal(t, "audit", len(w.audit("HP100"))+len(w.audit("HP200")), 4)
	})
}

// press has ana refund a purchase n times at once; it returns how often that went well, and the keys of the errors.
func (w *world) press(n int, code actions.Transaction, key func(int) string) (won int, refused map[string]int) {
	var (
		wg sync.WaitGroup
		mu sync.Mutex
	)
	refused = map[string]int{}
	for i := range n {
		wg.Go(func() {
			_, err := w.core.Refund(w.t.Context(), w.ana, refund(key(i), code, w.ana))
			mu.Lock()
			defer mu.Unlock()
			if e := actions.AsError(err); e != nil {
				refused[e.Key]++
			} else {
				won++
			}
		})
	}
	wg.Wait()
	return won, refused
}

// The matrix of design section 5: what each answer of the platform does, and what everybody hears.
func TestRefundOutcomes(t *testing.T) {
	t.Parallel()
	for _, c := range outcomes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			code := w.bought("HP100", w.marina)
			w.platform.Then(c.script...)
			w.platform.Blind(c.blind)
			w.refund(w.ana, "k1", code)
			w.work()
			r, err := w.core.Request(t.Context(), w.ana, "k1")
			w.must(err)
			equal(t, "state at first", []any{r.State, r.Detail}, []any{c.first, c.detail})
			for range 4 { // longer than any pause so far
				w.pass(10 * time.Minute)
				w.work()
			}
			r, err = w.core.Request(t.Context(), w.ana, "k1")
			w.must(err)
			p := w.purchase(code)
			equal(t, "at last", []any{r.State, p.Status, p.Refunding, p.Access[0].Active}, c.last)
			equal(t, "mails", w.mails(), c.mails)
			equal(t, "audit", w.audit(code)[1:], c.audit)
			equal(t, "calls that acted", len(w.platform.Acted()), c.acted)
			equal(t, "calls", len(w.platform.Orders()), c.calls)
			tells := 0
			for _, line := range w.noted() {
				if line == "tell i-ana k1" {
					tells++
				}
			}
			equal(t, "times told", tells, len(c.audit))
		})
	}
}

func TestRefundWhoseProcessDied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	w.refund(w.ana, "k1", code)
	// A process has begun to send, has had the refund made, and has died before it could say so.
	row, err := w.store.In(t.Context()).Request("k1")
	w.must(err)
	row.State, row.Attempts, row.UpdatedAt = string(actions.RequestSending), 1, w.clock()
	w.must(w.store.In(t.Context()).SaveRequest(row))
	_, err = w.platform.Commerce.Do(t.Context(), actions.Order{Key: "k1", Account: shop, Op: actions.OpRefund, Transaction: code,
		Amount: actions.Money{Minor: 97_00, Currency: "BRL"}})
	w.must(err)

	w.work()
	if p := w.purchase(code); p.Status != actions.Approved {
		t.Fatal("the request was taken over while the other process could still be sending")
	}
	w.pass(time.Minute)
	w.work()
	if p := w.purchase(code); p.Status != actions.Refunded {
		t.Errorf("status = %s, want refunded", p.Status)
	}
	equal(t, "calls", len(w.platform.Orders()), 0)
	equal(t, "mails", w.mails(), []string{"refund_done marina.duarte@example.com"})
}

func TestRefundOfAFirstChargeCancelsTheSubscription(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.store.PutSubscriptions([]store.Subscription{{ID: "sub", AccountID: shop, Code: "MARINA25", BuyerID: "marina", ProductID: "club",
		Plan: "Mensal", Status: string(actions.SubscriptionActive), StatusAt: start, CreatedAt: start, UpdatedAt: start}}))
	code := w.bought("HP100", w.marina, func(p *store.Purchase) { p.ProductID, p.SubscriptionID, p.Recurrence = "club", "sub", 1 })
	w.refund(w.ana, "k1", code)
	w.work()
	s := w.purchase(code).Subscription
	if s == nil || s.Status != actions.SubscriptionCancelled || !s.NextChargeAt.Equal(start) {
		t.Errorf("subscription = %+v", s)
	}
}

func TestRefundMeetsAnImportedChargeback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	w.platform.Then(actionstest.TimeoutAfter)
	w.refund(w.ana, "k1", code)
	w.work()
	w.change(code, func(p *store.Purchase) { p.Status = string(actions.Chargeback) })
	w.pass(time.Hour)
	w.work()
	if p := w.purchase(code); p.Status != actions.Chargeback {
		t.Errorf("status = %s: what the platform told by another way must stand", p.Status)
	}
}

func TestRefundLimitsOfADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *actions.Policy) { p.AgentDaily = actions.AgentDailyPolicy{Refunds: 3, Amount: 250_00} })
	code := func(i int) actions.Transaction { return w.bought(fmt.Sprint("HP10", i), w.marina) }
	rule := func(who actions.Actor, t actions.Transaction) string {
		v, err := w.core.RefundVerdict(w.t.Context(), who, w.purchase(t))
		w.must(err)
		return v.Rule
	}
	w.refund(w.ana, "k1", code(1))
	w.refund(w.ana, "k2", code(2))
	third := code(3)
	equal(t, "three times 97.00 is above 250.00", rule(w.ana, third), "refund.daily_amount")
	equal(t, "another agent", rule(w.leo, third), "refund.inside_guarantee")
	equal(t, "a manager", rule(w.rui, third), "refund.inside_guarantee")
	if r := w.refund(w.ana, "k3", third); r.State != actions.ResultProposed {
		t.Errorf("above the day's limit: %+v", r)
	}
	equal(t, "a proposal uses nothing up", rule(w.ana, w.bought("HP105", w.marina, func(p *store.Purchase) { p.Amount = 50_00 })), "refund.inside_guarantee")
	w.pass(12*time.Hour - time.Second)
	equal(t, "a second before midnight in São Paulo", rule(w.ana, code(6)), "refund.daily_amount")
	w.pass(time.Second)
	equal(t, "midnight in São Paulo", rule(w.ana, code(6)), "refund.inside_guarantee")
}

func TestRefundByTheBuyer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	small := w.bought("HP100", w.marina)
	if r := w.refund(w.marina, "k1", small); r.State != actions.ResultRequested {
		t.Fatalf("a first small refund: %+v", r)
	}
	w.work()
	equal(t, "told", w.noted(), []string{"refresh request:k1", "tell i-marina k1"})

	second := w.bought("HP101", w.marina)
	r := w.refund(w.marina, "k2", second)
	if r.State != actions.ResultProposed || r.Verdict.Rule != "refund.buyer_not_first" || r.Verdict.Numbers.Count != 1 {
		t.Fatalf("a second refund in a year: %+v", r)
	}
	w.work()
	equal(t, "told", w.noted(), []string{"announce proposal:" + r.Proposal})
	equal(t, "mails", w.mails(), []string{"refund_done marina.duarte@example.com", "refund_asked marina.duarte@example.com"})

	_, foreign := w.core.Refund(t.Context(), w.paulo, refund("k3", small, w.paulo))
	_, missing := w.core.Refund(t.Context(), w.paulo, refund("k4", "HP999", w.paulo))
	a, b := wantError(t, foreign, actions.NotFound, "purchase.not_found"), wantError(t, missing, actions.NotFound, "purchase.not_found")
	a.Args, b.Args = nil, nil // the code that was typed
	equal(t, "a foreign purchase and none", a, b)
}

func TestRefundRefusesWrongInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	_, err := w.core.Refund(t.Context(), w.ana, actions.RefundInput{Key: "k", Transaction: code, Reason: actions.Typo})
	equal(t, "field", wantError(t, err, actions.Invalid, "error.reason").Field, "reason")
	_, err = w.core.Refund(t.Context(), w.ana, actions.RefundInput{Key: "k", Transaction: code, Reason: actions.OtherReason, Note: fmt.Sprintf("%501s", "")})
	equal(t, "field", wantError(t, err, actions.Invalid, "error.too_long").Field, "note")
	_, err = w.core.Refund(t.Context(), actions.Actor{Role: actions.System, Account: shop}, refund("k", code, actions.Actor{}))
	wantError(t, err, actions.Denied, "error.role")
	equal(t, "nothing was done", len(w.audit(code)), 0)
}
