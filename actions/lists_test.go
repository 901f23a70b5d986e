package actions_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// list makes a list, and rule a rule that puts on it whom an event is about; both by the producer.
func (w *world) list(name string) string {
	w.t.Helper()
	id, err := w.core.SaveList(w.t.Context(), w.bia, actions.ListInput{Key: "list/" + name, Name: name})
	w.must(err)
	return id
}

func (w *world) rule(in actions.RuleInput) string {
	w.t.Helper()
	w.ids++
	in.Key = fmt.Sprint("rule/", w.ids)
	id, err := w.core.AddListRule(w.t.Context(), w.bia, in)
	w.must(err)
	return id
}

// on is who is on a list, by address.
func (w *world) on(list string) string {
	w.t.Helper()
	page, err := w.core.ListMembers(w.t.Context(), w.bia, list, "", "", 100)
	w.must(err)
	var all []string
	for _, m := range page.Members {
		all = append(all, string(m.Email))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func (w *world) wantOn(list, want string) {
	w.t.Helper()
	if got := w.on(list); got != want {
		w.t.Errorf("on the list: %q, want %q", got, want)
	}
}

// sells tells of a purchase of the course now.
func (w *world) sells(transaction, email string, status actions.Status, change ...func(*actions.SaleEvent)) {
	w.t.Helper()
	w.pass(time.Second)
	at := w.clock()
	w.ids++
	e := actions.SaleEvent{Source: "hotmart", ID: fmt.Sprint("e", w.ids), Kind: "PURCHASE", At: at, Sale: &actions.Sale{Transaction: actions.Transaction(transaction),
		Status: status, RawStatus: string(status), Product: actions.SoldProduct{Code: "4100001", Name: "Pão em Casa"}, Buyer: actions.SoldTo{Name: "Marina Duarte", Email: actions.Email(email)},
		Price: actions.Money{Minor: 97_00, Currency: "BRL"}, Payment: actions.Pix, OrderedAt: at}}
	if status.Paid() {
		e.Sale.ApprovedAt, e.Sale.GuaranteeEnds = at, at.AddDate(0, 0, 7)
	}
	for _, f := range change {
		f(&e)
	}
	w.apply(e)
}

func TestRulesFillLists(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		students, back, cheap := w.list("Students"), w.list("Money back"), w.list("Cheap")
		w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActAdd, List: students, Undo: true, If: actions.Conditions{Product: "course"}})
		w.rule(actions.RuleInput{Event: actions.OnRefunded, Act: actions.ActAdd, List: back})
		w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActRemove, List: back})
		w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActAdd, List: cheap, If: actions.Conditions{Least: actions.Money{Minor: 500_00, Currency: "BRL"}}})
		w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActTag, Tag: "returned", If: actions.Conditions{First: false}})

		w.sells("HP1", "marina.duarte@example.com", actions.Approved)
		w.sells("HP2", "paulo@example.net", actions.WaitingPayment)
		w.wantOn(students, "marina.duarte@example.com")
		w.sells("HP2", "paulo@example.net", actions.Approved)
		w.wantOn(students, "marina.duarte@example.com paulo@example.net")
		w.wantOn(cheap, "")

		w.refund(w.rui, "k1", "HP1") // our own refund tells of it too
		w.work()
		w.wantOn(students, "paulo@example.net")
		w.wantOn(back, "marina.duarte@example.com")

		// Another purchase of the same keeps him there, whatever becomes of the first.
		w.sells("HP3", "paulo@example.net", actions.Approved)
		w.sells("HP2", "paulo@example.net", actions.Refunded)
		w.wantOn(students, "paulo@example.net")
		w.sells("HP4", "marina.duarte@example.com", actions.Approved)
		w.wantOn(back, "paulo@example.net") // his refund is the newest that was told of him

		// What a person does holds until something happens.
		w.must(w.core.ListByHand(t.Context(), w.bia, actions.MemberInput{Key: "h1", List: students, Buyer: w.marina.Buyers[0], Out: true}))
		w.must(w.core.ListByHand(t.Context(), w.bia, actions.MemberInput{Key: "h1", List: students, Buyer: w.marina.Buyers[0], Out: true}))
		w.wantOn(students, "paulo@example.net")
		w.sells("HP5", "marina.duarte@example.com", actions.Approved)
		w.wantOn(students, "marina.duarte@example.com paulo@example.net")

		page, err := w.core.Lists(t.Context(), w.bia, true, "", 10)
		w.must(err)
		if len(page.Lists) != 1 || page.Lists[0].Name != "returned" || page.Lists[0].Members != 2 {
			t.Errorf("tags: %+v", page.Lists)
		}
	})
}

