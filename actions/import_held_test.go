package actions_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestTicketsThatABuyerHolds: a sale that was only read is for as many tickets as its buyer holds, where they can be of no other
// sale, and nothing said it better.
func TestTicketsThatABuyerHolds(t *testing.T) {
	t.Parallel()
	camp := actions.SoldProduct{Code: "7", Name: "Bread Camp"}
	listed := actions.SaleEvent{Source: "hotmart", ID: "p", ReadAt: hours(5), Product: &actions.Listed{Code: "7", Kind: "event"}}
	bought := func(id string, at int, status actions.Status, n int, change ...func(*actions.SaleEvent)) actions.SaleEvent {
		return sold(id, at, status, append(change, func(e *actions.SaleEvent) {
			e.Sale.Product, e.Sale.Quantity = camp, n
			if len(e.Sale.Contents) > 0 {
				e.Sale.Product = actions.SoldProduct{Code: "9", Name: "All of it"}
			}
		})...)
	}
	read := func(status actions.Status, change ...func(*actions.SaleEvent)) actions.SaleEvent {
		return bought("read", 0, status, 0, append(change, seen(6))...)
	}
	hold := func(email actions.Email, n int) actions.SaleEvent {
		return actions.SaleEvent{Source: "hotmart", ID: fmt.Sprint("held", n), Kind: "READ_TICKETS", ReadAt: hours(7),
			Held: &actions.Holding{Product: camp, Buyer: actions.SoldTo{Email: email}, Tickets: n}}
	}
	his := actions.Email(strings.ToUpper(string(ines.Email)))
	three := hold(his, 3)
	type list = []actions.SaleEvent
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for name, c := range map[string]struct {
			before list
			held   actions.SaleEvent
			want   int
			news   bool
		}{
			"a sale that was read":             {list{listed, read(actions.Approved)}, three, 3, true},
			"one that was told without saying": {list{listed, bought("1", 1, actions.Complete, 0)}, three, 3, true},
			"one that is claimed back":         {list{listed, read(actions.Disputed)}, three, 3, true},
			"found a second time":              {list{listed, read(actions.Approved), three}, three, 3, false},
			"fewer than before":                {list{listed, read(actions.Approved), three}, hold(his, 2), 3, false},
			"a webhook told more":              {list{listed, bought("1", 1, actions.Approved, 5)}, three, 5, false},
			"a webhook told fewer":             {list{listed, bought("1", 1, actions.Approved, 2)}, three, 2, false},
			"one that was read, one paid back": {list{listed, read(actions.Approved), read(actions.Refunded, of("HP901"))}, three, 3, true},
			"one that was read, one not paid":  {list{listed, read(actions.Approved), read(actions.WaitingPayment, of("HP901"))}, three, 3, true},
			"two sales":                        {list{listed, read(actions.Approved), read(actions.Complete, of("HP901"))}, three, 1, false},
			"a second one in doubt":            {list{listed, read(actions.Approved), read(actions.UnknownStatus, of("HP901"))}, three, 1, false},
			"one in doubt":                     {list{listed, read(actions.UnknownStatus)}, three, 1, false},
			"paid back":                        {list{listed, read(actions.Refunded)}, three, 1, false},
			"not paid":                         {list{listed, read(actions.WaitingPayment)}, three, 0, false},
			"no event":                         {list{read(actions.Approved)}, three, 0, false},
			"somebody who is not known":        {list{listed, read(actions.Approved)}, hold("who@example.org", 3), 1, false},
			"an event that is not known": {list{listed, read(actions.Approved)}, func() actions.SaleEvent {
				e := hold(his, 3)
				e.Held = &actions.Holding{Product: actions.SoldProduct{Code: "8"}, Buyer: e.Held.Buyer, Tickets: 3}
				return e
			}(), 1, false},
			"of a bundle": {list{listed, read(actions.Approved, func(e *actions.SaleEvent) { e.Sale.Contents = []actions.SoldProduct{camp, bread} })}, three, 0, false},
		} {
			for _, together := range []bool{true, false} {
				account := name
				if together {
					account += " in one batch"
				}
				w := worldOnAccount(t, s, account)
				if together {
					_, err := w.core.Import(t.Context(), account, all(append(c.before[:len(c.before):len(c.before)], c.held)...), actions.ImportOptions{Name: "x"})
					w.must(err)
				} else {
					for _, e := range c.before {
						_, err := w.core.Apply(t.Context(), account, e)
						w.must(err)
					}
					before, err := s.In(t.Context()).LockPurchase(account, "HP900")
					w.must(err)
					got, err := w.core.Apply(t.Context(), account, c.held)
					w.must(err)
					after, err := s.In(t.Context()).LockPurchase(account, "HP900")
					w.must(err)
					if (got == actions.Applied) != c.news || (after.Purchase.Revision != before.Purchase.Revision) != c.news {
						t.Errorf("%s: %s, revision %d after %d", account, got, after.Purchase.Revision, before.Purchase.Revision)
					}
				}
				p, err := w.core.Purchase(t.Context(), actions.Actor{ID: "x", Account: account, Role: actions.Manager}, "HP900")
				w.must(err)
				if n := p.Tickets.All(); n != c.want || p.Quantity != max(c.want, 1) {
					t.Errorf("%s: %d tickets of %d, want %d", account, n, p.Quantity, c.want)
				}
				unknown, err := s.In(t.Context()).BuyersByEmail(account, []string{"who@example.org"})
				w.must(err)
				if len(unknown) > 0 {
					t.Errorf("%s: somebody was kept who bought nothing", account)
				}
			}
		}
	})
}

// TestTicketsWithoutWhatTheyNeed are a connector's mistake.
func TestTicketsWithoutWhatTheyNeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := actions.Holding{Product: actions.SoldProduct{Code: "7"}, Buyer: ines, Tickets: 2}
	for name, spoil := range map[string]func(e *actions.SaleEvent){
		"no tickets": func(e *actions.SaleEvent) { e.Held.Tickets = 0 },
		"no event":   func(e *actions.SaleEvent) { e.Held.Product.Code = "" },
		"no buyer":   func(e *actions.SaleEvent) { e.Held.Buyer.Email = "" },
		"no reading": func(e *actions.SaleEvent) { e.At, e.ReadAt = hours(1), e.At },
	} {
		held := good
		e := actions.SaleEvent{Source: "hotmart", ID: "x", ReadAt: hours(1), Held: &held}
		spoil(&e)
		if _, err := w.core.Apply(t.Context(), shop, e); err == nil {
			t.Errorf("%s: applied", name)
		}
	}
}
