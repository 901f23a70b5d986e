package store

import (
	"fmt"
	"time"

	"gorm.io/gorm/clause"
)

// A LedgerEntry is one write that our own ledger has carried out. Entries are never changed; a transaction has one
// refund at most.
type LedgerEntry struct {
	Key         string `gorm:"primaryKey"` // of the order
	AccountID   string
	Op          string // see actions.Operation
	Transaction string
	Amount      int64  // of a refund: minor units of Currency
	Currency    string // ISO 4217
	OldEmail    string // of a change of e-mail
	NewEmail    string
	CreatedAt   time.Time
}

// AddLedgerEntry records an entry, and reports whether it did: not when its key is there, or a refund of the same
// transaction.
func (s *Store) AddLedgerEntry(e LedgerEntry) (bool, error) {
	res := s.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&e)
	return res.RowsAffected == 1, res.Error
}

// maxEntries bounds what is read of one transaction: one refund, and as many changes of e-mail as policy allows.
const maxEntries = 1000

// LedgerEntries lists what was done about a transaction, oldest first.
func (s *Store) LedgerEntries(account, transaction string) ([]LedgerEntry, error) {
	var all []LedgerEntry
	err := s.db().Where(`account_id = ? AND "transaction" = ?`, account, transaction).Order(`created_at, "key"`).Limit(maxEntries).Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("ledger entries: %w", err)
	}
	return all, nil
}