// A rule acts on what happens while it is on, and what it has done stays.
func TestRulesAreSwitched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := w.list("Students")
	w.sells("HP1", "before@example.com", actions.Approved)
	rule := w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActAdd, List: list})
	w.sells("HP2", "while@example.com", actions.Approved)
	w.pass(time.Minute)
	_, err := w.core.SwitchListRule(t.Context(), w.bia, "off", rule, false)
	w.must(err)
	w.sells("HP3", "off@example.com", actions.Approved)
	again, err := w.core.SwitchListRule(t.Context(), w.bia, "on", rule, true)
	w.must(err)
	twice, err := w.core.SwitchListRule(t.Context(), w.bia, "on", rule, true)
	w.must(err)
	if again != twice || again == rule {
		t.Errorf("switched on as %s and %s, was %s", again, twice, rule)
	}
	w.sells("HP4", "again@example.com", actions.Approved)
	w.wantOn(list, "again@example.com while@example.com")
	w.must(w.core.DropListRule(t.Context(), w.bia, "drop", again))
	w.sells("HP5", "gone@example.com", actions.Approved)
	w.sells("HP2", "while@example.com", actions.Complete)
	w.wantOn(list, "again@example.com while@example.com")
	rules, err := w.core.ListRules(t.Context(), w.bia)
	w.must(err)
	if len(rules) > 0 {
		t.Errorf("rules that are left: %+v", rules)
	}
}

// A purchase that moves to another address takes its places along, and back again.
func TestListsFollowThePurchase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		list := w.list("Students")
		w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActAdd, List: list})
		w.sells("HP1", "marina.duarte@example.com", actions.Approved)
		w.bought("HP2", w.marina)
		_, err := w.core.OptOut(t.Context(), w.marina, actions.OptOutInput{Key: "o1", Buyer: w.marina.Buyers[0], Kind: actions.MailNews})
		w.must(err)
		w.stolen("HP1", "thief@example.org")
		w.wantOn(list, "thief@example.org")
		page, err := w.core.ListMembers(t.Context(), w.bia, list, "thief@", "", 10)
		w.must(err)
		if len(page.Members) != 1 || !page.Members[0].Silent {
			t.Errorf("who wanted no mail at the old address gets it at the new one: %+v", page.Members)
		}
		w.putBack(w.notMe("marina.duarte@example.com"))
		w.wantOn(list, "marina.duarte@example.com")
	})
}

func TestWhoKeepsLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := w.list("Students")
	for _, who := range []actions.Actor{w.ana, w.rui, w.marina, {ID: "system", Account: shop, Role: actions.System}} {
		_, err := w.core.SaveList(t.Context(), who, actions.ListInput{Key: "k" + who.ID, Name: "Mine"})
		_, rules := w.core.ListRules(t.Context(), who)
		_, people := w.core.ListMembers(t.Context(), who, list, "", "", 5)
		_, export := w.core.ExportList(t.Context(), who, actions.ListExportInput{Key: "x" + who.ID, List: list})
		_, hook := w.core.AddEndpoint(t.Context(), who, actions.EndpointInput{Key: "h" + who.ID, Name: "CRM", URL: "https://crm.example.com"})
		for i, err := range []error{err, rules, people, export, hook, w.core.ArchiveList(t.Context(), who, "a"+who.ID, list)} {
			if !actions.AsError(err).Has(actions.Denied) {
				t.Errorf("%s, %d: %v", who.Role, i, err)
			}
		}
	}
	other := w.adm
	other.Account = "another shop"
	if _, err := w.core.List(t.Context(), other, list); !actions.AsError(err).Has(actions.NotFound) {
		t.Errorf("another shop's list: %v", err)
	}
}

