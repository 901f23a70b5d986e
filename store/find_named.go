package store

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// A named is a search for the purchases of buyers who have some words. There are two ways, and which of them is short nobody
// knows before: the buyers in the order of what they bought last, or the purchases in the order of time. Both are gone a
// short way, then a longer one, until one of them has come far enough to know the page. Decision 0043 has the figures.
type named struct {
	s     *Store
	f     PurchaseFilter
	w     conditions // all that must hold of a purchase but the words
	words []sought
	lead  sought     // the rarest of them
	rest  conditions // on a buyer_id of p, that he has the others
	// spelled are the words that lead stands for, one more than maxSpelled at most.
	spelled []string
	product string // the one that is meant; empty: any, or several
	late    bool   // all buyers whom byBuyers looked at bought after the page
}

// A place is where a purchase stands in the order of time.
type place struct {
	ID string
	At time.Time
}

// maxSpelled is how many words the beginning of one may stand for before their buyers' orders are not merged any more.
const maxSpelled = 32

// findNamed finds the purchases of buyers who have the words; w is all else that must hold of them, and product the one
// that is meant, if there is one.
func (s *Store) findNamed(f PurchaseFilter, w conditions, words []sought, product string) ([]FullPurchase, error) {
	n, err := s.named(f, w, words, product)
	if err != nil {
		return nil, err
	}
	found, known, err := n.byBuyers(32)
	if err == nil && !known {
		found, err = n.further()
	}
	if err != nil {
		return nil, fmt.Errorf("purchases by words: %w", err)
	}
	return s.placed(found)
}

// further looks where the first who have the word do not tell the page: because so few of them have the other words, or
// bought what is asked for, or because the page is of long ago. Of some thousands who have it all is looked at before long.
func (n *named) further() ([]place, error) {
	few, err := n.few()
	if err != nil {
		return nil, err
	}
	type way struct {
		look func(int) ([]place, bool, error)
		far  int
	}
	ways := []way{{n.byTime, 300}, {n.byBuyers, 256}, {n.byTime, 3000}, {n.byBuyers, 1024}, {n.byTime, 30_000}}
	switch {
	case few && len(n.rest.parts) > 0:
		ways = []way{{n.byBuyers, 256}}
	case few:
		ways = []way{{n.byBuyers, 256}, {n.byBuyers, 1024}}
	}
	if n.late && few { // the order by who bought last begins after the page
		ways = []way{{n.byTime, 300}, {n.byBuyers, 256}}
	}
	for _, w := range ways {
		if found, known, err := w.look(w.far); known || err != nil {
			return found, err
		}
	}
	return n.byAll()
}

// fewBuyers is how many at most have a word that few have.
const fewBuyers = 4000

// few says whether few have the leading word.
func (n *named) few() (bool, error) {
	query, args := n.s.having(n.f.Account, n.lead)
	counted, err := read[struct{ N int64 }](n.s, 1, "SELECT count(*) AS n FROM (SELECT 1 FROM ("+query+") w LIMIT "+strconv.Itoa(fewBuyers)+") w", args...)
	return err == nil && counted[0].N < fewBuyers, err
}

func (s *Store) named(f PurchaseFilter, w conditions, words []sought, product string) (*named, error) {
	i, err := s.rarest(f.Account, words)
	if err != nil {
		return nil, err
	}
	n := &named{s: s, f: f, w: w, words: words, product: product,
		lead: words[i], rest: s.have(slices.Delete(slices.Clone(words), i, i+1))}
	n.spelled, err = s.spelled(f.Account, n.lead.text, maxSpelled+1)
	return n, err
}

// placed loads the purchases of a page.
func (s *Store) placed(page []place) ([]FullPurchase, error) {
	if len(page) == 0 {
		return nil, nil
	}
	ids := make([]string, len(page))
	for i, p := range page {
		ids[i] = p.ID
	}
	var w conditions
	w.add("p.id IN ?", ids)
	return s.purchases(selection{conditions: w, order: newestFirst, limit: len(ids)})
}

// byBuyers looks at what so many of those bought who have the word and bought last. The page is known when nobody else can
// have bought anything that belongs on it.
func (n *named) byBuyers(far int) ([]place, bool, error) {
	found, until, err := n.buyers(far)
	if err != nil || until.Equal(endOfTime) {
		return nil, false, err
	}
	if len(found) == 0 {
		return nil, until.IsZero(), nil // nobody, or nobody so far who has the other words too
	}
	n.late = !until.IsZero() && !n.f.To.IsZero() && !until.Before(n.f.To)
	page, err := n.of("buyer_id IN ?", []any{found})
	return page, until.IsZero() || len(page) == n.f.Limit && page[len(page)-1].At.After(until), err
}

// byAll looks at everything that those bought who have the words.
func (n *named) byAll() ([]place, error) {
	query, args := n.s.having(n.f.Account, n.lead)
	query = "SELECT p.buyer_id FROM (" + query + ") p"
	if len(n.rest.parts) > 0 {
		query += " WHERE " + n.rest.sql()
	}
	return n.of("buyer_id IN ("+query+")", slices.Concat(args, n.rest.args))
}

// of is the page of the purchases of some buyers.
func (n *named) of(whose string, args []any) ([]place, error) {
	return read[place](n.s, n.f.Limit, n.f.pick("p.id, p.ordered_at", whose, n.w), slices.Concat([]any{n.f.Account}, args, n.w.args)...)
}

// byTime walks so many of the newest purchases and looks at who bought them. The page is known when it is full, or when
// there are no more. What an index selects by in the order of time is not walked at all.
func (n *named) byTime(far int) ([]place, bool, error) {
	walked := n.f.walked()
	if n.f.Status != "" {
		walked.add("p.status = ?", n.f.Status)
		if n.product != "" { // the index by product has the order of time within one status
			walked.add("p.product_id = ?", n.product)
		}
	}
	have := n.s.have(n.words)
	w := conditions{parts: slices.Concat(n.w.parts, have.parts), args: slices.Concat(n.w.args, have.args)}
	walk := " FROM purchases p WHERE " + walked.sql() + " ORDER BY " + newestFirst + " LIMIT "
	page, err := read[place](n.s, n.f.Limit, "SELECT p.id, p.ordered_at FROM (SELECT "+n.f.columns()+walk+strconv.Itoa(far)+") p WHERE "+w.sql()+
		" ORDER BY "+newestFirst+" LIMIT "+strconv.Itoa(n.f.Limit), slices.Concat(walked.args, w.args)...)
	if err != nil || len(page) == n.f.Limit {
		return page, true, err
	}
	more, err := read[place](n.s, 1, "SELECT p.id, p.ordered_at"+walk+"1 OFFSET "+strconv.Itoa(far), walked.args...)
	return page, len(more) == 0, err
}
