package flowstest

import (
	"context"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// A slowScreen shows at once, and says so after everything that follows has happened.
type slowScreen struct {
	screen
	meanwhile func()
}

// Show implements flow.Screen.
func (s slowScreen) Show(ctx context.Context, v flow.Shown) (string, error) {
	message, err := s.screen.Show(ctx, v)
	s.meanwhile()
	return message, err
}

// TestResultThatIsOldWhenShown has the refund done before the platform has answered where it showed that it was
// requested: the jobs that edit cards have found no card.
func TestResultThatIsOldWhenShown(t *testing.T) {
	t.Parallel()
	w := openOn(t, storetest.New(t), parseGiven(t, []byte(shop)))
	must(t, w.act(act{who: "ana", text: "/refund HP1100000101"}, true))
	must(t, w.act(act{who: "ana", text: "Reason: Charged twice"}, true))
	token, id, ok := w.chats.find("@ana", "Refund R$297.00", false)
	if !ok {
		t.Fatalf("no button to press: %v", w.chats.take())
	}
	in := flow.Inbound{Platform: platform, Chat: "@ana", User: "ana", Forms: true, Message: id, Input: flow.Pressed{Token: token}}
	must(t, w.runner.Handle(t.Context(), in, slowScreen{screen{w.chats, "@ana"}, func() { w.settle(t) }}))
	w.settle(t)
	if got := w.chats.shows("@ana", id); got.Flow != "request" || got.Step != "done" {
		t.Errorf("the card shows %s.%s, want request.done: %v", got.Flow, got.Step, draw(got))
	}
}

// TestCardThatIsOldWhenShown presses [Confirm] once more while the refund is being done: what the card is drawn from is
// no longer so when the turn ends, on a database where others commit meanwhile.
func TestCardThatIsOldWhenShown(t *testing.T) {
	t.Parallel()
	w := openOn(t, storetest.New(t), parseGiven(t, []byte(shop)))
	must(t, w.act(act{who: "ana", text: "/refund HP1100000101"}, true))
	must(t, w.act(act{who: "ana", text: "Reason: Charged twice"}, true))
	token, id, ok := w.chats.find("@ana", "Refund R$297.00", false)
	if !ok {
		t.Fatalf("no button to press: %v", w.chats.take())
	}
	press := flow.Inbound{Platform: platform, Chat: "@ana", User: "ana", Forms: true, Message: id, Input: flow.Pressed{Token: token}}
	must(t, w.runner.Handle(t.Context(), press, screen{w.chats, "@ana"}))
	o := w.runner.Options
	o.Cards = nil
	for _, c := range w.runner.Cards {
		earlier := map[string]flow.View{}
		view := c.View
		c.View = func(ctx context.Context, id string, who actions.Actor) (flow.View, map[string]flow.Launch, error) {
			v, launches, err := view(ctx, id, who)
			if old, ok := earlier[id]; ok {
				v = old
				delete(earlier, id)
			}
			return v, launches, err
		}
		o.Cards = append(o.Cards, c)
		if key := w.chats.shows("@ana", id).Live; strings.HasPrefix(key, c.Kind+":") {
			ana, err := w.core.Actor(t.Context(), account, platform, "ana", "@ana", "en")
			must(t, err)
			key = strings.TrimPrefix(key, c.Kind+":")
			earlier[key], _, err = view(t.Context(), key, ana)
			must(t, err)
		}
	}
	w.settle(t)
	press.Message = ""
	must(t, flow.NewRunner(o).Handle(t.Context(), press, screen{w.chats, "@ana"}))
	w.settle(t)
	all := w.chats.messages["@ana"]
	if got := all[len(all)-1].shown; len(all) < 2 || got.Flow != "request" || got.Step != "done" {
		t.Errorf("the new card shows %s.%s, want request.done: %v", got.Flow, got.Step, draw(got))
	}
}

// A slowPoster has something happen while it posts or edits, once.
type slowPoster struct {
	*chats
	meanwhile func()
}

func (p *slowPoster) pause() {
	if p.meanwhile != nil {
		f := p.meanwhile
		p.meanwhile = nil
		f()
	}
}

// Post implements flow.Poster.
func (p *slowPoster) Post(ctx context.Context, chat string, s flow.Shown) (string, error) {
	p.pause()
	return p.chats.Post(ctx, chat, s)
}

// Edit implements flow.Poster.
func (p *slowPoster) Edit(ctx context.Context, chat, message string, s flow.Shown) error {
	p.pause()
	return p.chats.Edit(ctx, chat, message, s)
}

// TestDecisionWhileTheCardIsDrawn decides a proposal while its card is on the way to the room, and while it is edited
// there: another job edits all cards that it knows before this one does.
func TestDecisionWhileTheCardIsDrawn(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"post", actions.JobRefresh} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			w := openOn(t, storetest.New(t), parseGiven(t, []byte(shop)))
			must(t, w.act(act{who: "ana", text: "/refund HP1100000500"}, true))
			must(t, w.act(act{who: "ana", text: "Reason: Charged twice"}, true))
			must(t, w.act(act{who: "ana", button: "Refund R$897.00"}, true))
			rui, err := w.core.Actor(ctx, account, platform, "rui", "@rui", "en")
			must(t, err)
			page, err := w.core.Proposals(ctx, rui, "", 10)
			must(t, err)
			subject := "proposal:" + page.Proposals[0].ID
			poster := &slowPoster{chats: w.chats}
			work := func(kind string) {
				t.Helper()
				job, err := jobs.New(kind, map[string]string{"account": account, "subject": subject, "platform": platform, "chat": room})
				must(t, err)
				must(t, w.notices(t, poster).Handlers()[kind](ctx, job))
			}
			if kind == actions.JobRefresh {
				work("post")
			}
			poster.meanwhile = func() {
				_, err := w.core.Decide(ctx, rui, actions.DecideInput{Key: "k", Proposal: page.Proposals[0].ID, Reason: "No."})
				must(t, err)
				work(actions.JobRefresh)
			}
			work(kind)
			for chat, message := range map[string]string{"@ana": "1", room: "2"} {
				if got := w.chats.shows(chat, message); got.Step != "denied" {
					t.Errorf("the card in %s shows %s.%s, want proposal.denied: %v", chat, got.Flow, got.Step, draw(got))
				}
			}
		})
	}
}

// notices are the world's, with another poster.
func (w *world) notices(t *testing.T, p flow.Poster) *flows.Notices {
	t.Helper()
	shop, err := w.store.In(t.Context()).Account(account)
	must(t, err)
	return &flows.Notices{
		Core: w.core, Store: w.store, Account: shop, Words: w.runner.Words, Cards: flows.Cards(w.core),
		Posters: map[string]flow.Poster{platform: p},
		Now:     w.now, NewID: w.newID, Log: logger(t),
	}
}

// shows is what a message shows now.
func (c *chats) shows(chat, id string) flow.Shown {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.messages[chat] {
		if m.id == id {
			return m.shown
		}
	}
	return flow.Shown{}
}
