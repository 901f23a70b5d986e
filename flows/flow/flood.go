package flow

import (
	"sync"
	"time"
)

// countTurn counts the turn of whoever wrote, in the transaction that plays it: a turn that cannot be counted is not played,
// and one that is rolled back does not count. It is 0 where there is no limit.
func (t *talk) countTurn() (int, error) {
	if t.PerMinute <= 0 {
		return 0, nil
	}
	minute := minuteOf(t.Now())
	n, err := t.tx.CountTurn(t.Account, t.in.Platform, t.in.User, minute)
	if err == nil && n > int64(t.PerMinute) {
		t.floods.add(t.in, minute)
	}
	return int(n), err
}

func minuteOf(at time.Time) int64 { return at.Unix() / 60 }

// floods remembers who has had his turns of this minute, so that the rest of a flood costs the database nothing. Each
// process learns it by itself, from the count that all of them share.
type floods struct {
	mu     sync.Mutex
	minute int64
	users  map[flooder]bool
}

type flooder struct{ platform, user string }

func (f *floods) add(in Inbound, minute int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.users == nil || f.minute != minute {
		f.minute, f.users = minute, map[flooder]bool{}
	}
	f.users[flooder{in.Platform, in.User}] = true
}

// told reports whether somebody was told in this minute that he goes too fast. Nothing more is said, or done, until it is over.
func (f *floods) told(in Inbound, at time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.minute == minuteOf(at) && f.users[flooder{in.Platform, in.User}]
}
