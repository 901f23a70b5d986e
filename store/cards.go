package store

import "gorm.io/gorm/clause"

// SaveCard writes where something is shown, new or changed.
func (s *Store) SaveCard(c Card) error {
	return s.db().Clauses(clause.OnConflict{UpdateAll: true}).Create(&c).Error
}

// CardsOf returns the cards that show a subject, oldest first.
func (s *Store) CardsOf(account, subject string, limit int) ([]Card, error) {
	var list []Card
	err := s.db().Where("account_id = ? AND subject = ?", account, subject).Order("created_at, id").Limit(limit).Find(&list).Error
	return list, err
}

// Card returns a card by its id; ErrNotFound when there is none.
func (s *Store) Card(id string) (Card, error) {
	var c Card
	err := s.db().Where("id = ?", id).Take(&c).Error
	return c, err
}

// DeleteCard forgets a card, such as one whose message is gone; a card that is not there is no error.
func (s *Store) DeleteCard(id string) error {
	return s.db().Where("id = ?", id).Delete(&Card{}).Error
}
