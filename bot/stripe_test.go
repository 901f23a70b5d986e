package main

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/stripe"
	"github.com/aftersale/aftersale/actions/stripe/fake"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestStripeIsConnected: doctor asks it with the key, and `aftersale sync stripe` reads what was sold, twice to the same end.
func TestStripeIsConnected(t *testing.T) {
	t.Parallel()
	platform := fake.New("rk_test_secret", stripe.Version, time.Now)
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	s := storetest.New(t)
	config := DefaultConfig()
	config.Stripe = StripeConfig{Enabled: true, SecretKey: "rk_test_secret", APIURL: server.URL}
	sold, _ := platform.Sell(fake.Sale{Amount: 97_00, Currency: "brl", Email: "marina@example.com", Name: "Marina", Product: "Bread"})
	platform.Sell(fake.Sale{Amount: 12_00, Currency: "eur", Email: "sol@example.org", Name: "Sol", Product: "Club", Subscription: true})

	says := func(c Config) string {
		var all []string
		for _, f := range checkCommerce(t.Context(), s, c) {
			all = append(all, f.state+" "+f.check+": "+f.text)
		}
		return strings.Join(all, "\n")
	}
	for _, want := range []string{"ok commerce: stripe answers", "by the platform: refund, refund in part, cancel, reactivate, change the e-mail, the platform's own receipt"} {
		if got := says(config); !strings.Contains(got, want) {
			t.Errorf("doctor does not say %q:\n%s", want, got)
		}
	}
	wrong := config
	wrong.Stripe.SecretKey = "rk_test_another"
	if got := says(wrong); !strings.Contains(got, "fail commerce: stripe does not accept the key") || strings.Contains(got, "rk_test_another") {
		t.Errorf("another key:\n%s", got)
	}

	for i, want := range []string{" 2 read           2 new", " 0 new"} {
		var out, trouble strings.Builder
		p := &program{ctx: t.Context(), stdout: &out, stderr: &trouble, log: slog.New(slog.DiscardHandler)}
		if code := p.exit(syncCommand{Platform: "stripe"}.read(p, config, s)); code != exitDone || !strings.Contains(out.String(), want) || strings.Contains(out.String(), "bad") {
			t.Errorf("sync %d: %d\n%s%s", i, code, out.String(), trouble.String())
		}
	}
	core := actions.New(actions.Options{Store: s, Commerce: newCommerce(config, s, nil).Commerce, Policy: config.Policy, Now: now, NewID: newID})
	bought, err := core.Purchase(t.Context(), actions.Actor{Account: accountID, Role: actions.Agent}, stripe.CodeOf(sold))
	if err != nil || bought.Buyer.Email != "marina@example.com" || bought.Product.Name != "Bread" || bought.Price != (actions.Money{Minor: 97_00, Currency: "BRL"}) {
		t.Errorf("the purchase: %+v, %v", bought, err)
	}
}
