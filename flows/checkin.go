package flows

import (
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// CheckIn mails a buyer the link under which he says who comes to an event, and lets people in at the door.
//
//	/checkin [purchase, buyer or ticket code]     the team: without words it lists the events
//	/checkin                                      a buyer chooses among his own tickets
type CheckIn struct {
	core *actions.Core
	Target

	Query     string
	Searching bool
	Events    []actions.EventTickets `json:",omitzero"`
	From      int                    // of Events: the first one that is shown
	Event     string                 // id of the product
	List      []TicketRow            `json:",omitzero"`
	Earlier   []string               // cursors of the pages before
	Tickets   []actions.Ticket       `json:",omitzero"`
	Ticket    string                 // id, or allOpen
	Again     bool                   // the tickets themselves are mailed: none waits for a name
	Verdict   actions.Verdict
	Result    actions.Result
	Naming    bool // he says here who comes
	Name      string
	Email     string
	There     bool               // tickets, links and names are the platform's own
	Door      actions.DoorTicket `json:",omitzero"` // of the ticket whose code was typed
}

// allOpen is the choice of all tickets that wait for a name.
const allOpen = "all"

// NewCheckIn defines the flow.
func NewCheckIn(core *actions.Core) flow.Def {
	return flow.Def{Name: "checkin", Roles: everybody, New: func() flow.Flow { return &CheckIn{core: core} }}
}

// Steps is the flow's table of contents.
func (f *CheckIn) Steps() []flow.Step {
	door := f.Door.Ticket.ID != ""
	known := (f.Staff || !f.lost()) && !door
	listing := known && f.Transaction == ""
	events := listing && f.Staff && f.Query == "" && f.Event == ""
	why := func() []flow.Text { return verdict(f.Verdict) }
	ready := f.Verdict.Rule == "checkin.concluded"
	choose := len(f.Tickets) > 1 && !f.Again && !f.There // whose link is whose, the platform knows
	noPage := f.Verdict.Rule == "checkin.no_page"        // nothing to mail: who comes can be said here all the same
	naming := f.Naming || noPage
	refused := f.Verdict.Decision != actions.Allowed && !noPage
	confirm := flow.Confirm("confirm", f.chosen)
	if f.There {
		confirm = confirm.Body(func() []flow.Text { return []flow.Text{flow.T("checkin.there")} })
		if f.Staff {
			confirm = confirm.With(f.own()...)
		}
	} else if len(f.meant()) == 1 {
		confirm = confirm.With(flow.Go("name", func() { f.Naming = true }))
	}
	return append(f.link(f.core),
		flow.When(f.Staff, flow.Form("find", flow.Input("query", &f.Query, parseNote).Optional())),
		flow.When(f.Staff, flow.Do("resolve", f.resolve)),

		flow.When(door && f.Door.Verdict.Decision != actions.Allowed, flow.Result("stop", f.door, openPurchase(f.Door.Purchase.Transaction)).
			Body(func() []flow.Text { return verdict(f.Door.Verdict) })),
		flow.When(door, flow.Confirm("admit", f.door)),
		flow.When(door, flow.Do("let_in", f.admit)),
		flow.When(door, flow.Result("in", f.door)),

		flow.When(events && len(f.Events) == 0, flow.Result("no_events", nil)),
		flow.When(listing && f.Staff && (events || f.Event != "") && f.Query == "", f.pickEvent()),
		flow.When(listing && f.Searching, flow.Form("search", flow.Input("name", &f.Query, parseNote))),
		flow.When(listing, flow.Do("list", f.list)),
		flow.When(listing && len(f.List) == 0, f.nobody()),
		flow.When(listing, f.pick()),

		flow.When(known, flow.Do("look_up", f.lookUp)),
		flow.When(ready && !f.Again, flow.Menu("ready", f.card, f.again()...).Body(why)),
		flow.When(f.Again, flow.Do("look_again", f.judge)),
		flow.When(refused, flow.Result("blocked", f.about, openPurchase(f.Transaction)).Body(why)),
		flow.When(choose, flow.Form("which", flow.Pick("ticket", &f.Ticket, f.ticketOptions()...)).Card(f.card)),
		flow.When(choose, flow.Do("check", f.judge)),
		flow.When(refused, flow.Result("refused", f.about, openPurchase(f.Transaction)).Body(why)),
		flow.When(!noPage, confirm),
		flow.When(naming, flow.Form("attendee", flow.Input("attendee", &f.Name, parseNote), flow.Input("attendee_email", &f.Email, parseAttendeeEmail)).Card(f.chosen)),
		flow.When(naming, flow.Do("say_who", f.sayWho)),
		flow.When(naming, flow.Result("named", f.named, openPurchase(f.Transaction))),
		flow.Do("send", f.send),
		flow.Result("sent", f.sent, flow.Open("email", "email", map[string]string{"transaction": string(f.Transaction)})),
	)
}

func (f *CheckIn) pickEvent() flow.Step {
	page := f.Events[min(f.From, len(f.Events)):]
	step := flow.Form("event", flow.Pick("event", &f.Event, eventOptions(page[:min(listed, len(page))])...))
	if len(page) > listed {
		step = step.With(flow.Reopen("more", "event", func() { f.From += listed }))
	}
	if f.From > 0 {
		step = step.With(flow.Reopen("previous", "event", func() { f.From = max(f.From-listed, 0) }))
	}
	return step
}

// nobody says that there is nobody to choose.
func (f *CheckIn) nobody() flow.Step {
	if !f.Staff {
		return flow.Result("none", nil)
	}
	if f.Event != "" && f.Query == "" {
		return flow.Result("all_named", f.eventCard)
	}
	return flow.Menu("nobody", nil, flow.Reopen("change", "find", f.rewind))
}

func (f *CheckIn) pick() flow.Step {
	step := flow.Form("pick", flow.Or(flow.Pick("transaction", &f.Transaction, f.options()...), &f.Transaction, actions.ParseTransaction))
	if f.Event != "" {
		step = step.Card(f.eventCard)
	}
	if f.Next != "" {
		step = step.With(flow.Reopen("more", "list", f.forward))
	}
	if len(f.Earlier) > 0 {
		step = step.With(flow.Reopen("previous", "list", f.backward))
	}
	if f.Staff && f.Event != "" {
		step = step.With(flow.Open("everybody", "checkin_all", map[string]string{"event": f.Event, "search": f.Query}))
		step = step.With(flow.Reopen("search", "search", func() { f.Searching, f.Cursor, f.Earlier = true, "", nil }))
	}
	return step
}

func (f *CheckIn) rewind()  { f.Cursor, f.Earlier, f.Event, f.Query = "", nil, "", "" }
func (f *CheckIn) forward() { f.Earlier, f.Cursor = append(f.Earlier, f.Cursor), f.Next }
func (f *CheckIn) backward() {
	last := len(f.Earlier) - 1
	f.Cursor, f.Earlier = f.Earlier[last], f.Earlier[:last]
}

// resolve finds out what was typed. A ticket's code is not kept: whoever reads the conversation could come in with it.
func (f *CheckIn) resolve(c flow.Call) (err error) {
	f.Door, f.Transaction, f.Events = actions.DoorTicket{}, "", nil
	if code, ok := actions.ParseTicketCode(f.Query); ok {
		f.Query = ""
		f.Door, err = f.core.TicketAtDoor(c, c.Who, code)
		return err
	}
	var filter actions.Filter
	if readQuery(f.Query, &filter); filter.Transaction != "" {
		f.Transaction = filter.Transaction
		return nil
	}
	if f.Query == "" {
		f.Events, err = f.core.Events(c, c.Who)
	}
	return err
}

func (f *CheckIn) admit(c flow.Call) error {
	if _, err := f.core.Admit(c, c.Who, actions.AdmitInput{Key: c.Key, Ticket: f.Door.Ticket.ID}); err != nil {
		return err
	}
	f.Door.Ticket.Entered = c.Now
	return nil
}

// sayWho names who comes with the ticket that is meant.
func (f *CheckIn) sayWho(c flow.Call) error {
	meant := f.meant()
	if len(meant) != 1 {
		return &actions.Error{Code: actions.NotFound, Key: "checkin.ticket_gone", Hint: "error.start_again"}
	}
	_, err := f.core.NameAttendee(c, c.Who, actions.NameInput{Key: c.Key, Transaction: f.Transaction, Ticket: meant[0].ID,
		Attendee: actions.AttendeeInput{Name: f.Name, Email: f.Email}})
	if e := actions.AsError(err); err != nil && e.Field != "" { // the form calls them otherwise
		again := *e
		again.Field = map[string]string{"name": "attendee", "email": "attendee_email"}[e.Field]
		return &again
	}
	if err != nil {
		return err
	}
	f.Ticket = meant[0].ID
	f.Tickets, err = f.core.Tickets(c, c.Who, f.Transaction)
	return err
}

// parseAttendeeEmail takes the address of who comes.
func parseAttendeeEmail(text string) (string, error) {
	email, err := actions.ParseEmail(text)
	return string(email), err
}

// list finds whose tickets wait for a name; of a buyer all that he has.
func (f *CheckIn) list(c flow.Call) error {
	filter := actions.Filter{Events: true, Pending: f.Staff, Event: f.Event, Cursor: f.Cursor, Limit: listed}
	if f.Staff {
		readQuery(f.Query, &filter)
	}
	page, err := f.core.Find(c, c.Who, filter)
	if err == nil && len(page.Purchases) == 0 && filter.Name != "" && f.Event == "" { // perhaps it is the event's name
		filter.Product, filter.Name = filter.Name, ""
		page, err = f.core.Find(c, c.Who, filter)
	}
	if e := actions.AsError(err); err != nil && f.Staff && e.Code == actions.Invalid { // such as one letter
		again := *e
		again.Field = "query"
		if f.Searching {
			again.Field = "name"
		}
		return &again
	}
	if err != nil {
		return err
	}
	f.List, f.Next = ticketRows(page.Purchases), page.Next
	return nil
}

func (f *CheckIn) lookUp(c flow.Call) (err error) {
	f.Ticket, f.Again, f.Naming, f.There = "", false, false, f.core.HasTicketDesk()
	if err := f.load(c, f.core); err != nil {
		if e := actions.AsError(err); f.Staff && e.Code == actions.NotFound { // he typed it there
			again := *e
			again.Field = "query"
			return &again
		}
		return err
	}
	if f.Tickets, err = f.core.Tickets(c, c.Who, f.Transaction); err != nil {
		return err
	}
	return f.judge(c)
}

func (f *CheckIn) judge(c flow.Call) (err error) {
	f.Verdict, err = f.core.CheckInVerdict(c, c.Who, f.Purchase, f.one(), f.Again)
	return err
}

// one is the ticket that was chosen, if it is one.
func (f *CheckIn) one() string {
	if f.Ticket == allOpen {
		return ""
	}
	return f.Ticket
}

func (f *CheckIn) send(c flow.Call) (err error) {
	f.Result, err = f.core.SendCheckIn(c, c.Who, actions.CheckInInput{Key: c.Key, Transaction: f.Transaction, Ticket: f.one(), Again: f.Again, ReplyTo: c.Identity})
	return err
}

// meant are the tickets that the mail is about.
func (f *CheckIn) meant() []actions.Ticket {
	return slices.DeleteFunc(slices.Clone(f.Tickets), func(t actions.Ticket) bool {
		if f.one() != "" {
			return t.ID != f.one()
		}
		return !f.Again && t.State == actions.TicketConcluded
	})
}

// again are the ways on from tickets that are complete.
func (f *CheckIn) again() []flow.Item {
	if f.There {
		return []flow.Item{openPurchase(f.Transaction)}
	}
	return []flow.Item{flow.Go("again", func() { f.Again = true }), openPurchase(f.Transaction)}
}

// own is the way to the platform's own mail, where it has one.
func (f *CheckIn) own() []flow.Item {
	if f.core == nil || !f.core.SendsMail(actions.OpCheckIn) {
		return nil
	}
	return []flow.Item{flow.Open("own", "platform_mail", map[string]string{"transaction": string(f.Transaction), "op": string(actions.OpCheckIn)})}
}
