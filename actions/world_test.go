package actions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/actions/hooks"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

const shop = "shop"

var secrets = func() *vault.Vault {
	v, err := vault.New([]byte("the secret of a shop in a test  "))
	if err != nil {
		panic(err)
	}
	return v
}()

// start is when every test begins: noon of a Tuesday in São Paulo.
var start = time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)

// A world is a shop with a team, real actions over a real database and the real ledger, and a clock that tests move.
type world struct {
	t        *testing.T
	store    *store.Store
	core     *actions.Core
	options  actions.Options // that it was made with
	platform *actionstest.Flaky
	mailbox  *actionstest.Mailbox

	mu   sync.Mutex
	now  time.Time
	ids  int
	jobs []string // what was announced, refreshed and told: "tell request r1 → i-ana"

	ana, leo, rui, bia, adm, marina, paulo actions.Actor
}

func newWorld(t *testing.T, change ...func(*actions.Policy)) *world {
	t.Helper()
	return worldOn(t, storetest.New(t), change...)
}

func worldOn(t *testing.T, s *store.Store, change ...func(*actions.Policy)) *world {
	t.Helper()
	w := &world{t: t, store: s, mailbox: &actionstest.Mailbox{}, now: start}
	policy := actions.DefaultPolicy()
	for _, f := range change {
		f(&policy)
	}
	w.platform = actionstest.NewFlaky(ledger.New(s, w.clock))
	w.options = actions.Options{Store: s, Commerce: w.platform, Mailer: w.mailbox, Policy: policy, Now: w.clock, NewID: w.newID,
		Hours:  actions.DefaultHours(),
		Hasher: ledger.NewPasswords(s), PasswordURL: "https://platform.example/forgot",
		Vault: secrets, Hooks: hooks.New(hooks.Options{Allow: []string{"127.0.0.1"}}), PublicURL: func() string { return "https://support.example/" }, ChatLink: func(_ context.Context, words string) string { return "https://t.me/shop_bot?start=" + words }}
	w.core = actions.New(w.options)
	w.must(s.SaveAccount(store.Account{ID: shop, Name: "Cozinha da Ana", Locale: "pt-BR", Timezone: "America/Sao_Paulo",
		Currency: "BRL", SupportEmail: "ajuda@cozinha.example", CreatedAt: start}))
	w.ana, w.leo = w.person("ana", actions.Agent), w.person("leo", actions.Agent)
	w.rui, w.bia, w.adm = w.person("rui", actions.Manager), w.person("bia", actions.Producer), w.person("adm", actions.Admin)
	w.must(s.PutProducts([]store.Product{
		{ID: "course", AccountID: shop, Code: "4100001", Name: "Pão em Casa", NameKey: "pao em casa", Kind: "course",
			AccessURL: "https://club.example/pao", GuaranteeDays: 7, SupportEmail: "pao@cozinha.example", CreatedAt: start},
		{ID: "ebook", AccountID: shop, Code: "4100005", Name: "Receitas", NameKey: "receitas", Kind: "ebook",
			AccessURL: "https://club.example/receitas", GuaranteeDays: 7, CreatedAt: start},
		{ID: "bundle", AccountID: shop, Code: "4100004", Name: "Tudo", NameKey: "tudo", Kind: "bundle", GuaranteeDays: 15, CreatedAt: start},
		{ID: "club", AccountID: shop, Code: "4100002", Name: "Clube", NameKey: "clube", Kind: "membership",
			AccessURL: "https://club.example/clube", GuaranteeDays: 7, CreatedAt: start},
	}))
	w.must(s.AddBundleItems([]store.BundleItem{
		{BundleID: "bundle", ProductID: "ebook", AccountID: shop, Position: 2},
		{BundleID: "bundle", ProductID: "course", AccountID: shop, Position: 1},
	}))
	w.marina = w.buyer("marina", "Marina Duarte", "marina.duarte@example.com")
	w.paulo = w.buyer("paulo", "Paulo Ávila", "paulo@example.net")
	return w
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

// pass moves the clock.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v (cause: %v)", err, errors.Unwrap(err))
	}
}

func (w *world) person(name string, role actions.Role) actions.Actor {
	w.t.Helper()
	w.must(w.store.AddPerson(store.Person{ID: "p-" + name, AccountID: shop, Name: name, Role: string(role), CreatedAt: start}))
	w.must(w.store.PutIdentity(store.Identity{ID: "i-" + name, AccountID: shop, Platform: "slack", UserID: name, PersonID: "p-" + name, Chat: "dm-" + name, CreatedAt: start}))
	return w.actor("slack", name)
}

