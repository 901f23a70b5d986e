package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// A column is what must agree between a model and its table.
type column struct {
	Table, Name, Type string
	Nullable          bool
	Key               bool
}

// modelColumns are the columns that the models want.
func modelColumns(t *testing.T, db *gorm.DB) []column {
	t.Helper()
	var list []column
	for _, model := range store.Models() {
		stmt := &gorm.Statement{DB: db}
		if err := stmt.Parse(model); err != nil {
			t.Fatal(err)
		}
		for _, f := range stmt.Schema.Fields {
			bytes := f.DataType == schema.Bytes
			list = append(list, column{stmt.Schema.Table, f.DBName, string(f.DataType), bytes || f.FieldType.Kind() == reflect.Pointer, f.PrimaryKey})
		}
	}
	return sorted(list)
}

// tableColumns are the columns of the database, without those of goose and River.
func tableColumns(t *testing.T, s *store.Store) []column {
	t.Helper()
	sql := `SELECT m.name AS "table", c.name, c.type, c."notnull" = 0 AS nullable, c.pk > 0 AS "key"
		FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	if s.Dialect() == "postgres" {
		sql = `SELECT c.table_name AS "table", c.column_name AS name, c.data_type AS type, c.is_nullable = 'YES' AS nullable,
				EXISTS (SELECT 1 FROM information_schema.key_column_usage k JOIN information_schema.table_constraints t USING (constraint_name, table_name)
					WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_name = c.table_name AND k.column_name = c.column_name) AS "key"
			FROM information_schema.columns c WHERE c.table_schema = 'public'`
	}
	var list []column
	if err := s.DB().Raw(sql).Scan(&list).Error; err != nil {
		t.Fatal(err)
	}
	families := map[string]schema.DataType{
		"text": schema.String, "integer": schema.Int, "bigint": schema.Int, "boolean": schema.Bool, "blob": schema.Bytes,
		"bytea": schema.Bytes, "timestamp": schema.Time, "timestamp with time zone": schema.Time,
	}
	list = slices.DeleteFunc(list, func(c column) bool { return strings.HasPrefix(c.Table, "river_") || c.Table == "goose_db_version" })
	for i := range list {
		list[i].Type = string(families[strings.ToLower(list[i].Type)])
	}
	return sorted(list)
}

func sorted(list []column) []column {
	slices.SortFunc(list, func(a, b column) int { return strings.Compare(a.Table+"."+a.Name, b.Table+"."+b.Name) })
	return list
}

func TestModelsAndSchemaAgree(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) { same(t, tableColumns(t, s), modelColumns(t, s.DB())) })
}

// schemaOf is everything that the schema consists of, as text, in order.
func schemaOf(t *testing.T, s *store.Store, like string) []string {
	t.Helper()
	sql := `SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_master WHERE name LIKE ? OR tbl_name LIKE ? ORDER BY 1`
	if s.Dialect() == "postgres" {
		sql = `SELECT line FROM (
			SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(collation_name, '') || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS line, table_name AS name
				FROM information_schema.columns WHERE table_schema = 'public'
			UNION ALL SELECT 'index ' || indexdef, tablename FROM pg_indexes WHERE schemaname = 'public'
			UNION ALL SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid), conrelid::regclass::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace
			UNION ALL SELECT 'function ' || pg_get_functiondef(oid), proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
			UNION ALL SELECT 'value ' || row_number() OVER (PARTITION BY typname ORDER BY enumsortorder) || ' ' || enumlabel, typname FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
			UNION ALL SELECT 'kind ' || relname || ' ' || relkind::text || relpersistence::text, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
		) all_of_it WHERE name LIKE ? OR line LIKE ? ORDER BY 1`
	}
	var list []string
	if err := s.DB().Raw(sql, like, like).Scan(&list).Error; err != nil {
		t.Fatal(err)
	}
	return list
}

func TestMigrationsGoUpDownAndUpAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		before := schemaOf(t, s, "%")
		status, err := s.MigrationStatus(ctx)
		if err != nil {
			t.Fatal(err)
		}
		last := int64(0)
		for _, m := range status {
			if m.Version <= last || m.AppliedAt.IsZero() || !strings.HasSuffix(m.Name, ".sql") {
				t.Errorf("status: %+v", m)
			}
			last = m.Version
		}
		for range status {
			if err := s.MigrateDown(ctx); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range tableColumns(t, s) {
			t.Errorf("left behind: %+v", c)
		}
		if status, err = s.MigrationStatus(ctx); err != nil || !status[0].AppliedAt.IsZero() {
			t.Errorf("after the way down: %+v, %v", status, err)
		}
		for range 2 { // the second time there is nothing to do
			if err := s.Migrate(ctx); err != nil {
				t.Fatal(err)
			}
		}
		same(t, schemaOf(t, s, "%"), before)
		claim(t, s, "it works")
	})
}

func TestReplicasMigrateAtOnce(t *testing.T) {
	t.Parallel()
	together := func(t *testing.T, url string) {
		var all sync.WaitGroup
		gate := make(chan struct{})
		for range 8 {
			all.Go(func() {
				<-gate
				s, err := store.Open(t.Context(), store.Options{URL: url, LockTimeout: 20 * time.Second})
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				if err := s.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
				claim(t, s, "it works")
			})
		}
		close(gate)
		all.Wait()
	}
	t.Run("file", func(t *testing.T) { t.Parallel(); together(t, "sqlite:"+t.TempDir()+"/new.db") })
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := storetest.PostgresURL(t)
		s, err := store.Open(t.Context(), store.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for range 3 {
			if err := s.MigrateDown(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		together(t, url)
	})
}

// Our migrations of the job tables are River's, in one step.
func TestJobTablesAreRivers(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		ours, rivers := storetest.New(t), storetest.New(t)
		dropJobTables(t, rivers)
		db, err := rivers.DB().DB()
		if err != nil {
			t.Fatal(err)
		}
		migrator, err := rivermigrate.New(riversqlite.New(db), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := migrator.Migrate(t.Context(), rivermigrate.DirectionUp, nil); err != nil {
			t.Fatal(err)
		}
		same(t, describeSQLite(t, ours), describeSQLite(t, rivers))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		url := storetest.PostgresURL(t)
		rivers, err := store.Open(t.Context(), store.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		defer rivers.Close()
		want := schemaOf(t, rivers, "%river%")
		dropJobTables(t, rivers)
		pool, err := pgxpool.New(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := migrator.Migrate(t.Context(), rivermigrate.DirectionUp, nil); err != nil {
			t.Fatal(err)
		}
		got := slices.DeleteFunc(schemaOf(t, rivers, "%river%"), func(line string) bool { // see the migration
			return strings.Contains(line, "river_job_args_index") || strings.Contains(line, "river_job_metadata_index")
		})
		for i := range got { // River renamed a table while its index kept the name
			got[i] = strings.ReplaceAll(got[i], "river_migration_pkey1", "river_migration_pkey")
		}
		same(t, got, want)
	})
}

// dropJobTables undoes the migration of the job tables alone.
func dropJobTables(t *testing.T, s *store.Store) {
	t.Helper()
	statements := []string{"DROP TABLE river_migration", "DROP TABLE river_notification", "DROP TABLE river_queue", "DROP TABLE river_leader", "DROP TABLE river_job"}
	if s.Dialect() == "postgres" {
		statements = append(statements, "DROP FUNCTION river_job_state_in_bitmask", "DROP TYPE river_job_state")
	}
	for _, sql := range statements {
		if err := s.DB().Exec(sql).Error; err != nil {
			t.Fatal(err)
		}
	}
}

// describeSQLite is the schema of the job tables without the way it was written down.
func describeSQLite(t *testing.T, s *store.Store) []string {
	t.Helper()
	var list []string
	sql := `SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '') || ' ' || c.pk || ' ' || c.cid
		FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name LIKE 'river_%' ORDER BY 1`
	if err := s.DB().Raw(sql).Scan(&list).Error; err != nil {
		t.Fatal(err)
	}
	for _, line := range schemaOf(t, s, "river_%") {
		if strings.HasPrefix(line, "index ") {
			list = append(list, strings.Join(strings.Fields(line), " "))
		}
	}
	var checks []string
	if err := s.DB().Raw(`SELECT name || ': ' || sql FROM sqlite_master WHERE type = 'table' AND name LIKE 'river_%' ORDER BY 1`).Scan(&checks).Error; err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		table, _, _ := strings.Cut(c, ":")
		for _, line := range strings.Split(c, "CONSTRAINT")[1:] {
			list = append(list, fmt.Sprint(table, strings.TrimRight(strings.Join(strings.Fields(line), ""), ",)")))
		}
	}
	return list
}
