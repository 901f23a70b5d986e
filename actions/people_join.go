package actions

import (
	"context"
	"errors"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// invitationWords stand in front of the code in a link, which may hold letters, digits and "_".
const invitationWords = "join_"

// ParseInvitation reads the code of an invitation as people type it or a link says it; empty when it cannot be one.
func ParseInvitation(text string) string {
	code := strings.ToUpper(strings.TrimPrefix(strings.TrimSpace(text), invitationWords))
	code = strings.ReplaceAll(strings.ReplaceAll(code, "-", ""), " ", "")
	if len(code) != invitationLetters || strings.Trim(code, letters) != "" {
		return ""
	}
	return code
}

// LooksLikeInvitation reports whether a whole message is the code of an invitation as it was handed out, so that nobody has
// to know a command.
func LooksLikeInvitation(text string) bool {
	text = strings.TrimSpace(text)
	code := ParseInvitation(text)
	return code != "" && (strings.EqualFold(text, grouped(code, 4)) || strings.EqualFold(text, invitationWords+code))
}

// A Joined is who somebody is in the team now.
type Joined struct {
	Name   string
	Role   Role
	Shop   string
	Linked bool // one more chat of somebody who was of the team before
}

// Join takes the code of an invitation from whoever says it: his chat user is the colleague who was invited. Who was of the
// team before, and comes back through a chat of his, is the person that he was.
//
// Errors: Invalid or Conflict with Field "code" for one that is wrong, used, over, taken back, or given by somebody who may
// not give that role any more; Conflict for a chat user who is somebody's already; Unavailable.
func (c *Core) Join(ctx context.Context, who Actor, code string) (Joined, error) {
	var joined Joined
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.LockTeam(who.Account); err != nil {
			return err
		}
		row, err := c.invited(tx, who, code)
		if err != nil {
			return err
		}
		w, err := tx.WhoHas(who.Identity)
		if err != nil {
			return err
		}
		person, err := c.join(tx, who, row, w)
		if err != nil {
			return err
		}
		at := c.now()
		row.UsedAt, row.UsedBy = &at, who.Identity
		if err := tx.SaveInvitation(row); err != nil {
			return err
		}
		w.Identity.PersonID = person.ID
		if err := tx.PutIdentity(w.Identity); err != nil {
			return err
		}
		joined = Joined{Name: person.Name, Role: Role(person.Role), Shop: w.Account.Name, Linked: row.PersonID != ""}
		if err := c.auditJoin(tx, who, row, person, w.Identity.Platform); err != nil {
			return err
		}
		return tell(tx, Tell{Account: who.Account, Identity: row.ReplyTo, Subject: subjectOfInvitation(row.ID)})
	})
	return joined, failed("join the team", err)
}

// invited finds the invitation behind a code, if it can be used.
func (c *Core) invited(tx *store.Store, who Actor, code string) (store.Invitation, error) {
	wrong := &Error{Code: Invalid, Key: "people.code_wrong", Field: "code"}
	code = ParseInvitation(code)
	if code == "" || !c.vault.Ready() {
		return store.Invitation{}, wrong
	}
	row, err := tx.InvitationBy(who.Account, c.vault.Hashes("invitation", code))
	if errors.Is(err, store.ErrNotFound) {
		return row, wrong
	}
	if err != nil {
		return row, err
	}
	if state := c.invitation(row, who).State; state != InvitationOpen {
		return row, invitationClosed(state)
	}
	if row.InvitedBy == "" {
		return row, nil
	}
	host, err := tx.PersonOf(who.Account, row.InvitedBy)
	if err != nil {
		return row, err
	}
	if host.Removed || !manages(Role(host.Role), Role(row.Role)) {
		return row, invitationClosed(InvitationWithdrawn)
	}
	return row, nil
}

// join makes the chat user w the person whom an invitation is for.
func (c *Core) join(tx *store.Store, who Actor, row store.Invitation, w store.Who) (store.Person, error) {
	if w.Person.ID != "" {
		return w.Person, taken(w)
	}
	if row.PersonID != "" {
		p, err := c.colleague(tx, who.Account, row.PersonID)
		if err == nil && Role(p.Role) != Role(row.Role) { // who invited agreed to another role
			err = invitationClosed(InvitationWithdrawn)
		}
		if err == nil && w.Identity.PersonID != "" && w.Identity.PersonID != p.ID {
			return p, &Error{Code: Conflict, Key: "people.chat_was", Hint: "people.chat_was.hint", Field: "code"}
		}
		return p, err
	}
	host := Actor{ID: row.InvitedBy, Account: who.Account, Role: System} // that he may was checked
	if err := c.mayAdd(tx, host, row.Name, Role(row.Role), w.Identity.PersonID); err != nil {
		return store.Person{}, err
	}
	id, err := c.enter(tx, who, entrant{id: w.Identity.PersonID, name: row.Name, role: Role(row.Role), by: row.InvitedBy})
	return store.Person{ID: id, Name: row.Name, Role: row.Role}, err
}

// auditJoin writes down who joined, where, and who had invited him.
func (c *Core) auditJoin(tx *store.Store, who Actor, row store.Invitation, p store.Person, platform string) error {
	e := entry{action: "person.joined", target: p.ID, askedBy: row.InvitedBy, note: p.Name + ", " + p.Role, data: auditData{Detail: platform}}
	if row.PersonID != "" {
		e.action = "person.linked"
	}
	return c.audit(tx, Actor{ID: p.ID, Account: who.Account, Name: p.Name}, e)
}
