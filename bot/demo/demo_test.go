package demo_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/bot/demo"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

const account = "main"

// open fills a shop as the demo does, at now.
func open(t *testing.T, now time.Time) (*actions.Core, *store.Store) {
	t.Helper()
	s := storetest.New(t)
	if err := s.SaveAccount(store.Account{ID: account, Name: demo.Name, Locale: "pt-BR", Timezone: "America/Sao_Paulo", Currency: "BRL",
		SupportEmail: demo.SupportEmail, CreatedAt: now}); err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return now }
	ids := 0
	newID := func() string { ids++; return fmt.Sprintf("%08d", ids) }
	core := actions.New(actions.Options{Store: s, Commerce: ledger.New(s, clock), Policy: actions.DefaultPolicy(), Now: clock, NewID: newID})
	for _, f := range demo.Files(now) {
		if r := read(t, core, f); r.BadCount > 0 {
			t.Fatalf("%s:%d: %v", f.Name, r.Bad[0].Line, r.Bad[0].Err)
		}
	}
	return core, s
}

func read(t *testing.T, core *actions.Core, f demo.File) actions.ImportReport {
	t.Helper()
	file, err := hotmart.Read(bytes.NewReader(f.Content), f.Name, hotmart.FileOptions{Location: time.FixedZone("-03", -3*3600)})
	if err != nil {
		t.Fatal(err)
	}
	var r actions.ImportReport
	if file.Reviews != nil {
		r, err = core.ImportReviews(context.Background(), account, file.Reviews, actions.ImportOptions{Name: f.Name})
	} else {
		r, err = core.Import(context.Background(), account, file.Items, actions.ImportOptions{Name: f.Name})
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var manager = actions.Actor{ID: "rui", Account: account, Name: "Rui", Role: actions.Manager, Locale: "pt-BR", Timezone: "America/Sao_Paulo"}

// moments are when the shop may be opened for the first time: also where a day, a month or a year begins, in UTC and in
// the shop's zone.
var moments = []time.Time{
	time.Date(2026, 3, 10, 15, 4, 5, 0, time.UTC),
	time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC),
	time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	time.Date(2028, 2, 29, 2, 59, 59, 0, time.UTC),
	time.Date(2031, 7, 1, 3, 0, 0, 0, time.UTC),
}

// TestShopTellsItsStories: whenever the shop is opened, each case that a newcomer may want to try is there.
func TestShopTellsItsStories(t *testing.T) {
	t.Parallel()
	for _, now := range moments {
		t.Run(now.Format(time.RFC3339), func(t *testing.T) {
			t.Parallel()
			core, s := open(t, now)
			buyer := func(id string) actions.Actor {
				for _, g := range demo.Buyers {
					if g.ID == id {
						b, err := s.BuyerByEmail(account, g.Email.Key())
						if err != nil {
							t.Fatalf("%s has bought nothing: %v", id, err)
						}
						return actions.Actor{ID: id, Account: account, Name: g.Name, Role: actions.BuyerRole, Buyers: []string{b.ID}, Locale: g.Locale}
					}
				}
				t.Fatalf("nobody plays %s", id)
				return actions.Actor{}
			}
			for _, c := range []struct {
				who         actions.Actor
				transaction actions.Transaction
				want        actions.Decision
				rule        string
			}{
				{buyer("marina"), "HP5300000101", actions.Allowed, "refund.inside_guarantee"},
				{buyer("joao"), "HP5300000201", actions.NeedsApproval, "refund.buyer_above_limit"},
				{buyer("thiago"), "HP5300000413", actions.Blocked, "refund.guarantee_over_buyer"},
				{buyer("james"), "HP5300000802", actions.NeedsApproval, "refund.other_currency"},
				{manager, "HP5300000201", actions.Allowed, "refund.inside_guarantee"},
				{manager, "HP5300000301", actions.NeedsApproval, "refund.above_tier"},
				{manager, "HP5300000403", actions.NeedsApproval, "refund.renewal"},
				{manager, "HP5200000011", actions.NeedsApproval, "refund.guarantee_over"},
				{manager, "HP5300000601", actions.Blocked, "refund.unpaid"},
				{manager, "HP5300000701", actions.Blocked, "refund.refunded"},
				{manager, "HP5300000702", actions.Blocked, "refund.chargeback"},
				{manager, "HP5300000703", actions.Blocked, "refund.disputed"},
				{manager, "HP5300000841", actions.Blocked, "refund.direct_debit"},
			} {
				p, err := core.Purchase(t.Context(), c.who, c.transaction)
				if err != nil {
					t.Fatalf("%s: %v", c.transaction, err)
				}
				v, err := core.RefundVerdict(t.Context(), c.who, p)
				if err != nil {
					t.Fatalf("%s: %v", c.transaction, err)
				}
				if v.Decision != c.want || v.Rule != c.rule {
					t.Errorf("%s for %s: %s (%s), want %s (%s)", c.transaction, c.who.Role, v.Decision, v.Rule, c.want, c.rule)
				}
			}
		})
	}
}

// TestShopIsVaried: what the shop shows of lists, kinds, statuses and languages.
func TestShopIsVaried(t *testing.T) {
	t.Parallel()
	core, _ := open(t, moments[0])
	page, err := core.Find(t.Context(), manager, actions.Filter{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	statuses, kinds, currencies, locales := map[actions.Status]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	opened, affiliate, unopened := 0, 0, 0
	for _, p := range page.Purchases {
		statuses[p.Status]++
		kinds[p.Product.Kind]++
		currencies[p.Price.Currency]++
		locales[p.Buyer.Locale]++
		if p.HasAffiliate {
			affiliate++
		}
		if !p.OpenedAt.IsZero() {
			opened++
		} else if p.Status == actions.Approved {
			unopened++
		}
		for _, a := range p.Access {
			if a.Active && a.Product.AccessURL == "" && a.Product.Kind != "physical" {
				t.Errorf("%s: nobody knows where %s is", p.Transaction, a.Product.Name)
			}
		}
	}
	if n := len(page.Purchases); n < 40 || n > 50 {
		t.Errorf("%d purchases, want 40 to 50", n)
	}
	for _, s := range []actions.Status{actions.Approved, actions.Complete, actions.WaitingPayment, actions.Expired, actions.Failed,
		actions.Overdue, actions.Refunded, actions.Chargeback, actions.Disputed} {
		if statuses[s] == 0 {
			t.Errorf("no purchase is %s", s)
		}
	}
	if statuses[actions.UnknownStatus] > 0 {
		t.Error("a status is unknown")
	}
	for _, k := range []string{"course", "membership", "event", "bundle", "ebook", "physical"} {
		if kinds[k] == 0 {
			t.Errorf("no purchase of kind %s: %v", k, kinds)
		}
	}
	if currencies["BRL"] == 0 || currencies["EUR"] == 0 || currencies["USD"] == 0 {
		t.Errorf("currencies %v", currencies)
	}
	if locales["pt-BR"] == 0 || locales["en"] == 0 || locales["es"] == 0 {
		t.Errorf("languages %v", locales)
	}
	if opened < 8 || unopened < 8 || affiliate == 0 {
		t.Errorf("%d opened, %d not, %d by an affiliate", opened, unopened, affiliate)
	}

	bundle, err := core.Purchase(t.Context(), manager, "HP5300000301")
	if err != nil {
		t.Fatal(err)
	}
	if len(bundle.Contents) != 3 || len(bundle.Access) != 3 {
		t.Errorf("the bundle holds %d products and opens %d, want 3", len(bundle.Contents), len(bundle.Access))
	}
	ended, err := core.Purchase(t.Context(), manager, "HP5300000412")
	if err != nil {
		t.Fatal(err)
	}
	if ended.Subscription == nil || ended.Subscription.Status != actions.SubscriptionCancelled || ended.Subscription.NextChargeAt.IsZero() {
		t.Errorf("the cancelled subscription is %+v", ended.Subscription)
	}
	like, err := core.Find(t.Context(), manager, actions.Filter{Name: "joao pereira"})
	if err != nil || len(like.Purchases) < 4 {
		t.Errorf("%d purchases by people called João Pereira, want at least 4 (%v)", len(like.Purchases), err)
	}
}

// TestShopIsReadOnce: a first start that was cut off is done again, later.
func TestShopIsReadOnce(t *testing.T) {
	t.Parallel()
	core, s := open(t, moments[0])
	before, err := s.AuditHead(account)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range demo.Files(moments[0]) {
		if r := read(t, core, f); r.Applied > 0 || r.Older > 0 {
			t.Errorf("%s: read again it applies %d and %d are older", f.Name, r.Applied, r.Older)
		}
	}
	after, err := s.AuditHead(account)
	if err != nil {
		t.Fatal(err)
	}
	if after.Seq != before.Seq+int64(len(demo.Files(moments[0]))) {
		t.Errorf("%d new audit entries, want one for each file", after.Seq-before.Seq)
	}
}

// TestPeople: everybody has an id of his own.
func TestPeople(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range demo.Team {
		if seen[m.ID] || m.Name == "" || !(actions.Actor{Role: m.Role}).Staff() {
			t.Errorf("%+v", m)
		}
		seen[m.ID] = true
	}
	for _, g := range demo.Buyers {
		if seen[g.ID] || !strings.Contains(string(g.Email), "@example.") {
			t.Errorf("%+v", g)
		}
		seen[g.ID] = true
	}
}
