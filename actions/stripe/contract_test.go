package stripe_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/connectortest"
	"github.com/aftersale/aftersale/actions/stripe"
	"github.com/aftersale/aftersale/actions/stripe/fake"
)

const secretKey = "sk_test_51NotARealKeyAtAll"

func now() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }

func open(t *testing.T) (*stripe.Platform, *fake.Server) {
	server := fake.New(secretKey, stripe.Version, now)
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	return stripe.New(stripe.Options{APIURL: web.URL, SecretKey: secretKey,
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}), server
}

func TestContract(t *testing.T) {
	t.Parallel()
	connectortest.Run(t, func(t *testing.T) connectortest.Subject {
		p, server := open(t)
		marina := fake.Sale{Amount: 97_00, Currency: "brl", Email: "marina@example.com", Name: "Marina"}
		paid, _ := server.Sell(marina)
		another, _ := server.Sell(marina)
		marina.Subscription = true
		charge, subscription := server.Sell(marina)
		return connectortest.Subject{Commerce: p, Account: "shop", Paid: stripe.CodeOf(paid), Another: stripe.CodeOf(another), Charge: stripe.CodeOf(charge),
			Subscription: string(stripe.CodeOf(subscription)), Price: actions.Money{Minor: 97_00, Currency: "BRL"}, Email: "marina@example.com",
			Unknown: stripe.CodeOf("ch_0Unknown"), Secrets: []string{secretKey}, Words: connectortest.Words(), Lose: server.Lose, Answer: server.Answer,
			Refunds: func(code actions.Transaction) int { return server.Refunds(stripe.IDOf(string(code))) }}
	})
}
