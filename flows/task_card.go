package flows

import (
	"context"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// panelSteps are what somebody does in the platform's panel, one after the other. Of a platform that says nothing more, a
// general sentence.
func panelSteps(r actions.Request) []flow.Text {
	then := "task.then"
	if r.Op == actions.OpResend || r.Op == actions.OpCheckIn {
		then = "task.then_mail" // whether it was sent is nowhere to be read
	}
	if len(r.Panel.Steps) == 0 {
		general := "task.general"
		if r.Detail != "" {
			general = r.Detail
		}
		return []flow.Text{flow.T(general), flow.T(then)}
	}
	lines := make([]flow.Text, 0, len(r.Panel.Steps)+2)
	for i, key := range r.Panel.Steps {
		step := flow.T(key, "transaction", r.Purchase.Transaction, "product", r.Purchase.Product.Name)
		lines = append(lines, flow.T("task.step", "n", i+1, "step", step))
	}
	if r.Panel.Note != "" {
		lines = append(lines, flow.T(r.Panel.Note))
	}
	return append(lines, flow.T(then))
}

// taskFacts are what a task is about, with all that is copied into the panel.
func taskFacts(r actions.Request) []flow.Fact {
	p := r.Purchase
	facts := flow.Card("product", p.Product.Name, "buyer", flow.PersonName(p.Buyer.Name), "transaction", p.Transaction)
	if r.OldEmail != "" {
		facts = append(facts, flow.Card("old_email", r.OldEmail, "new_email", r.NewEmail)...)
	} else {
		facts = append(facts, flow.Card("email", p.Buyer.Email)...)
	}
	switch {
	case r.Op == actions.OpRefund || r.Op == actions.OpApproveClaim:
		facts = append(facts, flow.Card("price", p.Price, "payment", payment(p))...)
	case r.Op == actions.OpResend:
		facts = append(facts, flow.Card("contents", contents(p))...)
	}
	if p.Subscription != nil && ofSubscription(r.Action) {
		facts = append(facts, subscriptionOutcome(r)...)
	}
	return facts
}

// said is what somebody of the team says of a task, and what the platform shows. The buyer reads no names and no steps.
func said(r actions.Request, staff bool) []flow.Text {
	s := r.Said
	about := func(key string) []flow.Text {
		return []flow.Text{flow.T(key, "who", s.Name, "at", flow.Moment(s.At), "next", flow.Moment(r.Next), "note", s.Note)}
	}
	switch {
	case s.At.IsZero():
		return nil
	case r.Detail == actions.TaskCannot && !staff:
		return about("task.cannot_buyer")
	case !staff:
		return nil
	case r.Detail == actions.TaskCannot:
		return about("task.cannot")
	case r.Detail == actions.TaskWord:
		return about("task.word")
	case r.State == actions.RequestDone && s.Shown:
		return about("task.shown")
	case r.State != actions.RequestAssisted:
		return nil
	case !s.Doubted.IsZero() && s.Unread:
		return about("task.doubted_unread")
	case !s.Doubted.IsZero():
		return about("task.doubted")
	case s.Cannot:
		return about("task.given_up")
	case s.Looks == 0:
		return about("task.said")
	case s.Unread:
		return about("task.unread")
	}
	if r.Op == actions.OpResend || r.Op == actions.OpCheckIn {
		return about("task.not_used")
	}
	return about("task.not_shown")
}

// taskButtons are what the team can say of a task, where it may; the steps are for who can read the values to copy.
func taskButtons(key string, r actions.Request) ([]flow.Button, map[string]flow.Launch) {
	if r.State != actions.RequestAssisted || !r.May {
		return nil, nil
	}
	about := func(said string) flow.Launch {
		return flow.Launch{Flow: "tasks", Values: map[string]string{"request": key, "said": said}}
	}
	launches := map[string]flow.Launch{"steps": about(""), taskDone: about(taskDone), taskCannot: about(taskCannot)}
	steps := flow.Button{Name: "steps", Label: flow.T("task.button.steps"), Masked: true}
	if r.Said.Open() {
		return nil, launches
	}
	return []flow.Button{
		{Name: taskDone, Label: flow.T("task.button.done"), Style: flow.Primary}, steps, {Name: taskCannot, Label: flow.T("task.button.cannot")},
	}, launches
}

// TasksCard reminds the team of what waits in the platform's panel, once a day, in the rooms where decisions are made. The
// message of an earlier day makes way for today's.
func TasksCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "tasks", View: func(ctx context.Context, day string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		if !reader.Staff() {
			return flow.View{}, nil, &actions.Error{Code: actions.NotFound, Key: "error.stale"}
		}
		n, err := core.CountTasks(ctx, reader)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowTasks(day, core.Today(reader) != day, n)
		return v, launches, nil
	}}
}

// ShowTasks is what the reminder of a day says, and what its button launches.
func ShowTasks(day string, past bool, n actions.TaskCount) (flow.View, map[string]flow.Launch) {
	v := flow.View{Token: flow.Token{Of: "tasks:" + day}, Flow: "tasks", Step: "reminder", Kind: "card", Ended: past || n.Open == 0}
	launches := map[string]flow.Launch{"list": {Flow: "tasks"}}
	switch {
	case past:
		v.Title = flow.T("task.reminder.past")
		return v, launches
	case n.Open == 0:
		v.Title = flow.T("task.reminder.none")
		return v, launches
	}
	t := n.Oldest
	v.Title = flow.T("task.reminder.title", "count", n.Open)
	v.Facts = flow.Card("oldest", flow.T("task.kind."+t.Action), "product", t.Product, "buyer", flow.PersonName(t.Buyer.Name), "asked_by", t.AskedBy,
		"waiting_since", flow.Moment(t.Since))
	v.Buttons = []flow.Button{{Name: "list", Label: flow.T("task.reminder.list"), Style: flow.Primary}}
	return v, launches
}

// taskRevision grows with what is said of a task and each look at the platform.
func taskRevision(r actions.Request) int {
	if r.Said.At.IsZero() {
		return 0
	}
	return r.Said.Looks + 1
}
