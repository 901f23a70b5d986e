package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Answering is the team's side of Case.
type Answering struct {
	Decides bool // may keep canned replies
	Query   string
	Before  string    // message before which those that are shown were said; empty: the newest
	Older   bool      // there are messages before those that are shown
	Found   []CaseRow `json:",omitzero"`
}

// shownMessages is how many messages one card shows: with quotations they fit the narrowest platform's longest text.
const shownMessages = 4

// answering is the team's part of the table of contents.
func (f *Case) answering() []flow.Step {
	search := f.Staff && f.ID == ""
	look := f.Staff && (f.ID != "" || len(f.Found) > 0)
	return []flow.Step{
		flow.When(search && f.Query == "", flow.Form("look", flow.Input("query", &f.Query, parseNote))),
		flow.When(search, flow.Do("search", f.search)),
		flow.When(f.Staff && f.ID == "" && len(f.Found) == 0, flow.Result("none", nil)),
		flow.When(search && len(f.Found) > 1, flow.Form("pick", flow.Pick("case", &f.ID, caseOptions(f.Found)...))),
		flow.When(look, flow.Do("load", f.load)),
		flow.When(f.Staff, flow.Result("shown", f.teamCard, f.teamItems()...).Body(func() []flow.Text { return messageLines(f.Said, false) })),
	}
}

func (f *Case) search(c flow.Call) error {
	var filter actions.Filter
	readQuery(f.Query, &filter)
	found, err := f.core.FindCases(c, c.Who, f.Query, filter, listed)
	if err != nil {
		return err
	}
	if f.Found = caseRows(found); len(found) == 1 {
		f.ID = found[0].ID
	}
	return nil
}

func (f *Case) load(c flow.Call) (err error) {
	if f.Item, err = f.core.Case(c, c.Who, f.ID); err != nil {
		return err
	}
	f.Said, err = f.core.CaseMessages(c, c.Who, f.ID, f.Before, shownMessages+1)
	n := min(fitting(f.Said), shownMessages)
	f.Older, f.Said = len(f.Said) > n, f.Said[:n]
	return err
}

func (f *Case) teamCard() []flow.Fact {
	return append(flow.Card("number_of_case", "#"+number(f.Item), "topic", f.Item.Topic), caseFacts(f.Item)...)
}

func (f *Case) teamItems() []flow.Item {
	items := doors(caseItems(f.Item, false))
	if f.Item.Files > 0 {
		items = append(items, flow.Open("files", "case_files", map[string]string{"case": f.ID}))
	}
	if f.Decides {
		items = append(items, flow.Open("canned", "canned", map[string]string{"case": f.ID}))
	}
	if f.Older {
		items = append(items, flow.Open("earlier", "case", map[string]string{"case": f.ID, "before": f.Said[len(f.Said)-1].ID}))
	}
	return items
}

// caseOptions are the buttons of a list of cases.
func caseOptions(all []CaseRow) []flow.Option {
	list := make([]flow.Option, len(all))
	for i, r := range all {
		who := any(flow.PersonName(short(r.Buyer)))
		if !r.Known {
			who = flow.T("casecard.somebody")
		}
		list[i] = flow.Option{Value: r.ID, Label: flow.T("option.case", "number", r.Number, "topic", r.Topic, "buyer", who, "at", r.At)}
	}
	return list
}
