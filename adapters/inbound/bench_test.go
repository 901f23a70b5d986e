package inbound_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// BenchmarkWebhooks sends deliveries over HTTP, as many at once as its name says, and counts how many a second are durable (kept
// and answered), and how many a second the job applies afterwards.
//
//	go test ./adapters/inbound -run xxx -bench Webhooks -cpu 1 -benchtime 4000x
func BenchmarkWebhooks(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{
		"sqlite":   func(tb testing.TB) *store.Store { return storetest.File(tb) },
		"postgres": func(tb testing.TB) *store.Store { return storetest.Postgres(tb.(*testing.B)) },
	} {
		for _, senders := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/senders=%d", name, senders), func(b *testing.B) { benchWebhooks(b, open(b), senders) })
		}
	}
}

func benchWebhooks(b *testing.B, s *store.Store, senders int) {
	d := open(b, s, hotmart.NewWebhooks(hottok))
	text := sample(b, "purchase_approved")
	bodies := make([][]byte, b.N)
	for i := range bodies {
		body := bytes.Replace(text, []byte("5c3e9a10"), fmt.Appendf(nil, "%08d", i), 1)
		body = bytes.ReplaceAll(body, []byte("HP4200000101"), fmt.Appendf(nil, "HP77%08d", i))
		bodies[i] = bytes.ReplaceAll(body, []byte("beatriz.nogueira@"), fmt.Appendf(nil, "b%d@", i))
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	var next, failed atomic.Int64
	var worst atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	began := time.Now()
	for range senders {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					return
				}
				sent := time.Now()
				r, _ := http.NewRequest(http.MethodPost, d.url, bytes.NewReader(bodies[i]))
				r.Header.Set(hotmart.TokenHeader, hottok)
				answer, err := client.Do(r)
				if err != nil {
					failed.Add(1)
					continue
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				if answer.StatusCode != http.StatusOK {
					failed.Add(1)
				}
				for took := int64(time.Since(sent)); ; {
					if was := worst.Load(); took <= was || worst.CompareAndSwap(was, took) {
						break
					}
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "durable/s")
	b.ReportMetric(float64(worst.Load())/1e6, "slowest-ms")
	b.ReportMetric(float64(failed.Load()), "failed")
	began = time.Now()
	if err := d.core.Handlers()[actions.JobInbound](context.Background(), jobs.Job{Kind: actions.JobInbound}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "applied/s")
	b.StopTimer()
	if waits, err := s.WaitingInbound(); err != nil || waits.Count != 0 {
		b.Fatalf("%d wait, %v", waits.Count, err)
	}
}
