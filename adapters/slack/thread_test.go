package slack

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/flows/flow"
)

// heard keeps what reaches the flows, and answers each remark.
type heard struct {
	mu  sync.Mutex
	all []flow.Inbound
}

func (h *heard) Handle(ctx context.Context, in flow.Inbound, on flow.Screen) error {
	h.mu.Lock()
	h.all = append(h.all, in)
	h.mu.Unlock()
	_, err := on.Show(ctx, flow.Shown{Kind: "notice", Title: "Noted for the team", Ended: true})
	return err
}

func (h *heard) Card(context.Context, flow.Inbound, string) (flow.Shown, error) {
	return flow.Shown{}, nil
}

func (h *heard) Suggest(context.Context, flow.Inbound, string, string, string) ([]flow.ShownOption, error) {
	return nil, nil
}

func (h *heard) said() []flow.Inbound {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.all)
}

// What people write below a card is a remark, and is answered there for their eyes alone; what programs write, what is said to
// the bot by name, edits, and what is said in the channel itself is none.
func TestRemarks(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			h := &heard{}
			o := openOffice(t, mode, h)
			card, err := o.adapter.Poster().Post(t.Context(), general, flow.Shown{Kind: "card", Title: "#1001"})
			if err != nil {
				t.Fatal(err)
			}
			_, ts, _ := strings.Cut(card, ":")
			d := o.ReplyDelivery(ana, general, ts, "Old browser & <b>tablet</b>")
			o.Deliver(d)
			o.Deliver(d) // once more
			o.settle()
			all := h.said()
			if len(all) != 2 || all[0].ID != all[1].ID || all[0].Below != card || !all[0].Shared || all[0].Chat != general || all[0].User != ana ||
				all[0].Input != (flow.Remark{Text: "Old browser & <b>tablet</b>"}) {
				t.Fatalf("reached the flows: %+v", all)
			}
			for _, m := range o.Messages(general, ana) {
				if strings.Contains(textOf(m), "Noted") && (m.For != ana || m.Thread != ts) {
					t.Errorf("the answer stands elsewhere: %+v", m)
				}
			}
			for _, event := range []map[string]any{
				{"type": "message", "channel_type": "channel", "user": ana, "text": "aloud", "ts": "1790000001.1"},
				{"type": "message", "channel_type": "channel", "user": ana, "text": "begins a thread", "ts": ts, "thread_ts": ts},
				{"type": "message", "channel_type": "channel", "user": ana, "bot_id": "B0OTHER", "text": "a program", "ts": "1790000001.2", "thread_ts": ts},
				{"type": "message", "channel_type": "channel", "user": fakeslack.BotUser, "text": "we", "ts": "1790000001.3", "thread_ts": ts},
				{"type": "message", "channel_type": "channel", "user": ana, "text": "<@" + fakeslack.BotUser + "> help", "ts": "1790000001.4", "thread_ts": ts},
				{"type": "message", "subtype": "message_changed", "channel_type": "channel", "message": map[string]any{"user": ana, "text": "edited", "thread_ts": ts}, "ts": "1790000001.5"},
				{"type": "message", "subtype": "message_deleted", "channel_type": "channel", "ts": "1790000001.6"},
			} {
				event["channel"] = general
				o.Deliver(o.EventDelivery(event))
			}
			o.settle()
			if n := len(h.said()); n != 2 {
				t.Errorf("%d deliveries reached the flows: %+v", n, h.said())
			}
		})
	}
}

// Posts go below the card, in order; where nothing can hang there, that is said once and for all.
func TestPostBelow(t *testing.T) {
	t.Parallel()
	o := openOffice(t, Socket, &heard{})
	p := o.adapter.Poster().(flow.Threader)
	card, err := o.adapter.Poster().Post(t.Context(), general, flow.Shown{Kind: "card", Title: "#1001"})
	if err != nil {
		t.Fatal(err)
	}
	_, ts, _ := strings.Cut(card, ":")
	for _, line := range []string{"first", "second"} {
		in, id, err := p.PostBelow(t.Context(), general, card, "#1001", flow.Shown{Kind: "card", Title: line})
		if err != nil || in != general {
			t.Fatalf("%s: in %q, %v", line, in, err)
		}
		if err := o.adapter.Poster().Edit(t.Context(), in, id, flow.Shown{Kind: "card", Title: line + " again"}); err != nil {
			t.Error(err)
		}
	}
	var below []string
	for _, m := range o.Messages(general, bia) {
		if m.Thread == ts {
			below = append(below, textOf(m))
		}
	}
	if !slices.Equal(below, []string{"first again", "second again"}) {
		t.Errorf("below the card stands %q", below)
	}
	lonely, err := o.adapter.Poster().Post(t.Context(), general, flow.Shown{Kind: "card", Title: "#1002"})
	if err != nil {
		t.Fatal(err)
	}
	_, gone, _ := strings.Cut(lonely, ":")
	o.Delete(general, gone)
	if _, _, err := p.PostBelow(t.Context(), general, lonely, "#1002", flow.Shown{Title: "x"}); !errors.Is(err, flow.ErrGone) {
		t.Errorf("below a message that is gone: %v", err)
	}
}
