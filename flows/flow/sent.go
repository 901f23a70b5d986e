package flow

import (
	"context"
	"errors"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// A Sent is a file that somebody sent in his private chat, with what he wrote to it. The adapter has fetched it, unless it is
// larger than actions.MaxFile.
type Sent struct {
	Text  string
	Album string // the platform's id of what was sent as one; empty: this file alone
	Name  string
	Body  []byte
	Size  int64 // bytes, also of what was not fetched
}

func (Sent) gesture() {}

// A Receiver takes a file that somebody sent. It returns the flow that goes on with it; ok is false when nothing is left to be said.
type Receiver func(ctx context.Context, who actions.Actor, key string, s Sent) (to Launch, ok bool, err error)

// sent takes a file to whoever receives files.
func (t *talk) sent(s Sent) (answer, error) {
	if out, found := t.unwanted("", s.Text); found {
		return out, nil
	}
	home := t.flows[t.Home]
	if home.Received == nil {
		return answer{silent: true}, nil
	}
	l, ok, err := home.Received(t.ctx, t.who, "file/"+t.in.Platform+"/"+t.in.ID, s)
	if err != nil || !ok {
		return answer{silent: true}, err
	}
	if out, open, err := t.wanted(l); open || err != nil {
		return out, err
	}
	return t.start(t.flows[l.Flow], Start{Values: l.Values}, "")
}

// wanted has a file's words answer the question that the same flow asks just now, if it asks for words.
func (t *talk) wanted(l Launch) (out answer, open bool, err error) {
	saved, err := t.tx.OpenConversation(t.Account, t.in.Platform, t.in.Chat, t.in.User)
	if errors.Is(err, store.ErrNotFound) || err == nil && (saved.Flow != l.Flow || t.expired(saved)) {
		return out, false, nil
	}
	if err != nil {
		return out, false, err
	}
	s, err := decodeState(saved)
	if err != nil || t.another(saved, s) {
		return out, false, err
	}
	fields := Look(t.flows[s.Flow], s, t.who).Fields
	if len(fields) != 1 || fields[0].Kind == ChoiceField {
		return out, false, nil
	}
	out, err = t.advance(saved, s, Say{l.Values["words"]})
	out.replace = false
	return out, true, err
}
