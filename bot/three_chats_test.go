package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	mailer "github.com/aftersale/aftersale/actions/mail"
	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
)

// The people of the shop with three chats, by the ids of their platforms.
const (
	ruiOnSlack   = "U0RUI"
	biaOnDiscord = "300000000000000002"
	buyerOnPhone = 5005
	slackRoom    = "C0APPROVE"
)

// threeChats is the real program, served to a Slack, a Discord and a Telegram.
type threeChats struct {
	*testing.T
	slack    *fakeslack.Slack
	discord  *fakediscord.Server
	telegram *faketelegram.Server
	folder   string
	getenv   func(string) string
	log      *output
	stop     context.CancelFunc
	code     chan int
}

// openThreeChats sets the platforms up with the program's own commands and starts it.
func openThreeChats(t *testing.T) *threeChats {
	t.Helper()
	known := specs.Load(t)
	const token = "MTAwMDAwMDAw.of-the-bot"
	c := &threeChats{T: t, slack: fakeslack.New(t), folder: t.TempDir(), log: newOutput(), code: make(chan int, 1)}
	c.discord = fakediscord.New(t, fakediscord.Options{Token: token, Validate: known.Discord, ValidateCallback: known.DiscordCallback})
	c.telegram = faketelegram.New(t, faketelegram.Options{Token: "12345:telegram", Validate: known.Telegram})
	c.slack.AddUser(ruiOnSlack, "Rui", "pt-BR")
	c.slack.AddChannel(slackRoom, "approvals", ruiOnSlack, fakeslack.BotUser)
	config := fmt.Sprintf(`
listen: 127.0.0.1:0
database_url: sqlite:%s
account: {name: Cozinha da Ana, locale: pt-BR, support_email: ajuda@example.com}
people:
  - {name: Rui, role: manager, slack: %s}
  - {name: Bia, role: producer, discord: "%s"}
slack: {enabled: true, bot_token: %s, app_token: %s, api_url: %s, approvals_channel: %s}
discord: {enabled: true, token: %s, application_id: "%s", guild_id: "%s", api_url: %s, approvals_channel: "%s"}
telegram: {enabled: true, token: "12345:telegram", api_url: %s}
mail: {outbox_dir: %s}
`, filepath.Join(c.folder, "x.db"), ruiOnSlack, biaOnDiscord, fakeslack.BotToken, fakeslack.AppToken, c.slack.URL(), slackRoom,
		token, fakediscord.ApplicationID, fakediscord.GuildID, c.discord.URL(), fakediscord.Room, c.telegram.URL(), filepath.Join(c.folder, "out"))
	c.write("config.yaml", config)
	c.write("sales.csv", `Código da transação;Status da transação;Data da transação;Confirmação do pagamento;Código do produto;Produto;Moeda de compra;Valor de compra com impostos;Método de pagamento;Comprador(a);Email do(a) Comprador(a)
HP1100000101;Aprovado;`+time.Now().AddDate(0, 0, -2).Format("02/01/2006 15:04:05")+`;`+time.Now().AddDate(0, 0, -2).Format("02/01/2006 15:04:05")+`;1;Massas Frescas;BRL;297,00;Pix;Marina Alves;marina@example.com
`)
	c.getenv = env("AFTERSALE_SECRET_KEY", goodKey)
	for _, args := range [][]string{{"migrate", "up"}, {"import", filepath.Join(c.folder, "sales.csv")}, {"setup", "discord"}, {"setup", "telegram"}, {"setup", "slack"}, {"doctor"}} {
		c.command(args...)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.stop = cancel
	go func() { c.code <- run(ctx, c.args("serve"), c.getenv, nil, c.log, c.log) }()
	t.Cleanup(cancel)
	c.log.await(t, servingAt)
	c.until("Slack and Discord are connected", func() bool {
		open, _ := c.slack.Connections()
		return open > 0 && c.discord.Connected()
	})
	return c
}

func (c *threeChats) write(name, content string) {
	c.Helper()
	if err := os.WriteFile(filepath.Join(c.folder, name), []byte(content), 0o600); err != nil {
		c.Fatal(err)
	}
}

func (c *threeChats) args(command ...string) []string {
	return append(command, "--config", filepath.Join(c.folder, "config.yaml"))
}

// command runs one command of the program and returns what it printed.
func (c *threeChats) command(args ...string) string {
	c.Helper()
	var out, trouble strings.Builder
	if code := run(c.Context(), c.args(args...), c.getenv, nil, &out, &trouble); code != exitDone {
		c.Fatalf("%v: exit code %d\n%s\n%s", args, code, out.String(), trouble.String())
	}
	return out.String()
}

// until waits for something that comes over the network.
func (c *threeChats) until(what string, so func() bool) {
	c.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	give := time.After(patience)
	for !so() {
		select {
		case <-tick.C:
		case <-give:
			c.Fatalf("in vain: %s\nTelegram: %v\nSlack: %v\nDiscord: %v\n%s", what, c.phone(), c.inSlack(slackRoom), c.inDiscord(), c.log)
		}
	}
}

// phone is what the buyer reads, the newest last.
func (c *threeChats) phone() []string {
	var all []string
	for _, m := range c.telegram.Messages(buyerOnPhone) {
		if m.User == 0 {
			all = append(all, m.Text)
		}
	}
	return all
}

// tap presses a button of the newest message that has it.
func (c *threeChats) tap(label string) {
	c.Helper()
	c.until("["+label+"] on the phone", func() bool {
		all := c.telegram.Messages(buyerOnPhone)
		for _, m := range slices.Backward(all) {
			for _, b := range m.Buttons() {
				if b.Text == label {
					c.telegram.Press(faketelegram.Press{Chat: buyerOnPhone, User: buyerOnPhone, Message: m.ID, Data: b.Data})
					return true
				}
			}
		}
		return false
	})
}

// read waits until the phone shows a text.
func (c *threeChats) read(text string) {
	c.Helper()
	c.until("the phone shows "+text, func() bool { return strings.Contains(strings.Join(c.phone(), "\n"), text) })
}

func (c *threeChats) inSlack(channel string) []string {
	var all []string
	for _, m := range c.slack.Messages(channel, ruiOnSlack) {
		all = append(all, strings.Join(fakeslack.Texts(m.Blocks), "\n"))
	}
	return all
}

// click presses a button of the newest message in a channel of Slack that has it.
func (c *threeChats) click(channel, label string) {
	c.Helper()
	c.until("["+label+"] in "+channel, func() bool {
		for _, m := range slices.Backward(c.slack.Messages(channel, ruiOnSlack)) {
			for _, control := range fakeslack.Controls(m.Blocks) {
				if control.Label == label {
					c.slack.Press(ruiOnSlack, channel, m.TS, control.Value)
					return true
				}
			}
		}
		return false
	})
}

func (c *threeChats) inDiscord() []string {
	var all []string
	for _, m := range c.discord.See(biaOnDiscord, fakediscord.Room) {
		all = append(all, m.Text())
	}
	return all
}

var sixDigits = regexp.MustCompile(`(?m)^(\d{6})\r?$`)

// mailedCode waits for the one-time code in the buyer's mailbox, in a mail about that.
func (c *threeChats) mailedCode(about string) (code string) {
	c.Helper()
	c.until("a code is mailed", func() bool {
		letters, err := mailer.ReadOutbox(filepath.Join(c.folder, "out"), 10)
		if err != nil {
			return false // nothing was sent yet
		}
		for _, l := range letters {
			if !strings.Contains(l.Subject, about) {
				continue
			}
			if full, err := mailer.Open(filepath.Join(c.folder, "out"), l.ID); err == nil {
				if found := sixDigits.FindStringSubmatch(full.Text); found != nil {
					code = found[1]
					return true
				}
			}
		}
		return false
	})
	return code
}

func (c *threeChats) hasMail(subject string) bool {
	letters, _ := mailer.ReadOutbox(filepath.Join(c.folder, "out"), 20)
	return slices.ContainsFunc(letters, func(l mailer.Envelope) bool { return strings.Contains(l.Subject, subject) })
}

// TestThreeChats is the story of the product: a buyer whom nobody knows asks for his money back in Telegram, the card
// appears in Slack and in Discord, a manager approves it in Slack, all cards change, the buyer is told and gets a mail.
func TestThreeChats(t *testing.T) {
	t.Parallel()
	c := openThreeChats(t)

	c.telegram.Say(buyerOnPhone, "/start")
	c.tap("Pedir reembolso")
	c.read("Qual compra é sua?")
	c.telegram.Say(buyerOnPhone, "hp1100000101")
	c.read("Digite o código")
	c.telegram.Say(buyerOnPhone, c.mailedCode("é o seu código"))
	c.until("the purchase is offered", func() bool {
		for _, m := range c.telegram.Messages(buyerOnPhone) {
			for _, b := range m.Buttons() {
				if strings.HasPrefix(b.Text, "Massas Frescas") {
					c.telegram.Press(faketelegram.Press{Chat: buyerOnPhone, User: buyerOnPhone, Message: m.ID, Data: b.Data})
					return true
				}
			}
		}
		return false
	})
	c.tap("Outro motivo")
	c.tap("Pular")
	c.tap("Reembolsar R$ 297,00")
	c.read("Um código só para este pedido")
	c.telegram.Say(buyerOnPhone, c.mailedCode("para o reembolso"))

	waits := "espera decisão"
	c.until("the card is in Slack", func() bool { return strings.Contains(strings.Join(c.inSlack(slackRoom), "\n"), waits) })
	c.until("the card is in Discord", func() bool { return strings.Contains(strings.Join(c.inDiscord(), "\n"), waits) })
	for _, room := range [][]string{c.inSlack(slackRoom), c.inDiscord()} {
		if text := strings.Join(room, "\n"); strings.Contains(text, "marina@example.com") || strings.Contains(text, "Marina Alves") {
			t.Errorf("a room shows who the buyer is:\n%s", text)
		}
	}

	c.click(slackRoom, "Aprovar")
	c.until("he is asked once more", func() bool { return strings.Contains(strings.Join(c.inSlack(slackRoom), "\n"), "Aprovar este pedido?") })
	c.click(slackRoom, "Aprovar") // in the message that only he sees
	approved := "aprovado por Rui"
	c.until("Slack's card is decided", func() bool { return strings.Contains(strings.Join(c.inSlack(slackRoom), "\n"), approved) })
	c.until("Discord's card is decided", func() bool { return strings.Contains(strings.Join(c.inDiscord(), "\n"), approved) })
	c.until("the buyer is told", func() bool { return strings.Contains(strings.Join(c.phone(), "\n"), "aprovado") })
	c.until("the refund is done and mailed", func() bool { return c.hasMail("R$ 297,00") && c.hasMail("reembols") })
	for _, m := range c.discord.See(biaOnDiscord, fakediscord.Room) {
		for _, part := range fakediscord.Flat(m.Components) {
			if part.Label == "Aprovar" {
				t.Error("what is decided can still be approved in Discord")
			}
		}
	}
	if strings.Contains(strings.Join(c.phone(), "\n"), "Rui") {
		t.Error("the buyer is told who of the team decided")
	}

	c.stop()
	select {
	case code := <-c.code:
		if code != exitDone {
			t.Errorf("serve ended with %d: %s", code, c.log)
		}
	case <-time.After(patience):
		t.Fatalf("serve does not stop: %s", c.log)
	}
	c.command("audit", "verify") // fails when anything is not as it was written
	for _, secret := range []string{fakeslack.BotToken, fakeslack.AppToken, "12345:telegram", "of-the-bot"} {
		if strings.Contains(c.log.String(), secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
}
