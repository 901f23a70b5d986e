package store

import "time"

// AddCode records that a code was asked for.
func (s *Store) AddCode(c OneTimeCode) error { return s.db().Create(&c).Error }

// Code returns a code; ErrNotFound when there is none.
func (s *Store) Code(id string) (OneTimeCode, error) {
	var c OneTimeCode
	err := s.db().Where("id = ?", id).Take(&c).Error
	return c, err
}

// LockCode returns a code and keeps it from changing until the transaction ends. ErrNotFound: there is none.
func (s *Store) LockCode(id string) (OneTimeCode, error) {
	var c OneTimeCode
	err := s.locked(s.db().Where("id = ?", id)).Take(&c).Error
	return c, err
}

// SaveCode writes what has changed of a code.
func (s *Store) SaveCode(c OneTimeCode) error {
	return one(s.db().Model(&OneTimeCode{}).Where("id = ?", c.ID).UpdateColumns(map[string]any{
		"code_hash": c.CodeHash, "tries": c.Tries, "sent_at": c.SentAt,
		"expires_at": c.ExpiresAt, "used_at": c.UsedAt, "voided_at": c.VoidedAt,
	}))
}

// VoidCodes ends the codes that a chat user has for a purpose and has not used: a new one takes their place.
func (s *Store) VoidCodes(identity, purpose string, at time.Time) error {
	return s.db().Model(&OneTimeCode{}).Where("identity_id = ? AND purpose = ? AND used_at IS NULL AND voided_at IS NULL", identity, purpose).
		UpdateColumn("voided_at", at).Error
}

// VoidCodesOf ends all codes that were mailed for a buyer, entered or not: his address is another one now.
func (s *Store) VoidCodesOf(buyer string, at time.Time) error {
	return s.db().Model(&OneTimeCode{}).Where("buyer_id = ? AND voided_at IS NULL", buyer).UpdateColumn("voided_at", at).Error
}

// CodeCounts are how many codes were asked for since an instant: of one address, by one typed word, by one chat user, and of
// all buyers of the account that are known; and in one conversation.
type CodeCounts struct {
	Address, Typed, Asker, Account, Conversation int64
}

// CountCodes counts for the limits on sending a code.
func (s *Store) CountCodes(c OneTimeCode, since time.Time) (CodeCounts, error) {
	return readOne[CodeCounts](s, `SELECT
		(SELECT count(*) FROM one_time_codes WHERE account_id = ? AND address_key = ? AND created_at > ?),
		(SELECT count(*) FROM one_time_codes WHERE account_id = ? AND typed_key = ? AND created_at > ?),
		(SELECT count(*) FROM one_time_codes WHERE identity_id = ? AND purpose = ? AND created_at > ?),
		(SELECT count(*) FROM one_time_codes WHERE account_id = ? AND created_at > ? AND buyer_id <> ''),
		(SELECT count(*) FROM one_time_codes WHERE conversation = ?)`,
		c.AccountID, c.AddressKey, since, c.AccountID, c.TypedKey, since, c.IdentityID, c.Purpose, since, c.AccountID, since, c.Conversation)
}

// ForgetCodes drops codes older than an instant, at most limit of them, and returns how many.
func (s *Store) ForgetCodes(before time.Time, limit int) (int, error) {
	old := s.db().Model(&OneTimeCode{}).Select("id").Where("created_at < ?", before).Limit(limit)
	result := s.db().Where("id IN (?)", old).Delete(&OneTimeCode{})
	return int(result.RowsAffected), result.Error
}
