package actions

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// What the clock does to cases, in subjects.
const (
	CaseAwake     = "awake"     // its day has come
	CaseDueSoon   = "due_soon"  // the promise ends soon
	CaseEscalated = "escalated" // it has waited for too long
)

// watchCases wakes cases whose day has come, reminds of promises before they are broken, and tells managers of what waits
// for too long: each once, whichever process looks first.
func (c *Core) watchCases(ctx context.Context) error {
	accounts, err := c.store.In(ctx).Accounts()
	for _, a := range accounts {
		if err == nil {
			err = c.watchCasesOf(ctx, a)
		}
	}
	return err
}

func (c *Core) watchCasesOf(ctx context.Context, shop store.Account) error {
	s, now, account := c.store.In(ctx), c.now(), shop.ID
	set, err := c.settingsOf(s, systemActor(account))
	if err != nil {
		return err
	}
	rule := set.Policy.Cases
	due := func(list []store.Case, err error, change func(*store.Store, *store.Case) error) error {
		for _, row := range list {
			if err == nil {
				err = c.tick(ctx, row, change)
			}
		}
		return err
	}
	list, err := s.WakingCases(account, now, expireBatch)
	if err = due(list, err, c.wake); err != nil {
		return err
	}
	if rule.RemindMinutes > 0 {
		list, err = s.PromisedCases(account, now.Add(time.Duration(rule.RemindMinutes)*time.Minute), expireBatch)
		if err = due(list, err, c.remindOfCase); err != nil {
			return err
		}
	}
	if rule.EscalateHours == 0 || set.Hours.Add(now, 0, shop.Timezone).After(now) { // nobody is woken for it
		return nil
	}
	list, err = s.WaitingCases(account, now.Add(-hours(rule.EscalateHours)), expireBatch)
	return due(list, err, c.escalate)
}

// tick has the clock change one case, unless somebody has just done so: then the next look sees what is left to do.
func (c *Core) tick(ctx context.Context, row store.Case, change func(*store.Store, *store.Case) error) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		fresh, err := tx.LockCase(row.AccountID, row.ID)
		if err != nil || fresh.Revision != row.Revision {
			return err
		}
		if err := change(tx, &fresh); err != nil {
			return err
		}
		if err := tx.UpdateCase(&fresh); err != nil {
			return err
		}
		return refresh(tx, row.AccountID, subjectOfCase(row.ID))
	})
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

func (c *Core) wake(tx *store.Store, row *store.Case) error {
	row.Status, row.SnoozedUntil, row.DueAt = string(CaseTeam), nil, c.now()
	if row.PromisedAt != nil {
		row.DueAt = *row.PromisedAt
	}
	if err := c.inCase(tx, *row, "", CaseEvent{Kind: EventAwake}); err != nil {
		return err
	}
	if err := c.auditCase(tx, systemActor(row.AccountID), *row, "case.awake"); err != nil {
		return err
	}
	return c.caseNews(tx, *row, CaseAwake)
}

func (c *Core) remindOfCase(tx *store.Store, row *store.Case) error {
	row.RemindedAt = at(c.now())
	return c.caseNews(tx, *row, CaseDueSoon)
}

// escalate tells the rooms and each manager, in his own chat. A shop without managers has others who decide.
func (c *Core) escalate(tx *store.Store, row *store.Case) error {
	row.EscalatedAt = at(c.now())
	if err := c.auditCase(tx, systemActor(row.AccountID), *row, "case.escalated"); err != nil {
		return err
	}
	if err := c.caseNews(tx, *row, CaseEscalated); err != nil {
		return err
	}
	chiefs, err := c.chiefs(tx, row.AccountID)
	for _, identity := range chiefs {
		if err == nil {
			err = tell(tx, Tell{Account: row.AccountID, Identity: identity, Subject: subjectOfCaseNews(*row, CaseEscalated)})
		}
	}
	return err
}

// caseNews shows the team's rooms what the clock did.
func (c *Core) caseNews(tx *store.Store, row store.Case, what string) error {
	subject := subjectOfCaseNews(row, what)
	return enqueue(tx, JobCase, subject, Subject{Account: row.AccountID, Subject: subject})
}

// chiefs are the chat users of those who answer for the team: one chat for each of them, that he can be written to in.
func (c *Core) chiefs(tx *store.Store, account string) ([]string, error) {
	people, err := tx.People(account)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, role := range Deciders {
		for _, p := range people {
			if Role(p.Role) == role {
				ids = append(ids, p.ID)
			}
		}
		if len(ids) > 0 {
			break
		}
	}
	users, err := tx.IdentitiesOf(ids)
	var chats []string
	for _, id := range ids {
		if i := slices.IndexFunc(users[id], func(u store.Identity) bool { return u.Chat != "" }); i >= 0 {
			chats = append(chats, users[id][i].ID)
		}
	}
	return chats, err
}
