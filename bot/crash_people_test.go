package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Where people talk to the bot.
const (
	onSlack    = "slack"
	onDiscord  = "discord"
	onTelegram = "telegram"
)

// crashRoom is the room of a platform in which proposals wait.
func crashRoom(platform string) string { return platform + ":#approvals" }

// A crashWho is somebody with a chat: of the team, or a buyer.
type crashWho struct {
	user     string
	role     actions.Role
	platform string
}

// on is the person's user on a platform; empty where he is not.
func (w crashWho) on(platform string) string {
	if w.platform != platform {
		return ""
	}
	return w.user
}

func (w crashWho) chat() string { return w.platform + ":@" + w.user }

// crashTeam is the team. Agents work in Slack, those who decide in both rooms.
func crashTeam() []crashWho {
	return []crashWho{
		{"ana", actions.Agent, onSlack}, {"bia", actions.Agent, onSlack}, {"caio", actions.Agent, onSlack},
		{"rui", actions.Manager, onSlack}, {"clara", actions.Producer, onDiscord}, {"davi", actions.Manager, onDiscord},
	}
}

// A crashPerson is somebody at work in one conversation after the other.
type crashPerson struct {
	*crashRun
	crashWho
	random  *rand.Rand
	last    flow.Shown // what he looks at
	message string     // and where it stands
}

func (r *crashRun) person(who crashWho, seed uint64) *crashPerson {
	return &crashPerson{crashRun: r, crashWho: who, random: rand.New(rand.NewPCG(r.seed, seed))}
}

// A crashWish is what somebody wants of a conversation.
type crashWish struct {
	answers map[string]string // by field; a choice that is not named: the first one
	button  string            // of a live card
	twice   bool              // he presses [Confirm] twice
}

// maxCrashTurns is far more than any conversation takes, crashes included.
const maxCrashTurns = 80

// play talks until the conversation has ended, and returns what was shown last; false when the test is over.
func (p *crashPerson) play(first crashGesture, w crashWish) (flow.Shown, bool) {
	ok := p.send(first)
	for turn := 0; ok && !over(p.last, w); turn++ {
		if turn == maxCrashTurns {
			p.fail("the conversation does not end", p.last)
			return p.last, false
		}
		g, twice := p.next(p.last, w)
		if g == nil {
			p.fail("nothing to press", p.last)
			return p.last, false
		}
		if twice {
			ok = p.sendTwice(*g)
		} else {
			ok = p.send(*g)
		}
	}
	return p.last, ok
}

// over tells whether nothing is left to do: the conversation has ended, or a repeated press was answered with the card
// of what it brought.
func over(v flow.Shown, w crashWish) bool { return v.Ended || v.Kind == "card" && w.button == "" }

// next is what somebody who wants w does where v is shown.
func (p *crashPerson) next(v flow.Shown, w crashWish) (g *crashGesture, twice bool) {
	if len(v.Fields) > 0 && p.platform != onTelegram {
		values := map[string]string{}
		for _, f := range v.Fields {
			values[f.Name] = choice(f, w)
		}
		return p.did(crashGesture{Submitted: &flow.Submitted{Token: v.Token, Values: values}}), false
	}
	if len(v.Fields) > 0 {
		return p.prompted(v, w), false
	}
	if w.button != "" && v.Kind == "card" {
		return p.press(v, w.button), false
	}
	if g := p.press(v, "confirm"); g != nil {
		return g, w.twice
	}
	if g := p.press(v, "again"); g != nil {
		return g, false
	}
	if v.Step == "rebuilt" { // the new proposal comes as a card of its own
		return p.press(v, "cancel"), false
	}
	return nil, false
}

// prompted answers one question: by its button, else by typing, else by leaving it out.
func (p *crashPerson) prompted(v flow.Shown, w crashWish) *crashGesture {
	f := v.Fields[0]
	want := choice(f, w)
	for i, o := range f.Options {
		if o.Value == want {
			return p.press(v, "o"+strconv.Itoa(i))
		}
	}
	if want != "" {
		return p.did(crashGesture{Typed: &flow.Typed{Text: want}})
	}
	return p.press(v, "skip")
}

// choice is the answer to a field.
func choice(f flow.ShownField, w crashWish) string {
	if answer, ok := w.answers[strings.TrimSuffix(f.Name, "_again")]; ok {
		return answer
	}
	if len(f.Options) > 0 {
		return f.Options[0].Value
	}
	return ""
}

// press is the gesture of pressing a button by its name; nil when it is not there.
func (p *crashPerson) press(v flow.Shown, name string) *crashGesture {
	for _, b := range v.Buttons {
		if token, err := flow.ParseToken(b.Token); err == nil && token.Button == name {
			return p.did(crashGesture{Pressed: &flow.Pressed{Token: b.Token}})
		}
	}
	return nil
}

// did completes a gesture in the person's private chat, on the message that he looks at.
func (p *crashPerson) did(g crashGesture) *crashGesture {
	g.Platform, g.Chat, g.User, g.Forms = p.platform, p.chat(), p.user, p.platform != onTelegram
	if g.Pressed != nil || g.Submitted != nil {
		g.Message = p.message
	}
	return &g
}

