package actions_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// byHand makes a world whose platform leaves some operations to people, with a refund of HP100 by ana under the key "r1" that
// waits for one of them.
func byHand(t *testing.T, s *store.Store) *world {
	t.Helper()
	w := worldOn(t, s)
	for _, op := range []actions.Operation{actions.OpRefund, actions.OpChangeEmail, actions.OpResend, actions.OpCheckIn} {
		w.platform.Limit(op, actions.Assisted)
	}
	w.bought("HP100", w.marina)
	w.refund(w.ana, "r1", "HP100")
	w.work()
	if r := w.request(w.ana, "r1"); r.State != actions.RequestAssisted || !r.May || r.Op != actions.OpRefund {
		t.Fatalf("the refund is %+v", r)
	}
	return w
}

func (w *world) request(who actions.Actor, key string) actions.Request {
	w.t.Helper()
	r, err := w.core.Request(context.Background(), who, key)
	w.must(err)
	return r
}

func (w *world) says(who actions.Actor, key string, in actions.TaskInput) error {
	in.Key = key
	return w.core.SayTask(context.Background(), who, in)
}

// inPanel does by hand what an order asks for.
func (w *world) inPanel(o actions.Order) {
	w.t.Helper()
	o.Key, o.Account = "panel/"+string(o.Transaction), shop
	out, err := w.platform.Commerce.Do(context.Background(), o)
	if err != nil || out.Kind != actions.OutcomeDone {
		w.t.Fatalf("in the panel: %v, %v", out, err)
	}
}

func (w *world) listed(who actions.Actor) []string {
	w.t.Helper()
	var all []string
	cursor := ""
	for {
		page, err := w.core.Tasks(context.Background(), who, cursor, 1)
		w.must(err)
		for _, task := range page.Tasks {
			all = append(all, task.Key)
		}
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

// TestTaskIsDoneWhenThePlatformShowsIt: a word alone settles nothing, is looked into at growing pauses, and is believed when the
// platform shows what was asked for.
func TestTaskIsDoneWhenThePlatformShowsIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := byHand(t, s)
		if len(w.platform.Orders()) != 0 {
			t.Errorf("the platform was sent %v", w.platform.Orders())
		}
		w.must(w.says(w.ana, "d1", actions.TaskInput{Request: "r1"}))
		w.must(w.says(w.ana, "d1", actions.TaskInput{Request: "r1"})) // the same press, delivered twice
		w.work()
		for i, pause := range []time.Duration{time.Minute, 5 * time.Minute, 20 * time.Minute, time.Hour} {
			r := w.request(w.ana, "r1")
			if r.State != actions.RequestAssisted || r.Said.Looks != i+1 || !r.Next.Equal(w.clock().Add(pause)) {
				t.Errorf("after look %d it is %s, %d looks, the next on %s, now %s", i+1, r.State, r.Said.Looks, r.Next, w.clock())
			}
			if p := w.purchase("HP100"); p.Status != actions.Approved || !p.Refunding {
				t.Errorf("the purchase is %s, refunding %t", p.Status, p.Refunding)
			}
			if i == 3 {
				w.inPanel(actions.Order{Op: actions.OpRefund, Transaction: "HP100", Amount: w.purchase("HP100").Price})
			}
			w.pass(pause)
			w.work()
		}
		if r := w.request(w.ana, "r1"); r.State != actions.RequestDone || r.Detail != "" || !r.Said.Shown || r.Said.Name != "ana" {
			t.Errorf("in the end it is %+v", r)
		}
		if p := w.purchase("HP100"); p.Status != actions.Refunded || p.Refunding {
			t.Errorf("the purchase is %s", p.Status)
		}
		want := []string{"p-ana refund.requested", "system refund.assisted (asked by p-ana)", "p-ana task.said", "system refund.done (asked by p-ana)"}
		if got := w.audit("HP100"); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("audit %q, want %q", got, want)
		}
		if err := w.says(w.leo, "d2", actions.TaskInput{Request: "r1"}); actions.AsError(err).Key != "task.over" {
			t.Errorf("said once more: %v", err)
		}
		if all := w.listed(w.ana); len(all) != 0 {
			t.Errorf("still listed: %v", all)
		}
	})
}

