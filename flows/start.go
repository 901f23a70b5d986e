package flows

import (
	"context"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Start is the menu: buttons first, so that nobody has to know a command.
//
//	/start [link]             everybody
type Start struct {
	Role actions.Role
	Name string
}

// NewStart defines the flow. Behind the command may stand the words of a link from a mail (Core.ChatLink): they open the
// purchase that the mail was about, once it is shown to be the reader's. An invitation to the team may stand there too, or be
// all that somebody says.
func NewStart(core *actions.Core) flow.Def {
	return flow.Def{Name: Home, Roles: everybody, New: func() flow.Flow { return &Start{} },
		Greeted: greeted, Unwanted: unwanted, Received: receive(core),
		Redirect: func(ctx context.Context, words string) (flow.Launch, bool) {
			if join, ok := invitation(words); ok {
				return join, true
			}
			t, ok := core.OpenLink(ctx, words)
			return flow.Launch{Flow: "find", Values: map[string]string{"query": string(t), "known": string(t)}}, ok
		}}
}

// greeted starts what a text stands for that answers nothing: an invitation to the team, or, of a buyer, a question to it.
func greeted(who actions.Actor, text string) (flow.Launch, bool) {
	if l, ok := invitation(text); ok {
		return l, true
	}
	return question(who, text)
}

// invitation starts Join with the code of an invitation that is all of a text.
func invitation(text string) (flow.Launch, bool) {
	return flow.Launch{Flow: "join", Values: map[string]string{"code": text}}, actions.LooksLikeInvitation(text)
}

// Given remembers for whom the menu is.
func (f *Start) Given(who actions.Actor, _ map[string]string) { f.Role, f.Name = who.Role, who.Name }

// Steps is the flow's table of contents. It ends at once: a menu waits for nobody, and its buttons stay good.
func (f *Start) Steps() []flow.Step {
	key := "team"
	if f.Role == actions.BuyerRole {
		key = "buyer"
	}
	return []flow.Step{flow.Result(key, nil, menu(f.Role, Home)...)}
}

// Help says what each command does.
//
//	/help                     everybody
type Help struct {
	Role actions.Role
}

// NewHelp defines the flow.
func NewHelp() flow.Def {
	return flow.Def{Name: "help", Roles: everybody, New: func() flow.Flow { return &Help{} }}
}

// Given remembers for whom the help is.
func (f *Help) Given(who actions.Actor, _ map[string]string) { f.Role = who.Role }

// Steps is the flow's table of contents.
func (f *Help) Steps() []flow.Step {
	return []flow.Step{flow.Result("overview", nil, menu(f.Role, "help")...).Body(f.body)}
}

func (f *Help) body() []flow.Text {
	rare := map[string]bool{}
	for _, d := range All(nil) {
		rare[d.Name] = d.Rare
	}
	var lines []flow.Text
	for _, word := range Commands(f.Role) {
		var typed any = flow.Word(word)
		if rare[word] {
			typed = flow.RareWord(word)
		}
		lines = append(lines, flow.T("command."+word, "word", typed))
	}
	return lines
}

// menu is a button for each flow that the role may use but the one that shows the menu.
func menu(role actions.Role, here string) []flow.Item {
	var items []flow.Item
	for _, word := range Commands(role) {
		if word == here || word == flow.Stop || here == "help" && word == Home {
			continue
		}
		items = append(items, flow.Open(word, word, nil))
	}
	return items
}
