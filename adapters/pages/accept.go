package pages

import (
	"context"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

type acceptCore interface {
	Reactivation(ctx context.Context, words string) (actions.Reactivation, error)
	AcceptReactivation(ctx context.Context, words string) (actions.Reactivation, error)
}

// acceptPage is where a subscriber accepts that his subscription goes on: looking shows what is charged and when, and only its
// button acts.
func acceptPage(core acceptCore) page {
	return page{
		path: "accept/{words}",
		look: func(v *visit) error {
			r, err := core.Reactivation(v.r.Context(), v.words())
			if err != nil {
				return err
			}
			return v.draw(r.Locale, func(to *view) { acceptView(to, r) })
		},
		press: func(v *visit) error {
			if _, err := core.AcceptReactivation(v.r.Context(), v.words()); err != nil {
				return err
			}
			return v.back()
		},
	}
}

// acceptView says what a subscriber is asked, and what came of it.
func acceptView(v *view, r actions.Reactivation) {
	v.reader.Timezone = r.Timezone
	v.Shop, v.SupportEmail = r.Shop, r.SupportEmail
	v.say("page.accept." + string(r.State))
	v.fact("product", r.Product)
	v.fact("plan", r.Plan)
	switch r.State {
	case actions.ReactivationOpen:
		v.Button = v.text("page.accept.open.button")
		if r.Charge {
			v.Button = v.text("page.accept.open.button_charge", "price", r.Price)
			v.fact("charged_now", r.Price)
		} else {
			v.More = append(v.More, v.text("page.accept.open.nothing_now"))
			v.fact("price", r.Price)
		}
		v.fact("next_charge", r.Next)
		v.fact("until", flow.Moment(r.Until))
		v.After = v.text("page.accept.open.after")
	case actions.ReactivationDone:
		v.Good = true
		v.fact("next_charge", r.Next)
	}
}
