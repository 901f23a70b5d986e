package actions

import (
	"slices"
	"time"
)

// A workClock tells the working time between many pairs of instants: the days are laid out once, where Between does so for
// each pair.
type workClock struct {
	spans []workSpan // in order
}

// A workSpan is when the shop's people are there without a pause.
type workSpan struct {
	from, to time.Time
	before   time.Duration // working time before it
}

// clock lays out the working time from one instant to another.
func (h Hours) clock(first, last time.Time, zone string) workClock {
	var w workClock
	where, sum := zoneOf(zone), time.Duration(0)
	for i := range mostDays {
		from, to, works := h.on(first, where, i)
		if from.After(last) {
			break
		}
		if works && to.After(from) {
			w.spans = append(w.spans, workSpan{from, to, sum})
			sum += to.Sub(from)
		}
	}
	return w
}

// between is the working time between two instants that the clock was laid out for; 0 when the second is not later.
func (w workClock) between(a, b time.Time) time.Duration { return max(0, w.until(b)-w.until(a)) }

// until is the working time from where the clock begins to an instant.
func (w workClock) until(t time.Time) time.Duration {
	i, _ := slices.BinarySearchFunc(w.spans, t, func(s workSpan, t time.Time) int {
		if s.to.After(t) {
			return 1
		}
		return -1
	})
	switch {
	case len(w.spans) == 0:
		return 0
	case i == len(w.spans): // after all work
		last := w.spans[i-1]
		return last.before + last.to.Sub(last.from)
	}
	return w.spans[i].before + max(0, t.Sub(w.spans[i].from))
}
