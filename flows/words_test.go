package flows_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/locales"
)

// The narrowest of Slack, Discord and Telegram for each element (platform limits, read 2026-07).
const (
	maxButton  = 75 // Slack: button text
	maxLabel   = 45 // Discord: label of a modal's field
	maxTitle   = 256
	maxText    = 2000 // Discord: content of a message; adapters split longer views
	maxFields  = 5    // Discord: top-level components of a modal
	maxButtons = 25   // Discord: five rows of five
	maxChoices = 25   // Discord: options of a menu
)

// The longest values that a shop may have.
var (
	longProduct = strings.TrimSpace(strings.Repeat("Curso completo de panificação artesanal ", 3)) // 120 characters
	longName    = "محمد بن عبد الله 🥖 Maria Antonieta de Albuquerque e Vasconcelos Pereira"
	someday     = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
)

func longPurchase() actions.Purchase {
	product := actions.Product{ID: "p", Code: "4100001", Name: longProduct, Kind: "event"}
	return actions.Purchase{
		ID: "1", Transaction: actions.Transaction(strings.Repeat("1234567890", 4)), Status: actions.Approved, Product: product,
		Contents: []actions.Product{product, product, product}, Price: actions.Money{Minor: 123456789, Currency: "BRL"},
		Buyer:    actions.Buyer{Name: longName, Email: actions.Email(strings.Repeat("longo", 12) + "@" + strings.Repeat("dominio.", 8) + "example.com")},
		Quantity: 12, Payment: actions.Card, Installments: 12, OrderedAt: someday, ApprovedAt: someday, GuaranteeEnds: someday.AddDate(0, 0, 7),
		Subscription: &actions.Subscription{Plan: longProduct, Status: actions.SubscriptionActive, NextChargeAt: someday},
		Access:       []actions.Access{{Product: product, Active: true, OpenedAt: someday}, {Product: product, Active: true}, {Product: product}},
		OpenProposal: "x", FrozenUntil: someday.AddDate(1, 0, 0),
	}
}

// views are all steps of all flows, filled with the longest values.
func views(t *testing.T) []flow.View {
	t.Helper()
	p := longPurchase()
	row := flows.Row{Transaction: p.Transaction, Product: longProduct, Buyer: longName, Price: p.Price, Status: p.Status, At: someday}
	rows := []flows.Row{row, row, row, row, row}
	rule := actions.Verdict{Decision: actions.NeedsApproval, Rule: rules(t)[0], Numbers: actions.Numbers{Amount: p.Price, Max: p.Price, Date: someday, Status: p.Status}}
	proposal := actions.Proposal{ID: "x", Kind: actions.ProposalRefund, Purchase: p, Amount: p.Price, Status: actions.ProposalOpen, AskedByName: longName,
		AskedByRole: actions.Agent, Verdict: rule, ExpiresAt: someday, Reason: actions.NotExpected, Note: strings.Repeat("note ", 100)}
	waiting := flows.Waiting{ID: "x", Kind: "refund", Buyer: longName, Product: longProduct, Price: p.Price, Expires: someday}
	about := flows.Target{Rows: rows, Next: "n", Transaction: p.Transaction, Purchase: p, At: someday}
	var all []flow.View
	add := func(f flow.Flow) {
		for _, d := range flows.All(nil) {
			if fmt.Sprintf("%T", d.New()) == fmt.Sprintf("%T", f) {
				all = append(all, flow.All(d, f, strings.Repeat("0", 26))...)
				return
			}
		}
		t.Fatalf("%T is not registered", f)
	}
	for _, staff := range []bool{true, false} {
		about.Staff = staff
		add(&flows.Find{Staff: staff, Decides: staff, Rows: rows, Next: "n", Earlier: []string{""}, Picked: p.Transaction, Purchase: p, At: someday,
			Refund: rule, Resend: actions.Verdict{Decision: actions.Allowed}, Email: rule, History: staff,
			Happened: []actions.Happening{{At: someday, Actor: longName, Action: "refund.requested"}}})
		add(&flows.Refund{Target: about, Verdict: rule, Reason: actions.NotExpected})
		add(&flows.Resend{Target: about, Verdict: rule})
		add(&flows.Email{Target: about, Verdict: rule, New: "marina@gmial.com", Reason: actions.Typo})
	}
	add(&flows.Refunds{Waiting: []flows.Waiting{waiting, waiting, waiting, waiting, waiting}, Next: "n", Item: proposal})
	add(&flows.Language{})
	for _, role := range append([]actions.Role{actions.BuyerRole}, actions.StaffRoles...) {
		add(&flows.Start{Role: role})
		add(&flows.Help{Role: role})
	}
	return all
}

// TestEveryViewHasItsWordsAndFits shows every step of every flow in every language and measures it against the
// narrowest platform.
func TestEveryViewHasItsWordsAndFits(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	for _, v := range views(t) {
		for _, locale := range flows.Locales {
			where := fmt.Sprintf("%s: %s.%s", locale, v.Flow, v.Step)
			s := words.Show(v, flow.Reader{Locale: locale, Timezone: "America/Sao_Paulo"})
			fits(t, where+" title", s.Title, maxTitle)
			if n := len(s.Buttons); n > maxButtons {
				t.Errorf("%s: %d buttons", where, n)
			}
			if n := len(s.Fields); n > maxFields {
				t.Errorf("%s: %d fields", where, n)
			}
			labels := map[string]bool{}
			for _, b := range s.Buttons {
				fits(t, where+" button", b.Label, maxButton)
				if len(b.Token) > flow.MaxToken {
					t.Errorf("%s: token of %d bytes", where, len(b.Token))
				}
				if v.Kind != "form" && labels[b.Label] {
					t.Errorf("%s: two buttons are called %q", where, b.Label)
				}
				labels[b.Label] = true
			}
			for _, f := range s.Fields {
				fits(t, where+" label", f.Label, maxLabel)
				if len(f.Options) > maxChoices {
					t.Errorf("%s: %d options", where, len(f.Options))
				}
			}
			for _, f := range s.Facts {
				fits(t, where+" fact "+f.Label, f.Value, maxText)
			}
		}
	}
	complain(t, words)
}

