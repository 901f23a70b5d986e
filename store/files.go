package store

import "time"

// AddFile keeps a file until it is delivered.
func (s *Store) AddFile(f File) error { return s.db().Create(&f).Error }

// File returns a file with its sealed body; ErrNotFound when there is none, or none any more.
func (s *Store) File(id string) (File, error) {
	var f File
	err := s.db().Where("id = ?", id).Take(&f).Error
	return f, err
}

// FileDelivered notes that a file has arrived. Its body goes, unless the reader still has to fetch it from us.
//
// Errors: ErrNotFound.
func (s *Store) FileDelivered(id string, at time.Time, keep bool) error {
	values := map[string]any{"delivered_at": at}
	if !keep {
		values["body"] = nil
	}
	return updatedOne(s.db().Model(&File{}).Where("id = ?", id).UpdateColumns(values))
}

// FileLost notes that a file cannot be delivered, and drops its body.
//
// Errors: ErrNotFound.
func (s *Store) FileLost(id, why string) error {
	return updatedOne(s.db().Model(&File{}).Where("id = ?", id).UpdateColumns(map[string]any{"lost": why, "body": nil}))
}

// ForgetFiles drops files whose time is over, at most limit of them, and returns how many.
func (s *Store) ForgetFiles(now time.Time, limit int) (int, error) {
	over := s.db().Model(&File{}).Select("id").Where("expires_at <= ?", now).Limit(limit)
	result := s.db().Where("id IN (?)", over).Delete(&File{})
	return int(result.RowsAffected), result.Error
}
