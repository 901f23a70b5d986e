package actions

import (
	"context"

	"github.com/aftersale/aftersale/store"
)

// SubscribedProducts lists the products that somebody has subscribed to, by their names, to the team; from is Next of the page
// before.
//
// Errors: Denied; Unavailable.
func (c *Core) SubscribedProducts(ctx context.Context, who Actor, from string, limit int) (ProductPage, error) {
	if err := mayBulk(who); err != nil {
		return ProductPage{}, err
	}
	size := Filter{Limit: limit}.size()
	list, err := c.store.In(ctx).ProductsSubscribed(who.Account, "", "", from, size+1)
	if err != nil {
		return ProductPage{}, failed("list products", err)
	}
	var page ProductPage
	if len(list) > size {
		list = list[:size]
		page.Next = list[size-1].NameKey
	}
	page.Products = toProducts(list)
	return page, nil
}

// maxPlans is how many plans of a product are listed; shops have a handful.
const maxPlans = 25

// Plans lists the names of the plans that somebody has subscribed to of a product, to the team.
//
// Errors: Denied; Unavailable.
func (c *Core) Plans(ctx context.Context, who Actor, product string) ([]string, error) {
	if err := mayBulk(who); err != nil {
		return nil, err
	}
	plans, err := c.store.In(ctx).SubscriptionPlans(who.Account, product, maxPlans)
	return plans, failed("list the plans of a product", err)
}

// Subscribers lists the subscriptions of a product to which a kind of work (KindCancel, KindReactivate) can be done now, to the
// team; from is Next of the page before.
//
// Errors: Invalid for a kind that there is not; Denied; Unavailable.
func (c *Core) Subscribers(ctx context.Context, who Actor, kind string, f BulkFilter, from string, limit int) (SubscriptionPage, error) {
	if err := mayBulk(who); err != nil {
		return SubscriptionPage{}, err
	}
	k, ok := c.bulkKinds()[kind].(bulkSubscriptions)
	if !ok {
		return SubscriptionPage{}, &Error{Code: Invalid, Key: "error.not_an_option"}
	}
	page, err := k.page(c.store.In(ctx), who, f, from, Filter{Limit: limit}.size())
	return page, failed("list the subscribers of a product", err)
}

// page looks through subscriptions for some that are not left out. One more than it holds tells whether there is another page.
func (k bulkSubscriptions) page(s *store.Store, who Actor, f BulkFilter, from string, size int) (SubscriptionPage, error) {
	scope := bulkScope{BulkFilter: f, account: who.Account, now: k.c.now()}
	filter, err := k.filter(s, scope)
	if err != nil || len(filter.Statuses) == 0 {
		return SubscriptionPage{}, err
	}
	var page SubscriptionPage
	var codes []string
	place, more := from, true
	for looked := 0; more && page.Next == ""; {
		if looked >= usersLooked { // enough for one press: who goes on looks further
			page.Next = place
			break
		}
		filter.Below, filter.Limit = place, 10*size
		list, err := s.Subscribed(filter)
		if err != nil {
			return SubscriptionPage{}, err
		}
		judged, err := k.judge(s, list, scope)
		if err != nil {
			return SubscriptionPage{}, err
		}
		for i, one := range judged {
			switch {
			case one.leftOut != "":
			case len(codes) == size:
				page.Next = place
			default:
				codes = append(codes, one.target)
			}
			if page.Next != "" {
				break
			}
			place = list[i].Subscription.ID
		}
		looked, more = looked+len(list), len(list) == filter.Limit
	}
	found, err := s.SubscriptionsWhole(who.Account, codes)
	if err != nil {
		return SubscriptionPage{}, err
	}
	for _, code := range codes {
		if row, ok := found[code]; ok {
			page.Rows = append(page.Rows, toSubscriptionRow(row))
		}
	}
	return page, nil
}
