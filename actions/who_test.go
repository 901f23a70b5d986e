package actions_test

import (
	"sync"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func TestActorIsMetOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ids := make([]string, 20)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				a, err := w.core.Actor(t.Context(), shop, "telegram", "new", "chat-9", "es-419")
				if err != nil {
					t.Error(err)
				}
				ids[i] = a.ID
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id == "" || id != ids[0] {
				t.Fatalf("one user, several identities: %v", ids)
			}
		}
		a, err := w.core.Actor(t.Context(), shop, "telegram", "new", "", "es-419")
		w.must(err)
		equal(t, "actor", a, actions.Actor{ID: ids[0], Account: shop, Role: actions.BuyerRole, Identity: ids[0], Locale: "es", Timezone: "America/Sao_Paulo"})
		where, err := w.core.Addressee(t.Context(), ids[0])
		w.must(err)
		equal(t, "where he is told", []string{where.Platform, where.Chat, where.Actor.Locale}, []string{"telegram", "chat-9", "es"})
	})
}

func TestActorIsWhatTheTablesSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	equal(t, "agent", w.ana, actions.Actor{ID: "p-ana", Account: shop, Name: "ana", Role: actions.Agent, Identity: "i-ana", Locale: "pt-BR", Timezone: "America/Sao_Paulo"})
	equal(t, "buyer", w.marina, actions.Actor{ID: "i-marina", Account: shop, Name: "Marina Duarte", Role: actions.BuyerRole, Identity: "i-marina",
		Buyers: []string{"marina"}, Locale: "pt-BR", Timezone: "America/Sao_Paulo"})
	w.must(w.store.RemovePerson("p-ana"))
	gone := w.actor("slack", "ana")
	equal(t, "who was removed", []any{gone.Role, gone.ID, len(gone.Buyers)}, []any{actions.BuyerRole, "i-ana", 0})
	_, err := w.core.Addressee(t.Context(), "nobody")
	wantError(t, err, actions.NotFound, "error.nobody")

	moved, err := w.core.Actor(t.Context(), shop, "telegram", "marina", "another-chat", "")
	w.must(err)
	where, err := w.core.Addressee(t.Context(), moved.Identity)
	w.must(err)
	equal(t, "moved to", where.Chat, "another-chat")
}

func TestLanguageIsAChoice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	locale := func(platform, user, hint string) string {
		a, err := w.core.Actor(t.Context(), shop, platform, user, "", hint)
		w.must(err)
		return a.Locale
	}
	equal(t, "the platform's", locale("telegram", "marina", "en-US"), "en")
	equal(t, "the account's when it is none of ours", locale("telegram", "marina", "fr"), "pt-BR")
	w.must(w.core.SetLanguage(t.Context(), w.marina, "es"))
	equal(t, "his choice", locale("telegram", "marina", "en-US"), "es")
	w.must(w.core.SetLanguage(t.Context(), w.ana, "en"))
	equal(t, "a person's choice", locale("slack", "ana", "pt-BR"), "en")
	w.must(w.store.PutIdentity(store.Identity{ID: "i-ana2", AccountID: shop, Platform: "discord", UserID: "ana", PersonID: "p-ana", CreatedAt: start}))
	equal(t, "is one for all his chats", locale("discord", "ana", "pt-BR"), "en")
	err := w.core.SetLanguage(t.Context(), w.ana, "klingon")
	equal(t, "field", wantError(t, err, actions.Invalid, "language.unknown").Field, "locale")
	entries, err := w.store.AuditEntries(shop, 0, 10)
	w.must(err)
	equal(t, "audit", len(entries), 2)
}

func TestHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	in := refund("k1", code, w.ana)
	in.Note = "ligou chorando"
	_, err := w.core.Refund(t.Context(), w.ana, in)
	w.must(err)
	w.work()
	got, err := w.core.History(t.Context(), w.rui, code, 0)
	w.must(err)
	equal(t, "for the team", got, []actions.Happening{
		{At: start, Action: "refund.done", Reason: actions.NotExpected},
		{At: start, Actor: "ana", Action: "refund.requested", Reason: actions.NotExpected, Note: "ligou chorando"}})
	got, err = w.core.History(t.Context(), w.marina, code, 1)
	w.must(err)
	equal(t, "for the buyer", got, []actions.Happening{{At: start, Action: "refund.done", Reason: actions.NotExpected}})
	got, err = w.core.History(t.Context(), w.marina, code, 2)
	w.must(err)
	equal(t, "without names and notes", got[1], actions.Happening{At: start, Action: "refund.requested", Reason: actions.NotExpected})
	_, err = w.core.History(t.Context(), w.paulo, code, 2)
	wantError(t, err, actions.NotFound, "purchase.not_found")
}
