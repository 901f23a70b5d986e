package store

import "time"

// AddMail puts a mail into the outbox unless one with its key is there, and reports whether it did.
func (s *Store) AddMail(m Mail) (bool, error) {
	return s.addNew(&m)
}

// Mail returns a mail by its id; ErrNotFound when there is none.
func (s *Store) Mail(id string) (Mail, error) {
	var m Mail
	err := s.db().Where("id = ?", id).Take(&m).Error
	return m, err
}

// MailSent notes when a mail was handed over, and reports whether that was not known yet.
func (s *Store) MailSent(id string, at time.Time) (bool, error) {
	n, err := s.exec("UPDATE mails SET sent_at = ? WHERE id = ? AND sent_at IS NULL", at.UTC(), id)
	return n == 1, err
}

// Mails returns an account's mails older than the one with id before (empty: from the newest on), newest first.
func (s *Store) Mails(account, before string, limit int) ([]Mail, error) {
	var list []Mail
	q := s.db().Where("account_id = ?", account)
	if before != "" {
		q = q.Where("id < ?", before)
	}
	err := q.Order("id DESC").Limit(limit).Find(&list).Error
	return list, err
}

// UnsentMails lists mails written between two instants that have not left, oldest first.
func (s *Store) UnsentMails(from, to time.Time, limit int) ([]Mail, error) {
	var list []Mail
	err := s.db().Where("sent_at IS NULL AND failed = '' AND created_at >= ? AND created_at < ?", from.UTC(), to.UTC()).
		Order("created_at").Limit(limit).Find(&list).Error
	return list, err
}
