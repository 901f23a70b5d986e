package flows

import (
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// People is who may do what: the team by name, invitations, roles. What is changed holds from everybody's next click on.
//
//	/people                   producers, admins
type People struct {
	core *actions.Core

	StepUp
	Me      actions.Role // of who uses it
	Passed  string       // invitation that a card's button names
	After   string
	Next    string
	Members []Colleague
	Invited []Invited
	Picked  string             // a person's id, or invitationOption and an invitation's
	Member  actions.Member     `json:",omitzero"`
	Waiting actions.Invitation `json:",omitzero"` // that may be taken back
	Made    actions.Invitation `json:",omitzero"` // with its code: a result shows it, so that is never stored
	Act     string
	Name    string
	Role    actions.Role
}

// A Colleague is one of the team in the list.
type Colleague struct {
	ID   string
	Name string
	Role actions.Role
}

// Invited is an open invitation in the list.
type Invited struct {
	ID   string
	Name string
	Role actions.Role
}

// What can be done with the team.
const (
	actInvite = "invite" // somebody new
	actRole   = "role"
	actLink   = "link" // one more chat
	actReset  = "reset"
	actRemove = "remove"
)

const invitationOption = "invitation:"

// NewPeople defines the flow.
func NewPeople(core *actions.Core) flow.Def {
	return flow.Def{Name: "people", Roles: []actions.Role{actions.Producer, actions.Admin}, New: func() flow.Flow { return &People{core: core} }}
}

// Given takes the invitation whose card was pressed.
func (f *People) Given(who actions.Actor, values map[string]string) {
	f.Me, f.Passed = who.Role, values["invitation"]
}

// Steps is the flow's table of contents.
func (f *People) Steps() []flow.Step {
	list, taking := f.Passed == "", f.Waiting.ID != ""
	member, inviting := f.Member.ID != "", f.Act == actInvite && f.Picked == ""
	acts := f.acts()
	pick := flow.Form("pick", flow.Pick("who", &f.Picked, f.options()...)).With(flow.Go("invite", f.invite).Styled(flow.Primary))
	if f.Next != "" {
		pick = pick.With(flow.Reopen("more", "list", func() { f.After = f.Next }))
	}
	steps := []flow.Step{
		flow.When(list, flow.Do("list", f.list)),
		flow.When(list, pick),
		flow.When(!inviting, flow.Do("load", f.load)),
		flow.When(taking, flow.Confirm("take_back", f.card).Danger()),
		flow.When(taking, flow.Do("withdraw", func(c flow.Call) error { return f.core.Uninvite(c, c.Who, f.Waiting.ID) })),
		flow.When(taking, flow.Result("withdrawn", f.card)),
		flow.When(member && len(acts) == 0, flow.Result("shown", f.card)),
		flow.When(member, flow.Form("what", flow.Choice("act", &f.Act, acts...)).Card(f.card)),
		flow.When(inviting, flow.Form("new", flow.Input("name", &f.Name, actions.ParsePersonName), flow.Choice("role", &f.Role, f.roles()...))),
		flow.When(f.Act == actRole, flow.Form("which", flow.Choice("role", &f.Role, f.roles()...)).Card(f.card)),
		flow.When(f.Act == actRole, flow.Confirm("change", f.change)),
		flow.When(f.Act == actReset, flow.Confirm("forget", f.card).Danger()),
		flow.When(f.Act == actRemove, flow.Confirm("leave", f.card).Danger()),
	}
	steps = append(steps, f.StepUp.steps(f.core, true, "")...)
	live := "invitation:" + f.Made.ID
	return append(steps,
		flow.Do("carry_out", f.carryOut),
		flow.When(inviting, flow.Result("invited", f.card).Live(live)),
		flow.When(f.Act == actLink, flow.Result("linking", f.card).Live(live)),
		flow.When(f.Act == actRole, flow.Result("changed", f.change)),
		flow.When(f.Act == actReset, flow.Result("reset", f.card)),
		flow.Result("removed", f.card),
	)
}

func (f *People) list(c flow.Call) error {
	page, err := f.core.People(c, c.Who, f.After, listed)
	if err != nil {
		return err
	}
	f.Members, f.Invited, f.Next = nil, nil, page.Next
	for _, m := range page.Members {
		f.Members = append(f.Members, Colleague{m.ID, m.Name, m.Role})
	}
	for _, i := range page.Invitations {
		if i.Managed {
			f.Invited = append(f.Invited, Invited{i.ID, i.Name, i.Role})
		}
	}
	return nil
}

// options are the people of the page and, on the first one, the newest open invitations.
func (f *People) options() []flow.Option {
	var all []flow.Option
	for _, m := range f.Members {
		all = append(all, flow.Option{Value: m.ID, Label: flow.T("option.person", "name", short(m.Name), "role", m.Role)})
	}
	for _, i := range f.Invited[max(0, len(f.Invited)-listed):] {
		all = append(all, flow.Option{Value: invitationOption + i.ID, Label: flow.T("option.invitation", "name", short(i.Name), "role", i.Role)})
	}
	return all
}

// invite begins an invitation, whoever was picked before.
func (f *People) invite() {
	f.Act, f.Picked, f.Role = actInvite, "", ""
	f.Member, f.Waiting = actions.Member{}, actions.Invitation{}
}

func (f *People) load(c flow.Call) (err error) {
	f.Member, f.Waiting, f.Role = actions.Member{}, actions.Invitation{}, ""
	id, invitation := strings.CutPrefix(f.Picked, invitationOption)
	if f.Passed != "" {
		id, invitation = f.Passed, true
	}
	if invitation {
		f.Waiting, err = f.core.Invitation(c, c.Who, id)
		return err
	}
	f.Member, err = f.core.Member(c, c.Who, id)
	return err
}

// acts are what the reader may do with whom he picked. Nobody changes himself.
func (f *People) acts() []string {
	m := f.Member
	switch {
	case !m.Managed:
		return nil
	case m.Self:
		return []string{actLink}
	case m.SecondFactor:
		return []string{actRole, actLink, actReset, actRemove}
	}
	return []string{actRole, actLink, actRemove}
}

// roles are those that the reader gives, without the one that whom he picked has.
func (f *People) roles() []actions.Role {
	var all []actions.Role
	for _, r := range actions.RolesGivenBy(f.Me) {
		if f.Member.ID == "" || r != f.Member.Role {
			all = append(all, r)
		}
	}
	return all
}

func (f *People) carryOut(c flow.Call) (err error) {
	switch f.Act {
	case actInvite:
		f.Made, err = f.core.Invite(c, c.Who, actions.InviteInput{Name: f.Name, Role: f.Role, ReplyTo: c.Identity, Factor: f.Factor})
	case actLink:
		f.Made, err = f.core.Invite(c, c.Who, actions.InviteInput{Person: f.Member.ID, ReplyTo: c.Identity, Factor: f.Factor})
	case actRole:
		err = f.core.ChangeRole(c, c.Who, actions.ChangeRoleInput{Person: f.Member.ID, Role: f.Role, Factor: f.Factor})
	case actReset:
		err = f.core.ResetFactor(c, c.Who, actions.ResetFactorInput{Person: f.Member.ID, Factor: f.Factor})
		f.Member.SecondFactor = false
	case actRemove:
		err = f.core.RemovePerson(c, c.Who, actions.RemovePersonInput{Person: f.Member.ID, Factor: f.Factor})
	}
	return err
}

func (f *People) card() []flow.Fact {
	switch m := f.Member; {
	case f.Made.ID != "":
		return invitationFacts(f.Made)
	case f.Waiting.ID != "":
		return invitationFacts(f.Waiting)
	default:
		return flow.Card("colleague", m.Name, "role", m.Role, "chats", platformNames(m.Chats), "second_factor", m.SecondFactor)
	}
}

// change is the card of another role.
func (f *People) change() []flow.Fact {
	return flow.Card("colleague", f.Member.Name, "role_before", f.Member.Role, "role", f.Role)
}

// platformNames are the platforms on which somebody is, as people call them.
func platformNames(platforms []string) []string {
	names := make([]string, len(platforms))
	for i, p := range platforms {
		names[i] = PlatformName(p)
	}
	return names
}
