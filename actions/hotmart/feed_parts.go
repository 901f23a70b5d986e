package hotmart

import (
	"context"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// A part is one listing of a feed.
type part struct {
	name         string
	since, until time.Time
	dated        bool          // it is walked in windows
	wide         time.Duration // of the first one
	weight       int           // beside the others, for progress
	optional     bool          // the platform may not know what is asked for: then it is left out
	read         func(ctx context.Context, p *Platform, w window, token string) (portion, error)
}

const day = 24 * time.Hour

// unpaidStatuses and comeTo are the words of sales that are listed before those that are approved or complete, which come in one
// listing when no status is asked for, and behind them. Several words in one call: whether that works is not said (custom
// response, read November 2026), so each has its own.
var (
	unpaidStatuses = []string{"STARTED", "PRE_ORDER", "WAITING_PAYMENT", "PRINTED_BILLET", "PROCESSING_TRANSACTION", "UNDER_ANALISYS", "NO_FUNDS", "BLOCKED",
		"CANCELLED", "EXPIRED", "OVERDUE", "DELAYED"}
	comeTo = []string{"PROTESTED", "PARTIALLY_REFUNDED", "REFUNDED", "CHARGEBACK"}
)

// partsOf are the listings that tell what happened in a span, in order. They follow from the span alone, since a place counts them.
func partsOf(span actions.FeedSpan) []part {
	since, recent := span.Since, !span.Changed.IsZero()
	if since.IsZero() || since.Before(founded) {
		since = founded
	}
	dated := func(name string, from time.Time, wide time.Duration, weight int) part {
		return part{name: name, since: from, until: span.Until, dated: true, wide: wide, weight: weight}
	}
	sales := func(status string, from time.Time, wide time.Duration, weight int) part {
		q := dated("sales", from, wide, weight)
		q.read, q.optional = salesPart(status), status != ""
		return q
	}
	parts := []part{{name: "products", weight: 1, read: productsPart}}
	for _, s := range unpaidStatuses {
		parts = append(parts, sales(s, since, 365*day, 2))
	}
	parts = append(parts, sales("", since, 30*day, 60))
	changed := since
	if recent {
		changed = span.Changed
	}
	for _, s := range comeTo {
		parts = append(parts, sales(s, changed, 365*day, 4))
	}
	// The date of a subscription is that of its beginning, and says nothing of what became of it: so all are read, but for what is
	// recent, where those that began and those that ended have to do.
	subscriptions, ended := dated("subscriptions", founded, 365*day, 20), dated("subscriptions", founded, 365*day, 5)
	if recent {
		subscriptions.since, ended.since = since, since
	}
	subscriptions.read, ended.read = subscriptionsPart, endedPart
	charges := dated("charges", since, 90*day, 20)
	charges.read, charges.optional = chargesPart, true
	parts = append(parts, subscriptions, ended, charges)
	if recent {
		return parts
	}
	return append(parts, part{name: "tickets", weight: 5, optional: true, read: ticketsPart})
}

// portionOf makes events of the items of a page.
func portionOf[T any](got page[T], err error, events func(T) ([]actions.SaleEvent, error)) (portion, error) {
	if err != nil {
		return portion{}, err
	}
	told := portion{bad: got.Bad, items: len(got.Items) + len(got.Bad), next: got.Next, total: got.Total, void: got.Blank}
	for _, item := range got.Items {
		some, err := events(item)
		if err != nil {
			told.bad = append(told.bad, err)
			continue
		}
		told.events = append(told.events, some...)
	}
	return told, nil
}

// single fits a function that makes one event.
func single[T any](asOf time.Time, event func(T, time.Time) (actions.SaleEvent, error)) func(T) ([]actions.SaleEvent, error) {
	return func(item T) ([]actions.SaleEvent, error) {
		e, err := event(item, asOf)
		return []actions.SaleEvent{e}, err
	}
}

func productsPart(ctx context.Context, p *Platform, _ window, token string) (portion, error) {
	got, err := p.products(ctx, token)
	return portionOf(got, err, single(got.AsOf, productRead))
}

func salesPart(status string) func(context.Context, *Platform, window, string) (portion, error) {
	return func(ctx context.Context, p *Platform, w window, token string) (portion, error) {
		got, err := p.sales(ctx, salesQuery{status: status, since: w.since, until: w.till}, token)
		return portionOf(got, err, single(got.AsOf, ownSale))
	}
}

// ignoredAffiliate is why a sale is not taken in.
const ignoredAffiliate = "sold by this account as an affiliate: the product is somebody else's"

// ownSale is a sale of the account's own; what it sells for others is not for it to support.
func ownSale(item historyItem, asOf time.Time) (actions.SaleEvent, error) {
	e, err := saleRead(item, asOf)
	if err == nil && upper(item.Purchase.CommissionAs) == "AFFILIATE" {
		e.Ignored, e.Sale = ignoredAffiliate, nil
	}
	return e, err
}

func subscriptionsPart(ctx context.Context, p *Platform, w window, token string) (portion, error) {
	got, err := p.subscriptions(ctx, subscriptionsQuery{since: w.since, until: w.till}, token)
	return portionOf(got, err, func(item subscriptionItem) ([]actions.SaleEvent, error) { return subscriptionRead(item, got.AsOf) })
}

// endedPart lists subscriptions by when they were cancelled. That the other listing has them too is likely and not said: what is
// documented is that the span of cancellations has a default of its own, the last 30 days.
func endedPart(ctx context.Context, p *Platform, w window, token string) (portion, error) {
	got, err := p.subscriptions(ctx, subscriptionsQuery{endedSince: w.since, endedUntil: w.till}, token)
	return portionOf(got, err, func(item subscriptionItem) ([]actions.SaleEvent, error) { return subscriptionRead(item, got.AsOf) })
}

func chargesPart(ctx context.Context, p *Platform, w window, token string) (portion, error) {
	got, err := p.chargesBetween(ctx, w.since, w.till, token)
	return portionOf(got, err, single(got.AsOf, chargeRead))
}
