package flowstest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// A World is what a script's people meet on a platform that is not in memory: a real engine, actions, database and jobs.
// Where that platform has no rooms, those who press something in one are away: on a platform in memory, which has.
type World struct {
	*desk
	t     *testing.T
	w     *world
	forms bool
}

// Open builds the world of a script. connect is called once, with what the platform's adapter needs of the bot, and says
// where the people are; nothing may be said before it returns.
func (s Script) Open(t *testing.T, connect func(bot flow.Desk) Platform) *World {
	t.Helper()
	d := &desk{t: t}
	d.quiet = sync.NewCond(&d.mu)
	on := connect(d)
	var away []string
	for _, a := range s.Acts {
		if a.Room && on.Room == "" {
			away = append(away, a.Who)
		}
	}
	w := openAt(t, newStore(t), s.given, on, &chats{messages: map[string][]*message{}}, away...)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bot, d.platform = w.runner, on.Name
	return &World{desk: d, t: t, w: w, forms: s.Forms}
}

// Away says whether somebody is on the platform in memory.
func (w *World) Away(name string) bool { return slices.Contains(w.w.away, name) }

// Act does what somebody who is away does.
func (w *World) Act(a Act) error {
	w.Rest()
	return w.w.act(a.act, w.forms)
}

// Settle does all work that is due, and returns what happened outside of the chats since it was called last.
func (w *World) Settle() []string {
	w.t.Helper()
	w.Rest()
	return w.w.settle(w.t)
}

// Move moves the clock as an act of the script says.
func (w *World) Move(a Act) {
	w.t.Helper()
	w.Rest()
	w.w.move(w.t, strings.TrimSpace(a.Line[1:]))
}

// A desk is the bot as an adapter sees it. People of a script speak the shop's language, whatever the platform says of
// them, so that the script's words are what they read.
type desk struct {
	t     *testing.T
	mu    sync.Mutex // guards all below
	quiet *sync.Cond // busy has fallen to 0
	busy  int

	bot      flow.Desk
	platform string
	prefix   string
	rare     string
}

var errNotOpen = errors.New("flowstest: somebody speaks before the world is there")

// Handle implements flow.Handler.
func (d *desk) Handle(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	bot, err := d.enter(&in)
	if err != nil {
		return err
	}
	defer d.leave()
	return bot.Handle(ctx, in, on)
}

// Card implements flow.Desk.
func (d *desk) Card(ctx context.Context, in flow.Inbound, subject string) (flow.Shown, error) {
	bot, err := d.enter(&in)
	if err != nil {
		return flow.Shown{}, err
	}
	defer d.leave()
	return bot.Card(ctx, in, subject)
}

// Suggest implements flow.Desk.
func (d *desk) Suggest(ctx context.Context, in flow.Inbound, word, option, typed string) ([]flow.ShownOption, error) {
	bot, err := d.enter(&in)
	if err != nil {
		return nil, err
	}
	defer d.leave()
	return bot.Suggest(ctx, in, word, option, typed)
}

func (d *desk) enter(in *flow.Inbound) (flow.Desk, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.bot == nil {
		return nil, errNotOpen
	}
	if in.Platform != d.platform {
		d.t.Errorf("the platform is called %q in what reaches the flows, %q by the harness", in.Platform, d.platform)
	}
	in.Locale = ""
	d.prefix, d.rare = cmp.Or(in.CommandPrefix, "/"), in.RarePrefix
	d.busy++
	return d.bot, nil
}

func (d *desk) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy--; d.busy == 0 {
		d.quiet.Broadcast()
	}
}

// Rest waits until nobody is being answered.
func (d *desk) Rest() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.busy > 0 {
		d.quiet.Wait()
	}
}

// Unprefixed is a text with "/" before the words of commands, whatever stands there on this platform.
func (d *desk) Unprefixed(text string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rare != "" {
		text = strings.ReplaceAll(text, d.rare, "/")
	}
	if d.prefix != "" {
		text = strings.ReplaceAll(text, d.prefix, "/")
	}
	return text
}
