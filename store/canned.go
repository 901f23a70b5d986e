package store

import "fmt"

// maxCanned bounds how many canned replies of an account are read; nobody finds one among more.
const maxCanned = 200

// CannedReplies lists the canned replies of an account by name.
func (s *Store) CannedReplies(account string) ([]CannedReply, error) {
	var all []CannedReply
	if err := s.db().Where("account_id = ?", account).Order("name_key").Limit(maxCanned).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list canned replies: %w", err)
	}
	return all, nil
}

// CannedReply returns one of them. ErrNotFound: there is none.
func (s *Store) CannedReply(account, id string) (CannedReply, error) {
	var r CannedReply
	err := s.db().Where("account_id = ? AND id = ?", account, id).Take(&r).Error
	return r, err
}

// AddCannedReply records one, unless there is one of that name; it reports whether it did.
func (s *Store) AddCannedReply(r CannedReply) (bool, error) { return s.addNew(&r) }

// UpdateCannedReply writes the texts of one and counts its Revision up. ErrConflict: it has changed since it was read.
func (s *Store) UpdateCannedReply(r CannedReply) error {
	return one(s.db().Model(&CannedReply{}).Where("id = ? AND revision = ?", r.ID, r.Revision).
		UpdateColumns(map[string]any{"texts": r.Texts, "updated_at": r.UpdatedAt, "revision": r.Revision + 1}))
}

// DeleteCannedReply drops one.
func (s *Store) DeleteCannedReply(account, id string) error {
	return s.db().Where("account_id = ? AND id = ?", account, id).Delete(&CannedReply{}).Error
}
