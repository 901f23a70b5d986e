package actions

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestClockTellsWhatBetweenTells: whatever the hours, in zones whose clocks change.
func TestClockTellsWhatBetweenTells(t *testing.T) {
	t.Parallel()
	for range 300 {
		r := rand.New(rand.NewPCG(rand.Uint64(), 3))
		h := Hours{Days: Days(1 + r.IntN(127)), From: Clock(r.IntN(12 * 60)), To: Clock(12*60 + r.IntN(12*60+1))}
		zone := []string{"America/Sao_Paulo", "Europe/Lisbon", "America/New_York", "UTC"}[r.IntN(4)]
		first := time.Date(2026, time.Month(1+r.IntN(12)), 1, r.IntN(24), 0, 0, 0, time.UTC)
		some := func() time.Time { return first.Add(time.Duration(r.IntN(60*24*60)) * time.Minute) }
		clock := h.clock(first, first.AddDate(0, 0, 61), zone)
		for range 50 {
			a, b := some(), some()
			if got, want := clock.between(a, b), h.Between(a, b, zone); got != want {
				t.Fatalf("%+v in %s from %s to %s: got %s, want %s", h, zone, a, b, got, want)
			}
		}
	}
}