func (p *crashPerson) types(word, rest string) crashGesture {
	return *p.did(crashGesture{Command: &flow.Command{Word: word, Rest: rest}})
}

// send makes a gesture until it is answered. When the bot died over it, either the platform delivers it again, or the
// person repeats it, which is another delivery. A text is not typed again: it might answer the next question.
func (p *crashPerson) send(g crashGesture) bool {
	g.ID = newID()
	for {
		line, ok := p.talk(crashCall{Gesture: &g})
		switch {
		case p.ctx.Err() != nil:
			return false
		case ok && line.Failed != "":
			p.fail("the gesture failed: "+line.Failed, p.last)
			return false
		case ok && line.Shown != nil:
			p.last, p.message = *line.Shown, line.Message
			return true
		case ok && g.Command == nil: // taken before a crash, and the answer was lost: look how things stand
			g = p.look(g)
			g.ID = newID()
		case ok, g.Typed == nil && p.random.IntN(2) == 0:
			g.ID = newID()
		}
	}
}

// look is a press on an old button, which changes nothing and shows how things stand; [Help] in case it is not so old.
func (p *crashPerson) look(g crashGesture) crashGesture {
	if help := p.press(p.last, "help"); help != nil {
		return *help
	}
	return g // a card in a room has none, and may be pressed again
}

// sendTwice is a double press: two deliveries at once. What did something is what he goes on from.
func (p *crashPerson) sendTwice(g crashGesture) bool {
	other := *p
	other.random = rand.New(rand.NewPCG(p.random.Uint64(), 0))
	var mine, others bool
	both(func() { mine = p.send(g) }, func() { others = other.send(g) })
	if p.last.Problem != "" && other.last.Problem == "" {
		p.last, p.message = other.last, other.message
	}
	return mine && others
}

// fail ends the test over what somebody saw.
func (p *crashPerson) fail(what string, v flow.Shown) {
	saw, _ := json.Marshal(v)
	p.t.Errorf("%s, %s: %s: %s", p.user, p.role, what, saw)
}

// receipt keeps what somebody was told.
func (r *crashRun) receipt(receipt crashReceipt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.receipts = append(r.receipts, receipt)
}

// A crashSale is a purchase and the buyer's chat.
type crashSale struct {
	transaction string
	buyer       crashWho
	email       string
	event       actions.SaleEvent
}

// crashBundle is a product of three, each of which gets a mail of its own.
const crashBundle = "bundle"

// sale has a webhook tell of a new purchase. buyer is nobody for a new one.
func (p *crashPerson) sale(product string, price int64, buyer crashWho) (crashSale, bool) {
	p.mu.Lock()
	p.number++
	n := p.number
	p.mu.Unlock()
	if buyer.user == "" {
		buyer = crashWho{fmt.Sprintf("b%d", n), actions.BuyerRole, onTelegram}
	}
	at := now().Truncate(time.Second)
	s := crashSale{transaction: fmt.Sprintf("HP%08d", n), buyer: buyer, email: buyer.user + "@example.com"}
	sale := &actions.Sale{
		Transaction: actions.Transaction(s.transaction), Status: actions.Approved, RawStatus: "APPROVED",
		Product: actions.SoldProduct{Code: product, Name: "The " + product},
		Buyer:   actions.SoldTo{Name: "Buyer " + buyer.user, Email: actions.Email(s.email), Locale: "en"},
		Price:   actions.Money{Minor: price, Currency: "BRL"}, Quantity: 1, Payment: actions.Payment("card"), Installments: 1,
		OrderedAt: at.AddDate(0, 0, -3), ApprovedAt: at.AddDate(0, 0, -3), GuaranteeEnds: at.AddDate(0, 0, 4),
	}
	if product == crashBundle {
		for _, part := range []string{"bread", "cake", "pie"} {
			sale.Contents = append(sale.Contents, actions.SoldProduct{Code: part, Name: "The " + part})
		}
	}
	s.event = actions.SaleEvent{Source: "hotmart", ID: s.transaction + "/approved", Kind: "PURCHASE_APPROVED", At: at.AddDate(0, 0, -3), Sale: sale}
	return s, p.webhook(s.event, buyer.user)
}

// happens has a webhook tell what became of a purchase.
func (p *crashPerson) happens(s crashSale, status actions.Status) bool {
	e, sale := s.event, *s.event.Sale
	sale.Status, sale.RawStatus = status, string(status)
	e.ID, e.Kind, e.At, e.Sale = s.transaction+"/"+string(status), string(status), now().Truncate(time.Second), &sale
	p.mu.Lock()
	p.happened[string(status)+" "+s.transaction]++
	p.mu.Unlock()
	return p.webhook(e, "")
}

// webhook delivers an event until it is taken.
func (p *crashPerson) webhook(e actions.SaleEvent, seat string) bool {
	for p.ctx.Err() == nil {
		line, ok := p.talk(crashCall{Sale: &e, Seat: seat})
		if ok && line.Failed != "" {
			p.t.Errorf("webhook %s: %s", e.ID, line.Failed)
			return false
		}
		if ok {
			return true
		}
	}
	return false
}

// both has two people do something at once.
func both(a, b func()) {
	var done sync.WaitGroup
	done.Go(a)
	done.Go(b)
	done.Wait()
}