// An export has no formulas, nobody who wants no mail, and whole names only where policy allows it.
func TestListsAreExported(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{false, true} {
		w := newWorld(t, func(p *actions.Policy) { p.Reveal.InExport = whole })
		list := w.list("Students")
		w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActAdd, List: list})
		w.sells("HP1", "marina.duarte@example.com", actions.Approved)
		w.sells("HP2", "evil@example.com", actions.Approved, func(e *actions.SaleEvent) { e.Sale.Buyer.Name = "=cmd|' /C calc'!A0" })
		w.sells("HP3", "paulo@example.net", actions.Approved)
		_, err := w.core.OptOut(t.Context(), w.paulo, actions.OptOutInput{Key: "o1", Buyer: w.paulo.Buyers[0], Kind: actions.MailNews})
		w.must(err)
		in := actions.ListExportInput{Key: "x1", List: list, Reveal: &actions.RevealExportInput{Key: "x1/whole", Reason: actions.ContactBuyer, Note: "newsletter"}}
		out, err := w.core.ExportList(t.Context(), w.bia, in)
		if !whole {
			if !actions.AsError(err).Has(actions.Denied) {
				t.Errorf("whole without leave: %v", err)
			}
			in.Reveal = nil
			out, err = w.core.ExportList(t.Context(), w.bia, in)
		}
		w.must(err)
		if out.Rows != 2 || out.LeftOut != 1 {
			t.Errorf("%d rows, %d left out", out.Rows, out.LeftOut)
		}
		_, body, err := w.core.OpenFile(t.Context(), out.File)
		w.must(err)
		text := string(body)
		if strings.Contains(text, "marina.duarte@example.com") != whole || strings.Contains(text, "paulo") || strings.Contains(text, "\n=cmd") || strings.Contains(text, `"=`) {
			t.Errorf("whole is %t:\n%s", whole, text)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 3 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	}
}

// Erasing somebody takes him off every list, with all that is kept for the rules.
func TestErasedLeavesLists(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		list := w.list("Students")
		w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActAdd, List: list})
		w.sells("HP1", "marina.duarte@example.com", actions.Approved)
		_, err := w.core.OptOut(t.Context(), w.marina, actions.OptOutInput{Key: "o1", Buyer: w.marina.Buyers[0], Kind: actions.MailNews})
		w.must(err)
		out, err := w.core.ExportBuyer(t.Context(), shop, "marina.duarte@example.com")
		w.must(err)
		for _, want := range []string{`"list_members"`, `"list_events"`, `"opt_outs"`, list} {
			if !strings.Contains(string(out), want) {
				t.Errorf("the export has no %s", want)
			}
		}
		_, err = w.core.EraseBuyer(t.Context(), shop, "marina.duarte@example.com")
		w.must(err)
		w.wantOn(list, "")
		facts, err := s.ListFacts(shop, w.marina.Buyers)
		w.must(err)
		if len(facts) > 0 {
			t.Errorf("still known: %+v", facts)
		}
	})
}

// A hookServer is a receiver that answers with its status, and keeps what it verified.
type hookServer struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	secret string
	got    []string // webhook-id and body
	bad    int      // signatures that did not match
}

func newHookServer(t *testing.T) *hookServer {
	h := &hookServer{status: 200}
	h.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		wh, err := standardwebhooks.NewWebhook(h.secret)
		if err != nil || wh.VerifyIgnoringTimestamp(body, r.Header) != nil { // the clock of the test is another
			h.bad++
		}
		h.got = append(h.got, r.Header.Get("webhook-id")+" "+string(body))
		rw.WriteHeader(h.status)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hookServer) set(status int) { h.mu.Lock(); defer h.mu.Unlock(); h.status = status }

// endpoint adds the receiver, and gives it the secret that went to the producer's chat.
func (w *world) endpoint(h *hookServer) string {
	w.t.Helper()
	given, err := w.core.AddEndpoint(w.t.Context(), w.bia, actions.EndpointInput{Key: "end", Name: "CRM", URL: h.URL + "/hook"})
	w.must(err)
	h.secret = w.secretIn(given.File)
	return given.Endpoint
}

func (w *world) secretIn(file string) string {
	w.t.Helper()
	_, body, err := w.core.OpenFile(w.t.Context(), file)
	w.must(err)
	return strings.TrimSpace(string(body))
}

func TestWebhooksArriveOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, h := worldOn(t, s), newHookServer(t)
		end := w.endpoint(h)
		w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActWebhook, Endpoint: end})
		_, err := w.core.OptOut(t.Context(), w.marina, actions.OptOutInput{Key: "o1", Buyer: w.marina.Buyers[0], Kind: actions.MailNews})
		w.must(err)
		w.sells("HP1", "marina.duarte@example.com", actions.Approved)
		w.sells("HP1", "marina.duarte@example.com", actions.Disputed)
		w.sells("HP1", "marina.duarte@example.com", actions.Approved) // the claim is withdrawn: it was approved once
		w.work()
		if len(h.got) != 1 || h.bad > 0 {
			t.Fatalf("%d calls, %d of them with a wrong signature: %v", len(h.got), h.bad, h.got)
		}
		for _, want := range []string{`"type":"purchase.approved"`, `"email":"marina.duarte@example.com"`, `"opted_out":true`, `"transaction":"HP1"`, `"amount":9700`, `"code":"4100001"`} {
			if !strings.Contains(h.got[0], want) {
				t.Errorf("no %s in %s", want, h.got[0])
			}
		}
		// What is told late, of a purchase that was refunded already, calls nobody.
		late := w.clock()
		w.sells("HP9", "late@example.com", actions.Refunded)
		w.sells("HP9", "late@example.com", actions.Approved, func(e *actions.SaleEvent) { e.At = late })
		w.work()
		if len(h.got) != 1 {
			t.Errorf("called of what was over: %v", h.got)
		}
	})
}

