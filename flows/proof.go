package flows

import (
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// A Proof is how a buyer shows who he is before he sees anything: by a code that is mailed to the address of a purchase.
// Flows embed it and put its steps where they need them; afterwards they go on where they were.
type Proof struct {
	Stranger bool             // a buyer of whom nothing is known
	Known    string           // code of a purchase or its address, as he typed it
	Sent     actions.SentCode `json:",omitzero"`
	Code     string
	Lost     bool        `json:",omitzero"` // he cannot read that mailbox, and takes another way where the flow has one
	ways     []flow.Item // those ways
}

// lost reports whether somebody who is not known goes on without a code.
func (p *Proof) lost() bool { return p.Stranger && p.Lost && p.Code == "" }

// meet remembers whether somebody has to show who he is.
func (p *Proof) meet(who actions.Actor) {
	p.Stranger = who.Is(actions.BuyerRole) && len(who.Buyers) == 0
}

// link are the steps after which a stranger is known. What is answered is the same whether anybody of that name is there.
func (p *Proof) link(core *actions.Core) []flow.Step {
	const words = "proof"
	return []flow.Step{
		flow.When(p.Stranger, flow.Form("identify", flow.Input("known", &p.Known, parseKnown)).In(words)),
		flow.When(p.Stranger, flow.Do("send_code", func(c flow.Call) (err error) {
			p.Sent, err = core.SendCode(c, c.Who, actions.SendCodeInput{Conversation: c.Conversation, Purpose: actions.CodeLink, Known: p.Known})
			return err
		})),
		flow.When(p.Stranger, flow.Form("code", flow.Input("code", &p.Code, parseCode).Once()).In(words).
			With(flow.Reopen("again", "send_code", nil), flow.Reopen("other", "identify", nil)).With(p.ways...)),
		flow.When(p.Stranger && !p.lost(), flow.Do("check_code", func(c flow.Call) error {
			if err := core.CheckCode(c, c.Who, actions.CheckCodeInput{ID: p.Sent.ID, Purpose: actions.CodeLink, Code: p.Code}); err != nil {
				return err
			}
			p.Stranger, p.Lost, p.Code = false, false, ""
			who, err := core.Again(c, c.Who)
			if err == nil {
				c.Become(who)
			}
			return err
		})),
	}
}

// agree are the steps after which a buyer has agreed to one act on one purchase, by a code that is mailed for it alone. The
// code's id, Sent.ID, is the proof that the action takes.
func (p *Proof) agree(core *actions.Core, needed bool, purpose actions.CodePurpose, transaction *actions.Transaction) []flow.Step {
	return []flow.Step{
		flow.When(needed, flow.Do("send_agree", func(c flow.Call) (err error) {
			p.Sent, err = core.SendCode(c, c.Who, actions.SendCodeInput{Conversation: c.Conversation, Purpose: purpose, Transaction: *transaction})
			return err
		})),
		flow.When(needed, flow.Form("agree", flow.Input("code", &p.Code, parseCode).Once()).In("proof").
			Card(func() []flow.Fact { return flow.Card("email", p.Sent.To) }).With(flow.Reopen("again", "send_agree", nil))),
		flow.When(needed, flow.Do("check_agree", func(c flow.Call) error {
			return core.CheckCode(c, c.Who, actions.CheckCodeInput{ID: p.Sent.ID, Purpose: purpose, Code: p.Code})
		})),
	}
}

// parseKnown takes what can lead to a buyer: the code of a purchase, or an address.
func parseKnown(text string) (string, error) {
	if _, err := actions.ParseEmail(text); err == nil {
		return text, nil
	}
	t, err := actions.ParseTransaction(text)
	if err != nil || !strings.ContainsAny(text, "0123456789") {
		return "", &actions.Error{Code: actions.Invalid, Key: "proof.known.wrong", Hint: "proof.known.hint"}
	}
	return string(t), nil
}

// parseCode takes a one-time code, with whatever people put between its digits.
func parseCode(text string) (string, error) {
	code := actions.ParseCode(text)
	if code == "" {
		return "", &actions.Error{Code: actions.Invalid, Key: "proof.code.wrong", Args: map[string]any{"digits": actions.CodeDigits}}
	}
	return code, nil
}
