package flowstest

import (
	"context"
	"database/sql"
	"log/slog"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib" // database/sql's "pgx"
	"github.com/oklog/ulid/v2"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/locales"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// A benchShop is a database with as many stories' people and purchases as a benchmark needs.
type benchShop struct {
	url   string
	store *store.Store
	side  *sql.DB // for what the store has no words for
}

// openShop makes an empty shop on a database that keeps what it commits, with that many connections on PostgreSQL.
func openShop(tb testing.TB, dialect string, connections int) *benchShop {
	tb.Helper()
	sh := &benchShop{}
	if dialect == "sqlite" {
		file := tb.TempDir() + "/bench.db"
		sh.url = "sqlite:" + file
		sh.side = opened(tb, "sqlite", sqliteName(file))
	} else {
		sh.url = withParameter(tb, durablePostgres(tb), "pool_max_conns", strconv.Itoa(connections))
		sh.side = opened(tb, "pgx", storeless(tb, sh.url))
	}
	sh.store = sh.open(tb)
	if err := sh.store.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	err := sh.store.SaveAccount(store.Account{ID: account, Name: "Cozinha da Ana", Locale: "pt-BR", Timezone: "America/Sao_Paulo",
		Currency: "BRL", SupportEmail: "ajuda@example.com", CreatedAt: time.Now()})
	if err != nil {
		tb.Fatal(err)
	}
	if err := sh.store.PutProducts([]store.Product{{ID: "bread", AccountID: account, Code: "bread", Name: "Pão em Casa",
		NameKey: store.Fold("Pão em Casa"), Kind: "course", GuaranteeDays: 7, CreatedAt: time.Now()}}); err != nil {
		tb.Fatal(err)
	}
	return sh
}

// open opens the shop's database once more.
func (sh *benchShop) open(tb testing.TB, options ...func(*store.Options)) *store.Store {
	tb.Helper()
	o := store.Options{URL: sh.url}
	for _, set := range options {
		set(&o)
	}
	s, err := store.Open(tb.Context(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

func opened(tb testing.TB, driver, name string) *sql.DB {
	tb.Helper()
	db, err := sql.Open(driver, name)
	if err != nil {
		tb.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	tb.Cleanup(func() { db.Close() })
	return db
}

// sqliteName has the settings of store/sqlite.go.
func sqliteName(file string) string {
	return "file:" + file + "?_busy_timeout=5000&_txlock=immediate&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1" +
		"&_time_format=sqlite&_timezone=UTC&_error_rc=1"
}

// durablePostgres is a database on a server that has a commit on disk before it answers: the private server of the tests
// has not, and is told to when something is measured.
func durablePostgres(tb testing.TB) string {
	tb.Helper()
	address := storetest.PostgresURL(tb)
	_, measured := tb.(*testing.B)
	if !measured || strings.Contains(os.Getenv("AFTERSALE_TEST_POSTGRES"), "://") {
		return address // somebody's own server is as he wants it
	}
	db := opened(tb, "pgx", address)
	for _, setting := range []string{"ALTER SYSTEM SET fsync = on", "ALTER SYSTEM SET full_page_writes = on", "SELECT pg_reload_conf()"} {
		if _, err := db.Exec(setting); err != nil {
			tb.Fatal(err)
		}
	}
	return address
}

func withParameter(tb testing.TB, address, name, value string) string {
	tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

// storeless takes out of an address what only a pool understands.
func storeless(tb testing.TB, address string) string {
	tb.Helper()
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		tb.Fatal(err)
	}
	c := config.ConnConfig
	u := url.URL{Scheme: "postgres", User: url.UserPassword(c.User, c.Password), Path: "/" + c.Database}
	u.RawQuery = url.Values{"host": {c.Host}, "port": {strconv.Itoa(int(c.Port))}}.Encode()
	return u.String()
}

// fill makes the people and the purchases of the stories from first on.
func (sh *benchShop) fill(tb testing.TB, first story, n int) {
	tb.Helper()
	const batch = 500
	for from := first; from < first+story(n); from += batch {
		err := sh.store.Tx(tb.Context(), func(tx *store.Store) error { return furnish(tx, from, min(from+batch, first+story(n))) })
		if err != nil {
			tb.Fatal(err)
		}
	}
	if sh.store.Dialect() == "sqlite" {
		return // nobody analyses in production
	}
	// As the server would soon do by itself, so that it does not do it in the middle of a measurement.
	if _, err := sh.side.Exec("VACUUM ANALYZE"); err != nil {
		tb.Fatal(err)
	}
}

// furnish makes what the stories from first to before end are about. Every row's id has the story's digits in it.
func furnish(tx *store.Store, first, end story) error {
	at := time.Now().Add(-72 * time.Hour).UTC().Truncate(time.Microsecond)
	var buyers []store.Buyer
	var purchases []store.Purchase
	var grants []store.AccessGrant
	for s := first; s < end; s++ {
		d := s.digits()
		who := store.Identity{ID: "i" + d, AccountID: account, Platform: platform, UserID: "u" + d, Chat: "@u" + d, PlatformLocale: "pt-BR", CreatedAt: at}
		buyers = append(buyers, store.Buyer{ID: "b" + d, AccountID: account, Email: "b" + d + "@example.com", EmailKey: "b" + d + "@example.com",
			Name: "Marina Duarte " + d, CreatedAt: at})
		purchases = append(purchases, store.Purchase{ID: "x" + d, AccountID: account, Transaction: "HP" + d, BuyerID: "b" + d, ProductID: "bread",
			Status: "approved", StatusAt: at, RawStatus: "APPROVED", Amount: 97_00, Currency: "BRL", Quantity: 1, PaymentType: "card", Installments: 1,
			Source: "ledger", OrderedAt: at, ApprovedAt: &at, Revision: 1, CreatedAt: at, UpdatedAt: at})
		grants = append(grants, store.AccessGrant{PurchaseID: "x" + d, ProductID: "bread", AccountID: account, Active: true, CreatedAt: at})
		if !s.buyer() {
			who.PersonID = "p" + d
			if err := tx.AddPerson(store.Person{ID: "p" + d, AccountID: account, Name: "Person " + d, Role: "manager", CreatedAt: at}); err != nil {
				return err
			}
		}
		if err := tx.MeetIdentity(who); err != nil {
			return err
		}
	}
	for _, put := range []func() error{
		func() error { return tx.AddBuyers(buyers, nil) },
		func() error { return tx.PutPurchases(purchases) },
		func() error { return tx.PutGrants(grants) },
	} {
		if err := put(); err != nil {
			return err
		}
	}
	for s := first; s < end; s++ {
		if !s.buyer() {
			continue
		}
		link := store.IdentityBuyer{IdentityID: "i" + s.digits(), BuyerID: "b" + s.digits(), AccountID: account, CreatedAt: at}
		if err := tx.LinkBuyer(link); err != nil {
			return err
		}
	}
	return nil
}

// bot puts the runner and everything below it together as the program does.
func (sh *benchShop) bot(tb testing.TB, s *store.Store, now func() time.Time, newID func() string) (*flow.Runner, *actions.Core) {
	tb.Helper()
	log := slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	policy := actions.DefaultPolicy()
	policy.BuyerRefund.Code = false // a story has no mailbox
	core := actions.New(actions.Options{Store: s, Commerce: ledger.New(s, now), Mailer: noMail{}, Policy: policy, Now: now, NewID: newID, Log: log})
	words, err := locales.New("pt-BR", log)
	if err != nil {
		tb.Fatal(err)
	}
	return flow.NewRunner(flow.Options{
		Store: s, Account: account, Flows: flows.All(core), Cards: flows.Cards(core), Home: flows.Home, Words: words, Now: now, NewID: newID, Log: log,
		PerMinute: 1 << 30, // counted, as in a shop, and never reached
		Actor: func(ctx context.Context, in flow.Inbound) (actions.Actor, error) {
			return core.Actor(ctx, account, in.Platform, in.User, in.Chat, in.Locale)
		},
	}), core
}

func machineTime() time.Time { return time.Now().UTC() }
func ulids() string          { return ulid.Make().String() }

type noMail struct{}

// Send implements actions.Mailer.
func (noMail) Send(context.Context, actions.Message) error { return nil }
