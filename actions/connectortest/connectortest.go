// Package connectortest is what every connector to a commerce platform must keep, whatever the platform: the promises of
// actions.Commerce on which the core stands when money moves. A connector's own tests open it on a fake of its platform over
// real HTTP.
package connectortest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
)

// A Subject is a connector on a fresh platform, with what the suite needs to know of it.
type Subject struct {
	Commerce actions.Commerce
	Account  string
	// Paid is a purchase that is paid, of the Price, and not of a subscription. Another is a second one.
	Paid, Another actions.Transaction
	Price         actions.Money
	Email         actions.Email // of Paid's buyer
	Charge        actions.Transaction
	Subscription  string // code of an active one that Charge is a charge of; empty: none to try
	Unknown       actions.Transaction
	Secrets       []string // none of which may be in any error
	// Words are the message keys that exist for what a platform refuses.
	Words map[string]bool
	// Lose has the platform carry out the next write and not answer it; nil: its answers cannot be lost.
	Lose func()
	// Answer has the platform answer everything with this from now on; nil: it speaks no HTTP.
	Answer func(status int, contentType, body string)
	// Refunds counts how often money has left for a purchase, as the platform itself knows.
	Refunds func(actions.Transaction) int
}

// operations are all of them that can be an Order.
var operations = []actions.Operation{actions.OpRefund, actions.OpChangeEmail, actions.OpCancel, actions.OpChangeChargeDay, actions.OpReactivate,
	actions.OpAccept, actions.OpResend, actions.OpReceipt, actions.OpCheckIn, actions.OpApproveClaim}

