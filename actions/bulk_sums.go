package actions

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// bulkSums are what the items of a run charge together, and when the first and the last of them is due.
type bulkSums struct {
	Sums []Money   `json:"sums,omitempty"` // by currency
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// add takes one more item into account.
func (s *bulkSums) add(one bulkCandidate) {
	if !one.due.IsZero() {
		if s.From.IsZero() || one.due.Before(s.From) {
			s.From = one.due.UTC()
		}
		if one.due.After(s.To) {
			s.To = one.due.UTC()
		}
	}
	if one.amount.Minor == 0 {
		return
	}
	at, known := slices.BinarySearchFunc(s.Sums, one.amount.Currency, func(m Money, currency string) int { return cmp.Compare(m.Currency, currency) })
	if !known {
		s.Sums = slices.Insert(s.Sums, at, Money{Currency: one.amount.Currency})
	}
	s.Sums[at].Minor += one.amount.Minor
}

func (s bulkSums) encode() ([]byte, error) {
	if len(s.Sums) == 0 && s.To.IsZero() {
		return nil, nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write the sums of a run: %w", err)
	}
	return text, nil
}

func parseSums(text []byte) (bulkSums, error) {
	var s bulkSums
	if len(text) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("read the sums of a run: %w", err)
	}
	return s, nil
}

// counted is what an item charges, as it was counted.
func counted(i store.BulkItem) Money { return Money{Minor: i.Amount, Currency: i.Currency} }
