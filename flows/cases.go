package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Cases lists cases: the team's queues, the most urgent first; a buyer's own, with what was said in them.
//
//	/cases                        everybody
type Cases struct {
	core *actions.Core

	Staff   bool
	Decides bool // may keep canned replies
	Counts  map[actions.CaseQueue]int
	Queue   actions.CaseQueue
	Cursor  string
	Next    string
	Rows    []CaseRow `json:",omitzero"`
	After   []CaseRow `json:",omitzero"` // of a buyer: there are more behind these
	ID      string
	Item    actions.Case          `json:",omitzero"`
	Said    []actions.CaseMessage `json:",omitzero"`
}

// NewCases defines the flow.
func NewCases(core *actions.Core) flow.Def {
	return flow.Def{Name: "cases", Roles: everybody, New: func() flow.Flow { return &Cases{core: core} }}
}

// Given remembers who looks.
func (f *Cases) Given(who actions.Actor, _ map[string]string) {
	f.Staff, f.Decides = who.Staff(), who.Is(actions.Deciders...)
}

// Steps is the flow's table of contents.
func (f *Cases) Steps() []flow.Step {
	pick := flow.Form("pick", flow.Pick("case", &f.ID, caseOptions(f.Rows)...))
	own := flow.Form("own", flow.Pick("case", &f.ID, (&Case{Asking: Asking{Mine: f.Rows}}).ownOptions()[:len(f.Rows)]...))
	if f.Next != "" {
		pick = pick.With(flow.Reopen("more", "list", func() { f.Cursor = f.Next }))
		own = own.With(flow.Reopen("more", "mine", func() { f.Cursor = f.Next }))
	}
	none := len(f.Rows) == 0
	choose := flow.Form("choose", flow.Pick("queue", &f.Queue, f.queues()...))
	if f.Decides {
		choose = choose.With(flow.Open("canned", "canned", nil))
	}
	return []flow.Step{
		flow.When(f.Staff, flow.Do("count", f.count)),
		flow.When(f.Staff, choose),
		flow.When(f.Staff, flow.Do("list", f.list)),
		flow.When(f.Staff && none, flow.Menu("empty", nil, flow.Reopen("other", "count", func() { f.Cursor = "" }))),
		flow.When(f.Staff, pick.With(flow.Reopen("other", "count", func() { f.Cursor = "" }))),
		flow.When(f.Staff, flow.Hand("show", func(flow.Call) (flow.Launch, error) {
			return flow.Launch{Flow: "case", Values: map[string]string{"case": f.ID}}, nil
		})),
		flow.When(!f.Staff, flow.Do("mine", f.mine)),
		flow.When(!f.Staff && none, flow.Result("none", nil, flow.Open("ask", "case", nil).Styled(flow.Primary))),
		flow.When(!f.Staff, own.With(flow.Open("ask", "case", map[string]string{"new": "1"}))),
		flow.When(!f.Staff, flow.Do("load", f.load)),
		flow.When(!f.Staff, flow.Result("history", f.card, doors(ownCaseItems(f.Item))...).Body(f.body)),
	}
}

func (f *Cases) count(c flow.Call) (err error) {
	f.Counts, err = f.core.CaseCounts(c, c.Who)
	return err
}

func (f *Cases) queues() []flow.Option {
	list := make([]flow.Option, len(actions.CaseQueues))
	for i, q := range actions.CaseQueues {
		list[i] = flow.Option{Value: string(q), Label: flow.T("cases.queue."+string(q), "count", f.Counts[q])}
	}
	return list
}

func (f *Cases) list(c flow.Call) error {
	page, err := f.core.Cases(c, c.Who, f.Queue, f.Cursor, listed)
	f.Rows, f.Next = caseRows(page.Cases), page.Next
	return err
}

// mine lists a buyer's cases; the cursor is the number of the last one of the page before.
func (f *Cases) mine(c flow.Call) error {
	before, _ := actions.ParseCaseNumber(f.Cursor)
	all, err := f.core.OwnCases(c, c.Who, true, before, listed+1)
	f.Next = ""
	if len(all) > listed {
		all = all[:listed]
		f.Next = number(all[listed-1])
	}
	f.Rows = caseRows(all)
	return err
}

func (f *Cases) load(c flow.Call) (err error) {
	if f.Item, err = f.core.Case(c, c.Who, f.ID); err != nil {
		return err
	}
	f.Said, err = f.core.CaseMessages(c, c.Who, f.ID, "", 2*shownMessages)
	return err
}

func (f *Cases) card() []flow.Fact {
	return append(flow.Card("number_of_case", "#"+number(f.Item)), ownCaseFacts(f.Item)...)
}

func (f *Cases) body() []flow.Text { return append(messageLines(f.Said, true), ownPromise(f.Item)...) }
