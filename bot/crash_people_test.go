package main

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"

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
