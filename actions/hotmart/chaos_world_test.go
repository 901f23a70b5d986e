package hotmart_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/actions/hotmart/fake"
	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

const (
	chaosShop   = "shop"
	chaosHottok = "hottok-of-the-chaos"
)

// A chaos is a shop with one clock, its platform on a real port, and a bot that dies and comes back.
type chaos struct {
	t       *testing.T
	random  *rand.Rand
	shop    *fake.Server
	url     string
	store   *store.Store
	core    *actions.Core
	wire    *deathWire
	manager actions.Actor
	second  actions.Actor
	open    []proposed // proposals that wait for the second person
	jobsDue map[string]jobs.Handler
	counts  map[string]int
	last    []string // operations
	acts    []chaosAct

	mu   sync.Mutex
	now  time.Time
	real bool // now is the time of day
	ids  int
}

// A chaosAct is something that was asked for by the bot.
type chaosAct struct {
	key, kind, transaction, code string
}

// newChaos opens the shop. Its clock is moved by hand, or real where processes of their own take part.
func newChaos(t *testing.T, s *store.Store, seed uint64, real bool) *chaos {
	t.Helper()
	c := &chaos{t: t, store: s, random: rand.New(rand.NewPCG(seed, 1)), now: time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC), counts: map[string]int{}, real: real}
	if real {
		c.now = time.Now().UTC().Truncate(time.Second) // the platform tells no parts of a millisecond
	}
	facts := fake.Facts{QuietRefund: c.maybe(), RefundTwiceIsFine: c.maybe(), RefundApprovesClaim: c.maybe(), WithdrawalTells: c.maybe(), CodeLiftsWindow: c.maybe()}
	t.Logf("%+v", facts)
	c.shop = fake.New(fake.Options{Now: c.clock, Seed: seed, Hottok: chaosHottok, PerMinute: 1_000_000, Facts: facts})
	c.stock()
	api := httptest.NewServer(c.shop)
	hooks := httptest.NewServer(http.HandlerFunc(c.receive))
	t.Cleanup(func() {
		hooks.Close()
		api.CloseClientConnections()
		api.Close()
	})
	c.url = api.URL
	c.shop.Post(hooks.URL)
	c.must(s.SaveAccount(store.Account{ID: chaosShop, Name: "Padaria Escola", Locale: "pt-BR", Timezone: "America/Sao_Paulo", Currency: "BRL", SupportEmail: "help@padaria-escola.example", CreatedAt: c.now}))
	person := func(name string) actions.Actor {
		c.must(s.AddPerson(store.Person{ID: "p-" + name, AccountID: chaosShop, Name: name, Role: string(actions.Manager), CreatedAt: c.now}))
		return actions.Actor{ID: "p-" + name, Account: chaosShop, Name: name, Role: actions.Manager, Locale: "en", Timezone: "UTC"}
	}
	c.manager, c.second = person("rui"), person("bia")
	c.start()
	c.readAll()
	return c
}

func (c *chaos) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.real {
		return time.Now()
	}
	return c.now
}

func (c *chaos) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *chaos) maybe() bool { return c.random.IntN(2) == 0 }

func (c *chaos) newID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids++
	return fmt.Sprintf("id%08d", c.ids)
}

func (c *chaos) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatalf("%v (cause: %v)\nthe last operations: %q", err, errors.Unwrap(err), c.last)
	}
}

