package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// subjectOfTasks names the reminder of a day of the shop's: "tasks:2026-03-10".
func subjectOfTasks(day string) string { return "tasks:" + day }

// taskYoung is how old a task is before anybody is reminded of it: whoever asked for it has it before him.
const taskYoung = 2 * time.Hour

// Today is the calendar day in the actor's zone.
func (c *Core) Today(who Actor) string { return dayOf(c.now(), who.Timezone) }

// remindOfTasks shows the team's rooms once a day, while somebody is there, how much waits in the platform's panel.
func (c *Core) remindOfTasks(ctx context.Context) error {
	accounts, err := c.store.In(ctx).Accounts()
	for _, a := range accounts {
		if err == nil {
			err = c.remindOfTasksOf(ctx, a)
		}
	}
	return err
}

func (c *Core) remindOfTasksOf(ctx context.Context, shop store.Account) error {
	s, now := c.store.In(ctx), c.now()
	set, err := c.settingsOf(s, systemActor(shop.ID))
	if err != nil || !set.Hours.Open(now, shop.Timezone) {
		return err
	}
	oldest, err := s.Tasks(shop.ID, store.Cursor{}, 1)
	if err != nil || len(oldest) == 0 || now.Sub(oldest[0].CreatedAt) < taskYoung {
		return err
	}
	today, before := subjectOfTasks(dayOf(now, shop.Timezone)), subjectOfTasks(dayOf(now.AddDate(0, 0, -1), shop.Timezone))
	return c.store.Tx(ctx, func(tx *store.Store) error {
		return errors.Join(
			enqueue(tx, JobRemind, today, Subject{Account: shop.ID, Subject: today}), // one, however often we look
			enqueue(tx, JobRefresh, before+"/past", Subject{Account: shop.ID, Subject: before}))
	})
}
