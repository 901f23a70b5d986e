package pages

import (
	"net/http"

	"github.com/aftersale/aftersale/actions"
)

// askPage has the link to somebody's purchases mailed to him, by an address or a purchase code. Whatever is typed, the answer
// is the same.
func askPage(core mineCore) page {
	return page{
		path: "mine/{$}",
		look: func(v *visit) error {
			return v.draw("", func(to *view) {
				if v.r.URL.Query().Has("sent") {
					to.say("page.ask.sent")
					return
				}
				to.ask("")
			})
		},
		press: func(v *visit) error {
			known := v.typed("known")
			err := core.AskPage(v.r.Context(), actions.AskPageInput{Account: v.Account, Known: known, From: client(v.r).String()})
			if err != nil && actions.AsError(err).Code == actions.Invalid {
				return v.drawAs(http.StatusUnprocessableEntity, "", func(to *view) {
					to.ask(known)
					to.Fields[0].Problem = to.text("proof.known.wrong")
				})
			}
			return v.asked(err)
		},
	}
}

func (v *view) ask(known string) {
	v.say("page.ask")
	v.Fields = []field{{Name: "known", Type: "text", Mode: "email", Complete: "email", Label: v.text("proof.known"), Hint: v.text("proof.known.hint"), Value: known}}
	v.Button = v.text("page.ask.button")
}