// TestStepsHaveKeysOfTheirOwn: two steps may share a key only when they never both stand in a conversation, which the
// flows of this package do not need.
func TestStepsHaveKeysOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, d := range flows.All(nil) {
		seen := map[string]bool{}
		for _, key := range flow.Keys(d.New()) {
			if seen[key] {
				t.Errorf("%s has two steps called %s", d.Name, key)
			}
			seen[key] = true
		}
	}
}

func fits(t *testing.T, where, text string, limit int) {
	t.Helper()
	if n := utf8.RuneCountInString(text); n > limit || n == 0 {
		t.Errorf("%s: %d characters, limit %d: %q", where, n, limit, text)
	}
}

// TestEveryKeyOfTheActionsHasWords reads the keys out of the source of the actions, where they are written once.
func TestEveryKeyOfTheActionsHasWords(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	keys := map[string]bool{}
	for _, rule := range rules(t) {
		keys["verdict."+rule] = true
	}
	for _, m := range matches(t, `(?:Key|Hint):\s*"([a-z_]+\.[a-z_.]*[a-z_])"`) {
		if !strings.HasPrefix(m, "import.") { // for the operator's terminal, in English
			keys[m] = true
		}
	}
	for _, m := range matches(t, `action:\s*"([a-z]+\.[a-z_]+)"`) {
		keys["history."+m] = true
	}
	for _, s := range []actions.Status{actions.Started, actions.WaitingPayment, actions.Processing, actions.Failed, actions.Expired, actions.Overdue,
		actions.Approved, actions.Complete, actions.Disputed, actions.PartlyRefunded, actions.Refunded, actions.Chargeback, actions.UnknownStatus} {
		keys["status."+string(s)] = true
		keys["history.purchase."+string(s)] = true // of imports, whose actions are put together
	}
	for _, p := range []actions.Payment{actions.Card, actions.Pix, actions.Boleto, actions.PayPal, actions.Wallet, actions.Transfer,
		actions.DirectDebit, actions.OtherPayment} {
		keys["payment."+string(p)], keys["money."+string(p)] = true, true
	}
	states := []actions.RequestState{actions.RequestRecorded, actions.RequestSending, actions.RequestDone, actions.RequestRequested,
		actions.RequestNeedsBuyer, actions.RequestAssisted, actions.RequestRefused, actions.RequestUnknown}
	for _, s := range states {
		keys["outcome."+string(s)], keys["request.refund."+string(s)], keys["request.email."+string(s)] = true, true, true
	}
	for _, s := range []actions.ProposalStatus{actions.ProposalOpen, actions.ProposalApproved, actions.ProposalDenied, actions.ProposalExpired,
		actions.ProposalRebuilt, actions.ProposalWithdrawn} {
		keys["proposal.refund."+string(s)], keys["proposal.email."+string(s)] = true, true
		keys["proposal.already."+string(s)] = s != actions.ProposalOpen
	}
	for _, locale := range flows.Locales {
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if keys[key] && !words.Has(key, locale) {
				t.Errorf("%s has no words in %s", key, locale)
			}
		}
	}
}

// TestEveryKeyOfTheFlowsHasWords does the same for what is written out in the flows and the engine.
func TestEveryKeyOfTheFlowsHasWords(t *testing.T) {
	t.Parallel()
	words := newWords(t)
	found := 0
	for _, dir := range []string{".", "flow"} {
		for _, key := range scan(t, dir, `(?:\bT|notice)\("([a-z_]+\.[a-z_.]*[a-z_])"[,)]`) {
			found++
			for _, locale := range flows.Locales {
				if !words.Has(key, locale) {
					t.Errorf("%s has no words in %s", key, locale)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("found only %d keys in the source: the pattern no longer fits it", found)
	}
}

// rules are the names of all verdicts.
func rules(t *testing.T) []string {
	t.Helper()
	return matches(t, `\b(?:allowed|needsApproval|blocked)\("([a-z_.]+)"`)
}

func matches(t *testing.T, pattern string) []string {
	t.Helper()
	return scan(t, "../actions", pattern)
}

func scan(t *testing.T, dir, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(source), -1) {
			found[m[1]] = true
		}
	}
	if len(found) == 0 {
		t.Fatalf("nothing in %s looks like %s: the pattern no longer fits the source", dir, pattern)
	}
	return slices.Sorted(maps.Keys(found))
}

func newWords(t *testing.T) *locales.Words {
	t.Helper()
	words, err := locales.New("pt-BR", nil)
	if err != nil {
		t.Fatal(err)
	}
	return words
}

func complain(t *testing.T, words *locales.Words) {
	t.Helper()
	for key, n := range words.Missing() {
		t.Errorf("no words for %s (wanted %d times)", key, n)
	}
}
