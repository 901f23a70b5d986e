package store

import (
	"errors"
	"fmt"
	"time"
)

// A ToAsk is a purchase about which nobody was asked yet.
type ToAsk struct {
	ID, BuyerID, ProductID string
}

// PurchasesToAsk lists the purchases that were paid between two instants, are in one of some statuses, and about which there is
// no question yet; the oldest first. Of a subscription only the first charge is one.
func (s *Store) PurchasesToAsk(account string, statuses []string, from, to time.Time, limit int) ([]ToAsk, error) {
	all, err := scanned[ToAsk](s, `SELECT p.id, p.buyer_id, p.product_id FROM purchases p
		WHERE p.account_id = ? AND p.approved_at > ? AND p.approved_at <= ? AND p.status IN ? AND p.recurrence <= 1
		AND NOT EXISTS (SELECT 1 FROM feedback_asks a WHERE a.account_id = p.account_id AND a.about = 'purchase:' || p.id)
		ORDER BY p.approved_at, p.id LIMIT ?`, account, from.UTC(), to.UTC(), statuses, limit)
	if err != nil {
		return nil, fmt.Errorf("purchases to ask about: %w", err)
	}
	return all, nil
}

// AddAsk records a question, unless there is one about the same thing, and reports whether it did.
func (s *Store) AddAsk(a FeedbackAsk) (bool, error) { return s.addNew(&a) }

// DueAsks lists questions that may be asked at an instant, the longest due first.
func (s *Store) DueAsks(account string, now time.Time, limit int) ([]FeedbackAsk, error) {
	var all []FeedbackAsk
	err := s.db().Where("state = 'due' AND account_id = ? AND due_at <= ?", account, now.UTC()).Order("due_at, id").Limit(limit).Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("questions that are due: %w", err)
	}
	return all, nil
}

// Ask returns a question. ErrNotFound: there is none.
func (s *Store) Ask(id string) (FeedbackAsk, error) { return s.oneAsk(false, id) }

// LockAsk returns a question and has whoever wants to change it next wait for this transaction.
func (s *Store) LockAsk(id string) (FeedbackAsk, error) { return s.oneAsk(true, id) }

func (s *Store) oneAsk(lock bool, id string) (FeedbackAsk, error) {
	db := s.db().Where("id = ?", id)
	if lock {
		db = s.locked(db)
	}
	var all []FeedbackAsk
	if err := db.Limit(1).Find(&all).Error; err != nil {
		return FeedbackAsk{}, fmt.Errorf("question about something: %w", err)
	}
	if len(all) == 0 {
		return FeedbackAsk{}, ErrNotFound
	}
	return all[0], nil
}

// UpdateAsk writes what becomes of a question: whom it is for, its state, when it is due, when and where it was asked.
func (s *Store) UpdateAsk(a FeedbackAsk) error {
	return s.db().Model(&FeedbackAsk{}).Where("id = ?", a.ID).
		UpdateColumns(map[string]any{"buyer_id": a.BuyerID, "state": a.State, "due_at": a.DueAt, "asked_at": a.AskedAt, "identity_id": a.IdentityID}).Error
}

// DropAsk removes a question that was not asked, so that there can be one about the same thing later.
func (s *Store) DropAsk(id string) error {
	return s.db().Where("id = ? AND state = 'due'", id).Delete(&FeedbackAsk{}).Error
}

// LastAsked is when a buyer was last asked about anything; zero: never.
func (s *Store) LastAsked(buyer string) (time.Time, error) {
	var last []FeedbackAsk
	err := s.db().Where("buyer_id = ? AND asked_at IS NOT NULL", buyer).Order("asked_at DESC").Limit(1).Find(&last).Error
	if err != nil || len(last) == 0 {
		return time.Time{}, err
	}
	return last[0].AskedAt.UTC(), nil
}

// HasOpenCase reports whether a buyer waits for the team, or the team for him.
func (s *Store) HasOpenCase(account, buyer string) (bool, error) {
	all, err := scanned[string](s, "SELECT id FROM cases WHERE account_id = ? AND buyer_id = ? AND status <> 'closed' ORDER BY number LIMIT 1", account, buyer)
	return len(all) > 0, err
}

// HasSaid reports whether a buyer has said something about a purchase.
func (s *Store) HasSaid(buyer, purchase string) (bool, error) {
	all, err := scanned[string](s, "SELECT id FROM feedback WHERE buyer_id = ? AND buyer_id <> '' AND purchase_id = ? ORDER BY id LIMIT 1", buyer, purchase)
	return len(all) > 0, err
}

// LastTurn is when a chat user last said something to the bot in his private chat; zero: not for as long as that is kept.
func (s *Store) LastTurn(i Identity) (time.Time, error) {
	var last time.Time
	for _, open := range []string{"open AND chat = ?", "NOT open AND chat = ?"} {
		var all []Conversation
		err := s.db().Select("updated_at").Where(open+" AND account_id = ? AND platform = ? AND user_id = ?", i.Chat, i.AccountID, i.Platform, i.UserID).
			Order("updated_at DESC").Limit(1).Find(&all).Error
		if err != nil {
			return last, fmt.Errorf("last turn: %w", err)
		}
		if len(all) > 0 && all[0].UpdatedAt.After(last) {
			last = all[0].UpdatedAt.UTC()
		}
	}
	return last, nil
}

// FeedbackAbout returns what was said about a thing, such as "purchase:<id>". ErrNotFound: nothing.
func (s *Store) FeedbackAbout(account, about string) (Feedback, error) {
	var all []Feedback
	if err := s.db().Where("account_id = ? AND about = ?", account, about).Limit(1).Find(&all).Error; err != nil {
		return Feedback{}, fmt.Errorf("feedback about something: %w", err)
	}
	if len(all) == 0 {
		return Feedback{}, ErrNotFound
	}
	return all[0], nil
}

// UpdateFeedback writes score, category, words and case of what was said.
func (s *Store) UpdateFeedback(f Feedback) error {
	return one(s.db().Model(&Feedback{}).Where("id = ?", f.ID).
		UpdateColumns(map[string]any{"score": f.Score, "category": f.Category, "comment": f.Comment, "case_id": f.CaseID}))
}

// ForgetFeedback takes names, chats and words from what was said before an instant, and drops the questions of before it, at
// most limit rows of each. Scores and categories stay, for the sums.
func (s *Store) ForgetFeedback(before time.Time, limit int) (int, error) {
	asks, err := s.forget("questions", `DELETE FROM feedback_asks WHERE id IN
		(SELECT id FROM feedback_asks WHERE state <> 'due' AND created_at < ? ORDER BY created_at LIMIT ?)`, before, limit)
	said, more := s.forget("feedback", `UPDATE feedback SET buyer_id = '', identity_id = '', comment = '' WHERE id IN
		(SELECT id FROM feedback WHERE (buyer_id <> '' OR identity_id <> '' OR comment <> '') AND created_at < ? ORDER BY created_at LIMIT ?)`, before, limit)
	return max(asks, said), errors.Join(err, more)
}
