package actions

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
)

// InvitationLife is how long an invitation can be used.
const InvitationLife = 24 * time.Hour

// invitationLetters is the length of an invitation's code: 80 bits. Nobody comes upon one by trying.
const invitationLetters = 16

// letters are those of codes that people hand on and type: without those that look like others.
const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// An InviteInput says who is invited.
type InviteInput struct {
	Name    string
	Role    Role
	Person  string // links one more chat of him; Name and Role count for somebody new alone
	ReplyTo string // identity that is told when it is used
	Factor  string // code of the actor's authenticator app, where one is wanted
}

// Invite makes an invitation: whoever says its code to the bot within InvitationLife is the new colleague, or gets one more
// chat of his own. It is good once, and as long as who invited may still give that role.
//
// Errors: Invalid (name, role; Field "factor" for the code); NotFound; Denied; Conflict when the name is taken, or too many
// invitations are open; Unavailable; Internal without a secret.
func (c *Core) Invite(ctx context.Context, who Actor, in InviteInput) (Invitation, error) {
	if !c.vault.Ready() {
		return Invitation{}, &Error{Code: Internal, Key: "error.internal", Err: vault.ErrNoSecret}
	}
	var made Invitation
	err := c.keeping(ctx, func(tx *store.Store) error {
		now, err := c.lead(tx, who)
		if err != nil {
			return err
		}
		row := store.Invitation{ID: c.newID(), AccountID: who.Account, InvitedBy: personOf(who), ReplyTo: in.ReplyTo,
			CreatedAt: c.now(), ExpiresAt: c.now().Add(InvitationLife)}
		if err := c.mayInvite(tx, now, in, &row); err != nil {
			return err
		}
		if err := c.stepUp(tx, now, in.Factor); err != nil {
			return err
		}
		code, err := c.letters(invitationLetters)
		if err != nil {
			return err
		}
		row.CodeHash = c.vault.Hash("invitation", code)
		if err := tx.AddInvitation(row); err != nil {
			return err
		}
		made = c.invitation(row, now)
		made.Code = grouped(code, 4)
		if c.chatLink != nil {
			made.Link = c.chatLink(ctx, invitationWords+code)
		}
		return c.audit(tx, who, entry{action: "person.invited", target: row.ID, note: row.Name + ", " + row.Role})
	})
	return made, failed("invite", err)
}

// mayInvite checks and names who is invited.
func (c *Core) mayInvite(tx *store.Store, who Actor, in InviteInput, row *store.Invitation) error {
	open, err := tx.OpenInvitations(who.Account, c.now(), maxInvitations)
	if err != nil {
		return err
	}
	if len(open) == maxInvitations {
		return &Error{Code: Conflict, Key: "people.many_invitations", Args: map[string]any{"max": maxInvitations}}
	}
	if in.Person == "" {
		if row.Name, err = ParsePersonName(in.Name); err != nil {
			return err
		}
		row.Role = string(in.Role)
		return c.mayAdd(tx, who, row.Name, in.Role, "")
	}
	p, err := c.colleague(tx, who.Account, in.Person)
	if err != nil {
		return err
	}
	row.PersonID, row.Name, row.Role = p.ID, p.Name, p.Role
	if !manages(who.Role, Role(p.Role)) { // his own chats are linked by whoever manages people of his role: himself too
		return notYourTeam()
	}
	return nil
}

// letters makes a random code.
func (c *Core) letters(n int) (string, error) {
	raw := make([]byte, n)
	if _, err := io.ReadFull(c.random, raw); err != nil {
		return "", fmt.Errorf("random letters: %w", err)
	}
	for i, b := range raw {
		raw[i] = letters[int(b)%len(letters)] // 32 letters: no remainder is likelier than another
	}
	return string(raw), nil
}

// grouped puts a dash behind every n letters.
func grouped(code string, n int) string {
	var groups []string
	for len(code) > n {
		groups, code = append(groups, code[:n]), code[n:]
	}
	return strings.Join(append(groups, code), "-")
}

// Invitation returns an invitation as it stands now, without its code.
//
// Errors: NotFound; Denied; Unavailable.
func (c *Core) Invitation(ctx context.Context, who Actor, id string) (Invitation, error) {
	if len(RolesGivenBy(who.Role)) == 0 {
		return Invitation{}, notYourTeam()
	}
	row, err := c.store.In(ctx).Invitation(who.Account, id)
	if errors.Is(err, store.ErrNotFound) {
		return Invitation{}, noInvitation()
	}
	return c.invitation(row, who), failed("find an invitation", err)
}

func noInvitation() error { return &Error{Code: NotFound, Key: "people.no_invitation"} }

func (c *Core) openInvitations(s *store.Store, who Actor) ([]Invitation, error) {
	rows, err := s.OpenInvitations(who.Account, c.now(), maxInvitations)
	all := make([]Invitation, len(rows))
	for i, row := range rows {
		all[i] = c.invitation(row, who)
	}
	return all, err
}

func (c *Core) invitation(row store.Invitation, who Actor) Invitation {
	i := Invitation{ID: row.ID, Name: row.Name, Role: Role(row.Role), Person: row.PersonID, Until: row.ExpiresAt.UTC(), State: InvitationOpen}
	switch {
	case row.UsedAt != nil:
		i.State = InvitationUsed
	case row.VoidedAt != nil:
		i.State = InvitationWithdrawn
	case !c.now().Before(row.ExpiresAt):
		i.State = InvitationExpired
	}
	i.Managed = i.State == InvitationOpen && manages(who.Role, i.Role)
	return i
}

// Uninvite takes an invitation back.
//
// Errors: NotFound; Denied; Conflict when it is used, over or taken back already; Unavailable.
func (c *Core) Uninvite(ctx context.Context, who Actor, id string) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		now, err := c.lead(tx, who)
		if err != nil {
			return err
		}
		row, err := tx.Invitation(who.Account, id)
		if errors.Is(err, store.ErrNotFound) {
			return noInvitation()
		}
		if err != nil {
			return err
		}
		if !manages(now.Role, Role(row.Role)) {
			return notYourTeam()
		}
		if state := c.invitation(row, now).State; state != InvitationOpen {
			return invitationClosed(state)
		}
		at := c.now()
		row.VoidedAt = &at
		if err := tx.SaveInvitation(row); err != nil {
			return err
		}
		if err := c.audit(tx, who, entry{action: "person.uninvited", target: row.ID, note: row.Name + ", " + row.Role}); err != nil {
			return err
		}
		return refresh(tx, who.Account, subjectOfInvitation(row.ID))
	})
	return failed("take an invitation back", err)
}

func subjectOfInvitation(id string) string { return "invitation:" + id }

const invitationState = "people.invitation_" // and how it stands

// invitationClosed says why an invitation cannot be used any more.
func invitationClosed(state InvitationState) error {
	key := map[InvitationState]string{InvitationUsed: "used", InvitationWithdrawn: "withdrawn", InvitationExpired: "expired"}[state]
	return &Error{Code: Conflict, Key: invitationState + key, Field: "code"}
}
