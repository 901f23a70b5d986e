package actions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// subscribers has n people subscribe to the club, the first of them SUB00001.
func (w *world) subscribers(n int, change ...func(*store.Subscription)) {
	w.t.Helper()
	for i := 1; i <= n; i++ {
		id := fmt.Sprintf("s%05d", i)
		email := fmt.Sprintf("member%d@example.org", i)
		w.must(w.store.PutBuyer(store.Buyer{ID: id, AccountID: shop, Email: email, EmailKey: email, Name: fmt.Sprintf("Member %d", i), CreatedAt: start}))
		w.subscribed(fmt.Sprintf("SUB%05d", i), actions.Actor{Buyers: []string{id}}, change...)
	}
}

func (w *world) collectClub(key, kind string, f actions.BulkFilter) actions.BulkRun {
	w.t.Helper()
	f.Product = "club"
	run, err := w.core.Collect(w.t.Context(), w.ana, actions.BulkInput{Key: key, Kind: kind, Filter: f, ReplyTo: w.ana.Identity})
	w.must(err)
	return run
}

func (w *world) changeSubscription(code string, change func(*store.Subscription)) {
	w.t.Helper()
	sub, err := w.store.SubscriptionByCode(shop, code)
	w.must(err)
	change(&sub)
	w.must(w.store.UpdateSubscription(sub))
}

// stand counts the mails by template, and the subscriptions of SUB00001 to SUBn by their status.
func (w *world) stand(n int) map[string]int {
	w.t.Helper()
	all := map[string]int{}
	for i := 1; i <= n; i++ {
		sub, err := w.store.SubscriptionByCode(shop, fmt.Sprintf("SUB%05d", i))
		w.must(err)
		all[sub.Status]++
	}
	for _, m := range w.mailbox.Sent() {
		all[m.Template]++
	}
	return all
}

func TestCancellingManyCountsWhoIsMeantAndWhoIsLeftOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.subscribers(8)
		w.subscribed("MARINA1", w.marina)
		w.subscribed("MARINA2", w.marina, func(sub *store.Subscription) { sub.Plan = "Anual" }) // the same person, another subscription
		w.changeSubscription("SUB00001", ended)                                                 // no candidate at all
		w.must(s.WorkOnSubscription("sub-SUB00002", "k", nil, start))
		w.changeSubscription("SUB00003", func(sub *store.Subscription) { sub.Status = string(actions.SubscriptionLate) })
		w.changeSubscription("SUB00004", func(sub *store.Subscription) {
			later := nextCharge.AddDate(0, 0, 5)
			sub.StatusAt, sub.NextChargeAt = start.AddDate(0, 0, -1), &later
		})
		w.change("HPSUB000052", func(p *store.Purchase) { p.Status = string(actions.Overdue) })

		run := w.collectClub("k1", actions.KindCancel, actions.BulkFilter{})
		equal(t, "count", []any{run.State, run.Total, run.LeftOut, run.Why}, []any{"ready", 8, 1, []actions.BulkReason{{Rule: "cancel.under_way", Count: 1}}})
		equal(t, "access ends", []any{run.DueFrom, run.DueTo, len(run.Sums)}, []any{nextCharge, nextCharge.AddDate(0, 0, 5), 0})
		for _, c := range []struct {
			what  string
			f     actions.BulkFilter
			total int
		}{
			{"a plan", actions.BulkFilter{Plan: "Anual"}, 1},
			{"no such plan", actions.BulkFilter{Plan: "Anua"}, 0},
			{"late ones", actions.BulkFilter{Standing: actions.SubscriptionLate}, 1},
			{"active ones", actions.BulkFilter{Standing: actions.SubscriptionActive}, 7},
			{"cancelled ones cannot be cancelled", actions.BulkFilter{Standing: actions.SubscriptionCancelled}, 0},
			{"since lately", actions.BulkFilter{From: start.AddDate(0, 0, -2)}, 1},
			{"before that", actions.BulkFilter{To: start.AddDate(0, 0, -2)}, 7},
			{"whose charge is unpaid", actions.BulkFilter{Charge: actions.ChargeUnpaid}, 1},
			{"whose charge is paid", actions.BulkFilter{Charge: actions.ChargePaid}, 7},
			{"whose charge is claimed", actions.BulkFilter{Charge: actions.ChargeClaimed}, 0},
			{"by name", actions.BulkFilter{Search: "marina"}, 2},
			{"by address", actions.BulkFilter{Search: "member5@example.org"}, 1},
			{"by code", actions.BulkFilter{Search: "sub00006"}, 1},
			{"picked", actions.BulkFilter{Targets: []string{"SUB00002", "SUB00006", "MARINA1"}}, 2},
		} {
			equal(t, c.what, w.collectClub(c.what, actions.KindCancel, c.f).Total, c.total)
		}
		page, err := w.core.Subscribers(t.Context(), w.ana, actions.KindCancel, actions.BulkFilter{Product: "club"}, "", 5)
		w.must(err)
		codes := listed(page)
		for page.Next != "" {
			page, err = w.core.Subscribers(t.Context(), w.ana, actions.KindCancel, actions.BulkFilter{Product: "club"}, page.Next, 5)
			w.must(err)
			codes = append(codes, listed(page)...)
		}
		equal(t, "the list", codes, []string{"SUB00008", "SUB00007", "SUB00006", "SUB00005", "SUB00004", "SUB00003", "MARINA2", "MARINA1"})
		plans, err := w.core.Plans(t.Context(), w.ana, "club")
		w.must(err)
		equal(t, "plans", plans, []string{"Anual", "Mensal"})
		products, err := w.core.SubscribedProducts(t.Context(), w.ana, "", 5)
		w.must(err)
		equal(t, "products", []any{len(products.Products), products.Products[0].ID}, []any{1, "club"})

		_, err = w.core.Collect(t.Context(), w.marina, actions.BulkInput{Key: "x", Kind: actions.KindCancel, Filter: actions.BulkFilter{Product: "club"}})
		wantError(t, err, actions.Denied, "error.role")
		_, err = w.core.Subscribers(t.Context(), w.marina, actions.KindCancel, actions.BulkFilter{Product: "club"}, "", 5)
		wantError(t, err, actions.Denied, "error.role")
		_, err = w.core.Collect(t.Context(), w.ana, actions.BulkInput{Key: "y", Kind: actions.KindCancel})
		wantError(t, err, actions.Invalid, "error.empty")
	})
}

