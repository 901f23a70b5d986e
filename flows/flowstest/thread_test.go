package flowstest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

const threadWorld = `now: 2026-03-13T19:30:00Z
locale: en
people: {ana: agent, rui: manager}
buyers: {james: james.whitfield@example.net}
purchases:
  HP1100000101: {product: Bread at Home, buyer: James Whitfield <james.whitfield@example.net>, price: 97.00 USD, ordered: -3d}
`

// asked is a world in which one question stands in the room.
func asked(t *testing.T) (*world, *chats) {
	t.Helper()
	w := open(t, parseGiven(t, []byte(threadWorld)))
	for _, line := range []string{"james> /case My link does not work, what now?", "james> [Something else]"} {
		a, err := parseAct(line)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.act(a, true); err != nil {
			t.Fatal(err)
		}
	}
	w.settle(t)
	w.chats.take()
	return w, w.chats
}

func remarks(t *testing.T, w *world, line string) string {
	t.Helper()
	a, err := parseAct(line)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.act(a, true); err != nil {
		t.Fatal(err)
	}
	said := w.chats.take()
	return strings.Join(append(append(said, w.settle(t)...), w.chats.take()...), "\n")
}

// Who is not of the team is told once that nothing was kept, and nothing is; neither is a password.
func TestRemarkOfAStranger(t *testing.T) {
	t.Parallel()
	w, _ := asked(t)
	if said := remarks(t, w, "james> #approvals: I read along."); !strings.Contains(said, "not recorded") || strings.Contains(said, "! audit") {
		t.Errorf("he is told %q", said)
	}
	if said := remarks(t, w, "james> #approvals: And again."); said != "" {
		t.Errorf("he is told again: %q", said)
	}
	if said := remarks(t, w, "ana> #approvals: "+strings.Repeat("x", 6000)); strings.Contains(said, "! audit") || said == "" {
		t.Errorf("of a text that is too long is said %q", said)
	}
}

// A remark below what nobody listens to is not there for the bot: it keeps nothing of who wrote it.
func TestRemarkElsewhere(t *testing.T) {
	t.Parallel()
	w, _ := asked(t)
	in := flow.Inbound{ID: "1", Platform: platform, Chat: room, Direct: "@eve", User: "eve", Shared: true, Below: "999", Input: flow.Remark{Text: "hello"}}
	if err := w.runner.Handle(context.Background(), in, screen{w.chats, "@eve"}); err != nil {
		t.Fatal(err)
	}
	if said := w.chats.take(); len(said) > 0 {
		t.Errorf("said %q", said)
	}
	if _, err := w.store.In(context.Background()).WhoIs(account, platform, "eve"); err == nil {
		t.Error("eve is known now")
	}
}

// A delivery that comes twice is noted once.
func TestRemarkTwice(t *testing.T) {
	t.Parallel()
	w, c := asked(t)
	below, _ := c.threaded(room)
	for range 2 {
		in := flow.Inbound{ID: "e1", Platform: platform, Chat: room, Direct: "@ana", User: "ana", Shared: true, Below: below, Input: flow.Remark{Text: "Seen."}}
		if err := w.runner.Handle(context.Background(), in, screen{w.chats, "@ana"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := slices.IndexFunc(w.settle(t), func(l string) bool { return strings.Contains(l, "case.noted") }); n < 0 {
		t.Error("it was not noted")
	}
	if said := w.settle(t); len(said) > 0 {
		t.Errorf("then: %q", said)
	}
}

// failing fails below cards as often as it is told to.
type failing struct {
	*chats
	with  error
	times int
}

func (f *failing) PostBelow(ctx context.Context, chat, message, name string, s flow.Shown) (string, string, error) {
	if f.times > 0 {
		f.times--
		return "", "", f.with
	}
	return f.chats.PostBelow(ctx, chat, message, name, s)
}

// What could not be posted is posted later, in order and once; what can never be is left alone, and the room's card says it.
func TestThreadFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		with error
		want []string
	}{
		"passing": {errors.New("reset"), []string{"Ana noted", "Ana has it", "J. W. wrote"}},
		"busy":    {&flow.Busy{After: time.Second, Err: errors.New("429")}, []string{"Ana noted", "Ana has it", "J. W. wrote"}},
		"left":    {&flow.Unreachable{Why: flow.Left, Err: errors.New("kicked")}, []string{"Ana noted", "Ana has it", "J. W. wrote"}},
		"gone":    {flow.ErrGone, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, parseGiven(t, []byte(threadWorld)))
			f := &failing{chats: w.chats, with: c.with}
			w.posters[platform] = f
			do := func(line string) {
				t.Helper()
				a, err := parseAct(line)
				if err != nil {
					t.Fatal(err)
				}
				if err := w.act(a, true); err != nil {
					t.Fatal(err)
				}
				w.settle(t)
			}
			do("james> /case My link does not work, what now?")
			do("james> [Something else]")
			w.chats.take()
			f.times = 2
			do("ana> #approvals [Note]")
			do("ana> Note: Old browser.")
			do("ana> #approvals [Take]")
			for range 10 { // time for whoever tries again
				w.clock = w.clock.Add(10 * time.Minute)
				w.settle(t)
			}
			do("james> Is there any news about my link yet?")
			for range 5 {
				w.clock = w.clock.Add(10 * time.Minute)
				w.settle(t)
			}
			var got []string
			for _, l := range w.chats.take() {
				if _, said, ok := strings.Cut(l, "#approvals › #1001 · Something else: "); ok {
					got = append(got, said)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("below the card stands %q, want %q", got, c.want)
			}
		})
	}
}
