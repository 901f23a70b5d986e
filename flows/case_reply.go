package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// CaseReply answers a buyer. What goes out is shown once more before it does, and when a colleague has answered meanwhile,
// his answer too.
type CaseReply struct {
	OfCase

	Seen      string // last reply of the team when this began
	Said      []actions.CaseMessage
	Text      string
	Solved    bool // the case is closed with it
	Via       string
	Meanwhile actions.CaseMessage `json:",omitzero"`
}

// NewCaseReply defines the flow.
func NewCaseReply(core *actions.Core) flow.Def {
	return unlisted("case_reply", actions.StaffRoles, func() flow.Flow { return &CaseReply{OfCase: OfCase{core: core}} })
}

// Steps is the flow's table of contents.
func (f *CaseReply) Steps() []flow.Step {
	text := func() []flow.Text { return []flow.Text{flow.Literal(flow.Prose(f.Text))} }
	other := func() []flow.Text {
		return append(messageLines([]actions.CaseMessage{f.Meanwhile}, false), flow.T("case_reply.yours"))
	}
	late := f.Meanwhile.ID != ""
	return []flow.Step{
		flow.Do("load", f.load),
		flow.When(f.Item.Reach == "", flow.Result("nowhere", f.card, f.back())),
		flow.Form("write", flow.Input("text", &f.Text, parseNote).Long()).Card(f.card).
			Body(func() []flow.Text { return messageLines(f.Said, false) }).
			With(flow.Open("canned", "case_canned", map[string]string{"case": f.ID})),
		flow.Confirm("confirm", f.to).Body(text).With(flow.Go("and_close", func() { f.Solved = true })),
		flow.Do("send", func(c flow.Call) error { return f.send(c, f.Seen) }),
		flow.When(late, flow.Confirm("meanwhile", f.to).Body(func() []flow.Text { return append(other(), text()...) })),
		flow.When(late, flow.Do("send_anyway", func(c flow.Call) error { return f.send(c, f.Meanwhile.ID) })),
		flow.When(f.Via != actions.ByMail, flow.Result("sent", f.to, f.back())),
		flow.When(f.Via == actions.ByMail, flow.Result("mailed", f.to, f.back())),
	}
}

func (f *CaseReply) load(c flow.Call) (err error) {
	if err := f.OfCase.load(c); err != nil {
		return err
	}
	if f.Seen, err = f.core.LastReply(c, c.Who, f.ID); err != nil {
		return err
	}
	f.Said, err = f.core.CaseMessages(c, c.Who, f.ID, "", 2)
	return err
}

func (f *CaseReply) send(c flow.Call, seen string) error {
	out, err := f.core.ReplyCase(c, c.Who, actions.ReplyInput{Key: c.Key, Case: f.ID, Text: f.Text, Seen: seen, Close: f.Solved})
	if err != nil {
		return err
	}
	if out.Meanwhile.ID != "" {
		f.Meanwhile = out.Meanwhile
		return nil
	}
	f.Item, f.Via = out.Case, out.Via
	return nil
}

// to is whom an answer goes to, and how.
func (f *CaseReply) to() []flow.Fact {
	return flow.Card("number_of_case", "#"+number(f.Item), "topic", f.Item.Topic, "buyer", caseBuyer(f.Item),
		"answered_by", flow.T("casecard.reach."+reachWord(f.Item)), "has_it", hasIt(f.Item))
}
