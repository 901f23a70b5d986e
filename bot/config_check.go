package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/currency"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/actions/vault"
)

// secretKeyBytes is the length of secret_key before base64.
const secretKeyBytes = vault.SecretBytes

// check looks at every value and records what is wrong with it. It changes nothing.
func (r *configReader) check(c Config) {
	r.address("listen", c.Listen)
	r.url("public_url", c.PublicURL, "https", "http")
	r.database(c.DatabaseURL)
	r.account(c.Account)
	for _, m := range c.Hours.Validate() {
		r.wrong("hours."+m.Path, "%s", m.Problem)
	}
	r.people(c.People)
	r.slack(c.Slack)
	r.discord(c.Discord)
	r.telegram(c.Telegram)
	r.mail(c.Mail)
	r.hotmart(c.Hotmart)
	r.url("stripe.api_url", c.Stripe.APIURL, "https", "http")
	if c.Hotmart.Enabled && c.Stripe.Enabled {
		r.wrong("stripe.enabled", "one commerce platform at a time: hotmart is enabled too")
	}
	r.webhooks(c.Webhooks)
	r.listmonk(c.Listmonk)
	r.secretKey("secret_key", c.SecretKey)
	r.secretKey("previous_secret_key", c.PreviousSecretKey)
	if c.PreviousSecretKey != "" && c.PreviousSecretKey == c.SecretKey {
		r.wrong("previous_secret_key", "is the same as secret_key: it is for the one before")
	}
	r.policy(c.Policy)
	for _, m := range c.Retention.Validate() {
		r.wrong("retention."+m.Path, "%s", m.Problem)
	}
}

// wrong records a mistake where the key was written, or at the key itself when it was not.
func (r *configReader) wrong(path, format string, args ...any) {
	if r.unread[path] {
		return
	}
	text := fmt.Sprintf(format, args...)
	switch place := r.places[path]; {
	case place == "":
		r.mistakes.add(path, "%s", text)
	case strings.HasPrefix(place, "AFTERSALE_"):
		r.mistakes.add(place, "%s", text)
	default:
		r.mistakes.add(place, "%s: %s", path, text)
	}
}

func (r *configReader) address(path, value string) {
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		r.wrong(path, "must be HOST:PORT, such as 127.0.0.1:8080")
	}
}

// url checks an address that may be empty. It is not repeated in the message, as it may hold a password.
func (r *configReader) url(path, value string, schemes ...string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		r.wrong(path, "must be an address that starts with %s://", strings.Join(schemes, ":// or "))
	}
}

func (r *configReader) oneOf(path, value string, words ...string) {
	if !slices.Contains(words, value) {
		r.wrong(path, "must be one of %s", strings.Join(words, ", "))
	}
}

func (r *configReader) database(value Secret) {
	if rest, ok := strings.CutPrefix(value.Reveal(), "sqlite:"); ok && rest != "" {
		return
	}
	u, err := url.Parse(value.Reveal())
	// A socket's folder stands in the parameter host: postgres://user@/database?host=/var/run/postgresql
	if err != nil || u.Host == "" && !u.Query().Has("host") || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		r.wrong("database_url", "must be sqlite:FILE or postgres://USER@HOST/DATABASE")
	}
}

func (r *configReader) account(a AccountConfig) {
	if strings.TrimSpace(a.Name) == "" {
		r.wrong("account.name", "is missing: buyers read it in chats and mails")
	}
	r.oneOf("account.locale", a.Locale, format.Locales()...)
	if _, err := time.LoadLocation(a.Timezone); err != nil || a.Timezone == "" || a.Timezone == "Local" {
		r.wrong("account.timezone", "must be a time zone of the IANA list, such as America/Sao_Paulo")
	}
	if _, err := currency.ParseISO(a.Currency); err != nil || a.Currency != strings.ToUpper(a.Currency) {
		r.wrong("account.currency", "must be a currency of ISO 4217, such as BRL")
	}
	if a.SupportEmail != "" {
		if _, err := actions.ParseEmail(a.SupportEmail); err != nil {
			r.wrong("account.support_email", "must be an e-mail address")
		}
	}
}

