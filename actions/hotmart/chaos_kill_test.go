package hotmart_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/actions/hotmart"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// chaosLifeVariable makes this test's program the process that is killed.
const chaosLifeVariable = "AFTERSALE_CHAOS_LIFE"

// A chaosLife is what a process is told.
type chaosLife struct{ Database, URL string }

func TestMain(m *testing.M) {
	if life := os.Getenv(chaosLifeVariable); life != "" {
		if err := chaosChild(life); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// How often the process is killed in the midst of its calls.
const (
	chaosKills     = 6
	chaosKillsLong = 60
)

// chaosLifetime is after how long a process is killed that has nothing to call about: what failed is tried again later.
const chaosLifetime = 3 * time.Second

// TestChaosKilled is TestChaos with processes that are really killed while they call the platform: what one of them has written
// down is all that the next one knows.
func TestChaosKilled(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: Windows has no SIGKILL, and lets nobody remove a database that a dying process holds")
	}
	kills, seed := chaosKills, chaosSeed(t)
	if os.Getenv("AFTERSALE_TEST_LONG") == "1" {
		kills = chaosKillsLong
	}
	t.Logf("AFTERSALE_TEST_SEED=%d, %d kills", seed, kills)
	database := "sqlite:" + filepath.Join(t.TempDir(), "chaos.db")
	c := newChaos(t, openChaos(t, database), seed, true)
	for range 30 {
		c.refund()
	}
	for range 12 {
		c.cancel()
		c.reactivate()
		c.chargeDay()
	}
	c.must(c.store.Close())
	c.shop.Suffer(trouble)
	life := chaosLife{Database: database, URL: c.url}
	for range kills {
		c.live(life, c.random.IntN(12))
	}
	c.store = openChaos(t, database)
	t.Cleanup(func() { _ = c.store.Close() })
	c.mu.Lock()
	c.now, c.real = time.Now(), false
	c.mu.Unlock()
	c.start()
	c.calm()
	c.check()
	t.Log(c.summary())
}

func openChaos(t *testing.T, database string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: database})
	if err == nil {
		err = s.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// process starts a process that works what is to be done; killed when ctx ends.
func (c *chaos) process(ctx context.Context, life chaosLife) (*exec.Cmd, *bytes.Buffer) {
	encoded, err := json.Marshal(life)
	c.must(err)
	program, err := os.Executable()
	c.must(err)
	said := &bytes.Buffer{}
	cmd := exec.CommandContext(ctx, program)
	cmd.Env, cmd.Stderr = append(os.Environ(), chaosLifeVariable+"="+string(encoded)), said
	c.must(cmd.Start())
	return cmd, said
}

// live lets a process live until it has made so many calls more, and kills it then.
func (c *chaos) live(life chaosLife, calls int) {
	ctx, kill := context.WithTimeout(c.t.Context(), chaosLifetime)
	defer kill()
	from := c.shop.Count().Calls
	cmd, said := c.process(ctx, life)
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for ctx.Err() == nil && c.shop.Count().Calls <= from+calls {
		select {
		case <-look.C:
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		c.counts["lives without enough calls"]++
	}
	kill()
	_ = cmd.Wait() // it was killed
	if said.Len() > 0 {
		c.t.Errorf("the process said: %s", said)
	}
	c.counts["kills"]++
}

// chaosChild is the process: it works jobs until it is killed, or nobody can kill it any more.
func chaosChild(encoded string) error {
	var life chaosLife
	if err := json.Unmarshal([]byte(encoded), &life); err != nil {
		return err
	}
	ctx, end := context.WithTimeout(context.Background(), 2*chaosLifetime)
	defer end()
	s, err := store.Open(ctx, store.Options{URL: life.Database})
	if err != nil {
		return err
	}
	platform := hotmart.New(hotmart.Options{APIURL: life.URL, AuthURL: life.URL, ClientID: "client", ClientSecret: "secret",
		HTTP: &http.Client{Transport: &http.Transport{ResponseHeaderTimeout: 300 * time.Millisecond}},
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	core := actions.New(actions.Options{Store: s, Commerce: platform, Feed: platform, Mailer: &actionstest.Mailbox{}, Policy: actions.DefaultPolicy(), Now: time.Now,
		NewID: func() string { return ulid.Make().String() }, Log: slog.New(slog.DiscardHandler), CallTimeout: time.Second, Hours: actions.DefaultHours()})
	engine, err := s.Engine(chaosHandlers(core), jobs.Options{Workers: 4, Timeout: 2 * time.Second, RescueAfter: 3 * time.Second, Poll: 20 * time.Millisecond,
		Every: map[string]time.Duration{actions.JobExpire: time.Second}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	if err := engine.Start(ctx); err != nil {
		return err
	}
	<-ctx.Done() // it is killed
	return engine.Stop(context.WithoutCancel(ctx))
}
