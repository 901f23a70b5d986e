package flowstest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/locales"
)

// A Named is a shown view with a name for tests and pictures, such as "pt-BR/refund.why/7".
type Named struct {
	Name  string
	Shown flow.Shown
}

// Views are all steps of all flows and all states of the live cards in three languages, filled with the longest values
// that a shop may have: a product of 120 characters, a code of 40 digits, an emoji, a name from right to left.
func Views(t testing.TB) []Named {
	t.Helper()
	words, err := locales.New("pt-BR", nil)
	if err != nil {
		t.Fatal(err)
	}
	var all []Named
	for i, v := range longViews(t, words) {
		for _, locale := range flows.Locales {
			r := flow.Reader{Locale: locale, Timezone: "America/Sao_Paulo", Shared: v.shared, CommandPrefix: "/support "}
			all = append(all, Named{fmt.Sprintf("%s/%s.%s/%d", locale, v.Flow, v.Step, i), words.Show(v.View, r)})
		}
	}
	for key, n := range words.Missing() {
		t.Errorf("no words for %s (wanted %d times)", key, n)
	}
	return all
}

// ViewsToDraw are Views for those who draw each of them. Under the race detector, which looks for something else than words that do
// not fit, they are an eighth.
func ViewsToDraw(t testing.TB) []Named {
	t.Helper()
	all := Views(t)
	if !underRace {
		return all
	}
	var some []Named
	for i := 0; i < len(all); i += 8 { // three languages a view: all of them are among these
		some = append(some, all[i])
	}
	return some
}

// The longest values that a shop may have.
var (
	longProduct = strings.TrimSpace(strings.Repeat("Curso completo de panificação artesanal ", 3)) // 120 characters
	longName    = "محمد بن عبد الله 🥖 Maria Antonieta de Albuquerque e Vasconcelos Pereira"
	longEmail   = actions.Email(strings.Repeat("longo", 12) + "@" + strings.Repeat("dominio.", 8) + "example.com")
	longNote    = strings.TrimSpace(strings.Repeat("note ", 100))
	someday     = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
)

const longID = "01JDZKQ3V7X9T2M4N6P8R0S1W5"

func longPurchase() actions.Purchase {
	product := actions.Product{ID: "p", Code: "4100001", Name: longProduct, Kind: "event",
		Event: actions.Event{Starts: someday, Ends: someday.Add(3 * time.Hour), Timezone: "Europe/Lisbon", Place: longProduct}}
	return actions.Purchase{
		ID: "1", Transaction: actions.Transaction(strings.Repeat("1234567890", 4)), Status: actions.Approved, Product: product,
		Contents: []actions.Product{product, product, product}, Price: actions.Money{Minor: 123456789, Currency: "BRL"},
		Buyer:    actions.Buyer{Name: longName, Email: longEmail},
		Quantity: 12, Payment: actions.Card, Installments: 12, OrderedAt: someday, ApprovedAt: someday, GuaranteeEnds: someday.AddDate(0, 0, 7),
		Subscription: &actions.Subscription{Plan: longProduct, Status: actions.SubscriptionActive, NextChargeAt: someday},
		Access:       []actions.Access{{Product: product, Active: true, OpenedAt: someday}, {Product: product, Active: true}, {Product: product}},
		Tickets:      actions.TicketCounts{Pending: 4, Partial: 4, Concluded: 4, Entered: 4},
		OpenProposal: "x", FrozenUntil: someday.AddDate(1, 0, 0),
	}
}

// A longView is one view, and whether a room reads it.
type longView struct {
	flow.View
	shared bool
}

