package actions

import (
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// What is decided about a question.
type askDecision int

const (
	askNow askDecision = iota
	putAskOff
	passAsk // never
	dropAsk // not now; there may be another one about the same thing
)

// askFacts are what decides whether somebody is asked.
type askFacts struct {
	buyer    store.Buyer
	made     time.Time // when the question was written down
	optedOut bool
	paid     bool // the purchase is paid still; true where it is about none
	said     bool // he has said what he thinks of the purchase, without being asked
	reopened bool // the case is
	openCase bool // he has one
	last     time.Time
}

// mayAsk is the rule for asking somebody what he thinks: a pure function of facts. until is to when it is put off.
func mayAsk(f askFacts, now time.Time) (d askDecision, until time.Time) {
	switch {
	case f.buyer.Erased(), f.optedOut, !f.paid, f.said, now.After(f.made.Add(askLate)):
		return passAsk, time.Time{}
	case f.reopened:
		return dropAsk, time.Time{}
	case f.openCase: // who waits for help is not asked how he likes it
		return putAskOff, now.Add(day)
	case !f.last.IsZero() && now.Before(f.last.Add(askApart)):
		return putAskOff, f.last.Add(askApart)
	}
	return askNow, time.Time{}
}

// askFacts reads them. A purchase that has moved to another address is asked about there.
func (c *Core) askFacts(tx *store.Store, a *store.FeedbackAsk) (askFacts, error) {
	f := askFacts{made: a.CreatedAt, paid: true}
	if id, ok := strings.CutPrefix(a.About, "case:"); ok {
		row, err := tx.Case(a.AccountID, id)
		if err != nil {
			return f, err
		}
		f.reopened = CaseStatus(row.Status) != CaseClosed
	} else {
		p, err := tx.PurchaseByID(a.PurchaseID)
		if err != nil {
			return f, err
		}
		a.BuyerID, f.paid = p.BuyerID, Status(p.Status) == Approved || Status(p.Status) == Complete
		if f.said, err = tx.HasSaid(p.BuyerID, p.ID); err != nil {
			return f, err
		}
	}
	locked, err := tx.LockBuyers(a.BuyerID) // two questions at once would each find that there was none
	if err != nil {
		return f, err
	}
	if len(locked) == 0 {
		f.paid = false
		return f, nil
	}
	if f.buyer, err = tx.Buyer(a.BuyerID); err != nil {
		return f, err
	}
	if f.optedOut, err = optedOut(tx, a.AccountID, a.BuyerID, MailFeedback); err != nil {
		return f, err
	}
	if f.openCase, err = tx.HasOpenCase(a.AccountID, a.BuyerID); err != nil {
		return f, err
	}
	f.last, err = tx.LastAsked(a.BuyerID)
	return f, err
}
