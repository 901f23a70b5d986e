package actions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// KindAsk is the action of requests that answered what somebody was asked.
const KindAsk = "feedback_answer"

// An Ask is the question to a buyer what he thinks of something, and what he has answered.
type Ask struct {
	ID       string
	Buyer    string // record that it is for
	Product  string // name; empty: a case about nothing in particular
	Case     int64  // number of the case that was closed; 0: it is about the purchase
	Score    int    // 0: not answered yet
	Category FeedbackCategory
	Comment  string
	Opened   int64 // number of the case that the answer opened; 0: none
}

// Ask returns what a buyer was asked, to him alone: in a chat that has lately shown that it is his.
//
// Errors: NotFound; Unavailable.
func (c *Core) Ask(ctx context.Context, who Actor, id string) (Ask, error) {
	s := c.store.In(ctx)
	row, err := s.Ask(id)
	if err == nil {
		err = mayAnswer(who, row)
	}
	if err != nil {
		return Ask{}, failed("load a question", noneIsStale(err))
	}
	a, err := c.toAsk(s, row)
	return a, failed("load a question", err)
}

// mayAnswer guards a question: nobody but the buyer who was asked reads or answers it.
func mayAnswer(who Actor, row store.FeedbackAsk) error {
	if who.Account != row.AccountID || !who.Is(BuyerRole) || !who.Owns(row.BuyerID) || row.AskedAt == nil {
		return &Error{Code: NotFound, Key: "error.stale"}
	}
	return nil
}

func noneIsStale(err error) error {
	if isNone(err) {
		return &Error{Code: NotFound, Key: "error.stale"}
	}
	return err
}

func (c *Core) toAsk(s *store.Store, row store.FeedbackAsk) (Ask, error) {
	a := Ask{ID: row.ID, Buyer: row.BuyerID}
	if row.ProductID != "" {
		p, err := s.Product(row.AccountID, row.ProductID)
		if err != nil {
			return a, err
		}
		a.Product = p.Name
	}
	if id, ok := strings.CutPrefix(row.About, "case:"); ok {
		of, err := s.Case(row.AccountID, id)
		if err != nil {
			return a, err
		}
		a.Case = of.Number
	}
	f, err := s.FeedbackAbout(row.AccountID, row.About)
	if isNone(err) {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	a.Score, a.Category, a.Comment = f.Score, FeedbackCategory(f.Category), f.Comment
	if f.CaseID != "" {
		opened, err := s.Case(row.AccountID, f.CaseID)
		if err != nil {
			return a, err
		}
		a.Opened = opened.Number
	}
	return a, nil
}

// An AnswerInput is what somebody answers: a score, and words now or later.
type AnswerInput struct {
	Key      string // idempotency key
	Ask      string
	Score    int // 1 to 5; 0 leaves it as it is
	Category FeedbackCategory
	Comment  string // needed for a suggestion and a complaint
}

// Answer records what a buyer answers. The score is there with the first press; he may change it, and add words, for AskDays.
// A complaint, or a low score with words, opens one case.
//
// Repeating a Key does nothing.
//
// Errors: Invalid (score, category, comment); NotFound, also for somebody else's question; Conflict when it was asked too
// long ago; Unavailable.
func (c *Core) Answer(ctx context.Context, who Actor, in AnswerInput) (Ask, error) {
	in.Comment = strings.TrimSpace(in.Comment)
	if err := in.check(); err != nil {
		return Ask{}, err
	}
	var out Ask
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		row, err := tx.LockAsk(in.Ask)
		if err == nil {
			err = mayAnswer(who, row)
		}
		if err != nil {
			return noneIsStale(err)
		}
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindAsk, Target: row.About, Actor: who.ID, AskedBy: who.ID, PurchaseID: row.PurchaseID,
			State: string(RequestDone)}
		_, mine, err := c.claim(tx, req)
		if err != nil {
			return err
		}
		if mine {
			if err := c.answer(tx, who, row, in); err != nil {
				return err
			}
			if err := c.save(tx, req, order{ByBuyer: true, Result: Result{State: ResultDone}}); err != nil {
				return err
			}
		}
		out, err = c.toAsk(tx, row)
		return err
	})
	return out, failed("record an answer", err)
}

