package actions_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// replica is a second core on the same database, as another process has one.
func (w *world) replica(change ...func(*actions.Policy)) *actions.Core {
	policy := actions.DefaultPolicy()
	for _, f := range change {
		f(&policy)
	}
	return actions.New(actions.Options{Store: w.store, Commerce: actionstest.NewFlaky(ledger.New(w.store, w.clock)), Mailer: w.mailbox,
		Policy: policy, Now: w.clock, NewID: w.newID, Vault: secrets})
}

// atOnce has two replicas carry out n tries of their own at the same time, and counts what came of them.
func (w *world) atOnce(n int, try func(core *actions.Core, i int) (actions.Result, error), change ...func(*actions.Policy)) map[actions.ResultState]int {
	w.t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	got := map[actions.ResultState]int{}
	for half, core := range []*actions.Core{w.replica(change...), w.replica(change...)} {
		for i := range n / 2 {
			wg.Go(func() {
				r, err := try(core, half*n/2+i)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					w.t.Errorf("try %d: %v", i, err)
				}
				got[r.State]++
			})
		}
	}
	wg.Wait()
	return got
}

// TestLimitsHoldAcrossReplicas has two processes use up the same limits at once, each on purchases of its own.
func TestLimitsHoldAcrossReplicas(t *testing.T) {
	t.Parallel()
	const tries = 12
	cases := map[string]struct {
		policy func(*actions.Policy)
		who    func(w *world) actions.Actor
		buyer  func(w *world, i int) actions.Actor
		want   int // carried out at once; the rest is proposed
	}{
		"an agent's refunds of a day": {
			func(p *actions.Policy) { p.AgentDaily.Refunds = 4 }, func(w *world) actions.Actor { return w.ana },
			func(w *world, i int) actions.Actor { return w.some(i) }, 4},
		"an agent's money of a day": {
			func(p *actions.Policy) { p.AgentDaily.Amount = 3*97_00 + 1 }, func(w *world) actions.Actor { return w.ana },
			func(w *world, i int) actions.Actor { return w.some(i) }, 3},
		"a buyer's refunds of a year": {
			func(p *actions.Policy) { p.BuyerYearly.Refunds = 5 }, func(w *world) actions.Actor { return w.rui },
			func(w *world, _ int) actions.Actor { return w.marina }, 5},
		"a buyer's own refunds of a year": {
			func(p *actions.Policy) {
				p.BuyerRefund.FirstInMonths, p.BuyerRefund.Code, p.BuyerYearly.WithoutPerson = 0, false, 2
			}, func(w *world) actions.Actor { return w.marina }, func(w *world, _ int) actions.Actor { return w.marina }, 2},
		"a buyer's with two addresses": { // each purchase belongs to another of them
			func(p *actions.Policy) { p.BuyerRefund.Code = false }, func(w *world) actions.Actor { return w.both() },
			func(w *world, i int) actions.Actor { return []actions.Actor{w.marina, w.paulo}[i%2] }, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				w := worldOn(t, s)
				var bought []actions.Transaction
				for i := range tries {
					bought = append(bought, w.bought(fmt.Sprintf("HP%d", 100+i), c.buyer(w, i)))
				}
				who := c.who(w)
				got := w.atOnce(tries, func(core *actions.Core, i int) (actions.Result, error) {
					return core.Refund(t.Context(), who, refund(fmt.Sprint("k", i), bought[i], who))
				}, c.policy)
				if got[actions.ResultRequested] != c.want || got[actions.ResultProposed] != tries-c.want {
					t.Errorf("%v, want %d carried out", got, c.want)
				}
				if v, err := w.replica(c.policy).RefundVerdict(t.Context(), who, w.purchase(w.bought("HP999", c.buyer(w, 0)))); err != nil || v.Numbers.Count+int(v.Numbers.Amount.Minor) < c.want {
					t.Errorf("the verdict does not name its numbers: %+v %v", v, err)
				}
			})
		})
	}
}

// some is one of many buyers.
func (w *world) some(i int) actions.Actor {
	name := fmt.Sprint("some", i)
	if _, err := w.store.Buyer(name); err == nil {
		return w.actor("telegram", name)
	}
	return w.buyer(name, "Some Body", name+"@example.org")
}

// both is a chat user who has proved to be two buyers.
func (w *world) both() actions.Actor {
	w.must(w.store.LinkBuyer(store.IdentityBuyer{IdentityID: "i-marina", BuyerID: "paulo", AccountID: shop, CreatedAt: start}))
	return w.actor("telegram", "marina")
}

