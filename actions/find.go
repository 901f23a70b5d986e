package actions

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aftersale/aftersale/store"
)

// A Filter says which purchases to find. Empty fields leave nothing out; all that are set must match.
type Filter struct {
	Transaction Transaction // the whole code, or a subscriber's: then all charges
	Email       string      // a whole address; or the beginning of one, or of any word in it
	Name        string      // beginnings of words of the buyer's name, in any order
	Product     string      // the beginning of the product's name, or its whole code
	Event       string      // id of one product
	Events      bool        // only tickets of events
	Pending     bool        // only with a good ticket whose attendee is not known
	Status      Status
	From, To    time.Time // ordered at or after From, before To
	Cursor      string    // Next of the page before; empty for the first
	Limit       int       // 10 when 0, at most 50
}

// A Page is a part of a list, the newest purchases first.
type Page struct {
	Purchases []Purchase
	Next      string // cursor of the next page; empty on the last
}

const (
	defaultLimit = 10
	maxLimit     = 50
	minSearch    = 2 // letters; fewer would find half the shop
)

// searchable are the statuses that one can search for.
var searchable = []Status{Started, WaitingPayment, Processing, Failed, Expired, Overdue, Approved, Complete, Disputed,
	PartlyRefunded, Refunded, Chargeback, UnknownStatus}

// Find lists purchases, the newest first. A buyer finds among his own only. A whole address is looked up as it is; when
// nobody has it, it is taken for a beginning; and one word that is nobody's name, for a subscriber's code.
//
// Errors: Invalid, with the filter's Field; Denied for jobs; Unavailable.
func (c *Core) Find(ctx context.Context, who Actor, f Filter) (Page, error) {
	if err := mayAct(who); err != nil {
		return Page{}, err
	}
	from, err := parseCursor(f.Cursor)
	if err != nil {
		return Page{}, err
	}
	if err := f.check(); err != nil {
		return Page{}, err
	}
	query := f.query(who, from)
	s := c.store.In(ctx)
	found, err := s.FindPurchases(query)
	if err == nil && len(found) == 0 && query.EmailKey != "" && f.Cursor == "" {
		from.Part = true
		query = f.query(who, from)
		found, err = s.FindPurchases(query)
	}
	if code := f.code(); err == nil && len(found) == 0 && code != "" {
		found, err = c.chargesOf(s, query, code)
	}
	if err != nil {
		return Page{}, failed("find purchases", err)
	}
	return f.page(found, from), nil
}

// code is what may be a subscriber's: a code that is no purchase's, or one word that is nobody's name.
func (f Filter) code() Transaction {
	code := f.Transaction
	if code == "" {
		code, _ = ParseTransaction(f.Name)
	}
	return code
}

// chargesOf lists the charges of the subscription that has a code; none when none has it.
func (c *Core) chargesOf(s *store.Store, query store.PurchaseFilter, code Transaction) ([]store.FullPurchase, error) {
	sub, err := s.SubscriptionByCode(query.Account, string(code))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	query.Transaction, query.NameWords, query.Subscribed = "", nil, sub.ID
	return s.FindPurchases(query)
}

// check refuses what would find nothing, or too much.
func (f Filter) check() error {
	for field, text := range map[string]string{"email": strings.Trim(f.Email, "@ "), "name": f.Name, "product": f.Product} {
		if n := utf8.RuneCountInString(store.Fold(text)); n > 0 && n < minSearch {
			return &Error{Code: Invalid, Key: "find.too_short", Args: map[string]any{"min": minSearch}, Field: field}
		}
	}
	if f.Status != "" && !slices.Contains(searchable, f.Status) {
		return &Error{Code: Invalid, Key: "find.unknown_status", Field: "status"}
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return &Error{Code: Invalid, Key: "find.wrong_period", Field: "period"}
	}
	return nil
}

// query says the filter in the store's words; it asks for one purchase more than the page holds, to know whether there
// is another page.
func (f Filter) query(who Actor, from cursor) store.PurchaseFilter {
	q := store.PurchaseFilter{
		Account: who.Account, OnlyBuyers: !who.Staff(), Buyers: who.Buyers, Transaction: string(f.Transaction),
		NameWords: strings.Fields(store.Fold(f.Name)), Product: store.Fold(f.Product), ProductCode: strings.TrimSpace(f.Product),
		Status: string(f.Status), From: f.From, To: f.To, After: store.Cursor{At: from.At, ID: from.ID}, Limit: f.size() + 1,
	}
	q.ProductID = f.Event
	if f.Events {
		q.Kind = "event"
	}
	if f.Pending {
		q.PendingIn = admitting
	}
	if email, err := ParseEmail(f.Email); err == nil && !from.Part {
		q.EmailKey = email.Key()
	} else {
		q.EmailPart = strings.TrimPrefix(store.Fold(f.Email), "@")
	}
	return q
}

func (f Filter) size() int {
	if f.Limit <= 0 {
		return defaultLimit
	}
	return min(f.Limit, maxLimit)
}

func (f Filter) page(found []store.FullPurchase, from cursor) Page {
	var page Page
	for i, p := range found {
		if i == f.size() {
			last := found[i-1].Purchase
			page.Next = cursor{At: last.OrderedAt, ID: last.ID, Part: from.Part}.String()
			break
		}
		page.Purchases = append(page.Purchases, toPurchase(p))
	}
	return page
}
