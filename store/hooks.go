package store

import (
	"fmt"
	"time"
)

// AddEndpoint records an endpoint.
func (s *Store) AddEndpoint(e HookEndpoint) error {
	if err := s.db().Create(&e).Error; err != nil {
		return fmt.Errorf("add an endpoint: %w", err)
	}
	return nil
}

// SaveEndpoint writes an endpoint's secrets and end.
func (s *Store) SaveEndpoint(e HookEndpoint) error {
	return one(s.db().Model(&HookEndpoint{}).Where("account_id = ? AND id = ? AND removed_at IS NULL", e.AccountID, e.ID).
		UpdateColumns(map[string]any{"secret": e.Secret, "old_secret": e.OldSecret, "old_until": e.OldUntil, "removed_at": e.RemovedAt}))
}

// Endpoint returns an endpoint that is not removed. ErrNotFound: there is none.
func (s *Store) Endpoint(account, id string) (HookEndpoint, error) {
	return readOne[HookEndpoint](s, "SELECT "+s.columns(HookEndpoint{}, "e")+
		" FROM hook_endpoints e WHERE e.account_id = ? AND e.id = ? AND e.removed_at IS NULL", account, id)
}

// Endpoints returns the endpoints of an account, oldest first.
func (s *Store) Endpoints(account string, limit int) ([]HookEndpoint, error) {
	return read[HookEndpoint](s, 4, "SELECT "+s.columns(HookEndpoint{}, "e")+
		" FROM hook_endpoints e WHERE e.account_id = ? AND e.removed_at IS NULL ORDER BY e.created_at, e.id LIMIT ?", account, limit)
}

// AddDelivery records a call unless the rule has told of the same before, and reports whether it did.
func (s *Store) AddDelivery(d HookDelivery) (bool, error) { return s.addNew(&d) }

// Delivery returns a call. ErrNotFound: there is none.
func (s *Store) Delivery(id string) (HookDelivery, error) {
	return readOne[HookDelivery](s, "SELECT "+s.columns(HookDelivery{}, "d")+" FROM hook_deliveries d WHERE d.id = ?", id)
}

// SaveDelivery writes how a call went.
func (s *Store) SaveDelivery(d HookDelivery) error {
	return s.execOne(`UPDATE hook_deliveries SET state = ?, attempts = ?, status_code = ?, problem = ?, updated_at = ? WHERE id = ?`,
		d.State, d.Attempts, d.StatusCode, d.Problem, d.UpdatedAt, d.ID)
}

// Deliveries returns the calls of an endpoint in a state, newest first, behind a cursor.
func (s *Store) Deliveries(endpoint, state string, after Cursor, limit int) ([]HookDelivery, error) {
	query := "SELECT " + s.columns(HookDelivery{}, "d") + " FROM hook_deliveries d WHERE d.endpoint_id = ? AND d.state = ?"
	values := []any{endpoint, state}
	if after.ID != "" {
		query += " AND (d.created_at, d.id) < (?, ?)"
		values = append(values, after.At.UTC(), after.ID)
	}
	return read[HookDelivery](s, limit, query+" ORDER BY d.created_at DESC, d.id DESC LIMIT ?", append(values, limit)...)
}

// CountDeliveries counts the calls of an endpoint in a state.
func (s *Store) CountDeliveries(endpoint, state string) (int64, error) {
	type row struct{ N int64 }
	r, err := readOne[row](s, "SELECT count(*) FROM hook_deliveries d WHERE d.endpoint_id = ? AND d.state = ?", endpoint, state)
	return r.N, err
}

// ForgetDeliveries drops calls that were settled before an instant.
func (s *Store) ForgetDeliveries(before time.Time, limit int) (int, error) {
	return s.forget("calls of webhooks", forgetDeliveries, before, limit)
}

const forgetDeliveries = `DELETE FROM hook_deliveries WHERE id IN
	(SELECT id FROM hook_deliveries WHERE state <> 'waiting' AND updated_at < ? ORDER BY updated_at LIMIT ?)`

// Called reports whether a rule has told of an event of a subject before.
func (s *Store) Called(rule, subject, event string) (bool, error) {
	type row struct{ N int64 }
	r, err := readOne[row](s, "SELECT count(*) FROM hook_deliveries d WHERE d.rule_id = ? AND d.subject = ? AND d.event = ?", rule, subject, event)
	return r.N > 0, err
}
