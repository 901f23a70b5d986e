package hotmart_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestSyncFindsTickets: a shop that was only read has the tickets of its event, and what is known is not written again.
func TestSyncFindsTickets(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		platform := newShop(t)
		otto := "b0000000-0000-4000-8000-000000000002"
		for _, transaction := range []string{"HP1100000411", "HP1100000412"} { // he bought twice: which tickets are of which nobody says
			platform.AddSale(fake.Sale{Transaction: transaction, Product: 4100003, Buyer: otto, Status: "APPROVED", Ordered: platform.clock().Add(-48 * time.Hour),
				Approved: platform.clock().Add(-48 * time.Hour), Tickets: 2})
		}
		if err := s.SaveAccount(store.Account{ID: "shop", Name: "Padaria Escola", Locale: "en", Timezone: "UTC", Currency: "BRL", CreatedAt: platform.clock()}); err != nil {
			t.Fatal(err)
		}
		ids := 0
		core := actions.New(actions.Options{Store: s, Commerce: platform, Feed: platform, Policy: actions.DefaultPolicy(), Now: platform.clock,
			NewID: func() string { ids++; return fmt.Sprintf("id%06d", ids) }})
		who := actions.Actor{ID: "x", Account: "shop", Role: actions.Manager}
		for n, news := range []int{1, 0} {
			got, err := core.Sync(t.Context(), "shop", actions.SyncOptions{})
			if err != nil || !got.Ended || got.BadCount > 0 {
				t.Fatalf("%+v, %v", got, err)
			}
			if told := got.Parts["tickets"]; told != (actions.SyncCount{Items: 2, News: news}) {
				t.Errorf("reading %d: %+v", n+1, told)
			}
			for transaction, want := range map[actions.Transaction]int{"HP1100000401": 2, "HP1100000411": 1, "HP1100000412": 1} {
				if p, err := core.Purchase(t.Context(), who, transaction); err != nil || p.Quantity != want || p.Tickets.All() != want {
					t.Errorf("reading %d: %s has %d tickets of %d, want %d, %v", n+1, transaction, p.Tickets.All(), p.Quantity, want, err)
				}
			}
		}
	})
}
