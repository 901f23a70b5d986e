package store

import (
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm/clause"
)

// A Delivery is what one webhook leaves behind when it is received.
type Delivery struct {
	Event InboundEvent
	Body  InboundBody // its ID and Body; without an ID nothing waits
}

// inboundKey names an InboundEvent.
type inboundKey struct{ AccountID, Source, ID string }

// AddDeliveries records deliveries, with what waits of them for their job, and tells of each whether it is the first with its account, source
// and id. Whoever calls it side by side with others gives them in the order of these.
func (s *Store) AddDeliveries(list []Delivery) ([]bool, error) {
	fresh := make([]bool, len(list))
	if len(list) == 0 {
		return fresh, nil
	}
	var values []any
	for _, d := range list {
		e := d.Event
		values = append(values, e.AccountID, e.Source, e.ID, e.Kind, "", e.Payload, e.Result, e.At.UTC(), e.CreatedAt.UTC())
	}
	row := "(?,?,?,?,?,?,?,?,?)"
	added, err := read[inboundKey](s, len(list), `INSERT INTO inbound_events (account_id, source, event_id, kind, buyer_id, payload, result, at, created_at) VALUES `+
		row+strings.Repeat(","+row, len(list)-1)+" ON CONFLICT DO NOTHING RETURNING account_id, source, event_id", values...)
	if err != nil {
		return nil, fmt.Errorf("add deliveries: %w", err)
	}
	known := make(map[inboundKey]bool, len(added))
	for _, k := range added {
		known[k] = true
	}
	values, row = values[:0], ",(?,?,?,?,?,?,?,?,?)"
	var rows strings.Builder
	for i, d := range list {
		k := inboundKey{d.Event.AccountID, d.Event.Source, d.Event.ID}
		if fresh[i] = known[k]; !fresh[i] {
			continue
		}
		delete(known, k) // the same twice in one list is new once
		b := d.Body
		if b.ID == "" {
			continue
		}
		values = append(values, b.ID, k.AccountID, k.Source, k.ID, true, d.Event.Kind, "", b.Body, d.Event.CreatedAt.UTC())
		rows.WriteString(row)
	}
	if len(values) == 0 {
		return fresh, nil
	}
	if _, err := s.exec(`INSERT INTO inbound_bodies (id, account_id, source, event_id, waits, kind, reason, body, created_at) VALUES `+
		strings.TrimPrefix(rows.String(), ","), values...); err != nil {
		return nil, fmt.Errorf("add bodies of deliveries: %w", err)
	}
	return fresh, nil
}

// A WaitingDelivery is a delivery with all that is kept of it.
type WaitingDelivery struct {
	InboundBody
	Payload []byte
	Result  string    // of the InboundEvent
	At      time.Time // likewise
}

const deliveryColumns = `b.id, b.account_id, b.source, b.event_id, b.waits, b.kind, b.reason, b.body, b.created_at, e.payload, e.result, e.at`

// WaitingDeliveries takes the oldest deliveries of these sources that wait for their job. Others that take some meanwhile get the
// ones behind them.
func (s *Store) WaitingDeliveries(sources []string, limit int) ([]WaitingDelivery, error) {
	query := `SELECT ` + deliveryColumns + ` FROM inbound_bodies b
		JOIN inbound_events e ON e.account_id = b.account_id AND e.source = b.source AND e.event_id = b.event_id
		WHERE b.waits AND b.source IN ? ORDER BY b.id LIMIT ?`
	if s.Dialect() == onPostgres {
		query = takeWaiting
	}
	all, err := read[WaitingDelivery](s, limit, query, sources, limit)
	if err != nil {
		return nil, fmt.Errorf("waiting deliveries: %w", err)
	}
	return all, nil
}

