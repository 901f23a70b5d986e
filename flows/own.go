package flows

import (
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// A Target is the purchase that a flow is about, and how it is found: the team types its code or comes from a card; a
// buyer chooses among his own.
type Target struct {
	Proof
	Staff       bool
	Cursor      string
	Next        string
	Rows        []Row `json:",omitzero"`
	Transaction actions.Transaction
	Purchase    actions.Purchase `json:",omitzero"`
	At          time.Time        // when Purchase was read: what the card counts days from
	finders     []flow.Item      // other ways for the team to go on than by a code
}

func (t *Target) Given(who actions.Actor, _ map[string]string) {
	t.Staff = who.Staff()
	t.meet(who)
}

// steps asks for the purchase; load reads it, with what the flow needs to know of it.
func (t *Target) steps(core *actions.Core, load func(flow.Call) error) []flow.Step {
	code := flow.Input("transaction", &t.Transaction, actions.ParseTransaction)
	own := flow.Or(flow.Pick("transaction", &t.Transaction, options(t.Rows, true)...), &t.Transaction, actions.ParseTransaction)
	more := flow.Reopen("more", "mine", func() { t.Cursor = t.Next })
	pick := flow.Form("pick", own)
	if t.Next != "" {
		pick = pick.With(more)
	}
	known := !t.Staff && !t.lost()
	return append(t.link(core),
		flow.When(t.Staff, flow.Form("find", code).With(t.finders...)),
		flow.When(known, flow.Do("mine", func(c flow.Call) error { return t.mine(c, core) })),
		flow.When(known && len(t.Rows) == 0, flow.Result("none", nil)),
		flow.When(known, pick),
		flow.When(!t.lost(), flow.Do("look_up", load)),
	)
}

// mine lists the buyer's own purchases, newest first.
func (t *Target) mine(c flow.Call, core *actions.Core) error {
	page, err := core.Find(c, c.Who, actions.Filter{Cursor: t.Cursor, Limit: listed})
	if err != nil {
		return err
	}
	t.Rows, t.Next = rows(page.Purchases, c.Now), page.Next
	return nil
}

func (t *Target) load(c flow.Call, core *actions.Core) (err error) {
	t.At = c.Now
	t.Purchase, err = core.Purchase(c, c.Who, t.Transaction)
	return err
}
