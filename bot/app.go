package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/mail"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hooks"
	mailer "github.com/aftersale/aftersale/actions/mail"
	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/adapters/pages"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/locales"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// expireEvery is how often proposals whose time is over are ended.
const expireEvery = time.Minute

// syncEvery is how often it is looked whether the commerce platform is to be read again; how often it is, is configured.
const syncEvery = time.Minute

// listBackEvery is how often it is read who has unsubscribed at the list manager.
const listBackEvery = 10 * time.Minute

// forgetEvery is how often what nobody needs any more is dropped.
const forgetEvery = time.Hour

// An app is the bot put together, the same for demo, serve and chat: what differs is which adapters talk to it. It is
// made in the order in which things depend on each other, and stopped in the reverse one: adapters, then jobs, then the
// database.
type app struct {
	config  Config
	store   *store.Store
	account store.Account
	core    *actions.Core
	words   *locales.Words
	runner  *flow.Runner
	metrics *metrics
	log     *slog.Logger

	posters map[string]flow.Poster // by platform; filled before startJobs
	rooms   []flows.Room
	// chatLink makes a link for mails that opens a chat; nil: no platform has such. Set before startJobs.
	chatLink func(ctx context.Context, words string) string
	// publicURL is where buyers reach the pages that mails lead to; empty: nowhere. Set before startJobs.
	publicURL string
	engine    *jobs.Engine // nil until startJobs
}

// newApp puts the bot together over an open, migrated database. It starts nothing.
func newApp(ctx context.Context, c Config, s *store.Store, log *slog.Logger) (*app, error) {
	account, err := ensureAccount(ctx, s, c, log)
	if err != nil {
		return nil, err
	}
	a := &app{config: c, store: s, account: account, metrics: newMetrics(s, log), log: log, publicURL: c.PublicURL, posters: map[string]flow.Poster{}}
	if a.words, err = locales.New(account.Locale, log); err != nil {
		return nil, fmt.Errorf("read the words: %w", err)
	}
	secrets, err := newVault(c)
	if err != nil {
		return nil, err
	}
	sender, err := newMailer(c)
	if err != nil {
		return nil, err
	}
	platform := newCommerce(c, s, log)
	a.core = actions.New(actions.Options{
		Store: s, Commerce: platform.Commerce, Feed: platform.feed, Members: platform.members, Tickets: platform.tickets, Webhooks: c.webhooks(), Mailer: countedMailer{sender, a.metrics.mails}, MailPerMinute: c.Mail.PerMinute, Retention: c.Retention,
		Policy: c.Policy, Shop: c.Account.shop(), Hours: c.Hours, Rooms: a.configuredRooms,
		Now: now, NewID: newID, Log: log, Vault: secrets, ReconcileEvery: c.reconcileEvery(),
		ChatLink: func(ctx context.Context, words string) string {
			if a.chatLink == nil {
				return ""
			}
			return a.chatLink(ctx, words)
		},
		Hasher: platform.passwords, PasswordURL: platform.passwordURL,
		PublicURL:  func() string { return a.publicURL },
		ListTarget: c.Listmonk.target(),
		Hooks:      hooks.New(hooks.Options{Allow: c.Webhooks.Allowed()}),
	})
	a.runner = flow.NewRunner(flow.Options{
		Store: s, Account: account.ID, Flows: flows.All(a.core), Cards: flows.Cards(a.core), Home: flows.Home, Suggest: flows.Suggesters(a.core), Words: a.words,
		Now: now, NewID: newID, Log: log, Observe: a.metrics.observe, PerMinute: c.Policy.Flood.PerMinute,
		Actor: func(ctx context.Context, in flow.Inbound) (actions.Actor, error) {
			return a.core.Actor(ctx, account.ID, in.Platform, in.User, in.PrivateChat(), in.Locale)
		},
	})
	return a, nil
}

// configuredRooms lists the rooms that the configuration names for a purpose.
func (a *app) configuredRooms(purpose string) []actions.Room {
	if purpose == actions.RoomCases {
		return a.config.casesRooms()
	}
	return a.rooms
}

// pages are the buyers' pages.
func (a *app) pages() *pages.Pages {
	return pages.New(pages.Options{Core: a.core, Words: a.words, Account: a.account.ID, Shop: a.account.Name, Locale: a.account.Locale, Now: now, NewID: newID, Log: a.log})
}

// newVault makes what protects data, of the configured secrets.
func newVault(c Config) (*vault.Vault, error) {
	var current, before []byte
	var err error
	if c.SecretKey != "" { // commands over the database do without
		if current, err = decodeSecretKey(c.SecretKey); err != nil {
			return nil, fmt.Errorf("secret_key %w", err)
		}
	}
	if c.PreviousSecretKey != "" {
		if before, err = decodeSecretKey(c.PreviousSecretKey); err != nil {
			return nil, fmt.Errorf("previous_secret_key %w", err)
		}
	}
	return vault.New(current, before)
}

// newMailer makes what the configuration says. Without a sender of its own, mail comes from the shop.
func newMailer(c Config) (actions.Mailer, error) {
	from := c.Mail.From
	if from == "" {
		from = (&mail.Address{Name: c.Account.Name, Address: c.Account.SupportEmail}).String()
	}
	return mailer.New(mailer.Options{From: from, SMTPURL: c.Mail.SMTPURL.Reveal(), OutboxDir: c.Mail.OutboxDir})
}

// handlers are all jobs that the bot can do.
func (a *app) handlers() map[string]jobs.Handler {
	notices := &flows.Notices{
		Core: a.core, Store: a.store, Account: a.account, Words: a.words, Cards: flows.Cards(a.core),
		Posters: a.posters, Now: now, NewID: newID, Log: a.log,
	}
	all := a.core.Handlers()
	maps.Copy(all, notices.Handlers())
	return a.metrics.counted(all)
}

// startJobs begins to work the jobs, that many at once; 0 is the engine's own choice.
func (a *app) startJobs(ctx context.Context, workers int) error {
	engine, err := a.store.Engine(a.handlers(), jobs.Options{
		Workers: workers,
		Every: map[string]time.Duration{
			actions.JobExpire:   expireEvery,
			actions.JobSync:     syncEvery,
			actions.JobListBack: listBackEvery,
			flows.JobForget:     forgetEvery,
		},
		Log: a.log,
	})
	if err != nil {
		return err
	}
	// The engine outlives ctx: it is stopped after the adapters, whose last turns may still enqueue.
	if err := engine.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	a.engine = engine
	return nil
}

// close stops the jobs and closes the database. Adapters have stopped before.
func (a *app) close() error {
	var stopped error
	if a.engine != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
		defer cancel()
		stopped = a.engine.Stop(ctx)
	}
	return errors.Join(stopped, a.store.Close())
}

// probes are what /readyz looks at in every mode.
func (a *app) probes() []probe {
	migrated := sometimes(migrationCheckEvery, func(ctx context.Context) error { return checkMigrated(ctx, a.store) })
	return []probe{
		{"database", a.store.Ping},
		{"migrations", migrated},
		{"jobs", func(context.Context) error {
			if a.engine == nil {
				return errors.New("the job engine has not started")
			}
			return nil
		}},
	}
}
