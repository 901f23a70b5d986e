package pages

import (
	"net/http"
	"net/url"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// notMe is the page behind *this was not me*: looking shows what has happened, and only its button acts, since mail
// scanners open every link of a mail.
func (p *Pages) notMe(w http.ResponseWriter, r *http.Request) {
	words := r.PathValue("words")
	if len(words) > maxWords {
		p.unknown(w, r)
		return
	}
	read := p.Core.NotMe
	if r.Method == http.MethodPost {
		read = p.Core.PutBack
	}
	shown, err := read(r.Context(), words)
	switch {
	case err != nil && actions.AsError(err).Code == actions.NotFound:
		p.unknown(w, r)
	case err != nil:
		p.failed(w, r, err)
	case r.Method == http.MethodPost: // so that reloading the page presses nothing
		to := url.URL{Path: r.URL.Path}
		if lang := chosen(r); lang != "" {
			to.RawQuery = url.Values{"lang": {lang}}.Encode()
		}
		http.Redirect(w, r, to.String(), http.StatusSeeOther)
	default:
		p.draw(w, r, http.StatusOK, shown.Locale, func(v *view) { p.notMeView(v, shown) })
	}
}

// notMeView says how a change stands to whoever reads the old mailbox.
func (p *Pages) notMeView(v *view, n actions.NotMe) {
	v.reader.Timezone = n.Timezone
	v.Shop, v.SupportEmail = n.Shop, n.SupportEmail
	v.say("page.not_me." + string(n.State))
	v.fact("product", n.Product)
	switch n.State {
	case actions.NotMeOpen:
		v.Button, v.After = v.text("page.not_me.open.button"), v.text("page.not_me.open.after")
		v.fact("transaction", string(n.Transaction))
		v.fact("moved_to", n.NewEmail.Masked())
		v.fact("at", flow.Moment(n.At))
		v.fact("until", flow.Moment(n.Until))
	case actions.NotMeDone:
		v.Good = true
		v.Body = v.text("page.not_me.done.body", "at", flow.Moment(n.RevertedAt))
		if n.FrozenUntil.After(p.Now()) {
			v.More = append(v.More, v.text("page.not_me.done.frozen", "until", flow.Moment(n.FrozenUntil)))
		}
		v.More = append(v.More, v.text("page.not_me.done.advice"))
		v.fact("transaction", string(n.Transaction))
	}
}