// check refuses what cannot be an answer, whoever gives it.
func (in AnswerInput) check() error {
	switch {
	case in.Score < 0 || in.Score > 5:
		return &Error{Code: Invalid, Key: "error.not_an_option", Field: "score"}
	case in.Category != "" && !slices.Contains(FeedbackCategories, in.Category):
		return &Error{Code: Invalid, Key: "error.not_an_option", Field: "category"}
	case in.Comment == "" && in.Category != "" && in.Category != Praise:
		return &Error{Code: Invalid, Key: "feedback.comment_missing", Field: "comment"}
	}
	return checkNote("comment", in.Comment)
}

// answer writes what is new in an answer. What is as it was is not written again.
func (c *Core) answer(tx *store.Store, who Actor, a store.FeedbackAsk, in AnswerInput) error {
	if c.now().After(a.AskedAt.AddDate(0, 0, AskDays)) {
		return &Error{Code: Conflict, Key: "feedback.too_late", Hint: "feedback.too_late_hint"}
	}
	f, err := tx.FeedbackAbout(a.AccountID, a.About)
	if err != nil && !isNone(err) {
		return err
	}
	was := f
	if in.Score > 0 {
		f.Score = in.Score
	}
	if in.Category != "" {
		f.Category = string(in.Category)
	}
	if in.Comment != "" {
		f.Comment = in.Comment
	}
	if f.Score == 0 {
		return &Error{Code: Invalid, Key: "error.not_an_option", Field: "score"}
	}
	if f == was {
		return nil
	}
	if f.CaseID == "" && wantsAnswer(f.Score, FeedbackCategory(f.Category), f.Comment) {
		if f.CaseID, err = c.complain(tx, who, a, in.Key, f.Comment); err != nil {
			return err
		}
	}
	if f.ID == "" {
		source, _, _ := strings.Cut(a.About, ":")
		f.ID, f.AccountID, f.About, f.Source, f.ProductID, f.PurchaseID = c.newID(), a.AccountID, a.About, source, a.ProductID, a.PurchaseID
		f.BuyerID, f.IdentityID, f.CreatedAt = a.BuyerID, who.Identity, c.now()
		_, err = tx.AddFeedback(f)
	} else {
		err = tx.UpdateFeedback(f)
	}
	if err != nil {
		return err
	}
	a.State = askAnswered
	target, err := c.askTarget(tx, a)
	err = errors.Join(err, tx.UpdateAsk(a), c.audit(tx, who, entry{action: "feedback.given", target: target,
		data: auditData{Count: f.Score, Detail: f.Category}}), refresh(tx, a.AccountID, subjectOfAsk(a.ID)))
	return err
}

// wantsAnswer is the rule for which words somebody answers: a complaint, and what comes with a low score.
func wantsAnswer(score int, kind FeedbackCategory, comment string) bool {
	return kind == Complaint || score <= 2 && comment != ""
}

// complain opens a case for what somebody answered, and returns its id. Somebody who has as many open ones as he may is
// known to the team: what he said stands in the feedback.
func (c *Core) complain(tx *store.Store, who Actor, a store.FeedbackAsk, key, words string) (string, error) {
	full, err := tx.CasesOf(a.AccountID, []string{a.BuyerID}, who.Identity, 0, manyCases)
	if err != nil {
		return "", err
	}
	set, err := c.settingsOf(tx, systemActor(a.AccountID))
	if err != nil {
		return "", err
	}
	if limit := set.Policy.Cases.OpenPerBuyer; limit > 0 && openOf(full) >= limit {
		return "", nil
	}
	in := OpenCaseInput{Key: key + "/case", Topic: TopicComplaint, Text: words, Source: CaseFromFeedback, ReplyTo: who.Identity}
	if a.PurchaseID != "" {
		p, err := tx.PurchaseByID(a.PurchaseID)
		if err != nil {
			return "", err
		}
		if who.Owns(p.BuyerID) { // else it has moved to another address since
			in.Transaction = Transaction(p.Transaction)
		}
	}
	who.Buyers = append([]string{a.BuyerID}, who.Buyers...) // whose case it is, of all that he may be
	opened, err := c.OpenCase(tx.Context(), who, in)
	return opened.ID, err
}

