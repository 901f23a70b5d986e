package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrationFiles embed.FS

// A Migration is one version of the schema.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time // zero while it is pending
}

// Migrate brings the schema to the newest version. Any number of processes may do so at once: one works, the others wait.
func (s *Store) Migrate(ctx context.Context) error {
	return s.migrating(ctx, func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err
	})
}

// MigrateDown takes the newest version back, with all that is stored in what it made.
func (s *Store) MigrateDown(ctx context.Context) error {
	return s.migrating(ctx, func(p *goose.Provider) error {
		_, err := p.Down(ctx)
		return err
	})
}

// MigrationStatus lists all versions, oldest first.
func (s *Store) MigrationStatus(ctx context.Context) ([]Migration, error) {
	var list []Migration
	err := s.migrating(ctx, func(p *goose.Provider) error {
		statuses, err := p.Status(ctx)
		for _, status := range statuses {
			list = append(list, Migration{Version: status.Source.Version, Name: path.Base(status.Source.Path), AppliedAt: status.AppliedAt.UTC()})
		}
		return err
	})
	return list, err
}

// migrating calls f with the migrations of this dialect while nobody else migrates.
func (s *Store) migrating(ctx context.Context, f func(*goose.Provider) error) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", s.where, err)
	}
	defer unlock()
	files, err := fs.Sub(migrationFiles, "migrations/"+s.dialect.name)
	if err != nil {
		return err
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption(nil)
	if s.dialect.name == "postgres" {
		// Looked for each second: several replicas start together, and a migration is quick.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300), lock.WithUnlockTimeout(1, 10))
		if err != nil {
			return err
		}
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, s.write, files, options...)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := f(provider); err != nil {
		return fmt.Errorf("migrate %s: %w", s.where, s.dialect.translate(err))
	}
	return nil
}
