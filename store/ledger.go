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
	// Of what was done to a subscription; its Amount is a charge that is due.
	Subscription string     // code
	ChargeDay    int        // 1 to 31
	NextChargeAt *time.Time // from then on
	CreatedAt    time.Time
}

// AddLedgerEntry records an entry, and reports whether it did: not when its key is there.
func (s *Store) AddLedgerEntry(e LedgerEntry) (bool, error) {
	res := s.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&e)
	return res.RowsAffected == 1, res.Error
}

// MaxLedgerEntries bounds what is read of one transaction: refunds in part, and as many changes of e-mail as policy allows.
const MaxLedgerEntries = 1000

// LedgerEntries lists what was done about a transaction, oldest first.
func (s *Store) LedgerEntries(account, transaction string) ([]LedgerEntry, error) {
	var all []LedgerEntry
	err := s.db().Where(`account_id = ? AND "transaction" = ?`, account, transaction).Order(`created_at, "key"`).Limit(MaxLedgerEntries).Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("ledger entries: %w", err)
	}
	return all, nil
}

// LedgerEntriesOf lists what was done to a subscription, oldest first.
func (s *Store) LedgerEntriesOf(account, subscription string) ([]LedgerEntry, error) {
	var all []LedgerEntry
	err := s.db().Where("account_id = ? AND subscription = ? AND subscription <> ''", account, subscription).
		Order(`created_at, "key"`).Limit(MaxLedgerEntries).Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("ledger entries of a subscription: %w", err)
	}
	return all, nil
}
