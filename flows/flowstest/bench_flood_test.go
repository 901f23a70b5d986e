package flowstest

import (
	"fmt"
	"testing"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

// nobody looks how long a gesture takes.
func nobody(gesture, time.Duration) {}

// BenchmarkFlood measures what it costs to count turns: stories are played by a runner that counts and by one that does not,
// turn and turn about. Reported is the speed of the one that counts, divided by the other's.
func BenchmarkFlood(b *testing.B) {
	for _, dialect := range []string{"sqlite", "postgres"} {
		for _, talking := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/talking=%d", dialect, talking), func(b *testing.B) { compareFlood(b, dialect, talking) })
		}
	}
}

func compareFlood(b *testing.B, dialect string, talking int) {
	sh := openShop(b, dialect, talking)
	counting, _ := sh.bot(b, sh.store, machineTime, ulids)
	free := counting.Options
	free.PerMinute = 0
	runners := []*flow.Runner{counting, flow.NewRunner(free)}
	each := max(b.N/perStory/rounds, 1)
	sh.fill(b, 0, 2*(rounds*each+2*talking))
	m := sh.meter(b)
	var next story
	var sides [2]side
	for _, r := range runners { // connections, statements and caches are there when the clock begins
		var warm side
		warm.measure(b, m, talking, next, 2*talking, func(s story) error { return s.play(b.Context(), r, nobody) })
		next += story(2 * talking)
	}
	b.ResetTimer()
	for round := range rounds {
		for k := range runners {
			i := (k + round) % 2
			sides[i].measure(b, m, talking, next, each, func(s story) error { return s.play(b.Context(), runners[i], nobody) })
			next += story(each)
		}
	}
	b.StopTimer()
	b.ReportMetric(sides[0].speed(), "interactions/s")
	b.ReportMetric(sides[0].speed()/sides[1].speed(), "ratio")
}
