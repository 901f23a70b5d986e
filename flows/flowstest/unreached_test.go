package flowstest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// A deadPoster cannot write to some chats any more.
type deadPoster struct {
	*chats
	dead map[string]error
}

// Post implements flow.Poster.
func (p deadPoster) Post(ctx context.Context, chat string, s flow.Shown) (string, error) {
	if err := p.dead[chat]; err != nil {
		return "", err
	}
	return p.chats.Post(ctx, chat, s)
}

// Edit implements flow.Poster.
func (p deadPoster) Edit(ctx context.Context, chat, message string, s flow.Shown) error {
	if err := p.dead[chat]; err != nil {
		return err
	}
	return p.chats.Edit(ctx, chat, message, s)
}

// waiting has a buyer ask for something that a person must decide; his chat and the room show it.
func waiting(t *testing.T, dead map[string]error) *world {
	t.Helper()
	w := openOn(t, storetest.New(t), parseGiven(t, []byte(`
now: 2026-03-10T12:00:00Z
locale: en
people: {rui: manager}
buyers: {marina: marina.duarte@example.com}
purchases:
  HP1100000101: {product: Bread, buyer: Marina Duarte <marina.duarte@example.com>, price: 297.00 BRL, ordered: -3d, guarantee_ends: 2026-03-17T02:59:59Z}
`)))
	notices := w.notices(t, deadPoster{w.chats, dead})
	w.beside = append(w.beside, flows.Room{Platform: platform, Chat: "#second"})
	maps.Copy(w.handlers, notices.Handlers())
	must(t, w.act(act{who: "marina", text: "/refund HP1100000101"}, true))
	must(t, w.act(act{who: "marina", text: "Reason: Other reason"}, true))
	must(t, w.act(act{who: "marina", button: "Refund R$297.00"}, true))
	w.settle(t)
	must(t, w.act(act{who: "marina", text: "Code: 100001"}, true))
	w.settle(t)
	w.chats.take()
	return w
}

// TestBuyerWhoBlockedTheBot hears by mail what came of his request, once, and the team that he could not be told.
func TestBuyerWhoBlockedTheBot(t *testing.T) {
	t.Parallel()
	dead := map[string]error{}
	w := waiting(t, dead)
	dead["@marina"] = &flow.Unreachable{Why: flow.Blocked, Err: errors.New("403")}
	w.move(t, "+73h") // nobody has decided
	job, err := jobs.New("expire", nil)
	must(t, err)
	must(t, w.handlers["expire"](t.Context(), job))
	outside := strings.Join(w.settle(t), "\n")
	for _, want := range []string{"! mail marina.duarte@example.com request_closed", "notice.undelivered HP1100000101 test: blocked"} {
		if strings.Count(outside, want) != 1 {
			t.Errorf("%q is not there once:\n%s", want, outside)
		}
	}
	said := strings.Join(w.chats.take(), "\n")
	for _, room := range []string{room, "#second"} {
		if !strings.Contains(said, room+": Marina Duarte could not be told on Test") && !strings.Contains(said, room+": M. D. could not be told on Test") {
			t.Errorf("%s is not told:\n%s", room, said)
		}
	}
	if !strings.Contains(said, "The news goes by e-mail") {
		t.Errorf("the team is not told of the mail:\n%s", said)
	}
	delete(dead, "@marina") // she comes back
	must(t, w.act(act{who: "marina", text: "/start"}, true))
	who, err := w.store.In(t.Context()).WhoIs(account, platform, "marina")
	if err != nil || who.Identity.Chat != "@marina" {
		t.Errorf("her chat is %q, %v", who.Identity.Chat, err)
	}
}

// TestRoomThatIsLost is told of in the others, and its cards are forgotten; those elsewhere are edited as ever.
func TestRoomThatIsLost(t *testing.T) {
	t.Parallel()
	dead := map[string]error{"#second": &flow.Unreachable{Why: flow.Left, Err: errors.New("not_in_channel")}}
	w := waiting(t, dead)
	said := strings.Join(drawAll(w.chats.messages[room]), "\n")
	if !strings.Contains(said, "The room #second on Test cannot be written to") || !strings.Contains(said, "waits for a decision") {
		t.Errorf("%s shows:\n%s", room, said)
	}
	dead[room] = flow.ErrGone
	proposals, err := w.store.In(t.Context()).OpenProposals(store.ProposalFilter{Account: account, Limit: 2})
	must(t, err)
	subject := "proposal:" + proposals[0].ID
	rui, err := w.core.Actor(t.Context(), account, platform, "rui", "@rui", "en")
	must(t, err)
	decide(t, w, rui, proposals[0].ID)
	w.settle(t)
	cards, err := w.store.In(t.Context()).CardsOf(account, subject, 10)
	must(t, err)
	if slices.ContainsFunc(cards, func(c store.Card) bool { return c.Chat == room }) {
		t.Errorf("a card whose message is gone is kept: %+v", cards)
	}
	if got := strings.Join(drawAll(w.chats.messages["@marina"]), "\n"); !strings.Contains(got, "denied") {
		t.Errorf("her card shows:\n%s", got)
	}
}

// TestBusyPlatform has a card wait as long as the platform asks, which is no failure.
func TestBusyPlatform(t *testing.T) {
	t.Parallel()
	dead := map[string]error{room: &flow.Busy{After: 40e9, Err: errors.New("429")}}
	w := waiting(t, dead)
	if len(w.chats.messages[room]) != 0 {
		t.Fatal("the room was written to")
	}
	delete(dead, room)
	w.move(t, "+41s")
	w.settle(t)
	if n := len(w.chats.messages[room]); n != 1 {
		t.Errorf("%d cards in the room, want 1", n)
	}
}

func drawAll(messages []*message) []string {
	var lines []string
	for _, m := range messages {
		lines = append(lines, draw(m.shown)...)
	}
	return lines
}

func decide(t *testing.T, w *world, who actions.Actor, proposal string) {
	t.Helper()
	_, err := w.core.Decide(t.Context(), who, actions.DecideInput{Key: "k", Proposal: proposal, Reason: "No."})
	must(t, err)
}
