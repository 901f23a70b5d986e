package pages

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
)

type mineCore interface {
	MyPage(ctx context.Context, words, cursor string) (actions.MyPage, error)
	AskPage(ctx context.Context, in actions.AskPageInput) error
}

// minePage is what one address has bought. Of a link that is over only the button is left that has a new one mailed.
func minePage(core mineCore) page {
	return page{
		path: "mine/{words}",
		look: func(v *visit) error {
			m, err := core.MyPage(v.r.Context(), v.words(), v.r.URL.Query().Get("after"))
			if err != nil {
				return err
			}
			return v.draw(m.Locale, func(to *view) {
				to.reader.Timezone, to.Shop, to.SupportEmail = m.Timezone, m.Shop, m.SupportEmail
				switch {
				case m.Open:
					to.mine(v, m)
				case v.r.URL.Query().Has("sent"):
					to.say("page.ask.sent")
				default:
					to.say("page.mine.over")
					to.Button = to.text("page.mine.over.button")
				}
			})
		},
		press: func(v *visit) error {
			err := core.AskPage(v.r.Context(), actions.AskPageInput{Words: v.words(), From: client(v.r).String()})
			return v.asked(err)
		},
	}
}

// asked shows that a link is on its way, or why none is.
func (v *visit) asked(err error) error {
	if err != nil && actions.AsError(err).Code == actions.Denied {
		v.notice(v.w, v.r, 429, "ask.too_many", "")
		return nil
	}
	if err != nil {
		return err
	}
	return v.turn(v.r.URL.Path, "sent", "1")
}

// A minePart is a purchase on the page.
type minePart struct {
	Title      string
	Refund     []string // how it stands: what happened first
	Quote      string   // in the words of whoever decided
	Facts      []fact
	Enter      []link
	Chat       string
	ChatURL    string
	RefundGood bool
}

type link struct{ Label, URL string }

type mineData struct {
	Email, Until string
	Purchases    []minePart
	Older        string
	OlderURL     string
}

// mine shows the purchases.
func (v *view) mine(from *visit, m actions.MyPage) {
	v.layout = "mine.html"
	v.Title = v.text("page.mine.title")
	data := mineData{Email: v.text("page.mine.email", "email", m.Email), Until: v.text("page.mine.until", "until", flow.Moment(m.Until))}
	if len(m.Purchases) == 0 {
		v.Body = v.text("page.mine.none")
	}
	for _, p := range m.Purchases {
		data.Purchases = append(data.Purchases, v.purchase(from, p))
	}
	if m.Next != "" {
		data.Older = v.text("page.mine.older")
		data.OlderURL = "?" + url.Values{"after": {m.Next}, "lang": {v.reader.Locale}}.Encode()
	}
	v.Data = data
}

func (v *view) purchase(from *visit, p actions.MyPurchase) minePart {
	part := minePart{Title: p.Product.Name}
	facts := slices.DeleteFunc(flows.OwnPurchase(p.Purchase, from.Now()), func(f flow.Fact) bool {
		return f.Name == "product" || f.Name == "under_way" && p.Refund.State != actions.RefundNone
	})
	for _, f := range v.words.Show(flow.View{Facts: facts}, v.reader).Facts {
		part.Facts = append(part.Facts, fact(f))
	}
	for _, e := range p.Enter {
		part.Enter = append(part.Enter, link{v.text("page.mine.enter", "product", e.Name), e.AccessURL})
	}
	v.refund(&part, p)
	if p.ChatURL != "" {
		part.Chat, part.ChatURL = v.text("page.mine.chat"), p.ChatURL
	}
	return part
}

// refund says how far a refund has got, and how the money comes.
func (v *view) refund(part *minePart, p actions.MyPurchase) {
	r := p.Refund
	if r.State == actions.RefundNone {
		return
	}
	part.Refund = append(part.Refund, v.text("page.mine.refund."+string(r.State), "at", r.At, "until", flow.Moment(r.Until), "price", p.Price))
	switch r.State {
	case actions.RefundUnderWay, actions.RefundDone, actions.RefundPart:
		part.Refund = append(part.Refund, v.text("money."+string(cmp.Or(p.Payment, actions.OtherPayment))))
		part.RefundGood = r.State != actions.RefundUnderWay
	case actions.RefundDenied:
		part.Quote = r.Reason
	case actions.RefundRefused:
		if r.Detail != "" {
			part.Refund = append(part.Refund, v.text(r.Detail))
		}
	}
}
