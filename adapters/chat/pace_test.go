package chat_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

func TestPace(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	p := chat.NewPace(time.Second, 2, func() time.Time { return now })
	var slept time.Duration
	p.Sleep = func(_ context.Context, d time.Duration) error { slept += d; now = now.Add(d); return nil }
	wait := func(id string, want time.Duration) {
		t.Helper()
		slept = 0
		if err := p.Wait(t.Context(), id); err != nil || slept != want {
			t.Errorf("waited %s, %v; want %s", slept, err, want)
		}
	}
	wait("a", 0)
	wait("a", 0)
	wait("a", time.Second)
	wait("b", 0)
	p.Pause("a", 5*time.Second)
	p.Pause("a", time.Second) // the longer one holds
	wait("b", 0)
	wait("a", 5*time.Second)

	p.Pause("a", time.Minute)
	var busy *flow.Busy
	if err := p.Wait(t.Context(), "a"); !errors.As(err, &busy) || busy.After != time.Minute {
		t.Errorf("a long pause: %v", err)
	}
	now = now.Add(time.Minute)
	wait("a", 0)
	p.Sleep = func(context.Context, time.Duration) error { return context.Canceled }
	wait("a", 0)
	if err := p.Wait(t.Context(), "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting does not end with its context: %v", err)
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for n, most := range map[int]time.Duration{0: time.Second, 1: 2 * time.Second, 5: 32 * time.Second, 6: time.Minute, 1000: time.Minute} {
		for range 100 {
			if d := chat.Backoff(n); d > most || d < most/2 {
				t.Fatalf("attempt %d after %s, want %s to %s", n, d, most/2, most)
			}
		}
	}
}
