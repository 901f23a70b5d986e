package flows

import (
	"context"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// CaseLineCard is one thing that happened in a case, as a line in the thread below the case's card.
func CaseLineCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "caseline", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		e, c, said, err := core.CaseEvent(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowCaseLine(e, c, said)
		return v, launches, nil
	}}
}

// ShowCaseLine is what a line says, and what its button launches.
func ShowCaseLine(e actions.CaseEvent, c actions.Case, said actions.CaseMessage) (flow.View, map[string]flow.Launch) {
	v := flow.View{Token: flow.Token{Of: "caseline:" + e.ID}, Flow: "caseline", Step: string(e.Kind), Kind: "card",
		Title: flow.T("caseline."+string(e.Kind), "number", number(c), "who", e.Who, "buyer", caseBuyer(c), "until", flow.Moment(e.Until))}
	switch e.Kind {
	case actions.EventOpened:
		v.Body = []flow.Text{flow.T("caseline.how")}
		if utf8.RuneCountInString(said.Text) > maxExcerpt { // the card has but its beginning
			v.Body = append(v.Body, whatWasSaid(said)...)
		}
	case actions.EventWrote, actions.EventReopened, actions.EventReplied, actions.EventNoted:
		v.Body = whatWasSaid(said)
	}
	var items []entrance
	switch e.Kind {
	case actions.EventOpened, actions.EventWrote, actions.EventReopened, actions.EventNoted:
		items = append(items, enter("reply", "case_reply", "case", c.ID))
	}
	launches := launchesOf(items)
	if e.Kind == actions.EventNoted {
		items = nil // it hangs on what ShowNoted says of the note
	}
	v.Buttons = buttons("casecard", items)
	return v, launches
}

// remarkOn takes what somebody writes below a card of a case as a note for the team. of finds the case of the card.
func remarkOn(core *actions.Core, of func(ctx context.Context, who actions.Actor, id string) (string, error)) func(context.Context, string, flow.Heard) (*flow.View, error) {
	return func(ctx context.Context, id string, h flow.Heard) (*flow.View, error) {
		if !h.Who.Staff() {
			first, err := core.FirstTime(ctx, h.Who.Account, h.Platform, "remark of a stranger/"+h.User)
			if err != nil || !first {
				return nil, err
			}
			return &flow.View{Flow: "caseline", Step: "stranger", Kind: "notice", Title: flow.T("caseline.stranger"), Ended: true}, nil
		}
		c, err := of(ctx, h.Who, id)
		if err != nil {
			return nil, err
		}
		out, err := core.RemarkCase(ctx, h.Who, actions.RemarkInput{Key: h.Key, Case: c, Card: h.Card, Text: h.Text, Files: h.Files})
		if err == nil && len(out.Refused) > 0 {
			v := ShowRefused(out)
			return &v, nil
		}
		if err != nil || !out.First {
			return nil, err
		}
		v := ShowNoted(out.Note)
		return &v, nil
	}
}

// ShowNoted tells somebody, once, that what he wrote below a card went to nobody but the team.
func ShowNoted(note string) flow.View {
	return flow.View{Token: flow.Token{Of: "caseline:" + note}, Flow: "caseline", Step: "noted_below", Kind: "card",
		Title: flow.T("caseline.noted_below"), Body: []flow.Text{flow.T("caseline.noted_below_how")},
		Buttons: buttons("casecard", []entrance{enter("reply", "case_reply")})}
}

// ShowRefused tells somebody which of the files that he put below a card are not kept, and why.
func ShowRefused(out actions.Remarked) flow.View {
	v := flow.View{Flow: "caseline", Step: "refused", Kind: "notice", Title: flow.T("caseline.refused"), Ended: true}
	for _, f := range out.Refused {
		v.Body = append(v.Body, flow.T("caseline.refused_for."+f.Why, "name", f.Name, "max", actions.MaxFile>>20))
	}
	v.Body = append(v.Body, flow.T("caseline.refused_how", "max", actions.MaxFile>>20))
	if out.First {
		v.Body = append(v.Body, flow.T("caseline.noted_below_how"))
	}
	return v
}
