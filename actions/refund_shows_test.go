package actions_test

import (
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store/jobs"
)

// nightly is a platform that takes refunds as requests, which show the next night.
var nightly = actions.Terms{ClaimDays: 5, RefundShows: 36 * time.Hour}

// shows has the platform tell this status of every sale.
func shows(status actions.Status) func(actions.RemoteState) actions.RemoteState {
	return func(s actions.RemoteState) actions.RemoteState {
		s.Status = status
		return s
	}
}

// hourly lets time pass as the jobs see it.
func (w *world) hourly(hours int) {
	for range hours {
		w.pass(time.Hour + time.Second)
		w.must(w.core.Handlers()[actions.JobExpire](w.t.Context(), jobs.Job{}))
		w.work()
	}
}

func TestRefundWithoutAnAnswerIsNotRepeatedWhileItMayShow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.platform.Rule(nightly)
	code := w.bought("HP100", w.marina)
	w.platform.Then(actionstest.TimeoutBefore)
	w.refund(w.ana, "k1", code)
	w.work()
	w.hourly(35)
	equal(t, "state", w.request(w.ana, "k1").State, actions.RequestUnknown)
	equal(t, "calls", len(w.platform.Orders()), 1)
	w.hourly(2) // it would have shown by now: it was not taken
	equal(t, "state", w.request(w.ana, "k1").State, actions.RequestDone)
	equal(t, "calls", len(w.platform.Orders()), 2)
	equal(t, "audit", w.audit(code)[1:], []string{"system refund.unknown (asked by p-ana)", "system refund.done (asked by p-ana)"})
}

// TestRefundThatIsSentAgainWaitsAgain: what has no answer the second time may show later again.
func TestRefundThatIsSentAgainWaitsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.platform.Rule(nightly)
	code := w.bought("HP100", w.marina)
	w.platform.Then(actionstest.TimeoutBefore, actionstest.Unsent, actionstest.TimeoutBefore)
	w.refund(w.ana, "k1", code)
	w.work()
	w.hourly(38) // the second call was never sent, and the third one had no answer
	equal(t, "calls", len(w.platform.Orders()), 3)
	w.hourly(34)
	equal(t, "calls", len(w.platform.Orders()), 3)
	w.hourly(3)
	equal(t, "state", w.request(w.ana, "k1").State, actions.RequestDone)
	equal(t, "calls that acted", len(w.platform.Acted()), 1)
}

func TestRefundThatTurnsOutToBeDecided(t *testing.T) {
	t.Parallel()
	for status, want := range map[actions.Status][]any{
		actions.Disputed:       {actions.RequestRequested, ""},
		actions.PartlyRefunded: {actions.RequestRefused, "outcome.refused.part_refunded"},
		actions.Chargeback:     {actions.RequestRefused, "outcome.refused.chargeback"},
		actions.Refunded:       {actions.RequestDone, ""},
	} {
		w := newWorld(t)
		w.platform.Rule(nightly)
		w.platform.Limit(actions.OpRefundPart, actions.NoSupport) // where it has parts, who gave one is not said
		w.platform.Then(actionstest.TimeoutBefore)
		code := w.bought("HP100", w.marina)
		w.refund(w.ana, "k1", code)
		w.work()
		w.platform.Show(shows(status))
		w.hourly(1)
		r := w.request(w.ana, "k1")
		equal(t, string(status), []any{r.State, r.Detail}, want)
		equal(t, "calls", len(w.platform.Orders()), 1)
	}
}

func TestRefundThatThePlatformTookAndDoesNotMake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.platform.Rule(nightly)
	w.platform.Then(actionstest.Requested)
	code := w.bought("HP100", w.marina)
	w.refund(w.ana, "k1", code)
	w.work()
	w.hourly(7*24 - 2)
	equal(t, "state", w.request(w.ana, "k1").State, actions.RequestRequested)
	equal(t, "how long the subscriber can accept it", w.request(w.ana, "k1").Until, time.Time{})
	w.platform.Show(shows(actions.Disputed)) // as long as it is being decided, it is open
	w.hourly(48)
	equal(t, "state", w.request(w.ana, "k1").State, actions.RequestRequested)
	w.platform.Show(nil)
	w.hourly(2)
	r := w.request(w.ana, "k1")
	equal(t, "in the end", []any{r.State, r.Detail, r.Purchase.Refunding}, []any{actions.RequestRefused, "outcome.refused.not_carried_out", false})
	equal(t, "calls", len(w.platform.Orders()), 1)
}

func TestOrderThatWasNotSentIsSentLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.platform.Rule(nightly)
	w.platform.Then(actionstest.Unsent, actionstest.Unsent, actionstest.Unsent)
	code := w.bought("HP100", w.marina)
	w.refund(w.ana, "k1", code)
	w.work()
	equal(t, "state", w.request(w.ana, "k1").State, actions.RequestRecorded)
	equal(t, "told", w.noted(), []string(nil))
	w.hourly(1)
	w.hourly(1)
	w.hourly(1)
	equal(t, "state", w.request(w.ana, "k1").State, actions.RequestDone)
	equal(t, "audit", w.audit(code)[1:], []string{"system refund.done (asked by p-ana)"})
	equal(t, "calls that acted", len(w.platform.Acted()), 1)
}
