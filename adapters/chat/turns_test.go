package chat_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/adapters/chat"
)

func TestTurnsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	turns := chat.NewTurns(chat.TurnsOptions{Workers: 4})
	var mu sync.Mutex
	got := map[string][]int{}
	for i := range 100 {
		for _, key := range []string{"a", "b", "c"} {
			if !turns.Go(key, func(context.Context) { mu.Lock(); defer mu.Unlock(); got[key] = append(got[key], i) }) {
				t.Fatal("refused")
			}
		}
	}
	if err := turns.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	for key, order := range got {
		for i, n := range order {
			if i != n {
				t.Fatalf("%s ran in the order %v", key, order)
			}
		}
		if len(order) != 100 {
			t.Errorf("%s: %d turns", key, len(order))
		}
	}
	if turns.Go("a", func(context.Context) {}) {
		t.Error("a turn was taken after the end")
	}
	if err := turns.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTurnsSideBySide(t *testing.T) {
	t.Parallel()
	turns := chat.NewTurns(chat.TurnsOptions{Queue: 3})
	met, free := make(chan struct{}), make(chan struct{})
	turns.Go("a", func(context.Context) { met <- struct{}{}; <-free })
	turns.Go("b", func(context.Context) { <-met; <-free }) // hangs unless both run at once
	turns.Go("a", func(context.Context) {})
	if turns.Go("c", func(context.Context) {}) {
		t.Error("more turns than the queue holds")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := turns.Wait(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("waited for what still runs: %v", err)
	}
	close(free)
	if err := turns.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTurnThatPanics(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	turns := chat.NewTurns(chat.TurnsOptions{Log: slog.New(slog.NewTextHandler(&log, nil))})
	ran := false
	turns.Go("a", func(context.Context) { panic("broken") })
	turns.Go("a", func(ctx context.Context) {
		_, limited := ctx.Deadline()
		ran = limited
	})
	if err := turns.Wait(t.Context()); err != nil || !ran {
		t.Errorf("the next turn ran with a deadline: %v, %v", ran, err)
	}
	if !strings.Contains(log.String(), "broken") {
		t.Errorf("nobody is told: %s", log.String())
	}
}
