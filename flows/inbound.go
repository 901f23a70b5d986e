package flows

import (
	"context"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// InboundCard is the card of a kind of delivery that this program does not understand, in the team's rooms. It names no buyer.
func InboundCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "inbound", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		a, err := core.InboundAlarm(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		return ShowInbound(a), nil, nil
	}}
}

// ShowInbound is what the card says. There is nothing to press: whoever runs the program can do something.
func ShowInbound(a actions.InboundAlarm) flow.View {
	return flow.View{
		Token: flow.Token{Of: "inbound:" + a.ID}, Flow: "inbound", Step: "unknown", Kind: "card",
		Title: flow.T("inbound.title", "kind", a.Kind),
		Body:  []flow.Text{flow.T("inbound.body")},
		Facts: flow.Card("inbound_reason", a.Reason, "noticed", flow.Moment(a.At)),
	}
}
