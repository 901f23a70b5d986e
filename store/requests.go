package store

import "time"

// Claim records a request unless its key is taken, and reports whether it did. While another transaction that claimed
// the key is running, it waits for its end.
func (s *Store) Claim(r Request) (bool, error) {
	return s.addNew(&r)
}

// Request returns the request with that key; ErrNotFound when there is none.
func (s *Store) Request(key string) (Request, error) {
	return readOne[Request](s, "SELECT "+s.columns(Request{}, "r")+` FROM requests r WHERE r."key" = ?`, key)
}

// SaveRequest writes what became of a request: purchase, state, detail, attempts and payload. ErrNotFound when it was never claimed.
func (s *Store) SaveRequest(r Request) error {
	return s.execOne(`UPDATE requests SET purchase_id = ?, state = ?, detail = ?, attempts = ?, payload = ?, updated_at = ? WHERE "key" = ?`,
		r.PurchaseID, r.State, r.Detail, r.Attempts, r.Payload, r.UpdatedAt, r.Key)
}

// RequestsIn returns requests of a state that were last touched before a time, oldest first.
func (s *Store) RequestsIn(state string, before time.Time, limit int) ([]Request, error) {
	var list []Request
	err := s.db().Where("state = ? AND updated_at < ?", state, before.UTC()).Order("updated_at").Limit(limit).Find(&list).Error
	return list, err
}
