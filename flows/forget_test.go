package flows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

func TestForgetEndsOldConversations(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		clock := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(s.In(ctx).SaveAccount(store.Account{ID: "shop", Name: "Shop", Locale: "en", Timezone: "UTC", Currency: "BRL", CreatedAt: clock}))
		for id, age := range map[string]time.Duration{"old": flow.Lifetime + time.Hour, "new": time.Hour} {
			must(s.In(ctx).SaveConversation(store.Conversation{ID: id, AccountID: "shop", Platform: "test", Chat: id, UserID: id, Flow: "find", Open: true,
				Revision: 1, Blob: []byte(`{}`), CreatedAt: clock.Add(-age), UpdatedAt: clock.Add(-age)}, 0))
		}
		for id, age := range map[string]time.Duration{"old": 61 * 24 * time.Hour, "new": 59 * 24 * time.Hour} {
			must(s.In(ctx).AddEmailChange(store.EmailChange{ID: id, AccountID: "shop", RequestKey: id, OldEmail: "a@example.com", CreatedAt: clock.Add(-age)}))
			must(s.In(ctx).AddDocumentCheck(store.DocumentCheck{ID: id, AccountID: "shop", CreatedAt: clock.Add(-age)}))
		}
		core := actions.New(actions.Options{Store: s, Now: func() time.Time { return clock }, Retention: actions.DefaultRetention()})
		n := &flows.Notices{Core: core, Store: s, Account: store.Account{ID: "shop"}, Posters: map[string]flow.Poster{"test": nil}, Now: func() time.Time { return clock }}
		must(n.Handlers()[flows.JobForget](ctx, jobs.Job{Kind: flows.JobForget}))
		if _, err := s.In(ctx).OpenConversation("shop", "test", "old", "old"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the old conversation is still open: %v", err)
		}
		old, err := s.In(ctx).Conversation("old")
		if err != nil || len(old.Blob) > 0 {
			t.Errorf("the old conversation kept its answers: %q, %v", old.Blob, err)
		}
		if _, err := s.In(ctx).EmailChange("old"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the old change is still there: %v", err)
		}
		if _, err := s.In(ctx).EmailChange("new"); err != nil {
			t.Errorf("the new change is gone: %v", err)
		}
		if _, err := s.In(ctx).LockDocumentCheck("new"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("tries of a document are still there: %v", err)
		}
		if _, err := s.In(ctx).OpenConversation("shop", "test", "new", "new"); err != nil {
			t.Errorf("the new conversation is gone: %v", err)
		}
	})
}