// takeWaiting is for PostgreSQL, where several take at once. Its statistics know nothing of a queue that is empty most of the time:
// left to itself, it reads all events that there ever were to find those of a few bodies.
const takeWaiting = `WITH b AS MATERIALIZED (
		SELECT * FROM inbound_bodies w WHERE w.waits AND w.source IN ? ORDER BY w.id LIMIT ? FOR UPDATE SKIP LOCKED)
	SELECT ` + deliveryColumns + ` FROM b CROSS JOIN LATERAL (SELECT e.payload, e.result, e.at FROM inbound_events e
		WHERE e.account_id = b.account_id AND e.source = b.source AND e.event_id = b.event_id LIMIT 1) e ORDER BY b.id`

// A KeptDelivery is a delivery that was received before, for reading it again.
type KeptDelivery struct {
	InboundEvent
	BodyID string // empty: there is none
	Waits  bool
	Body   []byte // sealed
}

// KeptDeliveries lists what was received of a source from an instant on and still has its content, oldest first, behind a place: the
// time and id of the last one that was read. An empty kind means all.
func (s *Store) KeptDeliveries(account, source, kind string, since time.Time, afterID string, limit int) ([]KeptDelivery, error) {
	all, err := read[KeptDelivery](s, limit, `SELECT `+s.columns(InboundEvent{}, "e")+`, coalesce(b.id, ''), coalesce(b.waits, ?), b.body
		FROM inbound_events e LEFT JOIN inbound_bodies b ON b.account_id = e.account_id AND b.source = e.source AND b.event_id = e.event_id
		WHERE e.account_id = ? AND e.source = ? AND (e.created_at > ? OR e.created_at = ? AND e.event_id > ?) AND (? = '' OR e.kind = ?)
		AND (e.payload IS NOT NULL OR b.id IS NOT NULL) ORDER BY e.created_at, e.event_id LIMIT ?`,
		false, account, source, since.UTC(), since.UTC(), afterID, kind, kind, limit)
	if err != nil {
		return nil, fmt.Errorf("kept deliveries: %w", err)
	}
	return all, nil
}

// CountKept counts what KeptDeliveries lists in all.
func (s *Store) CountKept(account, source, kind string, since time.Time) (int64, error) {
	type row struct{ N int64 }
	r, err := readOne[row](s, `SELECT count(*) FROM inbound_events e WHERE e.account_id = ? AND e.source = ? AND e.created_at >= ? AND (? = '' OR e.kind = ?)
		AND (e.payload IS NOT NULL OR EXISTS (SELECT 1 FROM inbound_bodies b WHERE b.account_id = e.account_id AND b.source = e.source AND b.event_id = e.event_id))`,
		account, source, since.UTC(), kind, kind)
	return r.N, err
}

// PutInbounds writes what became of deliveries that are recorded: content, result, whom they are about.
func (s *Store) PutInbounds(list []InboundEvent) error {
	if len(list) == 0 {
		return nil
	}
	err := s.db().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "account_id"}, {Name: "source"}, {Name: "event_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"kind", "buyer_id", "payload", "result", "at"}),
	}).Create(&list).Error
	if err != nil {
		return fmt.Errorf("put inbound events: %w", err)
	}
	return nil
}

// BodiesAfter lists bodies behind an id, in the order of their ids.
func (s *Store) BodiesAfter(account, id string, limit int) ([]InboundBody, error) {
	all, err := read[InboundBody](s, limit, "SELECT "+s.columns(InboundBody{}, "b")+" FROM inbound_bodies b WHERE b.account_id = ? AND b.id > ? ORDER BY b.id LIMIT ?", account, id, limit)
	if err != nil {
		return nil, fmt.Errorf("bodies of deliveries: %w", err)
	}
	return all, nil
}

// DropBodies drops bodies that nobody needs any more.
func (s *Store) DropBodies(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := s.exec("DELETE FROM inbound_bodies WHERE id IN ?", ids)
	return err
}

