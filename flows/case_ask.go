package flows

import (
	"slices"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Asking is the buyer's side of Case.
type Asking struct {
	Text    string
	Typed   bool                  // the text came before anything was asked
	Free    bool                  // and he did not say where it belongs
	About   string                // purchase that he came from, or chose
	Chosen  bool                  // what it is about is known
	Sorted  bool                  // so is the topic, and he does not want what is offered in its place
	Into    string                // case that he writes more about; newCase: none
	Mine    []CaseRow             `json:",omitzero"`
	Topic   actions.Topic         `json:",omitzero"`
	Likely  []actions.Topic       `json:",omitzero"` // by the words that he used
	Rows    []Row                 `json:",omitzero"` // his purchases
	Known   []actions.Transaction `json:",omitzero"`
	Helped  bool                  // he takes the flow that was offered
	Reopens bool                  // what he writes opens a closed case again
	Thanked bool                  // he only thanks: nobody has to answer that
}

// newCase is the answer of whoever writes about something new, and anything the one of whoever asks about no purchase.
const (
	newCase  = "new"
	anything = "none"
)

// A CaseRow is a case in a list.
type CaseRow struct {
	ID     string
	Number string
	Topic  actions.Topic
	Buyer  string
	Known  bool // who asks
	Open   bool
	At     time.Time
}

func caseRows(all []actions.Case) []CaseRow {
	rows := make([]CaseRow, len(all))
	for i, c := range all {
		rows[i] = CaseRow{ID: c.ID, Number: number(c), Topic: c.Topic, Buyer: c.Buyer.Name, Known: c.Buyer.ID != "", Open: c.Open(), At: c.LastAt}
	}
	return rows
}

// selfService is the flow that may answer a topic at once.
var selfService = map[actions.Topic]string{
	actions.TopicAccess: "resend", actions.TopicRefund: "refund", actions.TopicPayment: "find", actions.TopicEmail: "email",
	actions.TopicPassword: "password", actions.TopicTicket: "checkin",
}

// offered are the flows that are offered in the place of a case, in the order of the steps that offer them.
var offered = []string{"resend", "refund", "find", "email", "password", "checkin"}

func (f *Case) asked(values map[string]string) {
	f.Text, f.Into, f.About = values["words"]+values["query"], values["into"], values["about"]
	f.Typed, f.Free, f.Chosen = f.Text != "", values["free"] != "", f.About != ""
	if values["new"] != "" {
		f.Into = newCase
	}
	f.Topic = actions.Topic(values["topic"])
	f.Sorted = f.Topic != ""
}

// Restated goes on with what a buyer writes while he is asked what to choose: it is more of his question.
func (f *Case) Restated(text string) (flow.Launch, bool) {
	if f.Staff || f.Text == "" || f.ID != "" {
		return flow.Launch{}, false
	}
	values := map[string]string{"words": f.Text + "\n" + text}
	if f.Free {
		values["free"] = "1"
	}
	for name, known := range map[string]string{"into": f.Into, "about": f.About, "topic": string(f.Topic)} {
		if known != "" {
			values[name] = known
		}
	}
	return flow.Launch{Flow: "case", Values: values}, true
}

// asking is the buyer's part of the table of contents.
func (f *Case) asking() []flow.Step {
	buyer := !f.Staff
	adds := buyer && f.Into != "" && f.Into != newCase && !f.Thanked
	fresh := buyer && !adds && !f.Thanked
	text := flow.Input("text", &f.Text, parseNote).Long()
	steps := []flow.Step{
		flow.When(buyer, flow.Do("mine", f.mine)),
		flow.When(buyer && !f.Thanked && f.Into == "" && len(f.Mine) > 0, flow.Form("which", flow.Pick("into", &f.Into, f.ownOptions()...))),
		flow.When(adds && !f.Typed, flow.Form("more", text)),
		flow.When(adds, flow.Do("add", f.add)),
		flow.When(buyer && f.Thanked, flow.Result("thanked", nil, f.thankedItems()...).Body(f.stays)),
		flow.When(adds, flow.Result("added", f.ownCard, f.addedItems()...).Body(f.promise)),
		flow.When(fresh && !f.Sorted, flow.Form("about", flow.Pick("topic", &f.Topic, f.topics()...))),
	}
	for _, word := range offered {
		steps = append(steps, flow.When(fresh && !f.Sorted && selfService[f.Topic] == word, flow.Menu("offer_"+word, nil,
			flow.Go("take", func() { f.Helped = true }).Styled(flow.Primary), flow.Go("write", func() { f.Helped = false }))))
	}
	return append(steps,
		flow.When(fresh && f.Helped, flow.Hand("hand", f.hand)),
		flow.When(fresh && !f.Chosen && len(f.Rows) > 1, flow.Form("purchase", flow.Pick("about", &f.About, f.purchases()...))),
		flow.When(fresh && !f.Typed, flow.Form("text", text)),
		flow.When(fresh, flow.Do("open", f.open)),
		flow.When(fresh, flow.Result("opened", f.ownCard, doors(ownCaseItems(f.Item))...).Body(f.promise).Live("case:"+f.ID)),
	)
}

// mine looks for cases that what he writes may belong to, and for what he bought. A sentence out of nowhere belongs to the
// one case that he has, if there is but one.
func (f *Case) mine(c flow.Call) error {
	f.Likely = actions.SuggestTopics(f.Text)
	if f.Into != "" && f.Into != newCase {
		was, err := f.core.Case(c, c.Who, f.Into)
		if err != nil || !was.Over {
			return err
		}
		f.Into = newCase // closed for too long
	}
	if f.Into == "" {
		own, err := f.core.OwnCases(c, c.Who, false, 0, listed)
		if err != nil {
			return err
		}
		if f.Free && actions.OnlyThanks(f.Text) {
			if f.Thanked = true; len(own) > 0 {
				f.Item = own[0]
			}
			return nil
		}
		if f.Mine = caseRows(own); f.Free && len(own) == 1 {
			f.Into = own[0].ID
			return nil
		}
	}
	if len(c.Who.Buyers) == 0 {
		return nil
	}
	page, err := f.core.Find(c, c.Who, actions.Filter{Limit: listed})
	f.Rows = rows(page.Purchases, c.Now)
	return err
}

func (f *Case) ownOptions() []flow.Option {
	var list []flow.Option
	for _, r := range f.Mine {
		key := "option.own_case"
		if !r.Open {
			key = "option.own_closed_case"
		}
		list = append(list, flow.Option{Value: r.ID, Label: flow.T(key, "number", r.Number, "topic", r.Topic, "at", r.At)})
	}
	return append(list, flow.Option{Value: newCase, Label: flow.T("option.new_case")})
}

// topics are those that his words speak of, then the others.
func (f *Case) topics() []flow.Option {
	all := slices.Clone(f.Likely)
	for _, t := range actions.Topics {
		if !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	list := make([]flow.Option, len(all))
	for i, t := range all {
		list[i] = flow.Option{Value: string(t), Label: flow.T("topic." + string(t))}
	}
	return list
}

func (f *Case) purchases() []flow.Option {
	return append(options(f.Rows, true), flow.Option{Value: anything, Label: flow.T("option.no_purchase")})
}

// about is the purchase that a new case is about: what he chose, or the only one that he has.
func (f *Case) about() actions.Transaction {
	switch {
	case f.About == anything:
		return ""
	case f.About != "":
		return actions.Transaction(f.About)
	case len(f.Rows) == 1:
		return f.Rows[0].Transaction
	}
	return ""
}

// hand leaves for the flow that was offered, with the purchase where there is no doubt which one.
func (f *Case) hand(c flow.Call) (flow.Launch, error) {
	word := selfService[f.Topic]
	l := flow.Launch{Flow: word, Values: map[string]string{}}
	if t := string(f.about()); t != "" {
		l.Values["transaction"], l.Values["query"] = t, t
	}
	return l, f.core.Deflect(c, c.Who, actions.DeflectInput{Key: c.Key, Topic: f.Topic, Flow: word})
}

func (f *Case) open(c flow.Call) (err error) {
	f.Item, err = f.core.OpenCase(c, c.Who, actions.OpenCaseInput{Key: c.Key, Topic: f.Topic, Text: f.Text, Transaction: f.about()})
	f.ID = f.Item.ID
	return err
}

func (f *Case) add(c flow.Call) (err error) {
	before, err := f.core.Case(c, c.Who, f.Into)
	if err != nil {
		return err
	}
	f.Reopens = !before.Open()
	if before.Status != actions.CaseTeam && actions.OnlyThanks(f.Text) {
		f.Item, f.Thanked = before, true
		return nil
	}
	f.Item, err = f.core.AddToCase(c, c.Who, actions.AddToCaseInput{Key: c.Key, Case: f.Into, Text: f.Text})
	f.ID = f.Item.ID
	return err
}

// addedItems has a way out for whoever meant something else.
func (f *Case) addedItems() []flow.Item {
	return append(doors(ownCaseItems(f.Item)), flow.Open("new", "case", map[string]string{"new": "1"}))
}

func (f *Case) promise() []flow.Text {
	if f.Item.ID == "" {
		return nil
	}
	p := ownPromise(f.Item)
	if f.Reopens {
		p = append([]flow.Text{flow.T("case.open_again")}, p...)
	}
	return p
}

// stays tells who only thanked how his question stands.
func (f *Case) stays() []flow.Text {
	switch {
	case f.Item.ID == "":
		return nil
	case f.Item.Open():
		return []flow.Text{flow.T("case.stays_open", "number", number(f.Item))}
	}
	return []flow.Text{flow.T("case.stays_closed", "number", number(f.Item))}
}

func (f *Case) thankedItems() []flow.Item {
	if f.Item.ID == "" {
		return nil
	}
	return doors(ownCaseItems(f.Item))
}

func (f *Case) ownCard() []flow.Fact {
	return append(flow.Card("number_of_case", "#"+number(f.Item)), ownCaseFacts(f.Item)...)
}
