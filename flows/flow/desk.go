package flow

import (
	"context"
	"fmt"
	"unicode/utf8"
)

var _ Desk = (*Runner)(nil)

// Card implements Desk. It changes nothing but what is known of where the person is.
//
// Errors: those of the card, such as a subject that the person may not see.
func (r *Runner) Card(ctx context.Context, in Inbound, subject string) (Shown, error) {
	who, err := r.Actor(ctx, in)
	if err != nil {
		return Shown{}, fmt.Errorf("who reads %s: %w", subject, err)
	}
	kind, id, _ := Token{Of: subject}.Subject()
	card, ok := r.cards[kind]
	if !ok {
		return Shown{}, fmt.Errorf("no card shows %q", kind)
	}
	view, _, err := card.View(ctx, id, who)
	if err != nil {
		return Shown{}, fmt.Errorf("card %s: %w", kind, err)
	}
	shown := reader(who)
	shown.Shared, shown.CommandPrefix, shown.RarePrefix = in.Shared, in.CommandPrefix, in.RarePrefix
	return r.Words.Show(view, shown), nil
}

// maxTyped is how much of what is being typed is looked up; nothing that can be found is longer.
const maxTyped = 100

// Suggest implements Desk. An option that nobody completes has no suggestions.
//
// Errors: those of the look-up.
func (r *Runner) Suggest(ctx context.Context, in Inbound, word, option, typed string) ([]ShownOption, error) {
	suggest := r.Options.Suggest[option]
	if suggest == nil || utf8.RuneCountInString(typed) > maxTyped {
		return nil, nil
	}
	who, err := r.Actor(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("who is typing: %w", err)
	}
	if d, ok := r.flows[word]; !ok || !d.May(who.Role) {
		return nil, nil
	}
	options, err := suggest(ctx, who, typed)
	if err != nil {
		return nil, fmt.Errorf("suggest %s: %w", option, err)
	}
	if len(options) > MaxSuggestions {
		options = options[:MaxSuggestions]
	}
	shown := make([]ShownOption, len(options))
	for i, o := range options {
		shown[i] = ShownOption{Value: o.Value, Label: r.Words.Text(o.Label, reader(who))}
	}
	return shown, nil
}
