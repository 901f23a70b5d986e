// Package actionstest is for testing whatever stands on package actions: a commerce platform that misbehaves to order,
// and a mailer that keeps what it was given.
package actionstest

import (
	"context"
	"errors"
	"sync"

	"github.com/aftersale/aftersale/actions"
)

// ErrTimeout is what Flaky answers instead of an outcome.
var ErrTimeout = errors.New("actionstest: the platform did not answer in time")

// A Step is how Flaky takes one call of Do.
type Step struct {
	Act     bool            // pass the order on to the real platform
	Timeout bool            // answer ErrTimeout, whether it acted or not
	Unsent  bool            // answer that nothing was sent
	Outcome actions.Outcome // answer this; the zero value: what the platform answered
}

// The usual steps.
var (
	Pass          = Step{Act: true}
	TimeoutBefore = Step{Timeout: true}            // nothing has happened
	TimeoutAfter  = Step{Act: true, Timeout: true} // it has happened, and nobody was told
	Unsent        = Step{Unsent: true}             // nothing has happened, and that is certain
	Requested     = Step{Outcome: actions.Outcome{Kind: actions.OutcomeRequested}}
	NeedsBuyer    = Step{Outcome: actions.Outcome{Kind: actions.OutcomeNeedsBuyer}}
)

// Assisted has a person follow the steps that the message key explains.
func Assisted(steps string) Step {
	return Step{Outcome: actions.Outcome{Kind: actions.OutcomeAssisted, Detail: steps}}
}

// Refused refuses for the reason that the message key explains.
func Refused(reason string) Step {
	return Step{Outcome: actions.Outcome{Kind: actions.OutcomeRefused, Detail: reason}}
}

// Flaky is a commerce platform in front of a real one, that takes calls as its script says, step by step; behind the
// script's end it passes everything on. It is safe for concurrent use.
type Flaky struct {
	actions.Commerce

	mu     sync.Mutex
	script []Step
	blind  int // reads that will time out
	orders []actions.Order
	acted  []actions.Order
	cannot map[actions.Operation]actions.Capability
	terms  *actions.Terms
	shows  func(actions.RemoteState) actions.RemoteState
	atOnce int // orders that one call takes
	lose   int // calls for several whose answer will be lost
	calls  []int
}

// NewFlaky puts a script before a platform.
func NewFlaky(real actions.Commerce, script ...Step) *Flaky {
	return &Flaky{Commerce: real, script: script}
}

// Then adds steps to the script.
func (f *Flaky) Then(steps ...Step) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script = append(f.script, steps...)
}

// Blind has the next n reads of State time out.
func (f *Flaky) Blind(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.blind = n
}

// Limit changes what the platform says it can do.
func (f *Flaky) Limit(op actions.Operation, can actions.Capability) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cannot == nil {
		f.cannot = map[actions.Operation]actions.Capability{}
	}
	f.cannot[op] = can
}

// Rule changes the platform's own rules.
func (f *Flaky) Rule(t actions.Terms) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.terms = &t
}

// Terms implements actions.Commerce.
func (f *Flaky) Terms() actions.Terms {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.terms != nil {
		return *f.terms
	}
	return f.Commerce.Terms()
}

// Show changes what State tells. Nil: it tells the truth.
func (f *Flaky) Show(change func(actions.RemoteState) actions.RemoteState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shows = change
}

// Can implements actions.Commerce.
func (f *Flaky) Can(op actions.Operation) actions.Capability {
	f.mu.Lock()
	can, limited := f.cannot[op]
	f.mu.Unlock()
	if limited {
		return can
	}
	return f.Commerce.Can(op)
}

// Do implements actions.Commerce.
func (f *Flaky) Do(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	step := f.next(o)
	var outcome actions.Outcome
	if step.Act {
		var err error
		if outcome, err = f.Commerce.Do(ctx, o); err != nil {
			return actions.Outcome{}, err
		}
		f.mu.Lock()
		f.acted = append(f.acted, o)
		f.mu.Unlock()
	}
	switch {
	case step.Unsent:
		return actions.Outcome{}, &actions.NotSent{Err: ErrTimeout}
	case step.Timeout:
		return actions.Outcome{}, ErrTimeout
	case step.Outcome.Kind != "":
		return step.Outcome, nil
	}
	return outcome, nil
}

func (f *Flaky) next(o actions.Order) Step {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.orders = append(f.orders, o)
	if len(f.script) == 0 {
		return Pass
	}
	step := f.script[0]
	f.script = f.script[1:]
	return step
}

// State implements actions.Commerce.
func (f *Flaky) State(ctx context.Context, account string, t actions.Transaction) (actions.RemoteState, error) {
	f.mu.Lock()
	blind, shows := f.blind > 0, f.shows
	if blind {
		f.blind--
	}
	f.mu.Unlock()
	if blind {
		return actions.RemoteState{}, ErrTimeout
	}
	state, err := f.Commerce.State(ctx, account, t)
	if err == nil && shows != nil {
		state = shows(state)
	}
	return state, err
}

// Orders lists every order that Do was called with.
func (f *Flaky) Orders() []actions.Order {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]actions.Order(nil), f.orders...)
}

// Acted lists the orders that reached the real platform.
func (f *Flaky) Acted() []actions.Order {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]actions.Order(nil), f.acted...)
}
