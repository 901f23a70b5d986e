package flows

import (
	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// CheckInAll mails the check-in of an event to all whose tickets wait for a name, or to those among them that were searched
// for. The list of an event starts it; how it goes on is for Bulk.
type CheckInAll struct {
	core *actions.Core
	Many

	Event  string // id of the product
	Search string
}

// NewCheckInAll defines the flow.
func NewCheckInAll(core *actions.Core) flow.Def {
	return flow.Def{Name: "checkin_all", Roles: actions.StaffRoles, Unlisted: true, New: func() flow.Flow { return &CheckInAll{core: core} }}
}

// Given takes the event from the list that was pressed.
func (f *CheckInAll) Given(_ actions.Actor, values map[string]string) {
	f.Event, f.Search = values["event"], values["search"]
}

// Steps is the flow's table of contents.
func (f *CheckInAll) Steps() []flow.Step {
	return f.steps(f.core, true, func(c flow.Call) (err error) {
		f.Run, err = f.core.Collect(c, c.Who, actions.BulkInput{Key: c.Key, Kind: actions.KindCheckIn, ReplyTo: c.Identity,
			Filter: actions.BulkFilter{Product: f.Event, Search: f.Search}})
		return err
	})
}