// TestTaskIsDoneWithoutAWord: somebody did it and pressed nothing; the hourly look finds out.
func TestTaskIsDoneWithoutAWord(t *testing.T) {
	t.Parallel()
	w := byHand(t, storetest.New(t))
	w.inPanel(actions.Order{Op: actions.OpRefund, Transaction: "HP100", Amount: w.purchase("HP100").Price})
	w.pass(time.Hour + time.Minute)
	w.minute()
	w.work()
	if r := w.request(w.ana, "r1"); r.State != actions.RequestDone || r.Said.Shown {
		t.Errorf("it is %+v", r)
	}
}

// TestTaskIsDoubted: what the platform has not shown for a day is marked as somebody's word, does nothing, and can be said again.
func TestTaskIsDoubted(t *testing.T) {
	t.Parallel()
	for _, blind := range []int{0, 200} { // it answers, or does not
		w := byHand(t, storetest.New(t))
		w.platform.Blind(blind)
		w.must(w.says(w.ana, "d1", actions.TaskInput{Request: "r1"}))
		for range 60 {
			w.work()
			w.pass(30 * time.Minute)
			w.minute()
		}
		r := w.request(w.ana, "r1")
		if r.State != actions.RequestAssisted || r.Said.Doubted.IsZero() || r.Said.Unread != (blind > 0) {
			t.Errorf("blind %d: it is %s, %+v", blind, r.State, r.Said)
		}
		if p := w.purchase("HP100"); p.Status != actions.Approved || !p.Refunding {
			t.Errorf("blind %d: the purchase is %s", blind, p.Status)
		}
		if n := count(w.audit("HP100"), "task.doubted"); n != 1 {
			t.Errorf("blind %d: doubted %d times", blind, n)
		}
		if len(w.mails()) != 0 {
			t.Errorf("blind %d: mails %v", blind, w.mails())
		}
		w.platform.Blind(0)
		w.inPanel(actions.Order{Op: actions.OpRefund, Transaction: "HP100", Amount: w.purchase("HP100").Price})
		w.must(w.says(w.leo, "d2", actions.TaskInput{Request: "r1"}))
		w.work()
		if r := w.request(w.ana, "r1"); r.State != actions.RequestDone || r.Said.Name != "leo" {
			t.Errorf("blind %d: in the end it is %+v", blind, r)
		}
	}
}

func count(lines []string, word string) int {
	n := 0
	for _, l := range lines {
		if strings.Contains(l, word) {
			n++
		}
	}
	return n
}

// TestTaskThatCannotBeDone gives the purchase free, unless the platform shows that it was done after all; what does not answer
// is asked until it does.
func TestTaskThatCannotBeDone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		done   bool
		blind  int
		first  actions.RequestState
		last   actions.RequestState
		detail string
	}{
		{name: "it cannot", first: actions.RequestRefused, last: actions.RequestRefused, detail: actions.TaskCannot},
		{name: "it was done", done: true, first: actions.RequestDone, last: actions.RequestDone},
		{name: "the platform does not answer", blind: 1, first: actions.RequestAssisted, last: actions.RequestRefused, detail: actions.TaskCannot},
		{name: "it was done, and nobody answers", blind: 1, done: true, first: actions.RequestAssisted, last: actions.RequestDone},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := byHand(t, storetest.New(t))
			if err := w.says(w.rui, "c0", actions.TaskInput{Request: "r1", Cannot: true, Note: "  "}); actions.AsError(err).Field != "note" {
				t.Errorf("without a reason: %v", err)
			}
			if c.done {
				w.inPanel(actions.Order{Op: actions.OpRefund, Transaction: "HP100", Amount: w.purchase("HP100").Price})
			}
			w.noted()
			w.platform.Blind(c.blind)
			w.must(w.says(w.rui, "c1", actions.TaskInput{Request: "r1", Cannot: true, Note: "the sale is locked"}))
			w.work()
			if r := w.request(w.ana, "r1"); r.State != c.first {
				t.Errorf("first it is %+v", r)
			}
			w.pass(time.Minute)
			w.work()
			r := w.request(w.ana, "r1")
			if r.State != c.last || r.Detail != c.detail || r.Said.Note != "the sale is locked" {
				t.Errorf("then it is %+v", r)
			}
			if p := w.purchase("HP100"); p.Refunding || (p.Status == actions.Refunded) != c.done {
				t.Errorf("the purchase is %s, refunding %t", p.Status, p.Refunding)
			}
			if told := w.noted(); !slices.Contains(told, "tell i-ana r1") {
				t.Errorf("who asked was not told: %v", told)
			}
		})
	}
}

