package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/aftersale/aftersale/store"
)

// migrateCommand changes the schema.
type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Bring the schema to this program's version. Safe while others do the same."`
	Down   migrateDown   `cmd:"" help:"Take the newest migration back, with everything that is stored in what it made."`
	Status migrateStatus `cmd:"" help:"Show which migrations are applied."`
}

type migrateUp struct {
	configFlags
}

// Help is the end of the command's --help.
func (migrateUp) Help() string {
	return "Example:\n  AFTERSALE_DATABASE_URL=postgres://aftersale@db/aftersale aftersale migrate up"
}

// Run applies what is pending.
func (c migrateUp) Run(p *program) error {
	_, s, err := c.openStore(p)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Migrate(p.ctx); err != nil {
		return err
	}
	version, err := version(p, s)
	if err == nil {
		fmt.Fprintf(p.stdout, "The schema is at version %d.\n", version)
	}
	return err
}

type migrateDown struct {
	configFlags
}

// Help is the end of the command's --help.
func (migrateDown) Help() string {
	return "One step at a time. The first migration's step back removes everything: make a backup before.\n\n" +
		"Example:\n  aftersale migrate down --config config.yaml"
}

// Run takes one step back.
func (c migrateDown) Run(p *program) error {
	_, s, err := c.openStore(p)
	if err != nil {
		return err
	}
	defer s.Close()
	before, err := version(p, s)
	if err != nil {
		return err
	}
	if before == 0 {
		return errors.New("no migration is applied: there is nothing to take back")
	}
	if err := s.MigrateDown(p.ctx); err != nil {
		return err
	}
	after, err := version(p, s)
	if err == nil {
		fmt.Fprintf(p.stdout, "The schema is at version %d; it was at %d.\n", after, before)
	}
	return err
}

type migrateStatus struct {
	configFlags
}

// Help is the end of the command's --help.
func (migrateStatus) Help() string { return "Example:\n  aftersale migrate status" }

// Run lists the migrations.
func (c migrateStatus) Run(p *program) error {
	_, s, err := c.openStore(p)
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := s.MigrationStatus(p.ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VERSION\tNAME\tAPPLIED")
	for _, m := range list {
		applied := "pending"
		if !m.AppliedAt.IsZero() {
			applied = m.AppliedAt.Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%d\t%s\t%s\n", m.Version, m.Name, applied)
	}
	return table.Flush()
}

// version is the newest migration that is applied; 0 when none is.
func version(p *program, s *store.Store) (int64, error) {
	list, err := s.MigrationStatus(p.ctx)
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, m := range list {
		if !m.AppliedAt.IsZero() {
			newest = max(newest, m.Version)
		}
	}
	return newest, nil
}
