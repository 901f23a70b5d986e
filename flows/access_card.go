package flows

import (
	"context"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// AccessCard says how a buyer is known in the platform's members area, before access is sent again: nobody waits for a mail that
// cannot help. It is there at once and follows when the area has answered; access can be sent all the while.
func AccessCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "access", View: func(ctx context.Context, key string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		look, err := core.MemberLook(ctx, reader, key)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowAccess(look, core.SendsMail(actions.OpResend))
		return v, launches, nil
	}}
}

// ShowAccess is what the card of a look says, and what its buttons launch. A press on a card from before the answer, or from
// before access was sent, shows how things stand.
func ShowAccess(l actions.MemberLook, platform bool) (flow.View, map[string]flow.Launch) {
	about := map[string]string{"transaction": string(l.Purchase.Transaction)}
	launches := map[string]flow.Launch{
		"send":  {Flow: "resend", Values: map[string]string{"transaction": about["transaction"], "look": l.Key}},
		"email": {Flow: "email", Values: about},
		"own":   {Flow: "platform_mail", Values: map[string]string{"transaction": about["transaction"], "op": string(actions.OpResend)}},
		"open":  {Flow: "find", Values: map[string]string{"query": about["transaction"]}},
	}
	v := flow.View{Token: flow.Token{Of: "access:" + l.Key, Revision: 2 * l.Sent}, Flow: "access", Step: accessStep(l), Kind: "card",
		Facts: append(brief(l.Purchase, false), flow.Card("contents", contents(l.Purchase), "members_area", memberLines(l))...)}
	v.Title = flow.T("access." + v.Step)
	if l.Answered {
		v.Token.Revision++
	}
	send := flow.Button{Name: "send", Label: flow.T("access.button.send"), Style: flow.Primary}
	wrong := flow.Button{Name: "email", Label: flow.T("access.button.email")}
	if l.Sent > 0 {
		send.Label, send.Style = flow.T("access.button.again"), flow.Plain
	}
	if l.Missing() && l.Sent == 0 { // the mail would not help
		v.Body = []flow.Text{flow.T("access.missing")}
		send.Label, send.Style, wrong.Style = flow.T("access.button.anyway"), flow.Plain, flow.Primary
		v.Buttons = []flow.Button{wrong, send}
	} else {
		v.Buttons = []flow.Button{send, wrong}
	}
	if platform {
		v.Buttons = append(v.Buttons, flow.Button{Name: "own", Label: flow.T("access.button.own")})
	}
	v.Buttons = append(v.Buttons, flow.Button{Name: "open", Label: flow.T("access.button.open")})
	return v, launches
}

func accessStep(l actions.MemberLook) string {
	switch {
	case l.Sent > 0:
		return "sent"
	case !l.Answered:
		return "looking"
	case l.Failed:
		return "failed"
	}
	return "known"
}

// memberLines say how the buyer is known, product by product.
func memberLines(l actions.MemberLook) []flow.Text {
	lines := make([]flow.Text, 0, len(l.Products))
	for _, p := range l.Products {
		lines = append(lines, flow.T("access.member."+memberState(p.State), "product", p.Product, "first", p.State.FirstAt, "last", p.State.LastAt,
			"count", p.State.Accesses))
	}
	return lines
}

func memberState(m actions.MemberState) string {
	switch {
	case !m.Known:
		return "unknown"
	case !m.Found:
		return "missing"
	case m.Blocked:
		return "blocked"
	case m.Late:
		return "late"
	case m.LastAt.IsZero() && m.FirstAt.IsZero():
		return "unopened"
	case m.LastAt.IsZero():
		return "opened_first"
	}
	return "opened"
}
