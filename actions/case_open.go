package actions

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aftersale/aftersale/store"
)

// KindCase is the action of requests that changed a case.
const KindCase = "case"

// deflectionDays is for how long somebody who was helped by a flow must not come back for that to count (design, issue 5).
const deflectionDays = 7

// An OpenCaseInput says what a buyer asks.
type OpenCaseInput struct {
	Key         string // idempotency key
	Topic       Topic  // one of Topics, or TopicComplaint
	Text        string // what he wrote, up to MaxCaseText characters
	Transaction Transaction
	Source      CaseSource // CaseFromChat when empty
	// Buyer and ReplyTo are for the program alone, such as for what somebody wrote on a page: whose case it is, and the chat
	// user who is answered. Somebody who acts for himself is both.
	Buyer   string
	ReplyTo string
	// Quiet opens it without a word to anybody: for cases that a shop brings along. Only the program itself may.
	Quiet bool
}

// OpenCase records a question of a buyer, and has the team's rooms told. A case of a buyer who has no chat is answered by
// mail, and one that came from a chat of which nobody knows whose it is, there.
//
// Repeating a Key does nothing and returns the case of the first time.
//
// Errors: Invalid (text, topic); NotFound (transaction); Conflict when he has too many open ones; Denied for the team;
// Unavailable.
func (c *Core) OpenCase(ctx context.Context, who Actor, in OpenCaseInput) (Case, error) {
	// validate
	if !who.Is(BuyerRole, System) {
		return Case{}, &Error{Code: Denied, Key: "error.role"}
	}
	if !slices.Contains(Topics, in.Topic) && in.Topic != TopicComplaint {
		return Case{}, &Error{Code: Invalid, Key: "error.not_an_option", Field: "topic"}
	}
	text, err := checkCaseText(in.Text)
	if err != nil {
		return Case{}, err
	}
	if in.Source == "" {
		in.Source = CaseFromChat
	}
	var id string
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		first, mine, err := c.claimCase(tx, who, in.Key, string(in.Topic))
		if err != nil || !mine {
			id = first.CaseID
			return err
		}

		// authorise, on fresh facts
		account, err := tx.Account(who.Account)
		if err != nil {
			return err
		}
		row := store.Case{ID: c.newID(), AccountID: who.Account, BuyerID: in.Buyer, IdentityID: in.ReplyTo, Topic: string(in.Topic),
			Source: string(in.Source), OpenedAt: c.now()}
		if who.Is(BuyerRole) {
			if row.BuyerID, row.IdentityID = "", who.Identity; len(who.Buyers) > 0 {
				row.BuyerID = who.Buyers[0]
			}
		}
		if in.Transaction != "" {
			full, _, err := c.read(tx.PurchaseByTransaction, who, in.Transaction)
			if err != nil {
				return err
			}
			row.PurchaseID, row.BuyerID = full.Purchase.ID, full.Buyer.ID
		}
		if err := c.roomForCase(tx, row); err != nil {
			return err
		}

		// transact, audit, enqueue: all or nothing
		if row.Number, err = tx.NextCase(who.Account); err != nil {
			return err
		}
		if err := c.buyerWrote(tx, &row, account); err != nil {
			return err
		}
		if err := tx.AddCase(row); err != nil {
			return err
		}
		m, err := c.say(tx, who, row, said{key: in.Key, kind: SaidByBuyer, text: text})
		if err != nil {
			return err
		}
		if err := c.takeFiles(tx, who, row); err != nil {
			return err
		}
		if err := c.inCase(tx, row, m.ID, CaseEvent{Kind: EventOpened}); err != nil {
			return err
		}
		since := c.now().AddDate(0, 0, -deflectionDays)
		if err := tx.ReturnCaseDeflections(who.Account, row.IdentityID, row.BuyerID, row.Topic, since, c.now()); err != nil {
			return err
		}
		if err := c.audit(tx, who, entry{action: "case.opened", target: caseTarget(row), data: auditData{Request: in.Key, Detail: row.Topic}}); err != nil {
			return err
		}
		if id = row.ID; in.Quiet && who.Is(System) {
			return nil
		}
		if err := c.tellCaseByMail(tx, account, row, subjectOfCase(row.ID), mailCaseOpened, ""); err != nil {
			return err
		}
		return enqueue(tx, JobCase, "", Subject{Account: who.Account, Subject: subjectOfCase(row.ID)})
	})
	if err != nil {
		return Case{}, failed("open a case", err)
	}
	opened, err := c.Case(ctx, who, id)
	return opened, err
}

