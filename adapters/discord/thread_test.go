package discord

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

func postCard(t *testing.T, w *world, title string) string {
	t.Helper()
	id, err := w.adapter().Poster().Post(t.Context(), fakediscord.Room, flow.Shown{Kind: "card", Title: title})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestPostBelow: a thread is begun once, and anew when somebody has deleted it; without its message there is none.
func TestPostBelow(t *testing.T) {
	t.Parallel()
	w := run(t, ModeGateway, deskFunc(nil))
	w.ready()
	p := w.adapter().Poster().(flow.Threader)
	card := postCard(t, w, "#1001")
	below := func(title string) (string, string, error) {
		return p.PostBelow(t.Context(), fakediscord.Room, card, strings.Repeat("n", 200), flow.Shown{Kind: "card", Title: title})
	}
	for _, title := range []string{"first", "second"} {
		in, id, err := below(title)
		if err != nil || in != card {
			t.Fatalf("%s: in %q, %v", title, in, err)
		}
		if err := w.adapter().Poster().Edit(t.Context(), in, id, flow.Shown{Kind: "card", Title: title + " again"}); err != nil {
			t.Error(err)
		}
	}
	if n := len(w.fake.Calls("/threads")); n != 1 {
		t.Errorf("%d threads were begun", n)
	}
	w.fake.DeleteThread(card)
	if _, _, err := below("third"); err != nil || !w.fake.Threads(card) {
		t.Errorf("after the thread was deleted: %v", err)
	}
	w.fake.DeleteThread(card)
	w.fake.Delete(card)
	if _, _, err := below("fourth"); !errors.Is(err, flow.ErrGone) {
		t.Errorf("after the card was deleted: %v", err)
	}
	card = postCard(t, w, "#1002")
	w.fake.Grant(1<<10 | 1<<11 | 1<<14 | 1<<16)
	if _, _, err := below("fifth"); !errors.Is(err, flow.ErrGone) {
		t.Errorf("without the permission: %v", err)
	}
}

// TestRemarks: what people write below a card is a remark; what bots and other servers say is none.
func TestRemarks(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var all []flow.Inbound
	w := run(t, ModeGateway, deskFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		mu.Lock()
		all = append(all, in)
		mu.Unlock()
		_, err := on.Show(ctx, flow.Shown{Kind: "notice", Title: "Noted for the team", Ended: true})
		return err
	}))
	w.ready()
	card := postCard(t, w, "#1001")
	act := w.fake.SayBelow(ana, card, "Old *browser*")
	act.Deliver()
	act.Deliver()
	w.desk.turns(t, "m:"+act.ID, 2)
	mu.Lock()
	if len(all) != 2 || all[0].ID != all[1].ID || all[0].Below != card || !all[0].Shared || all[0].User != ana || all[0].Input != (flow.Remark{Text: "Old *browser*"}) {
		t.Errorf("reached the flows: %+v", all)
	}
	mu.Unlock()
	if seen := w.fake.See(ana, w.fake.Direct(ana)); len(seen) != 2 {
		t.Errorf("the answers stand elsewhere: %+v", seen)
	}
	for _, m := range []received{
		{ID: "1", ChannelID: card, GuildID: fakediscord.GuildID, Author: user{ID: "9", Bot: true}, Content: "a program"},
		{ID: "2", ChannelID: card, GuildID: fakediscord.GuildID, Author: user{ID: "9"}, WebhookID: "8", Content: "a hook"},
		{ID: "3", ChannelID: card, GuildID: fakediscord.GuildID, Author: user{ID: "9"}, Type: 21, Content: "a thread began"},
		{ID: "4", ChannelID: card, GuildID: fakediscord.GuildID, Author: user{ID: "9"}, Content: "  "},
		{ID: "5", ChannelID: card, Author: user{ID: "9"}, Content: "private"},
	} {
		if in, ok := decodeRemark(m); ok {
			t.Errorf("%+v is a remark: %+v", m, in)
		}
	}
}

// TestDeaf: while the privileged intent is off, everything else works, and `doctor` says what to switch on.
func TestDeaf(t *testing.T) {
	t.Parallel()
	w := prepare(t, ModeGateway, showing(menuCard("Here", "Cancel")))
	w.fake.SwitchContent(false)
	w.start()
	t.Cleanup(w.stop)
	w.ready()
	said := w.fake.Say(ana, "are you there?").Deliver()
	w.desk.turns(t, "m:"+said.ID, 1)
	if !strings.Contains(w.log.String(), "Message Content Intent") {
		t.Errorf("the log says\n%s", w.log)
	}
	for _, f := range w.adapter().Check(t.Context(), "") {
		if f.Check == "discord threads" && (f.State != chat.Warn || !strings.Contains(f.Text, "Message Content Intent")) {
			t.Errorf("doctor says %+v", f)
		}
	}
}
