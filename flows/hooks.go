package flows

import (
	"context"
	"net/url"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Hooks are the addresses outside that rules have called: their secrets, a test, and the calls that did not arrive.
//
// It is started by a button of Lists.
type Hooks struct {
	core *actions.Core

	Passed string             // endpoint that a button names
	All    []actions.Endpoint `json:",omitzero"`
	From   int
	Picked string
	End    actions.Endpoint `json:",omitzero"`
	Act    string
	Name   string
	URL    string
	Secret actions.GivenSecret `json:",omitzero"`
	Call   string
	Calls  []actions.Call `json:",omitzero"`
	After  string
	Next   string
	One    actions.Call `json:",omitzero"`
}

// What can be done with an endpoint.
const (
	hookNew    = "new"
	hookTest   = "test"
	hookCalls  = "calls"
	hookRotate = "rotate"
	hookRemove = "remove"
)

// NewHooks defines the flow.
func NewHooks(core *actions.Core) flow.Def {
	return flow.Def{Name: "hooks", Roles: actions.ListKeepers, Unlisted: true, New: func() flow.Flow { return &Hooks{core: core} }}
}

// Given takes the endpoint that a button names.
func (f *Hooks) Given(_ actions.Actor, values map[string]string) {
	f.Passed, f.Picked = values["endpoint"], values["endpoint"]
	f.Act = values["act"]
}

// Steps is the flow's table of contents.
func (f *Hooks) Steps() []flow.Step {
	choosing, making := f.Passed == "", f.Act == hookNew
	add, lists := flow.Go("new", func() { f.Act, f.Picked = hookNew, "" }).Styled(flow.Primary), flow.Open("lists", "lists", nil)
	pick := flow.Form("pick", flow.Pick("endpoint", &f.Picked, f.options()...))
	if f.From+listed < len(f.All) {
		pick = pick.With(flow.Reopen("more", "list", func() { f.From += listed }))
	}
	if f.From > 0 {
		pick = pick.With(flow.Reopen("previous", "list", func() { f.From -= listed }))
	}
	steps := []flow.Step{
		flow.When(choosing, flow.Do("list", f.list)),
		flow.When(choosing && len(f.All) == 0, flow.Menu("none", nil, add, lists)),
		flow.When(choosing && len(f.All) > 0, pick.With(add, lists)),
		flow.When(making, flow.Form("create", flow.Input("name", &f.Name, actions.ParseListName), flow.Input("url", &f.URL, parseNote))),
		flow.When(making, flow.Do("make", f.make)),
		flow.When(making, flow.Result("made", f.card, f.open(), flow.Open("rule", "list_rules", map[string]string{"endpoint": f.Secret.Endpoint}))),
		flow.Do("load", f.load),
		flow.When(f.Passed == "" || f.Act == "", flow.Menu("one", f.card, f.acts()...)),
	}
	steps = append(steps, f.calls(f.Act == hookCalls)...)
	return append(steps,
		flow.When(f.Act == hookTest, flow.Do("test", f.test)),
		flow.When(f.Act == hookTest, flow.Result("tested", f.card, f.open()).Live("call:"+f.Call)),
		flow.When(f.Act == hookRotate, flow.Confirm("sure", f.card)),
		flow.When(f.Act == hookRotate, flow.Do("rotate", f.rotate)),
		flow.When(f.Act == hookRotate, flow.Result("rotated", f.card, f.open())),
		flow.When(f.Act == hookRemove, flow.Confirm("really", f.named).Danger()),
		flow.When(f.Act == hookRemove, flow.Do("remove", func(c flow.Call) error { return f.core.RemoveEndpoint(c, c.Who, c.Key, f.End.ID) })),
		flow.When(f.Act == hookRemove, flow.Result("removed", f.named)),
	)
}

func (f *Hooks) acts() []flow.Item {
	do := func(act string) flow.Item { return flow.Go(act, func() { f.Act = act }) }
	items := []flow.Item{do(hookTest).Styled(flow.Primary), flow.Open("rule", "list_rules", map[string]string{"endpoint": f.End.ID})}
	if f.End.Dead > 0 {
		items = append(items, do(hookCalls))
	}
	return append(items, do(hookRotate), do(hookRemove))
}

// calls are the steps that show what did not arrive, and try it again.
func (f *Hooks) calls(looking bool) []flow.Step {
	failed := flow.Form("failed", flow.Pick("call", &f.Call, f.dead()...)).Card(f.named)
	if f.Next != "" {
		failed = failed.With(flow.Reopen("more", "find", func() { f.After = f.Next }))
	}
	return []flow.Step{
		flow.When(looking, flow.Do("find", f.find)),
		flow.When(looking && len(f.Calls) == 0, flow.Result("no_calls", f.named, f.open())),
		flow.When(looking, failed),
		flow.When(looking, flow.Do("look", f.look)),
		flow.When(looking, flow.Menu("call_one", func() []flow.Fact { return callFacts(f.One) }, flow.Go("retry", nil).Styled(flow.Primary), flow.Reopen("others", "find", nil))),
		flow.When(looking, flow.Do("retry", func(c flow.Call) error { return f.core.RetryCall(c, c.Who, c.Key, f.Call) })),
		flow.When(looking, flow.Result("retried", f.named, f.open()).Live("call:"+f.Call)),
	}
}

func (f *Hooks) open() flow.Item {
	id := f.End.ID
	if id == "" {
		id = f.Secret.Endpoint
	}
	return flow.Open("open", "hooks", map[string]string{"endpoint": id})
}

func (f *Hooks) list(c flow.Call) (err error) {
	f.All, err = f.core.Endpoints(c, c.Who)
	return err
}

func (f *Hooks) options() []flow.Option {
	var all []flow.Option
	for i, e := range f.All {
		if i < f.From || i >= f.From+listed {
			continue
		}
		key := "option.endpoint"
		if e.Dead > 0 {
			key = "option.endpoint_dead"
		}
		all = append(all, flow.Option{Value: e.ID, Label: flow.T(key, "name", e.Name, "count", e.Dead)})
	}
	return all
}

func (f *Hooks) make(c flow.Call) (err error) {
	if err := f.core.CheckHookURL(f.URL); err != nil {
		return err
	}
	f.Secret, err = f.core.AddEndpoint(c, c.Who, actions.EndpointInput{Key: c.Key, Name: f.Name, URL: f.URL})
	f.End = actions.Endpoint{ID: f.Secret.Endpoint, Name: f.Name, URL: f.URL}
	return err
}

func (f *Hooks) load(c flow.Call) (err error) {
	f.End, err = f.core.Endpoint(c, c.Who, f.Picked)
	return err
}

func (f *Hooks) test(c flow.Call) (err error) {
	f.Call, err = f.core.TestEndpoint(c, c.Who, c.Key, f.End.ID)
	return err
}

func (f *Hooks) rotate(c flow.Call) (err error) {
	f.Secret, err = f.core.RotateEndpoint(c, c.Who, c.Key, f.End.ID)
	return err
}

func (f *Hooks) find(c flow.Call) (err error) {
	f.Calls, f.Next, err = f.core.DeadCalls(c, c.Who, f.End.ID, f.After, listed)
	return err
}

func (f *Hooks) dead() []flow.Option {
	all := make([]flow.Option, len(f.Calls))
	for i, call := range f.Calls {
		all[i] = flow.Option{Value: call.ID, Label: flow.T("option.hook_call", "what", callWord(call), "at", flow.Moment(call.At))}
	}
	return all
}

func (f *Hooks) look(c flow.Call) (err error) {
	f.One, err = f.core.HookCallOf(c, c.Who, f.Call)
	return err
}

func (f *Hooks) named() []flow.Fact { return flow.Card("endpoint", f.End.Name) }

func (f *Hooks) card() []flow.Fact {
	e := f.End
	var waiting, dead, old any
	if e.Waiting > 0 {
		waiting = e.Waiting
	}
	if e.Dead > 0 {
		dead = e.Dead
	}
	if !e.OldUntil.IsZero() {
		old = flow.Moment(e.OldUntil)
	}
	return flow.Card("endpoint", e.Name, "url", hostOf(e.URL), "calls_waiting", waiting, "calls_dead", dead, "old_secret", old)
}

// hostOf is what rooms may read of an address: what stands behind the host is often as good as a password.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// callWord says what a call tells of.
func callWord(call actions.Call) flow.Text {
	if call.Event == "" {
		return flow.T("hooks.a_test")
	}
	return eventWord(call.Event)
}

func callFacts(call actions.Call) []flow.Fact {
	var answered, why any
	if call.StatusCode > 0 {
		answered = call.StatusCode
	}
	if call.Problem != "" {
		why = flow.T("hooks.problem." + call.Problem)
	}
	return flow.Card("endpoint", call.EndName, "what", callWord(call), "happened_at", flow.Moment(call.At), "tries", call.Attempts, "answered", answered, "why", why)
}

// CallCard is the card of one call of an endpoint: whether it has arrived.
func CallCard(core *actions.Core) flow.CardDef {
	return flow.CardDef{Kind: "call", View: func(ctx context.Context, id string, reader actions.Actor) (flow.View, map[string]flow.Launch, error) {
		call, err := core.HookCallOf(ctx, reader, id)
		if err != nil {
			return flow.View{}, nil, err
		}
		v, launches := ShowCall(call)
		return v, launches, nil
	}}
}

// ShowCall is what the card of a call says.
func ShowCall(call actions.Call) (flow.View, map[string]flow.Launch) {
	state := string(call.State)
	if call.State == actions.CallWaiting && call.Attempts > 0 {
		state = "trying"
	}
	v := flow.View{
		Token: flow.Token{Of: "call:" + call.ID}, Flow: "call", Step: state, Kind: "card",
		Title: flow.T("call."+state, "endpoint", call.EndName), Facts: callFacts(call),
		Buttons: []flow.Button{{Name: "open", Label: flow.T("call.open")}},
	}
	return v, map[string]flow.Launch{"open": {Flow: "hooks", Values: map[string]string{"endpoint": call.Endpoint}}}
}
