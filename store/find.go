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
	Subscribed  string   // charges of one subscription
	Kind        string   // of the product
	PendingIn   []string // when there are any: in these states, with a ticket whose attendee is not known
	Status      string
	From, To    time.Time // ordered at or after From, before To
	After       Cursor    // the last purchase of the page before
	Limit       int
}

// manyProducts bounds the products that the beginning of a name may stand for; shops have hundreds.
const manyProducts = 1000

// FindPurchases lists purchases, whole, the newest first.
func (s *Store) FindPurchases(f PurchaseFilter) ([]FullPurchase, error) {
	w, product, some, err := s.meant(f)
	if err != nil || !some {
		return nil, err
	}
	words := f.words()
	switch {
	case f.OnlyBuyers, f.EmailKey != "":
		buyers, err := s.chosen(f)
		if err != nil || len(buyers) == 0 {
			return nil, err
		}
		w.and(s.have(words))
		return s.page(f, f.ofBuyers(buyers, w))
	case len(words) == 0 || f.Transaction != "":
		w.and(s.have(words))
		return s.page(f, w)
	}
	return s.findNamed(f, w, words, product)
}

// meant are the conditions of a search beside those on the buyer, and the product that is meant when it is one. some is
// false when no product is meant.
func (s *Store) meant(f PurchaseFilter) (w conditions, product string, some bool, err error) {
	w = f.walked()
	if f.Transaction != "" {
		w.add(`p."transaction" = ?`, f.Transaction)
	}
	if f.Subscribed != "" {
		w.add("p.subscription_id = ? AND p.subscription_id <> ''", f.Subscribed)
	}
	if f.Status != "" {
		w.add("p.status = ?", f.Status)
	}
	f.pending(&w)
	products, some, err := s.byProduct(f, &w)
	if len(products) == 1 {
		product = products[0]
	}
	return w, product, some, err
}

const newestFirst = "p.ordered_at DESC, p.id DESC"

// page loads the first purchases for which conditions hold.
func (s *Store) page(f PurchaseFilter, w conditions) ([]FullPurchase, error) {
	return s.purchases(selection{conditions: w, order: newestFirst, limit: f.Limit})
}

// walked are the conditions that say where in the order of time a search begins and ends.
func (f PurchaseFilter) walked() conditions {
	var w conditions
	w.add("p.account_id = ?", f.Account)
	if !f.From.IsZero() {
		w.add("p.ordered_at >= ?", f.From.UTC())
	}
	if !f.To.IsZero() {
		w.add("p.ordered_at < ?", f.To.UTC())
	}
	if f.After.ID != "" {
		w.add("(p.ordered_at, p.id) < (?, ?)", f.After.At, f.After.ID) // as one: so an index begins there
	}
	return w
}

// columns are what conditions and order need of purchases: fewer than all, so that often an index has them.
func (f PurchaseFilter) columns() string { return "id, account_id, buyer_id, ordered_at" + f.needs() }

// ofBuyers has the search begin with these buyers' purchases. By itself the planner likes the index that has the order
// already, and walks all purchases of the shop; and whatever is joined, it joins before it sorts. So the page is picked
// first, from no more columns than the conditions need: often an index has them all.
func (f PurchaseFilter) ofBuyers(buyers []string, w conditions) conditions {
	var picked conditions
	picked.add("p.id IN ("+f.pick("p.id", "buyer_id IN ?", w)+")", slices.Concat([]any{f.Account, buyers}, w.args)...)
	return picked
}

// pick is the statement for a page of the purchases of some buyers; its values are the account, those of whose, those of w.
func (f PurchaseFilter) pick(what, whose string, w conditions) string {
	return "WITH p AS MATERIALIZED (SELECT " + f.columns() + " FROM purchases WHERE account_id = ? AND " + whose + ") SELECT " + what +
		" FROM p WHERE " + w.sql() + " ORDER BY " + newestFirst + " LIMIT " + strconv.Itoa(f.Limit) // written out: see literalLimit
}

// byProduct narrows to the products that are meant, and returns them when it had to look; false when there are none.
func (s *Store) byProduct(f PurchaseFilter, w *conditions) (ids []string, some bool, err error) {
	if f.ProductID != "" {
		w.add("p.product_id = ?", f.ProductID)
		ids = []string{f.ProductID}
	}
	if f.Product == "" && f.Kind == "" {
		return ids, true, nil
	}
	q := s.db().Model(&Product{}).Where("account_id = ?", f.Account)
	if f.Product != "" {
		q = q.Where(s.prefix("name_key")+" OR code = ?", append(bounds(f.Product), f.ProductCode)...)
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	ids = nil
	if err := q.Limit(manyProducts).Pluck("id", &ids).Error; err != nil {
		return nil, false, fmt.Errorf("products by name: %w", err)
	}
	w.add("p.product_id IN ?", ids)
	return ids, len(ids) > 0, nil
}

// chosen are the buyers of a filter that names them, or has the whole address of one.
func (s *Store) chosen(f PurchaseFilter) ([]string, error) {
	if f.EmailKey == "" {
		return f.Buyers, nil
	}
	b, err := s.BuyerByEmail(f.Account, f.EmailKey)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case f.OnlyBuyers && !slices.Contains(f.Buyers, b.ID):
		return nil, nil
	}
	return []string{b.ID}, nil
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
