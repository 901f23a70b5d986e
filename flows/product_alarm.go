package flows

import (
	"context"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// AlarmCard is the card of a product of which too much came back, in the team's rooms. It names no buyer.
func AlarmCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "alarm", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		a, err := core.ProductAlarm(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowAlarm(a)
		return v, launches, nil
	}}
}

// ShowAlarm is what the card of an alarm says, and what its buttons launch: the search for what came back.
func ShowAlarm(a actions.ProductAlarm) (flow.View, map[string]flow.Launch) {
	v := flow.View{
		Token: flow.Token{Of: "alarm:" + a.ID}, Flow: "alarm", Step: "product", Kind: "card",
		Title: flow.T("alarm.title", "product", a.Product.Name),
		Body:  []flow.Text{{Key: "verdict." + a.Verdict.Rule, Args: a.Verdict.Numbers.Args()}},
		Facts: flow.Card("product", a.Product.Name, "refunds", a.Refunds, "chargebacks", a.Chargebacks, "noticed", flow.Moment(a.At)),
	}
	launches := map[string]flow.Launch{}
	for _, look := range []struct {
		name   string
		count  int
		status actions.Status
	}{{"refunds", a.Refunds, actions.Refunded}, {"chargebacks", a.Chargebacks, actions.Chargeback}} {
		launches[look.name] = flow.Launch{Flow: "find", Values: map[string]string{"product": a.Product.Code, "status": string(look.status)}}
		if look.count > 0 {
			v.Buttons = append(v.Buttons, flow.Button{Name: look.name, Label: flow.T("alarm." + look.name)})
		}
	}
	return v, launches
}