// openOf counts the cases that are open.
func openOf(rows []store.Case) int {
	open := 0
	for _, r := range rows {
		if CaseStatus(r.Status) != CaseClosed {
			open++
		}
	}
	return open
}

// AskDays is for how many days what was asked can be answered.
const AskDays = 30

// linkFeedback leads to the page where one question is answered.
const linkFeedback linkPurpose = "feedback"

// FeedbackPath is where those links lead, below the public address; their words follow.
const FeedbackPath = PagesPath + "feedback/"

// askURL is where the reader of a mail answers what he is asked; empty when there is no public address.
func (c *Core) askURL(ask string, until time.Time) string {
	if ask == "" {
		return ""
	}
	return c.pageURL(FeedbackPath, func() string { return c.signLink(linkFeedback, ask, until) })
}

// A FeedbackForm is the page where a buyer answers what he was asked, without a chat.
type FeedbackForm struct {
	Ask
	Open         bool // else it was asked too long ago
	Shop         string
	SupportEmail string
	Locale       string
	StopURL      string // where he ends such questions
}

// FeedbackForm returns what a link asks. It changes nothing: mail scanners open links.
//
// Errors: NotFound for words that we did not sign, and for whoever was erased; Unavailable.
func (c *Core) FeedbackForm(ctx context.Context, words string) (FeedbackForm, error) {
	f, _, err := c.feedbackForm(c.store.In(ctx), words)
	return f, failed("look at a question", err)
}

func (c *Core) feedbackForm(s *store.Store, words string) (FeedbackForm, Actor, error) {
	id, until, ok := c.openLink(linkFeedback, words, true)
	if !ok {
		return FeedbackForm{}, Actor{}, noLink()
	}
	row, err := s.Ask(id)
	if isNone(err) {
		return FeedbackForm{}, Actor{}, noLink()
	}
	if err != nil {
		return FeedbackForm{}, Actor{}, err
	}
	b, err := s.Buyer(row.BuyerID)
	if err != nil || b.Erased() {
		return FeedbackForm{}, Actor{}, errors.Join(err, noLink())
	}
	shop, err := s.Account(row.AccountID)
	if err != nil {
		return FeedbackForm{}, Actor{}, err
	}
	f := FeedbackForm{Open: !c.now().After(until), Shop: shop.Name, SupportEmail: shop.SupportEmail, Locale: firstLocale(b.Locale, shop.Locale),
		StopURL: c.OptOutURL(b.ID, MailFeedback)}
	f.Ask, err = c.toAsk(s, row)
	f.Comment = "" // whoever has the link may write, and reads nothing that was written
	return f, pageActor(b), err
}

// AnswerForm records what was entered on the page behind a link. Entered again, the same changes nothing.
//
// Errors: as of FeedbackForm and Answer.
func (c *Core) AnswerForm(ctx context.Context, words string, in AnswerInput) (FeedbackForm, error) {
	f, who, err := c.feedbackForm(c.store.In(ctx), words)
	if err != nil || !f.Open {
		return f, failed("look at a question", err)
	}
	in.Ask = f.ID
	in.Key = "ask/" + f.ID + "/" + c.vault.Hash("answer", fmt.Sprint(f.Score, f.Category, in.Score, in.Category, in.Comment))[:linkSeal]
	if _, err := c.Answer(ctx, who, in); err != nil {
		return f, err
	}
	return c.FeedbackForm(ctx, words)
}
