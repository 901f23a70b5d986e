package main

import (
	"encoding/json"
	"io"
	"sync"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

// crashLifeVariable starts this test binary as the bot; its value is a crashLife as JSON.
const crashLifeVariable = "AFTERSALE_CRASH_LIFE"

// A crashLife says how one process of the bot lives.
type crashLife struct {
	Database string
	Outbox   string
	Seed     uint64     // of the commerce platform's moods
	Point    crashPoint // where it announces that its time has come; empty: nowhere
	Nth      int64      // at which passing of that point, from 1
	Blocks   bool       // and goes no step further there, so that the kill finds it at this very point
}

// A crashCall is a line from the people to the bot: one of the three.
type crashCall struct {
	ID      int
	Gesture *crashGesture      `json:",omitempty"`
	Sale    *actions.SaleEvent `json:",omitempty"` // what a webhook of the commerce platform would tell
	Seat    string             `json:",omitempty"` // with Sale: user of Telegram who is its buyer
	Settle  bool               `json:",omitempty"` // wait until there is nothing to do, and tell which jobs are left
}

// A crashLine is a line from the bot to the people.
type crashLine struct {
	ID      int                `json:",omitempty"` // of the call that it answers
	Shown   *flow.Shown        `json:",omitempty"` // what the call showed
	Done    bool               `json:",omitempty"` // the call is over
	Failed  string             `json:",omitempty"` // with Done: why it failed
	Jobs    []store.QueueDepth `json:",omitempty"` // with Done, after Settle: jobs that are not done
	Post    *flow.Shown        `json:",omitempty"` // a message that nobody asked for, or its edit
	Message string             `json:",omitempty"` // of Shown and Post
	Chat    string             `json:",omitempty"` // of Post
	Fault   string             `json:",omitempty"` // something happened that must never happen
	At      crashPoint         `json:",omitempty"` // it has come to the point where it is to die
}

// A crashGesture is a flow.Inbound that can be written down.
type crashGesture struct {
	ID, Platform, Chat, User, Message string
	Shared, Forms                     bool
	Command                           *flow.Command   `json:",omitempty"`
	Typed                             *flow.Typed     `json:",omitempty"`
	Pressed                           *flow.Pressed   `json:",omitempty"`
	Submitted                         *flow.Submitted `json:",omitempty"`
}

// inbound is the gesture as an adapter hands it over.
func (g crashGesture) inbound() flow.Inbound {
	in := flow.Inbound{ID: g.ID, Platform: g.Platform, Chat: g.Chat, User: g.User, Message: g.Message, Shared: g.Shared, Forms: g.Forms}
	switch {
	case g.Command != nil:
		in.Input = *g.Command
	case g.Typed != nil:
		in.Input = *g.Typed
	case g.Pressed != nil:
		in.Input = *g.Pressed
	case g.Submitted != nil:
		in.Input = *g.Submitted
	}
	return in
}

// A crashWriter writes lines, each in one call, for many goroutines. What Write took is in the pipe: it outlives the
// process that wrote it.
type crashWriter struct {
	mu sync.Mutex
	to io.Writer
}

func (w *crashWriter) write(line any) error {
	b, err := json.Marshal(line)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err = w.to.Write(append(b, '\n'))
	return err
}
