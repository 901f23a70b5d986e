package flows

import (
	"errors"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// An EmailProof is what a buyer has shown so that a purchase of his may move to another address.
type EmailProof struct {
	ByCodes   bool                    // policy asks for proofs
	NoMailbox bool                    // he said that he cannot read the old mailbox, when a code had gone there
	Document  actions.Document        // between the form and the step that compares it, and never longer
	Checked   actions.CheckedDocument `json:",omitzero"`
	OldCode   actions.SentCode        `json:",omitzero"`
	NewCode   actions.SentCode        `json:",omitzero"`
	Entered   string                  `json:",omitzero"` // code between the form and the step that checks it
}

// byDocument reports whether he goes the way for lost mailboxes.
func (f *Email) byDocument() bool {
	if f.Staff {
		return false
	}
	return f.lost() || f.ByCodes && (f.NoMailbox || f.Reason == actions.LostAccess)
}

// lose has somebody go that way who is not known, and cannot be: the code went to the mailbox that he has lost.
func (f *Email) lose() {
	f.Lost, f.Code, f.Transaction = true, "", ""
	if t, err := actions.ParseTransaction(f.Known); err == nil && !strings.Contains(f.Known, "@") {
		f.Transaction = t
	}
}

// documented are the steps in which a lost mailbox is made up for. The document is compared in the turn in which it was
// typed, and forgotten.
func (f *Email) documented() []flow.Step {
	fields := []flow.Field{flow.Input("document", &f.Document, actions.ParseDocument).Secret()}
	if f.Stranger && (f.Transaction == "" || strings.Contains(f.Known, "@")) {
		fields = append([]flow.Field{flow.Input("transaction", &f.Transaction, actions.ParseTransaction)}, fields...)
	}
	return []flow.Step{
		flow.When(f.byDocument(), flow.Form("document", fields...)),
		flow.When(f.byDocument(), flow.Do("check_document", f.checkDocument)),
	}
}

func (f *Email) checkDocument(c flow.Call) (err error) {
	document := f.Document
	f.Document = ""
	f.Checked, err = f.core.CheckDocument(c, c.Who, actions.CheckDocumentInput{Transaction: f.Transaction, Document: document})
	if err == nil && f.Stranger {
		f.Purchase, f.At = f.Checked.Purchase, c.Now
	}
	f.Checked.Purchase = actions.Purchase{} // it is the flow's
	return err
}

// mailed are the steps in which he enters the codes: from the old mailbox first, so that no stranger has mail sent to
// addresses that he picks; then from the new one. The last one carries the change out.
func (f *Email) mailed() []flow.Step {
	document := f.byDocument()
	lost := flow.Reopen("lost", "confirm", func() { f.NoMailbox = true })
	old := func() actions.SendCodeInput { return actions.SendCodeInput{Purpose: actions.CodeEmailOld} }
	fresh := func() actions.SendCodeInput {
		if f.byDocument() {
			return actions.SendCodeInput{Purpose: actions.CodeEmailNew, First: f.Checked.ID}
		}
		return actions.SendCodeInput{Purpose: actions.CodeEmailNew, First: f.OldCode.ID}
	}
	return append(f.mailbox("old", f.ByCodes && !document, &f.OldCode, old, lost),
		f.mailbox("new", f.ByCodes || document, &f.NewCode, fresh)...)
}

// mailbox are the steps for one of the two addresses.
func (f *Email) mailbox(which string, needed bool, sent *actions.SentCode, about func() actions.SendCodeInput, more ...flow.Item) []flow.Step {
	field := which + "_code"
	again := flow.Reopen("again", "send_"+which, nil)
	return []flow.Step{
		flow.When(needed, flow.Do("send_"+which, func(c flow.Call) (err error) {
			in := about()
			in.Conversation, in.Transaction, in.NewEmail = c.Conversation, f.Transaction, f.New
			*sent, err = f.core.SendCode(c, c.Who, in)
			return err
		})),
		flow.When(needed, flow.Form(which+"_mailbox", flow.Input(field, &f.Entered, parseCode).Once()).
			Card(func() []flow.Fact { return flow.Card("email", sent.To) }).With(append([]flow.Item{again}, more...)...)),
		flow.When(needed, flow.Do("check_"+which, func(c flow.Call) error {
			code := f.Entered
			f.Entered = ""
			return inField(f.core.CheckCode(c, c.Who, actions.CheckCodeInput{ID: sent.ID, Purpose: about().Purpose, Code: code}), field)
		})),
	}
}

// inField has an error point at the field of this flow in which the input was typed.
func inField(err error, field string) error {
	var e *actions.Error
	if !errors.As(err, &e) || e.Field == "" {
		return err
	}
	moved := *e
	moved.Field = field
	return &moved
}
