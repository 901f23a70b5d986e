package main

import (
	"database/sql"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // to hold a lock, and to change what nobody should
)

// scriptCommands are the programs that scripts can run; TestMain in crash_test.go installs them.
var scriptCommands = map[string]func(){"aftersale": main}

// TestScripts runs the program as people do, from testdata/script. Beyond testscript's own commands there are:
//
//	exits CODE ARGS…      runs the program and compares its exit code
//	holds FILE COMMAND…   runs another command while a program of somebody else has the SQLite file locked
//	sql FILE STATEMENT    changes a SQLite file behind the program's back
//	payload FILE MB       writes a webhook payload of that size
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("AFTERSALE_SECRET_KEY", "")
			e.Setenv("KEY", goodKey)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "holds": holds, "sql": changes, "payload": payload,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits CODE ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("aftersale", args[1:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("aftersale did not run: %v", err)
	}
	if got != want {
		ts.Fatalf("aftersale %s exits with %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

func holds(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || args[1] != "exits" {
		ts.Fatalf("usage: holds FILE exits CODE ARGS…")
	}
	db := open(ts, args[0])
	defer db.Close()
	_, err := db.Exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS held (x)")
	ts.Check(err)
	exits(ts, false, args[2:])
}

func changes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sql FILE STATEMENT")
	}
	db := open(ts, args[0])
	defer db.Close()
	_, err := db.Exec(args[1])
	ts.Check(err)
}

func open(ts *testscript.TestScript, file string) *sql.DB {
	db, err := sql.Open("sqlite", ts.MkAbs(file))
	ts.Check(err)
	db.SetMaxOpenConns(1)
	return db
}

func payload(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: payload FILE MB")
	}
	megabytes, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = io.WriteString(f, `{"event":"PURCHASE_APPROVED","version":"2.0.0","data":{"padding":"`)
	ts.Check(err)
	part := strings.Repeat("x", 1<<20)
	for range megabytes {
		_, err = io.WriteString(f, part)
		ts.Check(err)
	}
	_, err = io.WriteString(f, `"}}`)
	ts.Check(err)
	ts.Check(f.Close())
}
