package flows

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Suggesters complete the options of commands while they are typed, from what the person who types may see.
func Suggesters(core *actions.Core) map[string]func(context.Context, actions.Actor, string) ([]flow.Option, error) {
	purchases := func(ctx context.Context, who actions.Actor, typed string) ([]flow.Option, error) {
		return suggestPurchases(ctx, core, who, typed)
	}
	products := func(ctx context.Context, who actions.Actor, typed string) ([]flow.Option, error) {
		return suggestProducts(ctx, core, who, typed)
	}
	return map[string]func(context.Context, actions.Actor, string) ([]flow.Option, error){
		"transaction": purchases, "query": purchases, "product": products,
		"subscription": func(ctx context.Context, who actions.Actor, typed string) ([]flow.Option, error) {
			return suggestSubscriptions(ctx, core, who, typed)
		},
	}
}

// suggestProducts finds products by the beginning of their names, for the team: a buyer has no use for them.
func suggestProducts(ctx context.Context, core *actions.Core, who actions.Actor, typed string) ([]flow.Option, error) {
	if !who.Staff() {
		return nil, nil
	}
	list, err := core.ProductsLike(ctx, who, typed, flow.MaxSuggestions)
	if err != nil {
		return nil, err
	}
	all := make([]flow.Option, len(list))
	for i, p := range list {
		all[i] = flow.Option{Value: p.Code, Label: flow.T("option.product", "product", cut(p.Name, 60))}
	}
	return all, nil
}

// suggestPurchases finds purchases by code, address or name. Before anything was typed it offers the newest.
func suggestPurchases(ctx context.Context, core *actions.Core, who actions.Actor, typed string) ([]flow.Option, error) {
	filter := actions.Filter{Limit: flow.MaxSuggestions}
	if typed = strings.TrimSpace(typed); utf8.RuneCountInString(typed) > 1 { // one letter finds half the shop
		readQuery(typed, &filter)
	}
	page, err := core.Find(ctx, who, filter)
	var e *actions.Error
	if errors.As(err, &e) && e.Code == actions.Invalid {
		return nil, nil // not yet something to look for
	}
	if err != nil {
		return nil, err
	}
	return options(rows(page.Purchases, core.Now()), !who.Staff()), nil
}

// suggestSubscriptions finds charges of subscriptions likewise. Before anything was typed it offers those whose status changed
// last.
func suggestSubscriptions(ctx context.Context, core *actions.Core, who actions.Actor, typed string) ([]flow.Option, error) {
	if utf8.RuneCountInString(strings.TrimSpace(typed)) <= 1 {
		page, err := core.Subscriptions(ctx, who, actions.SubscriptionFilter{Limit: flow.MaxSuggestions})
		if err != nil {
			return nil, err
		}
		return subscriptionOptions(subscriptionRows(page.Rows), !who.Staff()), nil
	}
	filter := actions.Filter{Limit: maxFound}
	readQuery(typed, &filter)
	page, err := core.Find(ctx, who, filter)
	if actions.AsError(err).Has(actions.Invalid) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var found []SubscriptionRow
	for _, p := range page.Purchases {
		if s := p.Subscription; s != nil && !seen[s.Code] && len(found) < flow.MaxSuggestions {
			seen[s.Code] = true
			found = append(found, SubscriptionRow{actions.Transaction(s.Code), p.Product.Name, s.Plan, p.Buyer.Name, s.Status})
		}
	}
	return subscriptionOptions(found, !who.Staff()), nil
}

// maxFound is how many purchases are looked at for subscriptions: most of a search that names a subscriber are his charges.
const maxFound = 50
