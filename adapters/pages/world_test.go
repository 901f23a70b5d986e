package pages_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/adapters/pages"
	"github.com/aftersale/aftersale/flows/locales"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

const shop = "shop"

// A world is a shop where a purchase was moved to a thief's address, with the pages that the link in the notice leads to.
type world struct {
	t       *testing.T
	store   *store.Store
	core    *actions.Core
	words   *locales.Words
	mailbox *actionstest.Mailbox
	server  *httptest.Server
	log     *strings.Builder

	mu  sync.Mutex
	now time.Time
	ids int
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) newID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	return fmt.Sprintf("id%04d", w.ids)
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// open makes the world; locale is that of the buyer's mails.
func open(t *testing.T, locale string) *world {
	t.Helper()
	w := &world{t: t, store: storetest.New(t), mailbox: &actionstest.Mailbox{}, log: &strings.Builder{}, now: time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)}
	secrets, err := vault.New([]byte("the secret of a shop in a test  "))
	w.must(err)
	w.words, err = locales.New("pt-BR", nil)
	w.must(err)
	w.core = actions.New(actions.Options{Store: w.store, Commerce: ledger.New(w.store, w.clock), Mailer: w.mailbox, Policy: actions.DefaultPolicy(), Now: w.clock,
		NewID: w.newID, Vault: secrets, Hasher: ledger.NewPasswords(w.store), PublicURL: func() string { return w.server.URL }})
	mux := http.NewServeMux()
	pages.New(pages.Options{Core: w.core, Words: w.words, Account: shop, Shop: "Cozinha da Ana", Locale: "pt-BR", Now: w.clock, NewID: w.newID,
		Log: slog.New(slog.NewTextHandler(w.log, nil))}).Routes(mux)
	w.server = httptest.NewServer(mux)
	t.Cleanup(w.server.Close)

	w.must(w.store.SaveAccount(store.Account{ID: shop, Name: "Cozinha da Ana", Locale: "pt-BR", Timezone: "America/Sao_Paulo", Currency: "BRL", SupportEmail: "ajuda@cozinha.example", CreatedAt: w.now}))
	for _, p := range []store.Person{{ID: "ana", Role: "agent"}, {ID: "rui", Role: "manager"}} {
		p.AccountID, p.Name, p.CreatedAt = shop, p.ID, w.now
		w.must(w.store.AddPerson(p))
		w.must(w.store.PutIdentity(store.Identity{ID: "i-" + p.ID, AccountID: shop, Platform: "slack", UserID: p.ID, PersonID: p.ID, CreatedAt: w.now}))
	}
	_, err = w.core.Apply(t.Context(), shop, actions.SaleEvent{Source: "test", ID: "1", Kind: "SALE", At: w.now.Add(-time.Hour), Sale: &actions.Sale{
		Transaction: "HP1100000101", Status: actions.Approved, RawStatus: "APPROVED", Product: actions.SoldProduct{Code: "1", Name: "Pão de Fermentação Natural <b>"},
		Buyer: actions.SoldTo{Name: "Marina Duarte", Email: "marina.duarte@example.com", Locale: locale}, Price: actions.Money{Minor: 9700, Currency: "BRL"},
		OrderedAt: w.now.Add(-time.Hour), ApprovedAt: w.now.Add(-time.Hour)}})
	w.must(err)
	ana, err := w.core.Actor(t.Context(), shop, "slack", "ana", "", "")
	w.must(err)
	rui, err := w.core.Actor(t.Context(), shop, "slack", "rui", "", "")
	w.must(err)
	r, err := w.core.ChangeEmail(t.Context(), ana, actions.EmailInput{Key: "k", Transaction: "HP1100000101", New: "otto@thief.example", Reason: actions.Typo})
	w.must(err)
	_, err = w.core.Decide(t.Context(), rui, actions.DecideInput{Key: "d", Proposal: r.Proposal, Approve: true})
	w.must(err)
	w.work()
	return w
}

func (w *world) work() {
	w.t.Helper()
	h := w.core.Handlers()
	for _, kind := range []string{actions.JobAnnounce, actions.JobRefresh, actions.JobTell} {
		h[kind] = func(context.Context, jobs.Job) error { return nil }
	}
	_, err := w.store.RunDue(w.t.Context(), h, w.clock())
	w.must(err)
}

// link is the one that was mailed to the old address.
func (w *world) link() string {
	w.t.Helper()
	for _, m := range w.mailbox.Sent() {
		if m.Values.NotMeURL != "" && m.To == "marina.duarte@example.com" {
			return m.Values.NotMeURL
		}
	}
	w.t.Fatal("no link was mailed")
	return ""
}

// email is whose the purchase is.
func (w *world) email() string {
	w.t.Helper()
	full, err := w.store.In(w.t.Context()).PurchaseByTransaction(shop, "HP1100000101")
	w.must(err)
	return full.Buyer.Email
}
