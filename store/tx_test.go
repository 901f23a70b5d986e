package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// claim claims a request and fails the test on an error.
func claim(t *testing.T, s *store.Store, key string) bool {
	t.Helper()
	mine, err := s.Claim(store.Request{Key: key, AccountID: "a", State: "recorded"})
	if err != nil {
		t.Error(err)
	}
	return mine
}

// exists reports whether a request is stored, as seen from ctx.
func exists(t *testing.T, s *store.Store, ctx context.Context, key string) bool {
	t.Helper()
	_, err := s.In(ctx).Request(key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
	return err == nil
}

func TestTxCommitsAndRollsBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, broken := t.Context(), errors.New("broken")
		if err := s.Tx(ctx, func(tx *store.Store) error { claim(t, tx, "kept"); return nil }); err != nil {
			t.Fatal(err)
		}
		if err := s.Tx(ctx, func(tx *store.Store) error { claim(t, tx, "lost"); return broken }); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		func() {
			defer func() { same(t, recover(), any("oh")) }()
			_ = s.Tx(ctx, func(tx *store.Store) error { claim(t, tx, "panicked"); panic("oh") })
		}()
		for i := range 100 { // database/sql rolls back on its own when it sees the end; it may see it before the commit or not
			cancelled, cancel := context.WithCancel(ctx)
			err := s.Tx(cancelled, func(tx *store.Store) error {
				claim(t, tx, "cancelled")
				cancel()
				for range i {
					runtime.Gosched()
				}
				return nil
			})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("a cancelled transaction: got %v", err)
			}
		}
		for key, want := range map[string]bool{"kept": true, "lost": false, "panicked": false, "cancelled": false} {
			if got := exists(t, s, ctx, key); got != want {
				t.Errorf("%s is stored: %v, want %v", key, got, want)
			}
		}
	})
}

func TestTxJoinsTheOneOfItsContext(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		err := s.Tx(ctx, func(tx *store.Store) error {
			claim(t, tx, "outer")
			err := s.Tx(tx.Context(), func(joined *store.Store) error { claim(t, joined, "inner"); return nil })
			if !exists(t, s, tx.Context(), "inner") || !exists(t, tx, tx.Context(), "outer") {
				t.Error("the transaction does not see its own rows")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if !exists(t, s, ctx, "outer") || !exists(t, s, ctx, "inner") {
			t.Error("both should be committed")
		}
	})
}

func TestAFailedJoinLosesTheWhole(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		broken := errors.New("broken")
		err := s.Tx(t.Context(), func(tx *store.Store) error {
			claim(t, tx, "outer")
			_ = s.Tx(tx.Context(), func(joined *store.Store) error { claim(t, joined, "inner"); return broken })
			return nil // as if it did not matter
		})
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		if exists(t, s, t.Context(), "outer") || exists(t, s, t.Context(), "inner") {
			t.Error("nothing may be committed")
		}
	})
}

func TestAnEndedTransactionIsNotJoined(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var old context.Context
		if err := s.Tx(t.Context(), func(tx *store.Store) error { old = tx.Context(); return nil }); err != nil {
			t.Fatal(err)
		}
		if err := s.Tx(old, func(tx *store.Store) error { claim(t, tx, "new"); return nil }); err != nil {
			t.Fatal(err)
		}
		if !exists(t, s, old, "new") {
			t.Error("the second transaction was not committed")
		}
	})
}

func TestTransactionsOfTwoStoresAreTwo(t *testing.T) {
	t.Parallel()
	a, b := storetest.New(t), storetest.New(t)
	broken := errors.New("broken")
	_ = a.Tx(t.Context(), func(tx *store.Store) error {
		if err := b.Tx(tx.Context(), func(tx *store.Store) error { claim(t, tx, "b"); return nil }); err != nil {
			t.Error(err)
		}
		return broken
	})
	if !exists(t, b, t.Context(), "b") {
		t.Error("the other store's transaction was not its own")
	}
}

func TestAfterCommitRunsInOrderAndOnlyThen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var ran []string
		note := func(what string) func() { return func() { ran = append(ran, what) } }
		err := s.Tx(t.Context(), func(tx *store.Store) error {
			tx.AfterCommit(note("first"))
			err := s.Tx(tx.Context(), func(joined *store.Store) error { joined.AfterCommit(note("second")); return nil })
			same(t, ran, []string(nil))
			tx.AfterCommit(func() {
				if !claim(t, s.In(tx.Context()), "after") { // outside of it by now
					t.Error("could not write after the commit")
				}
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Tx(t.Context(), func(tx *store.Store) error { tx.AfterCommit(note("never")); return errors.New("broken") })
		s.AfterCommit(note("at once"))
		same(t, ran, []string{"first", "second", "at once"})
	})
}

func TestManyTransactionsAtOnceAllCommit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const people, each = 16, 10
		var all sync.WaitGroup
		for p := range people {
			all.Go(func() {
				for i := range each {
					err := s.Tx(t.Context(), func(tx *store.Store) error {
						// Reads first: with deferred transactions this is what fails on SQLite.
						exists(t, tx, tx.Context(), "x")
						claim(t, tx, fmt.Sprintf("%d/%d", p, i))
						return tx.Enqueue(job(t, "mail", "x"))
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		for p := range people {
			for i := range each {
				if key := fmt.Sprintf("%d/%d", p, i); !exists(t, s, t.Context(), key) {
					t.Errorf("%s is lost", key)
				}
			}
		}
	})
}

func TestTimesComeBackInUTC(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("there", -3*3600)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		want := time.Date(2025, 3, 10, 9, 0, 0, 123456000, zone)
		c := store.Conversation{ID: "c", AccountID: "a", Revision: 1, CreatedAt: want, UpdatedAt: want}
		if err := s.SaveConversation(c, 0); err != nil {
			t.Fatal(err)
		}
		got, err := s.Conversation("c")
		if err != nil {
			t.Fatal(err)
		}
		if got.CreatedAt.Location() != time.UTC || !got.CreatedAt.Equal(want) {
			t.Errorf("got %v, want %v in UTC", got.CreatedAt, want)
		}
	})
}

// A busy writer elsewhere must not keep a transaction waiting for ever.
func TestWaitingForTheDatabaseEnds(t *testing.T) {
	t.Parallel()
	s := storetest.File(t, func(o *store.Options) { o.LockTimeout = 50 * time.Millisecond })
	held, release := make(chan struct{}), make(chan struct{})
	var holder sync.WaitGroup
	holder.Go(func() {
		err := s.Tx(context.Background(), func(*store.Store) error { close(held); <-release; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	err := s.Tx(t.Context(), func(*store.Store) error { return nil })
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	if exists(t, s, t.Context(), "x") { // reads go on beside the writer
		t.Error("found what is not there")
	}
	close(release)
	holder.Wait()
}