// TestWhoSaysWhatBecameOfATask: the team, each role its own operations; of two at once one wins.
func TestWhoSaysWhatBecameOfATask(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := byHand(t, s)
		if err := w.says(w.marina, "b1", actions.TaskInput{Request: "r1"}); actions.AsError(err).Code != actions.Denied {
			t.Errorf("a buyer: %v", err)
		}
		stranger := w.ana
		stranger.Account = "elsewhere"
		if err := w.says(stranger, "e1", actions.TaskInput{Request: "r1"}); actions.AsError(err).Code != actions.NotFound {
			t.Errorf("another shop: %v", err)
		}
		if r := w.request(w.marina, "r1"); r.May || len(r.Panel.Steps) > 0 {
			t.Errorf("the buyer reads %+v", r)
		}
		var wait sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			who := []actions.Actor{w.ana, w.leo, w.rui, w.adm}[i%4]
			wait.Go(func() {
				errs[i] = w.says(who, fmt.Sprint("d", i), actions.TaskInput{Request: "r1", Cannot: i%2 == 1, Note: "locked"})
			})
		}
		wait.Wait()
		won := 0
		for _, err := range errs {
			var e *actions.Error
			switch {
			case err == nil:
				won++
			case !errors.As(err, &e) || e.Key != "task.said_already" && e.Code != actions.Unavailable && e.Code != actions.Conflict:
				t.Errorf("who was slower reads %v", err)
			}
		}
		if n := count(w.audit("HP100"), "task."); won != 1 || n != 1 {
			t.Errorf("%d have won, %d are in the log", won, n)
		}
	})
}

// TestClaimsAreFinishedByThoseWhoDecide is the table of who may.
func TestClaimsAreFinishedByThoseWhoDecide(t *testing.T) {
	t.Parallel()
	for role, wants := range map[actions.Role][2]bool{ // any operation, a claim
		actions.Agent: {true, false}, actions.Manager: {true, true}, actions.Producer: {true, true}, actions.Admin: {true, true},
		actions.BuyerRole: {}, actions.System: {},
	} {
		who := actions.Actor{Role: role}
		if got := [2]bool{actions.MayFinish(who, actions.OpRefund), actions.MayFinish(who, actions.OpApproveClaim)}; got != wants {
			t.Errorf("%s: %v, want %v", role, got, wants)
		}
	}
}

// TestTeamIsRemindedOfTasksOnceADay: while somebody is there, and not of what has only just been asked for.
func TestTeamIsRemindedOfTasksOnceADay(t *testing.T) {
	t.Parallel()
	w := byHand(t, storetest.New(t)) // on a Tuesday at 9 in the shop
	look := func(after time.Duration) int {
		t.Helper()
		w.pass(after)
		w.minute()
		w.work()
		return count(w.noted(), "remind tasks:")
	}
	w.noted()
	steps := []struct {
		after time.Duration
		want  int
	}{{time.Minute, 0}, {2 * time.Hour, 1}, {time.Minute, 0}, {3 * time.Hour, 0}, {9 * time.Hour, 0}, {10 * time.Hour, 1}, {time.Hour, 0}}
	for i, s := range steps {
		if got := look(s.after); got != s.want {
			t.Errorf("step %d, at %s: reminded %d times, want %d", i, w.clock(), got, s.want)
		}
	}
	n, err := w.core.CountTasks(context.Background(), w.leo)
	if w.must(err); n.Open != 1 || n.Oldest.Key != "r1" || n.Oldest.AskedBy != "ana" {
		t.Errorf("counted %+v", n)
	}
	if n, err := w.core.CountTasks(context.Background(), w.marina); err != nil || n.Open != 0 {
		t.Errorf("a buyer counts %v, %v", n, err)
	}
}

