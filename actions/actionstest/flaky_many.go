package actionstest

import (
	"context"

	"github.com/aftersale/aftersale/actions"
)

// Take has the platform take that many orders in one call, as actions.Batcher says; at first it takes one.
func (f *Flaky) Take(atOnce int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.atOnce = atOnce
}

// Lose has the answers of the next n calls for several orders get lost; what they ask for is done.
func (f *Flaky) Lose(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lose = n
}

// Together implements actions.Batcher.
func (f *Flaky) Together(actions.Operation) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.atOnce
}

// DoMany implements actions.Batcher: each order takes its own step of the script.
func (f *Flaky) DoMany(ctx context.Context, orders []actions.Order) []actions.Answer {
	answers := make([]actions.Answer, len(orders))
	for i, o := range orders {
		answers[i].Outcome, answers[i].Err = f.Do(ctx, o)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, len(orders))
	if f.lose > 0 {
		f.lose--
		for i := range answers {
			answers[i] = actions.Answer{Err: ErrTimeout}
		}
	}
	return answers
}

// Calls lists how many orders each call for several has taken.
func (f *Flaky) Calls() []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]int(nil), f.calls...)
}