func listed(page actions.SubscriptionPage) []string {
	var all []string
	for _, r := range page.Rows {
		all = append(all, r.Subscription.Code)
	}
	return all
}

// TestCancellingManyCancelsEachOnce, whatever happens to some of them between the count and their turn.
func TestCancellingManyCancelsEachOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.subscribers(12)
		run := w.collectClub("k1", actions.KindCancel, actions.BulkFilter{})
		w.changeSubscription("SUB00003", ended) // after the count
		w.start("k2", run)
		w.start("k2", run)
		w.until(run.ID, actions.BulkDone)
		done := w.bulk(run.ID)
		equal(t, "run", []any{done.Total, done.Done, done.Dropped, done.Failed, done.Why}, []any{12, 11, 1, 0, []actions.BulkReason{{Rule: "cancel.cancelled_until", Count: 1}}})
		equal(t, "what came of them", w.stand(12), map[string]int{"cancelled": 12, "subscription_cancelled": 11})
		equal(t, "orders", len(w.platform.Acted()), 11)
		equal(t, "audit of one", w.audit("HPSUB000012"), []string{"p-ana cancel.requested", "system cancel.done (asked by p-ana)"})
		equal(t, "audit of the run", w.audit(actions.Transaction(run.ID)), []string{"p-ana bulk.started", "system bulk.done (asked by p-ana)"})
		if end := w.purchase("HPSUB000012").Subscription.NextChargeAt; !end.Equal(nextCharge) {
			t.Errorf("access ends %v, want %v: what was paid for stays", end, nextCharge)
		}
		if said := strings.Join(w.noted(), "\n"); strings.Count(said, "tell ") != 1 || !strings.Contains(said, "\nfile ") {
			t.Errorf("told: %s", said)
		}
	})
}