func (w *world) buyer(id, name, email string) actions.Actor {
	w.t.Helper()
	w.must(w.store.PutBuyer(store.Buyer{ID: id, AccountID: shop, Email: email, EmailKey: actions.Email(email).Key(), Name: name, CreatedAt: start}))
	w.must(w.store.PutIdentity(store.Identity{ID: "i-" + id, AccountID: shop, Platform: "telegram", UserID: id, Chat: "chat-" + id, CreatedAt: start}))
	w.must(w.store.LinkBuyer(store.IdentityBuyer{IdentityID: "i-" + id, BuyerID: id, AccountID: shop, CreatedAt: start}))
	return w.actor("telegram", id)
}

func (w *world) actor(platform, user string) actions.Actor {
	w.t.Helper()
	a, err := w.core.Actor(w.t.Context(), shop, platform, user, "", "")
	w.must(err)
	return a
}

// bought records a paid purchase of the course, ordered and approved a day ago, for 97.00; change it as needed.
func (w *world) bought(transaction string, buyer actions.Actor, change ...func(*store.Purchase)) actions.Transaction {
	w.t.Helper()
	ordered := w.clock().Add(-24 * time.Hour)
	ends := ordered.AddDate(0, 0, 7)
	p := store.Purchase{ID: "buy-" + transaction, AccountID: shop, Transaction: transaction, BuyerID: buyer.Buyers[0], ProductID: "course",
		Status: string(actions.Approved), StatusAt: ordered, RawStatus: "APPROVED", Amount: 97_00, Currency: "BRL", Quantity: 1,
		PaymentType: string(actions.Pix), Installments: 1, Source: "ledger", OrderedAt: ordered, ApprovedAt: &ordered, GuaranteeEnds: &ends,
		CreatedAt: ordered, UpdatedAt: ordered}
	for _, f := range change {
		f(&p)
	}
	w.must(w.store.PutPurchases([]store.Purchase{p}))
	given := []string{p.ProductID}
	if p.ProductID == "bundle" {
		given = []string{"course", "ebook"}
	}
	for _, product := range given {
		w.must(w.store.PutGrants([]store.AccessGrant{{PurchaseID: p.ID, ProductID: product, AccountID: shop, Active: true, CreatedAt: ordered}}))
	}
	return actions.Transaction(transaction)
}

// change changes a purchase behind everybody's back, as an import does.
func (w *world) change(t actions.Transaction, f func(*store.Purchase)) {
	w.t.Helper()
	w.must(w.store.Tx(w.t.Context(), func(tx *store.Store) error {
		full, err := tx.LockPurchase(shop, string(t))
		if err != nil {
			return err
		}
		f(&full.Purchase)
		return tx.UpdatePurchase(&full.Purchase)
	}))
}

// work runs every job that is due.
func (w *world) work() {
	w.t.Helper()
	_, err := w.store.RunDue(w.t.Context(), w.handlers(), w.clock())
	w.must(err)
}

func (w *world) handlers() map[string]jobs.Handler {
	h := w.core.Handlers()
	note := func(text func(jobs.Job) (string, error)) jobs.Handler {
		return func(_ context.Context, j jobs.Job) error {
			line, err := text(j)
			w.mu.Lock()
			defer w.mu.Unlock()
			w.jobs = append(w.jobs, line)
			return err
		}
	}
	subject := note(func(j jobs.Job) (string, error) {
		var a actions.Subject
		err := j.Decode(&a)
		return j.Kind + " " + a.Subject, err
	})
	h[actions.JobAnnounce], h[actions.JobRefresh], h[actions.JobRemind] = subject, subject, subject
	h[actions.JobCase] = subject
	h[actions.JobThread] = func(context.Context, jobs.Job) error { return nil }
	h[actions.JobFile] = note(func(j jobs.Job) (string, error) {
		var a actions.Work
		err := j.Decode(&a)
		return "file " + a.ID, err
	})
	h[actions.JobTell] = note(func(j jobs.Job) (string, error) {
		var a actions.Tell
		err := j.Decode(&a)
		return strings.Join(strings.Fields("tell "+a.Identity+" "+a.Request+" "+a.Proposal+" "+a.Subject), " "), err
	})
	return h
}

// noted returns what jobs told the flows since the last call, without the redrawing of purchases.
func (w *world) noted() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, line := range w.jobs {
		if !strings.HasPrefix(line, "refresh purchase:") {
			all = append(all, line)
		}
	}
	w.jobs = nil
	return all
}

// purchase is one purchase as the manager sees it.
func (w *world) purchase(t actions.Transaction) actions.Purchase {
	w.t.Helper()
	p, err := w.core.Purchase(w.t.Context(), w.rui, t)
	w.must(err)
	return p
}

// mails lists what was sent: "template recipient".
func (w *world) mails() []string {
	var all []string
	for _, m := range w.mailbox.Sent() {
		all = append(all, m.Template+" "+string(m.To))
	}
	return all
}

