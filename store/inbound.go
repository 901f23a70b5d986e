package store

import "time"

// Seen remembers a delivery of a chat platform and reports whether it is the first with that id. at is the sender's time.
func (s *Store) Seen(account, source, id string, at time.Time) (first bool, err error) {
	return s.AddInbound(InboundEvent{AccountID: account, Source: source, ID: id, At: at.UTC()})
}

// AddInbound remembers a delivery with its content, and reports whether it is the first with its account, source and id.
func (s *Store) AddInbound(e InboundEvent) (first bool, err error) {
	return s.addNew(&e)
}

// ForgetInbound drops the deliveries of a source that were received before a time, at most limit, and returns how many.
func (s *Store) ForgetInbound(account, source string, before time.Time, limit int) (int, error) {
	old := s.db().Model(&InboundEvent{}).Select("event_id").Order("created_at").Limit(limit).
		Where("account_id = ? AND source = ? AND created_at < ?", account, source, before.UTC())
	res := s.db().Where("account_id = ? AND source = ? AND event_id IN (?)", account, source, old).Delete(&InboundEvent{})
	return int(res.RowsAffected), res.Error
}
