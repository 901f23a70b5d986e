package store

import "gorm.io/gorm"

// DB lets tests break things that no query can.
func (s *Store) DB() *gorm.DB { return s.db() }

// Models are all models, for comparing them with the schema.
func Models() []any {
	return []any{
		&Account{}, &Person{}, &Identity{}, &IdentityBuyer{}, &Buyer{}, &BuyerWord{}, &Product{}, &BundleItem{},
		&Purchase{}, &Subscription{}, &AccessGrant{}, &Proposal{}, &Conversation{}, &Card{}, &Request{}, &AuditEntry{},
		&AuditHead{}, &InboundEvent{}, &Mail{}, &Message{}, &LedgerEntry{}, &OneTimeCode{}, &File{}, &TurnCount{}, &ProductAlarm{},
	}
}