// start makes a process: everything that it holds in memory is new.
func (c *chaos) start() {
	secrets, err := vault.New([]byte("the secret of a shop in a test  "), nil)
	c.must(err)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	// A call that is not answered is given up soon: the test has no minutes.
	c.wire = &deathWire{dead: make(chan struct{}), wire: &http.Transport{ResponseHeaderTimeout: 300 * time.Millisecond}}
	platform := hotmart.New(hotmart.Options{APIURL: c.url, AuthURL: c.url, ClientID: "client", ClientSecret: "secret", HTTP: &http.Client{Transport: c.wire}, Now: c.clock, Log: log,
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	policy := actions.DefaultPolicy()
	policy.BuyerYearly = actions.BuyerYearlyPolicy{WithoutPerson: 1000, Refunds: 1000}
	c.core = actions.New(actions.Options{Store: c.store, Commerce: platform, Feed: platform, Webhooks: []actions.Webhooks{hotmart.NewWebhooks(chaosHottok)}, Mailer: &actionstest.Mailbox{}, Policy: policy,
		Now: c.clock, NewID: c.newID, Log: log, Vault: secrets, CallTimeout: 2 * time.Second, Hours: actions.DefaultHours()})
	c.jobsDue = chaosHandlers(c.core)
}

// chaosHandlers are the jobs of a core, without chats.
func chaosHandlers(core *actions.Core) map[string]jobs.Handler {
	all := core.Handlers()
	none := func(context.Context, jobs.Job) error { return nil }
	for _, kind := range []string{actions.JobAnnounce, actions.JobRefresh, actions.JobRemind, actions.JobTell, actions.JobCase, actions.JobThread, actions.JobFile} {
		all[kind] = none
	}
	return all
}

// receive is the route of webhooks, in the process that lives.
func (c *chaos) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	hooks := hotmart.NewWebhooks(chaosHottok)
	if err != nil || !hooks.Genuine(r.Header, body) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if _, err := c.core.Receive(r.Context(), chaosShop, hooks, body); err != nil {
		c.t.Errorf("a webhook was not taken: %v: %s", err, body)
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// A deathWire is the network of a process that may die at a call: then the call is never answered, whether it has reached the
// platform or not, and whoever waits for it waits for ever.
type deathWire struct {
	mu    sync.Mutex
	in    int // calls until it dies; 0: it lives
	after bool
	dead  chan struct{}
	wire  *http.Transport
}

// RoundTrip implements http.RoundTripper.
func (d *deathWire) RoundTrip(r *http.Request) (*http.Response, error) {
	if !d.dies() {
		return d.wire.RoundTrip(r)
	}
	if d.after {
		if res, err := d.wire.RoundTrip(r); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
	}
	close(d.dead)
	select {} // nothing runs on in a process that is gone
}

func (d *deathWire) dies() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.in == 0 {
		return false
	}
	d.in--
	return d.in == 0
}

// dieAt has the process die at its nth call from now, before or after the platform has heard it.
func (d *deathWire) dieAt(n int, after bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.in, d.after = n, after
}

// stock fills the platform: some products, and what was sold in the last weeks.
func (c *chaos) stock() {
	c.shop.SetProducer(fake.Buyer{UCode: "producer", Name: "Padaria Escola Ltda", Email: "owner@padaria-escola.example"})
	for _, p := range []fake.Product{
		{ID: 1, Name: "Sourdough at Home", Format: "ONLINE_COURSE", Warranty: 15, Price: 29700, Subdomain: "padaria"},
		{ID: 2, Name: "Baker's Circle", Format: "COMMUNITY", Warranty: 7, Price: 5990, Subscription: true, Subdomain: "circle"},
		{ID: 3, Name: "Oven Notes", Format: "EBOOK", Warranty: 30, Price: 4900, Subdomain: "padaria"},
	} {
		p.SupportEmail, p.Created = "help@padaria-escola.example", c.now.AddDate(-1, 0, 0)
		c.shop.AddProduct(p)
	}
	for i := range 40 {
		at := c.now.Add(-time.Duration(c.random.IntN(20*24)) * time.Hour)
		b := c.shop.AddBuyer(c.someBuyer())
		v := fake.Sale{Transaction: fmt.Sprintf("HP1%06d", i), Product: 1 + int64(c.random.IntN(2))*2, Buyer: b, Status: "APPROVED", Ordered: at, Approved: at}
		switch c.random.IntN(10) {
		case 0:
			v.Method, v.Type = "SEPA_DIRECT_DEBIT", "DIRECT_DEBIT"
		case 1:
			v.Affiliate = "Clara"
		case 2:
			v.Status, v.Approved, v.Method, v.Type = "PRINTED_BILLET", time.Time{}, "BILLET", "BILLET"
		}
		c.shop.AddSale(v)
	}
	for i := range 20 {
		at := c.now.Add(-time.Duration(c.random.IntN(20*24)) * time.Hour)
		b := c.shop.AddBuyer(c.someBuyer())
		code, transaction := fmt.Sprintf("SUB%05d", i), fmt.Sprintf("HP2%06d", i)
		sub := fake.Subscription{Code: code, Product: 2, Buyer: b, Plan: "Monthly", Joined: at, NextCharge: at.AddDate(0, 0, 30), Last: transaction, Recurrence: 1}
		if i%4 == 0 {
			sub.Status, sub.Ended = "CANCELLED_BY_CUSTOMER", at.Add(time.Hour)
		}
		c.shop.AddSubscription(sub)
		c.shop.AddSale(fake.Sale{Transaction: transaction, Product: 2, Buyer: b, Status: "APPROVED", Ordered: at, Approved: at, Subscriber: code, Recurrence: 1})
	}
}

func (c *chaos) someBuyer() fake.Buyer {
	i := c.random.IntN(30)
	return fake.Buyer{Name: fmt.Sprintf("Buyer %d", i), Email: fmt.Sprintf("buyer%02d@example.com", i)}
}
