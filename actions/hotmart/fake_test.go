package hotmart_test

import (
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/actions/remote"
)

// A shop is the fake with its cast, and the platform as it is seen through it.
type shop struct {
	*fake.Server
	*hotmart.Platform
	mu  sync.Mutex
	now time.Time
}

func (s *shop) clock() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.now }

func (s *shop) at(now time.Time) { s.mu.Lock(); s.now = now; s.mu.Unlock(); s.Tick() }

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{now: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)}
	s.Server = fake.New(fake.Options{Now: s.clock})
	s.SeedCast()
	server := httptest.NewServer(s.Server)
	t.Cleanup(server.Close)
	s.Platform = hotmart.New(hotmart.Options{APIURL: server.URL, AuthURL: server.URL, ClientID: "client", ClientSecret: "secret", Now: s.clock})
	return s
}

func TestRefundOnTheFake(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	order := actions.Order{Op: actions.OpRefund, Transaction: "HP1100000101"}
	if o, err := s.Do(t.Context(), order); err != nil || o.Kind != actions.OutcomeRequested {
		t.Fatalf("%+v, %v", o, err)
	}
	if state, err := s.State(t.Context(), "shop", order.Transaction); err != nil || state.Status != actions.Disputed {
		t.Errorf("until the night: %+v, %v", state, err)
	}
	if o, err := s.Do(t.Context(), order); err != nil || o.Kind != actions.OutcomeRefused {
		t.Errorf("asked for again: %+v, %v", o, err)
	}
	s.at(s.clock().Add(24 * time.Hour))
	if state, err := s.State(t.Context(), "shop", order.Transaction); err != nil || state.Status != actions.Refunded {
		t.Errorf("the next day: %+v, %v", state, err)
	}
	if n := s.Count().Refunds["HP1100000101"]; n != 1 {
		t.Errorf("%d refunds were asked for", n)
	}
	for transaction, want := range map[actions.Transaction]string{"HP1100000110": "not_refundable", "HP1100000120": "chargeback", "HP9": "not_found"} {
		o, err := s.Do(t.Context(), actions.Order{Op: actions.OpRefund, Transaction: transaction})
		if err != nil || o.Detail != "outcome.refused."+want {
			t.Errorf("%s: %+v, %v", transaction, o, err)
		}
	}
}

// TestMisfortunesOnTheFake: whatever happens to the write, it is made once, and what is not known is an error.
func TestMisfortunesOnTheFake(t *testing.T) {
	t.Parallel()
	for what, want := range map[fake.Misfortune]string{
		fake.GatewayFirst: "unknown", fake.GatewayAfter: "unknown", fake.CutFirst: "unknown", fake.CutAfter: "unknown", fake.HTML: "unknown", fake.HTMLError: "unknown",
		fake.Limited: "not sent", fake.Expired: "requested", fake.Empty: "requested", fake.None: "requested",
	} {
		s := newShop(t)
		s.Next(what, "/refund")
		o, err := s.Do(t.Context(), actions.Order{Op: actions.OpRefund, Transaction: "HP1100000101"})
		_, unsent := err.(*actions.NotSent)
		got := string(o.Kind)
		if unsent {
			got = "not sent"
		} else if err != nil {
			got = "unknown"
		}
		if got != want {
			t.Errorf("%d: %s, %v; want %s", what, got, err, want)
		}
		if n := s.Count().Refunds["HP1100000101"]; n > 1 || n == 0 && got == "requested" {
			t.Errorf("%d: %d refunds were asked for", what, n)
		}
	}
}

func TestSubscriptionsOnTheFake(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	do := func(op actions.Operation, code string, want actions.OutcomeKind, why string) {
		t.Helper()
		o, err := s.Do(t.Context(), actions.Order{Op: op, Subscription: code, Transaction: "HP1100000202", ChargeDay: 15})
		if err != nil || o.Kind != want || o.Detail != why {
			t.Errorf("%s of %s: %+v, %v", op, code, o, err)
		}
	}
	do(actions.OpChangeChargeDay, "OTTO26QX", actions.OutcomeDone, "")
	do(actions.OpReactivate, "OTTO26QX", actions.OutcomeRefused, "outcome.refused.not_cancelled")
	do(actions.OpCancel, "OTTO26QX", actions.OutcomeDone, "")
	do(actions.OpCancel, "OTTO26QX", actions.OutcomeRefused, actions.AlreadyCancelled)
	state, err := s.State(t.Context(), "shop", "HP1100000202")
	if err != nil || state.Subscription.Status != actions.SubscriptionCancelled || !state.Subscription.At.Equal(s.clock()) {
		t.Errorf("%+v, %v", state, err)
	}
	do(actions.OpReactivate, "OTTO26QX", actions.OutcomeNeedsBuyer, "")
	if err := s.Accept("OTTO26QX"); err != nil {
		t.Fatal(err)
	}
	state, err = s.State(t.Context(), "shop", "HP1100000202")
	if err != nil || state.Subscription.Status != actions.SubscriptionActive {
		t.Errorf("accepted: %+v, %v", state, err)
	}

	answers := s.DoMany(t.Context(), []actions.Order{{Op: actions.OpCancel, Subscription: "OTTO26QX"}, {Op: actions.OpCancel, Subscription: "RAUL25ZT"}, {Op: actions.OpCancel, Subscription: "MARI24LK"}})
	for i, want := range []actions.OutcomeKind{actions.OutcomeDone, actions.OutcomeRefused, actions.OutcomeDone} {
		if answers[i].Err != nil || answers[i].Outcome.Kind != want {
			t.Errorf("several, %d: %+v", i, answers[i])
		}
	}
	for code, n := range s.Count().Cancels {
		if most := map[string]int{"OTTO26QX": 2}[code]; n > max(most, 1) {
			t.Errorf("%s was cancelled %d times", code, n)
		}
	}
}

func TestReadingOnTheFake(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	member, err := s.Platform.Member(t.Context(), "shop", actions.Product{AccessURL: "https://padaria.club.hotmart.com/"}, "marina.duarte@example.com")
	if err != nil || !member.Known || !member.Found {
		t.Errorf("%+v, %v", member, err)
	}
	tickets, err := s.TicketsOf(t.Context(), "shop", "4100003", "raul.pinto@example.net")
	if err != nil || len(tickets) != 2 {
		t.Errorf("%+v, %v", tickets, err)
	}
	bad := hotmart.New(hotmart.Options{APIURL: "http://127.0.0.1:1", AuthURL: "http://127.0.0.1:1", ClientID: "client", ClientSecret: "s3cr3t", Now: s.clock})
	if _, err := bad.State(t.Context(), "shop", "HP1"); remote.AsError(err) == nil || !remote.AsError(err).Unsent {
		t.Errorf("nobody there: %v", err)
	}
}
