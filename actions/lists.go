package actions

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aftersale/aftersale/store"
)

// ListKeepers are the roles that keep contact lists, rules and endpoints.
var ListKeepers = []Role{Producer, Admin}

// KindList is the action of requests that change contact lists.
const KindList = "lists"

// Kinds of lists.
const (
	kindList = "list"
	kindTag  = "tag"
)

const (
	// MaxListName is the longest name of a list, a tag or an endpoint, in characters: it stands on buttons.
	MaxListName = 40
	// maxLists is how many lists an account may have.
	maxLists = 200
)

// A List is a contact list, or a tag.
type List struct {
	ID        string
	Name      string
	Tag       bool `json:",omitzero"`
	Members   int
	Silent    int  `json:",omitzero"` // of them, who want no such mail: nothing that leaves here has them
	Synced    bool `json:",omitzero"` // it is kept at the list manager too
	CreatedAt time.Time
}

// A ListPage is a part of all lists.
type ListPage struct {
	Lists []List
	Next  string // for the page behind it; empty: there is none
}

// Lists returns an account's lists or tags by name, behind Next of the page before.
//
// Errors: Denied for whoever is no ListKeeper; Unavailable.
func (c *Core) Lists(ctx context.Context, who Actor, tags bool, after string, limit int) (ListPage, error) {
	if err := mayKeepLists(who); err != nil {
		return ListPage{}, err
	}
	kind := kindList
	if tags {
		kind = kindTag
	}
	all, err := c.store.In(ctx).Lists(who.Account, kind, after, string(MailNews), limit+1)
	if err != nil {
		return ListPage{}, failed("read lists", err)
	}
	var page ListPage
	for i, l := range all {
		if i == limit {
			page.Next = all[limit-1].List.NameKey
			break
		}
		page.Lists = append(page.Lists, toList(l))
	}
	return page, nil
}

func toList(l store.ListCount) List {
	return List{ID: l.List.ID, Name: l.List.Name, Tag: l.List.Kind == kindTag, Members: int(l.Members), Silent: int(l.Silent),
		Synced: l.List.RemoteID != 0, CreatedAt: l.List.CreatedAt}
}

// List returns one list as it is now.
//
// Errors: Denied; NotFound; Unavailable.
func (c *Core) List(ctx context.Context, who Actor, id string) (List, error) {
	if err := mayKeepLists(who); err != nil {
		return List{}, err
	}
	s := c.store.In(ctx)
	row, err := s.List(who.Account, id)
	if err != nil {
		return List{}, noList(err)
	}
	n, silent, err := s.CountMembers(id, string(MailNews))
	return toList(store.ListCount{List: row, Members: n, Silent: silent}), failed("count a list", err)
}

// noList says that a list is not there.
func noList(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return &Error{Code: NotFound, Key: "lists.not_found"}
	}
	return failed("find a list", err)
}

// mayKeepLists refuses everybody but those who keep lists.
func mayKeepLists(who Actor) error {
	if who.Is(ListKeepers...) {
		return nil
	}
	return &Error{Code: Denied, Key: "lists.role", Hint: "lists.role.hint"}
}

// ParseListName takes the name of a list, a tag or an endpoint.
func ParseListName(text string) (string, error) {
	name := strings.Join(strings.Fields(text), " ")
	switch {
	case store.Fold(name) == "":
		return "", &Error{Code: Invalid, Key: "lists.name_missing"}
	case utf8.RuneCountInString(name) > MaxListName:
		return "", &Error{Code: Invalid, Key: "lists.name_long", Args: map[string]any{"max": MaxListName}}
	}
	return name, nil
}

// A ListInput names a list.
type ListInput struct {
	Key  string // idempotency key
	List string // id of the one that changes; empty: a new one
	Name string
}