func longViews(t testing.TB, words *locales.Words) []longView {
	t.Helper()
	p := longPurchase()
	rule := longestRule(t, words, p)
	var all []longView
	for _, v := range longSteps(t, p, rule) {
		all = append(all, longView{View: v})
		if len(v.Fields) > 0 { // the same with its last answer refused
			last := v.Fields[len(v.Fields)-1].Name
			hint := flow.T("email.invalid.hint")
			v.Problem = &flow.Problem{Text: flow.T("email.invalid"), Hint: &hint, Field: last}
			v.Fields = slices.Clone(v.Fields)
			for i := range v.Fields {
				if v.Fields[i].Kind != flow.ChoiceField {
					v.Fields[i].Value = strings.Repeat("ção ", flow.MaxAnswer/4)
				}
			}
			all = append(all, longView{View: v})
		}
	}
	return append(all, longCards(p, rule)...)
}

// longSteps are the steps of all flows.
func longSteps(t testing.TB, p actions.Purchase, rule actions.Verdict) []flow.View {
	t.Helper()
	row := flows.Row{Transaction: p.Transaction, Product: longProduct, Buyer: longName, Price: p.Price, Status: p.Status, At: someday}
	rows := []flows.Row{row, row, row, row, row}
	proposal := longProposal(p, rule, actions.ProposalRefund, actions.ProposalOpen)
	waiting := flows.Waiting{ID: "x", Kind: "refund", Buyer: longName, Product: longProduct, Price: p.Price, Expires: someday}
	about := flows.Target{Rows: rows, Next: "n", Transaction: p.Transaction, Purchase: p, At: someday}
	var all []flow.View
	add := func(f flow.Flow) {
		for _, d := range flows.All(nil) {
			if fmt.Sprintf("%T", d.New()) == fmt.Sprintf("%T", f) {
				all = append(all, flow.All(d, f, longID)...)
				return
			}
		}
		t.Fatalf("%T is not registered", f)
	}
	for _, staff := range []bool{true, false} {
		about.Staff = staff
		add(&flows.Find{Staff: staff, Decides: staff, Rows: rows, Next: "n", Earlier: []string{""}, Picked: p.Transaction, Purchase: p, At: someday,
			Refund: rule, Resend: actions.Verdict{Decision: actions.Allowed}, Email: rule, Cancel: actions.Verdict{Decision: actions.Allowed}, History: staff,
			Happened: []actions.Happening{{At: someday, Actor: longName, Action: "refund.requested"}}})
		add(&flows.Refund{Target: about, Verdict: rule, Reason: actions.NotExpected})
		add(&flows.Resend{Target: about, Verdict: rule})
		for _, f := range longCheckIns(about, rule) {
			add(f)
		}
		for _, v := range longSubscriptions(p, rule, staff) {
			add(v)
		}
		add(&flows.Email{Target: about, Verdict: rule, New: "marina@gmial.com", Reason: actions.Typo,
			EmailProof: flows.EmailProof{ByCodes: true, OldCode: actions.SentCode{ID: "x", To: longEmail.Masked()}, NewCode: actions.SentCode{ID: "x", To: longEmail.Masked()}}})
	}
	chat := actions.Device{ID: longID, Buyer: longID, Address: longEmail.Masked(), Platform: "telegram", User: "••99", Since: someday, Proved: someday, Until: someday}
	here := chat
	here.ID, here.Current = "here", true
	for _, picked := range []string{"here/" + longID, "others/" + longID} {
		add(&flows.Devices{List: []actions.Device{here, chat, chat}, Picked: picked})
	}
	add(&flows.Chats{Transaction: p.Transaction, List: []actions.Device{chat, chat}, Picked: "all", Note: longNote, Count: 12})
	add(&flows.Reveal{Shown: actions.Revealed{Transaction: p.Transaction, Name: longName, Email: longEmail, NewEmail: longEmail}})
	add(&flows.Refunds{Waiting: []flows.Waiting{waiting, waiting, waiting, waiting, waiting}, Next: "n", Item: proposal})
	entry := actions.AuditEntry{Seq: 123456789, At: someday, Actor: longName, AskedBy: longName, Action: "refund.requested", Target: string(p.Transaction), Reason: actions.NotExpected,
		Note: longNote, Amount: p.Price, OldEmail: string(longEmail), NewEmail: string(longEmail), Verdict: rule, Detail: "outcome.refused.chargeback", Count: 12, Hash: strings.Repeat("a", 64)}
	audit := flows.Audit{Entries: []actions.AuditEntry{entry, entry, entry, entry, entry, entry}, Next: 7, Earlier: []int64{0}, Entry: entry}
	add(&audit)
	for _, kind := range []string{"changed", "missing", "unlinked", "beyond", "cut"} {
		audit.Check.Problems = append(audit.Check.Problems, actions.AuditProblem{Seq: 123456789, Kind: kind})
	}
	audit.Check.More, audit.Check.After, audit.Check.Erased = true, 123456789, 12
	add(&audit)
	for _, v := range append(longTeam(), longLists()...) {
		add(v)
	}
	for _, v := range longCases(p) {
		add(v)
	}
	for _, v := range longBulk(p) {
		add(v)
	}
	add(&flows.Evidence{Target: about, Masked: true})
	add(&flows.Evidence{Target: about})
	add(&flows.Language{})
	for _, role := range append([]actions.Role{actions.BuyerRole}, actions.StaffRoles...) {
		add(&flows.Start{Role: role})
		add(&flows.Help{Role: role})
	}
	return all
}

