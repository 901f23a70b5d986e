package store_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func conversation(id string, revision int) store.Conversation {
	return store.Conversation{ID: id, AccountID: "a", Platform: "slack", Chat: "c", UserID: "u", Flow: "refund", Open: true,
		Revision: revision, Blob: []byte("answers"), CreatedAt: noon, UpdatedAt: noon}
}

func TestAConversationMovesByItsRevision(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		save := func(c store.Conversation, expected int, want error) {
			t.Helper()
			if err := s.SaveConversation(c, expected); !errors.Is(err, want) {
				t.Errorf("save %d over %d: got %v, want %v", c.Revision, expected, err, want)
			}
		}
		save(conversation("x", 1), 0, nil)
		save(conversation("x", 1), 0, store.ErrConflict)
		save(conversation("x", 2), 1, nil)
		save(conversation("x", 2), 1, store.ErrConflict)
		save(conversation("missing", 2), 1, store.ErrConflict)
		if err := s.SaveConversation(conversation("x", 2), 2); err == nil || errors.Is(err, store.ErrConflict) {
			t.Errorf("a revision that does not grow: %v", err)
		}
		closed := conversation("x", 3)
		closed.Open, closed.Blob = false, nil
		save(closed, 2, nil)
		got, err := s.Conversation("x")
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, closed)
		if _, err := s.Conversation("missing"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

func TestOneOfTwentyTurnsWins(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.SaveConversation(conversation("x", 1), 0); err != nil {
			t.Fatal(err)
		}
		var (
			all         sync.WaitGroup
			won, missed atomic.Int32
		)
		for range 20 {
			all.Go(func() {
				err := s.Tx(t.Context(), func(tx *store.Store) error { return tx.SaveConversation(conversation("x", 2), 1) })
				switch {
				case err == nil:
					won.Add(1)
				case errors.Is(err, store.ErrConflict):
					missed.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		same(t, []int32{won.Load(), missed.Load()}, []int32{1, 19})
	})
}

func TestTheNewestOpenConversationIsFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, open := range []bool{true, true, false} {
			c := conversation(fmt.Sprint("c", i), 1)
			c.Open, c.CreatedAt = open, noon.Add(time.Duration(i)*time.Minute)
			if err := s.SaveConversation(c, 0); err != nil {
				t.Fatal(err)
			}
		}
		c, err := s.OpenConversation("a", "slack", "c", "u")
		if err != nil {
			t.Fatal(err)
		}
		same(t, c.ID, "c1")
		for _, other := range [][4]string{{"b", "slack", "c", "u"}, {"a", "discord", "c", "u"}, {"a", "slack", "d", "u"}, {"a", "slack", "c", "v"}} {
			if _, err := s.OpenConversation(other[0], other[1], other[2], other[3]); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%v: got %v, want ErrNotFound", other, err)
			}
		}
	})
}

func TestOldConversationsExpire(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		add := func(id string, touched time.Duration) {
			c := conversation(id, 1)
			c.CreatedAt, c.UpdatedAt = noon.Add(-time.Hour), noon.Add(touched)
			if err := s.SaveConversation(c, 0); err != nil {
				t.Fatal(err)
			}
		}
		err := s.Tx(t.Context(), func(tx *store.Store) error {
			for i := range 510 { // more than one batch
				c := conversation(fmt.Sprint("old", i), 1)
				c.CreatedAt, c.UpdatedAt = noon.Add(-time.Hour), noon.Add(-time.Hour)
				if err := tx.SaveConversation(c, 0); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		add("at the limit", 0)
		n, err := s.ExpireConversations(noon)
		if err != nil {
			t.Fatal(err)
		}
		same(t, n, 510)
		old, err := s.Conversation("old7")
		if err != nil {
			t.Fatal(err)
		}
		if old.Open || old.Blob != nil || old.Revision != 2 {
			t.Errorf("an expired conversation is open or has answers: %+v", old)
		}
		if c, err := s.Conversation("at the limit"); err != nil || !c.Open {
			t.Errorf("expired too early: %+v, %v", c, err)
		}
	})
}
