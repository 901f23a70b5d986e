package store

import (
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm/clause"
)

// Buyer returns a buyer by his id. ErrNotFound: there is none.
func (s *Store) Buyer(id string) (Buyer, error) {
	var b Buyer
	err := s.db().Where("id = ?", id).Take(&b).Error
	return b, err
}

// Erased reports a buyer who was erased: he has no mailbox any more.
func (b Buyer) Erased() bool { return strings.HasSuffix(b.Email, erasedMailbox) }

// BuyerByEmail returns the buyer with a normalised address. ErrNotFound: there is none.
func (s *Store) BuyerByEmail(account, emailKey string) (Buyer, error) {
	var all []Buyer
	if err := s.db().Where("account_id = ? AND email_key = ?", account, emailKey).Limit(1).Find(&all).Error; err != nil {
		return Buyer{}, fmt.Errorf("buyer by e-mail: %w", err)
	}
	if len(all) == 0 {
		return Buyer{}, ErrNotFound
	}
	return all[0], nil
}

// PutBuyer records a buyer as he is now, new or changed, with the words he is found by.
func (s *Store) PutBuyer(b Buyer) error {
	if err := s.db().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "id"}},
		DoUpdates: clause.AssignmentColumns([]string{"email", "email_key", "name", "locale"}),
	}).Create(&b).Error; err != nil {
		return fmt.Errorf("put buyer: %w", err)
	}
	if err := s.db().Where("account_id = ? AND buyer_id = ?", b.AccountID, b.ID).Delete(&BuyerWord{}).Error; err != nil {
		return fmt.Errorf("drop words of a buyer: %w", err)
	}
	newest, err := s.lastBought(b)
	if err != nil {
		return err
	}
	words := b.words(newest)
	if len(words) == 0 {
		return nil
	}
	return s.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&words).Error
}

// words are the rows that a buyer is found by; newest is not before his newest purchase.
func (b Buyer) words(newest time.Time) []BuyerWord {
	var words []BuyerWord
	for _, w := range BuyerWords(b.Name, b.EmailKey) {
		words = append(words, BuyerWord{AccountID: b.AccountID, Word: w, BuyerID: b.ID, Newest: newest.UTC()})
	}
	return words
}

// lastBought is when a buyer's newest purchase was ordered; zero without any. Whoever records one for him at the same time
// waits, else it would find the words of before.
func (s *Store) lastBought(b Buyer) (time.Time, error) {
	lock := ""
	if s.Dialect() == onPostgres {
		lock = " FOR UPDATE"
	}
	if _, err := read[struct{ ID string }](s, 1, "SELECT id FROM buyers WHERE id = ?"+lock, b.ID); err != nil {
		return time.Time{}, fmt.Errorf("lock a buyer: %w", err)
	}
	all, err := read[struct{ At time.Time }](s, 1, "SELECT ordered_at AS at FROM purchases WHERE account_id = ? AND buyer_id = ? ORDER BY ordered_at DESC, id DESC LIMIT 1",
		b.AccountID, b.ID)
	if err != nil || len(all) == 0 {
		return time.Time{}, err
	}
	return all[0].At, nil
}

// PurchasesOfBuyer counts a buyer's purchases, other than one.
func (s *Store) PurchasesOfBuyer(account, buyer, except string) (int64, error) {
	var n int64
	err := s.db().Model(&Purchase{}).Where("account_id = ? AND buyer_id = ? AND id <> ?", account, buyer, except).Count(&n).Error
	return n, err
}
