package actions_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// paced gives the world a mail server that takes so many mails in a minute.
func (w *world) paced(perMinute int, change ...func(*actions.Policy)) *world {
	policy := actions.DefaultPolicy()
	for _, f := range change {
		f(&policy)
	}
	w.core = actions.New(actions.Options{Store: w.store, Commerce: w.platform, Mailer: w.mailbox, Policy: policy, Now: w.clock, NewID: w.newID,
		Vault: secrets, PublicURL: func() string { return "https://support.example/" }, MailPerMinute: perMinute})
	return w
}

// crowd has n people buy a product, the first of them HP50001.
func (w *world) crowd(n int, product string) {
	w.t.Helper()
	for i := 1; i <= n; i++ {
		id := fmt.Sprintf("b%05d", i)
		email := fmt.Sprintf("buyer%d@example.org", i)
		w.must(w.store.PutBuyer(store.Buyer{ID: id, AccountID: shop, Email: email, EmailKey: email, Name: fmt.Sprintf("Buyer %d", i), CreatedAt: start}))
		w.bought(fmt.Sprintf("HP%d", 50000+i), actions.Actor{Buyers: []string{id}}, func(p *store.Purchase) { p.ProductID = product })
	}
}

func (w *world) collect(key string, f actions.BulkFilter) actions.BulkRun {
	w.t.Helper()
	run, err := w.core.Collect(w.t.Context(), w.ana, actions.BulkInput{Key: key, Kind: actions.KindResend, Filter: f, ReplyTo: w.ana.Identity})
	w.must(err)
	return run
}

func (w *world) start(key string, run actions.BulkRun) actions.BulkRun {
	w.t.Helper()
	run, err := w.core.StartBulk(w.t.Context(), w.ana, actions.StartBulkInput{Key: key, Run: run.ID, Count: run.Total, Reason: "the server was moved", ReplyTo: w.ana.Identity})
	w.must(err)
	return run
}

func (w *world) bulk(id string) actions.BulkRun {
	w.t.Helper()
	run, err := w.core.Bulk(w.t.Context(), w.rui, id)
	w.must(err)
	return run
}

func (w *world) steer(key, id, do string) actions.BulkRun {
	w.t.Helper()
	run, err := w.core.SteerBulk(w.t.Context(), w.leo, actions.SteerBulkInput{Key: key, Run: id, Do: do})
	w.must(err)
	return run
}

// until works and moves the clock second by second until the run is in a state, and returns how long that took.
func (w *world) until(id string, state actions.BulkState) time.Duration {
	w.t.Helper()
	for second := range 100_000 {
		w.work()
		if w.bulk(id).State == state {
			return time.Duration(second) * time.Second
		}
		w.pass(time.Second)
	}
	w.t.Fatalf("the run is still %s", w.bulk(id).State)
	return 0
}

// recipients counts the mails of each address.
func (w *world) recipients() map[string]int {
	all := map[string]int{}
	for _, m := range w.mailbox.Sent() {
		all[string(m.To)]++
	}
	return all
}

func TestADryRunCountsExactlyAndSaysWhoIsLeftOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.crowd(6, "course")
		w.bought("HP1", w.marina, func(p *store.Purchase) { p.ProductID = "bundle" }) // holds the course
		w.bought("HP2", w.paulo)
		w.bought("HP3", w.paulo) // twice the same person
		w.bought("HP4", w.paulo, func(p *store.Purchase) { p.ProductID = "ebook" })
		w.change("HP50001", func(p *store.Purchase) { p.Status = string(actions.Refunded) })
		w.change("HP50002", func(p *store.Purchase) { p.Status = string(actions.Refunded) })
		w.change("HP50003", func(p *store.Purchase) { p.Refunding = "k" })
		w.must(s.PutGrants([]store.AccessGrant{{PurchaseID: "buy-HP50004", ProductID: "course", AccountID: shop, Active: false, CreatedAt: start}}))

		run := w.collect("k1", actions.BulkFilter{Product: "course"})
		equal(t, "count", []any{run.State, run.Total, run.LeftOut, run.Product.Name}, []any{"ready", 4, 5, "Pão em Casa"})
		equal(t, "why", run.Why, []actions.BulkReason{{Rule: "bulk.same_person", Count: 1}, {Rule: "resend.no_access", Count: 1},
			{Rule: "resend.refunding", Count: 1}, {Rule: "resend.status", Count: 2}})
		equal(t, "the same key again", w.collect("k1", actions.BulkFilter{Product: "course"}), run)

		for _, c := range []struct {
			what  string
			f     actions.BulkFilter
			total int
		}{
			{"a bundle alone", actions.BulkFilter{Product: "bundle"}, 1},
			{"by name", actions.BulkFilter{Product: "course", Search: "mari"}, 1},
			{"by address", actions.BulkFilter{Product: "course", Search: "paulo@example.net"}, 1},
			{"nobody of that name", actions.BulkFilter{Product: "course", Search: "zoe"}, 0},
			{"by status", actions.BulkFilter{Product: "course", Status: actions.Complete}, 0},
			{"ordered later", actions.BulkFilter{Product: "course", From: start}, 0},
			{"ordered before", actions.BulkFilter{Product: "course", To: start}, 4},
			{"never entered", actions.BulkFilter{Product: "course", Opened: actions.NeverOpened}, 4},
			{"entered", actions.BulkFilter{Product: "course", Opened: actions.Opened}, 0},
			{"picked", actions.BulkFilter{Product: "course", Targets: []string{"HP1", "HP50005", "HP50001"}}, 2},
		} {
			equal(t, c.what, w.collect(c.what, c.f).Total, c.total)
		}
		_, err := w.core.Collect(t.Context(), w.marina, actions.BulkInput{Key: "x", Kind: actions.KindResend, Filter: actions.BulkFilter{Product: "course"}})
		wantError(t, err, actions.Denied, "error.role")
		_, err = w.core.Collect(t.Context(), w.ana, actions.BulkInput{Key: "y", Kind: actions.KindResend, Filter: actions.BulkFilter{Product: "none"}})
		wantError(t, err, actions.NotFound, "bulk.product_not_found")
	})
}

func TestARunMailsEachRecipientOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.crowd(12, "course")
		w.bought("HP1", w.marina, func(p *store.Purchase) { p.ProductID = "bundle" })
		run := w.collect("k1", actions.BulkFilter{Product: "course"})
		w.change("HP50007", func(p *store.Purchase) { p.Status = string(actions.Refunded) }) // after the count
		w.start("k2", run)
		w.start("k2", run)
		w.work()
		done := w.bulk(run.ID)
		equal(t, "run", []any{done.State, done.Total, done.Done, done.Dropped, done.Failed, done.Why}, []any{"done", 13, 12, 1, 0,
			[]actions.BulkReason{{Rule: "resend.status", Count: 1}}})
		all := w.recipients()
		equal(t, "mails", len(w.mailbox.Sent()), 12)
		for i := 1; i <= 12; i++ {
			want := 1
			if i == 7 {
				want = 0
			}
			if n := all[fmt.Sprintf("buyer%d@example.org", i)]; n != want {
				t.Errorf("buyer %d got %d mails", i, n)
			}
		}
		for _, m := range w.mailbox.Sent() {
			if m.To == "marina.duarte@example.com" && m.Values.Product != "Pão em Casa" {
				t.Errorf("of her bundle she got %s", m.Values.Product)
			}
		}
		equal(t, "audit of one", w.audit("HP50001"), []string{"p-ana access.resent"})
		equal(t, "audit of the run", w.audit(actions.Transaction(run.ID)), []string{"p-ana bulk.started", "system bulk.done (asked by p-ana)"})
		said := w.noted()
		if !strings.Contains(strings.Join(said, "\n"), "tell i-ana bulk:"+run.ID) || !strings.Contains(strings.Join(said, "\n"), "\nfile ") {
			t.Errorf("told: %v", said)
		}
	})
}

func TestABundleGoesProductByProduct(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(3, "bundle")
	run := w.collect("k1", actions.BulkFilter{Product: "bundle"})
	equal(t, "contents", run.Contents, []string{"Pão em Casa", "Receitas"})
	w.start("k2", run)
	w.work()
	equal(t, "mails", w.recipients(), map[string]int{"buyer1@example.org": 2, "buyer2@example.org": 2, "buyer3@example.org": 2})
}

