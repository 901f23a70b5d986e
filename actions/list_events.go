package actions

import (
	"maps"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A ListEvent is something that rules of contact lists can be about.
type ListEvent string

// What can happen, in the order in which it counts when two things are told of the same instant.
const (
	OnCartLeft           ListEvent = "cart_left"
	OnSlipIssued         ListEvent = "slip_issued" // boleto or Pix, or cash to come
	OnCancelled          ListEvent = "cancelled"   // the payment was refused, or the order given up: nothing was paid
	OnExpired            ListEvent = "expired"
	OnOverdue            ListEvent = "overdue"
	OnApproved           ListEvent = "approved"
	OnCompleted          ListEvent = "completed" // the guarantee is over
	OnSubscriptionActive ListEvent = "subscription_active"
	OnSubscriptionLate   ListEvent = "subscription_late"
	OnSubscriptionOver   ListEvent = "subscription_cancelled" // by whomever, or its term is over
	OnFirstAccess        ListEvent = "first_access"
	OnCheckinPending     ListEvent = "checkin_pending"
	OnCaseSolved         ListEvent = "case_solved"
	OnClaimed            ListEvent = "claimed"
	OnRefunded           ListEvent = "refunded"
	OnChargeback         ListEvent = "chargeback"
)

// ListEvents are all of them, in that order.
var ListEvents = []ListEvent{OnCartLeft, OnSlipIssued, OnCancelled, OnExpired, OnOverdue, OnApproved, OnCompleted, OnSubscriptionActive,
	OnSubscriptionLate, OnSubscriptionOver, OnFirstAccess, OnCheckinPending, OnCaseSolved, OnClaimed, OnRefunded, OnChargeback}

// Of is what an event hangs on.
func (e ListEvent) Of() ListSubject {
	switch e {
	case OnSubscriptionActive, OnSubscriptionLate, OnSubscriptionOver:
		return SubjectSubscription
	case OnCartLeft, OnCaseSolved:
		return SubjectBuyer
	}
	return SubjectPurchase
}

// Undoes reports whether who got on a list by the event can leave it again with what it hangs on.
func (e ListEvent) Undoes() bool {
	return slices.Contains([]ListEvent{OnApproved, OnCompleted, OnFirstAccess, OnCheckinPending, OnSubscriptionActive}, e)
}

// once reports whether an event happens to its subject a single time: the first that is told of it counts.
func (e ListEvent) once() bool { return e == OnFirstAccess || e == OnCheckinPending }

// A ListSubject is what an event hangs on, and so which conditions there are.
type ListSubject string

// The subjects.
const (
	SubjectPurchase     ListSubject = "purchase"
	SubjectSubscription ListSubject = "subscription"
	SubjectBuyer        ListSubject = "buyer"
)

// saleEvents are what the status of a purchase says. A part that was given back takes nobody's access, so it is no event.
var saleEvents = map[Status]ListEvent{
	WaitingPayment: OnSlipIssued, Failed: OnCancelled, Expired: OnExpired, Overdue: OnOverdue, Approved: OnApproved, Complete: OnCompleted,
	Disputed: OnClaimed, Refunded: OnRefunded, Chargeback: OnChargeback,
}

// subscriptionEvents are what the status of a subscription says.
var subscriptionEvents = map[SubscriptionStatus]ListEvent{
	SubscriptionActive: OnSubscriptionActive, SubscriptionLate: OnSubscriptionLate, SubscriptionCancelled: OnSubscriptionOver,
	SubscriptionEnded: OnSubscriptionOver, SubscriptionInactive: OnSubscriptionOver,
}

// An Occurrence is something that has happened to a buyer: whoever changes the state of a purchase, a subscription, a ticket or
// a case tells of it by happened, in the same transaction.
type Occurrence struct {
	Event ListEvent
	At    time.Time // when it did, in the words of whoever knows
	Buyer string    // id of whom it is about
	// Purchase or Subscription is the id of what it hangs on; without either it hangs on Subject, such as "case:01J…", and is
	// about Product, which may be unknown.
	Purchase, Subscription, Subject, Product string
	// Stale has it count for the lists and call nobody: something newer is known already.
	Stale bool
}

func (h Occurrence) row(account string, now time.Time) store.ListEvent {
	at := precise(h.At)
	r := store.ListEvent{AccountID: account, Event: string(h.Event), PurchaseID: h.Purchase, SubscriptionID: h.Subscription, At: at, CreatedAt: now}
	if !h.Event.once() {
		r.Nth = at.Format("20060102150405.000000")
	}
	switch {
	case h.Purchase != "":
		r.Subject = "purchase:" + h.Purchase
	case h.Subscription != "":
		r.Subject = "subscription:" + h.Subscription
	default:
		r.Subject, r.BuyerID, r.ProductID = h.Subject, h.Buyer, h.Product
	}
	return r
}

// PreviewDays is for how long what happened is kept without a rule that is about it: a new rule is shown against it.
const PreviewDays = 30

// happened records what has happened to buyers, works out anew on which lists they are, and has endpoints called. Told again,
// or in another order, it ends the same.
func (c *Core) happened(tx *store.Store, account string, all ...Occurrence) error {
	rules, err := tx.Rules(account, true, maxRulesEver)
	if err != nil {
		return err
	}
	buyers := map[string]bool{}
	var rows []store.ListEvent
	var told []Occurrence
	horizon := c.now().AddDate(0, 0, -PreviewDays-1)
	for _, h := range all {
		if h.Buyer != "" {
			buyers[h.Buyer] = true
		}
		if h.Event == "" || h.At.Before(horizon) && !slices.ContainsFunc(rules, func(r store.ListRule) bool { return r.Event == string(h.Event) && !r.Since.After(h.At) }) {
			continue // no rule there is or will be is about it
		}
		rows, told = append(rows, h.row(account, c.now())), append(told, h)
	}
	fresh, err := tx.PutListEvents(rows)
	if err != nil || len(rules) == 0 {
		return err
	}
	var news []store.ListEvent
	for i, isNew := range fresh {
		if isNew && !told[i].Stale {
			news = append(news, rows[i])
		}
	}
	return inChunks(slices.Sorted(maps.Keys(buyers)), func(part []string) error { return c.place(tx, account, rules, part, news) })
}
