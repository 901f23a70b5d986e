package store

import (
	"fmt"

	"gorm.io/gorm/clause"
)

// A Who is an identity with what is known of it.
type Who struct {
	Identity Identity `gorm:"embedded;embeddedPrefix:i_"`
	Person   Person   `gorm:"embedded;embeddedPrefix:p_"` // zero: nobody of the team
	Account  Account  `gorm:"embedded;embeddedPrefix:a_"`
}

// WhoIs returns a chat user by the platform's own id. ErrNotFound: never seen.
func (s *Store) WhoIs(account, platform, user string) (Who, error) {
	return s.who("i.account_id = ? AND i.platform = ? AND i.user_id = ?", account, platform, user)
}

// WhoHas returns a chat user by the id of his identity.
func (s *Store) WhoHas(identity string) (Who, error) { return s.who("i.id = ?", identity) }

func (s *Store) who(where string, args ...any) (Who, error) {
	var w Who
	res := s.db().Raw("SELECT "+s.columns(&Identity{}, "i", "i_")+", "+s.columns(&Person{}, "p", "p_")+", "+
		s.columns(&Account{}, "a", "a_")+" FROM identities i JOIN accounts a ON a.id = i.account_id"+
		" LEFT JOIN people p ON p.id = i.person_id AND NOT p.removed WHERE "+where, args...).Find(&w)
	if res.Error != nil {
		return Who{}, fmt.Errorf("who is: %w", res.Error)
	}
	if w.Identity.ID == "" {
		return Who{}, ErrNotFound
	}
	return w, nil
}

// MeetIdentity records a chat user on first sight; one that is known stays as it is.
func (s *Store) MeetIdentity(i Identity) error {
	return s.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&i).Error
}

// MoveIdentity records where a chat user is reached now, and in which language his platform speaks to him.
func (s *Store) MoveIdentity(id, chat, platformLocale string) error {
	return one(s.db().Model(&Identity{}).Where("id = ?", id).
		UpdateColumns(map[string]any{"chat": chat, "platform_locale": platformLocale}))
}

// SetIdentityLocale records a chat user's choice of language.
func (s *Store) SetIdentityLocale(id, locale string) error {
	return one(s.db().Model(&Identity{}).Where("id = ?", id).UpdateColumn("locale", locale))
}

// SetPersonLocale records a team member's choice of language, for all his chats.
func (s *Store) SetPersonLocale(id, locale string) error {
	return one(s.db().Model(&Person{}).Where("id = ?", id).UpdateColumn("locale", locale))
}

// LockPerson has whoever acts for the same person next wait for this transaction, so that daily limits hold.
func (s *Store) LockPerson(id string) error {
	if s.Dialect() != onPostgres {
		return nil
	}
	var p Person
	return s.locked(s.db().Select("id").Where("id = ?", id)).Limit(1).Find(&p).Error
}

// Account returns one shop. ErrNotFound: there is none.
func (s *Store) Account(id string) (Account, error) {
	var all []Account
	if err := s.db().Where("id = ?", id).Limit(1).Find(&all).Error; err != nil {
		return Account{}, fmt.Errorf("account: %w", err)
	}
	if len(all) == 0 {
		return Account{}, ErrNotFound
	}
	return all[0], nil
}

// maxLinks bounds the buyers of one chat user; a person has a handful of addresses.
const maxLinks = 200

// BuyersOf lists the buyers that a chat user is linked to, in the order in which they were linked.
func (s *Store) BuyersOf(identity string) ([]Buyer, error) {
	var all []Buyer
	err := s.db().Joins("JOIN identity_buyers l ON l.buyer_id = buyers.id").Where("l.identity_id = ?", identity).
		Order("l.created_at, buyers.id").Limit(maxLinks).Find(&all).Error
	return all, err
}

// LinkBuyer lets a chat user see and act on a buyer's purchases; doing so twice changes nothing.
func (s *Store) LinkBuyer(l IdentityBuyer) error {
	return s.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&l).Error
}
