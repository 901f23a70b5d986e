package flowstest

import (
	"context"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store/storetest"
)

// mainShop is the world of MainCards.
const mainShop = `
now: 2026-03-10T12:00:00Z
locale: en
people: {ana: agent, rui: manager}
purchases:
  HP1100000101: {product: Sourdough at Home, buyer: Marina Duarte <marina.duarte@example.com>, price: 297.00 BRL, ordered: -3d, guarantee_ends: 2026-03-17T02:59:59Z, installments: 3, opened: 2026-03-08}
  HP1100000102: {product: Oven Notes, kind: ebook, buyer: Raul Pinto <raul.pinto@example.net>, price: 29.00 BRL, ordered: -2d, guarantee_ends: 2026-03-18T02:59:59Z}
  HP1100000103: {product: Bread Camp Lisbon, kind: event, buyer: Raul Pinheiro <raul.pinheiro@example.net>, price: 240.00 BRL, ordered: -4d, guarantee_ends: 2026-03-16T02:59:59Z}
  HP1100000104: {product: Oven Notes, kind: ebook, buyer: Marina Duarte <marina.duarte@example.com>, price: 29.00 BRL, ordered: -2d, guarantee_ends: 2026-03-18T02:59:59Z}
  HP1100000500: {product: Master Baker Year, buyer: Marina Duarte <marina.duarte@example.com>, price: 897.00 BRL, ordered: -3d, guarantee_ends: 2026-03-17T02:59:59Z}
`

// MainCards are the ten cards that show what the bot is, in English and with the values of an ordinary day, as a real
// engine shows them. Their names are words for headings.
func MainCards(t *testing.T) []Named {
	t.Helper()
	return mainCards(t, true)
}

// MainQuestions are the same cards where the platform has no forms: their fields are asked one after the other, and the
// first question stands for the form.
func MainQuestions(t *testing.T) []Named {
	t.Helper()
	return mainCards(t, false)
}

func mainCards(t *testing.T, forms bool) []Named {
	t.Helper()
	w := openOn(t, storetest.New(t), parseGiven(t, []byte(mainShop)))
	var all []Named
	// take keeps the newest message of a chat once somebody has done something and all work is done.
	take := func(name, chat, line string) {
		t.Helper()
		a, err := parseAct(line)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.act(a, forms); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		w.settle(t)
		messages := w.chats.messages[chat]
		if name != "" {
			all = append(all, Named{name, messages[len(messages)-1].shown})
		}
	}
	// form fills one with what is said in a line, or answers one question after the other.
	form := func(name, filled string, answers ...string) {
		t.Helper()
		if forms {
			answers = []string{filled}
		}
		for _, line := range answers[:len(answers)-1] {
			take("", "@ana", line)
		}
		take(name, "@ana", answers[len(answers)-1])
	}
	take("Menu", "@ana", "ana> /start")
	take("Search with several results", "@ana", "ana> /find raul")
	take("Purchase", "@ana", "ana> /find HP1100000101")
	take("Refund: the form", "@ana", "ana> /refund HP1100000101")
	form("Refund: confirm", "ana> Reason: Not what was expected | Note: Wanted cakes, not bread",
		"ana> [Not what was expected]", "ana> Wanted cakes, not bread")
	take("Refund: done", "@ana", "ana> [Refund R$297.00]")
	take("", "@ana", "ana> /refund HP1100000500")
	form("", "ana> Reason: Technical problem", "ana> [Technical problem]", "ana> [Skip]")
	take("Approval: open", room, "ana> [Refund R$897.00]")
	take("", "@rui", "rui> #approvals [Approve]")
	take("Approval: decided", room, "rui> [Approve]")
	take("", "@ana", "ana> /email HP1100000104")
	form("E-mail change: a form with a problem", "ana> New e-mail: marina@gmail.com | New e-mail, once more: marina@gmial.com | Reason: E-mail mistyped",
		"ana> marina@gmail.com", "ana> marina@gmial.com")
	in := flow.Inbound{Platform: platform, Chat: "@rui", User: "rui", Input: flow.Pressed{Token: "01JDZKQ3V7X9T2M4N6P8R0S1W5.3.confirm"}}
	if err := w.runner.Handle(context.Background(), in, screen{w.chats, "@rui"}); err != nil {
		t.Fatal(err)
	}
	messages := w.chats.messages["@rui"]
	return append(all, Named{"A button that is too old", messages[len(messages)-1].shown})
}
