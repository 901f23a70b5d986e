package flows

import (
	"context"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// HomeCard is what waits for whoever reads it, the longest wait first, and a button for all that he can start. Its
// buttons stay good: each names what it opens.
func HomeCard(core *actions.Core) flow.CardDef {
	subject, me, _ := strings.Cut(flow.HomeSubject, ":")
	return flow.CardDef{Kind: subject, View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		if id != me {
			return flow.View{}, nil, &actions.Error{Code: actions.NotFound, Key: "error.stale"}
		}
		page, err := core.Proposals(ctx, reader, "", listed)
		if err != nil {
			return flow.View{}, nil, err
		}
		tasks, err := core.CountTasks(ctx, reader)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowHome(page, reader)
		if tasks.Open > 0 {
			v.Body = append(v.Body, flow.T("home.tasks", "count", tasks.Open, "since", tasks.Oldest.Since))
		}
		return v, launches, nil
	}}
}

// ShowHome is what the home card says to a reader, and what its buttons launch.
func ShowHome(page actions.ProposalPage, reader actions.Actor) (flow.View, map[string]flow.Launch) {
	subject, me, _ := strings.Cut(flow.HomeSubject, ":")
	v := flow.View{Token: flow.Token{Of: flow.HomeSubject}, Flow: subject, Step: me, Kind: "card", Title: homeTitle(page, reader)}
	launches := map[string]flow.Launch{}
	for _, p := range page.Proposals {
		work, product := "", p.Purchase.Product.Name
		if p.Bulk != nil {
			work, product = p.Bulk.Kind, p.Bulk.Product.Name
		}
		button := flow.Button{Name: p.ID, Label: flow.T("option.proposal."+p.Kind, "buyer", flow.PersonName(short(p.Purchase.Buyer.Name)),
			"product", short(product), "price", p.Amount, "what", workOf(work), "count", p.BulkCount), Style: flow.Primary}
		launches[button.Name] = flow.Launch{Flow: "find", Values: map[string]string{"query": string(p.Purchase.Transaction)}}
		if p.Bulk != nil {
			launches[button.Name] = flow.Launch{Flow: "bulk"}
		}
		if reader.Is(actions.Deciders...) {
			launches[button.Name] = flow.Launch{Flow: "refunds", Values: map[string]string{"proposal": p.ID}}
		}
		v.Buttons = append(v.Buttons, button)
	}
	key := "start.team."
	if reader.Is(actions.BuyerRole) {
		key = "start.buyer."
	}
	for _, word := range Commands(reader.Role) {
		if word == Home || word == flow.Stop {
			continue
		}
		v.Buttons = append(v.Buttons, flow.Button{Name: word, Label: flow.T(key + word)})
		launches[word] = flow.Launch{Flow: word}
	}
	return v, launches
}

// homeTitle says how much waits: for those who decide all that is open, for anybody else what he asked for.
func homeTitle(page actions.ProposalPage, reader actions.Actor) flow.Text {
	switch n := len(page.Proposals); {
	case n == 0:
		return flow.T("home.title.none")
	case page.Next != "":
		return flow.T("home.title.many", "count", n)
	case reader.Is(actions.Deciders...):
		return flow.T("home.title.waiting", "count", n)
	default:
		return flow.T("home.title.own", "count", n)
	}
}
