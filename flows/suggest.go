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
	return map[string]func(context.Context, actions.Actor, string) ([]flow.Option, error){
		"transaction": purchases, "query": purchases,
	}
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
