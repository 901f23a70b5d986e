package store

import (
	"fmt"
	"time"

	"gorm.io/gorm/clause"
)

// The queries of an import work on some hundred rows at once: one round trip for each table, not for each row. A list
// must stay below MaxBatch, for databases limit the values of one statement (SQLite: 32,766).
const MaxBatch = 500

// Analyze tells PostgreSQL how large the tables of an import have become. It learns that by itself within minutes, but in
// the first ones of an import into an empty database it would read whole tables for each row. SQLite needs no telling.
func (s *Store) Analyze() error {
	if s.Dialect() != onPostgres {
		return nil
	}
	return s.db().Exec("ANALYZE buyers, buyer_words, products, subscriptions, purchases, access_grants, inbound_events").Error
}

// InboundSeen tells which of a source's deliveries are recorded.
func (s *Store) InboundSeen(account, source string, ids []string) (map[string]bool, error) {
	var found []string
	if len(ids) > 0 {
		err := s.db().Model(&InboundEvent{}).Where("account_id = ? AND source = ? AND event_id IN ?", account, source, ids).
			Pluck("event_id", &found).Error
		if err != nil {
			return nil, fmt.Errorf("inbound events: %w", err)
		}
	}
	seen := make(map[string]bool, len(found))
	for _, id := range found {
		seen[id] = true
	}
	return seen, nil
}

// AddInbounds records deliveries.
//
// Errors: ErrConflict when one of them is recorded already.
func (s *Store) AddInbounds(list []InboundEvent) error {
	if len(list) == 0 {
		return nil
	}
	if err := s.db().Create(&list).Error; err != nil {
		return fmt.Errorf("add inbound events: %w", err)
	}
	return nil
}

// Openings returns when buyers first entered products, as far as told, by ids of the form product/buyer.
func (s *Store) Openings(account string, ids []string) (map[string]time.Time, error) {
	var found []InboundEvent
	if len(ids) > 0 {
		err := s.db().Select("event_id", "at").Where("account_id = ? AND source = ? AND event_id IN ?", account, openings, ids).
			Find(&found).Error
		if err != nil {
			return nil, fmt.Errorf("openings: %w", err)
		}
	}
	at := make(map[string]time.Time, len(found))
	for _, e := range found {
		at[e.ID] = e.At.UTC()
	}
	return at, nil
}

// PutOpenings records when buyers first entered products, by ids of the form product/buyer, so that it is known when
// their purchases are told later.
func (s *Store) PutOpenings(account string, at map[string]time.Time, now time.Time) error {
	if len(at) == 0 {
		return nil
	}
	list := make([]InboundEvent, 0, len(at))
	for id, t := range at {
		list = append(list, InboundEvent{AccountID: account, Source: openings, ID: id, Kind: "opened", At: t, CreatedAt: now})
	}
	return s.db().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "account_id"}, {Name: "source"}, {Name: "event_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"at"}),
	}).Create(&list).Error
}

// openings is the source of the inbound events that remember first openings.
const openings = "opening"

// PurchasesByTransaction returns purchases by their codes, for changing them; those that are not there are left out.
func (s *Store) PurchasesByTransaction(account string, transactions []string) ([]Purchase, error) {
	var all []Purchase
	if len(transactions) == 0 {
		return nil, nil
	}
	// In one order, so that two imports cannot wait for each other.
	err := s.locked(s.db().Where("account_id = ? AND \"transaction\" IN ?", account, transactions)).Order("\"transaction\"").Find(&all).Error
	return all, err
}

// PurchasesGiving returns the purchases of a buyer that give access to a product, for changing them.
func (s *Store) PurchasesGiving(account, buyer, product string, limit int) ([]Purchase, error) {
	var all []Purchase
	err := s.locked(s.db().Where("account_id = ? AND buyer_id = ? AND id IN (SELECT purchase_id FROM access_grants WHERE product_id = ?)",
		account, buyer, product)).Order("\"transaction\"").Limit(limit).Find(&all).Error
	return all, err
}