// audit lists what was logged about a transaction, oldest first: "actor action" or, when somebody else asked, "actor
// action (asked by x)". It checks the whole chain too.
func (w *world) audit(t actions.Transaction) []string {
	w.t.Helper()
	report, err := w.store.VerifyAudit(w.t.Context(), shop)
	w.must(err)
	if !report.OK() {
		w.t.Errorf("the audit chain is broken: %v", report.Problems)
	}
	entries, err := w.store.AuditEntries(shop, 0, 1000)
	w.must(err)
	var all []string
	for _, e := range entries {
		if e.Target != string(t) {
			continue
		}
		line := e.Actor + " " + e.Action
		if e.AskedBy != e.Actor {
			line += " (asked by " + e.AskedBy + ")"
		}
		all = append(all, line)
		if strings.Contains(string(e.Data), "example.com") {
			w.t.Errorf("the audit entry holds an address: %s", e.Data)
		}
	}
	return all
}

func refund(key string, t actions.Transaction, who actions.Actor) actions.RefundInput {
	return actions.RefundInput{Key: key, Transaction: t, Reason: actions.NotExpected, ReplyTo: who.Identity}
}

func (w *world) refund(who actions.Actor, key string, t actions.Transaction) actions.Result {
	w.t.Helper()
	in := refund(key, t, who)
	in.Proof = w.proof(who, t)
	r, err := w.core.Refund(w.t.Context(), who, in)
	w.must(err)
	return r
}

// proof has a buyer enter the code for a refund, past the mailbox that tests look into; people of the team need none.
func (w *world) proof(who actions.Actor, t actions.Transaction) string {
	w.t.Helper()
	if who.Staff() {
		return ""
	}
	ctx, apart := w.t.Context(), &actionstest.Mailbox{}
	core := actions.New(actions.Options{Store: w.store, Mailer: apart, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID, Vault: secrets})
	sent, err := core.SendCode(ctx, who, actions.SendCodeInput{Conversation: w.newID(), Purpose: actions.CodeRefund, Transaction: t})
	w.must(err)
	job, err := jobs.New(actions.JobCode, actions.Work{ID: sent.ID})
	w.must(err)
	w.must(core.Handlers()[actions.JobCode](ctx, job))
	w.must(core.CheckCode(ctx, who, actions.CheckCodeInput{ID: sent.ID, Purpose: actions.CodeRefund, Code: apart.Sent()[0].Values.Code}))
	return sent.ID
}

// enters has a buyer ask for a code for a change of e-mail and enter what was mailed, past the mailbox that tests look
// into. It returns the code's id and where the mail went.
func (w *world) enters(who actions.Actor, in actions.SendCodeInput) (id string, to actions.Email) {
	w.t.Helper()
	ctx, apart := w.t.Context(), &actionstest.Mailbox{}
	policy := actions.DefaultPolicy()
	policy.Codes = actions.CodesPolicy{PerAddress: 100, PerConversation: 100, PerShop: 1000}
	core := actions.New(actions.Options{Store: w.store, Commerce: w.platform, Mailer: apart, Policy: policy, Now: w.clock, NewID: w.newID, Vault: secrets})
	in.Conversation = w.newID()
	sent, err := core.SendCode(ctx, who, in)
	w.must(err)
	job, err := jobs.New(actions.JobCode, actions.Work{ID: sent.ID})
	w.must(err)
	w.must(core.Handlers()[actions.JobCode](ctx, job))
	mail := apart.Sent()[0]
	w.must(core.CheckCode(ctx, who, actions.CheckCodeInput{ID: sent.ID, Purpose: in.Purpose, Code: mail.Values.Code}))
	return sent.ID, mail.To
}

// bothCodes has a buyer show that he reads the old mailbox and the new one.
func (w *world) bothCodes(who actions.Actor, in actions.EmailInput) actions.EmailInput {
	w.t.Helper()
	send := actions.SendCodeInput{Purpose: actions.CodeEmailOld, Transaction: in.Transaction, NewEmail: in.New}
	in.OldCode, _ = w.enters(who, send)
	send.Purpose, send.First = actions.CodeEmailNew, in.OldCode
	in.NewCode, _ = w.enters(who, send)
	return in
}

func (w *world) approve(who actions.Actor, key, proposal string) actions.Proposal {
	w.t.Helper()
	p, err := w.core.Decide(w.t.Context(), who, actions.DecideInput{Key: key, Proposal: proposal, Approve: true})
	w.must(err)
	return p
}

// wantError checks an error's code and key.
func wantError(t *testing.T, err error, code actions.Code, key string) *actions.Error {
	t.Helper()
	e := actions.AsError(err)
	if e == nil || e.Code != code || e.Key != key {
		t.Fatalf("error = %v, want %s: %s", err, code, key)
	}
	return e
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if string(g) != string(w) {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}