// TestAPlatformThatRefusesOrIsAwayHoldsBackItsOwnItems: the others go on, and what failed is tried again.
func TestAPlatformThatRefusesOrIsAwayHoldsBackItsOwnItems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.subscribers(4)
	w.platform.Then(actionstest.Refused("outcome.refused.no_subscription"), actionstest.Refused(actions.AlreadyCancelled), actionstest.TimeoutAfter)
	run := w.start("k2", w.collectClub("k1", actions.KindCancel, actions.BulkFilter{}))
	w.until(run.ID, actions.BulkDone)
	done := w.bulk(run.ID)
	equal(t, "run", []any{done.Done, done.Failures, done.Why}, []any{2, []actions.BulkReason{{Rule: "outcome.refused.no_subscription", Count: 1}},
		[]actions.BulkReason{{Rule: actions.AlreadyCancelled, Count: 1}}})
	again, err := w.core.RetryBulk(t.Context(), w.ana, "k3", run.ID, w.ana.Identity)
	w.must(err)
	equal(t, "again", []any{again.Total, again.Retries}, []any{1, run.ID})
	w.start("k4", again)
	w.until(again.ID, actions.BulkDone)
	equal(t, "what came of them", w.stand(4), map[string]int{"cancelled": 4, "subscription_cancelled": 3})
	equal(t, "of the time-out, one call", len(w.platform.Acted()), 3)
}

func TestAPausedRunHasNoMoreThanAFewOnTheirWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t).paced(0, func(p *actions.Policy) { p.SecondPerson.BulkAbove = 1000 })
	w.subscribers(90)
	w.platform.Blind(100_000) // it answers nobody
	for range 90 {
		w.platform.Then(actionstest.TimeoutBefore)
	}
	run := w.start("k2", w.collectClub("k1", actions.KindCancel, actions.BulkFilter{}))
	for range 20 {
		w.work()
		w.pass(time.Second)
	}
	equal(t, "under way", w.bulk(run.ID).Working, 40)
	w.steer("k3", run.ID, actions.PauseBulk)
	w.pass(time.Hour)
	w.work()
	equal(t, "under way an hour later", w.bulk(run.ID).Working, 40)
	w.platform.Blind(0)
	for range 100 {
		w.work()
		w.pass(time.Minute)
	}
	now := w.bulk(run.ID)
	equal(t, "what was on its way arrives", []int{now.Done, now.Working, now.Total}, []int{40, 0, 90})
	w.steer("k4", run.ID, actions.StopBulk)
	w.until(run.ID, actions.BulkStopped)
	equal(t, "stopped", w.stand(90)["cancelled"], 40)
}

func TestReactivatingManyWaitsForEachSubscriber(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.subscribers(5, ended)
		w.subscribed("MARINA1", w.marina, ended)
		w.subscribed("PAULO1", w.paulo, ended, func(sub *store.Subscription) { sub.NextChargeAt = &nextCharge }) // still paid for
		w.change("HPMARINA12", func(p *store.Purchase) { p.Amount, p.Currency = 12_00, "EUR" })
		w.change("HPSUB000012", func(p *store.Purchase) { p.Status = string(actions.Refunded) })

		later := w.collectClub("l1", actions.KindReactivate, actions.BulkFilter{})
		equal(t, "charged later", []any{later.Total, later.Why, later.Sums, later.DueTo}, []any{6, []actions.BulkReason{{Rule: "reactivate.given_back", Count: 1}},
			[]actions.Money{{Minor: 5 * 59_90, Currency: "BRL"}, {Minor: 12_00, Currency: "EUR"}}, later.DueTo})
		run := w.collectClub("k1", actions.KindReactivate, actions.BulkFilter{ChargeNow: true})
		equal(t, "charged now", []any{run.Total, run.Why, run.Sums, run.DueTo.IsZero()}, []any{5,
			[]actions.BulkReason{{Rule: "reactivate.given_back", Count: 1}, {Rule: "reactivate.still_paid", Count: 1}},
			[]actions.Money{{Minor: 4 * 59_90, Currency: "BRL"}, {Minor: 12_00, Currency: "EUR"}}, true})
		w.change("HPSUB000022", func(p *store.Purchase) { p.Amount = 99_90 }) // after the count
		w.start("k2", run)
		w.until(run.ID, actions.BulkDone)
		done := w.bulk(run.ID)
		equal(t, "run", []any{done.Done, done.Dropped, done.Failed, done.Waits}, []any{4, 1, 0, []actions.BulkReason{{Rule: "needs_buyer", Count: 4}}})
		equal(t, "nothing has changed yet", w.stand(5), map[string]int{"cancelled": 5, "reactivation_asked": 4})
		equal(t, "the file says so", strings.Count(w.lastFile(), ",done,needs_buyer,1,1,"), 4)
		equal(t, "and at what price", strings.Count(w.lastFile(), ",59.90,BRL"), 4)

		if _, err := w.core.AcceptReactivation(t.Context(), w.asked()); err != nil {
			t.Fatal(err)
		}
		w.noted()
		w.work()
		now := w.bulk(run.ID)
		equal(t, "one has accepted", []any{now.Done, now.Failed, now.Waits}, []any{4, 0, []actions.BulkReason{{Rule: "needs_buyer", Count: 3}}})
		w.pass(5 * time.Second)
		w.work()
		if said := strings.Join(w.noted(), "\n"); strings.Count(said, "refresh bulk:"+run.ID) != 1 {
			t.Errorf("the card of the run: %s", said)
		}
		w.pass(3*24*time.Hour + time.Minute)
		w.work()
		now = w.bulk(run.ID)
		equal(t, "the others have not", []any{now.Done, now.Failures, len(now.Waits)}, []any{1, []actions.BulkReason{{Rule: actions.NotAccepted, Count: 3}}, 0})
		again, err := w.core.RetryBulk(t.Context(), w.ana, "k3", run.ID, w.ana.Identity)
		w.must(err)
		equal(t, "they can be asked again, at once for the same", []any{again.Total, again.Filter.ChargeNow, len(again.Sums) > 0}, []any{3, true, true})
	})
}

