package flowstest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

const shop = `
now: 2026-03-10T12:00:00Z
locale: en
people: {ana: agent, rui: manager, clara: producer}
purchases:
  HP1100000101: {product: Sourdough at Home, buyer: Marina Duarte <marina.duarte@example.com>, price: 297.00 BRL, ordered: -3d, guarantee_ends: 2026-03-17T02:59:59Z}
  HP1100000500: {product: Master Baker Year, buyer: Marina Duarte <marina.duarte@example.com>, price: 897.00 BRL, ordered: -3d, guarantee_ends: 2026-03-17T02:59:59Z}
`

// TestFiftyPressesOneRefund presses the same [Refund] fifty times at once: one wins, the others read what happened.
func TestFiftyPressesOneRefund(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := openOn(t, s, parseGiven(t, []byte(shop)))
		must(t, w.act(act{who: "ana", text: "/refund HP1100000101"}, true))
		must(t, w.act(act{who: "ana", text: "Reason: Charged twice"}, true))
		token, id, ok := w.chats.find("@ana", "Refund R$297.00", false)
		if !ok {
			t.Fatalf("no button to press: %v", w.chats.take())
		}
		w.chats.take()
		all(50, func(int) {
			in := flow.Inbound{Platform: platform, Chat: "@ana", User: "ana", Forms: true, Message: id, Input: flow.Pressed{Token: token}}
			if err := w.runner.Handle(context.Background(), in, screen{w.chats, "@ana"}); err != nil {
				t.Error(err)
			}
		})
		count(t, w.chats.take(), "on its way", 1)
		outside := w.settle(t)
		count(t, outside, "! audit Ana refund.requested HP1100000101", 1)
		count(t, outside, "! ledger refund HP1100000101: done", 1)
		count(t, outside, "! mail marina.duarte@example.com refund_done", 1)
		verified(t, s)
	})
}

// TestFiftyDecisionsOneApproval has two people press [Approve] and confirm at once.
func TestFiftyDecisionsOneApproval(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := openOn(t, s, parseGiven(t, []byte(shop)))
		must(t, w.act(act{who: "ana", text: "/refund HP1100000500"}, true))
		must(t, w.act(act{who: "ana", text: "Reason: Charged twice"}, true))
		must(t, w.act(act{who: "ana", button: "Refund R$897.00"}, true))
		w.settle(t)
		deciders := []string{"rui", "clara"}
		tokens := map[string]string{}
		for _, who := range deciders {
			must(t, w.act(act{who: who, room: room, button: "Approve"}, true))
			token, _, ok := w.chats.find("@"+who, "Approve", false)
			if !ok {
				t.Fatalf("%s sees no button to confirm: %v", who, w.chats.take())
			}
			tokens[who] = token
		}
		all(50, func(i int) {
			who := deciders[i%2]
			in := flow.Inbound{Platform: platform, Chat: "@" + who, User: who, Forms: true, Input: flow.Pressed{Token: tokens[who]}}
			if err := w.runner.Handle(context.Background(), in, screen{w.chats, "@" + who}); err != nil {
				t.Error(err)
			}
		})
		outside := w.settle(t)
		count(t, outside, "refund.approved HP1100000500", 1)
		count(t, outside, "! ledger refund HP1100000500: done", 1)
		count(t, outside, "! mail marina.duarte@example.com refund_done", 1)
		verified(t, s)
	})
}

// TestRepeatedDeliveryActsOnce hands over the same delivery many times, as platforms do that missed the answer.
func TestRepeatedDeliveryActsOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := openOn(t, s, parseGiven(t, []byte(shop)))
		all(20, func(int) {
			in := flow.Inbound{ID: "update-1", Platform: platform, Chat: "@ana", User: "ana", Input: flow.Command{Word: "refund"}}
			if err := w.runner.Handle(context.Background(), in, screen{w.chats, "@ana"}); err != nil {
				t.Error(err)
			}
		})
		count(t, w.chats.take(), "Which purchase", 1)
	})
}

func verified(t *testing.T, s *store.Store) {
	t.Helper()
	report, err := s.VerifyAudit(context.Background(), account)
	if err != nil || !report.OK() {
		t.Errorf("audit: %+v, %v", report, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, lines []string, what string, want int) {
	t.Helper()
	if got := strings.Count(strings.Join(lines, "\n"), what); got != want {
		t.Errorf("%q happened %d times, want %d:\n%s", what, got, want, strings.Join(lines, "\n"))
	}
}

// all runs f n times at once and waits.
func all(n int, f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	wg.Wait()
}
