package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func TestLeaseCalls(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		minute := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
		lease := func(at time.Time, n, most int, slow bool) (bool, int64) {
			t.Helper()
			ok, paused, err := s.LeaseCalls(t.Context(), "p", at.UnixMilli(), n, most, slow)
			if err != nil {
				t.Fatal(err)
			}
			return ok, paused
		}
		for i, c := range []struct {
			at      time.Time
			n, most int
			slow    bool
			want    bool
		}{
			{minute, 60, 100, false, true},
			{minute.Add(59 * time.Second), 40, 100, false, true},
			{minute.Add(59 * time.Second), 1, 100, false, false},                  // full
			{minute.Add(75 * time.Second), 26, 100, false, false},                 // 100 of the minute before count 75
			{minute.Add(75 * time.Second), 25, 100, false, true},                  // 75 + 25
			{minute.Add(75 * time.Second), 1, 80, true, false},                    // those whom nobody waits for leave a reserve
			{minute.Add(110 * time.Second), 5, 80, true, true},                    // 25 + 16 of 100
			{minute.Add(30 * time.Second), 60, 100, false, false},                 // a clock that is behind: counted in the minute that runs
			{minute.Add(10 * time.Minute), 100, 100, false, true},                 // forgotten
			{minute.Add(10*time.Minute + 59*time.Second), 1, 100, false, false},   // full again
			{minute.Add(11*time.Minute + 59*time.Second), 100, 100, false, false}, // 100 of the minute before count 1
			{minute.Add(11*time.Minute + 59*time.Second), 99, 100, false, true},
		} {
			if got, _ := lease(c.at, c.n, c.most, c.slow); got != c.want {
				t.Errorf("step %d: %v, want %v", i, got, c.want)
			}
		}
		if ok, _, err := s.LeaseCalls(t.Context(), "other", minute.UnixMilli(), 100, 100, false); err != nil || !ok {
			t.Errorf("another platform: %v, %v", ok, err)
		}

		later := minute.Add(time.Hour)
		for _, err := range []error{
			s.PauseCalls(t.Context(), "p", later.Add(30*time.Second).UnixMilli(), true),
			s.PauseCalls(t.Context(), "p", later.Add(10*time.Second).UnixMilli(), false),
			s.PauseCalls(t.Context(), "p", later.Add(time.Second).UnixMilli(), false), // earlier: changes nothing
			s.PauseCalls(t.Context(), "new", later.Add(time.Second).UnixMilli(), false),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if ok, paused := lease(later, 1, 100, false); ok || paused != later.Add(10*time.Second).UnixMilli() {
			t.Errorf("paused: %v until %d", ok, paused)
		}
		if ok, _ := lease(later.Add(10*time.Second), 1, 100, false); !ok {
			t.Error("people wait longer than they must")
		}
		if ok, paused := lease(later.Add(10*time.Second), 1, 100, true); ok || paused != later.Add(30*time.Second).UnixMilli() {
			t.Errorf("slowed: %v until %d", ok, paused)
		}
		if ok, _, err := s.LeaseCalls(t.Context(), "new", later.UnixMilli(), 1, 100, false); err != nil || ok {
			t.Errorf("a platform that was paused before its first call: %v, %v", ok, err)
		}
	})
}

func TestReplicasLeaseTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC).UnixMilli()
		var got atomic.Int64
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				ok, _, err := s.LeaseCalls(t.Context(), "p", now, 10, 250, false)
				if err != nil {
					t.Error(err)
				}
				if ok {
					got.Add(10)
				}
			})
		}
		wg.Wait()
		if got.Load() != 250 {
			t.Errorf("%d calls were leased of 250", got.Load())
		}
	})
}
