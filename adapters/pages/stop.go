package pages

import (
	"context"
	"net/http"
	"strings"

	"github.com/aftersale/aftersale/actions"
)

type stopCore interface {
	StopPage(ctx context.Context, words string) (actions.StopPage, error)
	Stop(ctx context.Context, words string) (actions.StopPage, error)
}

// stopPage is the page behind the link that ends mails of a kind. Mailboxes press it for their readers (RFC 8058): they send
// a body of their own and must not be led elsewhere.
func stopPage(core stopCore) page {
	return page{
		path: "optout/{words}",
		look: func(v *visit) error {
			s, err := core.StopPage(v.r.Context(), v.words())
			if err != nil {
				return err
			}
			return v.draw(s.Locale, func(to *view) { stopView(to, s) })
		},
		press: func(v *visit) error {
			if _, err := core.Stop(v.r.Context(), v.words()); err != nil {
				return err
			}
			if v.typed("List-Unsubscribe") != "" || strings.HasPrefix(v.r.Header.Get("Content-Type"), "multipart/form-data") {
				v.w.WriteHeader(http.StatusNoContent)
				return nil
			}
			return v.back()
		},
	}
}

func stopView(v *view, s actions.StopPage) {
	v.Shop, v.SupportEmail = s.Shop, s.SupportEmail
	state := "open"
	if s.Stopped {
		state, v.Good = "done", true
	}
	v.say("page.stop." + string(s.Kind) + "." + state)
	v.fact("email", s.Email.Masked())
	v.More = append(v.More, v.text("page.stop."+state))
	if !s.Stopped {
		v.Button = v.text("page.stop.button")
	}
}
