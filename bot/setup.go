package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/aftersale/aftersale/adapters/discord"
	"github.com/aftersale/aftersale/adapters/slack"
	"github.com/aftersale/aftersale/adapters/telegram"
	"github.com/aftersale/aftersale/flows/locales"
	"github.com/aftersale/aftersale/store"
)

// setupCommand introduces the bot to a chat platform.
type setupCommand struct {
	Slack    setupSlack    `cmd:"" help:"Print the manifest to make the Slack app from, and the link that fills it in."`
	Discord  setupDiscord  `cmd:"" help:"Register the commands with Discord, if they have changed."`
	Telegram setupTelegram `cmd:"" help:"Tell Telegram the commands, descriptions and webhook, where they have changed."`
}

type setupSlack struct {
	configFlags
}

// Help is the end of the command's --help.
func (setupSlack) Help() string {
	return "The manifest goes to standard output, as JSON that api.slack.com takes; what to do with it to standard error. Nothing is changed " +
		"anywhere. It follows slack.mode and slack.command; mode http needs public_url.\n\nExample:\n  aftersale setup slack > manifest.json"
}

// Run prints the manifest.
func (c setupSlack) Run(p *program) error {
	b, err := c.switchboard(p)
	if err != nil {
		return err
	}
	if err := slack.PrintSetup(p.stdout, p.stderr, b.slack()); err != nil {
		return configError{slack.Platform, err}
	}
	return nil
}

type setupDiscord struct {
	configFlags
}

// Help is the end of the command's --help.
func (setupDiscord) Help() string {
	return "Needs discord.token and discord.application_id. With discord.guild_id the commands are that server's and there at once; without, " +
		"they are everywhere the bot is.\n\nExample:\n  aftersale setup discord --config config.yaml"
}

// Run registers the commands.
func (c setupDiscord) Run(p *program) error {
	b, err := c.switchboard(p)
	if err != nil {
		return err
	}
	connected, err := b.connect(discord.Platform)
	if err != nil {
		return err
	}
	return connected.Setup(p.ctx, p.stdout)
}

type setupTelegram struct {
	configFlags
}

// Help is the end of the command's --help.
func (setupTelegram) Help() string {
	return "Needs telegram.token; mode webhook also telegram.webhook_secret and public_url.\n\nExample:\n  aftersale setup telegram --config config.yaml"
}

// Run tells Telegram what it should know.
func (c setupTelegram) Run(p *program) error {
	b, err := c.switchboard(p)
	if err != nil {
		return err
	}
	if s := c.existing(p, b.config.DatabaseURL.Reveal()); s != nil { // the team's own lists of commands
		defer s.Close()
		b.staff = telegramStaff(s)
	}
	connected, err := b.connect(telegram.Platform)
	if err != nil {
		return err
	}
	return connected.Setup(p.ctx, p.stdout)
}

// existing opens a database that is there and migrated. Before the first start there is none, and setting up makes none.
func (configFlags) existing(p *program, url string) *store.Store {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil {
			return nil
		}
	}
	s, err := store.Open(p.ctx, store.Options{URL: url, Log: p.quiet(), Now: now})
	if err != nil {
		fmt.Fprintf(p.stderr, "aftersale: the team's commands stay as they are: %v\n", err)
		return nil
	}
	if err := checkMigrated(p.ctx, s); err != nil {
		_ = s.Close()
		return nil
	}
	return s
}

// switchboard reads what setting up needs: the configuration alone, which need not be complete for serving yet.
func (c configFlags) switchboard(p *program) (switchboard, error) {
	config, err := LoadConfig(c.Config, p.getenv)
	if err != nil {
		return switchboard{}, err
	}
	words, err := locales.New(config.Account.Locale, p.log)
	if err != nil {
		return switchboard{}, fmt.Errorf("read the words: %w", err)
	}
	return newSwitchboard(config, words, p.quiet()), nil
}
