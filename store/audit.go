package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
)

// Audit adds an entry to its account's chain as the last thing before the commit. Seq, Prev and Hash are given then; At
// is kept to the microsecond.
func (s *Store) Audit(entry AuditEntry) error {
	switch {
	case entry.AccountID == "" || entry.Action == "":
		return errors.New("audit: entry without an account or an action")
	case entry.At.IsZero():
		return errors.New("audit: entry without a time")
	case s.tx == nil:
		return errors.New("audit: an entry is written in the transaction of what it is about")
	}
	entry.At = entry.At.UTC().Truncate(time.Microsecond)
	s.tx.entries = append(s.tx.entries, entry)
	return nil
}

// AuditEntries returns an account's entries with a Seq above afterSeq, in order.
func (s *Store) AuditEntries(account string, afterSeq int64, limit int) ([]AuditEntry, error) {
	var list []AuditEntry
	err := s.db().Where("account_id = ? AND seq > ?", account, afterSeq).Order("seq").Limit(limit).Find(&list).Error
	return list, err
}

// AuditEntriesOf returns the newest entries of an account about one target, such as a transaction code, newest first.
func (s *Store) AuditEntriesOf(account, target string, limit int) ([]AuditEntry, error) {
	var list []AuditEntry
	err := s.db().Where("account_id = ? AND target = ?", account, target).Order("seq DESC").Limit(limit).Find(&list).Error
	return list, err
}

// AuditHead returns the end of an account's chain: Seq 0 when there are no entries yet. Whoever writes it down elsewhere
// can tell later that entries were cut off at the end and the head set back.
func (s *Store) AuditHead(account string) (AuditHead, error) {
	head := AuditHead{AccountID: account}
	err := s.db().Where("account_id = ?", account).Limit(1).Find(&head).Error
	return head, err
}

// flushAudit gives the transaction's entries their places and writes them. The row of the chain's end is locked from
// here to the commit, which puts the transactions of an account in order.
func (s *Store) flushAudit() error {
	t := s.tx
	// In the order of accounts, so that two transactions cannot wait for each other.
	slices.SortStableFunc(t.entries, func(a, b AuditEntry) int { return strings.Compare(a.AccountID, b.AccountID) })
	for rest := t.entries; len(rest) > 0; {
		account := rest[0].AccountID
		n := slices.IndexFunc(rest, func(e AuditEntry) bool { return e.AccountID != account })
		if n < 0 {
			n = len(rest)
		}
		head, err := s.lockHead(account)
		if err != nil {
			return err
		}
		for i := range rest[:n] {
			e := &rest[i]
			e.Seq, e.Prev = head.Seq+1, head.Hash
			e.Hash = e.hash()
			head.Seq, head.Hash = e.Seq, e.Hash
		}
		if err := s.dialect.appendEntries(s, rest[:n], head); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// lockHead locks and returns the end of an account's chain; the first time it makes it.
func (s *Store) lockHead(account string) (AuditHead, error) {
	query := "SELECT " + s.columns(AuditHead{}, "h") + " FROM audit_heads h WHERE h.account_id = ?"
	if s.Dialect() == onPostgres {
		query += " FOR UPDATE"
	}
	head, err := readOne[AuditHead](s, query, account)
	if !errors.Is(err, ErrNotFound) {
		return head, err
	}
	if _, err := s.addNew(&AuditHead{AccountID: account}); err != nil {
		return head, err
	}
	return readOne[AuditHead](s, query, account)
}

// auditColumns are the columns of audit_entries, in the order of auditValues.
const auditColumns = "account_id, seq, at, actor, actor_name, asked_by, action, target, note, data, prev, hash"

// insertEntries returns the statement that inserts entries, with its values.
func insertEntries(entries []AuditEntry) (string, []any) {
	var sql strings.Builder
	sql.WriteString("INSERT INTO audit_entries (" + auditColumns + ") VALUES ")
	values := make([]any, 0, 12*len(entries))
	for i, e := range entries {
		if i > 0 {
			sql.WriteByte(',')
		}
		sql.WriteString("(?,?,?,?,?,?,?,?,?,?,?,?)")
		values = append(values, e.AccountID, e.Seq, e.At, e.Actor, e.ActorName, e.AskedBy, e.Action, e.Target, e.Note, e.Data, e.Prev, e.Hash)
	}
	return sql.String(), values
}

const moveHead = "UPDATE audit_heads SET seq = ?, hash = ? WHERE account_id = ?"

// appendAtOnce implements dialect.appendEntries in one statement, on its way with COMMIT.
func appendAtOnce(s *Store, entries []AuditEntry, head AuditHead) error {
	insert, values := insertEntries(entries)
	query, values := s.dialect.bind("WITH entries AS ("+insert+") "+moveHead, append(values, head.Seq, head.Hash, head.AccountID))
	return s.tx.postgres.keep(s.ctx, query, values)
}

// appendOneByOne implements dialect.appendEntries where an insert cannot be part of another statement.
func appendOneByOne(s *Store, entries []AuditEntry, head AuditHead) error {
	insert, values := insertEntries(entries)
	if _, err := s.exec(insert, values...); err != nil {
		return err
	}
	return s.execOne(moveHead, head.Seq, head.Hash, head.AccountID)
}

// hash is the entry's link of the chain: SHA-256 in hexadecimal over a version, then every column but Hash, each with
// its length before it, so that moving a letter from one column to the next changes it. It must never change: a new way
// gets a new version.
func (e AuditEntry) hash() string {
	encoded := []byte("aftersale audit 1\x00")
	field := func(v []byte) {
		encoded = binary.AppendUvarint(encoded, uint64(len(v)))
		encoded = append(encoded, v...)
	}
	field([]byte(e.AccountID))
	encoded = binary.BigEndian.AppendUint64(encoded, uint64(e.Seq)) // #nosec G115 -- a Seq is counted from 1 upward
	encoded = binary.BigEndian.AppendUint64(encoded, uint64(e.At.UnixMicro()))
	for _, v := range []string{e.Actor, e.ActorName, e.AskedBy, e.Action, e.Target, e.Note} {
		field([]byte(v))
	}
	field(e.Data)
	field([]byte(e.Prev))
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}
