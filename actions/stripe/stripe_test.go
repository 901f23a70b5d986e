package stripe_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/stripe"
	"github.com/aftersale/aftersale/actions/stripe/fake"
)

var marina = fake.Sale{Amount: 97_00, Currency: "brl", Email: "marina@example.com", Name: "Marina"}

func refund(key string, code actions.Transaction, minor int64) actions.Order {
	return actions.Order{Key: key, Account: "shop", Op: actions.OpRefund, Transaction: code, Amount: actions.Money{Minor: minor, Currency: "BRL"}}
}

func must(t *testing.T, p *stripe.Platform, o actions.Order) actions.Outcome {
	t.Helper()
	got, err := p.Do(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func state(t *testing.T, p *stripe.Platform, code actions.Transaction) actions.RemoteState {
	t.Helper()
	s, err := p.State(t.Context(), "shop", code)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestForgottenKeys: Stripe prunes keys after a day, and an order that comes later still acts once.
func TestForgottenKeys(t *testing.T) {
	t.Parallel()
	p, server := open(t)
	id, _ := server.Sell(marina)
	part := refund("k", stripe.CodeOf(id), 10_00)
	part.Part = true
	for range 3 {
		if o := must(t, p, part); o.Kind != actions.OutcomeDone {
			t.Fatalf("%+v", o)
		}
		server.Forget()
	}
	if n := server.Refunds(id); n != 1 {
		t.Errorf("money left %d times", n)
	}
}

// TestRefundsThatWait are requested, and then done or refused, as reading back tells.
func TestRefundsThatWait(t *testing.T) {
	t.Parallel()
	for end, want := range map[string]actions.Status{"succeeded": actions.Refunded, "failed": actions.Approved} {
		p, server := open(t)
		id, _ := server.Sell(marina)
		code := stripe.CodeOf(id)
		server.Pending()
		if o := must(t, p, refund("k", code, 97_00)); o.Kind != actions.OutcomeRequested {
			t.Fatalf("%s: %+v", end, o)
		}
		if s := state(t, p, code); s.Status != actions.Approved || s.Failed != "" {
			t.Errorf("%s: while it waits: %+v", end, s)
		}
		server.Settle(end)
		s := state(t, p, code)
		if s.Status != want || (s.Failed == "k") != (end == "failed") {
			t.Errorf("%s: in the end: %+v", end, s)
		}
		if o := must(t, p, refund("k", code, 97_00)); (o.Kind == actions.OutcomeRefused) != (end == "failed") {
			t.Errorf("%s: the order again: %+v", end, o)
		}
	}
}

func TestDisputes(t *testing.T) {
	t.Parallel()
	p, server := open(t)
	id, _ := server.Sell(marina)
	code := stripe.CodeOf(id)
	for _, c := range []struct {
		status string
		want   actions.Status
		kind   actions.OutcomeKind
	}{
		{"needs_response", actions.Disputed, actions.OutcomeRefused}, {"a_new_word", actions.Disputed, actions.OutcomeRefused},
		{"lost", actions.Chargeback, actions.OutcomeRefused}, {"won", actions.Approved, actions.OutcomeDone},
	} {
		server.Dispute(id, c.status)
		if s := state(t, p, code); s.Status != c.want {
			t.Errorf("%s: %s", c.status, s.Status)
		}
		if o := must(t, p, refund(c.status, code, 97_00)); o.Kind != c.kind {
			t.Errorf("%s: %+v", c.status, o)
		}
	}
}

func TestEmails(t *testing.T) {
	t.Parallel()
	p, server := open(t)
	id, _ := server.Sell(marina)
	guest := marina
	guest.Guest = true
	without, _ := server.Sell(guest)
	o := actions.Order{Key: "m", Op: actions.OpChangeEmail, Transaction: stripe.CodeOf(id), OldEmail: "Marina@example.com", NewEmail: "m@example.org"}
	for range 2 {
		if got := must(t, p, o); got.Kind != actions.OutcomeDone {
			t.Errorf("%+v", got)
		}
	}
	if s := state(t, p, o.Transaction); s.Email != "m@example.org" {
		t.Errorf("it is %s now", s.Email)
	}
	o.Key, o.NewEmail = "n", "eve@example.org"
	if got := must(t, p, o); got.Detail != "outcome.refused.address_changed" {
		t.Errorf("from an address that is past: %+v", got)
	}
	o.Transaction = stripe.CodeOf(without)
	if got := must(t, p, o); got.Detail != "outcome.refused.no_customer" {
		t.Errorf("of a guest: %+v", got)
	}
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	p, server := open(t)
	sold := marina
	sold.Subscription = true
	id, sub := server.Sell(sold)
	o := actions.Order{Key: "r", Op: actions.OpReactivate, Transaction: stripe.CodeOf(id), Subscription: string(stripe.CodeOf(sub))}
	if got := must(t, p, o); got.Detail != "outcome.refused.not_cancelled" {
		t.Errorf("what is active: %+v", got)
	}
	sold.SubscriptionS = "canceled"
	id, sub = server.Sell(sold)
	o.Transaction, o.Subscription = stripe.CodeOf(id), string(stripe.CodeOf(sub))
	if got := must(t, p, o); got.Detail != "outcome.refused.over" {
		t.Errorf("what is over: %+v", got)
	}
	if s := state(t, p, o.Transaction); s.Subscription.Status != actions.SubscriptionEnded {
		t.Errorf("it is %s", s.Subscription.Status)
	}
	o.Op = actions.OpCancel
	if got := must(t, p, o); got.Detail != actions.AlreadyCancelled {
		t.Errorf("ended again: %+v", got)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"ch_3MqLiJLkdIwHu7ix0snN0B15", "py_1000", "sub_0", "ch_000", "ch_zzzzzzzzzzzzzzzzzzzzzzzz"} {
		code := stripe.CodeOf(id)
		if typed, err := actions.ParseTransaction(strings.ToLower(string(code))); err != nil || typed != code || stripe.IDOf(string(typed)) != id {
			t.Errorf("%s: %s, %s, %v", id, code, stripe.IDOf(string(typed)), err)
		}
	}
	for _, not := range []string{"", "ch_", "_x", "HP123", "CH_!", "CH_-1", "CH_0", "CH_1", "C1_ABC", "ch_" + strings.Repeat("z", 100)} {
		if id := stripe.IDOf(not); id != "" {
			t.Errorf("%q stands for %s", not, id)
		}
	}
}

// FuzzCodes: no two ids share a code, and no two codes an id, whatever is typed.
func FuzzCodes(f *testing.F) {
	f.Add("ch_3MqLiJLkdIwHu7ix0snN0B15")
	f.Add("CH_QWERTY")
	f.Fuzz(func(t *testing.T, text string) {
		if code := stripe.CodeOf(text); code != "" && stripe.IDOf(string(code)) != text {
			t.Errorf("%q becomes %s, and back %q", text, code, stripe.IDOf(string(code)))
		}
		if id := stripe.IDOf(text); id != "" && string(stripe.CodeOf(id)) != strings.ToUpper(text) {
			t.Errorf("%q stands for %s, which is %s", text, id, stripe.CodeOf(id))
		}
	})
}

// TestReceipts: one order, one receipt; and what did not leave is told apart from what may have.
func TestReceipts(t *testing.T) {
	t.Parallel()
	p, server := open(t)
	id, _ := server.Sell(marina)
	o := actions.Order{Key: "r", Op: actions.OpReceipt, Transaction: stripe.CodeOf(id)}
	server.Lose()
	if got, err := p.Do(t.Context(), o); err == nil && got.Kind == actions.OutcomeRefused || errors.As(err, new(*actions.NotSent)) {
		t.Errorf("it went out, and the answer was lost: %+v, %v", got, err)
	}
	for range 2 {
		if got := must(t, p, o); got.Kind != actions.OutcomeDone {
			t.Errorf("%+v", got)
		}
	}
	if got := server.Receipts(); !slices.Equal(got, []string{"marina@example.com"}) {
		t.Errorf("receipts to %v", got)
	}
	nobody := marina
	nobody.Email = ""
	id, _ = server.Sell(nobody)
	if got := must(t, p, actions.Order{Key: "n", Op: actions.OpReceipt, Transaction: stripe.CodeOf(id)}); got.Detail != "outcome.refused.no_address" {
		t.Errorf("without an address: %+v", got)
	}
	id, _ = server.Sell(marina)
	must(t, p, refund("back", stripe.CodeOf(id), 97_00))
	if got := must(t, p, actions.Order{Key: "b", Op: actions.OpReceipt, Transaction: stripe.CodeOf(id)}); got.Detail != "outcome.refused.no_receipt" {
		t.Errorf("of what was given back: %+v", got)
	}
	server.Answer(429, "application/json", `{"error":{"type":"invalid_request_error"}}`)
	if _, err := p.Do(t.Context(), o); !errors.As(err, new(*actions.NotSent)) {
		t.Errorf("refused for haste: %v", err)
	}
}
