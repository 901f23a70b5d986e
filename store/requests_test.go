package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func TestOneOfFiftyClaimsWins(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var (
			all  sync.WaitGroup
			won  atomic.Int32
			gate = make(chan struct{})
		)
		for range 50 {
			all.Go(func() {
				<-gate
				err := s.Tx(t.Context(), func(tx *store.Store) error {
					if claim(t, tx, "conversation/refund/1") {
						won.Add(1)
						return tx.Enqueue(job(t, "request", "x"))
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		close(gate)
		all.Wait()
		same(t, won.Load(), int32(1))
		same(t, runDue(t, s, time.Now(), done, "request"), []string{"request x 1"})
	})
}

func TestRequestsAreSaved(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if _, err := s.Request("k"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		if err := s.SaveRequest(store.Request{Key: "k"}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		r := store.Request{Key: "k", AccountID: "a", Action: "refund", Target: "HP1", Actor: "ana", State: "recorded",
			Payload: []byte(`{"x":1}`), CreatedAt: noon, UpdatedAt: noon}
		if mine, err := s.Claim(r); !mine || err != nil {
			t.Fatal(mine, err)
		}
		r.State, r.Attempts, r.Detail, r.UpdatedAt = "done", 2, "because", noon.Add(time.Minute)
		changed := r
		changed.Actor, changed.Action = "rui", "email" // never change
		if err := s.SaveRequest(changed); err != nil {
			t.Fatal(err)
		}
		got, err := s.Request("k")
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, r)
		list, err := s.RequestsIn("done", noon.Add(time.Hour), 10)
		if err != nil {
			t.Fatal(err)
		}
		same(t, list, []store.Request{r})
		if list, err = s.RequestsIn("done", noon, 10); err != nil || len(list) != 0 {
			t.Errorf("got %v, %v", list, err)
		}
	})
}
