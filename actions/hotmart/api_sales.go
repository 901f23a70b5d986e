package hotmart

import (
	"context"
	"iter"
	"net/url"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// pageSize is the largest page of sales and of subscriptions that the platform gives (pagination, read November 2026).
const pageSize = 500

// founded is before the platform's first sale: an open beginning of a span. Without one the platform may take a recent window.
var founded = time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC)

// A salesQuery says which sales are read.
type salesQuery struct {
	transaction actions.Transaction
	status      string // the platform's word; empty: approved and complete alone, unless a transaction is given
	email       actions.Email
	product     string
	since       time.Time // of the order
	until       time.Time
}

func (q salesQuery) values() url.Values {
	v := url.Values{}
	for key, value := range map[string]string{"transaction": string(q.transaction), "transaction_status": q.status, "buyer_email": string(q.email), "product_id": q.product} {
		if value != "" {
			v.Set(key, value)
		}
	}
	between(v, "start_date", "end_date", q.since, q.until)
	return v
}

// sales reads one page of the history of sales.
func (p *Platform) sales(ctx context.Context, q salesQuery, token string) (page[historyItem], error) {
	return pageOf[historyItem](ctx, p, listing{name: "list sales", path: "/payments/api/v1/sales/history", query: q.values(), size: pageSize}, token)
}

// sale reads one sale; ok is false when the platform does not know it.
func (p *Platform) sale(ctx context.Context, t actions.Transaction) (item historyItem, asOf time.Time, ok bool, err error) {
	l := listing{name: "read a sale", path: "/payments/api/v1/sales/history", query: salesQuery{transaction: t}.values()}
	got, err := pageOf[historyItem](ctx, p, l, "")
	if isNotFound(err) {
		return item, time.Time{}, false, nil
	}
	for _, item := range got.Items {
		if upper(item.Purchase.Transaction) == string(t) {
			return item, got.AsOf, true, err
		}
	}
	if err == nil {
		err = got.one(l.name)
	}
	return item, got.AsOf, false, err
}

// saleUsers reads who took part in sales: the only call that tells buyers' documents and telephone numbers.
func (p *Platform) saleUsers(ctx context.Context, q salesQuery, token string) (page[usersItem], error) {
	return pageOf[usersItem](ctx, p, listing{name: "list who took part in sales", path: "/payments/api/v1/sales/users", query: q.values(), size: pageSize}, token)
}

// commissions reads who earned from a sale.
func (p *Platform) commissions(ctx context.Context, t actions.Transaction) iter.Seq2[commissionsItem, error] {
	l := listing{name: "read the commissions of a sale", path: "/payments/api/v1/sales/commissions", query: salesQuery{transaction: t}.values()}
	return allOf[commissionsItem](ctx, p, l, 3)
}
