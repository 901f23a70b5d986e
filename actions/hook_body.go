package actions

import (
	"time"

	"github.com/aftersale/aftersale/store"
)

// A hookMessage is what a call says (docs/lists.md). Fields may be added; none changes its meaning.
type hookMessage struct {
	Type      string    `json:"type"` // such as "purchase.approved"
	Timestamp time.Time `json:"timestamp"`
	Data      hookData  `json:"data"`
}

type hookData struct {
	Rule         string            `json:"rule,omitempty"`
	Buyer        hookBuyer         `json:"buyer"`
	Product      *hookProduct      `json:"product,omitempty"`
	Purchase     *hookPurchase     `json:"purchase,omitempty"`
	Subscription *hookSubscription `json:"subscription,omitempty"`
}

type hookBuyer struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Email  string   `json:"email"`
	Locale string   `json:"locale"`
	Lists  []string `json:"lists"`
	Tags   []string `json:"tags"`
	// OptedOut: he wants no news and offers. Whoever takes this over must not write to him but about what he bought.
	OptedOut bool `json:"opted_out"`
	// OptOutURL belongs into every such mail; empty when there is no public address.
	OptOutURL string `json:"opt_out_url,omitempty"`
}

type hookProduct struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type hookPurchase struct {
	Transaction string     `json:"transaction"`
	Status      string     `json:"status"` // now, which may be later than what this tells of
	Amount      int64      `json:"amount"` // minor units
	Currency    string     `json:"currency"`
	Payment     string     `json:"payment"`
	OrderedAt   time.Time  `json:"ordered_at"`
	ApprovedAt  *time.Time `json:"approved_at,omitempty"`
}

type hookSubscription struct {
	Plan   string `json:"plan"`
	Status string `json:"status"`
}

// hookTest is the type of a call that somebody makes to see whether it arrives.
const hookTest = "test"

// hookBody says what has happened, to whom, and how things are now. ErrNotFound: he was erased, or it is not known any more.
func (c *Core) hookBody(s *store.Store, d store.HookDelivery) (hookMessage, error) {
	m := hookMessage{Type: hookTest, Timestamp: d.At.UTC()}
	if d.RuleID == "" {
		m.Data.Buyer = hookBuyer{ID: "test", Name: "Test", Email: "test@example.com", Locale: "en", Lists: []string{}, Tags: []string{}}
		return m, nil
	}
	f, err := s.FactOf(d.AccountID, d.Subject, d.Event, d.Nth)
	if err != nil {
		return m, err
	}
	b, err := s.Buyer(f.BuyerID)
	if err != nil {
		return m, err
	}
	if b.Erased() {
		return m, store.ErrNotFound
	}
	account, err := s.Account(d.AccountID)
	if err != nil {
		return m, err
	}
	m.Type, m.Data.Rule = string(ListEvent(d.Event).Of())+"."+d.Event, d.RuleID
	m.Data.Buyer = hookBuyer{ID: b.ID, Name: b.Name, Email: b.Email, Locale: firstLocale(b.Locale, account.Locale), OptOutURL: c.OptOutURL(b.ID, MailNews)}
	if m.Data.Buyer.Lists, err = s.ListsOf(d.AccountID, b.ID); err != nil {
		return m, err
	}
	if m.Data.Buyer.Tags, err = s.TagsOf(d.AccountID, b.ID); err != nil {
		return m, err
	}
	if m.Data.Buyer.OptedOut, err = optedOut(s, d.AccountID, b.ID, MailNews); err != nil {
		return m, err
	}
	if f.ProductID != "" {
		p, err := s.Product(d.AccountID, f.ProductID)
		if err != nil {
			return m, err
		}
		m.Data.Product = &hookProduct{Code: p.Code, Name: p.Name}
	}
	if f.SubscriptionStatus != "" {
		m.Data.Subscription = &hookSubscription{Plan: f.Plan, Status: f.SubscriptionStatus}
	}
	if f.PurchaseID != "" {
		row, err := s.PurchaseByID(f.PurchaseID)
		if err != nil {
			return m, err
		}
		m.Data.Purchase = &hookPurchase{Transaction: row.Transaction, Status: row.Status, Amount: row.Amount, Currency: row.Currency,
			Payment: row.PaymentType, OrderedAt: row.OrderedAt.UTC(), ApprovedAt: row.ApprovedAt}
	}
	return m, nil
}
