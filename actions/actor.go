package actions

import "slices"

// A Role is what somebody is to the shop. What a role may do is decided by policy, in each action.
type Role string

// The roles.
const (
	BuyerRole Role = "buyer"    // who paid; sees his own purchases only
	Agent     Role = "agent"    // support staff
	Manager   Role = "manager"  // may decide proposals
	Producer  Role = "producer" // owns the shop; may decide proposals
	Admin     Role = "admin"    // may configure; may do all that a manager may
	System    Role = "system"   // jobs and imports; never a person
)

// Roles lists the roles that a person of the team can have.
var StaffRoles = []Role{Agent, Manager, Producer, Admin}

// An Actor is who does something. It is found from a table, never from what the user says.
type Actor struct {
	ID       string // of the person, or of the identity for a buyer
	Account  string
	Name     string
	Role     Role
	Identity string   // the chat user he acts through; empty for jobs
	Buyers   []string // for a buyer: the buyer records that are his
	Locale   string   // his choice or his platform's language, resolved: never empty
	Timezone string   // of the account
	settings settingsVersion
}

// Is reports whether the actor has one of the roles.
func (a Actor) Is(roles ...Role) bool { return slices.Contains(roles, a.Role) }

// Staff reports whether the actor is of the team.
func (a Actor) Staff() bool { return a.Is(StaffRoles...) }

// Owns reports whether the buyer record is the actor's own.
func (a Actor) Owns(buyer string) bool { return slices.Contains(a.Buyers, buyer) }
