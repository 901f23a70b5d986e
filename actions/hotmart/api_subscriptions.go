package hotmart

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// A subscriptionsQuery says which subscriptions are read. Those of the last 30 days are all that the platform lists where nobody
// says since when (get subscribers, read November 2026; whether a code alone lifts that is not said): so since is always sent.
type subscriptionsQuery struct {
	code        string // of the subscriber
	transaction actions.Transaction
	email       actions.Email
	product     string
	statuses    []string
	since       time.Time // of the accession; zero: from the platform's beginning
	until       time.Time
	// of the cancellation; zero: whether and when it was cancelled does not matter
	endedSince, endedUntil time.Time
}

func (q subscriptionsQuery) values() url.Values {
	v := url.Values{}
	for key, value := range map[string]string{"subscriber_code": q.code, "transaction": string(q.transaction), "subscriber_email": string(q.email), "product_id": q.product} {
		if value != "" {
			v.Set(key, value)
		}
	}
	for _, s := range q.statuses {
		v.Add("status", s)
	}
	if q.since.IsZero() {
		q.since = founded
	}
	between(v, "accession_date", "end_accession_date", q.since, q.until)
	between(v, "cancelation_date", "end_cancelation_date", q.endedSince, q.endedUntil) // with one l
	return v
}

// subscriptions reads one page of the list of subscriptions.
func (p *Platform) subscriptions(ctx context.Context, q subscriptionsQuery, token string) (page[subscriptionItem], error) {
	return pageOf[subscriptionItem](ctx, p, listing{name: "list subscriptions", path: "/payments/api/v1/subscriptions", query: q.values(), size: pageSize}, token)
}

// subscription reads one subscription, by its subscriber's code or by one of its charges; ok is false when there is none.
func (p *Platform) subscription(ctx context.Context, code string, t actions.Transaction) (item subscriptionItem, asOf time.Time, ok bool, err error) {
	q := subscriptionsQuery{code: code}
	if code == "" {
		q.transaction = t
	}
	l := listing{name: "read a subscription", path: "/payments/api/v1/subscriptions", query: q.values()}
	got, err := pageOf[subscriptionItem](ctx, p, l, "")
	if isNotFound(err) {
		return item, time.Time{}, false, nil
	}
	for _, item := range got.Items {
		if code == "" || upper(item.Code) == code {
			return item, got.AsOf, true, err
		}
	}
	if err == nil {
		err = got.one(l.name)
	}
	return item, got.AsOf, false, err
}

// charges reads all charges of a subscription, which come in one list without pages.
func (p *Platform) charges(ctx context.Context, code string) ([]chargeItem, error) {
	var told []json.RawMessage
	call := remote.Call{Name: "list the charges of a subscription", Path: "/payments/api/v1/subscriptions/" + url.PathEscape(code) + "/purchases", Into: &told}
	if _, err := p.read(ctx, call); err != nil {
		return nil, err
	}
	var all []chargeItem
	for _, text := range told[:min(len(told), maxItems)] {
		var c chargeItem
		if err := loosely(text, &c); err != nil {
			return nil, &remote.Error{Call: call.Name, Odd: true, Description: "a charge is no JSON object"}
		}
		all = append(all, c)
	}
	return all, nil
}

// chargesBetween reads one page of the charges of all subscriptions in a span: which charge is of which subscription. The platform
// says that it may be a day old, so nothing else is taken from it.
func (p *Platform) chargesBetween(ctx context.Context, since, until time.Time, token string) (page[linkItem], error) {
	query := url.Values{}
	between(query, "transaction_date", "end_transaction_date", since, until)
	return pageOf[linkItem](ctx, p, listing{name: "list charges of subscriptions", path: "/payments/api/v1/subscriptions/transactions", query: query, size: pageSize}, token)
}
