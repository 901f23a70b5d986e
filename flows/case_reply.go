package flows

import (
	"slices"

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
	Files     []actions.CaseFile `json:",omitzero"` // that the team put into the case, newest first
	From      int                // where the page of them that is shown begins
	Picked    []string           // ids of those that go along
	Solved    bool               // the case is closed with it
	Via       string
	Meanwhile actions.CaseMessage `json:",omitzero"`
}

// NewCaseReply defines the flow.
func NewCaseReply(core *actions.Core) flow.Def {
	return unlisted("case_reply", actions.StaffRoles, func() flow.Flow { return &CaseReply{OfCase: OfCase{core: core}} })
}

// Steps is the flow's table of contents.
func (f *CaseReply) Steps() []flow.Step {
	text := func() []flow.Text { return append([]flow.Text{flow.Literal(flow.Prose(f.Text))}, f.along()...) }
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
		flow.When(len(f.Files) > 0, f.pick()),
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
	if f.Files, err = f.core.TeamFiles(c, c.Who, f.ID); err != nil {
		return err
	}
	f.Said, err = f.core.CaseMessages(c, c.Who, f.ID, "", 2)
	return err
}

// pick is the list of files that can go along: each is taken up by a press, and left out again by another.
func (f *CaseReply) pick() flow.Step {
	var options []flow.Option
	page := f.Files[min(f.From, len(f.Files)):]
	for _, file := range page[:min(listed, len(page))] {
		key := "option.case_file"
		if slices.Contains(f.Picked, file.ID) {
			key += "_picked"
		}
		options = append(options, flow.Option{Value: file.ID, Label: flow.T(key, "name", short(file.Name), "at", file.At)})
	}
	step := flow.Form("files", flow.Toggle("files", &f.Picked, options...)).Body(f.along)
	if len(f.Picked) > 0 {
		step = step.With(flow.Go("with", nil).Styled(flow.Primary))
	} else {
		step = step.With(flow.Go("without", nil))
	}
	if f.From+listed < len(f.Files) {
		step = step.With(flow.Reopen("more", "files", func() { f.From += listed }))
	}
	if f.From > 0 {
		step = step.With(flow.Reopen("previous", "files", func() { f.From = max(0, f.From-listed) }))
	}
	return step
}

// along names the files that were picked.
func (f *CaseReply) along() []flow.Text {
	var lines []flow.Text
	for _, file := range f.Files {
		if slices.Contains(f.Picked, file.ID) {
			lines = append(lines, flow.Literal("📎 "+file.Name))
		}
	}
	return lines
}

func (f *CaseReply) send(c flow.Call, seen string) error {
	out, err := f.core.ReplyCase(c, c.Who, actions.ReplyInput{Key: c.Key, Case: f.ID, Text: f.Text, Seen: seen, Close: f.Solved, Files: f.Picked})
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
