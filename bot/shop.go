package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/bot/demo"
	"github.com/aftersale/aftersale/store"
)

// What a sample shop's folder holds.
const (
	shopDatabase = "aftersale.db"
	shopOutbox   = "outbox"
	shopKey      = "secret.key"
	shopLock     = "lock"
	shopImported = "imported" // its presence says that the sample was read in whole
)

// A shop is the sample shop in its folder: what demo and chat run on. Only one process has it at a time.
type shop struct {
	config Config
	store  *store.Store
	// platform is the shop's commerce platform; nil: it has none, and keeps its own books.
	platform *samplePlatform
	// cleanUp frees the folder, and removes it if it was a temporary one. The store is closed before.
	cleanUp func()
}

// openShop opens the sample shop in a folder, or in a temporary one when dir is empty, and fills it at the first time. A
// locale is the shop's own; empty for the usual one.
func openShop(ctx context.Context, dir, locale string, log *slog.Logger) (*shop, error) {
	return openShopOn(ctx, dir, locale, false, log)
}

// openShopOn is openShop, and says whether the shop is on the sample platform.
func openShopOn(ctx context.Context, dir, locale string, connected bool, log *slog.Logger) (*shop, error) {
	s := &shop{cleanUp: func() {}}
	if err := s.open(ctx, dir, locale, connected, log); err != nil {
		s.cleanUp()
		return nil, err
	}
	return s, nil
}

func (s *shop) open(ctx context.Context, dir, locale string, connected bool, log *slog.Logger) error {
	dir, err := s.take(dir)
	if err != nil {
		return err
	}
	if err := sameKind(dir, connected); err != nil {
		return err
	}
	key, err := shopSecret(filepath.Join(dir, shopKey))
	if err != nil {
		return err
	}
	s.config = shopConfig(dir, locale, key)
	if connected {
		if s.platform, err = openSamplePlatform(ctx, dir, log); err != nil {
			return err
		}
		free := s.cleanUp
		s.cleanUp = func() { // the platform writes into the folder until it is closed
			if err := s.platform.close(); err != nil {
				log.Warn("the sample platform did not end well", "err", err)
			}
			free()
		}
		s.config.Hotmart = s.platform.config()
	}
	s.store, err = store.Open(ctx, store.Options{URL: s.config.DatabaseURL.Reveal(), Log: log, Now: now})
	if err != nil {
		return err
	}
	if err := s.fill(ctx, dir, log); err != nil {
		return errors.Join(err, s.store.Close())
	}
	return nil
}

// take makes the folder and locks it.
func (s *shop) take(dir string) (string, error) {
	if dir == "" {
		temporary, err := os.MkdirTemp("", "aftersale-")
		if err != nil {
			return "", fmt.Errorf("make a temporary folder: %w", err)
		}
		s.cleanUp = func() { _ = os.RemoveAll(temporary) } // best effort: the system clears its temporary folder too
		return temporary, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the folder %s: %w", dir, cause(err))
	}
	unlock, err := lockFile(filepath.Join(dir, shopLock))
	if errors.Is(err, errHeld) {
		return "", fmt.Errorf("another demo runs on %s; stop it, or take another folder with --data", dir)
	}
	if err != nil {
		return "", fmt.Errorf("%s cannot be used: %w", dir, cause(err))
	}
	s.cleanUp = unlock
	return dir, nil
}

// sameKind refuses a folder whose shop began the other way: what was sold is either in its own books or on its platform.
func sameKind(dir string, connected bool) error {
	_, platform := os.Stat(filepath.Join(dir, shopPlatform))
	_, filled := os.Stat(filepath.Join(dir, shopImported))
	switch {
	case connected && filled == nil && platform != nil:
		return fmt.Errorf("the shop in %s has no platform; start it without --hotmart, or take another folder with --data", dir)
	case !connected && platform == nil:
		return fmt.Errorf("the shop in %s is on the sample platform; start it with --hotmart, or take another folder with --data", dir)
	}
	return nil
}

// shopConfig is the configuration of the sample shop: all defaults, with names that the sample knows.
func shopConfig(dir, locale string, key Secret) Config {
	c := DefaultConfig()
	c.DatabaseURL = Secret("sqlite:" + filepath.Join(dir, shopDatabase))
	c.Mail.OutboxDir = filepath.Join(dir, shopOutbox)
	c.SecretKey = key
	c.Policy.Flood.PerMinute = 0                  // one keyboard speaks for everybody, or a script does
	c.Policy.BuyerRefund.Code = false             // whoever tries the sample is in no mailbox; a real shop wants it
	c.Policy.Cancel.Code = false                  // likewise
	c.Policy.Flood.PerMinute = 0                  // it listens to this machine alone, and scripts play whole days in it
	c.Webhooks.AllowHosts = "localhost,127.0.0.1" // a receiver of whoever tries it is on the same machine
	c.Account.Name, c.Account.SupportEmail = demo.Name, demo.SupportEmail
	c.Account.Locale = cmp.Or(locale, c.Account.Locale)
	for _, p := range demo.Team {
		c.People = append(c.People, PersonConfig{Name: p.Name, Role: string(p.Role)})
	}
	return c
}

