package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func TestMessages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := func(second int) time.Time { return time.Date(2026, 3, 10, 12, 0, second, 0, time.UTC) }
		s = s.In(t.Context())
		for i, m := range []store.Message{
			{ID: "1", Chat: "team:ana", Body: []byte(`"hi"`), Author: "ana"},
			{ID: "2", Chat: "team:#approvals", Body: []byte(`{}`)},
			{ID: "3", Chat: "team:#approvals", Body: []byte(`{}`), Reader: "ana"},
			{ID: "4", Chat: "team:rui", Body: []byte(`{}`)},
			{ID: "5", Chat: "team:#approvals", Body: []byte(`{}`), Reader: "rui"},
		} {
			m.AccountID, m.CreatedAt, m.UpdatedAt = "acc", at(i), at(i)
			if err := s.AddMessage(m); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.AddMessage(store.Message{ID: "9", AccountID: "other", Chat: "team:ana", Body: []byte(`{}`), CreatedAt: at(9), UpdatedAt: at(9)}); err != nil {
			t.Fatal(err)
		}

		list := func(chat, reader string, limit int) []string {
			t.Helper()
			ms, err := s.Messages("acc", chat, reader, limit)
			if err != nil {
				t.Fatal(err)
			}
			return ids(ms)
		}
		for _, test := range []struct {
			chat, reader string
			limit        int
			want         []string
		}{
			{"team:ana", "ana", 10, []string{"1"}},
			{"team:#approvals", "ana", 10, []string{"2", "3"}},
			{"team:#approvals", "rui", 10, []string{"2", "5"}},
			{"team:#approvals", "", 10, []string{"2"}},
			{"team:#approvals", "rui", 1, []string{"5"}},
			{"team:nobody", "ana", 10, nil},
		} {
			if got := list(test.chat, test.reader, test.limit); !slices.Equal(got, test.want) {
				t.Errorf("%s of %q, at most %d: %v, want %v", test.chat, test.reader, test.limit, got, test.want)
			}
		}

		since := func(second, limit int, places ...store.Place) []string {
			t.Helper()
			ms, err := s.MessagesSince("acc", places, at(second), limit)
			if err != nil {
				t.Fatal(err)
			}
			return ids(ms)
		}
		ana := []store.Place{{Chat: "team:ana", Reader: "ana"}, {Chat: "team:#approvals", Reader: "ana"}}
		if err := s.EditMessage("acc", "1", []byte(`"edited"`), at(20)); err != nil {
			t.Fatal(err)
		}
		if got, want := since(0, 10, ana...), []string{"2", "3", "1"}; !slices.Equal(got, want) {
			t.Errorf("since the start: %v, want %v, the edited one last", got, want)
		}
		if got, want := since(2, 10, ana...), []string{"3", "1"}; !slices.Equal(got, want) {
			t.Errorf("since the third: %v, want %v", got, want)
		}
		if got, want := since(0, 1, ana...), []string{"2"}; !slices.Equal(got, want) {
			t.Errorf("at most one: %v, want %v", got, want)
		}
		if got := since(0, 10); got != nil {
			t.Errorf("nowhere: %v", got)
		}

		m, err := s.Message("acc", "1")
		if err != nil || string(m.Body) != `"edited"` || m.Revision != 1 || !m.UpdatedAt.Equal(at(20)) || !m.CreatedAt.Equal(at(0)) {
			t.Errorf("after the edit: %+v, %v", m, err)
		}
		if _, err := s.Message("other", "1"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another account reads it: %v", err)
		}
		if err := s.EditMessage("other", "1", nil, at(21)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another account edits it: %v", err)
		}
		if err := s.AddMessage(store.Message{ID: "1", AccountID: "acc", CreatedAt: at(0), UpdatedAt: at(0)}); !errors.Is(err, store.ErrConflict) {
			t.Errorf("an id is used twice: %v", err)
		}
	})
}

func ids(ms []store.Message) []string {
	var ids []string
	for _, m := range ms {
		ids = append(ids, m.ID)
	}
	return ids
}
