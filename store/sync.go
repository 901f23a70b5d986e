package store

import (
	"fmt"
	"time"
)

// TakeSyncLease makes holder the only one who reads the platform for an account until then, and reports whether it is: another
// one may, whose time is not over at now. Who has it takes it again to keep it.
func (s *Store) TakeSyncLease(account, holder string, now, until time.Time) (bool, error) {
	n, err := s.exec(`INSERT INTO sync_leases (account_id, holder, until) VALUES (?, ?, ?)
		ON CONFLICT (account_id) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE sync_leases.holder = excluded.holder OR sync_leases.until <= ?`, account, holder, until.UTC(), now.UTC())
	if err != nil {
		return false, fmt.Errorf("take the lease of a sync: %w", err)
	}
	return n == 1, nil
}

// KeepSyncLease holds a lease for longer. ErrConflict: somebody else has it now.
func (s *Store) KeepSyncLease(account, holder string, until time.Time) error {
	n, err := s.exec("UPDATE sync_leases SET until = ? WHERE account_id = ? AND holder = ?", until.UTC(), account, holder)
	if err == nil && n == 0 {
		err = ErrConflict
	}
	return err
}

// DropSyncLease gives a lease back, if holder has it.
func (s *Store) DropSyncLease(account, holder string) error {
	_, err := s.exec("DELETE FROM sync_leases WHERE account_id = ? AND holder = ?", account, holder)
	return err
}

// AddSync records a reading that begins.
func (s *Store) AddSync(y Sync) error {
	_, err := s.addNew(&y)
	return err
}

// SaveSync writes a reading as it is now. ErrNotFound: there is none.
func (s *Store) SaveSync(y Sync) error {
	n, err := s.update(&y, []string{"id", "account_id", "created_at"}, "id = ?", y.ID)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// Syncs lists an account's readings in some states, the last that began first.
func (s *Store) Syncs(account string, states []string, limit int) ([]Sync, error) {
	return read[Sync](s, limit, "SELECT "+s.columns(Sync{}, "y")+` FROM syncs y
		WHERE y.account_id = ? AND y.state IN ? ORDER BY y.created_at DESC, y.id DESC LIMIT ?`, account, states, limit)
}

// A SyncCover says from when on what was sold was read by a reading that is done, and when that began.
type SyncCover struct {
	Since   *time.Time
	Changed *time.Time
	Began   time.Time
}

// SyncCovers lists the newest readings of an account that were done, those that began last first.
func (s *Store) SyncCovers(account string, limit int) ([]SyncCover, error) {
	return read[SyncCover](s, limit, `SELECT y.since, y.changed, y.created_at FROM syncs y
		WHERE y.account_id = ? AND y.state = 'done' ORDER BY y.created_at DESC, y.id DESC LIMIT ?`, account, limit)
}

// ForgetSyncs drops readings of what is recent that ended before an instant; of the others there are few.
func (s *Store) ForgetSyncs(account string, before time.Time, limit int) (int64, error) {
	return s.exec(`DELETE FROM syncs WHERE id IN (SELECT id FROM syncs
		WHERE ended_at < ? AND account_id = ? AND kind <> 'fill' ORDER BY ended_at LIMIT ?)`, before.UTC(), account, limit)
}

// LastInbound is when the last delivery of a source came; zero: none did.
func (s *Store) LastInbound(account, source string) (time.Time, error) {
	type row struct{ At time.Time }
	list, err := read[row](s, 1, `SELECT e.created_at FROM inbound_events e WHERE e.account_id = ? AND e.source = ?
		ORDER BY e.created_at DESC LIMIT 1`, account, source)
	if err != nil || len(list) == 0 {
		return time.Time{}, err
	}
	return list[0].At.UTC(), nil
}
