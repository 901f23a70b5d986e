package actions

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A keptPromise is a guarantee that the shop promised and took back: what was paid until then still has it.
type keptPromise struct {
	Days  int       `json:"days"`
	Until time.Time `json:"until"`
}

// promisedDays are the days that the shop promises for a product that was paid at an instant; 0 when it promises none.
func promisedDays(p store.Product, approved time.Time) int {
	days := p.PromisedDays
	for _, kept := range keptPromises(p) {
		if !approved.After(kept.Until) {
			days = max(days, kept.Days)
		}
	}
	return days
}

// keptPromises are those of a product. What cannot be read promises nothing: it was written here.
func keptPromises(p store.Product) []keptPromise {
	var all []keptPromise
	if len(p.KeptPromises) > 0 && json.Unmarshal([]byte(p.KeptPromises), &all) != nil {
		return nil
	}
	return all
}

// takeBack adds what the shop promised until now to the promises that are kept, and drops those that can bind nobody any more.
func takeBack(p store.Product, now time.Time) (string, error) {
	var all []keptPromise
	for _, kept := range keptPromises(p) {
		if now.Before(kept.Until.AddDate(0, 0, kept.Days)) && kept.Days > p.PromisedDays {
			all = append(all, kept)
		}
	}
	all = append(all, keptPromise{Days: p.PromisedDays, Until: now})
	data, err := json.Marshal(all)
	if err != nil {
		return "", fmt.Errorf("encode kept promises: %w", err)
	}
	return string(data), nil
}
