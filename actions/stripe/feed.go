package stripe

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// Reading everything: products, then charges and subscriptions, each list from its newest to its oldest. Where only news is wanted, the
// charges of refunds and disputes since then too, for a charge's date does not tell of them.

// A place is how far a feed has come. It is stored as JSON between pages.
type place struct {
	Part  int    `json:"part"`
	After string `json:"after,omitempty"` // the last id of the page before; empty: the first page
}

// pageSize is how many objects a list gives at most (docs.stripe.com/api/pagination).
const pageSize = 100

// A part is one list of a feed.
type part struct {
	name, path string
	query      url.Values
	read       func(ctx context.Context, p *Platform, text json.RawMessage, asOf time.Time) ([]actions.SaleEvent, error)
}

// Page implements actions.Feed.
func (p *Platform) Page(ctx context.Context, _ string, span actions.FeedSpan, at actions.FeedPlace) (actions.FeedPage, error) {
	var here place
	if at != "" {
		if err := json.Unmarshal([]byte(at), &here); err != nil {
			return actions.FeedPage{}, fmt.Errorf("place in a reading of Stripe: %w", err)
		}
	}
	parts := partsOf(span)
	if here.Part < 0 || here.Part >= len(parts) {
		return actions.FeedPage{}, fmt.Errorf("place in a reading of Stripe: there is no part %d", here.Part)
	}
	ctx = remote.Background(ctx)
	q := parts[here.Part]
	if here.After != "" {
		q.query.Set("starting_after", here.After)
	}
	var got list[json.RawMessage]
	answer, err := p.api.Do(ctx, remote.Call{Name: "list " + q.name, Method: http.MethodGet, Path: q.path, Query: q.query, Header: p.header(), Into: &got, Secrets: []string{p.key}})
	if err == nil && (answer.Empty || got.Object != "list") {
		err = errOdd
	}
	if err != nil {
		return actions.FeedPage{}, err
	}
	page := actions.FeedPage{Part: q.name, Done: here.Part * 1000 / len(parts)}
	last := head{}
	for _, text := range got.Data {
		var h head
		if json.Unmarshal(text, &h) != nil || h.ID == "" {
			page.Bad = append(page.Bad, fmt.Errorf("an object among %s that is none", q.name))
			continue
		}
		last = h
		events, err := q.read(ctx, p, text, answer.At)
		switch {
		case remote.AsError(err) != nil:
			return actions.FeedPage{}, err // what belongs to it could not be read: the page is asked for again
		case err != nil:
			page.Bad = append(page.Bad, fmt.Errorf("%s: %w", h.ID, err))
		default:
			page.Events = append(page.Events, events...)
		}
	}
	next := place{Part: here.Part, After: last.ID}
	if !got.HasMore || last.ID == "" {
		if got.HasMore {
			return actions.FeedPage{}, errOdd // there is more, and no way to it
		}
		next = place{Part: here.Part + 1}
	}
	if next.Part < len(parts) {
		page.Done = (next.Part*1000 + share(span, next, last)) / len(parts)
		text, err := json.Marshal(next)
		if err != nil {
			return actions.FeedPage{}, err
		}
		page.Next = actions.FeedPlace(text)
	} else {
		page.Done = 1000
	}
	return page, nil
}

// A head is what all objects have.
type head struct {
	ID      string
	Created int64
}

// share is how much of a part is read, in thousandths, by the time of its last object.
func share(span actions.FeedSpan, next place, last head) int {
	since := span.Since
	if since.Before(founded) {
		since = founded
	}
	whole := span.Until.Sub(since)
	if next.After == "" || whole <= 0 {
		return 0
	}
	return int(min(max(span.Until.Sub(at(last.Created)), 0), whole) * 1000 / whole)
}

// founded is before the first charge (Stripe was opened to the public in September 2011).
var founded = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

// partsOf are the lists that tell what happened in a span, in order. They follow from the span alone, since a place counts them.
func partsOf(span actions.FeedSpan) []part {
	listed := func(since time.Time, field string, expand ...string) url.Values {
		q := url.Values{"limit": {strconv.Itoa(pageSize)}, "expand[]": expand}
		if !since.IsZero() {
			q.Set(field+"[gte]", strconv.FormatInt(since.Unix(), 10))
		}
		if field == "created" {
			q.Set("created[lte]", strconv.FormatInt(span.Until.Unix(), 10))
		}
		return q
	}
	subscriptions := part{name: "subscriptions", path: "/v1/subscriptions", read: subscriptionPart, query: listed(time.Time{}, "created", "data.customer")}
	if !span.Changed.IsZero() {
		// One that ended since then, or was paid or changed hands, has a period that ends after it.
		subscriptions.query = listed(span.Changed, "current_period_end", "data.customer")
	}
	subscriptions.query.Set("status", "all")
	parts := []part{
		{name: "products", path: "/v1/products", read: productPart, query: url.Values{"limit": {strconv.Itoa(pageSize)}}},
		{name: "sales", path: "/v1/charges", read: chargePart, query: listed(span.Since, "created", "data.customer", "data.invoice.subscription")},
		subscriptions,
	}
	if span.Changed.IsZero() {
		return parts
	}
	return append(parts,
		part{name: "refunds", path: "/v1/refunds", read: chargeOfPart, query: listed(span.Changed, "created", "data.charge.customer", "data.charge.invoice.subscription")},
		part{name: "disputes", path: "/v1/disputes", read: chargeOfPart, query: listed(span.Changed, "created", "data.charge.customer", "data.charge.invoice.subscription")})
}

func productPart(_ context.Context, _ *Platform, text json.RawMessage, asOf time.Time) ([]actions.SaleEvent, error) {
	var got product
	if err := json.Unmarshal(text, &got); err != nil {
		return nil, errOdd
	}
	e, err := readEvent("product", got, asOf)
	e.Product = &actions.Listed{Code: got.ID, Name: got.Name}
	return []actions.SaleEvent{e}, err
}

func chargePart(ctx context.Context, p *Platform, text json.RawMessage, asOf time.Time) ([]actions.SaleEvent, error) {
	var c charge
	if err := json.Unmarshal(text, &c); err != nil || c.Object != "charge" {
		return nil, errOdd
	}
	return p.sale(ctx, c, asOf)
}

// chargeOfPart reads the charge that a refund or a dispute is about.
func chargeOfPart(ctx context.Context, p *Platform, text json.RawMessage, asOf time.Time) ([]actions.SaleEvent, error) {
	var of struct{ Charge ref[charge] }
	if err := json.Unmarshal(text, &of); err != nil || of.Charge.Whole == nil {
		return nil, errOdd
	}
	return p.sale(ctx, *of.Charge.Whole, asOf)
}

func subscriptionPart(ctx context.Context, p *Platform, text json.RawMessage, asOf time.Time) ([]actions.SaleEvent, error) {
	var s subscription
	if err := json.Unmarshal(text, &s); err != nil || s.Object != "subscription" {
		return nil, errOdd
	}
	return subscriptionRead(s, asOf)
}
