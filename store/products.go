package store

import (
	"fmt"

	"gorm.io/gorm/clause"
)

// ProductsByCode returns products by the commerce platform's codes; those that are not there are left out.
func (s *Store) ProductsByCode(account string, codes []string) ([]Product, error) {
	var all []Product
	if len(codes) == 0 {
		return nil, nil
	}
	err := s.db().Where("account_id = ? AND code IN ?", account, codes).Find(&all).Error
	return all, err
}

// PutProducts records products as they are now, new or changed.
//
// Errors: ErrConflict when another one has taken a code meanwhile.
func (s *Store) PutProducts(list []Product) error {
	if len(list) == 0 {
		return nil
	}
	err := s.db().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "id"}},
		DoUpdates: clause.AssignmentColumns([]string{"name", "name_key", "kind", "access_url", "guarantee_days", "support_email",
			"starts_at", "ends_at", "timezone", "place"}),
	}).Create(&list).Error
	if err != nil {
		return fmt.Errorf("put products: %w", err)
	}
	return nil
}

// PromiseGuarantee records the days that the shop promises beside what the platform says; 0 takes the promise back. kept are
// earlier promises that still bind, in JSON. Imports leave both alone.
//
// Errors: ErrNotFound.
func (s *Store) PromiseGuarantee(account, code string, days int, kept string) error {
	done := s.db().Model(&Product{}).Where("account_id = ? AND code = ?", account, code).
		Updates(map[string]any{"promised_days": days, "kept_promises": kept})
	if done.Error == nil && done.RowsAffected == 0 {
		return ErrNotFound
	}
	return done.Error
}

// BundleItems lists what bundles hold, in order.
func (s *Store) BundleItems(bundles []string) ([]BundleItem, error) {
	var all []BundleItem
	if len(bundles) == 0 {
		return nil, nil
	}
	err := s.db().Where("bundle_id IN ?", bundles).Order("bundle_id, position, product_id").Find(&all).Error
	return all, err
}

// AddBundleItems records what bundles hold besides what is known already.
func (s *Store) AddBundleItems(list []BundleItem) error {
	if len(list) == 0 {
		return nil
	}
	return s.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&list).Error
}

// UnpackBundle replaces the access to a bundle as such by access to what it holds, for every purchase that was recorded
// before that was known.
func (s *Store) UnpackBundle(account, bundle string) error {
	add := "INSERT INTO access_grants (purchase_id, product_id, account_id, active, opened_at, sent_at, sent_count, created_at)" +
		" SELECT g.purchase_id, i.product_id, g.account_id, g.active, e.at, g.sent_at, g.sent_count, g.created_at" +
		" FROM access_grants g JOIN bundle_items i ON i.bundle_id = g.product_id JOIN purchases p ON p.id = g.purchase_id" +
		" LEFT JOIN inbound_events e ON e.account_id = g.account_id AND e.source = ? AND e.event_id = i.product_id || '/' || p.buyer_id" +
		" WHERE g.account_id = ? AND g.product_id = ? AND i.product_id <> ? ON CONFLICT DO NOTHING"
	opened := "UPDATE purchases SET opened_at = (SELECT MIN(g.opened_at) FROM access_grants g WHERE g.purchase_id = purchases.id)" +
		" WHERE account_id = ? AND product_id = ? AND opened_at IS NULL"
	drop := "DELETE FROM access_grants WHERE account_id = ? AND product_id = ? AND NOT EXISTS" +
		" (SELECT 1 FROM bundle_items i WHERE i.bundle_id = ? AND i.product_id = ?)"
	for _, err := range []error{
		s.db().Exec(add, openings, account, bundle, bundle).Error,
		s.db().Exec(opened, account, bundle).Error,
		s.db().Exec(drop, account, bundle, bundle, bundle).Error,
	} {
		if err != nil {
			return fmt.Errorf("unpack a bundle: %w", err)
		}
	}
	return nil
}

// ProductsLike returns products by their code or by the beginning of their name, by name.
func (s *Store) ProductsLike(account, text string, limit int) ([]Product, error) {
	return read[Product](s, limit, "SELECT "+s.columns(Product{}, "d")+" FROM products d WHERE d.account_id = ? AND (d.code = ? OR "+
		s.prefix("d.name_key")+") ORDER BY d.name_key, d.id LIMIT ?", append([]any{account, text}, append(bounds(Fold(text)), limit)...)...)
}
