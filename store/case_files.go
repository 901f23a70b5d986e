package store

import (
	"fmt"
	"time"
)

// withoutBody are the columns of a file without its content, which is large.
var withoutBody = []string{"id", "account_id", "case_id", "identity_id", "author", "album", "name", "mime", "size", "created_at"}

// AddCaseFile keeps a file of a case.
func (s *Store) AddCaseFile(f CaseFile) error { return s.db().Create(&f).Error }

// WaitingCaseFiles lists the files of a chat user that belong to no case yet, oldest first, without their content.
func (s *Store) WaitingCaseFiles(account, identity string, limit int) ([]CaseFile, error) {
	return s.caseFiles("account_id = ? AND identity_id = ? AND case_id = ''", limit, account, identity)
}

// CaseFiles lists the files of a case that are still kept, oldest first, without their content.
func (s *Store) CaseFiles(c string, limit int) ([]CaseFile, error) {
	return s.caseFiles("case_id = ? AND body IS NOT NULL", limit, c)
}

// TeamCaseFiles lists the files that the team put into a case and that are still kept, newest first, without their content.
func (s *Store) TeamCaseFiles(c string, limit int) ([]CaseFile, error) {
	var all []CaseFile
	err := s.db().Select(withoutBody).Where("case_id = ? AND author <> '' AND body IS NOT NULL", c).Order("created_at DESC, id DESC").Limit(limit).Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("files of the team: %w", err)
	}
	return all, nil
}

// AddCaseSentFile records that a file goes to the buyer with a reply.
func (s *Store) AddCaseSentFile(f CaseSentFile) error { return s.db().Create(&f).Error }

// CaseSentFiles lists the files of a reply, in the order of their ids.
func (s *Store) CaseSentFiles(message string, limit int) ([]CaseSentFile, error) {
	var all []CaseSentFile
	if err := s.db().Where("message_id = ?", message).Order("file_id").Limit(limit).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("files of a reply: %w", err)
	}
	return all, nil
}

// CaseSentFileBy returns what a delivery brings to a buyer. ErrNotFound: it brings something else, to somebody.
func (s *Store) CaseSentFileBy(delivery string) (CaseSentFile, error) {
	var f CaseSentFile
	err := s.db().Where("delivery_id = ? AND delivery_id <> ''", delivery).Take(&f).Error
	return f, err
}

// AlbumFiles lists the files that a chat user sent as one, since an instant.
func (s *Store) AlbumFiles(account, identity, album string, since time.Time, limit int) ([]CaseFile, error) {
	return s.caseFiles("account_id = ? AND identity_id = ? AND album = ? AND created_at >= ?", limit, account, identity, album, since.UTC())
}

func (s *Store) caseFiles(where string, limit int, args ...any) ([]CaseFile, error) {
	var all []CaseFile
	if err := s.db().Select(withoutBody).Where(where, args...).Order("created_at, id").Limit(limit).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("files of cases: %w", err)
	}
	return all, nil
}

// CaseFile returns one file with its sealed content. ErrNotFound: there is none.
func (s *Store) CaseFile(account, id string) (CaseFile, error) {
	var f CaseFile
	err := s.db().Where("account_id = ? AND id = ?", account, id).Take(&f).Error
	return f, err
}

// GiveCaseFiles puts the files of a chat user that belong to no case yet into one.
func (s *Store) GiveCaseFiles(account, identity, c string) error {
	err := s.db().Model(&CaseFile{}).Where("account_id = ? AND identity_id = ? AND case_id = ''", account, identity).UpdateColumn("case_id", c).Error
	if err != nil {
		return fmt.Errorf("files into a case: %w", err)
	}
	return nil
}

// CountCaseFiles counts the files of some cases that are still kept.
func (s *Store) CountCaseFiles(cases []string) (map[string]int, error) {
	if len(cases) == 0 {
		return nil, nil
	}
	var all []struct {
		CaseID string
		N      int
	}
	err := s.db().Model(&CaseFile{}).Select("case_id, count(*) AS n").Where("case_id IN ? AND body IS NOT NULL", cases).Group("case_id").Limit(len(cases)).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("count files of cases: %w", err)
	}
	counts := map[string]int{}
	for _, c := range all {
		counts[c.CaseID] = c.N
	}
	return counts, nil
}

// ForgetWaitingFiles drops files that came to belong to no case before an instant, at most limit, and returns how many.
func (s *Store) ForgetWaitingFiles(before time.Time, limit int) (int, error) {
	over := s.db().Model(&CaseFile{}).Select("id").Where("case_id = '' AND created_at < ?", before.UTC()).Limit(limit)
	result := s.db().Where("id IN (?)", over).Delete(&CaseFile{})
	return int(result.RowsAffected), result.Error
}
