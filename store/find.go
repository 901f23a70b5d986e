package store

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A PurchaseFilter selects purchases. Empty fields select nothing away.
type PurchaseFilter struct {
	Account     string
	Buyers      []string // only these buyers' purchases, when OnlyBuyers
	OnlyBuyers  bool
	Transaction string   // whole code
	EmailKey    string   // whole address, normalised
	EmailPart   string   // folded beginning of the address or of any word of the buyer
	NameWords   []string // folded beginnings of words of the buyer; all must match
	Product     string   // folded beginning of the name
	ProductCode string   // or, instead, the whole code
	ProductID   string   // one product
	Kind        string   // of the product
	PendingIn   []string // when there are any: in these states, with a ticket whose attendee is not known
	Status      string
	From, To    time.Time // ordered at or after From, before To
	After       Cursor    // the last purchase of the page before
	Limit       int
}

// manyBuyers is where the search turns around: up to here the buyers are found first and then their purchases; with
// more, the newest purchases are walked and their buyers looked at, of whom then enough match soon.
const manyBuyers = 2000

// manyProducts bounds the products that the beginning of a name may stand for; shops have hundreds.
const manyProducts = 1000

// FindPurchases lists purchases, whole, the newest first.
func (s *Store) FindPurchases(f PurchaseFilter) ([]FullPurchase, error) {
	var w conditions
	w.add("p.account_id = ?", f.Account)
	if f.Transaction != "" {
		w.add(`p."transaction" = ?`, f.Transaction)
	}
	if f.Status != "" {
		w.add("p.status = ?", f.Status)
	}
	if !f.From.IsZero() {
		w.add("p.ordered_at >= ?", f.From.UTC())
	}
	if !f.To.IsZero() {
		w.add("p.ordered_at < ?", f.To.UTC())
	}
	if f.After.ID != "" {
		w.add("(p.ordered_at, p.id) < (?, ?)", f.After.At, f.After.ID) // as one: so an index begins there
	}
	f.pending(&w)
	if some, err := s.byProduct(f, &w); err != nil || !some {
		return nil, err
	}
	buyers, all, err := s.byBuyer(f, &w)
	if err != nil || !all && len(buyers) == 0 {
		return nil, err
	}
	if !all {
		w = f.ofBuyers(buyers, w)
	}
	return s.purchases(selection{conditions: w, order: newestFirst, limit: f.Limit})
}

const newestFirst = "p.ordered_at DESC, p.id DESC"

// ofBuyers has the search begin with these buyers' purchases. By itself the planner likes the index that has the order
// already, and walks all purchases of the shop; and whatever is joined, it joins before it sorts. So the page is picked
// first, from no more columns than the conditions need: often an index has them all.
func (f PurchaseFilter) ofBuyers(buyers []string, w conditions) conditions {
	columns := "id, account_id, buyer_id, ordered_at" + f.needs()
	pick := "p.id IN (WITH p AS MATERIALIZED (SELECT " + columns + " FROM purchases WHERE account_id = ? AND buyer_id IN ?) SELECT p.id FROM p"
	if strings.Contains(w.sql(), "b.") {
		pick += " JOIN buyers b ON b.id = p.buyer_id"
	}
	pick += " WHERE " + w.sql() + " ORDER BY " + newestFirst + " LIMIT " + strconv.Itoa(f.Limit) + ")" // written out: see literalLimit
	var picked conditions
	picked.add(pick, append([]any{f.Account, buyers}, w.args...)...)
	return picked
}

