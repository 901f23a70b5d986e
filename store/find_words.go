package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A sought is the beginning of a word that a buyer must have.
type sought struct {
	text    string // folded
	address bool   // or of his whole address
}

// words are what the buyer must have, all of it. The beginning of an address that is one word of it is no more than that:
// whoever's address begins so has a word that does.
func (f PurchaseFilter) words() []sought {
	var all []sought
	for _, w := range f.NameWords {
		all = append(all, sought{text: w})
	}
	if f.EmailPart != "" {
		parted := strings.ContainsFunc(f.EmailPart, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		all = append(all, sought{f.EmailPart, parted || len(f.EmailPart) > maxWord})
	}
	return all
}

// have are the conditions that the buyer of a purchase p has all the words. They are looked up purchase by purchase: OFFSET
// keeps PostgreSQL from reading everybody who has the word instead.
func (s *Store) have(words []sought) conditions {
	var has conditions
	for _, w := range words {
		part := "EXISTS (SELECT 1 FROM buyer_words x WHERE x.buyer_id = p.buyer_id AND " + s.prefix("x.word") + " LIMIT 1 OFFSET 0)"
		args := bounds(w.text)
		if w.address {
			part = "(EXISTS (SELECT 1 FROM buyers e WHERE e.id = p.buyer_id AND " + s.prefix("e.email_key") + " LIMIT 1 OFFSET 0) OR " + part + ")"
			args = append(args, args...)
		}
		has.add(part, args...)
	}
	return has
}

// having is the statement for the ids of the buyers who have a word.
func (s *Store) having(account string, w sought) (string, []any) {
	query, args := "SELECT w.buyer_id FROM buyer_words w WHERE w.account_id = ? AND "+s.prefix("w.word"), append([]any{account}, bounds(w.text)...)
	if w.address {
		query += " UNION SELECT e.id FROM buyers e WHERE e.account_id = ? AND " + s.prefix("e.email_key")
		args = append(args, args...)
	}
	return query, args
}

// countedBuyers is how far those who have a word are counted to know which of several words is the rarest.
const countedBuyers = "256"

// rarest is the place of the word that the fewest have, as far as they are counted. Of several that very many have it is the
// longest: a good guess.
func (s *Store) rarest(account string, words []sought) (int, error) {
	if len(words) == 1 {
		return 0, nil
	}
	best, fewest := 0, int64(0)
	for i, w := range words {
		query, args := s.having(account, w)
		all, err := read[struct{ N int64 }](s, 1, "SELECT count(*) AS n FROM (SELECT 1 FROM ("+query+") w LIMIT "+countedBuyers+") w", args...)
		if err != nil {
			return 0, fmt.Errorf("count buyers with a word: %w", err)
		}
		if n := all[0].N; i == 0 || n < fewest || n == fewest && len(w.text) > len(words[best].text) {
			best, fewest = i, n
		}
	}
	return best, nil
}

// spelled lists the words that begin with a text, limit at most. Each is one look into the index, however many have it.
func (s *Store) spelled(account, text string, limit int) ([]string, error) {
	at := bounds(text)
	first := "SELECT min(word) AS word FROM buyer_words WHERE account_id = ? AND "
	all, err := read[struct{ Word string }](s, limit, "WITH RECURSIVE d(word) AS (SELECT ("+first+s.prefix("word")+
		") UNION ALL SELECT ("+first+"word > d.word AND word < ?) FROM d WHERE d.word IS NOT NULL) SELECT word FROM d WHERE word IS NOT NULL LIMIT ?",
		account, at[0], at[1], account, at[1], limit)
	if err != nil {
		return nil, fmt.Errorf("words of buyers: %w", err)
	}
	words := make([]string, len(all))
	for i, w := range all {
		words[i] = w.Word
	}
	return words, nil
}

// manyBuyers is up to where a walk in another order than that of time begins with the buyers whom a search means; of more,
// whoever comes along is looked at.
const manyBuyers = 2000

// byBuyer narrows to the buyers whom a search means. It returns those who have the rarest word when they are few enough to
// begin with; all means that the search does not begin with buyers.
func (s *Store) byBuyer(f PurchaseFilter, w *conditions) (buyers []string, all bool, err error) {
	words := f.words()
	w.and(s.have(words))
	switch {
	case f.OnlyBuyers, f.EmailKey != "":
		buyers, err = s.chosen(f)
		return buyers, false, err
	case len(words) == 0:
		return nil, true, nil
	}
	i, err := s.rarest(f.Account, words)
	if err != nil {
		return nil, false, err
	}
	query, args := s.having(f.Account, words[i])
	found, err := read[struct{ ID string }](s, 0, query+" LIMIT "+strconv.Itoa(manyBuyers), args...)
	if err != nil || len(found) == manyBuyers {
		return nil, true, err
	}
	for _, b := range found {
		buyers = append(buyers, b.ID)
	}
	slices.Sort(buyers)
	return slices.Compact(buyers), false, nil
}