// TestTasksAreListedOldestFirst, page by page.
func TestTasksAreListedOldestFirst(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := byHand(t, s)
		want := []string{"r1"}
		for i := range 4 {
			code := actions.Transaction(fmt.Sprintf("HP20%d", i))
			w.bought(string(code), w.paulo)
			w.pass(time.Duration(i%2) * time.Minute) // two at the same instant
			w.refund(w.ana, fmt.Sprint("s", i), code)
			w.work()
			want = append(want, fmt.Sprint("s", i))
		}
		if got := w.listed(w.rui); !slices.Equal(got, want) {
			t.Errorf("listed %v, want %v", got, want)
		}
		if _, err := w.core.Tasks(context.Background(), w.marina, "", 5); actions.AsError(err).Code != actions.Denied {
			t.Errorf("a buyer lists them: %v", err)
		}
	})
}

// minute does what is looked at every minute.
func (w *world) minute() {
	w.t.Helper()
	w.must(w.core.Handlers()[actions.JobExpire](w.t.Context(), jobs.Job{Kind: actions.JobExpire}))
}

// area is a members area that knows one address.
type area struct {
	state actions.MemberState
	err   error
	asked int
}

func (a *area) Member(_ context.Context, _ string, _ actions.Product, _ actions.Email) (actions.MemberState, error) {
	a.asked++
	return a.state, a.err
}

// TestPlatformsOwnMail: by hand it is done when the buyer used it, as far as that can be read; else by a word, at once where nothing
// can be read and after a day where something can.
func TestPlatformsOwnMail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		area          *area
		visit         bool // the buyer comes in later
		at            time.Duration
		first, detail string
		shown         bool
	}{
		{name: "nothing can be read", first: "done", detail: actions.TaskWord},
		{name: "the area cannot be read", area: &area{}, first: "done", detail: actions.TaskWord},
		{name: "nobody comes in", area: &area{state: actions.MemberState{Known: true, Found: true}}, first: "assisted", at: 25 * time.Hour, detail: actions.TaskWord},
		{name: "it is silent", area: &area{err: actionstest.ErrTimeout}, first: "assisted", at: 25 * time.Hour, detail: actions.TaskWord},
		{name: "the buyer comes in", area: &area{state: actions.MemberState{Known: true, Found: true, FirstAt: start.Add(-time.Hour)}}, visit: true, first: "assisted", at: 6 * time.Minute, shown: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := byHand(t, storetest.New(t))
			if c.area != nil {
				o := w.options
				o.Members = c.area
				w.core = actions.New(o)
			}
			w.bought("HP300", w.paulo)
			in := actions.PlatformMailInput{Key: "m1", Transaction: "HP300", Op: actions.OpResend, ReplyTo: "i-ana"}
			if _, err := w.core.AskPlatformMail(t.Context(), w.paulo, in); actions.AsError(err).Code != actions.Denied {
				t.Errorf("a buyer: %v", err)
			}
			for range 2 { // the same press, delivered twice
				_, err := w.core.AskPlatformMail(t.Context(), w.ana, in)
				w.must(err)
			}
			w.work()
			again := in
			again.Key = "m2"
			if _, err := w.core.AskPlatformMail(t.Context(), w.ana, again); actions.AsError(err).Key != "platform_mail.under_way" {
				t.Errorf("a second one: %v", err)
			}
			w.must(w.says(w.ana, "d1", actions.TaskInput{Request: "m1"}))
			w.work()
			if r := w.request(w.ana, "m1"); string(r.State) != c.first {
				t.Errorf("first it is %s", r.State)
			}
			if c.visit {
				c.area.state.LastAt = w.clock().Add(2 * time.Minute)
			}
			for range 51 {
				w.pass(max(c.at/50, time.Minute))
				w.work()
			}
			if r := w.request(w.ana, "m1"); r.State != actions.RequestDone || r.Detail != c.detail || r.Said.Shown != c.shown {
				t.Errorf("then it is %s, %s, %+v", r.State, r.Detail, r.Said)
			}
			if len(w.mails()) != 0 {
				t.Errorf("mails of ours: %v", w.mails())
			}
		})
	}
}

