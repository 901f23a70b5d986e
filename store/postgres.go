package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/aftersale/aftersale/store/jobs"
)

// postgresConnections is the size of the pool unless the address says otherwise: as many interactions run at once. A
// pool of 4 for 16 interactions had a quarter of the throughput.
const postgresConnections = 16

// openPostgres opens a pool of pgx connections, through which GORM (by database/sql) and the job engine (directly) go.
func openPostgres(ctx context.Context, o Options) (*database, error) {
	config, where, err := postgresConfig(o)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, explainPostgres(where, err)
	}
	reach, cancel := context.WithTimeout(ctx, o.LockTimeout)
	defer cancel()
	if err := pool.Ping(reach); err != nil {
		pool.Close()
		return nil, explainPostgres(where, err)
	}
	write := stdlib.OpenDBFromPool(pool) // idle connections stay in the pool beneath
	d := dialect{name: "postgres", classify: classifyPostgres, appendEntries: appendAtOnce}
	dialector := postgres.New(postgres.Config{Conn: write}).(*postgres.Dialector)
	orm, err := gorm.Open(postgresDialector{Dialector: dialector, translate: d.translate}, ormConfig(o))
	if err != nil {
		pool.Close()
		return nil, explainPostgres(where, err)
	}
	return &database{
		dialect: d, where: where, write: write, pool: pool, orm: orm,
		queue:     jobs.OnPostgres(pool, o.Now, o.Log),
		lock:      func(context.Context) (func(), error) { return func() {}, nil }, // goose locks on the server
		closeRest: func() error { pool.Close(); return nil },
	}, nil
}

// postgresConfig reads the address. where names the database without the password.
func postgresConfig(o Options) (config *pgxpool.Config, where string, err error) {
	address, err := url.Parse(o.URL)
	if err != nil {
		return nil, "", errors.New("the address of PostgreSQL cannot be read; write postgres://user:password@host:5432/database " +
			"and put special characters of the password as %XX") // err holds the password
	}
	config, err = pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, "", fmt.Errorf("the address of PostgreSQL at %s has a mistake: %s", address.Host, withoutAddress(err))
	}
	if !address.Query().Has("pool_max_conns") {
		config.MaxConns = postgresConnections
	}
	config.MaxConnIdleTime = 30 * time.Minute
	config.ConnConfig.RuntimeParams["application_name"] = "aftersale"
	config.ConnConfig.RuntimeParams["lock_timeout"] = strconv.FormatInt(o.LockTimeout.Milliseconds(), 10)
	config.AfterConnect = timesInUTC
	if o.Trace != nil {
		config.ConnConfig.Tracer = postgresTrace(o.Trace)
	}
	c := config.ConnConfig
	return config, fmt.Sprintf("PostgreSQL at %s:%d, database %s, user %s", c.Host, c.Port, c.Database, c.User), nil
}

// withoutAddress is what pgx says of an address, without the address.
func withoutAddress(err error) string {
	_, reason, found := strings.Cut(err.Error(), "`: ")
	if !found {
		return "check its parameters"
	}
	return reason
}

// timesInUTC makes a connection answer with times in UTC instead of the machine's zone.
func timesInUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// A postgresTrace is Options.Trace for pgx.
type postgresTrace func(statement string, values []any)

// TraceQueryStart implements pgx.QueryTracer.
func (t postgresTrace) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	t(q.SQL, q.Args)
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (postgresTrace) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart implements pgx.BatchTracer.
func (t postgresTrace) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (t postgresTrace) TraceBatchQuery(_ context.Context, _ *pgx.Conn, q pgx.TraceBatchQueryData) {
	t(q.SQL, q.Args)
}

// TraceBatchEnd implements pgx.BatchTracer.
func (postgresTrace) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// explainPostgres says what to do about an error of opening where. Pgx keeps passwords out of its errors.
func explainPostgres(where string, err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return fmt.Errorf("%s refuses: %s; check user, password and database", where, refused.Message)
	}
	return fmt.Errorf("%w: %s does not answer; check that it runs and that this machine may reach it: %w", ErrUnavailable, where, err)
}

// classifyPostgres implements dialect.classify. Codes: PostgreSQL documentation, appendix A.
func classifyPostgres(err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		var connect *pgconn.ConnectError
		if errors.As(err, &connect) {
			return ErrUnavailable
		}
		return nil
	}
	switch e.Code {
	case "23505": // unique_violation
		return fmt.Errorf("%w: %w", ErrConflict, gorm.ErrDuplicatedKey)
	case "23503": // foreign_key_violation
		return fmt.Errorf("%w: %w", ErrConflict, gorm.ErrForeignKeyViolated)
	case "40001", "40P01", "55P03", "53300": // serialization, deadlock, lock timeout, too many connections
		return ErrUnavailable
	}
	switch e.Code[:2] {
	case "08", "57", "53": // connection, operator intervention, resources
		return ErrUnavailable
	}
	return nil
}

// A postgresDialector is GORM's, with our errors.
type postgresDialector struct {
	*postgres.Dialector
	translate func(error) error
}

// Translate implements gorm.ErrorTranslator.
func (d postgresDialector) Translate(err error) error { return d.translate(err) }
