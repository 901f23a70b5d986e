package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// Purchase returns one purchase as it is now. A buyer gets the same answer for somebody else's purchase as for one
// that does not exist.
//
// Errors: NotFound; Unavailable.
func (c *Core) Purchase(ctx context.Context, who Actor, t Transaction) (Purchase, error) {
	_, p, err := c.read(c.store.In(ctx).PurchaseByTransaction, who, t)
	return p, failed("load a purchase", err)
}

// read loads a purchase that the actor may see, as it is kept and as it is shown.
func (c *Core) read(load func(account, transaction string, buyers ...string) (store.FullPurchase, error), who Actor, t Transaction) (store.FullPurchase, Purchase, error) {
	var his []string
	if who.Is(BuyerRole) {
		his = append([]string{""}, who.Buyers...) // never none at all, which would mean anybody's
	}
	full, err := load(who.Account, string(t), his...)
	if errors.Is(err, store.ErrNotFound) || err == nil && !maySee(who, full.Buyer.ID) {
		return store.FullPurchase{}, Purchase{}, notFound(t)
	}
	return full, toPurchase(full), err
}

func maySee(who Actor, buyer string) bool { return who.Staff() || who.Is(System) || who.Owns(buyer) }

// mayJudge guards the verdicts, which are about a purchase that the actor has read before.
func mayJudge(who Actor, p Purchase) error {
	if err := mayAct(who); err != nil {
		return err
	}
	if !maySee(who, p.Buyer.ID) {
		return notFound(p.Transaction)
	}
	return nil
}

func notFound(t Transaction) error {
	return &Error{Code: NotFound, Key: "purchase.not_found", Hint: "purchase.not_found.hint",
		Args: map[string]any{"transaction": t}, Field: "transaction"}
}

// toPurchase makes what is shown of what is kept.
func toPurchase(f store.FullPurchase) Purchase {
	row := f.Purchase
	p := Purchase{
		ID: row.ID, Transaction: Transaction(row.Transaction), Status: Status(row.Status), StatusAt: row.StatusAt,
		Product: toProduct(f.Product), Contents: toProducts(f.Contents),
		Buyer: Buyer{ID: f.Buyer.ID, Name: f.Buyer.Name, Email: Email(f.Buyer.Email), Locale: f.Buyer.Locale},
		Price: Money{Minor: row.Amount, Currency: row.Currency}, Quantity: max(row.Quantity, 1),
		Payment: Payment(row.PaymentType), Installments: row.Installments, HasAffiliate: row.HasAffiliate,
		OrderedAt: row.OrderedAt, ApprovedAt: value(row.ApprovedAt), GuaranteeEnds: guaranteeEnds(row, f.Product),
		OpenedAt: value(row.OpenedAt), Recurrence: row.Recurrence,
		Refunding:    row.Refunding != "" && !final(Status(row.Status)), // a webhook may tell the end before the request does
		Refunded:     refundedSoFar(row),
		EmailChanges: row.EmailChanges, FrozenUntil: value(row.FrozenUntil), OpenProposal: f.OpenProposal,
		Source: row.Source, Revision: row.Revision,
	}
	if f.Subscription.ID != "" {
		s := toSubscription(f.Subscription)
		p.Subscription = &s
	}
	p.Tickets = countTickets(f.Tickets)
	for _, g := range f.Grants {
		p.Access = append(p.Access, Access{Product: toProduct(g.Product), Active: g.AccessGrant.Active,
			OpenedAt: value(g.AccessGrant.OpenedAt), SentAt: value(g.AccessGrant.SentAt), SentCount: g.AccessGrant.SentCount})
	}
	return p
}

func toSubscription(s store.Subscription) Subscription {
	return Subscription{Code: s.Code, Plan: s.Plan, Status: SubscriptionStatus(s.Status), NextChargeAt: value(s.NextChargeAt),
		ChargeDay: s.ChargeDay, UnderWay: s.UnderWay != "", WaitsUntil: value(s.WaitsUntil)}
}

// final reports whether money does not move any more.
func final(s Status) bool { return s == Refunded || s == Chargeback }

// cameBack reports whether money came back to the buyer, if only a part of it.
func cameBack(s Status) bool { return final(s) || s == PartlyRefunded }

// refundedSoFar is what is known to have been given back in parts.
func refundedSoFar(row store.Purchase) Money {
	if row.Refunded == 0 {
		return Money{}
	}
	return Money{Minor: row.Refunded, Currency: row.Currency}
}

// lawDays is the guarantee that nobody in Brazil can be given less than (Lei 8.078/1990, art. 49: seven days).
const lawDays = 7

// guaranteeEnds is the last instant in which a refund is owed: what the platform said of this purchase, else the
// product's days from the payment; not before what the shop promises, nor, for a sale in reais, before the law's.
func guaranteeEnds(row store.Purchase, product store.Product) time.Time {
	ends := value(row.GuaranteeEnds)
	approved := value(row.ApprovedAt)
	if approved.IsZero() {
		return ends
	}
	if ends.IsZero() && product.GuaranteeDays > 0 {
		ends = approved.AddDate(0, 0, product.GuaranteeDays)
	}
	if promised := approved.AddDate(0, 0, promisedDays(product, approved)); promised.After(approved) && promised.After(ends) {
		ends = promised
	}
	if law := approved.AddDate(0, 0, lawDays); row.Currency == "BRL" && !ends.IsZero() && ends.Before(law) {
		return law
	}
	return ends
}

func toProduct(p store.Product) Product {
	return Product{ID: p.ID, Code: p.Code, Name: p.Name, Kind: p.Kind, AccessURL: p.AccessURL,
		GuaranteeDays: max(p.GuaranteeDays, p.PromisedDays), SupportEmail: p.SupportEmail,
		Event: Event{Starts: value(p.StartsAt), Ends: value(p.EndsAt), Timezone: p.Timezone, Place: p.Place}}
}

func toProducts(list []store.Product) []Product {
	var all []Product
	for _, p := range list {
		all = append(all, toProduct(p))
	}
	return all
}

// value is a time that may not be known: zero then.
func value(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
