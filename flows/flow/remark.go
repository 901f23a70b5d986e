package flow

import (
	"errors"

	"github.com/aftersale/aftersale/store"
)

// heardBelow finds the card below which something was written, if anybody listens there.
func (t *talk) heardBelow() (store.Card, error) {
	if t.in.Below == "" {
		return store.Card{}, nil
	}
	card, err := t.tx.CardBelow(t.Account, t.in.Platform, t.in.Below)
	if errors.Is(err, store.ErrNotFound) {
		return store.Card{}, nil
	}
	kind, _, _ := Token{Of: card.Subject}.Subject()
	if err != nil || t.cards[kind].Heard == nil {
		return store.Card{}, err
	}
	return card, nil
}

// remark takes what was written below a card to whoever listens.
func (t *talk) remark(card store.Card) (answer, error) {
	said, ok := t.in.Input.(Remark)
	if !ok {
		return answer{silent: true}, nil
	}
	if out, found := t.unwanted("", said.Text); found {
		out.erase = false // somebody else's message in a room is not for the bot to delete
		return out, nil
	}
	kind, id, _ := Token{Of: card.Subject}.Subject()
	view, err := t.cards[kind].Heard(t.ctx, id, Heard{Who: t.who, Text: said.Text, Files: t.files, Key: "remark/" + t.in.Platform + "/" + t.in.ID,
		Card: card.ID, Platform: t.in.Platform, User: t.in.User})
	if err != nil || view == nil {
		return answer{silent: true, flow: kind}, err
	}
	return answer{view: *view, reader: reader(t.who), flow: kind}, nil
}