func (r *configReader) people(people []PersonConfig) {
	taken := map[string]int{}
	unique := func(path, what, value string, i int) {
		if value == "" {
			return
		}
		if other, ok := taken[what+value]; ok {
			r.wrong(path, "is also that of people[%d]", other)
			return
		}
		taken[what+value] = i
	}
	for i, p := range people {
		path := fmt.Sprintf("people[%d]", i)
		if strings.TrimSpace(p.Name) == "" {
			r.wrong(path, "name is missing")
		}
		roles := make([]string, len(actions.StaffRoles))
		for j, role := range actions.StaffRoles {
			roles[j] = string(role)
		}
		if p.Role == "" {
			r.wrong(path, "role is missing: one of %s", strings.Join(roles, ", "))
		} else {
			r.oneOf(path+".role", p.Role, roles...)
		}
		unique(path+".name", "name ", strings.ToLower(p.Name), i)
		unique(path+".slack", "slack ", p.Slack, i)
		unique(path+".discord", "discord ", p.Discord, i)
		if p.Telegram != 0 {
			unique(path+".telegram", "telegram ", strconv.FormatInt(p.Telegram, 10), i)
		}
	}
}

func (r *configReader) slack(s SlackConfig) {
	r.oneOf("slack.mode", s.Mode, "http", "socket")
	r.url("slack.api_url", s.APIURL, "https", "http")
	if !strings.HasPrefix(s.Command, "/") || strings.ContainsAny(s.Command, " \t") || len(s.Command) < 2 {
		r.wrong("slack.command", "must be a slash and one word, such as /support")
	}
}

func (r *configReader) discord(d DiscordConfig) {
	r.oneOf("discord.mode", d.Mode, "http", "gateway")
	r.url("discord.api_url", d.APIURL, "https", "http")
	if key, err := hex.DecodeString(d.PublicKey); err != nil || len(key) != 0 && len(key) != 32 {
		r.wrong("discord.public_key", "must be the 64 hexadecimal digits of the application's page")
	}
}

func (r *configReader) telegram(t TelegramConfig) {
	r.oneOf("telegram.mode", t.Mode, "webhook", "polling")
	r.url("telegram.api_url", t.APIURL, "https", "http")
	if t.WebhookSecret != "" && !webhookSecret.MatchString(t.WebhookSecret.Reveal()) {
		r.wrong("telegram.webhook_secret", "must be 1 to 256 letters, digits, _ and -; `openssl rand -hex 32` makes one")
	}
}

// webhookSecret is what Telegram takes as secret_token (Bot API 10.1, setWebhook).
var webhookSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

func (r *configReader) hotmart(h HotmartConfig) {
	r.url("hotmart.api_url", h.APIURL, "https", "http")
	r.url("hotmart.auth_url", h.AuthURL, "https", "http")
	if h.ReconcileMinutes < 0 || h.ReconcileMinutes > 24*60 {
		r.wrong("hotmart.reconcile_minutes", "must be between 0 (never) and 1440 (once a day)")
	}
	if _, _, ok := h.basic(); h.Basic != "" && (h.ClientID == "" || h.ClientSecret == "") && !ok {
		r.wrong("hotmart.basic", "must be the field Basic of the credential: base64 of client id, colon and client secret")
	}
}

func (r *configReader) listmonk(l ListmonkConfig) {
	r.url("listmonk.url", l.URL, "https", "http")
	if !l.Enabled {
		return
	}
	for path, value := range map[string]string{"listmonk.url": l.URL, "listmonk.user": l.User, "listmonk.token": l.Token.Reveal()} {
		if value == "" {
			r.wrong(path, "is needed while listmonk.enabled is true")
		}
	}
}

func (r *configReader) webhooks(w WebhooksConfig) {
	for _, host := range w.Allowed() {
		if strings.ContainsAny(host, "/@?#") {
			r.wrong("webhooks.allow_hosts", "must be hosts such as crm.lan or 10.0.0.5:8080, separated by commas, not %q", host)
		}
	}
}

func (r *configReader) policy(p actions.Policy) {
	for _, m := range p.Validate() {
		r.wrong("policy."+m.Path, "%s", m.Problem)
	}
}

