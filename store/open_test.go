package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// quick keeps tests of waiting short.
const quick = 100 * time.Millisecond

// openFails returns the error of opening url, which must fail, name each of the words, and keep the password.
func openFails(t *testing.T, url string, words ...string) error {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: url, LockTimeout: quick})
	if err == nil {
		s.Close()
		t.Fatalf("opened %s", url)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error tells the password: %v", err)
	}
	return err
}

func TestOpenSaysWhatIsWrongWithAnAddress(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "aftersale.db", "mysql://root:s3cret@host/db", "file:aftersale.db", "/var/lib/x.db"} {
		openFails(t, url, "sqlite:aftersale.db", "postgres://")
	}
	openFails(t, "sqlite:", "names no file")
	openFails(t, "postgres://u:s3cret@host:port/db", "%XX")
	openFails(t, "postgres://u:s3cret%zz@host/db", "%XX")
	openFails(t, "postgres://u:s3cret@host/db?pool_max_conns=many", "host", "pool_max_conns")
	openFails(t, "postgres://u:s3cret@host/db?sslmode=perhaps", "host", "sslmode")
}

func TestOpenSaysWhatIsWrongWithAFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	openFails(t, "sqlite:"+folder, folder, "is a folder", "name a file in it")
	openFails(t, "sqlite:"+folder+"/missing/a.db", folder+"/missing", "does not exist")

	text := filepath.Join(folder, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	openFails(t, "sqlite:"+text, text, "no SQLite database", "backup")
	if got, err := os.ReadFile(text); err != nil || len(got) != 2000 {
		t.Errorf("the file was touched: %d bytes, %v", len(got), err)
	}
}

func TestOpenOfAFileWithoutRights(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("SKIPPED: root may open every file")
	}
	path := filepath.Join(t.TempDir(), "a.db")
	if err := os.WriteFile(path, nil, 0o000); err != nil {
		t.Fatal(err)
	}
	openFails(t, "sqlite:"+path, path, "check the owner and the rights")
}

func TestOpenOfALockedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	other, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	for _, statement := range []string{"CREATE TABLE x (y)", "PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE"} {
		if _, err := other.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	err = openFails(t, "sqlite:"+path, path, "locked by another program")
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}

func TestATransactionOnALockedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path, LockTimeout: quick})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err != nil {
		t.Fatal(err)
	}
	err = s.Tx(t.Context(), func(*store.Store) error { return nil })
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	if _, err := s.Claim(store.Request{Key: "k"}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a write outside of a transaction: got %v, want ErrUnavailable", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	claim(t, s, "k")
}

func TestOpenOfAServerThatIsNotThere(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	err = openFails(t, "postgres://ana:s3cret@"+address+"/shop?sslmode=disable", "127.0.0.1", "ana", "shop", "does not answer")
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}

func TestOpenOfAServerThatIsSilent(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	err = openFails(t, "postgres://ana:s3cret@"+silent.Addr().String()+"/shop?sslmode=disable", "does not answer")
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}

func TestOpenOfADatabaseThatIsNotThere(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(storetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/nothing"
	openFails(t, address.String(), "nothing", "does not exist", "check user, password and database")
}

func TestFileNamesMayHoldAnything(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"with space.db", "100%.db", "what?.db", "a#b.db", "ação.db", "a&_txlock=deferred.db"} {
		path := filepath.Join(folder, name)
		s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	same(t, len(list), 6)
}

func TestMemoriesArePrivate(t *testing.T) {
	t.Parallel()
	a, b := storetest.New(t), storetest.New(t)
	claim(t, a, "k")
	if exists(t, b, t.Context(), "k") {
		t.Error("two memories are one")
	}
}

// A cancelled statement must not cost a memory its only connection.
func TestAMemorySurvivesCancelledWork(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	claim(t, s, "k")
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		_ = s.Tx(ctx, func(tx *store.Store) error {
			cancel()
			_, err := tx.Request("k")
			return err
		})
	}
	if !exists(t, s, t.Context(), "k") {
		t.Error("the memory is gone")
	}
}

func TestSQLiteIsSetUpForDurability(t *testing.T) {
	t.Parallel()
	s := storetest.File(t)
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"}
	for _, in := range []string{"outside", "inside"} {
		for setting, value := range want {
			read := func(s *store.Store) error {
				var got string
				if err := s.DB().Raw("PRAGMA " + setting).Scan(&got).Error; err != nil {
					return err
				}
				if got != value {
					return fmt.Errorf("%s is %s, want %s", setting, got, value)
				}
				return nil
			}
			err := read(s)
			if in == "inside" {
				err = s.Tx(t.Context(), read)
			}
			if err != nil {
				t.Errorf("%s a transaction: %v", in, err)
			}
		}
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
