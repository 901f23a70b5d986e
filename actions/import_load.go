package actions

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// wanted are the keys of the rows that events are about.
type wanted struct {
	seen                                     map[string]map[string]bool // ids by source
	purchases, buyers, products, subscribers map[string]bool
}

func wants(events []SaleEvent) wanted {
	w := wanted{map[string]map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	about := func(p SoldProduct, b SoldTo) {
		w.products[p.Code], w.buyers[b.Email.Key()] = true, true
	}
	for _, e := range events {
		if w.seen[e.Source] == nil {
			w.seen[e.Source] = map[string]bool{}
		}
		if e.ReadAt.IsZero() {
			w.seen[e.Source][e.ID] = true
		}
		if s := e.Sale; s != nil {
			w.purchases[string(s.Transaction)] = true
			about(s.Product, s.Buyer)
			for _, p := range s.Contents {
				about(p, s.Buyer)
			}
		}
		if s := e.Subscription; s != nil {
			w.subscribers[s.Code] = true
			about(s.Product, s.Buyer)
		}
		if o := e.Opening; o != nil {
			about(o.Product, o.Buyer)
		}
		if c := e.Charge; c != nil {
			w.purchases[string(c.Transaction)], w.subscribers[c.Subscription] = true, true
		}
		if h := e.Held; h != nil {
			about(h.Product, h.Buyer)
		}
		if c := e.Cart; c != nil {
			about(c.Product, c.Buyer)
		}
		if p := e.Product; p != nil {
			w.products[p.Code] = true
		}
	}
	return w
}

// keys lists what is wanted and not known yet, in order.
func keys[T any](want map[string]bool, known map[string]T) []string {
	list := slices.Sorted(maps.Keys(want))
	return slices.DeleteFunc(list, func(k string) bool { _, ok := known[k]; return ok })
}

// load reads the rows that the events are about, but for those that are here.
func (l *intake) load(s *store.Store, events []SaleEvent) error {
	w := wants(events)
	for source, ids := range w.seen {
		if err := l.loadSeen(s, source, ids); err != nil {
			return err
		}
	}
	if err := l.loadPurchases(s, w); err != nil {
		return err
	}
	if err := l.loadCovers(s, events); err != nil {
		return err
	}
	if err := l.loadCatalogue(s, w); err != nil {
		return err
	}
	if err := l.loadHeld(s, events); err != nil {
		return err
	}
	if err := l.loadErased(s, events); err != nil {
		return err
	}
	if err := l.loadPaid(s, events); err != nil {
		return err
	}
	return l.loadOpenings(s, events)
}

func (l *intake) loadSeen(s *store.Store, source string, ids map[string]bool) error {
	return inChunks(slices.Sorted(maps.Keys(ids)), func(part []string) error {
		found, err := s.InboundSeen(l.account, source, part)
		for id := range found {
			l.seen[source+"\n"+id] = true
		}
		return err
	})
}

func (l *intake) loadPurchases(s *store.Store, w wanted) error {
	return inChunks(keys(w.purchases, l.purchases), func(part []string) error {
		found, err := s.PurchasesByTransaction(l.account, part)
		if err != nil {
			return err
		}
		return l.keep(s, found)
	})
}

// keep takes loaded purchases in, with their access.
func (l *intake) keep(s *store.Store, found []store.Purchase) error {
	byID := make(map[string]*bought, len(found))
	ids := make([]string, 0, len(found))
	for i := range found {
		if l.purchases[found[i].Transaction] != nil {
			continue // what is here may be newer
		}
		p := &bought{value: &found[i], grants: map[string]*row[store.AccessGrant]{}}
		l.purchases[found[i].Transaction], byID[found[i].ID] = p, p
		ids = append(ids, found[i].ID)
	}
	return inChunks(ids, func(part []string) error {
		grants, err := s.GrantsOf(part)
		for i := range grants {
			byID[grants[i].PurchaseID].grants[grants[i].ProductID] = &row[store.AccessGrant]{value: &grants[i]}
		}
		return err
	})
}

func (l *intake) loadCatalogue(s *store.Store, w wanted) error {
	err := inChunks(keys(w.buyers, l.buyers), func(part []string) error {
		found, err := s.BuyersByEmail(l.account, part)
		for i := range found {
			l.buyers[found[i].EmailKey] = &row[store.Buyer]{value: &found[i]}
		}
		return err
	})
	if err != nil {
		return err
	}
	var bundles []string
	err = inChunks(keys(w.products, l.products), func(part []string) error {
		found, err := s.ProductsByCode(l.account, part)
		for i := range found {
			l.products[found[i].Code] = &row[store.Product]{value: &found[i]}
			bundles = append(bundles, found[i].ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	err = inChunks(bundles, func(part []string) error {
		found, err := s.BundleItems(part)
		for _, i := range found {
			l.items[i.BundleID] = append(l.items[i.BundleID], i)
		}
		return err
	})
	if err != nil {
		return err
	}
	return inChunks(keys(w.subscribers, l.subscriptions), func(part []string) error {
		found, err := s.SubscriptionsByCode(l.account, part)
		for i := range found {
			l.subscriptions[found[i].Code] = &row[store.Subscription]{value: &found[i]}
		}
		return err
	})
}

// loadOpenings reads what was told of first openings that events are about, and the purchases that new ones are about.
func (l *intake) loadOpenings(s *store.Store, events []SaleEvent) error {
	want := map[string]bool{}
	for _, e := range events {
		switch {
		case e.Sale != nil:
			l.wantOpenings(e.Sale, want)
		case e.Opening != nil:
			product, buyer := l.products[e.Opening.Product.Code], l.buyers[e.Opening.Buyer.Email.Key()]
			if product == nil || buyer == nil {
				continue
			}
			want[openingID(product.value.ID, buyer.value.ID)] = true
			found, err := s.PurchasesGiving(l.account, buyer.value.ID, product.value.ID, maxGiving)
			if err != nil {
				return fmt.Errorf("purchases of a product: %w", err)
			}
			if err := l.keep(s, found); err != nil {
				return err
			}
		}
	}
	return inChunks(keys(want, l.openings), func(part []string) error {
		found, err := s.Openings(l.account, part)
		for id, at := range found {
			l.openings[id] = &row[time.Time]{value: &at}
		}
		return err
	})
}

// wantOpenings collects the openings of everything that a purchase may give, by everybody whose it may be.
func (l *intake) wantOpenings(s *Sale, want map[string]bool) {
	var products, buyers []string
	for _, sold := range append([]SoldProduct{s.Product}, s.Contents...) {
		if p := l.products[sold.Code]; p != nil {
			products = append(products, p.value.ID)
			for _, i := range l.items[p.value.ID] {
				products = append(products, i.ProductID)
			}
		}
	}
	if b := l.buyers[s.Buyer.Email.Key()]; b != nil {
		buyers = append(buyers, b.value.ID)
	}
	if p := l.purchases[string(s.Transaction)]; p != nil {
		buyers = append(buyers, p.value.BuyerID)
		for id := range p.grants {
			products = append(products, id)
		}
	}
	for _, p := range products {
		for _, b := range buyers {
			want[openingID(p, b)] = true
		}
	}
}

// openingID names a product and a buyer by their ids.
func openingID(product, buyer string) string { return product + "/" + buyer }

// maxGiving bounds the purchases of one product by one buyer: a weekly subscription of ten years has 520.
const maxGiving = 1000
