package actions

import (
	"errors"
	"slices"

	"github.com/aftersale/aftersale/store"
)

// RolesGivenBy lists the roles that somebody gives to others and takes from them. Admins and the operator give all;
// producers all but admin, so that who owns the shop cannot lock out who runs the program; nobody else gives any.
func RolesGivenBy(role Role) []Role {
	switch role {
	case Admin, System:
		return StaffRoles
	case Producer:
		return []Role{Agent, Manager, Producer}
	}
	return nil
}

// manages reports whether somebody may change, remove or invite people of a role.
func manages(role, other Role) bool { return slices.Contains(RolesGivenBy(role), other) }

func notYourTeam() error {
	return &Error{Code: Denied, Key: "people.denied", Hint: "people.denied.hint"}
}

// lead has changes of the team wait for each other, and returns who makes one as the table knows him now: what he was when
// his turn began may have been taken from him since.
func (c *Core) lead(tx *store.Store, who Actor) (Actor, error) {
	if err := tx.LockTeam(who.Account); err != nil {
		return who, err
	}
	if who.Role == System {
		return who, nil
	}
	now, err := c.stillThere(tx, who)
	if err != nil {
		return who, err
	}
	if len(RolesGivenBy(now.Role)) == 0 {
		return who, notYourTeam()
	}
	return now, nil
}

// stillThere returns somebody of the team with the role that he has now.
//
// Errors: Denied for who is not of the team any more.
func (c *Core) stillThere(s *store.Store, who Actor) (Actor, error) {
	p, err := c.colleague(s, who.Account, who.ID)
	if e := (*Error)(nil); errors.As(err, &e) {
		return who, &Error{Code: Denied, Key: "error.role_gone", Hint: "error.start_again"}
	}
	who.Role = Role(p.Role)
	return who, err
}

// mayChange refuses to change oneself, and people whom one does not manage.
func mayChange(who Actor, p store.Person) error {
	switch {
	case who.ID == p.ID:
		return &Error{Code: Denied, Key: "people.self", Hint: "people.self.hint"}
	case !manages(who.Role, Role(p.Role)):
		return notYourTeam()
	}
	return nil
}

// leaves refuses to take the last person who manages the team from it.
func (c *Core) leaves(tx *store.Store, p store.Person) error {
	if len(RolesGivenBy(Role(p.Role))) == 0 {
		return nil
	}
	all, err := tx.People(p.AccountID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(o store.Person) bool { return o.ID != p.ID && len(RolesGivenBy(Role(o.Role))) > 0 }) {
		return nil
	}
	return &Error{Code: Conflict, Key: "people.last", Hint: "people.last.hint"}
}
