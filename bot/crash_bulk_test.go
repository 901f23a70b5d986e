package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// Work for many is killed too: access is sent again to everybody who bought a course while the bot dies at random moments. In
// the end each of them has exactly one mail, whatever died over it.
//
//	AFTERSALE_TEST_LONG=1     10,000 recipients and 20 kills on each database instead of 600 and 3

// How many get a mail, and how often the bot is killed meanwhile.
const (
	bulkCrashMany      = 600
	bulkCrashKills     = 3
	bulkCrashManyLong  = 10_000
	bulkCrashKillsLong = 20
)

// bulkCrashPoints are the points that work for many passes, and how often in a life.
var bulkCrashPoints = map[crashPoint]int64{atID: 400, atNow: 1500, atJob: 120, atWorked: 120, atMail: 100, atMailed: 100}

func TestCrashOfWorkForMany(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: Windows has no SIGKILL, and lets nobody remove a database that a dying process holds")
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		bulkCrash(t, "sqlite:"+filepath.Join(t.TempDir(), "aftersale.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		bulkCrash(t, storetest.PostgresURL(t))
	})
}

func bulkCrash(t *testing.T, database string) {
	many, kills := bulkCrashMany, bulkCrashKills
	if os.Getenv("AFTERSALE_TEST_LONG") == "1" {
		many, kills = bulkCrashManyLong, bulkCrashKillsLong
	}
	ctx, cancel := context.WithTimeout(t.Context(), crashPatienceLong)
	defer cancel()
	r := newCrashRun(ctx, t, database, crashSeed(t))
	t.Logf("AFTERSALE_TEST_SEED=%d", r.seed)
	close(r.closed)
	run := r.startBulk(many)
	for life := 0; life < kills && !t.Failed() && !r.bulkOver(run); life++ {
		r.live(life, bulkDeath(r.random))
	}
	early := len(r.outboxFiles())
	r.bulkFinish(run)
	if !t.Failed() {
		r.checkBulk(run, many)
	}
	t.Logf("%d recipients, deaths %v; %d mails were out when the killing ended", many, r.deaths, early)
}

// bulkDeath draws how a life ends that works for many: in the midst of a mail, of a slice, or whenever.
func bulkDeath(random *rand.Rand) crashDeath {
	points := []crashPoint{atID, atNow, atJob, atWorked, atMail, atMailed, ""}
	point := points[random.IntN(len(points))]
	if point == "" {
		return crashDeath{name: "clock", young: true, after: crashBirth + sometimeIn(random, crashLifetime)}
	}
	return crashDeath{name: string(point), point: point, nth: 1 + random.Int64N(bulkCrashPoints[point]), blocks: random.IntN(2) == 0, young: true, after: crashOldAge}
}

// startBulk has many people buy a course, and somebody of the team send all of them the access again; somebody else agrees.
func (r *crashRun) startBulk(many int) string {
	s, err := store.Open(r.ctx, store.Options{URL: r.database, Now: now})
	if err != nil {
		r.t.Fatal(err)
	}
	defer s.Close()
	must := func(err error) {
		r.t.Helper()
		if err != nil {
			r.t.Fatal(err)
		}
	}
	must(s.Migrate(r.ctx))
	a, err := newApp(r.ctx, crashConfig(crashLife{Database: r.database, Outbox: r.outbox}), s, slog.New(slog.DiscardHandler))
	must(err)
	must(fillShop(r.ctx, s, a.account.ID, many))
	who := func(platform, user string) actions.Actor {
		actor, err := a.core.Actor(r.ctx, a.account.ID, platform, user, "", "")
		must(err)
		return actor
	}
	team := crashTeam()
	ana, rui := who(onSlack, team[0].on(onSlack)), who(onSlack, team[3].on(onSlack))
	run, err := a.core.Collect(r.ctx, ana, actions.BulkInput{Key: newID(), Kind: actions.KindResend, Filter: actions.BulkFilter{Product: "course"}})
	must(err)
	for run.State == actions.BulkCollecting {
		_, err := s.RunDue(r.ctx, a.handlers(), now())
		must(err)
		run, err = a.core.Bulk(r.ctx, ana, run.ID)
		must(err)
	}
	if run.Total != many {
		r.t.Fatalf("collected %d of %d", run.Total, many)
	}
	run, err = a.core.StartBulk(r.ctx, ana, actions.StartBulkInput{Key: newID(), Run: run.ID, Count: run.Total, Reason: "crash test"})
	must(err)
	_, err = a.core.Decide(r.ctx, rui, actions.DecideInput{Key: newID(), Proposal: run.Proposal, Approve: true})
	must(err)
	return run.ID
}

