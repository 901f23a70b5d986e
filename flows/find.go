package flows

import (
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Find looks purchases up and shows one with everything that can be done about it.
//
//	/find [code, e-mail or name]     the team; a buyer sees his own
type Find struct {
	core *actions.Core
	Proof

	Staff    bool
	Decides  bool
	Query    string
	Product  string
	Status   actions.Status
	Period   string
	Cursor   string
	Earlier  []string // cursors of the pages before
	Next     string
	Rows     []Row `json:",omitzero"`
	Picked   actions.Transaction
	Purchase actions.Purchase `json:",omitzero"`
	At       time.Time        // when Purchase was read
	Refund   actions.Verdict
	Resend   actions.Verdict
	Receipt  bool // the platform's can be asked for
	Email    actions.Verdict
	CheckIn  actions.Verdict
	Chats    bool     // the buyer has some, for the team
	Page     bool     // for a buyer: there is one of all that he has bought
	Cases    bool     // likewise
	ByHand   []string `json:",omitzero"` // for the team: what is done in the platform's panel
	History  bool
	Happened []actions.Happening

	// Of the subscription that the purchase is a charge of.
	Cancel     actions.Verdict
	Reactivate actions.Verdict
}

// statuses are those that one searches for.
var statuses = []actions.Status{
	actions.Approved, actions.Complete, actions.Disputed, actions.Refunded, actions.Chargeback, actions.WaitingPayment,
	actions.Overdue, actions.Expired, actions.Failed,
}

// NewFind defines the flow.
func NewFind(core *actions.Core) flow.Def {
	return flow.Def{Name: "find", Roles: everybody, New: func() flow.Flow { return &Find{core: core} }}
}

// Given remembers who looks.
func (f *Find) Given(who actions.Actor, values map[string]string) {
	f.Staff, f.Decides = who.Staff(), who.Is(actions.Deciders...)
	f.meet(who)
	if t, err := actions.ParseTransaction(values["query"]); err == nil && !f.Staff {
		f.Query = string(t) // a buyer is not asked what he looks for
	}
}

// Steps is the flow's table of contents.
func (f *Find) Steps() []flow.Step {
	change := flow.Reopen("change", "filters", f.rewind)
	none := flow.Menu("none", nil)
	pick := flow.Form("pick", flow.Pick("purchase", &f.Picked, options(f.Rows, !f.Staff)...))
	if f.Next != "" {
		pick = pick.With(flow.Reopen("more", "search", f.forward))
	}
	if len(f.Earlier) > 0 {
		pick = pick.With(flow.Reopen("previous", "search", f.backward))
	}
	if f.Staff {
		none, pick = none.With(change), pick.With(change)
	}
	only := len(f.Rows) == 1 && f.Next == "" && len(f.Earlier) == 0
	return append(f.link(f.core),
		flow.When(f.Staff, flow.Form("filters",
			flow.Input("query", &f.Query, parseNote).Optional(),
			flow.Input("product", &f.Product, parseNote).Extra(),
			flow.Choice("status", &f.Status, statuses...).Extra(),
			flow.Input("period", &f.Period, parsePeriod).Extra())),
		flow.Do("search", f.search),
		flow.When(len(f.Rows) == 0, none),
		flow.When(!only, pick),
		flow.Do("load", f.load),
		flow.Menu("card", f.card, f.items()...).Body(f.body),
	)
}

func (f *Find) rewind()  { f.Cursor, f.Earlier = "", nil }
func (f *Find) forward() { f.Earlier, f.Cursor = append(f.Earlier, f.Cursor), f.Next }
func (f *Find) backward() {
	last := len(f.Earlier) - 1
	f.Cursor, f.Earlier = f.Earlier[last], f.Earlier[:last]
}

func (f *Find) search(c flow.Call) error {
	filter, err := f.filter(c.Now, c.Who.Timezone)
	if err != nil {
		return err
	}
	page, err := f.core.Find(c, c.Who, filter)
	if err != nil {
		return err
	}
	f.Rows, f.Next = rows(page.Purchases, c.Now), page.Next
	if len(f.Rows) == 1 {
		f.Picked = f.Rows[0].Transaction
	}
	return nil
}

func (f *Find) filter(now time.Time, zone string) (actions.Filter, error) {
	filter := actions.Filter{Product: f.Product, Status: f.Status, Cursor: f.Cursor, Limit: listed}
	readQuery(f.Query, &filter)
	var err error
	filter.From, filter.To, err = period(f.Period, now, zone)
	return filter, err
}

func (f *Find) load(c flow.Call) (err error) {
	f.At = c.Now
	if f.Purchase, err = f.core.Purchase(c, c.Who, f.Picked); err != nil {
		return err
	}
	if err := f.loadSubscription(c); err != nil {
		return err
	}
	if f.Refund, err = f.core.RefundVerdict(c, c.Who, f.Purchase); err != nil {
		return err
	}
	if f.Resend, err = f.core.ResendVerdict(c, c.Who, f.Purchase); err != nil {
		return err
	}
	if f.Email, err = f.core.EmailVerdict(c, c.Who, f.Purchase); err != nil {
		return err
	}
	f.Receipt = f.core.MayReceipt(c.Who, f.Purchase)
	if f.Purchase.Product.Kind == "event" {
		if f.CheckIn, err = f.core.CheckInVerdict(c, c.Who, f.Purchase, "", true); err != nil {
			return err
		}
	}
	if f.Staff {
		chats, err := f.core.DevicesOf(c, c.Who, f.Picked)
		if err != nil {
			return err
		}
		f.Chats = len(chats) > 0
		if f.Cases, err = f.core.HasCases(c, c.Who, f.Picked); err != nil {
			return err
		}
	}
	f.Page, f.ByHand = !f.Staff && f.core.HasPages(), f.byHand()
	f.Happened = nil
	if f.History {
		f.Happened, err = f.core.History(c, c.Who, f.Picked, 10)
	}
	return err
}

// byHand are the kinds of what is offered here and done in the platform's panel; nothing for a buyer, whom it does not concern.
func (f *Find) byHand() []string {
	var kinds []string
	for _, o := range []struct {
		kind    string
		op      actions.Operation
		offered bool
	}{
		{actions.KindRefund, actions.OpRefund, f.Refund.Decision != actions.Blocked},
		{actions.KindEmail, actions.OpChangeEmail, f.Email.Decision != actions.Blocked},
		{actions.KindCancel, actions.OpCancel, f.Cancel.Decision == actions.Allowed},
		{actions.KindReactivate, actions.OpReactivate, f.Reactivate.Decision == actions.Allowed},
	} {
		if f.Staff && o.offered && f.core.ByHand(o.op) {
			kinds = append(kinds, o.kind)
		}
	}
	return kinds
}

func (f *Find) card() []flow.Fact {
	facts := whole(f.Purchase, !f.Staff, f.At)
	var hands []flow.Text
	for _, kind := range f.ByHand {
		hands = append(hands, flow.T("task.kind."+kind))
	}
	facts = append(facts, flow.Card("by_hand", hands)...)
	var lines []flow.Text
	for _, h := range f.Happened {
		lines = append(lines, flow.T("history."+h.Action, "at", flow.Moment(h.At), "who", flow.PersonName(h.Actor)))
	}
	if f.History {
		facts = append(facts, flow.Card("history", lines)...)
	}
	return facts
}

// body says what the refund rule is before anybody clicks.
func (f *Find) body() []flow.Text { return verdict(f.Refund) }

// items are what can be done now; what policy blocks is not offered, its reason stands on the card.
func (f *Find) items() []flow.Item {
	about := map[string]string{"transaction": string(f.Picked)}
	var items []flow.Item
	if f.Purchase.OpenProposal != "" && f.Decides {
		items = append(items, flow.Open("decide", "refunds", map[string]string{"proposal": f.Purchase.OpenProposal}).Styled(flow.Primary))
	}
	if f.Resend.Decision == actions.Allowed {
		items = append(items, flow.Open("resend", "resend", about))
	}
	if f.Receipt {
		items = append(items, flow.Open("receipt", "platform_mail", map[string]string{"transaction": string(f.Picked), "op": string(actions.OpReceipt)}))
	}
	if f.CheckIn.Decision == actions.Allowed {
		items = append(items, flow.Open("checkin", "checkin", map[string]string{"query": string(f.Picked), "transaction": string(f.Picked)}))
	}
	if f.Refund.Decision != actions.Blocked {
		items = append(items, flow.Open("refund", "refund", about))
	}
	items = append(items, f.subscriptionItems()...)
	if f.Email.Decision != actions.Blocked {
		items = append(items, flow.Open("email", "email", about))
	}
	if f.Decides {
		items = append(items, flow.Open("evidence", "evidence", about))
	}
	if f.Staff {
		items = append(items, flow.Open("password", passwordFlow, about))
	}
	if f.Page {
		items = append(items, flow.Open("mine", "mine", nil))
	}
	if !f.Staff {
		items = append(items, flow.Open("ask", "case", map[string]string{"about": string(f.Picked)}))
	}
	if f.Chats {
		items = append(items, flow.Open("chats", "chats", about))
	}
	if f.Cases {
		items = append(items, flow.Open("cases", "case", map[string]string{"query": string(f.Picked)}))
	}
	toggle := "history"
	if f.History {
		toggle = "refresh"
	}
	return append(items, flow.Reopen(toggle, "load", func() { f.History = true }))
}
