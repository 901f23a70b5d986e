package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/bot/demo"
	"github.com/aftersale/aftersale/store"
)

// askSample opens the sample's cases at the times when they were asked, and keeps its canned replies. at makes the bot's core
// as it was at an instant.
func askSample(ctx context.Context, s *store.Store, at func(time.Time) *actions.Core) error {
	team, err := sampleTeam(ctx, s)
	if err != nil {
		return err
	}
	began := now()
	for _, q := range demo.Questions {
		if err := askOne(ctx, at, began.Add(-q.Ago), q, team); err != nil {
			return fmt.Errorf("question about %s: %w", q.Transaction, err)
		}
	}
	who := team[demo.Team[1].ID] // a manager
	for _, r := range demo.CannedReplies {
		id := ""
		for _, locale := range []string{"pt-BR", "en", "es"} {
			in := actions.CannedInput{Key: "sample/" + r.Name + "/" + locale, ID: id, Name: r.Name, Locale: locale, Text: r.Texts[locale]}
			if err := at(began).SaveCanned(ctx, who, in); err != nil {
				return fmt.Errorf("canned reply %s: %w", r.Name, err)
			}
			all, err := at(began).CannedReplies(ctx, who)
			if err != nil {
				return err
			}
			for _, kept := range all {
				if kept.Name == r.Name {
					id = kept.ID
				}
			}
		}
	}
	return nil
}

func askOne(ctx context.Context, at func(time.Time) *actions.Core, asked time.Time, q demo.Question, team map[string]actions.Actor) error {
	key := "sample/" + string(q.Transaction)
	asks := actions.Actor{ID: "sample", Account: accountID, Role: actions.System}
	c, err := at(asked).OpenCase(ctx, asks, actions.OpenCaseInput{Key: key, Topic: q.Topic, Text: q.Text, Transaction: q.Transaction, Quiet: true})
	if err != nil || q.By == "" {
		return err
	}
	later, who := at(asked.Add(q.After)), team[q.By]
	if _, err := later.TakeCase(ctx, who, actions.TakeCaseInput{CaseInput: actions.CaseInput{Key: key + "/take", Case: c.ID}}); err != nil {
		return err
	}
	if q.Note != "" {
		if _, err := later.NoteCase(ctx, who, actions.NoteInput{Key: key + "/note", Case: c.ID, Text: q.Note}); err != nil {
			return err
		}
	}
	if q.Reply != "" {
		_, err = later.ReplyCase(ctx, who, actions.ReplyInput{Key: key + "/reply", Case: c.ID, Text: q.Reply})
	}
	return err
}

// sampleTeam are the people of the sample by their ids in the console.
func sampleTeam(ctx context.Context, s *store.Store) (map[string]actions.Actor, error) {
	people, err := s.In(ctx).People(accountID)
	team := map[string]actions.Actor{}
	for _, p := range people {
		for _, m := range demo.Team {
			if m.Name == p.Name {
				team[m.ID] = actions.Actor{ID: p.ID, Account: accountID, Name: p.Name, Role: m.Role}
			}
		}
	}
	return team, err
}
