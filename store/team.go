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

// RemovePerson takes somebody out of the team. His row stays, so that the audit log knows his name; his chat users
// stay too and are nobody's.
func (s *Store) RemovePerson(id string) error {
	if err := one(s.db().Model(&Person{}).Where("id = ?", id).UpdateColumn("removed", true)); err != nil {
		return fmt.Errorf("remove person: %w", err)
	}
	if err := s.db().Model(&Identity{}).Where("person_id = ?", id).UpdateColumn("person_id", "").Error; err != nil {
		return fmt.Errorf("free the identities of a person: %w", err)
	}
	return nil
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