// takeFiles puts the files that a buyer has sent and not yet said what they are about into his case.
func (c *Core) takeFiles(tx *store.Store, who Actor, row store.Case) error {
	if !who.Is(BuyerRole) || who.Identity == "" {
		return nil
	}
	return tx.GiveCaseFiles(row.AccountID, who.Identity, row.ID)
}

// checkCaseText refuses a text that is empty or too long.
func checkCaseText(text string) (string, error) {
	switch text = strings.TrimSpace(text); {
	case text == "":
		return "", &Error{Code: Invalid, Key: "error.empty", Field: "text"}
	case utf8.RuneCountInString(text) > MaxCaseText:
		return "", &Error{Code: Invalid, Key: "error.too_long", Args: map[string]any{"max": MaxCaseText}, Field: "text"}
	}
	return text, nil
}

// roomForCase refuses more open cases of one person than the team could want.
func (c *Core) roomForCase(tx *store.Store, row store.Case) error {
	set, err := c.settingsOf(tx, systemActor(row.AccountID))
	limit := set.Policy.Cases.OpenPerBuyer
	if err != nil || limit == 0 {
		return err
	}
	var buyers []string
	if row.BuyerID != "" {
		buyers = []string{row.BuyerID}
	}
	rows, err := tx.CasesOf(row.AccountID, buyers, row.IdentityID, 0, manyCases)
	if err != nil {
		return err
	}
	if open := openOf(rows); open >= limit {
		return &Error{Code: Conflict, Key: "case.too_many", Hint: "case.too_many_hint", Args: map[string]any{"count": open}}
	}
	return nil
}

// manyCases is how many of a buyer's newest cases are looked at to count those that are open.
const manyCases = 200

// claimCase claims a request on a case; when that was done before, it returns the message that was recorded then, if any.
func (c *Core) claimCase(tx *store.Store, who Actor, key, target string) (first store.CaseMessage, mine bool, err error) {
	req := store.Request{Key: key, AccountID: who.Account, Action: KindCase, Target: target, Actor: who.ID, AskedBy: who.ID, State: string(RequestDone)}
	if _, mine, err = c.claim(tx, req); err != nil {
		return first, false, err
	}
	if mine {
		return first, true, c.save(tx, req, order{})
	}
	first, err = tx.CaseMessageOf(who.Account, key)
	if isNone(err) {
		err = nil
	}
	return first, false, err
}

// A said is what somebody says in a case.
type said struct {
	key  string
	kind MessageKind
	text string
	via  string
}

// say records what somebody says, sealed.
func (c *Core) say(tx *store.Store, who Actor, row store.Case, s said) (store.CaseMessage, error) {
	m := store.CaseMessage{ID: c.newID(), AccountID: row.AccountID, CaseID: row.ID, Kind: string(s.kind), Author: who.ID, AuthorName: who.Name,
		Via: s.via, RequestKey: s.key, CreatedAt: c.now()}
	var err error
	if s.kind == SaidByBuyer && m.AuthorName == "" && row.BuyerID != "" { // somebody wrote it down for him
		b, err := tx.Buyer(row.BuyerID)
		if err != nil {
			return m, err
		}
		m.AuthorName = b.Name
	}
	if m.Body, err = c.vault.Seal(caseUse, m.ID, []byte(s.text)); err != nil {
		return m, err
	}
	return m, tx.AddCaseMessage(m)
}

// buyerWrote is what a message of the buyer does to a case: it waits for the team, who owe an answer.
func (c *Core) buyerWrote(tx *store.Store, row *store.Case, account store.Account) error {
	set, err := c.settingsOf(tx, systemActor(account.ID))
	if err != nil {
		return err
	}
	now, rule := c.now(), set.Policy.Cases
	if CaseStatus(row.Status) == CaseClosed {
		row.Reopened++
	}
	if row.ResolveBy == nil || CaseStatus(row.Status) == CaseClosed {
		row.ClosedAt, row.ResolveBy = nil, at(set.Hours.Add(now, hours(rule.ResolveHours), account.Timezone))
	}
	if row.WaitingSince == nil {
		row.WaitingSince, row.RemindedAt, row.EscalatedAt = &now, nil, nil
		row.PromisedAt = at(set.Hours.Add(now, hours(rule.FirstReplyHours), account.Timezone))
	}
	row.Status, row.SnoozedUntil, row.LastAt, row.DueAt = string(CaseTeam), nil, now, *row.PromisedAt
	row.Messages++
	return nil
}

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

func at(t time.Time) *time.Time { return &t }
