package actions

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// KindFeedback is the action of requests that recorded what a buyer said.
const KindFeedback = "feedback"

// A FeedbackCategory says what kind of thing a buyer said.
type FeedbackCategory string

// The categories.
const (
	Praise     FeedbackCategory = "praise"
	Suggestion FeedbackCategory = "suggestion"
	Complaint  FeedbackCategory = "complaint"
)

// FeedbackCategories lists them in the order in which they are offered.
var FeedbackCategories = []FeedbackCategory{Praise, Suggestion, Complaint}

// FeedbackReaders are the roles that read what buyers say.
var FeedbackReaders = Deciders

// A GiveFeedbackInput is what a buyer says about a purchase of his.
type GiveFeedbackInput struct {
	Key         string // idempotency key
	Transaction Transaction
	Score       int // 1 to 5
	Category    FeedbackCategory
	Comment     string // needed for all but praise
	ReplyTo     string // identity that hears of the case that a complaint opens
}

// A Feedback is what a buyer said, as the team reads it.
type Feedback struct {
	ID       string
	Product  string
	Buyer    string // name; empty: not known
	Score    int
	Category FeedbackCategory
	Comment  string
	Case     bool // it opened a case
	At       time.Time
}

// GiveFeedback records what a buyer says about a purchase. A complaint, or a low score with words, opens a case, so
// that somebody answers it.
//
// Repeating a Key does nothing and returns what was recorded the first time.
//
// Errors: Invalid (score, category, comment); NotFound; Denied for whoever is no buyer; Conflict when a complaint opens no
// case, as with too many open ones; Unavailable.
func (c *Core) GiveFeedback(ctx context.Context, who Actor, in GiveFeedbackInput) (Feedback, error) {
	// validate
	in.Comment = strings.TrimSpace(in.Comment)
	switch {
	case !who.Is(BuyerRole):
		return Feedback{}, &Error{Code: Denied, Key: "error.role"}
	case in.Score < 1 || in.Score > 5:
		return Feedback{}, &Error{Code: Invalid, Key: "error.not_an_option", Field: "score"}
	case !slices.Contains(FeedbackCategories, in.Category):
		return Feedback{}, &Error{Code: Invalid, Key: "error.not_an_option", Field: "category"}
	case in.Comment == "" && in.Category != Praise:
		return Feedback{}, &Error{Code: Invalid, Key: "feedback.comment_missing", Field: "comment"}
	}
	if err := checkNote("comment", in.Comment); err != nil {
		return Feedback{}, err
	}
	said := Feedback{Score: in.Score, Category: in.Category, Comment: in.Comment, Case: wantsAnswer(in.Score, in.Category, in.Comment), At: c.now()}
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindFeedback, Target: string(in.Transaction), Actor: who.ID, AskedBy: who.ID,
			State: string(RequestDone), ReplyTo: in.ReplyTo}
		_, mine, err := c.claim(tx, req)
		if err != nil {
			return err
		}

		// authorise, on fresh facts
		full, p, err := c.read(tx.PurchaseByTransaction, who, in.Transaction)
		if err != nil {
			return err
		}
		said.Product, said.Buyer = p.Product.Name, p.Buyer.Name
		if !mine {
			return nil
		}

		// transact, audit, enqueue: all or nothing
		row := store.Feedback{ID: c.newID(), AccountID: who.Account, Source: "own", ProductID: full.Purchase.ProductID, PurchaseID: full.Purchase.ID,
			BuyerID: full.Buyer.ID, IdentityID: who.Identity, Score: in.Score, Category: string(in.Category), Comment: in.Comment, CreatedAt: c.now()}
		row.About = "own:" + row.ID
		if wantsAnswer(in.Score, in.Category, in.Comment) {
			opened, err := c.OpenCase(tx.Context(), who, OpenCaseInput{Key: in.Key + "/case", Topic: TopicComplaint, Text: in.Comment,
				Transaction: in.Transaction, Source: CaseFromFeedback, ReplyTo: in.ReplyTo})
			if err != nil {
				return err
			}
			row.CaseID = opened.ID
		}
		said.ID = row.ID
		if _, err := tx.AddFeedback(row); err != nil {
			return err
		}
		req.PurchaseID = full.Purchase.ID
		if err := c.save(tx, req, order{ByBuyer: true, Result: Result{State: ResultDone}}); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "feedback.given", target: string(in.Transaction), data: auditData{Count: in.Score, Detail: string(in.Category)}})
	})
	return said, failed("record feedback", err)
}

// A FeedbackQuery says which feedback to list. Empty fields leave nothing out.
type FeedbackQuery struct {
	Category FeedbackCategory
	Product  string // code, or the beginning of the name of one
	Cursor   string // Next of the page before
	Limit    int    // 10 when 0, at most 50
}

// A FeedbackPage is a part of what buyers said, the newest first.
type FeedbackPage struct {
	Feedback []Feedback
	Next     string // empty on the last page
}

// Feedback lists what buyers said.
//
// Errors: Invalid (cursor); NotFound with Field "product"; Denied for who is no FeedbackReader; Unavailable.
func (c *Core) Feedback(ctx context.Context, who Actor, q FeedbackQuery) (FeedbackPage, error) {
	if !who.Is(FeedbackReaders...) {
		return FeedbackPage{}, &Error{Code: Denied, Key: "error.role"}
	}
	at, err := parseCursor(q.Cursor)
	if err != nil {
		return FeedbackPage{}, err
	}
	s := c.store.In(ctx)
	product, err := c.productNamed(s, who.Account, q.Product)
	if err != nil {
		return FeedbackPage{}, failed("find a product", err)
	}
	size := defaultLimit
	if q.Limit > 0 {
		size = min(q.Limit, maxLimit)
	}
	rows, err := s.FeedbackPage(who.Account, product.ID, string(q.Category), store.Cursor{At: at.At, ID: at.ID}, size+1)
	if err != nil {
		return FeedbackPage{}, failed("list feedback", err)
	}
	var page FeedbackPage
	for i, row := range rows {
		if i == size {
			last := rows[i-1]
			page.Next = cursor{At: last.CreatedAt, ID: last.ID}.String()
			break
		}
		page.Feedback = append(page.Feedback, toFeedback(row))
	}
	return page, nil
}

func toFeedback(row store.SaidFeedback) Feedback {
	return Feedback{ID: row.ID, Product: row.Product, Buyer: row.Buyer, Score: row.Score, Category: FeedbackCategory(row.Category), Comment: row.Comment,
		Case: row.CaseID != "", At: row.CreatedAt.UTC()}
}
