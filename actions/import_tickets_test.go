package actions_test

import (
	"slices"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestTicketsOfAnImport has the same news come in several orders: the tickets are the same in the end.
func TestTicketsOfAnImport(t *testing.T) {
	t.Parallel()
	camp := actions.SoldProduct{Code: "7", Name: "Bread Camp"}
	bought := func(id string, at int, status actions.Status, n int) actions.SaleEvent {
		return sold(id, at, status, func(e *actions.SaleEvent) { e.Sale.Product, e.Sale.Quantity = camp, n })
	}
	asEvent := func(e actions.SaleEvent) actions.SaleEvent { e.Sale.Product.Kind = "event"; return e }
	report := bought("row", 1, actions.Approved, 3)
	reported(&report)
	listed := actions.SaleEvent{Source: "products", ID: "7", Kind: "product", Product: &actions.Listed{Code: "7", Kind: "event",
		Event: actions.Event{Starts: hours(1000), Timezone: "Europe/Lisbon", Place: "Lisboa"}}}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for name, c := range map[string]struct {
			events []actions.SaleEvent
			want   actions.TicketCounts
			status actions.Status
		}{
			"a webhook":                             {[]actions.SaleEvent{asEvent(bought("1", 1, actions.Approved, 3))}, actions.TicketCounts{Pending: 3}, actions.Approved},
			"not paid yet":                          {[]actions.SaleEvent{asEvent(bought("1", 1, actions.WaitingPayment, 3))}, actions.TicketCounts{}, actions.WaitingPayment},
			"waiting, then paid":                    {[]actions.SaleEvent{asEvent(bought("1", 1, actions.WaitingPayment, 3)), asEvent(bought("2", 2, actions.Approved, 3))}, actions.TicketCounts{Pending: 3}, actions.Approved},
			"paid, told before waiting":             {[]actions.SaleEvent{asEvent(bought("2", 2, actions.Approved, 3)), asEvent(bought("1", 1, actions.WaitingPayment, 3))}, actions.TicketCounts{Pending: 3}, actions.Approved},
			"twice":                                 {[]actions.SaleEvent{asEvent(bought("1", 1, actions.Approved, 3)), asEvent(bought("1", 1, actions.Approved, 3)), asEvent(bought("2", 2, actions.Complete, 3))}, actions.TicketCounts{Pending: 3}, actions.Complete},
			"a report, then the list":               {[]actions.SaleEvent{report, listed}, actions.TicketCounts{Pending: 3}, actions.Approved},
			"the list, then a report":               {[]actions.SaleEvent{listed, report}, actions.TicketCounts{Pending: 3}, actions.Approved},
			"a report that says nothing, a webhook": {[]actions.SaleEvent{report, asEvent(bought("1", 1, actions.Approved, 3))}, actions.TicketCounts{Pending: 3}, actions.Approved},
			"refunded":                              {[]actions.SaleEvent{asEvent(bought("1", 1, actions.Approved, 3)), asEvent(bought("2", 2, actions.Refunded, 3))}, actions.TicketCounts{Pending: 3}, actions.Refunded},
			"more than anybody buys":                {[]actions.SaleEvent{asEvent(bought("1", 1, actions.Approved, 1_000_000_000))}, actions.TicketCounts{Pending: store.MaxTickets}, actions.Approved},
		} {
			for _, together := range []bool{true, false} {
				account := name
				if together {
					account += " in one batch"
				}
				w := worldOnAccount(t, s, account)
				if together {
					_, err := w.core.Import(t.Context(), account, all(c.events...), actions.ImportOptions{Name: "x"})
					w.must(err)
				} else {
					for _, e := range c.events {
						_, err := w.core.Apply(t.Context(), account, e)
						w.must(err)
					}
				}
				who := actions.Actor{ID: "x", Account: account, Role: actions.Manager}
				p, err := w.core.Purchase(t.Context(), who, "HP900")
				w.must(err)
				if p.Tickets != c.want || p.Status != c.status {
					t.Errorf("%s: %+v, %s", account, p.Tickets, p.Status)
				}
				if slices.ContainsFunc(c.events, func(e actions.SaleEvent) bool { return e.Product != nil }) && (p.Product.Event.Place != "Lisboa" || !p.Product.Event.Starts.Equal(hours(1000))) {
					t.Errorf("%s: %+v", account, p.Product.Event)
				}
			}
		}
	})
}

// worldOnAccount is another shop in the same database.
func worldOnAccount(t *testing.T, s *store.Store, account string) *world {
	t.Helper()
	w := &world{t: t, store: s, now: start}
	w.core = actions.New(actions.Options{Store: s, Commerce: ledger.New(s, w.clock), Policy: actions.DefaultPolicy(), Now: w.clock, NewID: func() string { return account + w.newID() }})
	w.must(s.SaveAccount(store.Account{ID: account, Name: account, Locale: "en", Timezone: "UTC", Currency: "BRL", CreatedAt: start}))
	return w
}
