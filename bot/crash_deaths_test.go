package main

import (
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// A crashDeath says how a life ends: at the first of the things that are set.
type crashDeath struct {
	name    string
	after   time.Duration // since its first answer; always set, in case nothing else comes
	young   bool          // since the process was started
	answers int64         // at once when people have got that many answers
	point   crashPoint    // when the process announces that it has come there
	nth     int64
	blocks  bool
	stop    bool // no kill: an operator who restarts the bot
}

// restart is the name of a life's end that is no kill.
const restart = "restart"

// How long a life is.
const (
	crashBirth    = 500 * time.Millisecond // since the process was started: on a quick machine it works by then
	crashLifetime = 1200 * time.Millisecond
	crashOldAge   = 3 * time.Second // for lives that wait for something that may not come
)

// nextDeath draws how the next life ends. The first ones hit the very first start, while the database is made.
func nextDeath(random *rand.Rand, life int) crashDeath {
	if life < 2 {
		return crashDeath{name: "first start", point: []crashPoint{atOpen, atMigrate}[life], nth: 1, young: true, after: crashOldAge}
	}
	switch n := random.IntN(100); {
	case n < 12:
		return crashDeath{name: "start", young: true, after: sometimeIn(random, crashBirth)}
	case n < 37:
		return crashDeath{name: "clock", after: sometimeIn(random, crashLifetime)}
	case n < 52:
		return crashDeath{name: "answer", answers: 1 + random.Int64N(60), after: crashOldAge}
	case n < 60:
		return crashDeath{name: restart, stop: true, after: sometimeIn(random, crashLifetime)}
	}
	points := slices.Sorted(maps.Keys(crashPoints))
	point := points[random.IntN(len(points))]
	return crashDeath{
		name: string(point), point: point, nth: 1 + random.Int64N(crashPoints[point]), blocks: random.IntN(2) == 0, after: crashOldAge,
	}
}

func sometimeIn(random *rand.Rand, d time.Duration) time.Duration {
	return time.Duration(random.Int64N(int64(d)))
}
