package flows

import (
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// ListRules are the rules of contact lists: what happens to whom, under which conditions, does what.
//
// It is started by the buttons of Lists and Hooks.
type ListRules struct {
	core *actions.Core

	Passed  map[string]string // list or endpoint that a new rule is about; or rule
	From    int
	All     []actions.Rule `json:",omitzero"`
	Picked  string
	Rule    actions.Rule `json:",omitzero"`
	Act     string       // what is done with one that is there
	Event   actions.ListEvent
	Does    actions.ListAct
	Lists   []actions.List `json:",omitzero"`
	After   string
	Next    string
	List    string
	Tag     string
	Ends    []actions.Endpoint `json:",omitzero"`
	End     string
	Product string
	If      actions.Conditions `json:",omitzero"`
	Least   actions.Amount
	Whom    string
	Leaves  string
	Preview actions.RulePreview `json:",omitzero"`
}

// What can be done with a rule.
const (
	ruleNew  = "new"
	ruleOn   = "on"
	ruleOff  = "off"
	ruleDrop = "drop"
)

// Whom a rule is about, and whether he leaves the list again.
const (
	anyBuyer   = "any"
	firstBuyer = "first"
	leavesYes  = "leaves"
	leavesNo   = "stays"
)

// previewed is how many people a preview names.
const previewed = 4

// NewListRules defines the flow.
func NewListRules(core *actions.Core) flow.Def {
	return flow.Def{Name: "list_rules", Roles: actions.ListKeepers, Unlisted: true, New: func() flow.Flow { return &ListRules{core: core} }}
}

// Given takes what a button names.
func (f *ListRules) Given(_ actions.Actor, values map[string]string) {
	f.Passed = values
	f.List, f.End, f.Picked = values["list"], values["endpoint"], values["rule"]
	if f.List != "" || f.End != "" || values["act"] == ruleNew {
		f.Act = ruleNew
	}
	if f.End != "" {
		f.Does = actions.ActWebhook
	}
}

// Steps is the flow's table of contents.
func (f *ListRules) Steps() []flow.Step {
	begun := f.Passed["list"] != "" || f.Passed["endpoint"] != "" || f.Passed["rule"] != "" || f.Passed["act"] != ""
	add := flow.Go("new", func() { f.Act, f.Picked = ruleNew, "" }).Styled(flow.Primary)
	pick := flow.Form("pick", flow.Pick("rule", &f.Picked, f.options()...))
	if f.From+listed < len(f.All) {
		pick = pick.With(flow.Reopen("more", "list", func() { f.From += listed }))
	}
	if f.From > 0 {
		pick = pick.With(flow.Reopen("previous", "list", func() { f.From -= listed }))
	}
	lists := flow.Open("lists", "lists", nil)
	steps := []flow.Step{
		flow.When(!begun, flow.Do("list", f.list)),
		flow.When(!begun && len(f.All) == 0, flow.Menu("none", nil, add, lists)),
		flow.When(!begun && len(f.All) > 0, pick.With(add, lists)),
	}
	steps = append(steps, f.build(f.Act == ruleNew)...)
	return append(steps, f.change(f.Act != ruleNew)...)
}

// build are the steps of a new rule.
func (f *ListRules) build(making bool) []flow.Step {
	placing := f.Does == actions.ActAdd || f.Does == actions.ActRemove
	gives := f.Does == actions.ActAdd || f.Does == actions.ActTag
	which := flow.Form("which", flow.Pick("list", &f.List, f.lists()...)).Card(f.sentence)
	if f.Next != "" {
		which = which.With(flow.Reopen("more", "places", func() { f.After = f.Next }))
	}
	if f.After != "" {
		which = which.With(flow.Reopen("first", "places", func() { f.After = "" }))
	}
	of := f.Event.Of()
	purchase, subscription := of == actions.SubjectPurchase, of == actions.SubjectSubscription
	return []flow.Step{
		flow.When(making, flow.Form("when", flow.Choice("event", &f.Event, actions.ListEvents...))),
		flow.When(making, flow.Do("places", f.places)),
		flow.When(making && f.Passed["endpoint"] == "", flow.Form("then", flow.Choice("act", &f.Does, f.possible()...)).Card(f.sentence)),
		flow.When(making && placing && f.Passed["list"] == "", which),
		flow.When(making && f.Does == actions.ActTag, flow.Form("tagged", flow.Input("tag", &f.Tag, actions.ParseListName)).Card(f.sentence)),
		flow.When(making && f.Does == actions.ActWebhook && f.Passed["endpoint"] == "", flow.Form("called", flow.Pick("endpoint", &f.End, f.ends()...)).Card(f.sentence)),
		flow.When(making && purchase, flow.Form("narrow",
			flow.Input("product", &f.Product, parseNote).Optional(),
			flow.Input("plan", &f.If.Plan, parseNote).Extra(),
			flow.Pick("payment", &f.If.Payment, payments()...).Extra(),
			flow.Input("least", &f.Least, parseLeast).Extra(),
			flow.Pick("locale", &f.If.Locale, languages()...).Extra())),
		flow.When(making && subscription, flow.Form("narrow_subscription",
			flow.Input("product", &f.Product, parseNote).Optional(),
			flow.Input("plan", &f.If.Plan, parseNote).Extra(),
			flow.Pick("locale", &f.If.Locale, languages()...).Extra())),
		flow.When(making && !purchase && !subscription, flow.Form("narrow_buyer",
			flow.Input("product", &f.Product, parseNote).Optional(),
			flow.Pick("locale", &f.If.Locale, languages()...).Extra())),
		flow.When(making, flow.Do("resolve", f.resolve)),
		flow.When(making && purchase, flow.Form("buyers", flow.Choice("whom", &f.Whom, anyBuyer, firstBuyer)).Card(f.sentence)),
		flow.When(making && gives && f.Event.Undoes(), flow.Form("back", flow.Choice("leaves", &f.Leaves, leavesYes, leavesNo)).Card(f.sentence)),
		flow.When(making, flow.Do("preview", f.look)),
		flow.When(making, flow.Confirm("confirm", f.card).Body(f.would)),
		flow.When(making, flow.Do("add", f.add)),
		flow.When(making, flow.Result("added", f.card, f.again(), flow.Open("rules", "list_rules", nil))),
	}
}

// change are the steps of a rule that is there.
func (f *ListRules) change(looking bool) []flow.Step {
	do := func(act string) flow.Item { return flow.Go(act, func() { f.Act = act }) }
	one := flow.Menu("one", f.card).Body(f.would)
	if f.Rule.On {
		one = one.With(do(ruleOff))
	} else {
		one = one.With(do(ruleOn).Styled(flow.Primary))
	}
	rules := flow.Open("rules", "list_rules", nil)
	return []flow.Step{
		flow.When(looking, flow.Do("load", f.load)),
		flow.When(looking, one.With(do(ruleDrop), rules)),
		flow.When(f.Act == ruleDrop, flow.Confirm("sure", f.card).Danger()),
		flow.When(looking, flow.Do("carry_out", f.carryOut)),
		flow.When(f.Act == ruleOn, flow.Result("switched_on", f.card, rules)),
		flow.When(f.Act == ruleOff, flow.Result("switched_off", f.card, rules)),
		flow.When(f.Act == ruleDrop, flow.Result("dropped", f.card, rules)),
	}
}

// again begins another rule about the same.
func (f *ListRules) again() flow.Item {
	values := map[string]string{"act": ruleNew}
	for _, name := range []string{"list", "endpoint"} {
		if f.Passed[name] != "" {
			values[name] = f.Passed[name]
		}
	}
	return flow.Open("again", "list_rules", values)
}

func (f *ListRules) list(c flow.Call) (err error) {
	f.All, err = f.core.ListRules(c, c.Who)
	return err
}

func (f *ListRules) options() []flow.Option {
	var all []flow.Option
	for i, r := range f.All {
		if i < f.From || i >= f.From+listed {
			continue
		}
		key := "option.list_rule"
		if !r.On {
			key = "option.list_rule_off"
		}
		all = append(all, flow.Option{Value: r.ID, Label: flow.T(key, "event", eventWord(r.Event), "act", actWord(r))})
	}
	return all
}

func eventWord(e actions.ListEvent) flow.Text { return flow.T("list_rules.event." + string(e)) }

// actWord says in a few words what a rule does.
func actWord(r actions.Rule) flow.Text {
	name := r.ListName
	if r.Act == actions.ActWebhook {
		name = r.EndName
	}
	return flow.T("list_rules.does."+string(r.Act), "name", short(name))
}

// places reads what a rule can lead to.
func (f *ListRules) places(c flow.Call) error {
	page, err := f.core.Lists(c, c.Who, false, f.After, listed)
	if err != nil {
		return err
	}
	f.Lists, f.Next = page.Lists, page.Next
	if id := f.Passed["list"]; id != "" {
		l, err := f.core.List(c, c.Who, id)
		if err != nil {
			return err
		}
		f.Lists = []actions.List{l}
	}
	f.Ends, err = f.core.Endpoints(c, c.Who)
	return err
}

// possible are the acts for which there is something.
func (f *ListRules) possible() []actions.ListAct {
	switch {
	case f.Passed["list"] != "":
		return []actions.ListAct{actions.ActAdd, actions.ActRemove}
	case len(f.Lists) == 0 && len(f.Ends) == 0:
		return []actions.ListAct{actions.ActTag}
	case len(f.Lists) == 0:
		return []actions.ListAct{actions.ActTag, actions.ActWebhook}
	case len(f.Ends) == 0:
		return []actions.ListAct{actions.ActAdd, actions.ActRemove, actions.ActTag}
	}
	return actions.ListActs
}

func (f *ListRules) lists() []flow.Option {
	all := make([]flow.Option, len(f.Lists))
	for i, l := range f.Lists {
		all[i] = flow.Option{Value: l.ID, Label: flow.T("option.contact_list", "name", l.Name, "count", l.Members)}
	}
	return all
}

func (f *ListRules) ends() []flow.Option {
	all := make([]flow.Option, len(f.Ends))
	for i, e := range f.Ends {
		all[i] = flow.Option{Value: e.ID, Label: flow.T("option.endpoint", "name", e.Name)}
	}
	return all
}

func payments() []flow.Option {
	var all []flow.Option
	for _, p := range []actions.Payment{actions.Card, actions.Pix, actions.Boleto, actions.PayPal, actions.Wallet, actions.Transfer, actions.DirectDebit, actions.OtherPayment} {
		all = append(all, flow.Option{Value: string(p), Label: flow.T("payment." + string(p))})
	}
	return all
}

func languages() []flow.Option {
	var all []flow.Option
	for _, l := range Locales {
		all = append(all, flow.Option{Value: l, Label: flow.T("language.locale." + l)})
	}
	return all
}

// parseLeast takes an amount as people write it: "100", "99,90", "1.299,00".
func parseLeast(text string) (actions.Amount, error) {
	var a actions.Amount
	plain := strings.TrimSpace(text)
	if comma := strings.LastIndexByte(plain, ','); comma > strings.LastIndexByte(plain, '.') {
		plain = strings.ReplaceAll(plain[:comma], ".", "") + "." + plain[comma+1:]
	}
	plain = strings.ReplaceAll(plain, ",", "")
	if err := a.UnmarshalText([]byte(plain)); err != nil {
		return 0, &actions.Error{Code: actions.Invalid, Key: "list_rules.least.wrong"}
	}
	return a, nil
}

func (f *ListRules) resolve(c flow.Call) (err error) {
	f.If.Product, f.If.ProductName, f.If.Least = "", "", actions.Money{}
	if f.Least > 0 {
		if f.If.Least, err = f.core.ListAmount(c, c.Who, f.Least); err != nil {
			return err
		}
	}
	if f.Product == "" {
		return nil
	}
	f.If.Product, f.If.ProductName, err = f.core.ListProduct(c, c.Who, f.Product)
	return err
}

func (f *ListRules) input() actions.RuleInput {
	in := actions.RuleInput{Event: f.Event, Act: f.Does, If: f.If, Undo: f.Leaves == leavesYes}
	in.If.First = f.Whom == firstBuyer
	switch f.Does {
	case actions.ActAdd, actions.ActRemove:
		in.List = f.List
	case actions.ActTag:
		in.Tag = f.Tag
	case actions.ActWebhook:
		in.Endpoint = f.End
	}
	return in
}

func (f *ListRules) look(c flow.Call) (err error) {
	f.Preview, err = f.core.PreviewListRule(c, c.Who, f.input(), previewed)
	f.Rule = f.drawn()
	return err
}

// drawn is the rule as it would be.
func (f *ListRules) drawn() actions.Rule {
	in := f.input()
	r := actions.Rule{Event: in.Event, Act: in.Act, If: in.If, Undo: in.Undo, On: true, ListName: f.Tag}
	for _, l := range f.Lists {
		if l.ID == in.List {
			r.ListName = l.Name
		}
	}
	for _, e := range f.Ends {
		if e.ID == in.Endpoint {
			r.EndName = e.Name
		}
	}
	return r
}

func (f *ListRules) add(c flow.Call) error {
	in := f.input()
	in.Key = c.Key
	_, err := f.core.AddListRule(c, c.Who, in)
	return err
}

func (f *ListRules) load(c flow.Call) (err error) {
	if f.Rule, err = f.core.ListRule(c, c.Who, f.Picked); err != nil {
		return err
	}
	r := f.Rule
	in := actions.RuleInput{Event: r.Event, Act: r.Act, List: r.List, Endpoint: r.Endpoint, Tag: r.ListName, If: r.If, Undo: r.Undo}
	f.Preview, err = f.core.PreviewListRule(c, c.Who, in, previewed)
	return err
}

func (f *ListRules) carryOut(c flow.Call) (err error) {
	switch f.Act {
	case ruleOn, ruleOff:
		_, err = f.core.SwitchListRule(c, c.Who, c.Key, f.Picked, f.Act == ruleOn)
		f.Rule.On = f.Act == ruleOn
	case ruleDrop:
		err = f.core.DropListRule(c, c.Who, c.Key, f.Picked)
	}
	return err
}

// sentence is what is decided so far.
func (f *ListRules) sentence() []flow.Fact {
	var does any
	if r := f.drawn(); r.ListName != "" || r.EndName != "" {
		does = actWord(r)
	}
	var when any
	if f.Event != "" {
		when = eventWord(f.Event)
	}
	return flow.Card("when", when, "does", does)
}

// card is a rule in whole.
func (f *ListRules) card() []flow.Fact { return ruleFacts(f.Rule) }

func ruleFacts(r actions.Rule) []flow.Fact {
	if r.Event == "" {
		return nil
	}
	c := r.If
	var least, locale, first, leaves, off any
	if c.Least.Minor > 0 {
		least = c.Least
	}
	if c.Locale != "" {
		locale = flow.T("language.locale." + c.Locale)
	}
	if c.First {
		first = true
	}
	if r.Undo {
		leaves = flow.T("list_rules.leaves." + string(r.Event.Of()))
	}
	if !r.On {
		r.Since = time.Time{}
		if !r.Until.IsZero() {
			off = flow.Moment(r.Until)
		}
	}
	return flow.Card("when", eventWord(r.Event), "does", actWord(r), "product", c.ProductName, "plan", c.Plan, "payment", c.Payment, "least", least,
		"buyers_language", locale, "first_purchase", first, "leaves", leaves, "on_since", r.Since, "off_since", off)
}

// would says whom the rule would have been about.
func (f *ListRules) would() []flow.Text {
	p := f.Preview
	if p.Count == 0 {
		return []flow.Text{flow.T("list_rules.would_nobody", "days", p.Days)}
	}
	key := "list_rules.would"
	if p.More {
		key = "list_rules.would_more"
	}
	all := []flow.Text{flow.T(key, "count", p.Count, "days", p.Days)}
	for _, row := range p.Some {
		line := "list_rules.preview"
		if row.Product == "" {
			line = "list_rules.preview_bare"
		}
		all = append(all, flow.T(line, "name", flow.PersonName(row.Name), "product", row.Product, "at", flow.Moment(row.At)))
	}
	if rest := p.Count - len(p.Some); rest > 0 {
		all = append(all, flow.T("list_rules.preview_rest", "count", rest))
	}
	return all
}
