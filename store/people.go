package store

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm/clause"
)

// A Who is an identity with what is known of it.
type Who struct {
	Identity Identity
	Person   Person // zero: nobody of the team
	Account  Account
	Buyers   []LinkedBuyer // in the order in which he was linked to them
}

// A LinkedBuyer is a buyer whom a chat user has proved to be, and when he last did.
type LinkedBuyer struct {
	Buyer
	ProvedAt time.Time
}

// WhoIs returns a chat user by the platform's own id. ErrNotFound: never seen.
func (s *Store) WhoIs(account, platform, user string) (Who, error) {
	return s.who("i.account_id = ? AND i.platform = ? AND i.user_id = ?", account, platform, user)
}

// WhoHas returns a chat user by the id of his identity.
func (s *Store) WhoHas(identity string) (Who, error) { return s.who("i.id = ?", identity) }

func (s *Store) who(where string, args ...any) (Who, error) {
	type row struct { // one for each buyer; one with a zero buyer when there is none
		Who   Who
		Link  IdentityBuyer
		Buyer Buyer
	}
	rows, err := read[row](s, 1, "SELECT "+s.columns(Identity{}, "i")+","+s.columns(Person{}, "p")+","+s.columns(Account{}, "a")+","+
		s.columns(IdentityBuyer{}, "l")+","+s.columns(Buyer{}, "b")+" FROM identities i JOIN accounts a ON a.id = i.account_id"+
		" LEFT JOIN people p ON p.id = i.person_id AND NOT p.removed"+
		" LEFT JOIN identity_buyers l ON l.identity_id = i.id LEFT JOIN buyers b ON b.id = l.buyer_id"+
		" WHERE "+where+" ORDER BY l.created_at, b.id LIMIT ?", append(args[:len(args):len(args)], maxLinks)...)
	if err != nil {
		return Who{}, fmt.Errorf("who is: %w", err)
	}
	if len(rows) == 0 {
		return Who{}, ErrNotFound
	}
	w := rows[0].Who
	for _, r := range rows {
		if r.Buyer.ID != "" {
			w.Buyers = append(w.Buyers, LinkedBuyer{r.Buyer, r.Link.ProvedAt})
		}
	}
	return w, nil
}

// MeetIdentity records a chat user on first sight; one that is known stays as it is.
func (s *Store) MeetIdentity(i Identity) error {
	_, err := s.addNew(&i)
	return err
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
	a, err := readOne[Account](s, "SELECT "+s.columns(Account{}, "a")+" FROM accounts a WHERE a.id = ?", id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return a, fmt.Errorf("account: %w", err)
	}
	return a, err
}

// maxLinks bounds the buyers of one chat user; a person has a handful of addresses.
const maxLinks = 200

// BuyersOf lists the buyers that a chat user is linked to, in the order in which he was.
func (s *Store) BuyersOf(identity string) ([]Buyer, error) {
	return read[Buyer](s, 1, "SELECT "+s.columns(Buyer{}, "b")+" FROM buyers b JOIN identity_buyers l ON l.buyer_id = b.id"+
		" WHERE l.identity_id = ? ORDER BY l.created_at, b.id LIMIT ?", identity, maxLinks)
}

// LinkBuyer lets a chat user see and act on a buyer's purchases from ProvedAt on (from CreatedAt when that is zero). Doing
// so again renews the proof.
func (s *Store) LinkBuyer(l IdentityBuyer) error {
	if l.ProvedAt.IsZero() {
		l.ProvedAt = l.CreatedAt
	}
	return s.db().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "identity_id"}, {Name: "buyer_id"}}, DoUpdates: clause.AssignmentColumns([]string{"proved_at"}),
	}).Create(&l).Error
}

// UnlinkBuyer ends what chat users have proved of a buyer: all of them, or one identity alone.
func (s *Store) UnlinkBuyer(buyer, identity string) error {
	q := s.db().Where("buyer_id = ?", buyer)
	if identity != "" {
		q = q.Where("identity_id = ?", identity)
	}
	return q.Delete(&IdentityBuyer{}).Error
}
