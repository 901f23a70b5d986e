package actions_test

import (
	"fmt"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// guests has n people buy two tickets each, the first of them HP60001.
func (w *world) guests(n int) {
	w.t.Helper()
	for i := 1; i <= n; i++ {
		id := fmt.Sprintf("g%05d", i)
		email := fmt.Sprintf("guest%d@example.org", i)
		w.must(w.store.PutBuyer(store.Buyer{ID: id, AccountID: shop, Email: email, EmailKey: email, Name: fmt.Sprintf("Guest %d", i), CreatedAt: start}))
		w.tickets(fmt.Sprintf("HP%d", 60000+i), actions.Actor{Buyers: []string{id}}, 2)
	}
}

func (w *world) collectGuests(key string, f actions.BulkFilter) actions.BulkRun {
	w.t.Helper()
	f.Product = "event"
	run, err := w.core.Collect(w.t.Context(), w.ana, actions.BulkInput{Key: key, Kind: actions.KindCheckIn, Filter: f, ReplyTo: w.ana.Identity})
	w.must(err)
	return run
}

func TestCheckInForManyCountsExactly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.guests(8)
		w.tickets("HP60009", w.marina, 1)
		w.tickets("HP60010", w.marina, 3) // the same person again: other tickets
		w.bought("HP1", w.paulo)          // no ticket
		w.change("HP60001", func(p *store.Purchase) { p.Status = string(actions.Refunded) })
		w.change("HP60002", func(p *store.Purchase) { p.Refunding = "k" })
		w.change("HP60003", func(p *store.Purchase) { p.Status = string(actions.Disputed) })
		for n := range 2 {
			w.names("HP60004", n+1, "Otto Braun")
		}
		w.names("HP60005", 1, "Otto Braun") // the other one waits

		run := w.collectGuests("k1", actions.BulkFilter{})
		equal(t, "count", []any{run.State, run.Total, run.LeftOut, run.Product.Name}, []any{"ready", 6, 4, "Jantar em Lisboa"})
		equal(t, "why", run.Why, []actions.BulkReason{{Rule: "checkin.concluded", Count: 1}, {Rule: "checkin.refunding", Count: 1}, {Rule: "checkin.status", Count: 2}})
		for _, c := range []struct {
			what  string
			f     actions.BulkFilter
			total int
		}{
			{"by name", actions.BulkFilter{Search: "guest"}, 4},
			{"by address", actions.BulkFilter{Search: "guest7@example.org"}, 1},
			{"picked", actions.BulkFilter{Targets: []string{"HP60001", "HP60007", "HP1"}}, 1},
		} {
			equal(t, c.what, w.collectGuests(c.what, c.f).Total, c.total)
		}
		_, err := w.core.Collect(t.Context(), w.ana, actions.BulkInput{Key: "x", Kind: actions.KindCheckIn, Filter: actions.BulkFilter{Product: "course"}})
		wantError(t, err, actions.NotFound, "bulk.product_not_found")
	})
}

// TestCheckInForManyMailsEachPurchaseOnce, however the numbers change between the count and the mail.
func TestCheckInForManyMailsEachPurchaseOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.guests(6)
		w.tickets("HP60007", w.marina, 1)
		w.tickets("HP60008", w.marina, 3)
		run := w.collectGuests("k1", actions.BulkFilter{})
		w.names("HP60002", 1, "Otto Braun")
		w.names("HP60002", 2, "Otto Braun")
		w.work()
		before := len(w.mailbox.Sent())
		w.change("HP60001", func(p *store.Purchase) { p.Status = string(actions.Chargeback) })
		run = w.start("s1", run)
		w.start("s1", run)
		w.until(run.ID, actions.BulkDone)

		got := map[string]int{}
		for _, m := range w.mailbox.Sent()[before:] {
			got[m.Template+" "+string(m.To)]++
			if m.Values.TicketURL == "" {
				t.Errorf("the mail to %s leads nowhere", string(m.To))
			}
		}
		equal(t, "mails", got, map[string]int{"checkin guest3@example.org": 1, "checkin guest4@example.org": 1, "checkin guest5@example.org": 1,
			"checkin guest6@example.org": 1, "checkin marina.duarte@example.com": 2})
		end := w.bulk(run.ID)
		equal(t, "end", []int{end.Total, end.Done, end.Failed}, []int{8, 6, 0})
		for _, code := range []actions.Transaction{"HP60003", "HP60008"} {
			equal(t, "audit of "+string(code), w.audit(code), []string{"p-ana checkin.sent"})
		}
		equal(t, "nobody is left", w.collectGuests("k2", actions.BulkFilter{}).Total, 6) // they still have no names
	})
}