// byProduct narrows to the products that are meant; false when there are none.
func (s *Store) byProduct(f PurchaseFilter, w *conditions) (bool, error) {
	if f.ProductID != "" {
		w.add("p.product_id = ?", f.ProductID)
	}
	if f.Product == "" && f.Kind == "" {
		return true, nil
	}
	q := s.db().Model(&Product{}).Where("account_id = ?", f.Account)
	if f.Product != "" {
		q = q.Where(s.prefix("name_key")+" OR code = ?", append(bounds(f.Product), f.ProductCode)...)
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	var ids []string
	err := q.Limit(manyProducts).Pluck("id", &ids).Error
	if err != nil {
		return false, fmt.Errorf("products by name: %w", err)
	}
	w.add("p.product_id IN ?", ids)
	return len(ids) > 0, nil
}

// byBuyer narrows to the buyers who are meant. It returns them when they are few enough to begin with; all means that the
// search does not begin with buyers.
func (s *Store) byBuyer(f PurchaseFilter, w *conditions) (buyers []string, all bool, err error) {
	has := s.words(f)
	switch {
	case f.OnlyBuyers:
		if f.EmailKey != "" {
			w.add("b.email_key = ?", f.EmailKey)
		}
		w.and(has)
		return f.Buyers, false, nil
	case f.EmailKey != "":
		w.and(has)
		b, err := s.BuyerByEmail(f.Account, f.EmailKey)
		if errors.Is(err, ErrNotFound) {
			return nil, false, nil
		}
		return []string{b.ID}, false, err
	case len(has.parts) == 0 || f.Transaction != "":
		w.and(has)
		return nil, true, nil
	}
	ids, err := s.buyersWith(f)
	if err != nil || len(ids) < manyBuyers {
		return ids, false, err
	}
	w.and(has)
	return nil, true, nil
}

// words are the conditions on a buyer b that he has all the words. They are looked up buyer by buyer: OFFSET keeps
// PostgreSQL from reading everybody who has the word instead.
func (s *Store) words(f PurchaseFilter) conditions {
	var has conditions
	word := "EXISTS (SELECT 1 FROM buyer_words x WHERE x.buyer_id = b.id AND x.account_id = ? AND " + s.prefix("x.word") + " LIMIT 1 OFFSET 0)"
	for _, w := range f.NameWords {
		has.add(word, append([]any{f.Account}, bounds(w)...)...)
	}
	if part := f.EmailPart; part != "" {
		has.add("("+s.prefix("b.email_key")+" OR "+word+")", append(append(bounds(part), f.Account), bounds(part)...)...)
	}
	return has
}

// buyersWith lists the buyers who have all the words, manyBuyers at most. The rarest word would be the best to begin
// with; the part of an address or else the longest is a good guess.
func (s *Store) buyersWith(f PurchaseFilter) ([]string, error) {
	rest := f
	first := f.EmailPart
	if first != "" {
		rest.EmailPart = ""
	} else {
		longest := 0
		for i, word := range f.NameWords {
			if len(word) > len(f.NameWords[longest]) {
				longest = i
			}
		}
		first = f.NameWords[longest]
		rest.NameWords = slices.Delete(slices.Clone(f.NameWords), longest, longest+1)
	}
	query := "SELECT w.buyer_id AS id FROM buyer_words w WHERE w.account_id = ? AND " + s.prefix("w.word")
	args := append([]any{f.Account}, bounds(first)...)
	if f.EmailPart != "" {
		query += " UNION SELECT e.id FROM buyers e WHERE e.account_id = ? AND " + s.prefix("e.email_key")
		args = append(append(args, f.Account), bounds(first)...)
	}
	query = "SELECT DISTINCT b.id FROM (" + query + ") b"
	if has := s.words(rest); len(has.parts) > 0 {
		query += " WHERE " + has.sql()
		args = append(args, has.args...)
	}
	found, err := read[struct{ ID string }](s, 0, query+" LIMIT ?", append(args, manyBuyers)...)
	if err != nil {
		return nil, fmt.Errorf("buyers by words: %w", err)
	}
	ids := make([]string, len(found))
	for i, b := range found {
		ids[i] = b.ID
	}
	return ids, nil
}

// conditions are parts of a WHERE that must all hold.
type conditions struct {
	parts []string
	args  []any
}

func (c *conditions) add(part string, args ...any) {
	c.parts = append(c.parts, part)
	c.args = append(c.args, args...)
}

func (c *conditions) and(more conditions) {
	c.parts = append(c.parts, more.parts...)
	c.args = append(c.args, more.args...)
}

func (c *conditions) sql() string { return strings.Join(c.parts, " AND ") }
