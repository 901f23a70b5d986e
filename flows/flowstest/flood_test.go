package flowstest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// An earful keeps what one person is shown.
type earful struct {
	mu    sync.Mutex
	shown []string
}

func (a *earful) Show(_ context.Context, s flow.Shown) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.shown = append(a.shown, s.Title)
	return "", nil
}

func (a *earful) count(text string) (n int) {
	for _, title := range a.shown {
		if strings.Contains(title, text) {
			n++
		}
	}
	return n
}

// TestFloodIsCountedTogether has one person write to two replicas at once: together they answer as often as the limit says,
// and say once that it was too much. Others are served, a new minute begins anew, and so does nothing else.
func TestFloodIsCountedTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const limit, tries = 10, 30
		w := openOn(t, s, parseGiven(t, []byte("{now: 2026-03-10T12:00:00Z, locale: en, people: {ana: agent}, flood: 10}")))
		again := flow.NewRunner(w.runner.Options)
		say := func(r *flow.Runner, who string, n int, on *earful) {
			in := flow.Inbound{ID: fmt.Sprint(who, n), Platform: platform, Chat: "@" + who, User: who, Input: flow.Command{Word: "help"}}
			if err := r.Handle(t.Context(), in, on); err != nil {
				t.Error(err)
			}
		}
		var heard, ana earful
		var wg sync.WaitGroup
		for i := range tries {
			wg.Go(func() { say([]*flow.Runner{w.runner, again}[i%2], "mallory", i, &heard) })
		}
		wg.Wait()
		if n := heard.count("What you can do"); n != limit {
			t.Errorf("%d answers, want %d: %v", n, limit, heard.shown)
		}
		if n := heard.count("That was a lot at once, more than 10"); n != 1 {
			t.Errorf("told %d times, want once: %v", n, heard.shown)
		}
		say(w.runner, "ana", 1, &ana)
		if ana.count("What you can do") != 1 {
			t.Errorf("somebody else is not served: %v", ana.shown)
		}
		w.clock = w.clock.Add(time.Minute)
		say(again, "mallory", tries, &heard)
		if n := heard.count("What you can do"); n != limit+1 {
			t.Errorf("a minute later: %v", heard.shown)
		}
	})
}
