package store

import (
	"fmt"

	"gorm.io/gorm/clause"
)

// maxSettings bounds the values that one shop has changed; there are some dozens that it can.
const maxSettings = 1000

// Accounts lists all shops.
func (s *Store) Accounts() ([]Account, error) {
	return read[Account](s, 1, "SELECT "+s.columns(Account{}, "a")+" FROM accounts a ORDER BY a.id LIMIT 1000")
}

// Settings lists what a shop has changed, by key.
func (s *Store) Settings(account string) ([]Setting, error) {
	all, err := read[Setting](s, 0, "SELECT "+s.columns(Setting{}, "x")+" FROM settings x WHERE x.account_id = ? ORDER BY x.key LIMIT ?", account, maxSettings)
	if err != nil {
		return nil, fmt.Errorf("list settings: %w", err)
	}
	return all, nil
}

// SettingsVersion names the state of a shop's settings: it is another one after each change, and empty before the first.
func (s *Store) SettingsVersion(account string) (string, error) {
	a, err := s.Account(account)
	return a.SettingsVersion, err
}

// PutSetting writes a value down, new or changed, and the version that all settings are of then.
func (s *Store) PutSetting(x Setting, version string) error {
	key := []clause.Column{{Name: "account_id"}, {Name: "key"}}
	update := clause.AssignmentColumns([]string{"value", "changed_by", "changed_at"})
	if err := s.db().Clauses(clause.OnConflict{Columns: key, DoUpdates: update}).Create(&x).Error; err != nil {
		return fmt.Errorf("put a setting: %w", err)
	}
	return s.versionSettings(x.AccountID, version)
}

// DropSetting has the configuration's value rule again.
func (s *Store) DropSetting(account, key, version string) error {
	if err := s.db().Where("account_id = ? AND key = ?", account, key).Delete(&Setting{}).Error; err != nil {
		return fmt.Errorf("drop a setting: %w", err)
	}
	return s.versionSettings(account, version)
}

func (s *Store) versionSettings(account, version string) error {
	return one(s.db().Model(&Account{}).Where("id = ?", account).UpdateColumn("settings_version", version))
}

// AddSettingChange records a change.
func (s *Store) AddSettingChange(c SettingChange) error { return s.db().Create(&c).Error }

// SettingChange returns a change. ErrNotFound: there is none.
func (s *Store) SettingChange(account, id string) (SettingChange, error) {
	return readOne[SettingChange](s, "SELECT "+s.columns(SettingChange{}, "x")+" FROM setting_changes x WHERE x.account_id = ? AND x.id = ?", account, id)
}

// OpenSettingChanges lists the changes that wait for somebody's agreement, the newest first.
func (s *Store) OpenSettingChanges(account string, limit int) ([]SettingChange, error) {
	return read[SettingChange](s, 0, "SELECT "+s.columns(SettingChange{}, "x")+` FROM setting_changes x
		WHERE x.account_id = ? AND x.status = 'open' ORDER BY x.created_at DESC, x.id DESC LIMIT ?`, account, limit)
}

// CloseSettingChange ends an open change. ErrConflict: somebody was faster.
func (s *Store) CloseSettingChange(c *SettingChange) error {
	was := c.Revision
	c.Revision++
	return one(s.db().Model(&SettingChange{}).Where("id = ? AND status = 'open' AND revision = ?", c.ID, was).
		Select("status", "decided_by", "revision").UpdateColumns(c))
}
