package store

import "fmt"

// PutContact writes a buyer's document and phone, and when they were needed last, if they still are as they were read. What
// else is known of him stays.
//
// Errors: ErrConflict when somebody else has changed them meanwhile: then read again.
func (s *Store) PutContact(b, was Buyer) error {
	none := []byte{}
	res := s.db().Model(&Buyer{}).Where("id = ? AND document_key = ? AND coalesce(document, ?) = ? AND coalesce(phone, ?) = ?",
		b.ID, was.DocumentKey, none, append(none, was.Document...), none, append(none, was.Phone...)).
		UpdateColumns(map[string]any{"document": b.Document, "document_key": b.DocumentKey, "phone": b.Phone, "contact_at": b.ContactAt})
	if res.Error == nil && res.RowsAffected == 0 {
		return fmt.Errorf("contact of a buyer: %w", ErrConflict)
	}
	return res.Error
}

// A PaidRange is the first and the last transaction, as text, of those that a buyer has paid.
type PaidRange struct{ BuyerID, First, Last string }

// PaidBy returns for each of some buyers which purchases he has paid; those who paid none are left out. paid are the
// statuses of purchases that are paid now; whatever was approved once was paid.
func (s *Store) PaidBy(account string, buyers, paid []string) ([]PaidRange, error) {
	var all []PaidRange
	if len(buyers) == 0 {
		return nil, nil
	}
	err := s.db().Model(&Purchase{}).Select(`buyer_id, min("transaction") AS first, max("transaction") AS last`).
		Where("account_id = ? AND buyer_id IN ? AND (approved_at IS NOT NULL OR status IN ?)", account, buyers, paid).
		Group("buyer_id").Order("buyer_id").Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("what buyers have paid: %w", err)
	}
	return all, nil
}
