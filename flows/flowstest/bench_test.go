package flowstest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkInteractions measures how many interactions per second the runner carries out, and in the same run, turn and
// turn about, how many a program that sends the same statements with the driver alone. One operation is one interaction,
// with everything but the chat platform; docs/performance.md says how to read it.
func BenchmarkInteractions(b *testing.B) {
	for _, dialect := range []string{"sqlite", "postgres"} {
		for _, talking := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("%s/talking=%d", dialect, talking), func(b *testing.B) { compare(b, dialect, talking) })
		}
	}
}

// rounds is how often runner and baseline take turns: a noisy minute then hits both.
const rounds = 10

// compare plays as many stories as the benchmark wants, with that many going on at once, on the runner and on the baseline.
func compare(b *testing.B, dialect string, talking int) {
	sh := openShop(b, dialect, talking)
	hand := sh.baseline(b)
	runner, _ := sh.bot(b, sh.store, machineTime, ulids)
	each := max(b.N/perStory/rounds, 1)
	sh.fill(b, 0, 2*rounds*each+4*talking)

	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var ours, theirs side
	byRunner := func(s story) error {
		return s.play(ctx, runner, func(_ gesture, took time.Duration) { ours.took.add(took) })
	}
	byHand := func(s story) error { return hand.play(ctx, s) }
	// Connections, statements and caches are there when the clock begins.
	warm := 2 * talking
	crowd(b, talking, 2*rounds*story(each), warm, byRunner)
	crowd(b, talking, 2*rounds*story(each)+story(warm), warm, byHand)
	ours.took.all = nil
	m := sh.meter(b)

	b.ReportAllocs()
	b.ResetTimer()
	for round := range rounds {
		first := story(2 * round * each)
		if round%2 == 0 {
			ours.measure(b, m, talking, first, each, byRunner)
		}
		b.StopTimer()
		theirs.measure(b, m, talking, first+story(each), each, byHand)
		b.StartTimer()
		if round%2 == 1 {
			ours.measure(b, m, talking, first, each, byRunner)
		}
	}
	b.StopTimer()
	sh.didTheSame(b, 2*rounds*each+4*talking+4)
	b.ReportMetric(ours.speed(), "interactions/s")
	b.ReportMetric(theirs.speed(), "baseline/s")
	b.ReportMetric(ours.speed()/theirs.speed(), "ratio")
	if theirs.cpu > 0 {
		b.ReportMetric(ours.cpu.Seconds()*1e6/float64(ours.played*perStory), "cpu-µs")
		b.ReportMetric(theirs.cpu.Seconds()/ours.cpu.Seconds(), "cpu-ratio")
	}
	b.ReportMetric(ours.took.quantile(0.5), "p50-ms")
	b.ReportMetric(ours.took.quantile(0.99), "p99-ms")
}

// A side is what was measured of the runner or of the baseline.
type side struct {
	played int // stories
	time   time.Duration
	cpu    time.Duration // of this process and the database's
	took   samples
}

// measure has n stories played.
func (s *side) measure(b *testing.B, m meter, talking int, first story, n int, play func(story) error) {
	b.Helper()
	s.cpu -= m.read()
	s.time += crowd(b, talking, first, n, play)
	s.cpu += m.read()
	s.played += n
}

// speed is interactions per second.
func (s *side) speed() float64 { return float64(s.played*perStory) / s.time.Seconds() }

// crowd plays n stories from first on, with that many going on at once, and returns how long it took.
func crowd(b *testing.B, talking int, first story, n int, play func(story) error) time.Duration {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range talking {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && !b.Failed(); i = next.Add(1) - 1 {
				if err := play(first + story(i)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	if b.Failed() {
		b.FailNow()
	}
	return took
}

// samples are durations.
type samples struct {
	mu  sync.Mutex
	all []time.Duration
}

func (s *samples) add(took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, took)
}

// quantile is the duration in milliseconds that this share of the samples does not exceed.
func (s *samples) quantile(share float64) float64 {
	sorted := slices.Sorted(slices.Values(s.all))
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]) / float64(time.Millisecond)
}

// didTheSame proves that every story of runner and baseline left what it should.
func (sh *benchShop) didTheSame(b *testing.B, stories int) {
	b.Helper()
	for query, want := range map[string]int{
		"SELECT count(*) FROM purchases WHERE refunding <> '' AND revision = 2":     stories,
		"SELECT count(*) FROM requests WHERE payload IS NOT NULL":                   stories,
		"SELECT count(*) FROM audit_entries":                                        stories,
		"SELECT seq FROM audit_heads":                                               stories,
		"SELECT count(*) FROM river_job":                                            2 * stories,
		"SELECT count(*) FROM cards":                                                stories,
		"SELECT count(*) FROM conversations WHERE flow = 'refund' AND revision > 5": stories,
	} {
		var got int
		if err := sh.side.QueryRow(query).Scan(&got); err != nil || got != want {
			b.Errorf("%s: %d, want %d, %v", query, got, want, err)
		}
	}
}
