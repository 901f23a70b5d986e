package flowstest

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/locales"
	"github.com/aftersale/aftersale/store/jobs"
)

// The pace of BenchmarkPace: what the design asks to be acknowledged within 100 ms.
const (
	perSecond = 200
	think     = 200 * time.Millisecond // from an answer to the next gesture
)

// BenchmarkPace lets interactions come as fast as the design says, whether the ones before are answered or not, with the
// job engine carrying out beside them what they enqueue. Reported is how long an interaction takes, all of it: platforms
// are answered earlier.
func BenchmarkPace(b *testing.B) {
	for _, dialect := range []string{"sqlite", "postgres"} {
		b.Run(dialect, func(b *testing.B) { pace(b, dialect) })
	}
}

func pace(b *testing.B, dialect string) {
	sh := openShop(b, dialect, 16)
	stories := max(b.N/perStory, 1)
	sh.fill(b, 0, stories)
	runner := sh.working(b)
	m := sh.meter(b)

	var took samples
	var all sync.WaitGroup
	arrivals := time.NewTicker(time.Second * time.Duration(perStory) / perSecond)
	defer arrivals.Stop()
	b.ResetTimer()
	began, used := time.Now(), m.read()
	for s := range story(stories) {
		<-arrivals.C
		all.Go(func() {
			err := s.play(b.Context(), runner, func(_ gesture, t time.Duration) {
				took.add(t)
				<-time.After(think)
			})
			if err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	n := float64(len(took.all))
	b.ReportMetric(n/time.Since(began).Seconds(), "interactions/s")
	b.ReportMetric((m.read()-used).Seconds()*1e6/n, "cpu-µs")
	for name, share := range map[string]float64{"p50-ms": 0.5, "p99-ms": 0.99, "max-ms": 1} {
		b.ReportMetric(took.quantile(share), name)
	}
}

// working puts the bot together with the job engine at work.
func (sh *benchShop) working(b *testing.B) *flow.Runner {
	b.Helper()
	runner, core := sh.bot(b, sh.store, machineTime, ulids)
	shop, err := sh.store.Account(account)
	if err != nil {
		b.Fatal(err)
	}
	words, err := locales.New(shop.Locale, nil)
	if err != nil {
		b.Fatal(err)
	}
	notices := &flows.Notices{Core: core, Store: sh.store, Account: shop, Words: words, Cards: flows.Cards(core),
		Posters: map[string]flow.Poster{platform: silence{}}, Now: machineTime, NewID: ulids, Log: slog.New(slog.DiscardHandler)}
	handlers := core.Handlers()
	maps.Copy(handlers, notices.Handlers())
	engine, err := sh.store.Engine(handlers, jobs.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if err := engine.Start(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := engine.Stop(ctx); err != nil {
			b.Error(err)
		}
	})
	return runner
}

// silence is a chat that takes everything.
type silence struct{}

// Post implements flow.Poster.
func (silence) Post(context.Context, string, flow.Shown) (string, error) { return "m", nil }

// Edit implements flow.Poster.
func (silence) Edit(context.Context, string, string, flow.Shown) error { return nil }
