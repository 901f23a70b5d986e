package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/listmonk"
	"github.com/aftersale/aftersale/actions/stripe"
	"github.com/aftersale/aftersale/adapters/discord"
	"github.com/aftersale/aftersale/adapters/slack"
)

// Config is everything that can be configured. It is read once, checked completely before anything starts, and not
// changed afterwards. The YAML path of a key is also its environment variable: slack.bot_token is
// AFTERSALE_SLACK_BOT_TOKEN; a Secret can be read from a file named by the variable with _FILE behind it.
//
// Lists (people) come from the file alone. config.example.yaml shows every key with its default and is compared with
// DefaultConfig in a test.
type Config struct {
	Listen      string         `yaml:"listen"`
	PublicURL   string         `yaml:"public_url"`
	DatabaseURL Secret         `yaml:"database_url"` // may hold a password
	Account     AccountConfig  `yaml:"account"`
	Hours       actions.Hours  `yaml:"hours"`
	People      []PersonConfig `yaml:"people"`
	Slack       SlackConfig    `yaml:"slack"`
	Discord     DiscordConfig  `yaml:"discord"`
	Telegram    TelegramConfig `yaml:"telegram"`
	Mail        MailConfig     `yaml:"mail"`
	Hotmart     HotmartConfig  `yaml:"hotmart"`
	Stripe      StripeConfig   `yaml:"stripe"`
	Webhooks    WebhooksConfig `yaml:"webhooks"`
	Listmonk    ListmonkConfig `yaml:"listmonk"`
	SecretKey   Secret         `yaml:"secret_key"` // 32 bytes, base64
	// PreviousSecretKey still opens what it sealed while the secret is being changed; empty at all other times.
	PreviousSecretKey Secret            `yaml:"previous_secret_key"`
	Policy            actions.Policy    `yaml:"policy"`
	Retention         actions.Retention `yaml:"retention"`
}

// AccountConfig is the shop.
type AccountConfig struct {
	Name         string `yaml:"name"`
	Locale       string `yaml:"locale"`   // pt-BR, en, es
	Timezone     string `yaml:"timezone"` // IANA name
	Currency     string `yaml:"currency"` // ISO 4217
	SupportEmail string `yaml:"support_email"`
}

// shop is what can be changed in chat of it.
func (a AccountConfig) shop() actions.Shop {
	return actions.Shop{Name: a.Name, SupportEmail: a.SupportEmail, Locale: a.Locale, Timezone: a.Timezone}
}

// settings are the values that can be changed in chat.
func (c Config) settings() actions.Settings {
	return actions.Settings{Shop: c.Account.shop(), Hours: c.Hours, Policy: c.Policy}
}

// casesRooms are the channels in which cases are worked on.
func (c Config) casesRooms() []actions.Room {
	var all []actions.Room
	if c.Slack.Enabled && c.Slack.CasesChannel != "" {
		all = append(all, actions.Room{Platform: slack.Platform, Chat: c.Slack.CasesChannel})
	}
	if c.Discord.Enabled && c.Discord.CasesChannel != "" {
		all = append(all, actions.Room{Platform: discord.Platform, Chat: c.Discord.CasesChannel})
	}
	return all
}

// PersonConfig is somebody of the team, as the first start writes him down.
type PersonConfig struct {
	Name     string `yaml:"name"`
	Role     string `yaml:"role"`
	Slack    string `yaml:"slack"`
	Discord  string `yaml:"discord"`
	Telegram int64  `yaml:"telegram"`
}

// SlackConfig connects a Slack workspace.
type SlackConfig struct {
	Enabled          bool   `yaml:"enabled"`
	Mode             string `yaml:"mode"` // http, socket
	BotToken         Secret `yaml:"bot_token"`
	AppToken         Secret `yaml:"app_token"`
	SigningSecret    Secret `yaml:"signing_secret"`
	APIURL           string `yaml:"api_url"`
	Command          string `yaml:"command"`
	ApprovalsChannel string `yaml:"approvals_channel"`
	CasesChannel     string `yaml:"cases_channel"`
}

// DiscordConfig connects a Discord server.
type DiscordConfig struct {
	Enabled          bool   `yaml:"enabled"`
	Mode             string `yaml:"mode"` // http, gateway
	Token            Secret `yaml:"token"`
	ApplicationID    string `yaml:"application_id"`
	PublicKey        string `yaml:"public_key"`
	GuildID          string `yaml:"guild_id"`
	APIURL           string `yaml:"api_url"`
	ApprovalsChannel string `yaml:"approvals_channel"`
	CasesChannel     string `yaml:"cases_channel"`
}

// TelegramConfig connects a Telegram bot.
type TelegramConfig struct {
	Enabled       bool   `yaml:"enabled"`
	Mode          string `yaml:"mode"` // webhook, polling
	Token         Secret `yaml:"token"`
	WebhookSecret Secret `yaml:"webhook_secret"`
	APIURL        string `yaml:"api_url"`
}

// MailConfig says how mail leaves: by SMTP, or into files. One of the two.
type MailConfig struct {
	From      string `yaml:"from"`     // Name <address>
	SMTPURL   Secret `yaml:"smtp_url"` // smtp://user:pass@host:587 or smtps://…:465
	OutboxDir string `yaml:"outbox_dir"`
	PerMinute int    `yaml:"per_minute"` // what the mail server takes; 0: as many as there are
}

