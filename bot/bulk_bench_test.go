package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// BenchmarkWorkForMany measures access that is sent again to 100,000 people: how long it takes until all of them are written
// down and the run is ready, how much memory that takes, and how fast mails leave when the mail server has no limit, into a
// folder and to an SMTP server on this machine.
//
//	go test ./bot -run '^$' -bench WorkForMany -benchtime 1x
//
//	AFTERSALE_BENCH_MANY=100000     how many are written down
//	AFTERSALE_BENCH_MAILS=3000      how many mails leave
func BenchmarkWorkForMany(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{
		"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "aftersale.db") },
		"postgres": func(t testing.TB) string { return storetest.PostgresURL(t) },
	} {
		b.Run(name+"/collect", func(b *testing.B) {
			for b.Loop() {
				benchCollect(b, url(b), benchCount(b, "AFTERSALE_BENCH_MANY", 100_000))
			}
		})
		for _, to := range []string{"outbox", "smtp"} {
			b.Run(name+"/"+to, func(b *testing.B) {
				for b.Loop() {
					benchMails(b, url(b), to, benchCount(b, "AFTERSALE_BENCH_MAILS", 3000))
				}
			})
		}
	}
}

func benchCount(b *testing.B, variable string, usual int) int {
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// benchApp is the bot over a shop in which so many have bought a course.
func benchApp(b *testing.B, config Config, many int) (*app, actions.Actor, actions.Actor) {
	ctx := b.Context()
	s, err := store.Open(ctx, store.Options{URL: config.DatabaseURL.Reveal(), Now: now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	a, err := newApp(ctx, config, s, slog.New(slog.DiscardHandler))
	if err == nil {
		err = fillShop(ctx, s, a.account.ID, many)
	}
	if err == nil {
		err = s.Analyze()
	}
	if err != nil {
		b.Fatal(err)
	}
	who := func(i int) actions.Actor {
		actor, err := a.core.Actor(ctx, a.account.ID, onSlack, crashTeam()[i].on(onSlack), "", "")
		if err != nil {
			b.Fatal(err)
		}
		return actor
	}
	return a, who(0), who(3)
}

// benchCollect measures collecting by the jobs that do it.
func benchCollect(b *testing.B, database string, many int) {
	b.StopTimer()
	a, ana, _ := benchApp(b, crashConfig(crashLife{Database: database, Outbox: b.TempDir()}), many)
	watch := watchMemory()
	b.StartTimer()
	began := time.Now()
	run := benchReady(b, a, ana)
	took := time.Since(began)
	b.StopTimer()
	b.ReportMetric(took.Seconds(), "s/collected")
	b.ReportMetric(watch.stop(), "MB/more")
	if run.Total != many {
		b.Fatalf("%d of %d", run.Total, many)
	}
	b.StartTimer()
}

func benchReady(b *testing.B, a *app, who actions.Actor) actions.BulkRun {
	ctx := b.Context()
	run, err := a.core.Collect(ctx, who, actions.BulkInput{Key: newID(), Kind: actions.KindResend, Filter: actions.BulkFilter{Product: "course"}})
	for err == nil && run.State == actions.BulkCollecting {
		if _, err = a.store.RunDue(ctx, a.handlers(), now()); err == nil {
			run, err = a.core.Bulk(ctx, who, run.ID)
		}
	}
	if err != nil {
		b.Fatal(err)
	}
	return run
}

// benchMails measures a run from its approval to its end, with the engine at work.
func benchMails(b *testing.B, database, to string, many int) {
	b.StopTimer()
	config := crashConfig(crashLife{Database: database, Outbox: b.TempDir()})
	config.Mail.PerMinute = 0
	sink := newMailSink(b)
	if to == "smtp" {
		config.Mail.OutboxDir, config.Mail.SMTPURL = "", Secret("smtp://"+sink.address)
	}
	a, ana, rui := benchApp(b, config, many)
	run := benchReady(b, a, ana)
	ctx := b.Context()
	run, err := a.core.StartBulk(ctx, ana, actions.StartBulkInput{Key: newID(), Run: run.ID, Count: run.Total, Reason: "benchmark"})
	if err == nil {
		err = a.startJobs(ctx, 0)
	}
	if err != nil {
		b.Fatal(err)
	}
	watch := watchMemory()
	b.StartTimer()
	began := time.Now()
	if _, err := a.core.Decide(ctx, rui, actions.DecideInput{Key: newID(), Proposal: run.Proposal, Approve: true}); err != nil {
		b.Fatal(err)
	}
	for run.State != actions.BulkDone && ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
		if run, err = a.core.Bulk(ctx, ana, run.ID); err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(began)
	b.StopTimer()
	b.ReportMetric(float64(many)/took.Seconds(), "mails/s")
	b.ReportMetric(watch.stop(), "MB/more")
	if to == "smtp" && sink.distinct() != many {
		b.Errorf("%d distinct mails of %d", sink.distinct(), many)
	}
	stop, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := a.engine.Stop(stop); err != nil {
		b.Error(err)
	}
	b.StartTimer()
}

// A memoryWatch looks how much more memory is in use than when it began.
type memoryWatch struct {
	before uint64
	peak   atomic.Uint64
	end    chan struct{}
	done   sync.WaitGroup
}

func watchMemory() *memoryWatch {
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	runtime.GC()
	w := &memoryWatch{before: inUse(), end: make(chan struct{})}
	w.done.Go(func() {
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-w.end:
				tick.Stop()
				return
			case <-tick.C:
				w.peak.Store(max(w.peak.Load(), inUse()))
			}
		}
	})
	return w
}

// stop returns the most that there was more, in megabytes.
func (w *memoryWatch) stop() float64 {
	close(w.end)
	w.done.Wait()
	return float64(int64(w.peak.Load())-int64(w.before)) / (1 << 20)
}

// A mailSink is an SMTP server that takes everything and keeps the Message-IDs.
type mailSink struct {
	address string
	mu      sync.Mutex
	ids     map[string]int
}

func newMailSink(b *testing.B) *mailSink {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	s := &mailSink{address: l.Addr().String(), ids: map[string]int{}}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

func (s *mailSink) distinct() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.ids)
}

// serve speaks as much SMTP as a client needs (RFC 5321).
func (s *mailSink) serve(conn net.Conn) {
	defer conn.Close()
	lines := bufio.NewReader(conn)
	say := func(text string) { fmt.Fprintf(conn, "%s\r\n", text) }
	say("220 sink")
	inData := false
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		word, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch {
		case inData && line == ".":
			inData = false
			say("250 taken")
		case inData:
			if id, ok := strings.CutPrefix(line, "Message-ID: "); ok {
				s.mu.Lock()
				s.ids[id]++
				s.mu.Unlock()
			}
		case word == "DATA":
			inData = true
			say("354 go on")
		case word == "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}