// longCards are the live cards in every state, for those who decide, for buyers and for a room.
func longCards(p actions.Purchase, rule actions.Verdict) []longView {
	var all []longView
	manager, buyer := actions.Actor{ID: "m", Role: actions.Manager}, actions.Actor{ID: "b", Role: actions.BuyerRole}
	statuses := []actions.ProposalStatus{actions.ProposalOpen, actions.ProposalApproved, actions.ProposalDenied, actions.ProposalExpired,
		actions.ProposalRebuilt, actions.ProposalWithdrawn}
	states := []actions.RequestState{actions.RequestRecorded, actions.RequestSending, actions.RequestDone, actions.RequestRequested,
		actions.RequestNeedsBuyer, actions.RequestAssisted, actions.RequestRefused, actions.RequestUnknown}
	for _, kind := range []string{actions.ProposalRefund, actions.ProposalEmail, actions.ProposalClaim} {
		for _, status := range statuses {
			proposal := longProposal(p, rule, kind, status)
			for _, reader := range []actions.Actor{manager, buyer} {
				v, _ := flows.ShowProposal(proposal, reader)
				v.Live = "proposal:" + longID
				all = append(all, longView{View: v})
				if reader.ID == manager.ID {
					all = append(all, longView{View: v, shared: true})
				}
			}
		}
		for _, state := range states {
			r := actions.Request{Action: kind, State: state, Purchase: p, OldEmail: longEmail, NewEmail: longEmail}
			if state == actions.RequestRefused {
				r.Detail = "outcome.refused.chargeback"
			}
			for _, reader := range []actions.Actor{manager, buyer} {
				v, _ := flows.ShowRequest(longID+"/refund/1", r, reader)
				v.Live = "request:" + longID + "/refund/1"
				all = append(all, longView{View: v})
			}
		}
	}
	all = append(all, longTasks(p, manager, buyer)...)
	for _, kind := range []string{actions.KindCancel, actions.KindChargeDay, actions.KindReactivate} {
		for _, state := range states {
			v, _ := flows.ShowRequest(longID+"/cancel/1", actions.Request{Action: kind, State: state, Purchase: p, ChargeDay: 31, Charge: p.Price, Until: someday, Detail: "outcome.unknown.reading"}, manager)
			v.Live = "request:" + longID + "/cancel/1"
			all = append(all, longView{View: v})
		}
	}
	for _, f := range []actions.File{{}, {Delivered: true}, {Lost: "blocked"}, {Lost: "closed"}, {Lost: "left"}, {Lost: actions.FileTooLarge}, {Lost: actions.FileRemoved}} {
		f.ID, f.Name = longID, strings.Repeat("a", 76)+".csv"
		v := flows.ShowFile(f)
		v.Live = "file:" + longID
		all = append(all, longView{View: v})
	}
	for _, many := range []string{"spike.count", "spike.times"} {
		v, _ := flows.ShowAlarm(actions.ProductAlarm{ID: longID, Product: p.Product, At: someday, Refunds: 123456, Chargebacks: 123456,
			Verdict: actions.Verdict{Rule: many, Numbers: actions.Numbers{Count: 246912, Limit: 100000, Days: 1000}}})
		all = append(all, longView{View: v, shared: true})
	}
	for _, state := range append(states, "") {
		v, _ := flows.ShowPutBack(longID, actions.PutBackCard{Purchase: p, OldEmail: longEmail, NewEmail: longEmail, At: someday, Outcome: state, Detail: "outcome.refused.address_changed"})
		v.Live = "putback:" + longID
		all = append(all, longView{View: v, shared: true})
	}
	all = append(all, longTeamCards(p, rule)...)
	all = append(all, longBulkCards(p)...)
	all = append(all, longCaseCards(p)...)
	all = append(all, longCalls()...)
	open := longProposal(p, rule, actions.ProposalRefund, actions.ProposalOpen)
	page := actions.ProposalPage{Proposals: []actions.Proposal{open, open, open, open, open}, Next: "n"}
	for _, reader := range []actions.Actor{manager, buyer} {
		v, _ := flows.ShowHome(page, reader)
		all = append(all, longView{View: v})
	}
	return append(all, longView{View: flow.View{Flow: "end", Step: "stale", Kind: "notice", Title: flow.T("error.stale"), Ended: true}})
}

