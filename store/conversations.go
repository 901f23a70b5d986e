package store

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// updatedOne is the error of an update that must hit a row.
func updatedOne(res *gorm.DB) error {
	if res.Error == nil && res.RowsAffected == 0 {
		return ErrNotFound
	}
	return res.Error
}

// Conversation returns a conversation by its id; ErrNotFound when there is none.
func (s *Store) Conversation(id string) (Conversation, error) {
	return readOne[Conversation](s, "SELECT "+s.columns(Conversation{}, "c")+" FROM conversations c WHERE c.id = ?", id)
}

// EndedConversation returns the conversation of a chat user that ended last, if it did after an instant. ErrNotFound: none did.
func (s *Store) EndedConversation(account, platform, user string, after time.Time) (Conversation, error) {
	return readOne[Conversation](s, "SELECT "+s.columns(Conversation{}, "c")+` FROM conversations c
		WHERE c.account_id = ? AND c.platform = ? AND c.user_id = ? AND NOT c.open AND c.updated_at > ? ORDER BY c.updated_at DESC, c.id DESC LIMIT 1`, account, platform, user, after)
}

// OpenConversation returns the newest open conversation of a user in a chat; ErrNotFound when there is none.
func (s *Store) OpenConversation(account, platform, chat, user string) (Conversation, error) {
	return readOne[Conversation](s, "SELECT "+s.columns(Conversation{}, "c")+" FROM conversations c"+
		" WHERE c.account_id = ? AND c.platform = ? AND c.chat = ? AND c.user_id = ? AND c.open"+
		" ORDER BY c.created_at DESC, c.id DESC LIMIT 1", account, platform, chat, user)
}

// SaveConversation writes a conversation whose stored revision is still expected; 0 for one that is not stored yet.
// c.Revision is the new one and must be greater. ErrConflict when somebody else was faster: nothing was written.
func (s *Store) SaveConversation(c Conversation, expected int) error {
	if c.Revision <= expected {
		return fmt.Errorf("save conversation: revision %d is not above %d", c.Revision, expected)
	}
	var saved bool
	var err error
	if expected == 0 {
		saved, err = s.addNew(&c)
	} else {
		var n int64
		n, err = s.exec("UPDATE conversations SET flow = ?, open = ?, revision = ?, blob = ?, updated_at = ? WHERE id = ? AND revision = ?",
			c.Flow, c.Open, c.Revision, c.Blob, c.UpdatedAt, c.ID, expected)
		saved = n == 1
	}
	if err == nil && !saved {
		return fmt.Errorf("conversation is no longer at revision %d: %w", expected, ErrConflict)
	}
	return err
}

// expireBatch keeps the transaction of one expiry short.
const expireBatch = 500

// ExpireConversations closes the open conversations that nobody touched since before, drops their answers, and returns
// how many there were.
func (s *Store) ExpireConversations(before time.Time) (int, error) {
	before = before.UTC()
	for total := 0; ; {
		// The created_at is there for the index; it is never after updated_at.
		old := s.db().Model(&Conversation{}).Select("id").Order("created_at").Limit(expireBatch).
			Where("open AND created_at < ? AND updated_at < ?", before, before)
		res := s.db().Model(&Conversation{}).Where("id IN (?) AND open", old).
			Updates(map[string]any{"open": false, "blob": nil, "revision": gorm.Expr("revision + 1")})
		total += int(res.RowsAffected)
		if res.Error != nil || res.RowsAffected < expireBatch {
			return total, res.Error
		}
	}
}