// TestRefundsOfAYearAreForgotten: what came back more than a year ago counts no more, and a chargeback counts like a refund.
func TestRefundsOfAYearAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *actions.Policy) { p.BuyerYearly.Refunds = 2 })
	for i, status := range []actions.Status{actions.Refunded, actions.Chargeback} {
		w.bought(fmt.Sprint("HP10", i), w.marina, func(p *store.Purchase) { p.Status = string(status) })
	}
	v, err := w.core.RefundVerdict(t.Context(), w.rui, w.purchase(w.bought("HP200", w.marina)))
	w.must(err)
	if v.Decision != actions.NeedsApproval || v.Rule != "refund.buyer_year" || v.Numbers.Count != 2 || v.Numbers.Limit != 2 {
		t.Errorf("the third of a year: %+v", v)
	}
	w.pass(366 * 24 * time.Hour)
	v, err = w.core.RefundVerdict(t.Context(), w.rui, w.purchase(w.bought("HP300", w.marina)))
	w.must(err)
	if v.Decision != actions.Allowed {
		t.Errorf("a year later: %+v", v)
	}
}

// TestResendIsNoMailBomb: one address gets so many access mails in an hour, from whichever of its purchases; and the shop
// sends so many for buyers. The team may always.
func TestResendIsNoMailBomb(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s, func(p *actions.Policy) { p.Resend.PerAddress, p.Resend.PerShop = 4, 5 })
		bundle := w.bought("HP100", w.marina, func(p *store.Purchase) { p.ProductID = "bundle" }) // two mails each time
		course, other := w.bought("HP101", w.marina), w.bought("HP200", w.paulo)
		n := 0
		resend := func(who actions.Actor, p actions.Transaction, want string) {
			t.Helper()
			n++
			if _, err := w.core.Resend(t.Context(), who, actions.ResendInput{Key: fmt.Sprint("k", n), Transaction: p}); key(err) != want {
				t.Errorf("%d: %s by %s: %v, want %s", n, p, who.ID, err, want)
			}
		}
		resend(w.marina, course, "<nil>")
		resend(w.marina, bundle, "<nil>")
		resend(w.marina, bundle, "verdict.resend.address_limit") // it would make five
		resend(w.marina, course, "<nil>")
		resend(w.marina, course, "verdict.resend.address_limit")
		resend(w.ana, course, "<nil>")
		resend(w.paulo, other, "<nil>")
		resend(w.paulo, other, "<nil>")
		resend(w.some(1), w.bought("HP300", w.some(1)), "verdict.resend.shop_limit")
		w.pass(time.Hour + time.Second)
		resend(w.some(1), "HP300", "<nil>")
		resend(w.marina, bundle, "<nil>")
	})
}

// TestProductAlarm: much of a product comes back, and the rooms are told once a day; neither a usual number nor old news
// alarms anybody.
func TestProductAlarm(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s, func(p *actions.Policy) { p.ProductSpike = actions.ProductSpikePolicy{Count: 6, Times: 3, Least: 3} })
		n := 0
		back := func(product string, status actions.Status, at time.Time) {
			n++
			w.bought(fmt.Sprint("HP", n), w.marina, func(p *store.Purchase) {
				p.ProductID, p.Status, p.StatusAt = product, string(status), at
			})
		}
		look := func() {
			t.Helper()
			w.must(w.core.Handlers()[actions.JobExpire](t.Context(), jobs.Job{}))
			w.work()
		}
		alarms := func(want int) {
			t.Helper()
			look()
			look() // the second finds the first's
			if got := w.noted(); len(got) != want {
				t.Errorf("alarms: %v, want %d", got, want)
			}
		}
		for range 2 {
			back("course", actions.Refunded, w.clock().Add(-time.Hour))
		}
		for range 20 {
			back("course", actions.Refunded, w.clock().Add(-40*24*time.Hour)) // an old report was imported
		}
		alarms(0)
		back("course", actions.Chargeback, w.clock()) // the third, where none is usual
		alarms(1)
		back("course", actions.Chargeback, w.clock())
		alarms(0)
		for range 30 { // one a day is usual for this one: three are not more than three times that
			back("ebook", actions.Refunded, w.clock().Add(-time.Duration(26+24*(n%30))*time.Hour))
		}
		for range 3 {
			back("ebook", actions.Refunded, w.clock())
		}
		alarms(0)
		for range 3 {
			back("ebook", actions.Refunded, w.clock())
		}
		alarms(1) // six are too many, whatever is usual
		w.pass(25 * time.Hour)
		for range 6 {
			back("course", actions.Refunded, w.clock())
		}
		alarms(1)
		equal(t, "audit of the course", w.audit("4100001"), []string{"system product.alarm", "system product.alarm"})
		row, err := w.store.Alarm(shop, "nobody")
		if err == nil {
			t.Errorf("an alarm that is none: %v", row)
		}
		if _, err := w.core.ProductAlarm(t.Context(), w.marina, "any"); key(err) != "error.stale" {
			t.Errorf("a buyer reads alarms: %v", err)
		}
	})
}