// KeepBody has a body wait no longer: it is kept for a program that understands it.
func (s *Store) KeepBody(id, reason string) error {
	return s.execOne("UPDATE inbound_bodies SET waits = ?, reason = ? WHERE id = ?", false, reason, id)
}

// Waiting is how many deliveries wait for their job, and since when the first of them does.
type Waiting struct {
	Count int64
	Since *time.Time
}

// WaitingInbound counts the deliveries of all accounts that wait. It reads an index that holds just these.
func (s *Store) WaitingInbound() (Waiting, error) {
	type row struct {
		Count int64
		First string
	}
	r, err := readOne[row](s, `SELECT count(*), coalesce(min(id), '') FROM inbound_bodies WHERE waits`)
	if err != nil || r.First == "" {
		return Waiting{Count: r.Count}, err
	}
	first, err := readOne[struct{ At *time.Time }](s, `SELECT created_at FROM inbound_bodies WHERE id = ?`, r.First)
	return Waiting{Count: r.Count, Since: first.At}, err
}

// An UnknownInbound is a kind of deliveries that is kept because this program does not understand it.
type UnknownInbound struct {
	Source, Reason string
	Count          int64
	LastID         string // of the newest body
}

// maxUnknown bounds the kinds: a platform has dozens.
const maxUnknown = 100

// UnknownInbounds lists the kinds of deliveries that are kept without being understood.
func (s *Store) UnknownInbounds(account string) ([]UnknownInbound, error) {
	all, err := read[UnknownInbound](s, 4, `SELECT source, reason, count(*), max(id) FROM inbound_bodies WHERE account_id = ? AND NOT waits
		GROUP BY source, reason ORDER BY source, reason LIMIT ?`, account, maxUnknown)
	if err != nil {
		return nil, fmt.Errorf("unknown deliveries: %w", err)
	}
	return all, nil
}

// AddInboundAlarm records that the team is told of a kind of delivery, unless it has been, and reports whether it did.
func (s *Store) AddInboundAlarm(a InboundAlarm) (bool, error) { return s.addNew(&a) }

// InboundAlarm returns an alarm. ErrNotFound: there is none.
func (s *Store) InboundAlarm(account, id string) (InboundAlarm, error) {
	return readOne[InboundAlarm](s, "SELECT "+s.columns(InboundAlarm{}, "a")+" FROM inbound_alarms a WHERE a.account_id = ? AND a.id = ?", account, id)
}

// DropInboundAlarm forgets that the team was told of a kind: when it is understood, and comes back in another version, that is news.
func (s *Store) DropInboundAlarm(account, source, reason string) error {
	_, err := s.exec("DELETE FROM inbound_alarms WHERE account_id = ? AND source = ? AND reason = ?", account, source, reason)
	return err
}

// WaitingOn lists the keys of requests on these targets that wait for somebody on the platform, so that they are looked at.
func (s *Store) WaitingOn(account string, targets []string) ([]string, error) {
	if len(targets) == 0 {
		return nil, nil
	}
	type row struct{ Key string }
	all, err := read[row](s, 0, `SELECT "key" FROM requests WHERE account_id = ? AND target IN ? AND state IN ('requested', 'needs_buyer', 'assisted', 'unknown')
		ORDER BY "key" LIMIT 1000`, account, targets)
	if err != nil {
		return nil, fmt.Errorf("requests that wait: %w", err)
	}
	keys := make([]string, len(all))
	for i, r := range all {
		keys[i] = r.Key
	}
	return keys, nil
}

const (
	forgetBodies = `DELETE FROM inbound_bodies WHERE id IN (SELECT id FROM inbound_bodies WHERE NOT waits AND created_at < ? ORDER BY created_at LIMIT ?)`
)

// ForgetBodies drops what was kept of deliveries because nobody understood it.
func (s *Store) ForgetBodies(before time.Time, limit int) (int, error) {
	return s.forget("bodies", forgetBodies, before, limit)
}