// TestAMailThatDoesNotLeaveIsNotHidden: who is cancelled is cancelled, and who was not asked cannot accept.
func TestAMailThatDoesNotLeaveIsNotHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t).paced(0)
	w.subscribers(3)
	w.mailbox.Refuse("member2@example.org", 100)
	run := w.start("k2", w.collectClub("k1", actions.KindCancel, actions.BulkFilter{}))
	w.until(run.ID, actions.BulkDone)
	w.work()
	done := w.bulk(run.ID)
	equal(t, "cancelled", []any{done.Done, done.Failed, done.Untold}, []any{3, 0, []actions.BulkReason{{Rule: "mail.refused", Count: 1}}})

	for i := 1; i <= 3; i++ {
		w.changeSubscription(fmt.Sprintf("SUB%05d", i), ended)
	}
	run = w.start("k4", w.collectClub("k3", actions.KindReactivate, actions.BulkFilter{}))
	w.until(run.ID, actions.BulkDone)
	w.work()
	done = w.bulk(run.ID)
	equal(t, "asked", []any{done.Done, done.Failures, done.Waits}, []any{2, []actions.BulkReason{{Rule: "mail.refused", Count: 1}}, []actions.BulkReason{{Rule: "needs_buyer", Count: 2}}})
}

func TestAMailServerThatIsAwayHoldsBackCancelling(t *testing.T) {
	t.Parallel()
	w := newWorld(t).paced(60, func(p *actions.Policy) { p.SecondPerson.BulkAbove = 1000 })
	w.subscribers(100)
	w.mailbox.Fail(1_000_000)
	run := w.start("k2", w.collectClub("k1", actions.KindCancel, actions.BulkFilter{}))
	for range 300 {
		w.work()
		w.pass(time.Second)
	}
	if n := w.bulk(run.ID).Done; n > 60 {
		t.Errorf("%d are cancelled, and none of them has been told", n)
	}
}

