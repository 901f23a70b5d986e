package slack

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest"
	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/locales"
)

var words = sync.OnceValue(func() *locales.Words {
	w, err := locales.New("pt-BR", slog.New(slog.DiscardHandler))
	if err != nil {
		panic(err)
	}
	return w
})

type handlerFunc func(ctx context.Context, in flow.Inbound, on flow.Screen) error

func (f handlerFunc) Handle(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	return f(ctx, in, on)
}

// The people and places of the tests.
const (
	ana     = "U0ANA"
	bia     = "U0BIA"
	general = "C0GENERAL"
)

// An office is a workspace and the adapter in it.
type office struct {
	*testing.T
	*fakeslack.Slack
	options Options
	adapter *Adapter
	tune    func(*Adapter) // before it starts
	stop    func() error

	mu      sync.Mutex
	settled *sync.Cond
	turns   int
}

// openOffice starts an adapter in a workspace with two people.
func openOffice(t *testing.T, mode string, d flow.Desk, change ...func(*office)) *office {
	t.Helper()
	o := &office{T: t, Slack: fakeslack.New(t)}
	o.settled = sync.NewCond(&o.mu)
	o.AddUser(ana, "Ana", "en-US")
	o.AddUser(bia, "Bia", "pt-BR")
	o.AddChannel(general, "general", ana, bia, fakeslack.BotUser)
	o.options = Options{
		Desk: d, Words: words(), Locale: "en", Mode: mode, APIURL: o.URL(), BotToken: fakeslack.BotToken, AppToken: fakeslack.AppToken,
		SigningSecret: fakeslack.SigningSecret, Command: "/support", Log: slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(o)
	}
	o.start()
	t.Cleanup(func() {
		if err := o.stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return o
}

func (o *office) start() {
	o.Helper()
	a, err := New(o.options)
	if err != nil {
		o.Fatal(err)
	}
	if o.tune != nil {
		o.tune(a)
	}
	a.watch = func(begins bool) {
		o.mu.Lock()
		defer o.mu.Unlock()
		if begins {
			o.turns++
		} else {
			o.turns--
		}
		o.settled.Broadcast()
	}
	o.adapter = a
	mux := http.NewServeMux()
	a.Routes(mux)
	server := httptest.NewServer(mux)
	if a.Mode == HTTP {
		o.SetTarget(server.URL)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	o.stop = sync.OnceValue(func() error {
		cancel()
		err := <-ended
		server.Close()
		return err
	})
	o.ready()
}

// ready waits until the adapter is connected.
func (o *office) ready() {
	o.Helper()
	until(o.T, "the adapter is ready", func() bool { return o.adapter.Ready(context.Background()) == nil })
}

// until waits for something that happens in another goroutine.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// settle waits until no turn runs.
func (o *office) settle() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.turns > 0 {
		o.settled.Wait()
	}
}

// texts are what somebody reads in a channel, one string for each message.
func (o *office) texts(channel, reader string) []string {
	var all []string
	for _, m := range o.Messages(channel, reader) {
		all = append(all, textOf(m))
	}
	return all
}

func textOf(m fakeslack.Message) string {
	if len(m.Blocks) == 0 {
		return unescape.Replace(m.Text)
	}
	return strings.Join(fakeslack.Texts(m.Blocks), "\n")
}

// seen is a message as the contract sees it.
func seen(m fakeslack.Message) adaptertest.Seen {
	out := adaptertest.Seen{Message: messageID(m.Channel, m.TS), Author: m.User, Whisper: m.For != ""}
	if m.For != "" {
		out.Message = whisperID(m.Channel, m.TS)
	}
	pieces := fakeslack.Texts(m.Blocks)
	if len(m.Blocks) == 0 {
		pieces = []string{unescape.Replace(m.Text)}
		if m.User != "" {
			pieces = []string{m.Text}
		}
	}
	for _, p := range pieces {
		if problem, ok := strings.CutPrefix(p, "⚠ "); ok {
			out.Problem, p = problem, problem
		}
		out.Pieces = append(out.Pieces, p)
	}
	for _, c := range fakeslack.Controls(m.Blocks) {
		out.Buttons = append(out.Buttons, adaptertest.SeenButton{Token: c.Value, Label: c.Label})
	}
	return out
}

// seenModal is a modal as the contract sees it: a message with a form.
func seenModal(v fakeslack.View) adaptertest.Seen {
	m := remember(v.Metadata())
	out := adaptertest.Seen{Message: viewID(v.ID), Pieces: []string{v.Title()}, Whisper: true}
	below := map[string]string{}
	for _, b := range v.Blocks() {
		block := b.(map[string]any)
		id, _ := block["block_id"].(string)
		if name, ok := strings.CutPrefix(id, problemBlock); ok {
			below[fieldBlock+name] = strings.TrimPrefix(fakeslack.Texts([]any{b})[0], "⚠ ")
			continue
		}
		for _, p := range fakeslack.Texts([]any{b}) {
			if problem, ok := strings.CutPrefix(p, "⚠ "); ok {
				out.Problem, p = problem, problem
			}
			out.Pieces = append(out.Pieces, p)
		}
	}
	for block, wrong := range v.Errors {
		below[block] = wrong
	}
	for _, in := range v.Inputs() {
		f := adaptertest.SeenField{Name: in.Action, Label: in.Label, Value: in.Value, Problem: below[in.Block], Hint: in.Hint}
		for _, option := range in.Options {
			f.Options = append(f.Options, adaptertest.SeenOption{Value: option.Value, Label: option.Label})
		}
		out.Fields = append(out.Fields, f)
		if f.Problem != "" {
			out.Problem = f.Problem
		}
	}
	for _, c := range fakeslack.Controls(v.Blocks()) {
		out.Buttons = append(out.Buttons, adaptertest.SeenButton{Token: c.Value, Label: c.Label})
	}
	if m.Close != "" {
		out.Buttons = append(out.Buttons, adaptertest.SeenButton{Token: m.Close, Label: v.CloseLabel()})
	}
	return out
}
