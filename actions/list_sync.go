package actions

import (
	"context"
	"errors"
	"fmt"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// ListTarget is a list manager outside, which sends what the shop writes to its lists. The implementation is actions/listmonk.
// Every call may be repeated.
type ListTarget interface {
	// Ensure finds the list of a name there, or makes it.
	Ensure(ctx context.Context, name string) (list int64, err error)
	// Put has somebody on a list, as he is now.
	Put(ctx context.Context, list int64, s Subscriber) error
	// Drop takes somebody off it; out: because he wants no such mail.
	Drop(ctx context.Context, list int64, s Subscriber, out bool) error
	// Forget drops what is kept of a buyer there.
	Forget(ctx context.Context, buyer string) error
	// Unsubscribed returns the ids of buyers who ended it there, a page at a time, from 1.
	Unsubscribed(ctx context.Context, list int64, page int) (buyers []string, more bool, err error)
}

// A Subscriber is a buyer as a list manager knows him.
type Subscriber struct {
	Buyer     string // id
	Email     Email
	Name      string
	Locale    string
	Tags      []string
	OptOutURL string
}

// The jobs of list managers.
const (
	JobListSync   = "list_sync"   // bring one buyer's place on one list there: listWork
	JobListBegin  = "list_begin"  // make a list there, and bring all who are on it: listWork
	JobListForget = "list_forget" // drop somebody who was erased there too: listWork
	JobListBack   = "list_back"   // read who has unsubscribed there; periodic, without arguments
)

// A listWork names a list, and a buyer by his id.
type listWork struct {
	Account string `json:"account"`
	List    string `json:"list"`
	Buyer   string `json:"buyer,omitempty"`
}

// listBatch is how many people one transaction of the first run has brought there.
const listBatch = 500

// CanSyncLists reports whether there is a list manager.
func (c *Core) CanSyncLists() bool { return c.target != nil }

// SyncList has a list kept at the list manager too, under the same name, from now on.
//
// Errors: Denied; NotFound; Conflict when there is no list manager; Unavailable.
func (c *Core) SyncList(ctx context.Context, who Actor, key, list string) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if id, err := c.listRequest(tx, who, key, list); id != "" || err != nil {
			return err
		}
		if c.target == nil {
			return &Error{Code: Conflict, Key: "lists.no_manager"}
		}
		l, err := tx.List(who.Account, list)
		if err != nil {
			return noList(err)
		}
		if err := enqueue(tx, JobListBegin, "", listWork{Account: who.Account, List: list}); err != nil {
			return err
		}
		return c.listDone(tx, who, key, list, entry{action: "list.synced", target: list, note: l.Name})
	})
	return failed("keep a list at the list manager", err)
}

// beginSync is the job that makes a list there and has all who are on it brought.
func (c *Core) beginSync(ctx context.Context, job jobs.Job) error {
	var w listWork
	if err := job.Decode(&w); err != nil || c.target == nil {
		return err
	}
	l, err := c.store.In(ctx).List(w.Account, w.List)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if l.RemoteID == 0 {
		remote, err := c.target.Ensure(ctx, l.Name)
		if err != nil {
			return fmt.Errorf("list at the list manager: %w", err)
		}
		l.RemoteID = remote
		if err := c.store.Tx(ctx, func(tx *store.Store) error { return tx.SaveList(l) }); err != nil {
			return err
		}
	}
	for after, more := "", true; more; {
		err := c.store.Tx(ctx, func(tx *store.Store) error {
			ids, err := tx.RemoteMembers(l.ID, after, listBatch)
			if err != nil {
				return err
			}
			if more = len(ids) == listBatch; len(ids) > 0 {
				after = ids[len(ids)-1]
			}
			for _, id := range ids {
				if err := enqueue(tx, JobListSync, "", listWork{Account: l.AccountID, List: l.ID, Buyer: id}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// syncMembers has the places of buyers on lists brought to the list manager, for the lists that it keeps.
func (c *Core) syncMembers(tx *store.Store, account string, moved []store.ListMember) error {
	if c.target == nil || len(moved) == 0 {
		return nil
	}
	remote, err := tx.RemoteLists(account, maxLists)
	if err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, l := range remote {
		kept[l.ID] = true
	}
	for _, m := range moved {
		if kept[m.ListID] {
			if err := enqueue(tx, JobListSync, "", listWork{Account: account, List: m.ListID, Buyer: m.BuyerID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// syncList is the job that brings one place there, as it is when the job runs: so the order of jobs does not matter.
func (c *Core) syncList(ctx context.Context, job jobs.Job) error {
	var w listWork
	if err := job.Decode(&w); err != nil || c.target == nil {
		return err
	}
	s := c.store.In(ctx)
	l, err := s.List(w.Account, w.List)
	if errors.Is(err, store.ErrNotFound) || err == nil && l.RemoteID == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := s.Buyer(w.Buyer)
	if errors.Is(err, store.ErrNotFound) || err == nil && b.Erased() {
		return nil
	}
	if err != nil {
		return err
	}
	out, err := optedOut(s, w.Account, b.ID, MailNews)
	if err != nil {
		return err
	}
	on, err := s.OnList(l.ID, b.ID)
	if err != nil {
		return err
	}
	account, err := s.Account(w.Account)
	if err != nil {
		return err
	}
	tags, err := s.TagsOf(w.Account, b.ID)
	if err != nil {
		return err
	}
	who := Subscriber{Buyer: b.ID, Email: Email(b.Email), Name: b.Name, Locale: firstLocale(b.Locale, account.Locale), Tags: tags, OptOutURL: c.OptOutURL(b.ID, MailNews)}
	if on && !out {
		return c.target.Put(ctx, l.RemoteID, who)
	}
	return c.target.Drop(ctx, l.RemoteID, who, out)
}

// readBack is the job that reads who has ended a list there: he wants no news from here either.
func (c *Core) readBack(ctx context.Context, _ jobs.Job) error {
	if c.target == nil {
		return nil
	}
	accounts, err := c.store.In(ctx).AccountsWithRemoteLists(maxLists)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		lists, err := c.store.In(ctx).RemoteLists(account, maxLists)
		if err != nil {
			return err
		}
		for _, l := range lists {
			for page, more := 1, true; more; page++ {
				var ids []string
				if ids, more, err = c.target.Unsubscribed(ctx, l.RemoteID, page); err != nil {
					return fmt.Errorf("who has unsubscribed: %w", err)
				}
				if err := c.unsubscribed(ctx, account, ids); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// forgetThere is the job that drops somebody at the list manager who was erased here.
func (c *Core) forgetThere(ctx context.Context, job jobs.Job) error {
	var w listWork
	if err := job.Decode(&w); err != nil || c.target == nil {
		return err
	}
	return c.target.Forget(ctx, w.Buyer)
}

func (c *Core) unsubscribed(ctx context.Context, account string, ids []string) error {
	return c.store.Tx(ctx, func(tx *store.Store) error {
		for _, id := range ids {
			b, err := tx.Buyer(id)
			if errors.Is(err, store.ErrNotFound) || err == nil && (b.AccountID != account || b.Erased()) {
				continue
			}
			if err != nil {
				return err
			}
			if _, err := c.silence(tx, systemActor(account), b, MailNews, "listmonk", true); err != nil {
				return err
			}
		}
		return nil
	})
}
