package actions

import (
	"cmp"
	"maps"
	"slices"

	"github.com/aftersale/aftersale/store"
)

// What a checkout says of a buyer's document shows later that somebody is the buyer (see documentMatches), and anybody can
// fill in a checkout with somebody else's address. So a document is taken from paid sales alone; not for a buyer who has
// paid for something else before, of which it says nothing; and when paid sales name two, neither counts any more.

// contested stands in the place of a document's hash when sales disagree: no document matches it, and none is taken.
const contested = "contested"

// The uses for which a buyer's document and phone are sealed, of his id; the document is hashed for the same use.
const (
	useDocument = "document"
	usePhone    = "phone"
)

// document takes over the document that a sale names, or remembers that there is none to take.
func (l *intake) document(s *Sale) {
	r := l.buyers[s.Buyer.Email.Key()]
	if !s.Status.Paid() {
		return
	}
	b := r.value
	others := l.paidElse(b.ID, string(s.Transaction))
	if s.Buyer.Document == "" || !l.core.vault.Ready() {
		return
	}
	switch {
	case b.DocumentKey == contested || l.core.documentMatches(*b, s.Buyer.Document):
		return
	case b.DocumentKey != "":
		l.touchContact(r)
		b.Document, b.DocumentKey = nil, contested
	case others:
		return
	default:
		sealed, err := l.core.vault.Seal(useDocument, b.ID, []byte(s.Buyer.Document))
		if err != nil {
			return // there is a secret, and sealing fails for no other reason
		}
		l.touchContact(r)
		b.Document, b.DocumentKey = sealed, l.core.documentKey(b.ID, s.Buyer.Document)
	}
}

// phone takes over a telephone number.
func (l *intake) phone(r *row[store.Buyer], sold SoldTo, newest bool) {
	b := r.value
	if sold.Phone == "" || !l.core.vault.Ready() || len(b.Phone) > 0 && !newest {
		return
	}
	if known, err := l.core.vault.Open(usePhone, b.ID, b.Phone); err == nil && string(known) == sold.Phone {
		return
	}
	sealed, err := l.core.vault.Seal(usePhone, b.ID, []byte(sold.Phone))
	if err != nil {
		return // as above
	}
	l.touchContact(r)
	b.Phone = sealed
}

// touchContact notes that a buyer's document or phone is about to change.
func (l *intake) touchContact(r *row[store.Buyer]) {
	if r.was == nil {
		before := *r.value
		r.was = &before
	}
	r.value.ContactAt = &l.now
}

// paidElse notes that a buyer paid for a purchase, and reports whether he has paid for another one.
func (l *intake) paidElse(buyer, transaction string) bool {
	p, ok := l.paid[buyer]
	if !ok {
		p = store.PaidRange{BuyerID: buyer, First: transaction, Last: transaction}
	}
	p.First, p.Last = min(p.First, transaction), max(p.Last, transaction)
	l.paid[buyer] = p
	return p.First != transaction || p.Last != transaction
}

// loadPaid reads what those have paid whose document an event would tell.
func (l *intake) loadPaid(s *store.Store, events []SaleEvent) error {
	var ids []string
	for _, e := range events {
		if e.Sale == nil || e.Sale.Buyer.Document == "" {
			continue
		}
		if r := l.buyers[e.Sale.Buyer.Email.Key()]; r != nil && !r.fresh && r.value.DocumentKey == "" {
			ids = append(ids, r.value.ID)
		}
	}
	slices.Sort(ids)
	return inChunks(slices.Compact(ids), func(part []string) error {
		found, err := s.PaidBy(l.account, part, []string{string(Approved), string(Complete)})
		for _, p := range found {
			l.paid[p.BuyerID] = p
		}
		return err
	})
}

// writeContacts writes the documents and phones of buyers who were there before.
func (l *intake) writeContacts(tx *store.Store) error {
	changed := slices.DeleteFunc(slices.Collect(maps.Values(l.buyers)), func(r *row[store.Buyer]) bool { return r.was == nil || r.fresh })
	slices.SortFunc(changed, func(a, b *row[store.Buyer]) int { return cmp.Compare(a.value.ID, b.value.ID) })
	for _, r := range changed {
		if err := tx.PutContact(*r.value, *r.was); err != nil {
			return err
		}
	}
	return nil
}
