package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
)

// A crashRun is the test on one database: the bot's lives one after the other, and the people who go on meanwhile.
type crashRun struct {
	ctx      context.Context
	t        *testing.T
	database string
	outbox   string
	seed     uint64
	random   *rand.Rand // of the lives; people have their own
	pace     *time.Ticker
	people   sync.WaitGroup
	closed   chan struct{} // closed when no new story is begun
	news     chan struct{} // something was posted in a room

	mu       sync.Mutex
	bot      *crashBot     // nil between two lives
	changed  chan struct{} // closed when bot changes
	number   int           // of the last purchase
	messages map[string]flow.Shown
	seen     map[string]int // conversation → highest revision that somebody was shown
	posted   []crashCard    // in rooms, not looked at yet
	happened map[string]int // status, transaction → webhooks that told it, however often
	receipts []crashReceipt
	deaths   map[string]int
}

// A crashCard is a message in a room.
type crashCard struct {
	chat, message string
	shown         flow.Shown
}

// A crashReceipt is what somebody was told had been done.
type crashReceipt struct {
	action      string // refund, email, resend, decide
	transaction string
	subject     string // what he was shown: "request:…" or "proposal:…"; of a resend empty
	step        string // of a decision: how it was answered; empty when only that it was
	who         crashWho
}

func newCrashRun(ctx context.Context, t *testing.T, database string, seed uint64) *crashRun {
	r := &crashRun{
		ctx: ctx, t: t, database: database, outbox: filepath.Join(t.TempDir(), "outbox"), seed: seed,
		random: rand.New(rand.NewPCG(seed, 1)), pace: time.NewTicker(crashPace),
		changed: make(chan struct{}), closed: make(chan struct{}), news: make(chan struct{}, 1),
		messages: map[string]flow.Shown{}, seen: map[string]int{}, happened: map[string]int{}, deaths: map[string]int{},
	}
	t.Cleanup(r.pace.Stop)
	return r
}

// crashPace is the time between two gestures of all people together: as much as the jobs can keep up with.
const crashPace = 8 * time.Millisecond

// play has the people click while the bot is killed that many times, then lets them finish, then the jobs.
func (r *crashRun) play(kills int) {
	outer := r.ctx
	ctx, cancel := context.WithCancel(outer)
	defer cancel()
	r.ctx = ctx // a failure ends everybody's waiting
	r.populate()
	for life := 0; r.kills() < kills && !r.t.Failed() && ctx.Err() == nil; life++ {
		r.live(life, nextDeath(r.random, life))
		if life%crashAnalyze == 0 {
			r.analyze()
		}
	}
	close(r.closed)
	r.finish(cancel)
	r.ctx = outer
	if err := outer.Err(); err != nil {
		r.t.Errorf("out of time: %v", err)
	}
}

// crashAnalyze is after how many lives the database counts its rows.
const crashAnalyze = 10

// analyze has PostgreSQL look at its tables, as it does by itself each minute: here a day's jobs come and go before
// that, and the engine's queries are slow on a table that is thought to be empty.
func (r *crashRun) analyze() {
	if !strings.HasPrefix(r.database, "postgres") {
		return
	}
	db := r.open()
	defer db.Close()
	if _, err := db.ExecContext(r.ctx, "ANALYZE"); err != nil && r.ctx.Err() == nil {
		r.t.Errorf("analyze: %v", err)
	}
}

// kills is how often the bot was killed: restarts are none.
func (r *crashRun) kills() (n int) {
	for name, times := range r.deaths {
		if name != restart {
			n += times
		}
	}
	return n
}