// A receiver that is down is called for a day, and then the call is given up and can be tried again.
func TestWebhooksAreTriedForADay(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHookServer(t)
	end := w.endpoint(h)
	w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActWebhook, Endpoint: end})
	h.set(500)
	began := w.clock()
	w.sells("HP1", "marina.duarte@example.com", actions.Approved)
	tries := 0
	for range 100 {
		w.work()
		dead, _, err := w.core.DeadCalls(t.Context(), w.bia, end, "", 5)
		w.must(err)
		if len(dead) > 0 {
			break
		}
		w.pass(30 * time.Minute)
		tries++
	}
	dead, _, err := w.core.DeadCalls(t.Context(), w.bia, end, "", 5)
	w.must(err)
	if len(dead) != 1 || dead[0].StatusCode != 500 || dead[0].Problem != actions.HookStatus || dead[0].Attempts != 8 {
		t.Fatalf("given up: %+v", dead)
	}
	if took := w.clock().Sub(began); took < 22*time.Hour || took > 30*time.Hour {
		t.Errorf("it was tried for %s", took)
	}
	ids := map[string]bool{}
	for _, got := range h.got {
		ids[strings.Fields(got)[0]] = true
	}
	if len(ids) != 1 || h.bad > 0 {
		t.Errorf("%d ids in %d calls, %d wrong signatures", len(ids), len(h.got), h.bad)
	}
	h.set(204)
	w.must(w.core.RetryCall(t.Context(), w.bia, "again", dead[0].ID))
	w.must(w.core.RetryCall(t.Context(), w.bia, "again", dead[0].ID))
	w.work()
	e, err := w.core.Endpoint(t.Context(), w.bia, end)
	w.must(err)
	if e.Dead != 0 || e.Waiting != 0 || len(h.got) != 9 {
		t.Errorf("after the press: %+v, %d calls", e, len(h.got))
	}
	if err := w.core.RetryCall(t.Context(), w.bia, "once more", dead[0].ID); !actions.AsError(err).Has(actions.Conflict) {
		t.Errorf("a call that arrived is tried again: %v", err)
	}
}

// While a secret is being changed both sign; a day later only the new one does.
func TestSecretsOfWebhooksRotate(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHookServer(t)
	end := w.endpoint(h)
	given, err := w.core.RotateEndpoint(t.Context(), w.bia, "rotate", end)
	w.must(err)
	fresh := w.secretIn(given.File)
	if fresh == h.secret {
		t.Fatal("the same secret again")
	}
	test := func(key string, wantBad int) {
		t.Helper()
		_, err := w.core.TestEndpoint(t.Context(), w.bia, key, end)
		w.must(err)
		w.work()
		if h.bad != wantBad {
			t.Errorf("%s: %d wrong signatures, want %d", key, h.bad, wantBad)
		}
	}
	test("t1", 0)
	h.secret, fresh = fresh, h.secret
	test("t2", 0)
	w.pass(25 * time.Hour)
	test("t3", 0)
	h.secret = fresh // the old one
	test("t4", 1)
}

// What happened long ago without a rule about it is forgotten; what a rule is about stays, and with it who is on the list.
func TestHappeningsAreForgotten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		list := w.list("Students")
		w.sells("HP1", "marina.duarte@example.com", actions.Approved)
		w.pass(time.Second)
		w.rule(actions.RuleInput{Event: actions.OnApproved, Act: actions.ActAdd, List: list})
		w.sells("HP2", "paulo@example.net", actions.Approved)
		w.sells("HP2", "paulo@example.net", actions.Disputed)
		n, err := s.ForgetListEvents(w.clock().Add(time.Hour), 100)
		w.must(err)
		if n != 2 { // HP1's, and the claim
			t.Errorf("forgot %d", n)
		}
		w.sells("HP2", "paulo@example.net", actions.Complete)
		w.wantOn(list, "paulo@example.net")
	})
}