// bulkStands is how the run stands in the database.
func (r *crashRun) bulkStands(run string) (row store.BulkRun, counts map[string]int) {
	s, err := store.Open(r.ctx, store.Options{URL: r.database, Now: now})
	if err != nil {
		r.t.Fatal(err)
	}
	defer s.Close()
	account, err := s.In(r.ctx).Accounts()
	if err == nil {
		row, err = s.In(r.ctx).BulkRun(account[0].ID, run)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	list, err := s.In(r.ctx).BulkCounts(run)
	if err != nil {
		r.t.Fatal(err)
	}
	counts = map[string]int{}
	for _, n := range list {
		counts[n.State] += n.Count
	}
	return row, counts
}

func (r *crashRun) bulkOver(run string) bool {
	row, _ := r.bulkStands(run)
	return row.EndedAt != nil
}

// bulkFinish lets the bot live until the run is over. A job that a dead process holds is found by the next start.
func (r *crashRun) bulkFinish(run string) {
	for round := 0; r.ctx.Err() == nil && !r.t.Failed(); round++ {
		b := r.start(crashLife{Seed: r.seed + 1<<32 + uint64(round)}, 0)
		if b == nil {
			return
		}
		left := 1
		for mails := -1; left > 0 && mails != len(r.outboxFiles()); {
			mails = len(r.outboxFiles())
			line, ok := r.talk(crashCall{Settle: true})
			if !ok || line.Failed != "" {
				r.t.Errorf("count the jobs: %s\n%s", line.Failed, tail(&b.log))
				break
			}
			left = len(line.Jobs)
		}
		if err := b.stop(); err != nil {
			r.t.Errorf("stop the bot: %v\n%s", err, tail(&b.log))
		}
		r.read(round, "finish", b)
		if left == 0 {
			return
		}
	}
}

func (r *crashRun) outboxFiles() []os.DirEntry {
	files, err := os.ReadDir(r.outbox)
	if err != nil && !os.IsNotExist(err) {
		r.t.Error(err)
	}
	return files
}

// checkBulk: everybody has one mail, in the tables and in the folder, and the books say the same.
func (r *crashRun) checkBulk(run string, many int) {
	row, counts := r.bulkStands(run)
	s, err := store.Open(r.ctx, store.Options{URL: r.database, Now: now})
	if err != nil {
		r.t.Fatal(err)
	}
	defer s.Close()
	if row.State != string(actions.BulkDone) || counts["done"] != many || len(counts) != 1 {
		r.t.Errorf("the run is %s, its items %v", row.State, counts)
	}
	b := r.readBooks()
	r.checkJobs(b)
	if report, err := s.VerifyAudit(r.ctx, row.AccountID); err != nil || !report.OK() {
		r.t.Errorf("the audit log: %+v, %v", report, err)
	}
	to := map[string]int{}
	for key, m := range b.mails {
		if strings.HasPrefix(key, "bulk/"+run+"/") {
			to[m.Recipient]++
		}
	}
	for i := range many {
		if n := to[crowdAddress(i)]; n != 1 {
			r.t.Errorf("%s has %d mails", crowdAddress(i), n)
		}
	}
	if len(to) != many {
		r.t.Errorf("%d recipients, want %d", len(to), many)
	}
	r.checkOutbox(b)
}

// fillShop has many people buy one course.
func fillShop(ctx context.Context, s *store.Store, account string, many int) error {
	return s.Tx(ctx, func(tx *store.Store) error {
		err := tx.PutProducts([]store.Product{{ID: "course", AccountID: account, Code: "1", Name: "Pão", NameKey: "pao", Kind: "course", AccessURL: "https://club.example/pao", CreatedAt: now()}})
		for from := 0; err == nil && from < many; from += store.MaxBatch {
			var buyers []store.Buyer
			var bought []store.Purchase
			var grants []store.AccessGrant
			for i := from; i < min(many, from+store.MaxBatch); i++ {
				id, ordered := fmt.Sprintf("%026d", i), now().Add(-time.Hour)
				buyers = append(buyers, store.Buyer{ID: id, AccountID: account, Email: crowdAddress(i), EmailKey: crowdAddress(i), Name: "Buyer", CreatedAt: ordered})
				bought = append(bought, store.Purchase{ID: id, AccountID: account, Transaction: fmt.Sprintf("HP%08d", i), BuyerID: id, ProductID: "course",
					Status: string(actions.Approved), StatusAt: ordered, RawStatus: "APPROVED", Amount: 97_00, Currency: "BRL", Quantity: 1, PaymentType: "pix",
					Installments: 1, Source: "ledger", OrderedAt: ordered, ApprovedAt: &ordered, CreatedAt: ordered, UpdatedAt: ordered})
				grants = append(grants, store.AccessGrant{PurchaseID: id, ProductID: "course", AccountID: account, Active: true, CreatedAt: ordered})
			}
			if err = tx.AddBuyers(buyers, nil); err == nil {
				err = tx.PutPurchases(bought)
			}
			if err == nil {
				err = tx.PutGrants(grants)
			}
		}
		return err
	})
}

func crowdAddress(i int) string { return fmt.Sprintf("buyer%06d@example.org", i) }
