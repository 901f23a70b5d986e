package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/adapters/discord"
	"github.com/aftersale/aftersale/adapters/slack"
	"github.com/aftersale/aftersale/adapters/telegram"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/locales"
	"github.com/aftersale/aftersale/store"
)

// A platform is the bot on one chat platform.
type platform interface {
	Routes(mux *http.ServeMux)
	// Run serves until ctx ends, then stops within 10 seconds. It returns an error when trying again cannot help, such as
	// for a token that was revoked.
	Run(ctx context.Context) error
	Poster() flow.Poster
	Ready(ctx context.Context) error
	Check(ctx context.Context, publicURL string) []chat.Finding
	Setup(ctx context.Context, out io.Writer) error
}

// A connection is a platform that the configuration names.
type connection struct {
	platform
	name string
	room string // where proposals wait for a decision; may be empty
}

// platformNames are those that can be configured, in the order in which they are reported.
var platformNames = []string{slack.Platform, discord.Platform, telegram.Platform}

// A switchboard is what connections are made with. Without a desk they can be set up and checked, but not run.
type switchboard struct {
	config   Config
	desk     flow.Desk
	words    *locales.Words
	commands []flow.CommandInfo
	staff    func(ctx context.Context) ([]int64, error) // Telegram ids of the team; may be nil
	log      *slog.Logger
}

func newSwitchboard(c Config, words *locales.Words, log *slog.Logger) switchboard {
	return switchboard{config: c, words: words, commands: flows.Describe(words), log: log}
}

// enabled makes the connections that are switched on.
func (b switchboard) enabled() ([]connection, error) {
	on := map[string]bool{
		slack.Platform: b.config.Slack.Enabled, discord.Platform: b.config.Discord.Enabled, telegram.Platform: b.config.Telegram.Enabled,
	}
	var all []connection
	var wrong error
	for _, name := range platformNames {
		if !on[name] {
			continue
		}
		c, err := b.connect(name)
		if err != nil {
			wrong = errors.Join(wrong, err)
			continue
		}
		all = append(all, c)
	}
	return all, wrong
}

// connect makes one connection, whether it is switched on or not.
func (b switchboard) connect(name string) (connection, error) {
	c := connection{name: name}
	var err error
	switch name {
	case slack.Platform:
		c.room = b.config.Slack.ApprovalsChannel
		c.platform, err = slack.New(b.slack())
	case discord.Platform:
		c.room = b.config.Discord.ApprovalsChannel
		c.platform, err = discord.New(b.discord())
	case telegram.Platform:
		c.platform, err = telegram.New(b.telegram())
	default:
		return c, usagef("there is no platform %q: it is one of %s", name, strings.Join(platformNames, ", "))
	}
	if err != nil {
		return c, configError{name, err}
	}
	return c, nil
}

func (b switchboard) slack() slack.Options {
	s := b.config.Slack
	return slack.Options{
		Desk: b.desk, Words: b.words, Commands: b.commands, Locale: b.config.Account.Locale, Mode: s.Mode, APIURL: s.APIURL,
		BotToken: s.BotToken.Reveal(), AppToken: s.AppToken.Reveal(), SigningSecret: s.SigningSecret.Reveal(), Command: s.Command,
		PublicURL: b.config.PublicURL, ApprovalsChannel: s.ApprovalsChannel, CasesChannel: s.CasesChannel,
		Now: now, NewID: newID, Log: b.log.With("platform", slack.Platform),
	}
}

func (b switchboard) discord() discord.Options {
	d := b.config.Discord
	return discord.Options{
		Desk: b.desk, Words: b.words, Commands: b.commands, Locale: b.config.Account.Locale, Mode: d.Mode, APIURL: d.APIURL,
		Token: d.Token.Reveal(), ApplicationID: d.ApplicationID, PublicKey: d.PublicKey, GuildID: d.GuildID,
		ApprovalsChannel: d.ApprovalsChannel, CasesChannel: d.CasesChannel,
		Now: now, NewID: newID, Log: b.log.With("platform", discord.Platform),
	}
}

func (b switchboard) telegram() telegram.Options {
	t := b.config.Telegram
	return telegram.Options{
		Desk: b.desk, Words: b.words, Commands: b.commands, Locale: b.config.Account.Locale, Mode: t.Mode, APIURL: t.APIURL,
		Token: t.Token.Reveal(), WebhookSecret: t.WebhookSecret.Reveal(), PublicURL: b.config.PublicURL, Staff: b.staff,
		Now: now, NewID: newID, Log: b.log.With("platform", telegram.Platform),
	}
}

// A configError is a mistake that only the adapter can see.
type configError struct {
	platform string
	err      error
}

func (e configError) Error() string {
	return fmt.Sprintf("%s is not configured: %v", e.platform, e.err)
}

func (e configError) Unwrap() error { return e.err }

// connectPlatforms makes the connections, and has notices reach them.
func (a *app) connectPlatforms() ([]connection, error) {
	b := newSwitchboard(a.config, a.words, a.log)
	b.desk, b.staff = a.runner, telegramStaff(a.store)
	all, err := b.enabled()
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		a.posters[c.name] = c.Poster()
		if c.room != "" {
			a.rooms = append(a.rooms, flows.Room{Platform: c.name, Chat: c.room})
		}
		if t, ok := c.platform.(*telegram.Adapter); ok {
			a.chatLink = func(ctx context.Context, words string) string { return telegramLink(ctx, t, words, a.log) }
		}
	}
	return all, nil
}

// telegramLink opens the private chat with the bot and has it start with these words (Bot API 10.1, deep linking).
func telegramLink(ctx context.Context, t *telegram.Adapter, words string, log *slog.Logger) string {
	name, err := t.Username(ctx)
	if err != nil {
		log.Warn("a mail goes without its link to Telegram", "err", err)
		return ""
	}
	return "https://t.me/" + name + "?start=" + words
}

// telegramStaff lists the Telegram ids of the team.
func telegramStaff(s *store.Store) func(ctx context.Context) ([]int64, error) {
	return func(ctx context.Context) ([]int64, error) {
		people, err := s.In(ctx).People(accountID)
		if err != nil {
			return nil, err
		}
		ids := make([]string, len(people))
		for i, p := range people {
			ids[i] = p.ID
		}
		users, err := s.In(ctx).IdentitiesOf(ids)
		if err != nil {
			return nil, err
		}
		var staff []int64
		for _, id := range ids {
			for _, user := range users[id] {
				if n, err := strconv.ParseInt(user.UserID, 10, 64); err == nil && user.Platform == telegram.Platform {
					staff = append(staff, n)
				}
			}
		}
		return staff, nil
	}
}

// runPlatforms serves all connections until ctx ends. One that fails for good is reported and the others go on; when none
// is left, it returns the errors.
func runPlatforms(ctx context.Context, all []connection, log *slog.Logger) error {
	failures := make([]error, len(all))
	var running sync.WaitGroup
	for i, c := range all {
		running.Go(func() {
			if err := c.Run(ctx); err != nil && ctx.Err() == nil {
				failures[i] = fmt.Errorf("%s: %w", c.name, err)
				log.Error("a chat platform is not served any more; the others go on. Mend it and start again", "platform", c.name, "err", err)
			}
		})
	}
	running.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(failures...)
}