func (r *configReader) mail(m MailConfig) {
	if m.From != "" {
		if _, err := mail.ParseAddress(m.From); err != nil {
			r.wrong("mail.from", `must be an address, such as "Shop <help@example.com>"`)
		}
	}
	r.url("mail.smtp_url", m.SMTPURL.Reveal(), "smtp", "smtps")
	if m.SMTPURL != "" && m.OutboxDir != "" {
		r.wrong("mail.outbox_dir", "is set, and so is mail.smtp_url: one of the two must go")
	}
	if m.PerMinute < 0 || m.PerMinute > maxMailPerMinute {
		r.wrong("mail.per_minute", "must be from 1 to %d, or 0 for no limit, not %d", maxMailPerMinute, m.PerMinute)
	}
}

// maxMailPerMinute is more than any server takes: above it is a typing error.
const maxMailPerMinute = 1_000_000

func (r *configReader) secretKey(path string, key Secret) {
	if key == "" {
		return
	}
	if _, err := decodeSecretKey(key); err != nil {
		r.wrong(path, "%v", err)
	}
}

func decodeSecretKey(s Secret) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(s.Reveal())
	if err != nil || len(key) != secretKeyBytes {
		return nil, fmt.Errorf("must be %d bytes in base64; `openssl rand -base64 %d` makes one", secretKeyBytes, secretKeyBytes)
	}
	return key, nil
}

// missing lists what a process that talks to people needs beyond the defaults: more than a command over the database.
func (r *configReader) missing(c Config) {
	if c.SecretKey == "" {
		r.wrong("secret_key", "is missing (or AFTERSALE_SECRET_KEY): 32 bytes in base64; `openssl rand -base64 32` makes one")
	}
	if c.Mail.SMTPURL == "" && c.Mail.OutboxDir == "" {
		r.wrong("mail", "has no way out: set smtp_url (or AFTERSALE_MAIL_SMTP_URL), or outbox_dir to write mails into files")
	}
	if c.Mail.From == "" && c.Account.SupportEmail == "" {
		r.wrong("mail.from", "is missing (or AFTERSALE_MAIL_FROM), and account.support_email is not there to take its place")
	}
	r.missingForSlack(c.Slack)
	r.missingForDiscord(c.Discord)
	r.missingForTelegram(c)
	r.missingForHotmart(c.Hotmart)
	if c.Stripe.Enabled {
		r.need("stripe.secret_key", c.Stripe.SecretKey == "", "a restricted key (rk_live_…) that the dashboard makes under Developers > API keys; see docs/stripe.md")
	}
}

// need refuses a key that a platform cannot do without.
func (r *configReader) need(path string, empty bool, where string) {
	if empty {
		r.wrong(path, "is missing (or %s): %s", key{path: path}.env(), where)
	}
}

func (r *configReader) missingForSlack(s SlackConfig) {
	if !s.Enabled {
		return
	}
	r.need("slack.bot_token", s.BotToken == "", "the Bot User OAuth Token of the app's page Install App")
	if s.Mode == "socket" {
		r.need("slack.app_token", s.AppToken == "", "an app-level token with connections:write, of the page Basic Information")
	}
	if s.Mode == "http" {
		r.need("slack.signing_secret", s.SigningSecret == "", "the Signing Secret of the page Basic Information")
	}
}

func (r *configReader) missingForDiscord(d DiscordConfig) {
	if !d.Enabled {
		return
	}
	r.need("discord.token", d.Token == "", "the token of the application's page Bot")
	r.need("discord.application_id", d.ApplicationID == "", "of the application's page General Information")
	if d.Mode == "http" {
		r.need("discord.public_key", d.PublicKey == "", "of the application's page General Information")
	}
}

func (r *configReader) missingForTelegram(c Config) {
	t := c.Telegram
	if !t.Enabled {
		return
	}
	r.need("telegram.token", t.Token == "", "what @BotFather answers to /newbot")
	if t.Mode == "webhook" {
		r.need("telegram.webhook_secret", t.WebhookSecret == "", "`openssl rand -hex 32` makes one")
	}
}

func (r *configReader) missingForHotmart(h HotmartConfig) {
	if !h.Enabled || h.Basic != "" {
		return
	}
	where := "of the credential that Hotmart's panel makes under Tools > Developer credentials; see docs/hotmart.md"
	r.need("hotmart.client_id", h.ClientID == "", where)
	r.need("hotmart.client_secret", h.ClientSecret == "", where)
}
