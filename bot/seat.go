package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/adapters/terminal"
	"github.com/aftersale/aftersale/store"
)

// approvalsRoom is the terminal's room in which proposals wait for those who decide.
const approvalsRoom = "#approvals"

// listedBuyers is how many buyers are named when a name fits several.
const listedBuyers = 10

// seat finds who is meant by a name at the keyboard and gives him a chat user there: somebody of the team by name, else
// a buyer by e-mail address or name. An empty name is the first of the team. Whoever can start this program on the
// database can read all of it, so nothing is proved here.
func seat(ctx context.Context, s *store.Store, name string) (terminal.User, error) {
	s = s.In(ctx)
	people, err := s.People(accountID)
	if err != nil {
		return terminal.User{}, err
	}
	if name == "" && len(people) == 0 {
		return terminal.User{}, usagef("the team is empty: say who you are with --as NAME (a buyer's e-mail address), or add somebody with `aftersale people add`")
	}
	i := slices.IndexFunc(people, func(p store.Person) bool { return name == "" || strings.EqualFold(p.Name, name) })
	if i >= 0 {
		return seatPerson(s, people[i])
	}
	b, err := buyerCalled(s, name)
	if err != nil {
		return terminal.User{}, err
	}
	return seatBuyer(s, b)
}

func seatPerson(s *store.Store, p store.Person) (terminal.User, error) {
	u := terminal.User{ID: p.ID, Name: p.Name + ", " + p.Role, Locale: p.Locale}
	if actions.Role(p.Role) != actions.Agent {
		u.Rooms = []string{approvalsRoom}
	}
	return u, s.PutIdentity(store.Identity{
		ID: newID(), AccountID: accountID, Platform: terminal.Platform, UserID: u.ID, PersonID: p.ID, Chat: u.ID, CreatedAt: now(),
	})
}

func seatBuyer(s *store.Store, b store.Buyer) (terminal.User, error) {
	u := terminal.User{ID: b.ID, Name: b.Name + ", buyer", Locale: b.Locale}
	err := s.Tx(s.Context(), func(tx *store.Store) error {
		err := tx.MeetIdentity(store.Identity{
			ID: newID(), AccountID: accountID, Platform: terminal.Platform, UserID: u.ID, Chat: u.ID, CreatedAt: now(),
		})
		if err != nil {
			return err
		}
		who, err := tx.WhoIs(accountID, terminal.Platform, u.ID)
		if err != nil {
			return err
		}
		return tx.LinkBuyer(store.IdentityBuyer{IdentityID: who.Identity.ID, BuyerID: b.ID, AccountID: accountID, CreatedAt: now()})
	})
	return u, err
}

// buyerCalled finds the one buyer who is meant.
func buyerCalled(s *store.Store, name string) (store.Buyer, error) {
	if strings.Contains(name, "@") {
		email, err := actions.ParseEmail(name)
		if err != nil {
			return store.Buyer{}, usagef("%q is no e-mail address", name)
		}
		b, err := s.BuyerByEmail(accountID, email.Key())
		if errors.Is(err, store.ErrNotFound) {
			return store.Buyer{}, usagef("no buyer has the address %s", name)
		}
		return b, err
	}
	found, err := s.BuyersNamed(accountID, store.BuyerWords(name, ""), listedBuyers+1)
	exact := slices.DeleteFunc(slices.Clone(found), func(b store.Buyer) bool { return store.Fold(b.Name) != store.Fold(name) })
	if len(exact) == 1 {
		found = exact // "João Pereira" is he, though there is a João Pereira Lima
	}
	switch {
	case err != nil:
		return store.Buyer{}, err
	case len(found) == 0:
		return store.Buyer{}, usagef("nobody of the team and no buyer is called %q; `aftersale people list` shows the team", name)
	case len(found) == 1:
		return found[0], nil
	}
	var list strings.Builder
	for i, b := range found {
		if i == listedBuyers {
			list.WriteString("\n  and more")
			break
		}
		fmt.Fprintf(&list, "\n  %s <%s>", b.Name, b.Email)
	}
	return store.Buyer{}, usagef("several buyers are called %q; take one by the e-mail address:%s", name, list.String())
}
