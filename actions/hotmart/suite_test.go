package hotmart

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/connectortest"
	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/actions/remote"
)

// TestContract holds the connector to what all connectors must keep, on the fake platform.
func TestContract(t *testing.T) {
	t.Parallel()
	const secret = "a-secret-that-nobody-may-read"
	connectortest.Run(t, func(t *testing.T) connectortest.Subject {
		now := func() time.Time { return time.Date(2026, 3, 10, 13, 0, 0, 0, time.UTC) }
		server := fake.New(fake.Options{Now: now, ClientSecret: secret})
		server.SeedCast()
		type answer struct {
			status     int
			kind, body string
		}
		var instead atomic.Pointer[answer]
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a := instead.Load()
			if a == nil {
				server.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", a.kind)
			w.WriteHeader(a.status)
			_, _ = w.Write([]byte(a.body))
		}))
		t.Cleanup(web.Close)
		p := New(Options{APIURL: web.URL, AuthURL: web.URL, ClientID: "client", ClientSecret: secret, Now: now})
		p.api = remote.New(remote.Options{Base: web.URL, Now: now, Wait: noWait})
		if _, err := p.State(t.Context(), "shop", "HP1100000101"); err != nil { // so that it has a token when rubbish comes
			t.Fatal(err)
		}
		return connectortest.Subject{Commerce: p, Account: "shop", Paid: "HP1100000101", Another: "HP1100000102", Price: actions.Money{Minor: 297_00, Currency: "BRL"},
			Email: "marina.duarte@example.com", Charge: "HP1100000202", Subscription: "OTTO26QX", Unknown: "HP9999999999", Secrets: []string{secret},
			Words: connectortest.Words(), Lose: func() { server.Next(fake.CutAfter, "/refund") },
			Answer: func(status int, kind, body string) { instead.Store(&answer{status, kind, body}) },
			Refunds: func(code actions.Transaction) int {
				if sale, ok := server.Sale(string(code)); ok && !sale.RefundAt.IsZero() {
					return 1
				}
				return 0
			}}
	})
}
