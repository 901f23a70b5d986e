package pages

import (
	"context"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

type notMeCore interface {
	NotMe(ctx context.Context, words string) (actions.NotMe, error)
	PutBack(ctx context.Context, words string) (actions.NotMe, error)
}

// notMePage is the page behind *this was not me*: looking shows what has happened, and only its button acts.
func notMePage(core notMeCore) page {
	return page{
		path: "not-me/{words}",
		look: func(v *visit) error {
			n, err := core.NotMe(v.r.Context(), v.words())
			if err != nil {
				return err
			}
			return v.draw(n.Locale, func(to *view) { notMeView(to, n, v.Now().Before(n.FrozenUntil)) })
		},
		press: func(v *visit) error {
			if _, err := core.PutBack(v.r.Context(), v.words()); err != nil {
				return err
			}
			return v.back()
		},
	}
}

// notMeView says how a change stands to whoever reads the old mailbox.
func notMeView(v *view, n actions.NotMe, frozen bool) {
	v.reader.Timezone = n.Timezone
	v.Shop, v.SupportEmail = n.Shop, n.SupportEmail
	if n.State == actions.NotMeDone {
		v.Title = v.text("page.not_me.done.title")
		v.Body = v.text("page.not_me.done.body", "at", flow.Moment(n.RevertedAt))
	} else {
		v.say("page.not_me." + string(n.State))
	}
	v.fact("product", n.Product)
	switch n.State {
	case actions.NotMeOpen:
		v.Danger = true
		v.Button, v.After = v.text("page.not_me.open.button"), v.text("page.not_me.open.after")
		v.fact("transaction", string(n.Transaction))
		v.fact("moved_to", n.NewEmail.Masked())
		v.fact("at", flow.Moment(n.At))
		v.fact("until", flow.Moment(n.Until))
	case actions.NotMeDone:
		v.Good = true
		if frozen {
			v.More = append(v.More, v.text("page.not_me.done.frozen", "until", flow.Moment(n.FrozenUntil)))
		}
		v.More = append(v.More, v.text("page.not_me.done.advice"))
		v.fact("transaction", string(n.Transaction))
	}
}
