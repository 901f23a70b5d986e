package flows

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Case is a question to the team. A buyer asks it, or writes more about one that he has asked: what the shop can do for him
// at once is offered first. The team looks one up, with all that was said in it.
//
//	/case [question]              buyers
//	/case [number or buyer]       the team
type Case struct {
	core *actions.Core
	Asking
	Answering

	Staff bool
	ID    string
	Item  actions.Case          `json:",omitzero"`
	Said  []actions.CaseMessage `json:",omitzero"` // newest first
}

// NewCase defines the flow. What stands behind the command is a question, or what a case is looked for by.
func NewCase(core *actions.Core) flow.Def {
	return flow.Def{Name: "case", Roles: everybody, New: func() flow.Flow { return &Case{core: core} },
		Redirect: func(_ context.Context, words string) (flow.Launch, bool) {
			return flow.Launch{Flow: "case", Values: map[string]string{"words": words}}, true
		}}
}

// Given takes the case from the card that was pressed, or the words that were typed.
func (f *Case) Given(who actions.Actor, values map[string]string) {
	f.Staff, f.ID, f.Before = who.Staff(), values["case"], values["before"]
	if f.Staff {
		f.Decides = who.Is(actions.Deciders...)
		f.Query = values["words"] + values["query"]
		return
	}
	f.asked(values)
}

// Steps is the flow's table of contents.
func (f *Case) Steps() []flow.Step { return slices.Concat(f.answering(), f.asking()) }

// question starts Case with what a buyer typed when nothing was asked: whoever writes a sentence, or of something that the
// team hears of, wants an answer. A greeting gets the menu; thanks are answered in kind.
func question(who actions.Actor, text string) (flow.Launch, bool) {
	text = strings.TrimSpace(text)
	const sentence = 20 // letters; shorter ones are greetings, unless they name a topic
	if !who.Is(actions.BuyerRole) || utf8.RuneCountInString(text) < sentence && len(actions.SuggestTopics(text)) == 0 && !actions.OnlyThanks(text) {
		return flow.Launch{}, false
	}
	return flow.Launch{Flow: "case", Values: map[string]string{"words": text, "free": "1"}}, true
}