func TestARunIsPacedAndCanBeSteered(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s).paced(60)
		w.crowd(40, "course")
		run := w.start("k2", w.collect("k1", actions.BulkFilter{Product: "course"}))
		w.work()
		equal(t, "a share at once", len(w.mailbox.Sent()), 5)
		for range 10 {
			w.pass(time.Second)
			w.work()
		}
		if n := len(w.mailbox.Sent()); n != 15 {
			t.Errorf("%d mails after ten seconds", n)
		}
		now := w.bulk(run.ID)
		if now.PerMinute < 50 || now.PerMinute > 100 || now.Left <= 0 || now.Left > time.Minute {
			t.Errorf("speed %d a minute, %s left", now.PerMinute, now.Left)
		}

		w.steer("k3", run.ID, actions.PauseBulk)
		equal(t, "paused twice by one press", string(w.steer("k3", run.ID, actions.PauseBulk).State), "paused")
		_, err := w.core.SteerBulk(t.Context(), w.rui, actions.SteerBulkInput{Key: "k4", Run: run.ID, Do: actions.PauseBulk})
		wantError(t, err, actions.Conflict, "bulk.already.paused")
		w.pass(time.Hour)
		w.work()
		equal(t, "while it is paused", len(w.mailbox.Sent()), 15)

		w.steer("k5", run.ID, actions.ResumeBulk)
		w.work()
		equal(t, "resumed", len(w.mailbox.Sent()), 20)
		_, err = w.core.SteerBulk(t.Context(), w.marina, actions.SteerBulkInput{Key: "k6", Run: run.ID, Do: actions.StopBulk})
		wantError(t, err, actions.Denied, "error.role")
		w.steer("k7", run.ID, actions.StopBulk)
		w.until(run.ID, actions.BulkStopped)
		w.pass(time.Hour)
		w.work()
		now = w.bulk(run.ID)
		equal(t, "stopped", []any{now.Done, now.Failed, now.Total, now.ChangedBy, len(w.mailbox.Sent())}, []any{20, 0, 40, "leo", 20})
	})
}

func TestRunsShareWhatTheMailServerTakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t).paced(60)
	w.crowd(60, "course")
	for i := 1; i <= 60; i++ {
		w.bought(fmt.Sprintf("HP%d", 60000+i), actions.Actor{Buyers: []string{fmt.Sprintf("b%05d", i)}}, func(p *store.Purchase) { p.ProductID = "ebook" })
	}
	yes := func(p *actions.Policy) { p.SecondPerson.BulkAbove = 100 }
	w.paced(60, yes)
	one := w.start("k2", w.collect("k1", actions.BulkFilter{Product: "course"}))
	two := w.start("k4", w.collect("k3", actions.BulkFilter{Product: "ebook"}))
	var at []time.Time
	for range 200 {
		w.work()
		for len(at) < len(w.mailbox.Sent()) {
			at = append(at, w.clock())
		}
		w.pass(time.Second)
	}
	if len(at) != 120 || w.bulk(one.ID).State != actions.BulkDone || w.bulk(two.ID).State != actions.BulkDone {
		t.Fatalf("%d mails; %s and %s", len(at), w.bulk(one.ID).State, w.bulk(two.ID).State)
	}
	for i := range at {
		if i >= 60 && at[i].Sub(at[i-60]) < time.Minute {
			t.Fatalf("mails %d to %d left within %s", i-60, i, at[i].Sub(at[i-60]))
		}
	}
}

func TestFailedItemsAreTriedAgainAndNoOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t).paced(0)
	w.crowd(5, "bundle")
	w.mailbox.Refuse("buyer2@example.org", 1) // one of his two mails
	run := w.start("k2", w.collect("k1", actions.BulkFilter{Product: "bundle"}))
	w.work()
	done := w.bulk(run.ID)
	equal(t, "run", []any{done.State, done.Done, done.Failures}, []any{"done", 4, []actions.BulkReason{{Rule: "mail.refused", Count: 1}}})

	again, err := w.core.RetryBulk(t.Context(), w.ana, "k3", run.ID, w.ana.Identity)
	w.must(err)
	equal(t, "again", []any{again.Total, again.Retries}, []any{1, run.ID})
	w.start("k4", again)
	w.work()
	equal(t, "his mails", w.recipients()["buyer2@example.org"], 2)
	equal(t, "all mails", len(w.mailbox.Sent()), 10)
	_, err = w.core.RetryBulk(t.Context(), w.ana, "k5", again.ID, w.ana.Identity)
	wantError(t, err, actions.Conflict, "bulk.nothing_failed")
}

func TestAMailServerThatIsAwayEndsARunInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t).paced(0)
	w.crowd(2, "course")
	w.mailbox.Fail(1000)
	run := w.start("k2", w.collect("k1", actions.BulkFilter{Product: "course"}))
	took := w.until(run.ID, actions.BulkDone)
	if took < 30*time.Minute || took > 2*time.Hour {
		t.Errorf("given up after %s", took)
	}
	equal(t, "failures", w.bulk(run.ID).Failures, []actions.BulkReason{{Rule: "mail.unavailable", Count: 2}})
}

func TestALeftoverSliceDoesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t).paced(60)
	w.crowd(30, "course")
	run := w.start("k2", w.collect("k1", actions.BulkFilter{Product: "course"}))
	w.work()
	w.steer("k3", run.ID, actions.PauseBulk)
	w.steer("k4", run.ID, actions.ResumeBulk) // the slice of before is still due
	w.work()
	w.pass(5 * time.Second)
	w.work()
	if n := len(w.mailbox.Sent()); n > 15 {
		t.Errorf("%d mails in five seconds: two slices worked side by side", n)
	}
	w.until(run.ID, actions.BulkDone)
	equal(t, "mails", len(w.recipients()), 30)
}

func TestARunThatNobodyStartsIsDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.crowd(2, "course")
	run := w.collect("k1", actions.BulkFilter{Product: "course", Search: "buyer"})
	_, err := w.core.StartBulk(t.Context(), w.leo, actions.StartBulkInput{Key: "k2", Run: run.ID, Count: 2, Reason: "x"})
	wantError(t, err, actions.Denied, "bulk.not_yours")
	_, err = w.core.StartBulk(t.Context(), w.ana, actions.StartBulkInput{Key: "k3", Run: run.ID, Count: 3, Reason: "x"})
	wantError(t, err, actions.Invalid, "bulk.wrong_count")
	w.pass(25 * time.Hour)
	w.must(w.core.Handlers()[actions.JobExpire](t.Context(), jobs.Job{Kind: actions.JobExpire}))
	_, err = w.core.StartBulk(t.Context(), w.ana, actions.StartBulkInput{Key: "k4", Run: run.ID, Count: 2, Reason: "x"})
	wantError(t, err, actions.Conflict, "bulk.already.dropped")
	equal(t, "what was searched for", w.bulk(run.ID).Filter.Search, "")
}

func TestManyNeedASecondPerson(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.crowd(52, "course")
		run := w.start("k2", w.collect("k1", actions.BulkFilter{Product: "course"}))
		equal(t, "run", []any{run.State, run.Verdict.Rule}, []any{"proposed", "bulk.many"})
		w.work()
		equal(t, "before the decision", len(w.mailbox.Sent()), 0)
		page, err := w.core.Proposals(t.Context(), w.rui, "", 5)
		w.must(err)
		equal(t, "queue", []any{len(page.Proposals), page.Proposals[0].Bulk.ID, page.Proposals[0].BulkCount}, []any{1, run.ID, 52})
		decide := func(who actions.Actor, key, proposal string, yes bool) (actions.Proposal, error) {
			return w.core.Decide(t.Context(), who, actions.DecideInput{Key: key, Proposal: proposal, Approve: yes, Reason: "said"})
		}
		_, err = decide(w.ana, "d1", run.Proposal, true)
		wantError(t, err, actions.Denied, "proposal.role")
		_, err = w.core.Proposal(t.Context(), w.marina, run.Proposal)
		wantError(t, err, actions.NotFound, "proposal.not_found")

		w.change("HP50001", func(p *store.Purchase) { p.Status = string(actions.Refunded) }) // 51 now
		p, err := decide(w.rui, "d2", run.Proposal, true)
		w.must(err)
		if p.Status != actions.ProposalRebuilt || p.ReplacedBy == "" {
			t.Fatalf("with another count it is %s, replaced by %q", p.Status, p.ReplacedBy)
		}
		w.work()
		equal(t, "still nothing", len(w.mailbox.Sent()), 0)
		fresh, err := w.core.Proposal(t.Context(), w.rui, p.ReplacedBy)
		w.must(err)
		equal(t, "new count", []any{fresh.BulkCount, fresh.Bulk.Total}, []any{51, 51})
		p, err = decide(w.rui, "d3", fresh.ID, true)
		w.must(err)
		equal(t, "approved", string(p.Status), "approved")
		w.until(run.ID, actions.BulkDone)
		equal(t, "mails", len(w.mailbox.Sent()), 51)
		equal(t, "audit", w.audit(actions.Transaction(run.ID)), []string{"p-ana bulk.proposed", "p-rui bulk.rebuilt (asked by p-ana)", "p-ana bulk.proposed",
			"p-rui bulk.approved (asked by p-ana)", "system bulk.done (asked by p-ana)"})

		for i, end := range []string{"deny", "stop", "expire"} {
			other := w.start("s"+end, w.collect("c"+end, actions.BulkFilter{Product: "course"}))
			switch end {
			case "deny":
				_, err = decide(w.bia, "d"+end, other.Proposal, false)
				w.must(err)
			case "stop":
				w.steer("d"+end, other.ID, actions.StopBulk)
			case "expire":
				w.pass(73 * time.Hour)
				w.must(w.core.Handlers()[actions.JobExpire](t.Context(), jobs.Job{Kind: actions.JobExpire}))
			}
			p, err := w.core.Proposal(t.Context(), w.rui, other.Proposal)
			w.must(err)
			equal(t, end, []string{string(w.bulk(other.ID).State), string(p.Status)}, []string{"dropped", []string{"denied", "withdrawn", "expired"}[i]})
		}
		w.work()
		equal(t, "no more mails", len(w.mailbox.Sent()), 51)
	})
}
