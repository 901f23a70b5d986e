package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
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
)

// Attacks on the real program, through the real adapters, over real HTTP. docs/security.md lists them all, with those that
// are proved elsewhere.

const thiefOnPhone = 6006

// sale imports a row of a sales report while the program runs.
func (c *threeChats) sale(code, status, product, price, name, email string) {
	c.Helper()
	at := time.Now().AddDate(0, 0, -2).Format("02/01/2006 15:04:05")
	row := []string{code, status, at, at, "1", product, "BRL", price, "Pix", name, email}
	for i, cell := range row {
		row[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	c.write("more.csv", "Código da transação;Status da transação;Data da transação;Confirmação do pagamento;Código do produto;Produto;Moeda de compra;"+
		"Valor de compra com impostos;Método de pagamento;Comprador(a);Email do(a) Comprador(a)\n"+strings.Join(row, ";")+"\n")
	c.command("import", filepath.Join(c.folder, "more.csv"))
}

// bot lists what the bot has said to somebody in Telegram.
func (c *threeChats) bot(user int64) []faketelegram.Message {
	return slices.DeleteFunc(c.telegram.Messages(user), func(m faketelegram.Message) bool { return m.User != 0 })
}

// says has somebody write, and waits for an answer that holds a text.
func (c *threeChats) says(user int64, text, answer string) {
	c.Helper()
	before := len(c.bot(user))
	c.telegram.Say(user, text)
	c.until(fmt.Sprintf("%d reads %q after %q", user, answer, text), func() bool {
		all := c.bot(user)
		return len(all) > before && strings.Contains(all[len(all)-1].Text, answer)
	})
}

// data is what a button of Telegram sends, of the newest message that has one that begins so.
func (c *threeChats) data(user int64, label string) (message int, data string) {
	c.Helper()
	c.until("["+label+"]", func() bool {
		for _, m := range slices.Backward(c.bot(user)) {
			for _, b := range m.Buttons() {
				if strings.HasPrefix(b.Text, label) {
					message, data = m.ID, b.Data
					return true
				}
			}
		}
		return false
	})
	return message, data
}

func (c *threeChats) press(user int64, message int, data string) {
	c.telegram.Press(faketelegram.Press{Chat: user, User: user, Message: message, Data: data})
}

// asks has the buyer ask for his money, up to the card in the rooms, and returns what his last button sent.
func (c *threeChats) asks() (message int, confirm string) {
	c.Helper()
	c.says(buyerOnPhone, "/refund", "Qual compra é sua?")
	c.says(buyerOnPhone, "HP1100000101", "Digite o código")
	c.says(buyerOnPhone, c.mailedCode("é o seu código"), "")
	message, pick := c.data(buyerOnPhone, "Massas Frescas")
	c.press(buyerOnPhone, message, pick)
	c.tap("Outro motivo")
	c.tap("Pular")
	message, confirm = c.data(buyerOnPhone, "Reembolsar R$ 297,00")
	c.press(buyerOnPhone, message, confirm)
	c.read("Um código só para este pedido")
	c.says(buyerOnPhone, c.mailedCode("para o reembolso"), "")
	c.until("the card is in Slack", func() bool { return strings.Contains(strings.Join(c.inSlack(slackRoom), "\n"), "espera decisão") })
	return message, confirm
}

// inRoom is what a button of Slack's room sends.
func (c *threeChats) inRoom(label string) (ts, value string) {
	c.Helper()
	c.until("["+label+"] in the room", func() bool {
		for _, m := range slices.Backward(c.slack.Messages(slackRoom, ruiOnSlack)) {
			for _, control := range fakeslack.Controls(m.Blocks) {
				if control.Label == label {
					ts, value = m.TS, control.Value
					return true
				}
			}
		}
		return false
	})
	return ts, value
}

// logged counts the entries of an action in the audit log, as exported.
func (c *threeChats) logged(action string) int {
	c.Helper()
	return strings.Count(c.command("audit", "export"), `"`+action+`"`)
}

// settled waits until everything that was delivered has been answered: somebody asks for help and gets it.
func (c *threeChats) settled() {
	c.Helper()
	c.says(7007, "/help", "O que dá para fazer")
}

// TestAttackReplayedButtons presses what was pressed before, on two platforms, when it is all over.
func TestAttackReplayedButtons(t *testing.T) {
	t.Parallel()
	c := openThreeChats(t)
	message, confirm := c.asks()
	ts, approve := c.inRoom("Aprovar")
	c.slack.Press(ruiOnSlack, slackRoom, ts, approve)
	c.until("he is asked once more", func() bool { return strings.Contains(strings.Join(c.inSlack(slackRoom), "\n"), "Aprovar este pedido?") })
	again, yes := c.inRoom("Aprovar") // in the message that only he sees
	c.slack.Press(ruiOnSlack, slackRoom, again, yes)
	c.until("the refund is done", func() bool { return c.hasMail("Devolvemos") })
	for range 3 {
		c.press(buyerOnPhone, message, confirm)
		c.slack.Press(ruiOnSlack, slackRoom, again, yes)
		c.slack.Press(ruiOnSlack, slackRoom, ts, approve)
	}
	c.settled()
	for _, action := range []string{"refund.proposed", "refund.approved", "refund.done"} {
		if n := c.logged(action); n != 1 {
			t.Errorf("%s: %d times", action, n)
		}
	}
}

// TestAttackForeignButtonsAndIds has a stranger press the buyer's buttons, with whatever he changes in what they send, and the
// buyer press the managers'.
func TestAttackForeignButtonsAndIds(t *testing.T) {
	t.Parallel()
	c := openThreeChats(t)
	c.says(thiefOnPhone, "/find", "Qual compra é sua?")
	_, own := c.data(thiefOnPhone, "Cancelar")
	message, confirm := c.asks()
	_, approve := c.inRoom("Aprovar")
	mine, theirs, _ := strings.Cut(own, ".")
	conversation, rest, _ := strings.Cut(confirm, ".")
	tries := []string{confirm, conversation + "." + theirs, mine + "." + rest, approve, conversation, conversation + ".0.", confirm + ".o0", "HP1100000101",
		strings.ReplaceAll(approve, "approve", "deny"), conversation + ".999999999999.confirm", "../" + confirm}
	for revision := range 15 {
		tries = append(tries, fmt.Sprintf("%s.%d.confirm", conversation, revision), fmt.Sprintf("%s.%d.o0", conversation, revision))
	}
	for _, data := range tries {
		c.press(thiefOnPhone, message, data)
	}
	c.press(buyerOnPhone, message, approve)
	c.slack.AddUser("U0EVE", "Eve", "pt-BR")
	c.slack.Join(slackRoom, "U0EVE")
	ts, _ := c.inRoom("Aprovar")
	c.slack.Press("U0EVE", slackRoom, ts, approve)
	c.settled()
	var read []string
	for _, m := range c.bot(thiefOnPhone) {
		read = append(read, m.Text)
	}
	if all := strings.Join(read, "\n"); strings.Contains(all, "Massas") || strings.Contains(all, "Marina") || strings.Contains(all, "297") {
		t.Errorf("the thief reads:\n%s", all)
	}
	if c.logged("refund.approved")+c.logged("refund.denied") != 0 || c.logged("refund.proposed") != 1 {
		t.Errorf("something was done:\n%s", c.command("audit", "export"))
	}
}

// TestAttackOwnProposal makes the buyer a manager after he asked: he must not approve what he asked for.
func TestAttackOwnProposal(t *testing.T) {
	t.Parallel()
	c := openThreeChats(t)
	c.asks()
	_, approve := c.inRoom("Aprovar")
	c.command("people", "add", "Marina", "--role", "manager", "--telegram", fmt.Sprint(buyerOnPhone))
	c.press(buyerOnPhone, 0, approve)
	c.settled()
	if message, yes := c.bot(buyerOnPhone)[len(c.bot(buyerOnPhone))-1], ""; true {
		for _, b := range message.Buttons() { // what he is offered, if anything
			if b.Text == "Aprovar" {
				yes = b.Data
			}
		}
		if yes != "" {
			c.press(buyerOnPhone, message.ID, yes)
			c.read("Você fez este pedido")
		}
	}
	if c.logged("refund.approved") != 0 {
		t.Error("he approved his own")
	}
}

// TestAttackRemovedManager takes the role away between two clicks.
func TestAttackRemovedManager(t *testing.T) {
	t.Parallel()
	c := openThreeChats(t)
	c.asks()
	c.click(slackRoom, "Aprovar")
	c.until("he is asked once more", func() bool { return strings.Contains(strings.Join(c.inSlack(slackRoom), "\n"), "Aprovar este pedido?") })
	c.command("people", "remove", "Rui")
	c.click(slackRoom, "Aprovar") // in the message that only he sees
	c.settled()
	if c.logged("refund.approved") != 0 {
		t.Error("somebody who is not of the team any more approved")
	}
}

// TestAttackFactsChangedAndChargeback has the bank take the money while a refund waits for a decision: it is not paid, and it
// cannot be asked for again.
func TestAttackFactsChangedAndChargeback(t *testing.T) {
	t.Parallel()
	c := openThreeChats(t)
	c.asks()
	c.sale("HP1100000101", "Chargeback", "Massas Frescas", "297,00", "Marina Alves", "marina@example.com")
	c.click(slackRoom, "Aprovar")
	c.until("he is asked, or told", func() bool {
		all := strings.Join(c.inSlack(slackRoom), "\n")
		return strings.Contains(all, "Aprovar este pedido?") || strings.Contains(all, "retirado")
	})
	c.click(slackRoom, "Aprovar")
	c.until("the request is withdrawn", func() bool { return c.logged("refund.withdrawn") == 1 })
	c.says(buyerOnPhone, "/refund HP1100000101", "contestado")
	if c.logged("refund.approved")+c.logged("refund.done")+c.logged("refund.requested") != 0 {
		t.Errorf("money left:\n%s", c.command("audit", "export"))
	}
}

// TestAttackEnumeration asks for somebody who is known and for nobody: the answers are the same, wrong codes included.
func TestAttackEnumeration(t *testing.T) {
	t.Parallel()
	c := openThreeChats(t)
	read := map[int64]string{}
	for i, known := range []string{"marina@example.com", "nobody@example.com", "HP1100000101", "HP1100000999"} {
		user := int64(7001 + i)
		c.says(user, "/find", "Qual compra é sua?")
		c.says(user, known, "Digite o código")
		c.until("its job is done", func() bool { // until then everybody is told that the code is on its way
			before := len(c.bot(user))
			c.telegram.Say(user, "111111")
			c.until("an answer", func() bool { return len(c.bot(user)) > before })
			all := c.bot(user)
			return !strings.Contains(all[len(all)-1].Text, "ainda está a caminho")
		})
		read[user] = ""
		for range 2 {
			before := len(c.bot(user))
			c.telegram.Say(user, "000000")
			c.until("an answer", func() bool { return len(c.bot(user)) > before })
		}
		for _, m := range c.bot(user) {
			if !strings.Contains(m.Text, "ainda está a caminho") {
				read[user] += m.Text + "\n"
			}
		}
	}
	for _, pair := range [][2]int64{{7001, 7002}, {7003, 7004}} {
		if read[pair[0]] != read[pair[1]] {
			t.Errorf("known:\n%s\nunknown:\n%s", read[pair[0]], read[pair[1]])
		}
	}
}

// TestAttackMailBomb has codes sent again and again, from one chat and from several.
func TestAttackMailBomb(t *testing.T) {
	t.Parallel()
	c := openThreeChats(t)
	for user := int64(7001); user < 7004; user++ {
		c.says(user, "/find", "Qual compra é sua?")
		c.says(user, []string{"HP1100000101", "marina@example.com", " hp1100000101"}[user-7001], "") // too many of that word is said
		for range 5 {
			for _, m := range slices.Backward(c.bot(user)) {
				if i := slices.IndexFunc(m.Buttons(), func(b faketelegram.Button) bool { return b.Text == "Enviar outro código" }); i >= 0 {
					c.press(user, m.ID, m.Buttons()[i].Data)
					break
				}
			}
		}
		c.settled()
	}
	c.until("mails have left", func() bool { return c.codes() > 0 })
	c.settled()
	if n := c.codes(); n > 3 {
		t.Errorf("%d codes were mailed to one address, want 3 at most", n)
	}
}

// codes counts the codes that were mailed.
func (c *threeChats) codes() (n int) {
	letters, _ := mailer.ReadOutbox(filepath.Join(c.folder, "out"), 100)
	for _, l := range letters {
		if strings.Contains(l.Subject, "é o seu código") {
			n++
		}
	}
	return n
}

// TestAttackMarkup sells what looks like markup, mentions and templates to somebody who is called so: every chat shows it as it
// was written, and calls nobody.
func TestAttackMarkup(t *testing.T) {
	t.Parallel()
	const evil = `<b>P</b> *x* <!channel> <@U0RUI> @everyone [a](https://evil.example) {{.price}} & <script>`
	c := openThreeChats(t)
	c.sale("HP1100000102", "Aprovado", evil, "297,00", "<script> @everyone", "evil@example.com")
	c.says(buyerOnPhone, "/refund", "Qual compra é sua?")
	c.says(buyerOnPhone, "HP1100000102", "Digite o código")
	c.says(buyerOnPhone, c.mailedCode("é o seu código"), "")
	message, pick := c.data(buyerOnPhone, "<b>P</b>")
	c.press(buyerOnPhone, message, pick)
	c.tap("Outro motivo")
	c.says(buyerOnPhone, "*bold* <!here> @here <b>", "Reembolsar")
	c.tap("Reembolsar R$ 297,00")
	c.read("Um código só para este pedido")
	c.says(buyerOnPhone, c.mailedCode("para o reembolso"), "")
	c.until("the card is in Slack", func() bool { return strings.Contains(strings.Join(c.inSlack(slackRoom), "\n"), "espera decisão") })
	c.until("the card is in Discord", func() bool { return strings.Contains(strings.Join(c.inDiscord(), "\n"), "espera decisão") })
	for where, shown := range map[string]string{"Telegram": strings.Join(c.phone(), "\n"), "Slack": strings.Join(c.inSlack(slackRoom), "\n")} {
		for _, part := range []string{"{{.price}}"} {
			if !strings.Contains(shown, part) {
				t.Errorf("%s does not show %s as it was written:\n%s", where, part, shown)
			}
		}
	}
	for _, call := range c.slack.Calls("chat.postMessage") {
		if text := fmt.Sprint(call); regexp.MustCompile(`<!(channel|here)>|<@U0RUI>|<https://evil`).MatchString(text) {
			t.Errorf("Slack is told to mention or to link: %s", text)
		}
	}
	for _, call := range c.discord.Calls("POST /channels/" + fakediscord.Room + "/messages") {
		if text := fmt.Sprint(call); strings.Contains(text, "@everyone") && !strings.Contains(text, `parse`) {
			t.Errorf("Discord may mention: %s", text)
		}
	}
}

// TestAttackOversizedAndSlow keeps a connection open with half a request, and sends headers without an end: the program ends
// both, and serves on. Bodies are bounded by each adapter, which its own tests show.
func TestAttackOversizedAndSlow(t *testing.T) {
	t.Parallel()
	c := openThreeChats(t)
	address := c.log.await(t, servingAt)[1]
	slow, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if _, err := slow.Write([]byte("POST /slack/interactions HTTP/1.1\r\nHost: x\r\nX-Slow: ")); err != nil {
		t.Fatal(err)
	}
	large, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer large.Close()
	go func() { // fails when the program has had enough
		_, _ = large.Write([]byte("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: " + strings.Repeat("x", 8<<20) + "\r\n\r\n"))
	}()
	for name, conn := range map[string]net.Conn{"slow": slow, "large": large} {
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(conn)
		var waited net.Error
		if errors.As(err, &waited) && waited.Timeout() || strings.Contains(string(answer), "200 OK") {
			t.Errorf("the %s request is still served: %q, %v", name, answer, err)
		}
	}
	c.settled()
}

// TestAttackForgedLogLines puts line breaks and control characters where they may reach the log: no line of it is forged.
func TestAttackForgedLogLines(t *testing.T) {
	t.Parallel()
	const forged = "\ntime=2026-01-01T00:00:00Z level=ERROR msg=\"all is lost\"\r\n\x1b[31mforged\x00"
	c := openThreeChats(t)
	address := c.log.await(t, servingAt)[1]
	for _, path := range []string{"/" + strings.ReplaceAll("%0atime=forged", " ", ""), "/slack/commands", "/telegram/webhook", "/readyz%0d%0aforged"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+path, strings.NewReader(forged))
		if err != nil {
			t.Fatal(err)
		}
		r.Header["User-Agent"] = []string{"forged\x1b[31m time=2026 level=ERROR"}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			answer.Body.Close()
		}
	}
	c.sale("HP1100000103", "Aprovado", "Massas"+strings.ReplaceAll(forged, "\x00", ""), "10,00", "Ana"+strings.ReplaceAll(forged, "\x00", ""), "ana@example.org")
	c.says(thiefOnPhone, "/find", "Qual compra é sua?")
	c.telegram.Say(thiefOnPhone, "x"+forged)
	c.telegram.Say(thiefOnPhone, "/refund "+forged)
	c.press(thiefOnPhone, 1, "data"+forged)
	c.settled()
	c.stop()
	select {
	case <-c.code:
	case <-time.After(patience):
		t.Fatal("serve does not stop")
	}
	for _, line := range strings.Split(strings.TrimSpace(c.log.String()), "\n") {
		if strings.ContainsAny(line, "\x1b\x00\r") || strings.HasPrefix(line, "time=2026-01-01") || strings.Contains(line, `msg="all is lost"`) {
			t.Errorf("a forged line: %q", line)
		}
	}
}
