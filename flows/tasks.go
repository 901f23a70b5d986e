package flows

import (
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Tasks is the list of what somebody of the team has to do by hand in the commerce platform's panel: each with its steps and the
// values to copy. Who says that it is done has the platform looked at; what it shows decides.
//
//	/tasks                    the team
type Tasks struct {
	core *actions.Core

	Passed  map[string]string // what a card's button passed: the request, and what was pressed
	Cursor  string
	Next    string
	Waiting []Waits `json:",omitzero"`
	ID      string  // key of the request
	Task    actions.Request
	Said    string
	Note    string
	Told    bool // it was said
}

// A Waits is a task in the list.
type Waits struct {
	ID      string
	Action  string
	Buyer   string
	Product string
	Since   time.Time
	Said    string `json:",omitzero"` // who says that it is done
}

// What can be said of a task.
const (
	taskDone   = "done"
	taskCannot = "cannot"
)

// NewTasks defines the flow.
func NewTasks(core *actions.Core) flow.Def {
	return flow.Def{Name: "tasks", Roles: actions.StaffRoles, Rare: true, New: func() flow.Flow { return &Tasks{core: core} }}
}

// Given takes the task from the card that was pressed, and what was pressed.
func (f *Tasks) Given(_ actions.Actor, values map[string]string) {
	f.Passed, f.ID, f.Said = values, values["request"], values["said"]
}

// Steps is the flow's table of contents.
func (f *Tasks) Steps() []flow.Step {
	queue := f.Passed["request"] == ""
	waits := f.Task.State == actions.RequestAssisted && f.Task.May && !f.Task.Said.Open()
	about := func() []flow.Text { return panelSteps(f.Task) }
	live := "request:" + f.ID
	pick := flow.Form("pick", flow.Pick("task", &f.ID, f.options()...))
	if f.Next != "" {
		pick = pick.With(flow.Reopen("more", "list", func() { f.Cursor = f.Next }))
	}
	return []flow.Step{
		flow.When(queue, flow.Do("list", f.list)),
		flow.When(queue && len(f.Waiting) == 0, flow.Result("none", nil)),
		flow.When(queue, pick),
		flow.Do("load", f.load),
		flow.When(!waits && !f.Told, flow.Result("standing", f.card, openPurchase(f.Task.Purchase.Transaction)).Body(f.standing).Live(live)),
		flow.When(f.Passed["said"] == "", flow.Menu("steps", f.card,
			flow.Go("done", func() { f.Said = taskDone }).Styled(flow.Primary),
			flow.Go("cannot", func() { f.Said = taskCannot }),
			openPurchase(f.Task.Purchase.Transaction)).Body(about)),
		flow.When(f.Said == taskCannot, flow.Form("why", flow.Input("note", &f.Note, parseNote).Long()).Card(f.card)),
		flow.Do("say", f.say),
		flow.When(!queue && f.Passed["said"] != "", flow.Result("noted", nil)), // the card that was pressed shows the rest
		flow.Result("looking", f.card).Live(live),
	}
}

func (f *Tasks) list(c flow.Call) error {
	page, err := f.core.Tasks(c, c.Who, f.Cursor, listed)
	if err != nil {
		return err
	}
	f.Waiting, f.Next = nil, page.Next
	for _, t := range page.Tasks {
		w := Waits{ID: t.Key, Action: t.Action, Buyer: t.Buyer.Name, Product: t.Product, Since: t.Since}
		if !t.Said.At.IsZero() {
			w.Said = t.Said.Name
		}
		f.Waiting = append(f.Waiting, w)
	}
	return nil
}

func (f *Tasks) options() []flow.Option {
	list := make([]flow.Option, len(f.Waiting))
	for i, w := range f.Waiting {
		key := "option.task"
		if w.Said != "" {
			key = "option.task_said"
		}
		list[i] = flow.Option{Value: w.ID, Label: flow.T(key, "what", flow.T("task.kind."+w.Action), "buyer", flow.PersonName(cut(w.Buyer, 18)),
			"product", cut(w.Product, 18), "since", w.Since, "who", cut(w.Said, 12))}
	}
	return list
}

func (f *Tasks) load(c flow.Call) (err error) {
	f.Task, err = f.core.Request(c, c.Who, f.ID)
	return err
}

func (f *Tasks) say(c flow.Call) error {
	err := f.core.SayTask(c, c.Who, actions.TaskInput{Key: c.Key, Request: f.ID, Cannot: f.Said == taskCannot, Note: f.Note})
	if err != nil {
		return err
	}
	f.Told = true
	return f.load(c)
}

func (f *Tasks) card() []flow.Fact     { return taskFacts(f.Task) }
func (f *Tasks) standing() []flow.Text { return said(f.Task, true) }
