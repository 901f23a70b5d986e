package actions_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// orderedTwice lists the orders that reached the platform more than once.
func (w *world) orderedTwice() (again []string) {
	seen := map[string]bool{}
	for _, o := range w.platform.Acted() {
		if seen[o.Key] {
			again = append(again, o.Key)
		}
		seen[o.Key] = true
	}
	return again
}

func TestManyAreSentTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.subscribers(45)
		w.platform.Take(20)
		w.platform.Then(actionstest.Pass, actionstest.Refused("outcome.refused.no_subscription"), actionstest.Refused(actions.AlreadyCancelled))
		run := w.start("go", w.collectClub("k1", actions.KindCancel, actions.BulkFilter{}))
		w.until(run.ID, actions.BulkDone)
		done := w.bulk(run.ID)
		equal(t, "the run", []any{done.Done, done.Failed, done.Dropped, done.Failures}, []any{43, 1, 1, []actions.BulkReason{{Rule: "outcome.refused.no_subscription", Count: 1}}})
		// The order in which jobs take their turn decides how many find others to go with; none is sent alone while there are two.
		calls := w.platform.Calls()
		sum := 0
		for _, n := range calls {
			sum += n
		}
		if len(calls) > 6 || slices.Max(calls) != 20 || len(w.platform.Orders()) != 45 || sum < 43 {
			t.Errorf("calls for %v, %d orders", calls, len(w.platform.Orders()))
		}
		equal(t, "sent twice", w.orderedTwice(), []string(nil))
	})
}

func TestManyWhoseAnswerIsLostAreEachRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.subscribers(12)
	w.platform.Take(50)
	w.platform.Lose(1)
	w.platform.Then(actionstest.Pass, actionstest.TimeoutBefore) // the second one was not done: it is done alone, later
	run := w.start("go", w.collectClub("k1", actions.KindCancel, actions.BulkFilter{}))
	w.until(run.ID, actions.BulkDone)
	equal(t, "the run", w.bulk(run.ID).Done, 12)
	equal(t, "sent twice", w.orderedTwice(), []string(nil))
	equal(t, "calls for several", w.platform.Calls(), []int{12})
	equal(t, "orders", len(w.platform.Orders()), 13)
	for i := 1; i <= 12; i++ {
		r := w.request(w.ana, fmt.Sprintf("bulk/%s/%d", run.ID, i))
		equal(t, r.Key, r.State, actions.RequestDone)
	}
}

func TestManyThatWereNotSentAreSentLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.subscribers(5)
	w.platform.Take(50)
	for range 5 {
		w.platform.Then(actionstest.Unsent)
	}
	run := w.start("go", w.collectClub("k1", actions.KindCancel, actions.BulkFilter{}))
	w.until(run.ID, actions.BulkDone)
	equal(t, "the run", w.bulk(run.ID).Done, 5)
	equal(t, "orders that acted", len(w.platform.Acted()), 5)
}

func TestManyWhoAreAskedAreAskedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.subscribers(6, ended)
	w.platform.Take(50)
	w.platform.Limit(actions.OpAccept, actions.NoSupport)
	w.platform.Lose(1)
	run := w.start("go", w.collectClub("k1", actions.KindReactivate, actions.BulkFilter{}))
	w.until(run.ID, actions.BulkDone)
	equal(t, "orders", len(w.platform.Orders()), 6)
	equal(t, "waiting", w.bulk(run.ID).Waits, []actions.BulkReason{{Rule: "needs_buyer", Count: 6}})
}