// SaveList makes a list, or gives one another name. It returns its id.
//
// Errors: Invalid (name); Denied; NotFound; Conflict when the name is taken, or there are too many; Unavailable.
func (c *Core) SaveList(ctx context.Context, who Actor, in ListInput) (id string, err error) {
	name, err := ParseListName(in.Name)
	if err != nil {
		return "", err
	}
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		id, err = c.listRequest(tx, who, in.Key, in.List)
		if id != "" || err != nil {
			return err
		}
		if in.List == "" {
			if id, err = c.newList(tx, who, kindList, name); err != nil {
				return err
			}
			return c.listDone(tx, who, in.Key, id, entry{action: "list.created", target: id, note: name})
		}
		row, err := tx.List(who.Account, in.List)
		if err != nil {
			return noList(err)
		}
		if err := freeName(tx, row.AccountID, row.Kind, name, row.ID); err != nil {
			return err
		}
		id, row.Name, row.NameKey = row.ID, name, store.Fold(name)
		if err := tx.SaveList(row); err != nil {
			return err
		}
		return c.listDone(tx, who, in.Key, id, entry{action: "list.renamed", target: id, note: name})
	})
	return id, failed("save a list", err)
}

// newList makes a list or a tag.
func (c *Core) newList(tx *store.Store, who Actor, kind, name string) (string, error) {
	if err := freeName(tx, who.Account, kind, name, ""); err != nil {
		return "", err
	}
	some, err := tx.Lists(who.Account, kind, "", string(MailNews), maxLists)
	if err != nil {
		return "", err
	}
	if len(some) >= maxLists {
		return "", &Error{Code: Conflict, Key: "lists.many", Args: map[string]any{"max": maxLists}}
	}
	l := store.ContactList{ID: c.newID(), AccountID: who.Account, Kind: kind, Name: name, NameKey: store.Fold(name), CreatedBy: who.ID, CreatedAt: c.now()}
	mine, err := tx.AddList(l)
	if err == nil && !mine {
		err = nameTaken(name)
	}
	return l.ID, err
}

func freeName(tx *store.Store, account, kind, name, self string) error {
	l, err := tx.ListNamed(account, kind, store.Fold(name))
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && l.ID == self:
		return nil
	case err != nil:
		return err
	}
	return nameTaken(l.Name)
}

func nameTaken(name string) error {
	return &Error{Code: Conflict, Key: "lists.name_taken", Args: map[string]any{"name": name}, Field: "name"}
}

// ArchiveList takes a list away, with the rules that fill it. Who was on it stays written down.
//
// Errors: Denied; NotFound; Unavailable.
func (c *Core) ArchiveList(ctx context.Context, who Actor, key, list string) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if id, err := c.listRequest(tx, who, key, list); id != "" || err != nil {
			return err
		}
		row, err := tx.List(who.Account, list)
		if err != nil {
			return noList(err)
		}
		at := c.now()
		row.ArchivedAt = &at
		if err := tx.SaveList(row); err != nil {
			return err
		}
		ended, err := tx.EndRulesOf(who.Account, list, at)
		if err != nil {
			return err
		}
		return c.listDone(tx, who, key, list, entry{action: "list.archived", target: list, note: row.Name, data: auditData{Count: int(ended)}})
	})
	return failed("archive a list", err)
}

// listRequest claims a key for a change of lists, after looking who asks. id is what the first with the key has made; empty
// when this is the first.
func (c *Core) listRequest(tx *store.Store, who Actor, key, target string) (id string, err error) {
	if err := mayKeepLists(who); err != nil {
		return "", err
	}
	req := store.Request{Key: key, AccountID: who.Account, Action: KindList, Target: target, Actor: who.ID, AskedBy: who.ID, State: string(RequestDone)}
	_, mine, err := c.claim(tx, req)
	if err != nil || mine {
		return "", err
	}
	was, err := tx.Request(key)
	return was.Detail, err
}

// listDone writes down what a change of lists has made, for whoever repeats its key, and in the audit log.
func (c *Core) listDone(tx *store.Store, who Actor, key, id string, e entry) error {
	req := store.Request{Key: key, AccountID: who.Account, Action: KindList, State: string(RequestDone), Detail: id}
	if err := c.save(tx, req, order{}); err != nil {
		return err
	}
	return c.audit(tx, who, e)
}
