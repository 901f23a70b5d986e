package flows

import (
	"slices"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Members sends access again to users of a product: to some that are picked, or to all that match. It is started from /resend.
//
//	/resend product:…     the team
type Members struct {
	core *actions.Core
	Many

	ProductList
	Found   actions.Product
	Runs    bool // some work for many is under way
	Query   string
	Status  actions.Status
	Period  string
	Opened  string
	Rows    []Row `json:",omitzero"`
	Place   string
	Next    string
	Earlier []string
	Picked  []string
	All     bool
}

// NewMembers defines the flow.
func NewMembers(core *actions.Core) flow.Def {
	return flow.Def{Name: "members", Roles: actions.StaffRoles, Unlisted: true, New: func() flow.Flow { return &Members{core: core} }}
}

// Steps is the flow's table of contents.
func (f *Members) Steps() []flow.Step {
	change := flow.Reopen("change", "filters", f.rewind)
	product := f.pickProduct("product")
	if f.Runs {
		product = product.With(flow.Open("runs", "bulk", nil))
	}
	return slices.Concat([]flow.Step{
		flow.Do("products", f.products),
		product,
		flow.Do("find_product", func(c flow.Call) (err error) {
			f.Found, err = f.core.NamedProduct(c, c.Who, f.Product)
			return err
		}),
		flow.Form("filters",
			flow.Input("query", &f.Query, parseNote).Optional(),
			flow.Choice("status", &f.Status, actions.Approved, actions.Complete).Extra(),
			flow.Input("period", &f.Period, parsePeriod).Extra(),
			flow.Choice("opened", &f.Opened, actions.NeverOpened, actions.Opened).Extra()),
		flow.Do("list", f.list),
		flow.When(len(f.Rows) == 0, flow.Menu("none", nil).With(change)),
		f.pick(change),
	}, f.steps(f.core, true, f.collect))
}

// pick is the list of users, each of whom is taken up by a press and left out again by another.
func (f *Members) pick(change flow.Item) flow.Step {
	step := flow.Form("pick", flow.Toggle("who", &f.Picked, memberOptions(f.Rows, f.Picked, f.Found.Name)...)).
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

func (f *Members) rewind() { f.Place, f.Earlier = "", nil }

func (f *Members) products(c flow.Call) error {
	if err := f.ProductList.products(c, f.core); err != nil {
		return err
	}
	runs, err := f.core.OpenBulk(c, c.Who)
	f.Runs = len(runs) > 0
	return err
}

func (f *Members) filter(now time.Time, zone string) (actions.BulkFilter, error) {
	filter := actions.BulkFilter{Product: f.Found.ID, Search: f.Query, Status: f.Status, Opened: f.Opened}
	var err error
	filter.From, filter.To, err = period(f.Period, now, zone)
	return filter, err
}

func (f *Members) list(c flow.Call) error {
	filter, err := f.filter(c.Now, c.Who.Timezone)
	if err != nil {
		return err
	}
	page, err := f.core.ProductUsers(c, c.Who, filter, f.Place, listed)
	if err != nil {
		return err
	}
	f.Rows, f.Next = rows(page.Purchases, c.Now), page.Next
	return nil
}

func (f *Members) collect(c flow.Call) error {
	filter, err := f.filter(c.Now, c.Who.Timezone)
	if err != nil {
		return err
	}
	if !f.All {
		filter = actions.BulkFilter{Product: f.Found.ID, Targets: f.Picked}
	}
	f.Run, err = f.core.Collect(c, c.Who, actions.BulkInput{Key: c.Key, Kind: actions.KindResend, Filter: filter, ReplyTo: c.Identity})
	return err
}

// A ProductList is where one product of all is picked: by its button, by the beginning of its name, or by its code.
type ProductList struct {
	From     string            // where the list of products begins
	Products []actions.Product `json:",omitzero"`
	Further  string            // where the next page begins; empty: this is the last
	Product  string            // that was picked or typed
}

func (l *ProductList) products(c flow.Call, core *actions.Core) error {
	page, err := core.Products(c, c.Who, l.From, listed)
	l.Products, l.Further = page.Products, page.Next
	return err
}

func (l *ProductList) pickProduct(step string) flow.Step {
	pick := flow.Form(step, flow.Or(flow.Pick("product", &l.Product, productOptions(l.Products)...), &l.Product, parseNote))
	if l.Further != "" {
		pick = pick.With(flow.Reopen("more", "products", func() { l.From = l.Further }))
	}
	return pick
}

func productOptions(list []actions.Product) []flow.Option {
	all := make([]flow.Option, len(list))
	for i, p := range list {
		all[i] = flow.Option{Value: p.ID, Label: flow.T("option.product", "product", cut(p.Name, 60))}
	}
	return all
}

// memberOptions are the buttons of a list of users; those that were picked say so, and those who have the product by another
// purchase, by which.
func memberOptions(list []Row, picked []string, product string) []flow.Option {
	all := make([]flow.Option, len(list))
	for i, r := range list {
		key := "option.member"
		if r.Product != product {
			key = "option.member_by"
		}
		if slices.Contains(picked, string(r.Transaction)) {
			key += "_picked"
		}
		all[i] = flow.Option{Value: string(r.Transaction), Label: flow.T(key, "buyer", flow.PersonName(short(r.Buyer)), "product", short(r.Product), "at", r.At)}
	}
	return all
}
