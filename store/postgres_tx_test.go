package store_test

import (
	"context"
	"errors"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestReadingInEveryMode reads every type of column in each way in which pgx can talk to a server: an address may choose
// one that a pooler before the server needs.
func TestReadingInEveryMode(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 10, 12, 0, 0, 123000, time.UTC)
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			address, err := url.Parse(storetest.PostgresURL(t))
			if err != nil {
				t.Fatal(err)
			}
			query := address.Query()
			query.Set("default_query_exec_mode", mode)
			address.RawQuery = query.Encode()
			s, err := store.Open(t.Context(), store.Options{URL: address.String()})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()

			want := store.Conversation{ID: "c", AccountID: "a", Platform: "test", Chat: "@u", UserID: "u", Flow: "find", Open: true, Revision: 3,
				Blob: []byte("\x00{}"), CreatedAt: at, UpdatedAt: at.Add(time.Hour)}
			request := store.Request{Key: "k", AccountID: "a", State: "recorded", Attempts: 7, CreatedAt: at, UpdatedAt: at}
			err = s.Tx(t.Context(), func(tx *store.Store) error {
				if err := tx.SaveConversation(want, 0); err != nil {
					return err
				}
				_, err := tx.Claim(request)
				return errors.Join(err, tx.Audit(store.AuditEntry{AccountID: "a", Action: "x", At: at, Data: []byte("{}")}))
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Conversation("c")
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
			gotRequest, err := s.Request("k")
			if err != nil || !reflect.DeepEqual(gotRequest, request) {
				t.Errorf("got %+v, %v, want %+v", gotRequest, err, request)
			}
			if report, err := s.VerifyAudit(t.Context(), "a"); err != nil || !report.OK() {
				t.Errorf("audit: %+v, %v", report, err)
			}
		})
	}
}

// TestStatementThatFailsOnItsWayWithBegin: nothing of the transaction may be written, whatever follows.
func TestStatementThatFailsOnItsWayWithBegin(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	taken := store.Conversation{ID: "c", AccountID: "a", Revision: 1, CreatedAt: time.Now(), UpdatedAt: time.Now()}
	if err := s.SaveConversation(taken, 0); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	for name, first := range map[string]func(tx *store.Store) error{
		"refused by the server":     func(tx *store.Store) error { return tx.AddPerson(store.Person{ID: "p", AccountID: "no such account"}) },
		"refused before it is sent": func(tx *store.Store) error { return tx.DB().Exec("SELECT nonsense").Error },
		"hit nothing":               func(tx *store.Store) error { return tx.SaveConversation(taken, 0) },
	} {
		err := s.Tx(t.Context(), func(tx *store.Store) error {
			if err := first(tx); err == nil {
				t.Errorf("%s: no error", name)
			}
			_, _ = tx.Claim(store.Request{Key: "k", AccountID: "a"}) // as if nothing had happened
			return broken
		})
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
		if exists(t, s, t.Context(), "k") {
			t.Errorf("%s: what followed is stored", name)
		}
	}
	err := s.Tx(t.Context(), func(tx *store.Store) error {
		_ = tx.AddPerson(store.Person{ID: "p", AccountID: "no such account"})
		return nil
	})
	if err == nil {
		t.Error("a transaction with a failed statement says that it is committed")
	}
}

// TestStatementThatFailsOnItsWayWithCommit has the place of an audit entry taken: the transaction is lost as a whole, and
// the connection is good for the next.
func TestStatementThatFailsOnItsWayWithCommit(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	entry := store.AuditEntry{AccountID: "a", Action: "x", At: time.Now()}
	act := func(key string) error {
		return s.Tx(t.Context(), func(tx *store.Store) error {
			claim(t, tx, key)
			return tx.Audit(entry)
		})
	}
	if err := s.DB().Exec("INSERT INTO audit_entries SELECT 'a', 1, now(), '', '', '', '', '', '', NULL, '', ''").Error; err != nil {
		t.Fatal(err)
	}
	if err := act("lost"); !errors.Is(err, store.ErrConflict) {
		t.Errorf("got %v", err)
	}
	if exists(t, s, t.Context(), "lost") {
		t.Error("half of a transaction is stored")
	}
	if err := s.DB().Exec("DELETE FROM audit_entries").Error; err != nil {
		t.Fatal(err)
	}
	if err := act("kept"); err != nil || !exists(t, s, t.Context(), "kept") {
		t.Errorf("the next transaction: %v", err)
	}
}

// TestEmptyTransaction does nothing, and no harm.
func TestEmptyTransaction(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ran := false
		err := s.Tx(t.Context(), func(tx *store.Store) error { tx.AfterCommit(func() { ran = true }); return nil })
		if err != nil || !ran {
			t.Errorf("%v, what comes after the commit ran: %v", err, ran)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if err := s.Tx(ctx, func(*store.Store) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

// TestTwoAccountsAudited writes the entries of two chains in one transaction.
func TestTwoAccountsAudited(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for range 2 {
			err := s.Tx(t.Context(), func(tx *store.Store) error {
				for _, account := range []string{"b", "a"} {
					if err := tx.Audit(store.AuditEntry{AccountID: account, Action: "x", At: time.Now()}); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, account := range []string{"a", "b"} {
			report, err := s.VerifyAudit(t.Context(), account)
			if err != nil || !report.OK() {
				t.Errorf("%s: %+v, %v", account, report, err)
			}
			if head, err := s.AuditHead(account); err != nil || head.Seq != 2 {
				t.Errorf("%s: %+v, %v", account, head, err)
			}
		}
	})
}