// spoken is the language of whoever tries the sample, by the usual variables of his environment: the shop's rooms and
// mails then speak it. Empty when they name none of ours.
func spoken(getenv func(string) string) string {
	locale, _, _ := strings.Cut(cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")), ".")
	return format.Match(strings.ReplaceAll(locale, "_", "-"))
}

// shopSecret reads the folder's secret key, or makes one that only this user can read.
func shopSecret(path string) (Secret, error) {
	content, err := os.ReadFile(path) // #nosec G304 -- a file of the sample shop's own folder
	if err == nil {
		key := Secret(bytes.TrimSpace(content))
		if _, err := decodeSecretKey(key); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		return key, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s cannot be read: %w", path, cause(err))
	}
	fresh := make([]byte, secretKeyBytes)
	rand.Read(fresh) // never fails: the program is stopped instead
	key := Secret(base64.StdEncoding.EncodeToString(fresh))
	if err := os.WriteFile(path, []byte(key.Reveal()+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("%s cannot be written: %w", path, cause(err))
	}
	return key, nil
}

// nameSample names who comes with some of the sample's tickets, as somebody of its team did before the sample begins.
func nameSample(ctx context.Context, core *actions.Core) error {
	who := actions.Actor{ID: "sample", Account: accountID, Role: actions.Agent}
	for _, a := range demo.Attendees {
		tickets, err := core.Tickets(ctx, who, a.Transaction)
		if err != nil || a.Ticket > len(tickets) {
			return errors.Join(fmt.Errorf("%s has no ticket %d", a.Transaction, a.Ticket), err)
		}
		in := actions.NameInput{Key: fmt.Sprintf("sample/%s/%d", a.Transaction, a.Ticket), Transaction: a.Transaction, Ticket: tickets[a.Ticket-1].ID,
			Attendee: actions.AttendeeInput{Name: a.Name, Email: a.Email}}
		if _, err := core.NameAttendee(ctx, who, in); err != nil {
			return err
		}
	}
	return nil
}

// fill brings the schema up to date and, at the first time, reads the sample through the same import that real files
// take. A first time that was cut off is done again: importing twice changes nothing.
func (s *shop) fill(ctx context.Context, dir string, log *slog.Logger) error {
	if err := s.store.Migrate(ctx); err != nil {
		return err
	}
	account, err := ensureAccount(ctx, s.store, s.config, log)
	if err != nil {
		return err
	}
	done := filepath.Join(dir, shopImported)
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	secrets, err := newVault(s.config)
	if err != nil {
		return err
	}
	platform := newCommerce(s.config, s.store, log)
	at := func(t time.Time) *actions.Core {
		clock := func() time.Time { return t }
		commerce := platform.Commerce
		if s.platform == nil {
			commerce = ledger.New(s.store, clock)
		}
		return actions.New(actions.Options{
			Store: s.store, Commerce: commerce, Feed: platform.feed, Policy: s.config.Policy, Shop: s.config.Account.shop(), Hours: s.config.Hours,
			Now: clock, NewID: newID, Log: log, Vault: secrets,
		})
	}
	core := at(now())
	if err := s.importSample(ctx, core, format.Zone(account.Timezone)); err != nil {
		return fmt.Errorf("sample shop: %w", err)
	}
	if s.platform == nil { // else the tickets are the platform's own
		if err := nameSample(ctx, core); err != nil {
			return fmt.Errorf("sample shop: %w", err)
		}
	}
	if err := askSample(ctx, s.store, at); err != nil {
		return fmt.Errorf("sample shop: %w", err)
	}
	if err := os.WriteFile(done, nil, 0o600); err != nil {
		return fmt.Errorf("%s cannot be written: %w", done, cause(err))
	}
	return nil
}

// importSample reads the sample's files. Of a shop on the sample platform most sales are there alone, and are read from it.
func (s *shop) importSample(ctx context.Context, core *actions.Core, zone *time.Location) error {
	for _, f := range demo.Files(now()) {
		switch {
		case s.platform != nil && f.Name == "sales.csv":
			continue
		case s.platform != nil && f.Name == "products.csv":
			f.Content = s.platform.areas(f.Content)
		case s.platform != nil && f.Name == "reviews.csv": // of what was bought: after that is known
			if _, err := core.Sync(ctx, accountID, actions.SyncOptions{}); err != nil {
				return fmt.Errorf("read the sample platform: %w", err)
			}
		}
		file, err := hotmart.Read(bytes.NewReader(f.Content), f.Name, hotmart.FileOptions{Location: zone})
		if err != nil {
			return err
		}
		report, err := importFile(ctx, core, file, actions.ImportOptions{Name: f.Name})
		if err == nil && report.BadCount > 0 {
			err = fmt.Errorf("%s:%d: %w", f.Name, report.Bad[0].Line, report.Bad[0].Err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
