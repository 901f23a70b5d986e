package main

import (
	"encoding/json"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
)

// checkConversations: none is behind what somebody was shown, all fit their own state, and the open ones wait for a
// person: nothing was left half done.
func (r *crashRun) checkConversations(b *crashBooks) {
	for id, revision := range r.seen {
		if stored := b.conversations[id].Revision; stored < revision {
			r.t.Errorf("conversation %s was shown at revision %d, and is stored at %d", id, revision, stored)
		}
	}
	defs := map[string]flow.Def{}
	for _, d := range flows.All(actions.New(actions.Options{Now: now})) { // only looked at: nothing is done
		defs[d.Name] = d
	}
	for _, c := range b.conversations {
		var s flow.State
		if err := json.Unmarshal(c.Blob, &s); err != nil {
			r.t.Errorf("conversation %s: %v", c.ID, err)
			continue
		}
		if s.Conversation != c.ID || s.Revision != c.Revision || s.Ended == c.Open || c.Revision < 1 {
			r.t.Errorf("conversation %s is stored at revision %d, open %t; its state is %s", c.ID, c.Revision, c.Open, c.Blob)
		}
		if !c.Open {
			continue
		}
		view := flow.Look(defs[s.Flow], s, actions.Actor{ID: s.Owner, Role: actions.Manager})
		waits := view.Kind == "form" || view.Kind == "confirm" || view.Kind == "menu" || view.Kind == "notice" && s.Retry
		if !waits || view.Ended {
			r.t.Errorf("conversation %s is open at %s.%s, a %s, where nobody can answer: %s", c.ID, view.Flow, view.Step, view.Kind, c.Blob)
		}
	}
}

// checkCards: every card that the bot remembers shows how things ended.
func (r *crashRun) checkCards(b *crashBooks) {
	for _, card := range b.cards {
		kind, id, _ := strings.Cut(card.Subject, ":")
		want, over := b.requests[id].State, true
		switch kind {
		case "proposal":
			want = b.proposals[id].Status
		case "alarm":
			want, over = "product", false
		}
		shown, ok := r.messages[card.Message]
		if !ok || shown.Step != want || shown.Ended != over {
			r.t.Errorf("card of %s, message %s: shows %s.%s (%q), want %s", card.Subject, card.Message, shown.Flow, shown.Step, shown.Title, want)
		}
	}
}
