package actions_test

import (
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// look does what every replica does every minute, in several of them at once.
func (w *world) look(replicas int) {
	w.t.Helper()
	var wg sync.WaitGroup
	for range replicas {
		wg.Go(func() {
			if err := w.core.Handlers()[actions.JobExpire](w.t.Context(), jobs.Job{Kind: actions.JobExpire}); err != nil {
				w.t.Errorf("look: %v", err)
			}
		})
	}
	wg.Wait()
	w.work()
}

func TestProposalsAreBroughtUpAgainOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		_, id := w.proposed("HP100", w.ana)
		w.work()
		w.noted()
		w.pass(48*time.Hour - time.Microsecond)
		w.look(4)
		equal(t, "before", w.noted(), []string(nil))
		w.pass(time.Microsecond)
		w.look(4)
		w.look(4)
		equal(t, "a day before", w.noted(), []string{"remind reminder:" + id + "/1"})
		w.pass(20 * time.Hour)
		w.look(4)
		w.look(4)
		equal(t, "four hours before", w.noted(), []string{"remind reminder:" + id + "/2", "refresh reminder:" + id + "/1"})
		w.approve(w.rui, "d", id)
		w.look(1)
		equal(t, "reminders follow the decision", w.noted()[:3], []string{"refresh reminder:" + id + "/1", "refresh reminder:" + id + "/2", "refresh proposal:" + id})

		_, id = w.proposed("HP101", w.ana)
		w.work()
		w.noted()
		w.pass(70 * time.Hour) // everything was down
		w.look(2)
		equal(t, "late", w.noted(), []string{"remind reminder:" + id + "/2"})
	})
}

func TestReminderPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *actions.Policy) {
		p.ProposalHours, p.Remind = 12, actions.RemindPolicy{Hours: 24, LastHours: 2}
	})
	_, id := w.proposed("HP100", w.ana)
	w.work()
	w.noted()
	w.look(1)
	equal(t, "who has just asked is not brought up again", w.noted(), []string(nil))
	w.pass(10 * time.Hour)
	w.look(1)
	equal(t, "the last one", w.noted(), []string{"remind reminder:" + id + "/2", "refresh reminder:" + id + "/1"})
	bad := actions.DefaultPolicy()
	bad.Remind.LastHours = 24
	equal(t, "mistakes", bad.Validate(), []actions.PolicyMistake{{Path: "remind.last_hours", Problem: "must be less than remind.hours: it comes after it",
		Key: "settings.wrong.remind"}})
}
