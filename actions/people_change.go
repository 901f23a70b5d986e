package actions

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aftersale/aftersale/store"
)

// MaxPersonName is the longest name of a colleague, in characters: it stands on buttons.
const MaxPersonName = 40

// ParsePersonName takes the name by which colleagues know somebody.
func ParsePersonName(text string) (string, error) {
	name := strings.Join(strings.Fields(text), " ")
	switch {
	case name == "":
		return "", &Error{Code: Invalid, Key: "people.name_missing", Field: "name"}
	case utf8.RuneCountInString(name) > MaxPersonName:
		return "", &Error{Code: Invalid, Key: "people.name_long", Args: map[string]any{"max": MaxPersonName}, Field: "name"}
	}
	return name, nil
}

// A ChatUser is somebody on a chat platform, by the platform's own id.
type ChatUser struct{ Platform, User string }

// An AddPersonInput names a new colleague and his chat users.
type AddPersonInput struct {
	Name  string
	Role  Role
	Users []ChatUser
}

// AddPerson takes somebody into the team whose ids on the platforms are known: for the operator. In chat people are
// invited, so that nobody types ids. It returns the id of the person.
//
// Errors: Invalid (name, role); Conflict when the name or a chat user is taken; Denied; Unavailable.
func (c *Core) AddPerson(ctx context.Context, who Actor, in AddPersonInput) (string, error) {
	name, err := ParsePersonName(in.Name)
	if err != nil {
		return "", err
	}
	var id string
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		now, err := c.lead(tx, who)
		if err != nil {
			return err
		}
		if err := c.mayAdd(tx, now, name, in.Role, ""); err != nil {
			return err
		}
		for _, u := range in.Users {
			w, err := tx.WhoIs(who.Account, u.Platform, u.User)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if w.Identity.PersonID != "" { // who comes back is who he was, so that he never decides what he asked for
				if w.Person.ID != "" || id != "" && id != w.Identity.PersonID {
					return taken(w)
				}
				id = w.Identity.PersonID
			}
		}
		if id, err = c.enter(tx, who, entrant{id: id, name: name, role: in.Role}); err != nil {
			return err
		}
		for _, u := range in.Users {
			i := store.Identity{ID: c.newID(), AccountID: who.Account, Platform: u.Platform, UserID: u.User, PersonID: id, CreatedAt: c.now()}
			if err := tx.PutIdentity(i); err != nil {
				return err
			}
		}
		return c.audit(tx, who, entry{action: "person.added", target: id, note: name + ", " + string(in.Role)})
	})
	return id, failed("add a person", err)
}

// taken says that a chat user is somebody's.
func taken(w store.Who) error {
	return &Error{Code: Conflict, Key: "people.chat_taken", Args: map[string]any{"name": w.Person.Name}, Field: "code"}
}

// mayAdd refuses a role that one does not give, and a name that another has: the log and the cards show names.
func (c *Core) mayAdd(tx *store.Store, who Actor, name string, role Role, self string) error {
	if !slices.Contains(StaffRoles, role) {
		return &Error{Code: Invalid, Key: "people.role_unknown", Field: "role"}
	}
	if !manages(who.Role, role) {
		return notYourTeam()
	}
	all, err := tx.People(who.Account)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(p store.Person) bool { return p.ID != self && strings.EqualFold(p.Name, name) }) {
		return &Error{Code: Conflict, Key: "people.name_taken", Args: map[string]any{"name": name}, Field: "name"}
	}
	return nil
}

// An entrant is somebody who enters the team, or comes back.
type entrant struct {
	id   string // of who comes back; empty: somebody new
	name string
	role Role
	by   string // person who let him in; empty: the operator
}

// enter writes somebody into the team, and returns his id.
func (c *Core) enter(tx *store.Store, who Actor, e entrant) (string, error) {
	now := c.now()
	p := store.Person{ID: e.id, AccountID: who.Account, Name: e.name, Role: string(e.role), CreatedAt: now, RoleBy: e.by, RoleAt: &now}
	if e.id != "" {
		return e.id, tx.SavePerson(p)
	}
	p.ID = c.newID()
	return p.ID, tx.AddPerson(p)
}

// A ChangeRoleInput says who gets which role.
type ChangeRoleInput struct {
	Person string
	Role   Role
	Factor string // code of the actor's authenticator app, where one is wanted
}

// ChangeRole gives somebody another role. It holds from his next click on: what he had begun ends.
//
// Errors: Invalid (role; Field "factor" for the code); NotFound; Denied for oneself, for a role that one does not give or
// take, and for who has no authenticator app where one is wanted; Conflict for the last one who manages the team; Unavailable.
func (c *Core) ChangeRole(ctx context.Context, who Actor, in ChangeRoleInput) error {
	err := c.keeping(ctx, func(tx *store.Store) error {
		now, p, err := c.touch(tx, who, in.Person)
		if err != nil {
			return err
		}
		if err := c.mayAdd(tx, now, p.Name, in.Role, p.ID); err != nil {
			return err
		}
		if Role(p.Role) == in.Role {
			return &Error{Code: Conflict, Key: "people.role_same", Args: map[string]any{"name": p.Name, "role": in.Role}, Field: "role"}
		}
		if len(RolesGivenBy(in.Role)) == 0 {
			if err := c.leaves(tx, p); err != nil {
				return err
			}
		}
		if err := c.stepUp(tx, now, in.Factor); err != nil {
			return err
		}
		was, at := p.Role, c.now()
		if !slices.Contains(Deciders, Role(was)) {
			p.RoleBy, p.RoleAt = personOf(who), &at
		}
		p.Role = string(in.Role)
		if err := tx.SavePerson(p); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "person.role_changed", target: p.ID, note: p.Name + ", " + was + " → " + p.Role})
	})
	return failed("change a role", err)
}

// touch begins a change of somebody: who makes it, as he is known now, and whom he may change.
func (c *Core) touch(tx *store.Store, who Actor, person string) (Actor, store.Person, error) {
	now, err := c.lead(tx, who)
	if err != nil {
		return who, store.Person{}, err
	}
	p, err := c.colleague(tx, who.Account, person)
	if err != nil {
		return who, p, err
	}
	return now, p, mayChange(now, p)
}

// personOf is whom a role comes from; empty for the operator.
func personOf(who Actor) string {
	if who.Role == System {
		return ""
	}
	return who.ID
}

// A RemovePersonInput says who leaves.
type RemovePersonInput struct {
	Person string
	Factor string // code of the actor's authenticator app, where one is wanted
}

// RemovePerson takes somebody out of the team, with his authenticator app. It holds from his next click on. The log keeps
// his name, and who comes back through one of his chats is the same person.
//
// Errors: as of ChangeRole.
func (c *Core) RemovePerson(ctx context.Context, who Actor, in RemovePersonInput) error {
	err := c.keeping(ctx, func(tx *store.Store) error {
		now, p, err := c.touch(tx, who, in.Person)
		if err != nil {
			return err
		}
		if err := c.leaves(tx, p); err != nil {
			return err
		}
		if err := c.stepUp(tx, now, in.Factor); err != nil {
			return err
		}
		if err := errors.Join(tx.RemovePerson(p.ID), tx.VoidInvitations(p.ID, c.now()), tx.DropSecondFactor(p.ID)); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "person.removed", target: p.ID, note: p.Name + ", " + p.Role})
	})
	return failed("remove a person", err)
}
