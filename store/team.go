package store

import (
	"fmt"
	"slices"

	"gorm.io/gorm/clause"
)

// maxTeam bounds the people of one account; a shop's team has a dozen.
const maxTeam = 1000

// SaveAccount writes a shop down, new or changed. When it was created stays as it was first written.
func (s *Store) SaveAccount(a Account) error {
	update := clause.AssignmentColumns([]string{"name", "locale", "timezone", "currency", "support_email"})
	err := s.db().Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: update}).Create(&a).Error
	if err != nil {
		return fmt.Errorf("save account: %w", err)
	}
	return nil
}

// AddAccount writes a shop down unless it is there already, and reports whether it was not: of several processes that
// start at once, one is told so.
func (s *Store) AddAccount(a Account) (bool, error) {
	res := s.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&a)
	if res.Error != nil {
		return false, fmt.Errorf("add account: %w", res.Error)
	}
	return res.RowsAffected == 1, nil
}

// People lists the team by name, without those who were removed.
func (s *Store) People(account string) ([]Person, error) {
	var all []Person
	err := s.db().Where("account_id = ? AND NOT removed", account).Order("name, id").Limit(maxTeam).Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return all, nil
}

// AddPerson writes somebody of the team down.
func (s *Store) AddPerson(p Person) error {
	if err := s.db().Create(&p).Error; err != nil {
		return fmt.Errorf("add person: %w", err)
	}
	return nil
}

// PersonOf returns somebody of the team, also one who was removed. ErrNotFound: there is none.
func (s *Store) PersonOf(account, id string) (Person, error) {
	return readOne[Person](s, "SELECT "+s.columns(Person{}, "p")+" FROM people p WHERE p.account_id = ? AND p.id = ?", account, id)
}

// SavePerson writes what may change of a person: name, role and who gave it, whether he is removed.
func (s *Store) SavePerson(p Person) error {
	return one(s.db().Model(&Person{}).Where("account_id = ? AND id = ?", p.AccountID, p.ID).
		Select("name", "role", "removed", "role_by", "role_at").UpdateColumns(&p))
}

// LockTeam has whoever wants to change the team next wait for this transaction, so that two people cannot remove each
// other.
func (s *Store) LockTeam(account string) error {
	var a Account
	return s.locked(s.db().Select("id").Where("id = ?", account)).Limit(1).Find(&a).Error
}

// RemovePerson takes somebody out of the team. His row stays, so that the audit log knows his name, and so do his chat
// users: who comes back with one of them is the same person.
func (s *Store) RemovePerson(id string) error {
	if err := one(s.db().Model(&Person{}).Where("id = ?", id).UpdateColumn("removed", true)); err != nil {
		return fmt.Errorf("remove person: %w", err)
	}
	return nil
}

// BuyersBehind lists the ids of the buyers that any chat user of a person has proved to be.
func (s *Store) BuyersBehind(person string) ([]string, error) {
	var ids []string
	err := s.db().Model(&IdentityBuyer{}).Distinct("buyer_id").
		Where("identity_id IN (SELECT id FROM identities WHERE person_id = ?)", person).Order("buyer_id").Limit(maxLinks).Pluck("buyer_id", &ids).Error
	return ids, err
}

// PutIdentity records that a chat user is a person of the team, whoever he was before. What the chat user chose
// (language, chat) stays.
func (s *Store) PutIdentity(i Identity) error {
	user := []clause.Column{{Name: "account_id"}, {Name: "platform"}, {Name: "user_id"}}
	update := clause.AssignmentColumns([]string{"person_id"})
	if err := s.db().Clauses(clause.OnConflict{Columns: user, DoUpdates: update}).Create(&i).Error; err != nil {
		return fmt.Errorf("put identity: %w", err)
	}
	return nil
}

// IdentitiesOf lists the chat users of people, by person.
func (s *Store) IdentitiesOf(people []string) (map[string][]Identity, error) {
	found := map[string][]Identity{}
	for part := range slices.Chunk(people, 500) { // fewer than a statement may have arguments
		var list []Identity
		err := s.db().Where("person_id IN ?", part).Order("platform, user_id").Limit(20 * maxTeam).Find(&list).Error
		if err != nil {
			return nil, fmt.Errorf("list identities: %w", err)
		}
		for _, i := range list {
			found[i.PersonID] = append(found[i.PersonID], i)
		}
	}
	return found, nil
}

// BuyersNamed lists buyers who have words that begin with all of words, by name; see Fold for how words are written.
func (s *Store) BuyersNamed(account string, words []string, limit int) ([]Buyer, error) {
	var all []Buyer
	q := s.db().Where("account_id = ?", account)
	for _, word := range words {
		q = q.Where("EXISTS (SELECT 1 FROM buyer_words x WHERE x.buyer_id = buyers.id AND "+s.prefix("x.word")+")", bounds(word)...)
	}
	if err := q.Order("name, email_key").Limit(limit).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list buyers: %w", err)
	}
	return all, nil
}
