package pages

import (
	"context"
	"net/http"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

type passwordCore interface {
	PasswordPage(ctx context.Context, words string) (actions.PasswordPage, error)
	SetPassword(ctx context.Context, words, typed, again string) (actions.PasswordPage, error)
	AskPasswordAgain(ctx context.Context, words string) error
	PasswordOff(ctx context.Context, words string) (actions.PasswordPage, error)
	TakePasswordOff(ctx context.Context, words string) (actions.PasswordPage, error)
}

// passwordPage is where a buyer sets his password, by the link that was mailed to him. What he types is checked as he types
// where scripts run, and here in any case; it is never shown again.
func passwordPage(core passwordCore) page {
	return page{
		path:   "password/{words}",
		script: "password.js",
		look: func(v *visit) error {
			p, err := core.PasswordPage(v.r.Context(), v.words())
			if err != nil {
				return err
			}
			sent := v.r.URL.Query().Has("sent")
			return v.draw(p.Locale, func(to *view) { to.password(p, sent, nil) })
		},
		press: func(v *visit) error {
			p, err := core.PasswordPage(v.r.Context(), v.words())
			if err != nil {
				return err
			}
			if p.State != actions.PasswordOpen {
				return v.passwordAgain(p, core.AskPasswordAgain(v.r.Context(), v.words()))
			}
			p, err = core.SetPassword(v.r.Context(), v.words(), v.typed("password"), v.typed("again"))
			if wrong := actions.AsError(err); err != nil && wrong.Code == actions.Invalid {
				return v.drawAs(http.StatusUnprocessableEntity, p.Locale, func(to *view) { to.password(p, false, wrong) })
			}
			if err != nil {
				return err
			}
			return v.back()
		},
	}
}

// passwordAgain shows that another link is on its way, or when one can be asked for.
func (v *visit) passwordAgain(p actions.PasswordPage, err error) error {
	if err == nil {
		return v.turn(v.r.URL.Path, "sent", "1")
	}
	wait := actions.AsError(err)
	if wait.Code != actions.Conflict {
		return err
	}
	return v.drawAs(http.StatusTooManyRequests, p.Locale, func(to *view) {
		to.reader.Timezone, to.Shop, to.SupportEmail = p.Timezone, p.Shop, p.SupportEmail
		to.Title = to.text("page.password.wait.title")
		to.Body = to.words.Text(flow.Text{Key: wait.Key, Args: wait.Args}, to.reader)
		to.More = []string{to.words.Text(flow.Text{Key: wait.Hint, Args: wait.Args}, to.reader)}
	})
}

// A rule is one that is shown while the password is typed; Name is what the script knows it by.
type rule struct{ Name, Text string }

type passwordData struct {
	Rules []rule
	Met   string // said of a rule that is kept
}

func (v *view) password(p actions.PasswordPage, sent bool, wrong *actions.Error) {
	v.reader.Timezone, v.Shop, v.SupportEmail = p.Timezone, p.Shop, p.SupportEmail
	switch {
	case p.State == actions.PasswordDone:
		v.Good = true
		v.Title, v.Body = v.text("page.password.done.title"), v.text("page.password.done.body", "at", flow.Moment(p.At))
		return
	case sent:
		v.say("page.password.sent")
		return
	case p.State != actions.PasswordOpen:
		v.say("page.password.over")
		v.Button = v.text("page.password.over.button")
		return
	}
	v.layout = "password.html"
	v.Title = v.text("page.password.open.title")
	v.Body = v.text("page.password.open.body", "email", p.Email, "until", flow.Moment(p.Until))
	data := passwordData{Met: v.text("page.password.met")}
	for _, name := range []string{"length", "letter", "digit", "spaces", "same"} {
		data.Rules = append(data.Rules, rule{name, v.text("page.password.rule."+name, "min", actions.PasswordMin, "max", actions.PasswordMax)})
	}
	v.Data = data
	v.Fields = []field{
		{Name: "password", Type: "password", Complete: "new-password", Label: v.text("page.password.new")},
		{Name: "again", Type: "password", Complete: "new-password", Label: v.text("page.password.again")},
	}
	for i, f := range v.Fields {
		if wrong != nil && wrong.Field == f.Name {
			v.Fields[i].Problem = v.words.Text(flow.Text{Key: wrong.Key, Args: wrong.Args}, v.reader)
		}
	}
	v.Button, v.After = v.text("page.password.open.button"), v.text("page.password.open.after")
}

// passwordOffPage is the page behind *this was not me* in the mail about a changed password.
func passwordOffPage(core passwordCore) page {
	return page{
		path: "password-off/{words}",
		look: func(v *visit) error {
			p, err := core.PasswordOff(v.r.Context(), v.words())
			if err != nil {
				return err
			}
			return v.draw(p.Locale, func(to *view) {
				to.reader.Timezone, to.Shop, to.SupportEmail = p.Timezone, p.Shop, p.SupportEmail
				to.say("page.password_off." + string(p.State))
				if p.State == actions.PasswordOpen {
					to.Danger, to.Button, to.After = true, to.text("page.password_off.open.button"), to.text("page.password_off.open.after")
					to.fact("at", flow.Moment(p.At))
				}
				to.Good = p.State == actions.PasswordDone
			})
		},
		press: func(v *visit) error {
			if _, err := core.TakePasswordOff(v.r.Context(), v.words()); err != nil {
				return err
			}
			return v.back()
		},
	}
}