// HotmartConfig connects the commerce platform. The credential is its id and secret, or Basic, which holds both.
type HotmartConfig struct {
	Enabled      bool   `yaml:"enabled"`
	ClientID     string `yaml:"client_id"`
	ClientSecret Secret `yaml:"client_secret"`
	Basic        Secret `yaml:"basic"`
	Hottok       Secret `yaml:"hottok"`         // what webhooks show; empty: none is taken
	HottokInBody bool   `yaml:"hottok_in_body"` // a delivery without the header may show it in its body
	// ReconcileMinutes is how often it is read what webhooks have missed; 0: never.
	ReconcileMinutes int `yaml:"reconcile_minutes"`

	APIURL  string `yaml:"api_url"`
	AuthURL string `yaml:"auth_url"`
}

// basic takes Basic apart, with or without the word in front that its header has.
func (h HotmartConfig) basic() (id, secret string, ok bool) {
	text := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(h.Basic.Reveal()), "Basic "))
	both, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", "", false
	}
	id, secret, ok = strings.Cut(string(both), ":")
	return id, secret, ok && id != "" && secret != ""
}

// credential is the id and the secret, by whichever way they were given.
func (h HotmartConfig) credential() (id, secret string) {
	if h.ClientID != "" && h.ClientSecret != "" {
		return h.ClientID, h.ClientSecret.Reveal()
	}
	id, secret, _ = h.basic()
	return id, secret
}

// StripeConfig connects Stripe as the commerce platform, in Hotmart's place.
type StripeConfig struct {
	Enabled   bool   `yaml:"enabled"`
	SecretKey Secret `yaml:"secret_key"` // better a restricted one
	APIURL    string `yaml:"api_url"`
}

// WebhooksConfig says where rules of contact lists may call, beyond public addresses with https.
type WebhooksConfig struct {
	AllowHosts string `yaml:"allow_hosts"` // hosts, or hosts with ports, separated by commas
}

// Allowed are the hosts that are named.
func (w WebhooksConfig) Allowed() []string {
	return strings.FieldsFunc(w.AllowHosts, func(r rune) bool { return r == ',' || r == ' ' })
}

// ListmonkConfig connects the list manager that contact lists can be kept in too.
type ListmonkConfig struct {
	Enabled bool   `yaml:"enabled"`
	URL     string `yaml:"url"`
	User    string `yaml:"user"` // an API user
	Token   Secret `yaml:"token"`
}

// target is it; nil when it is not switched on.
func (l ListmonkConfig) target() actions.ListTarget {
	if !l.Enabled {
		return nil
	}
	return listmonk.New(listmonk.Options{URL: l.URL, User: l.User, Token: l.Token.Reveal()})
}

// DefaultConfig is what holds where nothing is configured.
func DefaultConfig() Config {
	return Config{
		Listen:      "127.0.0.1:8080",
		DatabaseURL: "sqlite:aftersale.db",
		Account:     AccountConfig{Name: defaultAccountName, Locale: "pt-BR", Timezone: "America/Sao_Paulo", Currency: "BRL"},
		Hours:       actions.DefaultHours(),
		Slack:       SlackConfig{Mode: "socket", APIURL: "https://slack.com/api/", Command: "/support"},
		Discord:     DiscordConfig{Mode: "gateway", APIURL: "https://discord.com/api/v10/"},
		Telegram:    TelegramConfig{Mode: "polling", APIURL: "https://api.telegram.org"},
		Mail:        MailConfig{PerMinute: 60},
		Hotmart:     HotmartConfig{ReconcileMinutes: 60, APIURL: "https://developers.hotmart.com", AuthURL: "https://api-sec-vlc.hotmart.com"},
		Stripe:      StripeConfig{APIURL: stripe.APIURL},
		Policy:      actions.DefaultPolicy(),
		Retention:   actions.DefaultRetention(),
	}
}

// defaultAccountName lets a first try start; doctor warns while it stands.
const defaultAccountName = "My shop"

// defaultConfigFile is read when --config is not given, and may then be missing.
const defaultConfigFile = "config.yaml"

// LoadConfig reads path (the default one when empty), then the environment over it, and checks the result. Its error
// is a Mistakes with every mistake found, each with its place.
func LoadConfig(path string, getenv func(string) string) (Config, error) {
	return loadConfig(path, getenv, func(*configReader, Config) {})
}

// LoadRunning is LoadConfig for processes that talk to people: what they cannot do without must be there.
func LoadRunning(path string, getenv func(string) string) (Config, error) {
	return loadConfig(path, getenv, (*configReader).missing)
}

func loadConfig(path string, getenv func(string) string, more func(*configReader, Config)) (Config, error) {
	c, r := DefaultConfig(), newConfigReader()
	name := path
	if name == "" {
		name = defaultConfigFile
	}
	data, err := os.ReadFile(name) // #nosec G304 -- the operator names it
	switch {
	case err == nil:
		if r.yaml(name, data, &c); len(r.mistakes) > 0 && len(r.places) == 0 {
			return c, r.mistakes // broken: what else seems to be wrong or missing may stand in what could not be read
		}
	case path == "" && errors.Is(err, fs.ErrNotExist):
		// nothing configured by file: defaults and environment
	default:
		return c, Mistakes{{Place: name, Text: fmt.Sprintf("cannot be read: %v", cause(err))}}
	}
	r.environment(&c, getenv)
	r.check(c)
	more(r, c)
	if len(r.mistakes) > 0 {
		return c, r.mistakes
	}
	return c, nil
}

// cause drops the path that os puts before its errors, since the place says it already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