// GrantsOf lists the access grants of purchases.
func (s *Store) GrantsOf(purchases []string) ([]AccessGrant, error) {
	var all []AccessGrant
	if len(purchases) == 0 {
		return nil, nil
	}
	err := s.db().Where("purchase_id IN ?", purchases).Order("purchase_id, product_id").Find(&all).Error
	return all, err
}

// PutPurchases records purchases as they are now, new or changed. Whoever changes some has read them for that.
//
// Errors: ErrConflict when another one has taken a transaction meanwhile.
func (s *Store) PutPurchases(list []Purchase) error {
	if len(list) == 0 {
		return nil
	}
	err := s.db().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "id"}},
		DoUpdates: clause.AssignmentColumns([]string{"buyer_id", "product_id", "subscription_id", "recurrence", "status", "status_at",
			"raw_status", "report_status", "report_at", "read_at", "amount", "refunded", "currency", "quantity", "payment_type", "installments", "offer_code",
			"has_affiliate", "ordered_at", "approved_at", "guarantee_ends", "opened_at", "parent_transaction", "revision", "updated_at"}),
	}).Create(&list).Error
	if err != nil {
		return fmt.Errorf("put purchases: %w", err)
	}
	return nil
}

// PutGrants records access as it is now, new or changed; what was mailed about it stays.
func (s *Store) PutGrants(list []AccessGrant) error {
	if len(list) == 0 {
		return nil
	}
	return s.db().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "purchase_id"}, {Name: "product_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"active", "opened_at"}),
	}).Create(&list).Error
}

// BuyersByEmail returns buyers by their normalised addresses; those that are not there are left out.
func (s *Store) BuyersByEmail(account string, keys []string) ([]Buyer, error) {
	var all []Buyer
	if len(keys) == 0 {
		return nil, nil
	}
	err := s.db().Where("account_id = ? AND email_key IN ?", account, keys).Find(&all).Error
	return all, err
}

// BuyersByID returns buyers by their ids; those that are not there are left out.
func (s *Store) BuyersByID(account string, ids []string) ([]Buyer, error) {
	var all []Buyer
	if len(ids) == 0 {
		return nil, nil
	}
	err := s.db().Where("account_id = ? AND id IN ?", account, ids).Order("id").Find(&all).Error
	return all, err
}

// AddBuyers records new buyers with the words they are found by. newest has when the last of what is recorded for them next
// was ordered, as far as known: so their words need not be written again for it.
//
// Errors: ErrConflict when another one has taken an address meanwhile.
func (s *Store) AddBuyers(list []Buyer, newest map[string]time.Time) error {
	if len(list) == 0 {
		return nil
	}
	if err := s.db().Create(&list).Error; err != nil {
		return fmt.Errorf("add buyers: %w", err)
	}
	var words []BuyerWord
	for _, b := range list {
		words = append(words, b.words(newest[b.ID])...)
	}
	for len(words) > 0 {
		n := min(len(words), 2*MaxBatch)
		part := words[:n]
		if err := s.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&part).Error; err != nil {
			return fmt.Errorf("add words of buyers: %w", err)
		}
		words = words[n:]
	}
	return nil
}

// ShownPurchasesOf lists the transactions of subscriptions' purchases that a card shows somewhere.
func (s *Store) ShownPurchasesOf(account string, subscriptions []string) ([]string, error) {
	var all []string
	if len(subscriptions) == 0 {
		return nil, nil
	}
	err := s.db().Raw("SELECT DISTINCT p.\"transaction\" FROM purchases p JOIN cards c ON c.account_id = p.account_id"+
		" AND c.subject = 'purchase:' || p.\"transaction\" WHERE p.account_id = ? AND p.subscription_id IN ? AND p.subscription_id <> ''"+
		" ORDER BY p.\"transaction\"", account, subscriptions).Scan(&all).Error
	return all, err
}