// Run holds a connector to it. open makes a fresh Subject each time.
func Run(t *testing.T, open func(t *testing.T) Subject) {
	for name, test := range map[string]func(*testing.T, Subject){
		"every operation has a capability": capabilities, "an order is carried out, and can be read back": refunds,
		"the same order twice acts once": twice, "an answer that is lost can be found out": lost, "parts": parts,
		"unknown purchases are refused": unknown, "a context that has ended does nothing": cancelled,
		"rubbish is an error": rubbish, "subscriptions": subscriptions,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func capabilities(t *testing.T, s Subject) {
	if s.Commerce.Name() == "" || s.Commerce.Name() != strings.ToLower(s.Commerce.Name()) {
		t.Errorf("its name is %q", s.Commerce.Name())
	}
	for _, op := range append([]actions.Operation{actions.OpPassword, actions.OpRefundPart, "dance"}, operations...) {
		switch can := s.Commerce.Can(op); can {
		case actions.ByAPI, actions.Assisted, actions.NoSupport:
			if op == "dance" && can != actions.NoSupport {
				t.Errorf("nobody knows what %s is, and it is %s", op, can)
			}
		default:
			t.Errorf("%s: %q is no capability", op, can)
		}
	}
	if s.Commerce.Can(actions.OpRefundPart) == actions.ByAPI && s.Commerce.Can(actions.OpRefund) != actions.ByAPI {
		t.Error("it refunds in part and not in full")
	}
	for _, op := range operations { // what it cannot do, it does not
		if s.Commerce.Can(op) != actions.NoSupport || op == actions.OpAccept {
			continue
		}
		if o, err := s.Commerce.Do(t.Context(), s.order("none", op)); err == nil && o.Kind != actions.OutcomeRefused {
			t.Errorf("%s, which it cannot do: %+v", op, o)
		}
	}
}

// refunds: what Do says is done, State shows.
func refunds(t *testing.T, s Subject) {
	if s.Commerce.Can(actions.OpRefund) != actions.ByAPI {
		t.Skip("SKIPPED: the platform has no refund by its API")
	}
	before := s.state(t, s.Paid)
	if !before.Status.Paid() || before.Email.Key() != s.Email.Key() {
		t.Fatalf("before: %+v", before)
	}
	o := s.do(t, s.order("full", actions.OpRefund))
	after := s.state(t, s.Paid)
	switch {
	case o.Kind == actions.OutcomeDone && after.Status != actions.Refunded:
		t.Errorf("done, and State shows %+v", after)
	case o.Kind == actions.OutcomeRefused:
		t.Errorf("a full refund of what is paid: %+v", o)
	}
	if n := s.Refunds(s.Paid); n != 1 {
		t.Errorf("money left %d times", n)
	}
	if other := s.state(t, s.Another); !other.Status.Paid() {
		t.Errorf("another purchase is %s now", other.Status)
	}
	again := s.order("another", actions.OpRefund)
	if o := s.do(t, again); o.Kind == actions.OutcomeDone && s.Refunds(s.Paid) > 1 {
		t.Errorf("another order paid it a second time: %+v", o)
	}
}

// twice: the same key again, at once and however often.
func twice(t *testing.T, s Subject) {
	if s.Commerce.Can(actions.OpRefund) != actions.ByAPI {
		t.Skip("SKIPPED: the platform has no refund by its API")
	}
	first := s.do(t, s.order("same", actions.OpRefund))
	for range 3 {
		// Without keys a platform may refuse what it did. That is why the core reads before it repeats.
		if o := s.do(t, s.order("same", actions.OpRefund)); o.Kind != first.Kind && o.Kind != actions.OutcomeRefused {
			t.Errorf("%s, and then %+v", first.Kind, o)
		}
	}
	if n := s.Refunds(s.Paid); n != 1 {
		t.Errorf("money left %d times", n)
	}
}

// lost: the platform acted and did not say so. Do tells of no outcome, and State shows what there is.
func lost(t *testing.T, s Subject) {
	if s.Lose == nil || s.Commerce.Can(actions.OpRefund) != actions.ByAPI {
		t.Skip("SKIPPED: the platform has no answers that could be lost")
	}
	s.Lose()
	o, err := s.Commerce.Do(t.Context(), s.order("lost", actions.OpRefund))
	if err == nil && o.Kind == actions.OutcomeRefused {
		t.Errorf("money has left, and it was refused: %+v", o)
	}
	s.silent(t, err)
	if n := s.Refunds(s.Paid); n != 1 {
		t.Fatalf("money left %d times", n)
	}
	o, err = s.Commerce.Do(t.Context(), s.order("lost", actions.OpRefund))
	s.silent(t, err)
	if n := s.Refunds(s.Paid); n != 1 {
		t.Errorf("the order again, and money left %d times: %+v, %v", n, o, err)
	}
}

// parts never come to more than the price, and State tells their sum: by it the core knows what happened.
func parts(t *testing.T, s Subject) {
	if s.Commerce.Can(actions.OpRefundPart) != actions.ByAPI {
		t.Skip("SKIPPED: the platform has no refunds in part")
	}
	part := func(key string, minor int64) actions.Order {
		o := s.order(key, actions.OpRefund)
		o.Amount.Minor, o.Part = minor, true
		return o
	}
	third := s.Price.Minor / 3
	for i, want := range []int64{third, 2 * third} {
		o := part([]string{"a", "b"}[i], third)
		o.Given = actions.Money{Minor: want - third, Currency: s.Price.Currency}
		if got := s.do(t, o); got.Kind != actions.OutcomeDone && got.Kind != actions.OutcomeRequested {
			t.Fatalf("part %d: %+v", i, got)
		}
		if got := s.do(t, o); got.Kind == actions.OutcomeRefused {
			t.Errorf("part %d again: %+v", i, got)
		}
		state := s.state(t, s.Paid)
		if state.Status != actions.PartlyRefunded || state.Refunded != (actions.Money{Minor: want, Currency: s.Price.Currency}) {
			t.Errorf("after part %d: %+v", i, state)
		}
	}
	if o := s.do(t, part("much", s.Price.Minor-2*third+1)); o.Kind != actions.OutcomeRefused {
		t.Errorf("more than is left: %+v", o)
	}
	if o := s.do(t, part("rest", s.Price.Minor-2*third)); o.Kind == actions.OutcomeRefused {
		t.Errorf("what is left: %+v", o)
	}
	if state := s.state(t, s.Paid); state.Status != actions.Refunded {
		t.Errorf("in the end: %+v", state)
	}
}

func unknown(t *testing.T, s Subject) {
	for _, op := range operations {
		if s.Commerce.Can(op) != actions.ByAPI || op == actions.OpAccept {
			continue
		}
		o := s.order("unknown", op)
		o.Transaction = s.Unknown
		if o.Subscription != "" {
			o.Subscription = string(s.Unknown)
		}
		if got := s.do(t, o); got.Kind != actions.OutcomeRefused {
			t.Errorf("%s: %+v", op, got)
		}
	}
	if _, err := s.Commerce.State(t.Context(), s.Account, s.Unknown); err == nil {
		t.Error("its state is known")
	}
}

func cancelled(t *testing.T, s Subject) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if o, err := s.Commerce.Do(ctx, s.order("cancelled", actions.OpRefund)); err == nil && o.Kind != actions.OutcomeRefused && o.Kind != actions.OutcomeAssisted {
		t.Errorf("an order: %+v", o)
	}
	if _, err := s.Commerce.State(ctx, s.Account, s.Paid); err == nil {
		t.Error("a reading succeeded")
	}
	if n := s.Refunds(s.Paid); n != 0 {
		t.Errorf("money left %d times", n)
	}
}

// rubbish: whatever comes back, nothing panics, nothing is done or refused for it, and no secret is told.
func rubbish(t *testing.T, s Subject) {
	if s.Answer == nil {
		t.Skip("SKIPPED: the platform has no HTTP to be spoken")
	}
	for _, a := range []struct {
		status     int
		kind, body string
	}{
		{http.StatusOK, "application/json", ""}, {http.StatusOK, "text/html", "<html>busy</html>"}, {http.StatusOK, "application/json", "{"},
		{http.StatusOK, "application/json", "null"}, {http.StatusOK, "application/json", "[]"}, {http.StatusOK, "application/json", `{"id":7,"status":{}}`},
		{http.StatusBadGateway, "text/html", "<html>" + strings.Repeat("x", 100_000)}, {http.StatusInternalServerError, "application/json", "{}"},
		{http.StatusTooManyRequests, "application/json", "{}"}, {http.StatusUnauthorized, "application/json", `{"error":"` + strings.Join(s.Secrets, " ") + `"}`},
		{http.StatusForbidden, "text/html", strings.Join(s.Secrets, " ")},
	} {
		s.Answer(a.status, a.kind, a.body)
		for _, op := range operations {
			if s.Commerce.Can(op) != actions.ByAPI {
				continue
			}
			o, err := s.Commerce.Do(t.Context(), s.order("rubbish", op))
			if err == nil && (o.Kind == actions.OutcomeDone || o.Kind == actions.OutcomeNeedsBuyer) {
				t.Errorf("%s, answered by %d %.30q: %+v", op, a.status, a.body, o)
			}
			s.silent(t, err)
		}
		_, err := s.Commerce.State(t.Context(), s.Account, s.Paid)
		if err == nil {
			t.Errorf("a reading, answered by %d %.30q, succeeded", a.status, a.body)
		}
		s.silent(t, err)
	}
}

// subscriptions end, and State shows it.
func subscriptions(t *testing.T, s Subject) {
	if s.Subscription == "" || s.Commerce.Can(actions.OpCancel) != actions.ByAPI {
		t.Skip("SKIPPED: the platform has no subscriptions that its API ends")
	}
	if state := s.state(t, s.Charge); state.Subscription.Status != actions.SubscriptionActive {
		t.Fatalf("before: %+v", state.Subscription)
	}
	for range 2 {
		if o := s.do(t, s.order("end", actions.OpCancel)); o.Kind == actions.OutcomeRefused && o.Detail != actions.AlreadyCancelled {
			t.Errorf("a cancellation: %+v", o)
		}
	}
	if state := s.state(t, s.Charge); state.Subscription.Status != actions.SubscriptionCancelled {
		t.Errorf("after: %+v", state.Subscription)
	}
	if s.Commerce.Can(actions.OpReactivate) != actions.ByAPI {
		return
	}
	o := s.do(t, s.order("again", actions.OpReactivate))
	state := s.state(t, s.Charge).Subscription
	switch o.Kind {
	case actions.OutcomeDone:
		if state.Status != actions.SubscriptionActive {
			t.Errorf("it goes on: %+v", state)
		}
		if s.Commerce.Terms().Acceptance != 0 {
			t.Error("it goes on at once, and the terms speak of an acceptance")
		}
	case actions.OutcomeNeedsBuyer:
		if s.Commerce.Terms().Acceptance == 0 {
			t.Error("the subscriber is asked, and the terms do not say for how long")
		}
	default:
		t.Errorf("taken up again: %+v", o)
	}
}

func (s Subject) order(key string, op actions.Operation) actions.Order {
	o := actions.Order{Key: "contract/" + key, Account: s.Account, Op: op, Transaction: s.Paid, Amount: s.Price}
	switch op {
	case actions.OpChangeEmail:
		o.Amount, o.OldEmail, o.NewEmail = actions.Money{}, s.Email, "somebody.else@example.com"
	case actions.OpCancel, actions.OpChangeChargeDay, actions.OpReactivate, actions.OpAccept:
		o.Amount, o.Transaction, o.Subscription, o.ChargeDay = actions.Money{}, s.Charge, s.Subscription, 5
	}
	return o
}

// do carries out an order that is answered.
func (s Subject) do(t *testing.T, o actions.Order) actions.Outcome {
	t.Helper()
	got, err := s.Commerce.Do(t.Context(), o)
	s.silent(t, err)
	if err != nil {
		t.Fatalf("%s %s: %v", o.Op, o.Key, err)
	}
	switch got.Kind {
	case actions.OutcomeDone, actions.OutcomeRequested, actions.OutcomeNeedsBuyer, actions.OutcomeAssisted:
	case actions.OutcomeRefused:
		if !s.Words[got.Detail] {
			t.Errorf("%s is refused by %q, for which there are no words", o.Op, got.Detail)
		}
	default:
		t.Errorf("%s: %q is no outcome of Do", o.Op, got.Kind)
	}
	return got
}

func (s Subject) state(t *testing.T, code actions.Transaction) actions.RemoteState {
	t.Helper()
	state, err := s.Commerce.State(t.Context(), s.Account, code)
	s.silent(t, err)
	if err != nil {
		t.Fatalf("state of %s: %v", code, err)
	}
	return state
}

// silent holds an error, and all that it wraps, against the secrets.
func (s Subject) silent(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, secret := range s.Secrets {
			if secret != "" && strings.Contains(err.Error(), secret) {
				t.Errorf("an error tells a secret: %.200s", err)
			}
		}
	}
}

// Words are the keys of all refusals for which the locales have words; a test of flows compares them.
func Words() map[string]bool {
	all := map[string]bool{}
	for _, word := range []string{"not_found", "not_refundable", "already_refunded", "more_than_left", "failed", "chargeback", "address_changed",
		"no_subscription", "already_cancelled", "not_charged", "not_cancelled", "already_asked", "not_accepted", "no_customer", "no_receipt", "no_address", "over", "not_by_api",
		"part_refunded", "claimed", "unknown_state", "not_producer", "by_bank", "in_trial", "affiliate", "day_in_trial", "credentials", "not_allowed", "platform"} {
		all["outcome.refused."+word] = true
	}
	return all
}
