package actions

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A Member is somebody of the team, as those who manage it see him.
type Member struct {
	ID           string
	Name         string
	Role         Role
	Chats        []string // platforms on which he is known, one for each chat user
	SecondFactor bool     // he has an authenticator app
	Self         bool     // the reader himself
	Managed      bool     // the reader may change him
}

// An Invitation lets a new colleague in, or links one more chat of somebody.
type Invitation struct {
	ID      string
	Name    string
	Role    Role   // of somebody new
	Person  string // id of whose chat is linked; empty: somebody new
	Code    string // what he says to the bot; known only to whoever has just asked for it
	Link    string // opens a chat that says it; empty where there is none
	Until   time.Time
	State   InvitationState
	Managed bool // the reader may take it back
}

// An InvitationState is where an invitation stands.
type InvitationState string

// The states of an invitation.
const (
	InvitationOpen      InvitationState = "open"
	InvitationUsed      InvitationState = "used"
	InvitationWithdrawn InvitationState = "withdrawn"
	InvitationExpired   InvitationState = "expired"
)

// A MemberPage is a part of the team. Open invitations stand on the first page.
type MemberPage struct {
	Members     []Member
	Invitations []Invitation
	Next        string // passed as after, gives the next page; empty on the last
}

// maxInvitations bounds the open invitations of a shop: more at once are a mistake, or worse.
const maxInvitations = 20

// People lists the team by name.
//
// Errors: Denied for who does not manage people; Unavailable.
func (c *Core) People(ctx context.Context, who Actor, after string, limit int) (MemberPage, error) {
	if len(RolesGivenBy(who.Role)) == 0 {
		return MemberPage{}, notYourTeam()
	}
	s := c.store.In(ctx)
	all, err := s.People(who.Account)
	if err != nil {
		return MemberPage{}, failed("list people", err)
	}
	var page MemberPage
	start := 1 + slices.IndexFunc(all, func(p store.Person) bool { return p.ID == after })
	if after == "" {
		if page.Invitations, err = c.openInvitations(s, who); err != nil {
			return MemberPage{}, failed("list invitations", err)
		}
	}
	all = all[start:]
	if limit > 0 && len(all) > limit {
		all, page.Next = all[:limit], all[limit-1].ID
	}
	page.Members, err = c.members(s, who, all)
	return page, failed("list people", err)
}

// Member returns one of the team.
//
// Errors: NotFound, also for who was removed; Denied; Unavailable.
func (c *Core) Member(ctx context.Context, who Actor, id string) (Member, error) {
	if len(RolesGivenBy(who.Role)) == 0 {
		return Member{}, notYourTeam()
	}
	s := c.store.In(ctx)
	p, err := c.colleague(s, who.Account, id)
	if err != nil {
		return Member{}, failed("find a person", err)
	}
	all, err := c.members(s, who, []store.Person{p})
	if err != nil {
		return Member{}, failed("find a person", err)
	}
	return all[0], nil
}

// colleague is somebody who is of the team now.
func (c *Core) colleague(s *store.Store, account, id string) (store.Person, error) {
	p, err := s.PersonOf(account, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && p.Removed {
		return store.Person{}, &Error{Code: NotFound, Key: "people.not_found"}
	}
	return p, err
}

func (c *Core) members(s *store.Store, who Actor, people []store.Person) ([]Member, error) {
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	users, err := s.IdentitiesOf(ids)
	if err != nil {
		return nil, err
	}
	factors, err := s.SecondFactors(ids)
	if err != nil {
		return nil, err
	}
	all := make([]Member, len(people))
	for i, p := range people {
		all[i] = Member{ID: p.ID, Name: p.Name, Role: Role(p.Role), SecondFactor: factors[p.ID], Self: p.ID == who.ID,
			Managed: manages(who.Role, Role(p.Role))}
		for _, u := range users[p.ID] {
			all[i].Chats = append(all[i].Chats, u.Platform)
		}
	}
	return all, nil
}
