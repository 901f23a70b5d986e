package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// OfCase is the case that a short flow is about. It comes from the button that was pressed.
type OfCase struct {
	core *actions.Core

	ID   string
	Item actions.Case `json:",omitzero"`
}

// Given takes the case from the button that was pressed.
func (f *OfCase) Given(_ actions.Actor, values map[string]string) { f.ID = values["case"] }

func (f *OfCase) load(c flow.Call) (err error) {
	f.Item, err = f.core.Case(c, c.Who, f.ID)
	return err
}

func (f *OfCase) card() []flow.Fact {
	return append(flow.Card("number_of_case", "#"+number(f.Item), "topic", f.Item.Topic), caseFacts(f.Item)...)
}

func (f *OfCase) own() []flow.Fact {
	return append(flow.Card("number_of_case", "#"+number(f.Item)), ownCaseFacts(f.Item)...)
}

func (f *OfCase) back() flow.Item {
	return flow.Open("open", "case", map[string]string{"case": f.ID})
}

func (f *OfCase) input(c flow.Call) actions.CaseInput {
	return actions.CaseInput{Key: c.Key, Case: f.ID}
}

// unlisted is the definition of a flow that only buttons start.
func unlisted(name string, roles []actions.Role, fresh func() flow.Flow) flow.Def {
	return flow.Def{Name: name, Roles: roles, Unlisted: true, New: fresh}
}

// CaseTake makes a case that of who pressed. One that a colleague has is taken from him after another press.
type CaseTake struct {
	OfCase
	Me string
}

// NewCaseTake defines the flow.
func NewCaseTake(core *actions.Core) flow.Def {
	return unlisted("case_take", actions.StaffRoles, func() flow.Flow { return &CaseTake{OfCase: OfCase{core: core}} })
}

// Given remembers who takes it.
func (f *CaseTake) Given(who actions.Actor, values map[string]string) {
	f.Me = who.ID
	f.OfCase.Given(who, values)
}

// Steps is the flow's table of contents.
func (f *CaseTake) Steps() []flow.Step {
	return []flow.Step{
		flow.Do("load", f.load),
		flow.When(f.Item.Assignee != "" && f.Item.Assignee != f.Me, flow.Confirm("confirm", f.card)),
		flow.Do("take", f.take),
		flow.Result("taken", f.card, doors(caseItems(f.Item, true))...),
	}
}

func (f *CaseTake) take(c flow.Call) (err error) {
	f.Item, err = f.core.TakeCase(c, c.Who, actions.TakeCaseInput{CaseInput: f.input(c), From: f.Item.Assignee})
	return err
}

// CaseNote writes a note for the team.
type CaseNote struct {
	OfCase
	Text string
}

// NewCaseNote defines the flow.
func NewCaseNote(core *actions.Core) flow.Def {
	return unlisted("case_note", actions.StaffRoles, func() flow.Flow { return &CaseNote{OfCase: OfCase{core: core}} })
}

// Steps is the flow's table of contents.
func (f *CaseNote) Steps() []flow.Step {
	return []flow.Step{
		flow.Do("load", f.load),
		flow.Form("write", flow.Input("text", &f.Text, parseNote).Long()).Card(f.card),
		flow.Do("note", f.note),
		flow.Result("noted", f.card, f.back()),
	}
}

func (f *CaseNote) note(c flow.Call) (err error) {
	f.Item, err = f.core.NoteCase(c, c.Who, actions.NoteInput{Key: c.Key, Case: f.ID, Text: f.Text})
	return err
}

// CaseSnooze puts a case off.
type CaseSnooze struct {
	OfCase
	Span string
}

// spans are for how long a case is put off, in days.
var spans = map[string]int{"tomorrow": 1, "three_days": 3, "week": 7}

// NewCaseSnooze defines the flow.
func NewCaseSnooze(core *actions.Core) flow.Def {
	return unlisted("case_snooze", actions.StaffRoles, func() flow.Flow { return &CaseSnooze{OfCase: OfCase{core: core}} })
}

// Steps is the flow's table of contents.
func (f *CaseSnooze) Steps() []flow.Step {
	return []flow.Step{
		flow.Do("load", f.load),
		flow.Form("until", flow.Choice("span", &f.Span, "tomorrow", "three_days", "week")).Card(f.card),
		flow.Do("snooze", f.snooze),
		flow.Result("snoozed", f.card, f.back()),
	}
}

func (f *CaseSnooze) snooze(c flow.Call) (err error) {
	f.Item, err = f.core.SnoozeCase(c, c.Who, actions.SnoozeInput{CaseInput: f.input(c), Days: spans[f.Span]})
	return err
}

// CaseClose ends a case for the team.
type CaseClose struct{ OfCase }

// NewCaseClose defines the flow.
func NewCaseClose(core *actions.Core) flow.Def {
	return unlisted("case_close", actions.StaffRoles, func() flow.Flow { return &CaseClose{OfCase{core: core}} })
}

// Steps is the flow's table of contents. A case that nobody has answered is closed with more thought.
func (f *CaseClose) Steps() []flow.Step {
	return []flow.Step{
		flow.Do("load", f.load),
		flow.When(f.Item.Open() && f.Item.FirstReplyAt.IsZero(), flow.Confirm("unanswered", f.card).Danger()),
		flow.When(f.Item.Open() && !f.Item.FirstReplyAt.IsZero(), flow.Confirm("confirm", f.card)),
		flow.Do("close", f.close),
		flow.Result("closed", f.card, f.back()),
	}
}

func (f *CaseClose) close(c flow.Call) (err error) {
	f.Item, err = f.core.CloseCase(c, c.Who, f.input(c))
	return err
}

// CaseSolved ends a case for the buyer who asked.
type CaseSolved struct{ OfCase }

// NewCaseSolved defines the flow.
func NewCaseSolved(core *actions.Core) flow.Def {
	return unlisted("case_solved", []actions.Role{actions.BuyerRole}, func() flow.Flow { return &CaseSolved{OfCase{core: core}} })
}

// Steps is the flow's table of contents: one press is enough, as another one takes it back.
func (f *CaseSolved) Steps() []flow.Step {
	return []flow.Step{
		flow.Do("close", func(c flow.Call) (err error) {
			f.Item, err = f.core.CloseCase(c, c.Who, f.input(c))
			return err
		}),
		flow.Result("closed", f.own, doors(ownCaseItems(f.Item))...),
	}
}