// TestLookAtTheMembersArea is a row that a job fills once; it says nothing to anybody but the team.
func TestLookAtTheMembersArea(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := byHand(t, s)
		known := &area{state: actions.MemberState{Known: true}}
		o := w.options
		o.Members = known
		w.core = actions.New(o)
		if err := w.core.LookForMember(t.Context(), w.marina, "l0", "HP100"); actions.AsError(err).Code != actions.Denied {
			t.Errorf("a buyer looks: %v", err)
		}
		w.bought("HP400", w.paulo)
		w.must(w.core.LookForMember(t.Context(), w.ana, "l1", "HP400"))
		if l, err := w.core.MemberLook(t.Context(), w.ana, "l1"); err != nil || l.Answered || l.Missing() {
			t.Errorf("before the answer: %+v, %v", l, err)
		}
		w.work()
		l, err := w.core.MemberLook(t.Context(), w.leo, "l1")
		if w.must(err); !l.Answered || l.Failed || !l.Missing() || known.asked != 1 {
			t.Errorf("after it: %+v, asked %d times", l, known.asked)
		}
		_, err = w.core.Resend(t.Context(), w.ana, actions.ResendInput{Key: "s1", Transaction: "HP400", Look: "l1"})
		w.must(err)
		if l, err = w.core.MemberLook(t.Context(), w.ana, "l1"); err != nil || l.Sent != 1 {
			t.Errorf("after sending: %+v, %v", l, err)
		}
		for _, who := range []actions.Actor{w.paulo, {Account: "elsewhere", Role: actions.Admin}} {
			if _, err := w.core.MemberLook(t.Context(), who, "l1"); actions.AsError(err).Code != actions.NotFound {
				t.Errorf("%s reads it: %v", who.Role, err)
			}
		}
		known.err = actionstest.ErrTimeout
		w.must(w.core.LookForMember(t.Context(), w.ana, "l2", "HP400"))
		w.work()
		if l, err = w.core.MemberLook(t.Context(), w.ana, "l2"); err != nil || !l.Failed {
			t.Errorf("a silent area: %+v, %v", l, err)
		}
	})
}

// TestReceiptOfThePlatform is sent by its API, once: an answer that is lost is told as such, and the order is not repeated.
func TestReceiptOfThePlatform(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bought("HP300", w.paulo)
	in := actions.PlatformMailInput{Key: "m0", Transaction: "HP300", Op: actions.OpReceipt}
	_, err := w.core.AskPlatformMail(t.Context(), w.ana, in)
	wantError(t, err, actions.Conflict, "platform_mail.none")
	w.platform.Limit(actions.OpReceipt, actions.ByAPI)
	done := actionstest.Step{Outcome: actions.Outcome{Kind: actions.OutcomeDone}}
	for _, c := range []struct {
		steps []actionstest.Step
		first actions.RequestState
		last  actions.RequestState
		sent  int
	}{
		{[]actionstest.Step{done}, actions.RequestDone, actions.RequestDone, 1},
		{[]actionstest.Step{{Timeout: true}}, actions.RequestUnknown, actions.RequestRefused, 1},
		{[]actionstest.Step{{Unsent: true}, done}, actions.RequestRecorded, actions.RequestDone, 2},
	} {
		before := len(w.platform.Orders())
		w.platform.Then(c.steps...)
		in.Key += "x"
		if _, err := w.core.AskPlatformMail(t.Context(), w.paulo, in); actions.AsError(err).Code != actions.Denied {
			t.Errorf("a buyer: %v", err)
		}
		for range 2 {
			_, err := w.core.AskPlatformMail(t.Context(), w.ana, in)
			w.must(err)
		}
		w.work()
		if r := w.request(w.ana, in.Key); r.State != c.first {
			t.Errorf("first it is %s, and not %s", r.State, c.first)
		}
		for range 5 {
			w.pass(time.Minute)
			w.work()
		}
		if r := w.request(w.ana, in.Key); r.State != c.last || c.last == actions.RequestRefused && r.Detail != "outcome.refused.unanswered" {
			t.Errorf("then it is %s, %s", r.State, r.Detail)
		}
		if n := len(w.platform.Orders()) - before; n != c.sent {
			t.Errorf("%d orders", n)
		}
	}
}
