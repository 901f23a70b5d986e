package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// env makes a getenv of alternating names and values.
func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const goodKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

func TestExampleShowsTheDefaults(t *testing.T) {
	t.Parallel()
	got, err := LoadConfig("../config.example.yaml", env())
	if err != nil {
		t.Fatal(err)
	}
	want := DefaultConfig()
	want.People = []PersonConfig{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("config.example.yaml differs from DefaultConfig (-default +example):\n%s", diff)
	}
}

func TestExampleShowsEveryKey(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := DefaultConfig()
	r := newConfigReader()
	r.yaml("config.example.yaml", data, &c)
	for _, k := range keys(&c) {
		if r.places[k.path] == "" {
			t.Errorf("config.example.yaml does not show %s", k.path)
		}
	}
}

func TestLoadConfigReadsAllKinds(t *testing.T) {
	t.Parallel()
	path := write(t, "config.yaml", `
listen: ":9000"
database_url: postgres://ana@db/aftersale
account: {name: Cozinha da Ana, locale: es, support_email: ajuda@example.com}
people:
  - {name: Ana, role: agent, slack: U0ANA, discord: "1001", telegram: 5001}
  - name: Rui
    role: manager
slack:
  command: /ajuda
telegram:
mail: {from: "Cozinha <ajuda@example.com>", outbox_dir: outbox}
policy: {buyer_refund: {enabled: false, max: 12.5}, proposal_hours: 24}
`)
	got, err := LoadConfig(path, env())
	if err != nil {
		t.Fatal(err)
	}
	want := DefaultConfig()
	want.Listen = ":9000"
	want.DatabaseURL = "postgres://ana@db/aftersale"
	want.Account.Name, want.Account.Locale, want.Account.SupportEmail = "Cozinha da Ana", "es", "ajuda@example.com"
	want.People = []PersonConfig{
		{Name: "Ana", Role: "agent", Slack: "U0ANA", Discord: "1001", Telegram: 5001},
		{Name: "Rui", Role: "manager"},
	}
	want.Slack.Command = "/ajuda"
	want.Mail = MailConfig{From: "Cozinha <ajuda@example.com>", OutboxDir: "outbox", PerMinute: 60}
	want.Policy.BuyerRefund.Enabled, want.Policy.BuyerRefund.Max, want.Policy.ProposalHours = false, 12_50, 24
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("LoadConfig (-want +got):\n%s", diff)
	}
}

func TestEnvironmentReachesEveryKey(t *testing.T) {
	t.Parallel()
	values := map[string]string{ // what a key needs to be valid, where any word is not enough
		"listen": "0.0.0.0:1", "public_url": "https://a.example", "database_url": "sqlite:x.db",
		"account.locale": "en", "account.timezone": "Europe/Lisbon", "account.currency": "EUR",
		"account.support_email": "a@b.example", "slack.mode": "http", "slack.command": "/x",
		"discord.mode": "http", "discord.public_key": strings.Repeat("ab", 32), "telegram.mode": "webhook",
		"mail.from": "a@b.example", "mail.smtp_url": "smtp://h:1", "mail.outbox_dir": "", "secret_key": goodKey, "previous_secret_key": goodKey, "telegram.webhook_secret": "word",
		"retention.proofs": "40", "retention.requests": "40", "retention.cases": "40", "retention.feedback": "70",
		"listmonk.url": "https://lists.example", "hotmart.basic": "aWQ6c2VjcmV0", "hours.days": "mon,wed", "hours.from": "08:00", "hours.to": "17:00", "hours.holidays": "12-25",
	}
	for _, k := range keys(&Config{}) {
		text, special := values[k.path]
		switch {
		case special:
		case strings.HasSuffix(k.path, "_url"):
			text = "https://other.example/" + k.path
		case k.value.Kind().String() == "bool":
			text = "false"
		case k.value.CanInt():
			text = "7"
		default:
			text = "word-" + k.path
		}
		values[k.path] = text
	}
	for i, k := range keys(&Config{}) {
		t.Run(k.path, func(t *testing.T) {
			t.Parallel()
			text := values[k.path]
			if text == "" {
				text = "folder"
			}
			c, err := LoadConfig("", env(k.env(), text))
			if err != nil {
				t.Fatalf("%s=%s: %v", k.env(), text, err)
			}
			got := fmt.Sprint(keys(&c)[i].value.Interface())
			if k.secret {
				got = keys(&c)[i].value.Interface().(Secret).Reveal()
			}
			if got != text && got != text+".00" {
				t.Errorf("%s=%s gives %q", k.env(), text, got)
			}
		})
	}
}

func TestEnvironmentWinsOverTheFileAndReadsSecretsFromFiles(t *testing.T) {
	t.Parallel()
	config := write(t, "config.yaml", "listen: :1\nsecret_key: AAAA\n")
	key := write(t, "key", goodKey+"\n")
	c, err := LoadConfig(config, env("AFTERSALE_LISTEN", ":2", "AFTERSALE_SECRET_KEY_FILE", key))
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != ":2" || c.SecretKey.Reveal() != goodKey {
		t.Errorf("listen %q, secret_key %q; want :2 and the file's content", c.Listen, c.SecretKey.Reveal())
	}
}

