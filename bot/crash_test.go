package main

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/aftersale/aftersale/store/storetest"
)

// The crash test: the bot runs as a process of its own and is killed at random moments, again and again on the same
// data, while people go on clicking. Nothing that they were told may be lost, and nothing may happen twice.
//
// The people live in the test's process, as they do in life: their chats remember what was shown when the bot does not
// run. They talk to it through a pipe, one line of JSON each (crash_wire_test.go). A line that reached them is what they
// know; a gesture without an answer is repeated to the next process, as a platform delivers again what was not taken
// and as a person presses again when nothing happens.
//
// How to read it: this file, then crash_deaths_test.go (when it dies), crash_child_test.go (the process),
// crash_stories_test.go (what people do), crash_check_test.go (what must hold).
//
//	AFTERSALE_TEST_LONG=1     200 kills on each database instead of 20
//	AFTERSALE_TEST_SEED=7     the choices of an earlier run; which of two processes is faster stays the machine's

// TestMain runs the tests; or the bot when a crash test started this process; or the program when a script did.
func TestMain(m *testing.M) {
	if life := os.Getenv(crashLifeVariable); life != "" {
		os.Exit(crashChildMain(life))
	}
	testscript.Main(m, scriptCommands)
}

// TestCrash kills the bot on each database.
func TestCrash(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: Windows has no SIGKILL, and lets nobody remove a database that a dying process holds")
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		crash(t, "sqlite:"+filepath.Join(t.TempDir(), "aftersale.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		crash(t, storetest.PostgresURL(t))
	})
}

// How many times the bot is killed, and how long all of it may take at most on the slowest machine.
const (
	crashKills        = 20
	crashPatience     = 8 * time.Minute
	crashKillsLong    = 200
	crashPatienceLong = 40 * time.Minute
	crashLastWords    = 20 * time.Second // before -timeout, which would not let it say what was going on
)

// crash is the test on one database.
func crash(t *testing.T, databaseURL string) {
	kills, patience := crashKills, crashPatience
	if os.Getenv("AFTERSALE_TEST_LONG") == "1" {
		kills, patience = crashKillsLong, crashPatienceLong
	}
	seed := crashSeed(t)
	t.Logf("AFTERSALE_TEST_SEED=%d", seed)
	end := time.Now().Add(patience)
	if last, ok := t.Deadline(); ok && last.Add(-crashLastWords).Before(end) {
		end = last.Add(-crashLastWords)
	}
	ctx, cancel := context.WithDeadline(t.Context(), end)
	defer cancel()
	r := newCrashRun(ctx, t, databaseURL, seed)
	r.play(kills)
	if t.Failed() {
		return // the people saw it already; the books would say it again in a hundred lines
	}
	r.check()
}

// crashSeed is what the random choices derive from.
func crashSeed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("AFTERSALE_TEST_SEED")
	if text == "" {
		return rand.Uint64() >> 32 // short enough to be typed
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("AFTERSALE_TEST_SEED: %v", err)
	}
	return seed
}