// TestWhoAgreesToManyAgreesToTheSum: at other prices he is asked again.
func TestWhoAgreesToManyAgreesToTheSum(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.subscribers(51, ended)
	run := w.start("k2", w.collectClub("k1", actions.KindReactivate, actions.BulkFilter{ChargeNow: true}))
	equal(t, "proposed", []any{run.State, run.Verdict.Rule}, []any{"proposed", "bulk.many"})
	w.change("HPSUB000102", func(p *store.Purchase) { p.Amount = 99_90 })
	p, err := w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d1", Proposal: run.Proposal, Approve: true})
	w.must(err)
	if p.Status != actions.ProposalRebuilt || p.ReplacedBy == "" {
		t.Fatalf("at another sum it is %s", p.Status)
	}
	fresh, err := w.core.Proposal(t.Context(), w.rui, p.ReplacedBy)
	w.must(err)
	equal(t, "new sum", fresh.Bulk.Sums, []actions.Money{{Minor: 51*59_90 + 40_00, Currency: "BRL"}})
	_, err = w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d2", Proposal: fresh.ID, Approve: true})
	w.must(err)
	w.until(run.ID, actions.BulkDone)
	equal(t, "asked", w.stand(51)["reactivation_asked"], 51)
}

// lastFile is what stands in the file that was sent last.
func (w *world) lastFile() string {
	w.t.Helper()
	w.mu.Lock()
	id := ""
	for _, line := range w.jobs {
		if file, ok := strings.CutPrefix(line, "file "); ok {
			id = file
		}
	}
	w.mu.Unlock()
	_, body, err := w.core.OpenFile(w.t.Context(), id)
	w.must(err)
	return string(body)
}

// TestWorkForManyForgetsAPerson: what is kept of him is told, what was to be done to him is not, and a run does not wait for a
// mail that will never leave.
func TestWorkForManyForgetsAPerson(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.crowd(3, "course")
		w.subscribers(2)
		var runs []actions.BulkRun
		runs = append(runs, w.collect("k1", actions.BulkFilter{Product: "course", Search: "buyer"}), w.collectClub("k2", actions.KindCancel, actions.BulkFilter{}))
		for i, address := range []actions.Email{"buyer2@example.org", "member1@example.org"} {
			out, err := w.core.ExportBuyer(t.Context(), shop, address)
			w.must(err)
			if want := []string{`"target": "HP50002"`, `"target": "SUB00001"`}[i]; !strings.Contains(string(out), want) || !strings.Contains(string(out), runs[i].ID) {
				t.Errorf("the export does not say %s of run %s", want, runs[i].ID)
			}
			_, err = w.core.EraseBuyer(t.Context(), shop, address)
			w.must(err)
		}
		for i, total := range []int{3, 2} {
			run := w.start(fmt.Sprint("s", i), runs[i])
			w.until(run.ID, actions.BulkDone)
			end := w.bulk(run.ID)
			equal(t, "end", []any{end.Done, end.Dropped, end.Total, end.Why}, []any{total - 1, 1, total, []actions.BulkReason{{Rule: "bulk.erased", Count: 1}}})
		}

		w.mailbox.Fail(1_000_000)
		run := w.start("s3", w.collect("k3", actions.BulkFilter{Product: "course"}))
		w.work()
		_, err := w.core.EraseBuyer(t.Context(), shop, "buyer1@example.org") // his mail is written, and never leaves
		w.must(err)
		w.mailbox.Fail(0)
		w.until(run.ID, actions.BulkDone)
		end := w.bulk(run.ID)
		equal(t, "the run ends", []any{end.Done, end.Working, end.Why}, []any{1, 0, []actions.BulkReason{{Rule: "bulk.erased", Count: 2}}})
		if now := w.bulk(runs[0].ID); now.Filter.Search != "" || !now.Filter.Searched {
			t.Errorf("the run still knows what was searched for: %q", now.Filter.Search)
		}
	})
}

// TestAProposalDoesNotKeepWhatWasSearchedFor, and what the run means cannot be changed beneath it.
func TestAProposalDoesNotKeepWhatWasSearchedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(52, "course")
	run := w.start("k2", w.collect("k1", actions.BulkFilter{Product: "course", Search: "buyer"}))
	row, err := w.store.Proposal(shop, run.Proposal)
	w.must(err)
	if strings.Contains(string(row.Payload), "buyer") {
		t.Errorf("sealed: %s", row.Payload)
	}
	kept, err := w.store.BulkRun(shop, run.ID)
	w.must(err)
	kept.Filter = []byte(`{"product":"course"}`) // means as many today
	w.must(w.store.SaveBulkRun(kept))
	p, err := w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d1", Proposal: run.Proposal, Approve: true})
	w.must(err)
	equal(t, "with another meaning", string(p.Status), "rebuilt")
}