func TestAllMistakesAtOnceWithTheirPlaces(t *testing.T) {
	t.Parallel()
	path := write(t, "config.yaml", `listne: :1
account:
  name: ""
  locale: fr
  timezone: Mars/Olympus
  currency: real
  support_email: nobody
people:
  - {name: Ana, role: boss, discord: 1001}
  - {name: ana, role: agent, telegram: "5001"}
  - {role: agent}
slack: {enabled: true, mode: pigeon, command: support}
discord: yes
telegram: {enabled: maybe}
mail: {from: nobody, smtp_url: http://x, outbox_dir: y}
secret_key: c2hvcnQ=
secret_key: twice
policy: {proposal_hours: 0, buyer_refund: {max: much}, unknown: 1}
`)
	_, err := LoadConfig(path, env("AFTERSALE_PUBLIC_URL", "ftp://x", "AFTERSALE_POLICY_PROPOSAL_HOURS", "x",
		"AFTERSALE_HOTMART_BASIC", "id-without-secret", "AFTERSALE_SLACK_BOT_TOKEN", "a", "AFTERSALE_SLACK_BOT_TOKEN_FILE", "b",
		"AFTERSALE_DISCORD_TOKEN_FILE", "/nowhere"))
	want := `
config.yaml:1:1: listne: unknown key; did you mean "listen"?
config.yaml:9:38: people[0].discord: must be text, not a number: put it in quotes
config.yaml:10:40: people[1].telegram: must be a whole number, not text
config.yaml:13:10: discord must be a group of keys, not text
config.yaml:14:21: telegram.enabled: must be true or false, not text
config.yaml:17:1: secret_key: stands here a second time
config.yaml:18:49: policy.buyer_refund.max: must be an amount such as 100.00, not "much"
config.yaml:18:56: policy.unknown: unknown key
AFTERSALE_SLACK_BOT_TOKEN: is set, and so is AFTERSALE_SLACK_BOT_TOKEN_FILE: one of the two must go
AFTERSALE_DISCORD_TOKEN_FILE: /nowhere cannot be read: no such file or directory
AFTERSALE_POLICY_PROPOSAL_HOURS: must be a whole number
AFTERSALE_PUBLIC_URL: must be an address that starts with https:// or http://
config.yaml:3:9: account.name: is missing: buyers read it in chats and mails
config.yaml:4:11: account.locale: must be one of pt-BR, en, es
config.yaml:5:13: account.timezone: must be a time zone of the IANA list, such as America/Sao_Paulo
config.yaml:6:13: account.currency: must be a currency of ISO 4217, such as BRL
config.yaml:7:18: account.support_email: must be an e-mail address
config.yaml:9:23: people[0].role: must be one of agent, manager, producer, admin
config.yaml:10:12: people[1].name: is also that of people[0]
config.yaml:11:5: people[2]: name is missing
config.yaml:12:30: slack.mode: must be one of http, socket
config.yaml:12:47: slack.command: must be a slash and one word, such as /support
config.yaml:15:14: mail.from: must be an address, such as "Shop <help@example.com>"
config.yaml:15:32: mail.smtp_url: must be an address that starts with smtp:// or smtps://
config.yaml:15:54: mail.outbox_dir: is set, and so is mail.smtp_url: one of the two must go
AFTERSALE_HOTMART_BASIC: must be the field Basic of the credential: base64 of client id, colon and client secret
config.yaml:16:13: secret_key: must be 32 bytes in base64; ` + "`openssl rand -base64 32`" + ` makes one`
	got := "\n" + strings.ReplaceAll(fmt.Sprint(err), path, "config.yaml")
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

// TestMissingForPlatforms lists what an enabled platform cannot do without, by its mode.
func TestMissingForPlatforms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ content, want string }{
		"socket":   {"slack: {enabled: true, bot_token: xoxb-1}", "slack.app_token: is missing (or AFTERSALE_SLACK_APP_TOKEN)"},
		"http":     {"slack: {enabled: true, mode: http, bot_token: xoxb-1}", "slack.signing_secret: is missing"},
		"gateway":  {"discord: {enabled: true, application_id: '1'}", "discord.token: is missing"},
		"endpoint": {"discord: {enabled: true, mode: http, token: x, application_id: '1'}", "discord.public_key: is missing"},
		"polling":  {"telegram: {enabled: true}", "telegram.token: is missing (or AFTERSALE_TELEGRAM_TOKEN): what @BotFather answers to /newbot"},
		"webhook":  {"telegram: {enabled: true, mode: webhook, token: x}", "telegram.webhook_secret: is missing"},
		"id":       {"hotmart: {enabled: true, client_secret: x}", "hotmart.client_id: is missing (or AFTERSALE_HOTMART_CLIENT_ID): of the credential"},
		"password": {"hotmart: {enabled: true, client_id: x}", "hotmart.client_secret: is missing (or AFTERSALE_HOTMART_CLIENT_SECRET)"},
		"stripe":   {"stripe: {enabled: true}", "stripe.secret_key: is missing (or AFTERSALE_STRIPE_SECRET_KEY): a restricted key"},
		"two":      {"{hotmart: {enabled: true, basic: aWQ6c2VjcmV0}, stripe: {enabled: true, secret_key: x}}", "config.yaml:1:67: stripe.enabled: one commerce platform at a time: hotmart is enabled too"},
		"secret":   {"telegram: {webhook_secret: 'a b'}", "config.yaml:1:28: telegram.webhook_secret: must be 1 to 256 letters"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, "config.yaml", c.content+"\n")
			_, err := LoadRunning(path, env("AFTERSALE_SECRET_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
				"AFTERSALE_MAIL_OUTBOX_DIR", "out", "AFTERSALE_MAIL_FROM", "a@example.com"))
			got := strings.ReplaceAll(fmt.Sprint(err), path, "config.yaml")
			if !strings.HasPrefix(got, c.want) || strings.Contains(got, "\n") {
				t.Errorf("got %s, want only %s", got, c.want)
			}
		})
	}
}

func TestBrokenYAMLNamesTheLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, content, want string }{
		{"bracket", "listen: :1\nmail: {from: x\nslack:\n", "config.yaml:"},
		{"tab", "account:\n\tname: x\n", "config.yaml:2:"},
		{"list", "- a\n- b\n", "config.yaml:1:1: the configuration must be a group of keys, not a list"},
		{"alias", "account: &a {name: x}\n", "config.yaml:1:10: account: anchors, aliases and tags are not read"},
		{"two documents", "listen: :1\n---\nlisten: :2\n", "config.yaml:2:1: a second document"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, "config.yaml", c.content)
			_, err := LoadConfig(path, env())
			got := strings.ReplaceAll(fmt.Sprint(err), path, "config.yaml")
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("%q gives\n%s\nwant a beginning of\n%s", c.content, got, c.want)
			}
		})
	}
}

func TestConfigFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	_, err := LoadConfig("/nowhere/config.yaml", env())
	if got, want := fmt.Sprint(err), "/nowhere/config.yaml: cannot be read: no such file or directory"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	c := DefaultConfig()
	for _, k := range keys(&c) {
		if k.secret {
			k.value.SetString("MARKER")
		}
	}
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "config", c, "key", c.SecretKey)
	for _, out := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), string(encoded), log.String()} {
		if strings.Contains(out, "MARKER") {
			t.Errorf("a secret is in %s", out)
		}
	}
	if c.SecretKey.Reveal() != "MARKER" {
		t.Errorf("Reveal gives %q", c.SecretKey.Reveal())
	}
}

func TestMistakesDoNotRepeatSecrets(t *testing.T) {
	t.Parallel()
	var pairs []string
	for _, k := range keys(&Config{}) {
		if k.secret {
			pairs = append(pairs, k.env(), "MARKER")
		}
	}
	_, err := LoadConfig("", env(pairs...))
	if err == nil || strings.Contains(err.Error(), "MARKER") {
		t.Errorf("got %v, want mistakes without the values", err)
	}
}

func TestRunningNeedsMoreThanTheDefaults(t *testing.T) {
	t.Parallel()
	_, err := LoadRunning("", env("AFTERSALE_LISTEN", "nowhere"))
	for _, begin := range []string{"AFTERSALE_LISTEN: ", "secret_key: is missing", "mail: has no way out", "mail.from: is missing"} {
		if !strings.Contains("\n"+fmt.Sprint(err), "\n"+begin) {
			t.Errorf("no mistake %q in\n%v", begin, err)
		}
	}
	_, err = LoadRunning("", env("AFTERSALE_SECRET_KEY", goodKey, "AFTERSALE_MAIL_OUTBOX_DIR", "outbox", "AFTERSALE_ACCOUNT_SUPPORT_EMAIL", "a@b.example"))
	if err != nil {
		t.Errorf("complete configuration: %v", err)
	}
}

// TestHotmartCredential: the panel shows a credential as id and secret, and as one field that holds both.
func TestHotmartCredential(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]HotmartConfig{
		"both":            {ClientID: "id", ClientSecret: "se:cret"},
		"basic":           {Basic: "aWQ6c2U6Y3JldA=="},
		"with its word":   {Basic: " Basic aWQ6c2U6Y3JldA== "},
		"all three":       {ClientID: "id", ClientSecret: "se:cret", Basic: "aWQ6c2U6Y3JldA=="},
		"basic and an id": {ClientID: "other", Basic: "aWQ6c2U6Y3JldA=="},
	} {
		if id, secret := h.credential(); id != "id" || secret != "se:cret" {
			t.Errorf("%s: %q and %q", name, id, secret)
		}
	}
}
