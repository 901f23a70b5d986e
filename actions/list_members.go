package actions

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// What a person decides about somebody on a list.
const (
	byHandIn  = "in"
	byHandOut = "out"
)

// A ListMember is somebody on a list.
type ListMember struct {
	Buyer  string // id
	Name   string
	Email  Email
	Since  time.Time
	Rule   string    `json:",omitzero"` // that put him there; empty: a person did
	Event  ListEvent `json:",omitzero"` // that the rule is about
	Silent bool      `json:",omitzero"` // he wants no such mail
	Tags   []string  `json:",omitzero"`
}

// A ListMemberPage is a part of who is on a list.
type ListMemberPage struct {
	Members []ListMember
	Next    string
}

// ListMembers returns who is on a list, newest first; of those alone whom a word of their name or address begins with what is
// searched for, if anything is.
//
// Errors: Denied; NotFound; Invalid (cursor); Unavailable.
func (c *Core) ListMembers(ctx context.Context, who Actor, list, search, after string, limit int) (ListMemberPage, error) {
	if err := mayKeepLists(who); err != nil {
		return ListMemberPage{}, err
	}
	at, err := parseCursor(after)
	if err != nil {
		return ListMemberPage{}, err
	}
	s := c.store.In(ctx)
	if _, err := s.List(who.Account, list); err != nil {
		return ListMemberPage{}, noList(err)
	}
	keys := store.BuyerWords(search, "")
	if strings.Contains(search, "@") {
		keys = store.BuyerWords("", search)
	}
	found, err := s.ListMembers(list, keys, string(MailNews), store.Cursor{At: at.At, ID: at.ID}, limit+1)
	if err != nil {
		return ListMemberPage{}, failed("read a list", err)
	}
	events, err := c.eventsOfRules(s, who.Account)
	if err != nil {
		return ListMemberPage{}, err
	}
	var page ListMemberPage
	for i, m := range found {
		if i == limit {
			last := found[limit-1].Member
			page.Next = cursor{At: last.At, ID: last.BuyerID}.String()
			break
		}
		page.Members = append(page.Members, toMember(m, events))
	}
	return page, nil
}

func toMember(m store.ListedMember, events map[string]ListEvent) ListMember {
	return ListMember{Buyer: m.Buyer.ID, Name: m.Buyer.Name, Email: Email(m.Buyer.Email), Since: m.Member.At, Rule: m.Member.Cause,
		Event: events[m.Member.Cause], Silent: m.Silent}
}

// eventsOfRules are what the rules of an account are about, by their ids, old ones too.
func (c *Core) eventsOfRules(s *store.Store, account string) (map[string]ListEvent, error) {
	rules, err := s.Rules(account, true, maxRulesEver)
	if err != nil {
		return nil, failed("read rules", err)
	}
	events := make(map[string]ListEvent, len(rules))
	for _, r := range rules {
		events[r.ID] = ListEvent(r.Event)
	}
	return events, nil
}

// A MemberInput says whom to put on a list, or take off it, by hand.
type MemberInput struct {
	Key   string // idempotency key
	List  string
	Buyer string // id; or
	Email Email  // of somebody who has bought
	Out   bool
}

// ListByHand puts somebody on a list or takes him off it. Rules go on: what happens after this may move him again.
//
// Errors: Denied; NotFound (list; buyer, Field "email"); Unavailable.
func (c *Core) ListByHand(ctx context.Context, who Actor, in MemberInput) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if id, err := c.listRequest(tx, who, in.Key, in.List); id != "" || err != nil {
			return err
		}
		l, err := tx.List(who.Account, in.List)
		if err != nil {
			return noList(err)
		}
		b, err := knownBuyer(tx, who.Account, in)
		if err != nil {
			return err
		}
		at, hand, action := c.now(), byHandIn, "list.joined"
		if in.Out {
			hand, action = byHandOut, "list.left"
		}
		m := store.ListMember{ListID: in.List, BuyerID: b.ID, AccountID: who.Account, On: !in.Out, At: at, ByHand: hand, HandAt: &at}
		if err := tx.PutMembers([]store.ListMember{m}); err != nil {
			return err
		}
		if err := c.syncMembers(tx, who.Account, []store.ListMember{m}); err != nil {
			return err
		}
		return c.listDone(tx, who, in.Key, b.ID, entry{action: action, target: b.ID, note: l.Name})
	})
	return failed("change a list by hand", err)
}

func knownBuyer(tx *store.Store, account string, in MemberInput) (store.Buyer, error) {
	nobody := &Error{Code: NotFound, Key: "lists.nobody_known", Hint: "lists.nobody_known.hint", Field: "email"}
	var b store.Buyer
	var err error
	if in.Buyer != "" {
		b, err = tx.Buyer(in.Buyer)
	} else {
		b, err = tx.BuyerByEmail(account, in.Email.Key())
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && (b.AccountID != account || b.Erased()) {
		return b, nobody
	}
	return b, err
}