// live is one life, from the start of the process to its violent end.
func (r *crashRun) live(n int, d crashDeath) {
	b := r.start(crashLife{Seed: r.seed + uint64(n), Point: d.point, Nth: d.nth, Blocks: d.blocks}, d.answers)
	if b == nil {
		return
	}
	cause := r.await(b, d)
	if cause == "" {
		r.t.Errorf("life %d (%s): the bot ended by itself: %v\n%s", n, d.name, b.err, tail(&b.log))
		return
	}
	end := b.kill
	if d.stop {
		end = b.stop
	}
	if err := end(); err != nil {
		r.t.Errorf("life %d (%s): end the bot: %v\n%s", n, cause, err, tail(&b.log))
	}
	r.deaths[cause]++
	r.read(n, cause, b)
}

// await waits until a life is to end and returns of what; empty when the process has ended by itself.
func (r *crashRun) await(b *crashBot, d crashDeath) string {
	clock := time.NewTimer(d.after)
	defer clock.Stop()
	spoke := b.spoke
	if d.young {
		spoke = nil
	}
	for {
		select {
		case <-spoke: // a machine may take its time to start it
			spoke = nil
			clock.Reset(d.after)
		case <-clock.C:
			switch {
			case spoke != nil && !r.t.Failed():
				clock.Reset(d.after)
			case d.point != "" || d.answers > 0:
				return "clock" // what it waited for did not come
			default:
				return d.name
			}
		case <-b.at:
			return d.name
		case <-b.enough:
			return d.name
		case <-r.ctx.Done():
			return d.name
		case <-b.gone:
			return ""
		}
	}
}

// start starts a process that people may talk to from now on; nil when that fails.
func (r *crashRun) start(life crashLife, answers int64) *crashBot {
	life.Database, life.Outbox = r.database, r.outbox
	b, err := startCrashBot(r.ctx, life, answers, r.hear)
	if err != nil {
		r.t.Errorf("start the bot: %v", err)
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bot = b
	close(r.changed)
	r.changed = make(chan struct{})
	return b
}

// theirs are the services of the job engine that repeat by themselves what a busy machine has made too slow for them.
var theirs = regexp.MustCompile(`msg="(leadership|maintenance)\.`)

// read looks at what a process has logged: errors are what an operator is woken for.
func (r *crashRun) read(life int, name string, b *crashBot) {
	for line := range strings.Lines(b.log.String()) {
		if strings.Contains(line, "level=ERROR") && !theirs.MatchString(line) || strings.Contains(line, "DATA RACE") {
			r.t.Errorf("life %d (%s) logged an error: %s\n%s", life, name, line, tail(&b.log))
		}
	}
}

// tail is the end of a log.
func tail(log *bytes.Buffer) string {
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

// finish lets the people end their stories and decide what is left, and the jobs be done. A job that a dead process
// holds comes back when the next one leads and enough time has passed; each restart looks again.
func (r *crashRun) finish(cancel context.CancelFunc) {
	defer r.people.Wait()
	defer cancel()
	for round := 0; r.ctx.Err() == nil && !r.t.Failed(); round++ {
		b := r.start(crashLife{Seed: r.seed + 1<<32 + uint64(round)}, 0)
		if b == nil {
			return
		}
		if round == 0 {
			r.people.Wait()
			r.clearQueue()
		}
		line, ok := r.talk(crashCall{Settle: true})
		if err := b.stop(); err != nil {
			r.t.Errorf("stop the bot: %v\n%s", err, tail(&b.log))
		}
		r.read(round, "finish", b)
		switch {
		case !ok || line.Failed != "":
			r.t.Errorf("count the jobs: %s\n%s", line.Failed, tail(&b.log))
		case len(line.Jobs) == 0:
			return
		}
	}
}

// summary says what the run was like.
func (r *crashRun) summary() string {
	var deaths []string
	for _, name := range slices.Sorted(maps.Keys(r.deaths)) {
		if name != restart {
			deaths = append(deaths, fmt.Sprintf("%s %d", name, r.deaths[name]))
		}
	}
	told := map[string]int{}
	for _, receipt := range r.receipts {
		told[receipt.action]++
	}
	return fmt.Sprintf("%d kills (%s), %d restarts; told %v; %d messages", r.kills(), strings.Join(deaths, ", "), r.deaths[restart], told, len(r.messages))
}
