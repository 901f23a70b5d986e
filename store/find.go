package store

import (
	"fmt"
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
	Status      string
	From, To    time.Time // ordered at or after From, before To
	After       Cursor    // the last purchase of the page before
	Limit       int
}

// manyBuyers is where the search turns around: up to here the buyers are found first and their purchases then; with
// more, the newest purchases are walked and their buyers looked at, of which then enough match soon.
const manyBuyers = 2000

// manyProducts bounds the products that the beginning of a name may stand for; shops have hundreds.
const manyProducts = 1000

// FindPurchases lists purchases, whole, the newest first.
func (s *Store) FindPurchases(f PurchaseFilter) ([]FullPurchase, error) {
	var w conditions
	w.add("p.account_id = ?", f.Account)
	if f.OnlyBuyers {
		if len(f.Buyers) == 0 {
			return nil, nil
		}
		w.add("p.buyer_id IN ?", f.Buyers)
	}
	if f.Transaction != "" {
		w.add("p.\"transaction\" = ?", f.Transaction)
	}
	if f.EmailKey != "" {
		w.add("p.buyer_id IN (SELECT id FROM buyers WHERE account_id = ? AND email_key = ?)", f.Account, f.EmailKey)
	}
	for _, narrow := range []func(PurchaseFilter, *conditions) (bool, error){s.byProduct, s.byWords} {
		if some, err := narrow(f, &w); err != nil || !some {
			return nil, err
		}
	}
	if f.Status != "" {
		w.add("p.status = ?", f.Status)
	}
	if !f.From.IsZero() {
		w.add("p.ordered_at >= ?", f.From)
	}
	if !f.To.IsZero() {
		w.add("p.ordered_at < ?", f.To)
	}
	if f.After.ID != "" {
		w.add("(p.ordered_at < ? OR (p.ordered_at = ? AND p.id < ?))", f.After.At, f.After.At, f.After.ID)
	}
	return s.purchases(false, w.sql(), w.args, "p.ordered_at DESC, p.id DESC", f.Limit)
}

// byProduct narrows to the products that are meant; false when there are none.
func (s *Store) byProduct(f PurchaseFilter, w *conditions) (bool, error) {
	if f.Product == "" {
		return true, nil
	}
	var ids []string
	err := s.db().Model(&Product{}).Where("account_id = ?", f.Account).
		Where(s.prefix("name_key")+" OR code = ?", append(bounds(f.Product), f.ProductCode)...).
		Limit(manyProducts).Pluck("id", &ids).Error
	if err != nil {
		return false, fmt.Errorf("products by name: %w", err)
	}
	w.add("p.product_id IN ?", ids)
	return len(ids) > 0, nil
}

// byWords narrows to the buyers who have all the words; false when there are none.
func (s *Store) byWords(f PurchaseFilter, w *conditions) (bool, error) {
	if f.EmailPart == "" && len(f.NameWords) == 0 {
		return true, nil
	}
	var has conditions // of a buyer b
	for _, word := range f.NameWords {
		has.add("EXISTS (SELECT 1 FROM buyer_words x WHERE x.buyer_id = b.id AND "+s.prefix("x.word")+")", bounds(word)...)
	}
	if f.EmailPart != "" {
		has.add("("+s.prefix("b.email_key")+" OR EXISTS (SELECT 1 FROM buyer_words x WHERE x.buyer_id = b.id AND "+
			s.prefix("x.word")+"))", append(bounds(f.EmailPart), bounds(f.EmailPart)...)...)
	}
	ids, err := s.buyersWith(f, has)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	if len(ids) < manyBuyers {
		w.add("p.buyer_id IN ?", ids)
	} else {
		w.add(has.sql(), has.args...)
	}
	return true, nil
}

// buyersWith lists the buyers who have all the words, manyBuyers at most. The rarest word would be the best to begin
// with; the longest is a good guess.
func (s *Store) buyersWith(f PurchaseFilter, has conditions) ([]string, error) {
	first := f.EmailPart
	for _, word := range f.NameWords {
		if f.EmailPart == "" && len(word) > len(first) {
			first = word
		}
	}
	from := "SELECT w.buyer_id FROM buyer_words w WHERE w.account_id = ? AND " + s.prefix("w.word")
	args := append([]any{f.Account}, bounds(first)...)
	if f.EmailPart != "" {
		from += " UNION SELECT e.id FROM buyers e WHERE e.account_id = ? AND " + s.prefix("e.email_key")
		args = append(append(args, f.Account), bounds(first)...)
	}
	var ids []string
	err := s.db().Raw("SELECT DISTINCT b.id FROM ("+from+") AS m JOIN buyers b ON b.id = m.buyer_id WHERE "+has.sql()+" LIMIT ?",
		append(append(args, has.args...), manyBuyers)...).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("buyers by words: %w", err)
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

func (c *conditions) sql() string { return strings.Join(c.parts, " AND ") }
