package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/aftersale/aftersale/store"
)

// setting is the variable that says which PostgreSQL to use.
const setting = "AFTERSALE_TEST_POSTGRES"

// Postgres returns a migrated PostgreSQL database that only this test has. Without PostgreSQL the test is skipped.
func Postgres(t testing.TB, options ...func(*store.Options)) *store.Store {
	t.Helper()
	return open(t, PostgresURL(t), options)
}

// PostgresURL returns the address of a migrated PostgreSQL database that only this test has, for tests that start
// processes of their own. Without PostgreSQL the test is skipped.
func PostgresURL(t testing.TB) string {
	t.Helper()
	s, err := server()
	if err != nil {
		if wanted := os.Getenv(setting); wanted != "" && wanted != "off" {
			t.Fatalf("PostgreSQL is required and missing: %v", err)
		}
		t.Skipf("PostgreSQL: SKIPPED: %v", err)
	}
	name := "aftersale_test_" + strings.ToLower(rand.Text())
	if err := s.create(t.Context(), name); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context is over. FORCE: a killed child process may still look connected.
		if _, err := s.admin.Exec(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	return s.url(name)
}

// server is the one server of this test process.
var server = sync.OnceValues(func() (*postgres, error) {
	switch address := os.Getenv(setting); address {
	case "off":
		return nil, fmt.Errorf("%s=off", setting)
	case "", "required":
		base, guarded, err := startServer()
		if err != nil {
			return nil, err
		}
		return connect(base, guarded)
	default:
		return connect(address, nil)
	}
})

// A postgres is a running server in which databases can be made.
type postgres struct {
	guarded  io.Closer // of a server of our own
	base     *url.URL
	admin    *pgxpool.Pool
	mu       sync.Mutex
	template string // a migrated database to copy
}

// connect connects to the server. One of our own gets a template; on somebody else's it would be left behind.
func connect(address string, guarded io.Closer) (*postgres, error) {
	base, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%s is no address", setting)
	}
	ctx := context.Background()
	admin, err := pgxpool.New(ctx, address)
	if err != nil {
		return nil, err
	}
	p := &postgres{guarded: guarded, base: base, admin: admin}
	if guarded == nil {
		return p, admin.Ping(ctx)
	}
	const name = "aftersale_template"
	if err := p.create(ctx, name); err != nil {
		return nil, err
	}
	p.template = name
	return p, nil
}

// create makes a migrated database, a copy of the template once there is one. One at a time: the template must be in use
// by nobody else.
func (p *postgres) create(ctx context.Context, name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.template != "" {
		_, err := p.admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+p.template)
		return err
	}
	if _, err := p.admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{URL: p.url(name)})
	if err != nil {
		return err
	}
	return errors.Join(s.Migrate(ctx), s.Close())
}

// url is the address of a database of the server.
func (p *postgres) url(name string) string {
	address := *p.base
	address.Path = "/" + name
	return address.String()
}
