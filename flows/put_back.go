package flows

import (
	"context"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// PutBackCard is the live card of a change of e-mail that whoever reads the old mailbox had put back: in the rooms of the
// team, who should look at what else has happened.
func PutBackCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "putback", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		p, err := core.PutBackOf(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowPutBack(id, p)
		return v, launches, nil
	}}
}

// ShowPutBack is what the card of a change that was put back says, and what its button launches.
func ShowPutBack(id string, p actions.PutBackCard) (flow.View, map[string]flow.Launch) {
	v := flow.View{
		Token: flow.Token{Of: "putback:" + id}, Flow: "putback", Step: string(p.Outcome), Kind: "card",
		Title: flow.T("putback.title", "product", p.Purchase.Product.Name),
		Body:  []flow.Text{flow.T("putback.body")},
		Facts: flow.Card("product", p.Purchase.Product.Name, "buyer", flow.PersonName(p.Purchase.Buyer.Name), "transaction", p.Purchase.Transaction,
			"back_at", p.OldEmail, "taken_by", p.NewEmail, "put_back", flow.Moment(p.At)),
		Buttons: []flow.Button{{Name: "open", Label: flow.T("proposal.open")}},
	}
	if !p.Purchase.FrozenUntil.IsZero() {
		v.Facts = append(v.Facts, flow.Fact{Name: "frozen", Value: flow.T("purchase.frozen", "until", p.Purchase.FrozenUntil)})
	}
	if p.Outcome != "" {
		v.Facts = append(v.Facts, flow.Card("outcome", flow.T("outcome."+string(p.Outcome)))...)
	}
	if p.Detail != "" {
		v.Body = append(v.Body, flow.T(p.Detail))
	}
	return v, map[string]flow.Launch{"open": {Flow: "find", Values: map[string]string{"query": string(p.Purchase.Transaction)}}}
}
