package flows

import (
	"slices"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// CancelMany ends subscriptions of a product: some that are picked, or all that match. It is started from /cancel.
//
//	/cancel product:…     the team
type CancelMany struct{ Subscribers }

// ReactivateMany asks the subscribers of cancelled ones to go on. It is started from /reactivate.
//
//	/reactivate product:…     the team
type ReactivateMany struct{ Subscribers }

// Subscribers are the subscriptions to which something is done together, and how they are chosen.
type Subscribers struct {
	core *actions.Core
	kind string // actions.KindCancel or KindReactivate
	Many

	Product  string // as it was picked or typed
	Found    actions.Product
	Products []actions.Product `json:",omitzero"`
	From     string            // where the list of products begins
	Further  string            // and where the next page does
	Runs     bool              // some work for many is under way
	Plans    []string
	Query    string
	Plan     string
	Standing actions.SubscriptionStatus
	Period   string
	Charge   actions.ChargeState
	How      Renewal           // of a reactivation
	Rows     []SubscriptionRow `json:",omitzero"`
	Place    string
	Next     string
	Earlier  []string
	Picked   []string
	All      bool
}

// NewCancelMany defines the flow that ends many.
func NewCancelMany(core *actions.Core) flow.Def {
	return flow.Def{Name: "cancel_many", Roles: actions.StaffRoles, Unlisted: true,
		New: func() flow.Flow { return &CancelMany{Subscribers{core: core}} }}
}

// NewReactivateMany defines the flow that takes many up again.
func NewReactivateMany(core *actions.Core) flow.Def {
	return flow.Def{Name: "reactivate_many", Roles: actions.StaffRoles, Unlisted: true,
		New: func() flow.Flow { return &ReactivateMany{Subscribers{core: core}} }}
}

// manyOf goes on with many subscriptions of a product, where one was given with the command.
func manyOf(name string) func(map[string]string) (flow.Launch, bool) {
	return func(values map[string]string) (flow.Launch, bool) {
		return flow.Launch{Flow: name, Values: map[string]string{"product": values["product"]}}, values["product"] != "" && values["subscription"] == ""
	}
}

// Steps is the flow's table of contents.
func (f *CancelMany) Steps() []flow.Step { return f.choose(actions.KindCancel) }

// Steps is the flow's table of contents.
func (f *ReactivateMany) Steps() []flow.Step { return f.choose(actions.KindReactivate) }

// choose are the steps of both.
func (f *Subscribers) choose(kind string) []flow.Step {
	f.kind = kind
	change := flow.Reopen("change", "filters", f.rewind)
	product := flow.Form("product", flow.Or(flow.Pick("product", &f.Product, productOptions(f.Products)...), &f.Product, parseNote))
	if f.Further != "" {
		product = product.With(flow.Reopen("more", "products", func() { f.From = f.Further }))
	}
	if f.Runs {
		product = product.With(flow.Open("runs", "bulk", nil))
	}
	var how []flow.Step
	if kind == actions.KindReactivate {
		how = []flow.Step{flow.Form("how", flow.Choice("charge", &f.How, chargeLater, chargeNow))}
	}
	return slices.Concat([]flow.Step{
		flow.Do("products", f.products),
		flow.When(len(f.Products) == 0, flow.Result("no_products", nil)),
		product,
		flow.Do("find_product", f.findProduct),
		flow.Form("filters", f.filters()...),
	}, how, []flow.Step{
		flow.Do("list", f.list),
		flow.When(len(f.Rows) == 0, flow.Menu("none", nil).With(change)),
		f.pick(change),
	}, f.steps(f.core, true, f.collect))
}

// filters are the fields by which subscriptions are chosen. Only cancelled ones are taken up again, and a plan is asked for
// where there are several.
func (f *Subscribers) filters() []flow.Field {
	fields := []flow.Field{flow.Input("query", &f.Query, parseNote).Optional()}
	if len(f.Plans) > 1 {
		fields = append(fields, flow.Pick("plan", &f.Plan, planOptions(f.Plans)...).Extra())
	}
	if f.kind == actions.KindCancel {
		fields = append(fields, flow.Choice("standing", &f.Standing, actions.SubscriptionActive, actions.SubscriptionLate).Extra())
	}
	return append(fields, flow.Input("period", &f.Period, parsePeriod).Extra(), flow.Choice("state", &f.Charge, actions.ChargeStates...).Extra())
}

// pick is the list of subscriptions, each of which is taken up by a press and left out again by another.
func (f *Subscribers) pick(change flow.Item) flow.Step {
	step := flow.Form("pick", flow.Toggle("who", &f.Picked, subscriberOptions(f.Rows, f.Picked)...)).
		Card(func() []flow.Fact { return flow.Card("product", f.Found.Name, "picked", len(f.Picked)) })
	if len(f.Picked) > 0 {
		step = step.With(flow.Go("selected", func() { f.All = false }).Styled(flow.Primary))
	}
	step = step.With(flow.Go("all", func() { f.All = true }))
	if f.Next != "" {
		step = step.With(flow.Reopen("more", "list", func() { f.Earlier, f.Place = append(f.Earlier, f.Place), f.Next }))
	}
	if len(f.Earlier) > 0 {
		step = step.With(flow.Reopen("previous", "list", func() {
			last := len(f.Earlier) - 1
			f.Place, f.Earlier = f.Earlier[last], f.Earlier[:last]
		}))
	}
	return step.With(change)
}

func (f *Subscribers) rewind() { f.Place, f.Earlier = "", nil }

func (f *Subscribers) products(c flow.Call) error {
	page, err := f.core.SubscribedProducts(c, c.Who, f.From, listed)
	if err != nil {
		return err
	}
	f.Products, f.Further = page.Products, page.Next
	runs, err := f.core.OpenBulk(c, c.Who)
	f.Runs = len(runs) > 0
	return err
}

func (f *Subscribers) findProduct(c flow.Call) (err error) {
	if f.Found, err = f.core.NamedProduct(c, c.Who, f.Product); err != nil {
		return err
	}
	f.Plans, err = f.core.Plans(c, c.Who, f.Found.ID)
	return err
}

func (f *Subscribers) filter(now time.Time, zone string) (actions.BulkFilter, error) {
	filter := actions.BulkFilter{Product: f.Found.ID, Search: f.Query, Plan: f.Plan, Standing: f.Standing, Charge: f.Charge, ChargeNow: f.How == chargeNow}
	var err error
	filter.From, filter.To, err = period(f.Period, now, zone)
	return filter, err
}

func (f *Subscribers) list(c flow.Call) error {
	filter, err := f.filter(c.Now, c.Who.Timezone)
	if err != nil {
		return err
	}
	page, err := f.core.Subscribers(c, c.Who, f.kind, filter, f.Place, listed)
	if err != nil {
		return err
	}
	f.Rows, f.Next = subscriptionRows(page.Rows), page.Next
	return nil
}

func (f *Subscribers) collect(c flow.Call) error {
	filter, err := f.filter(c.Now, c.Who.Timezone)
	if err != nil {
		return err
	}
	if !f.All {
		filter = actions.BulkFilter{Product: f.Found.ID, ChargeNow: filter.ChargeNow, Targets: f.Picked}
	}
	f.Run, err = f.core.Collect(c, c.Who, actions.BulkInput{Key: c.Key, Kind: f.kind, Filter: filter, ReplyTo: c.Identity})
	return err
}

func planOptions(plans []string) []flow.Option {
	all := make([]flow.Option, len(plans))
	for i, p := range plans {
		all[i] = flow.Option{Value: p, Label: flow.Literal(cut(p, 60))}
	}
	return all
}

// subscriberOptions are the buttons of a list of subscriptions; those that were picked say so.
func subscriberOptions(list []SubscriptionRow, picked []string) []flow.Option {
	all := make([]flow.Option, len(list))
	for i, r := range list {
		key := "option.subscriber"
		if slices.Contains(picked, string(r.Code)) {
			key += "_picked"
		}
		all[i] = flow.Option{Value: string(r.Code), Label: flow.T(key, "buyer", flow.PersonName(short(r.Buyer)), "plan", short(r.Plan), "status", r.Status)}
	}
	return all
}
