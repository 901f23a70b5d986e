package actions

import (
	"context"
	"errors"
	"slices"

	"github.com/aftersale/aftersale/store"
)

// A ReplyInput is what the team says to a buyer.
type ReplyInput struct {
	Key  string // idempotency key
	Case string
	Text string
	// Seen is the id of the team's last reply that whoever writes has read; empty when there was none. When there is another
	// by now, nothing is sent: two answers that do not know of each other confuse a buyer.
	Seen  string
	Close bool // it is solved with that
	// Files are ids of what TeamFiles lists: they go with it.
	Files []string
}

// A Replied is what came of a reply.
type Replied struct {
	Case      Case
	Via       string      // how it went to the buyer: ByChat or ByMail
	Meanwhile CaseMessage // the reply of a colleague that came first: nothing was sent
}

// ReplyCase sends a buyer an answer: into his chat, or by mail when he cannot be reached there. Only this says anything to
// him; everything else that the team writes in a case stays with the team. Nobody's case becomes that of who answers.
//
// Repeating a Key does nothing.
//
// Errors: Invalid (text, too many or too large files); NotFound; Denied for buyers; Conflict when there is no way to reach him, or
// a file is not there any more; Unavailable.
func (c *Core) ReplyCase(ctx context.Context, who Actor, in ReplyInput) (Replied, error) {
	// validate
	if err := mayWorkCases(who); err != nil {
		return Replied{}, err
	}
	text, err := checkCaseText(in.Text)
	if err != nil {
		return Replied{}, err
	}
	if other, err := c.repliedMeanwhile(ctx, who, in); err != nil || other.ID != "" {
		return Replied{Meanwhile: other}, err
	}
	err = c.changeCase(ctx, who, in.Key, in.Case, func(tx *store.Store, row *store.Case, account store.Account) error {
		// authorise, on fresh facts
		if last, err := c.lastReply(tx, in.Case); err != nil {
			return err
		} else if last.ID != in.Seen && last.Author != who.ID { // between the look and the lock
			return &Error{Code: Conflict, Key: "case.replied_meanwhile", Hint: "case.replied_meanwhile_hint", Args: map[string]any{"who": last.AuthorName}}
		}
		via, err := c.reach(tx, *row)
		if err != nil {
			return err
		}
		if via == "" {
			return &Error{Code: Conflict, Key: "case.unreachable", Hint: "case.unreachable_hint"}
		}

		files, err := c.replyFiles(tx, *row, slices.Clone(in.Files))
		if err != nil {
			return err
		}

		// transact, audit, enqueue: all or nothing
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
		}
		text := withFiles(text, names)
		m, err := c.say(tx, who, *row, said{key: in.Key, kind: SaidByTeam, text: text, via: via})
		if err != nil {
			return err
		}
		c.teamReplied(row, who)
		if err := c.inCase(tx, *row, m.ID, CaseEvent{Kind: EventReplied, Who: who.Name}); err != nil {
			return err
		}
		if in.Close {
			if err := c.closed(tx, who, row); err != nil {
				return err
			}
		}
		if err := c.auditCase(tx, who, *row, "case.replied"); err != nil {
			return err
		}
		if in.Close {
			if err := errors.Join(c.auditCase(tx, who, *row, "case.closed"), c.solved(tx, *row), c.askAbout(tx, *row, false)); err != nil {
				return err
			}
		}
		if via == ByMail {
			err = c.tellCaseByMail(tx, account, *row, subjectOfAnswer(m.ID), mailCaseReply, text)
		} else {
			err = tell(tx, Tell{Account: who.Account, Identity: row.IdentityID, Subject: subjectOfAnswer(m.ID)})
		}
		if err != nil {
			return err
		}
		return c.sendReplyFiles(tx, who, *row, m, files)
	})
	if err != nil {
		return Replied{}, failed("reply in a case", err)
	}
	m, err := c.store.In(ctx).CaseMessageOf(who.Account, in.Key)
	if err != nil {
		return Replied{}, failed("reply in a case", err)
	}
	out := Replied{Via: m.Via}
	out.Case, err = c.Case(ctx, who, in.Case)
	return out, err
}

// repliedMeanwhile returns the reply of a colleague that whoever writes has not read. A repeated reply meets nobody.
func (c *Core) repliedMeanwhile(ctx context.Context, who Actor, in ReplyInput) (CaseMessage, error) {
	s := c.store.In(ctx)
	if _, err := s.CaseMessageOf(who.Account, in.Key); !isNone(err) {
		return CaseMessage{}, failed("look for a reply", err)
	}
	last, err := c.lastReply(s, in.Case)
	if err != nil || last.ID == in.Seen || last.Author == who.ID {
		return CaseMessage{}, failed("look for another reply", err)
	}
	m, _, err := c.CaseMessage(ctx, who, last.ID)
	return m, err
}

// LastReply is the id of the team's last reply in a case, for ReplyInput.Seen; empty when there is none.
//
// Errors: Denied for buyers; Unavailable.
func (c *Core) LastReply(ctx context.Context, who Actor, id string) (string, error) {
	if err := mayWorkCases(who); err != nil {
		return "", err
	}
	m, err := c.lastReply(c.store.In(ctx), id)
	return m.ID, failed("look for the last reply", err)
}

func (c *Core) lastReply(s *store.Store, id string) (store.CaseMessage, error) {
	all, err := s.CaseMessages(id, []string{string(SaidByTeam)}, store.Cursor{}, 1)
	if err != nil || len(all) == 0 {
		return store.CaseMessage{}, err
	}
	return all[0], nil
}

// teamReplied is what an answer does to a case: it waits for the buyer, and nothing is owed.
func (c *Core) teamReplied(row *store.Case, who Actor) {
	now := c.now()
	if row.FirstReplyAt == nil {
		row.FirstReplyAt = &now
	}
	if row.Assignee == "" {
		row.Assignee, row.AssigneeName = who.ID, who.Name
	}
	row.Status, row.WaitingSince, row.PromisedAt, row.SnoozedUntil, row.ClosedAt = string(CaseBuyer), nil, nil, nil, nil
	row.LastAt, row.DueAt = now, now
	row.Messages++
}

// A NoteInput is what somebody of the team writes in a case for the team.
type NoteInput struct {
	Key  string // idempotency key
	Case string
	Text string
}

// NoteCase writes a note into a case. The buyer never reads it.
//
// Repeating a Key does nothing.
//
// Errors: Invalid (text); NotFound; Denied for buyers; Unavailable.
func (c *Core) NoteCase(ctx context.Context, who Actor, in NoteInput) (Case, error) {
	// validate
	if err := mayWorkCases(who); err != nil {
		return Case{}, err
	}
	text, err := checkCaseText(in.Text)
	if err != nil {
		return Case{}, err
	}
	err = c.changeCase(ctx, who, in.Key, in.Case, func(tx *store.Store, row *store.Case, _ store.Account) error {
		return c.note(tx, who, row, said{key: in.Key, kind: Noted, text: text}, "")
	})
	if err != nil {
		return Case{}, failed("note in a case", err)
	}
	return c.Case(ctx, who, in.Case)
}