func longProposal(p actions.Purchase, rule actions.Verdict, kind string, status actions.ProposalStatus) actions.Proposal {
	all := actions.Proposal{ID: longID, Kind: kind, Purchase: p, Amount: p.Price, OldEmail: longEmail, NewEmail: longEmail, Status: status,
		AskedByName: longName, AskedByRole: actions.Agent, Verdict: rule, Path: actions.ByDocument, ExpiresAt: someday, Reason: actions.NotExpected, Note: longNote, Revision: 12}
	switch status {
	case actions.ProposalApproved:
		all.DecidedByName, all.DecidedAt, all.Outcome, all.DecidedReason = longName, someday, actions.RequestUnknown, longNote
	case actions.ProposalDenied:
		all.DecidedByName, all.DecidedAt, all.DecidedReason = longName, someday, longNote
	case actions.ProposalWithdrawn:
		all.Why = "outcome.refused.chargeback"
	}
	return all
}

// longestRule is a verdict that needs approval, for the reason with the most words.
func longestRule(t testing.TB, words *locales.Words, p actions.Purchase) actions.Verdict {
	t.Helper()
	longest, verdict := 0, actions.Verdict{}
	for _, rule := range Rules(t) {
		v := actions.Verdict{Decision: actions.NeedsApproval, Rule: rule, Numbers: actions.Numbers{Amount: p.Price, Max: p.Price, Date: someday, Status: p.Status}}
		card, _ := flows.ShowProposal(longProposal(p, v, actions.ProposalRefund, actions.ProposalOpen), actions.Actor{Role: actions.Manager})
		if n := len(words.Text(card.Body[0], flow.Reader{Locale: "pt-BR"})); n > longest {
			longest, verdict = n, v
		}
	}
	return verdict
}

// Rules are the names of all verdicts. They are read from the source of the actions, where each is written once.
func Rules(t testing.TB) []string {
	t.Helper()
	return Scan(t, "actions", `\b(?:allowed|needsApproval|blocked)\("([a-z_.]+)"`)
}

// Scan finds what a pattern's first group matches in the source of a folder of the module, sorted, without tests.
func Scan(t testing.TB, folder, pattern string) []string {
	t.Helper()
	root, err := moduleFolder()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(source), -1) {
			found = append(found, m[1])
		}
	}
	if len(found) == 0 {
		t.Fatalf("nothing in %s looks like %s: the pattern no longer fits the source", folder, pattern)
	}
	slices.Sort(found)
	return slices.Compact(found)
}
