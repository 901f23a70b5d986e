package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// accountID is the shop of the configuration. The tables can hold several; a configuration names one.
const accountID = "main"

// newID makes ids that sort by the time at which they were made.
func newID() string { return ulid.Make().String() }

// now is the clock of everything that runs.
func now() time.Time { return time.Now().UTC() }

// configFlags are what commands over a configured database take.
type configFlags struct {
	Config string `help:"Configuration file; config.yaml when it is there. Environment variables win over it." placeholder:"config.yaml"`
}

// openStore reads the configuration and opens its database, without touching the schema.
func (f configFlags) openStore(p *program) (Config, *store.Store, error) {
	c, err := LoadConfig(f.Config, p.getenv)
	if err != nil {
		return c, nil, err
	}
	s, err := store.Open(p.ctx, store.Options{URL: c.DatabaseURL.Reveal(), Log: p.log, Now: now})
	return c, s, err
}

// openMigrated is openStore for commands that need the tables: an empty database gets them, and an older schema is
// refused rather than changed in passing.
func (f configFlags) openMigrated(p *program) (Config, *store.Store, error) {
	c, s, err := f.openStore(p)
	if err != nil {
		return c, nil, err
	}
	if err := migrateEmpty(p.ctx, s); err != nil {
		return c, nil, errors.Join(err, s.Close())
	}
	return c, s, nil
}

// migrateEmpty makes the tables in a database that has none; one that has must be of this version.
func migrateEmpty(ctx context.Context, s *store.Store) error {
	list, err := s.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	for _, m := range list {
		if !m.AppliedAt.IsZero() {
			return checkMigrated(ctx, s)
		}
	}
	return s.Migrate(ctx)
}

// pendingError says that the schema is older than the program.
type pendingError struct{ first store.Migration }

func (e pendingError) Error() string {
	return fmt.Sprintf("the database is older than this program (migration %d is pending): run `aftersale migrate up`", e.first.Version)
}

// checkMigrated returns a pendingError when a migration is pending.
func checkMigrated(ctx context.Context, s *store.Store) error {
	list, err := s.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.AppliedAt.IsZero() {
			return pendingError{m}
		}
	}
	return nil
}

// ensureAccount brings the shop of the configuration into the database. The configuration keeps ruling over the
// account's own row, but for what was changed in chat; the team is written down at the very first start alone, since people manage it afterwards.
func ensureAccount(ctx context.Context, s *store.Store, c Config, log *slog.Logger) (store.Account, error) {
	account := store.Account{
		ID: accountID, Name: c.Account.Name, Locale: c.Account.Locale, Timezone: c.Account.Timezone,
		Currency: c.Account.Currency, SupportEmail: c.Account.SupportEmail, CreatedAt: now(),
	}
	err := s.Tx(ctx, func(tx *store.Store) error {
		first, err := tx.AddAccount(account)
		if err != nil {
			return err
		}
		if !first {
			changed, err := tx.Settings(accountID)
			if err != nil {
				return err
			}
			merged, _ := c.settings().Merge(changed)
			account.Name, account.Locale, account.Timezone = merged.Shop.Name, merged.Shop.Locale, merged.Shop.Timezone
			account.SupportEmail = merged.Shop.SupportEmail
			return tx.SaveAccount(account)
		}
		for _, p := range c.People {
			if err := addPerson(tx, p, "configuration"); err != nil {
				return err
			}
		}
		log.Info("first start: account and people were written down from the configuration", "people", len(c.People))
		return nil
	})
	return account, err
}

// addPerson writes one of the team down with his chat users, and says so in the audit log.
func addPerson(tx *store.Store, p PersonConfig, by string) error {
	person := store.Person{ID: newID(), AccountID: accountID, Name: p.Name, Role: p.Role, CreatedAt: now()}
	if err := tx.AddPerson(person); err != nil {
		return err
	}
	for platform, user := range p.users() {
		i := store.Identity{ID: newID(), AccountID: accountID, Platform: platform, UserID: user, PersonID: person.ID, CreatedAt: now()}
		if err := tx.PutIdentity(i); err != nil {
			return err
		}
	}
	return tx.Audit(store.AuditEntry{
		AccountID: accountID, At: now(), Actor: string(actions.System), ActorName: by, Action: "person.added",
		Target: person.ID, Note: person.Name + ", " + person.Role,
	})
}
