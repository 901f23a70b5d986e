//go:build unix

package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// startServer starts PostgreSQL in a temporary folder, on a socket in it, and returns its address. A shell guards it:
// when this process ends, in whatever way, the pipe to the shell closes, and it stops the server and removes the folder.
// Whoever loses guarded loses the server, for then the pipe is closed as well.
func startServer() (address string, guarded io.Closer, err error) {
	programs, err := findPrograms()
	if err != nil {
		return "", nil, err
	}
	folder, err := os.MkdirTemp("/tmp", "aftersale-postgres-") // not TMPDIR: a socket's path has 107 letters at most
	if err != nil {
		return "", nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(folder)
		}
	}()
	as, err := unprivileged(folder)
	if err != nil {
		return "", nil, err
	}
	data := filepath.Join(folder, "data")
	initdb := exec.Command(filepath.Join(programs, "initdb"), "-D", data, "-U", "aftersale", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, folder
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	guard := exec.Command("/bin/sh", "-c", `"$1" -D "$2" -k "$3" -h "" -c fsync=off -c full_page_writes=off -c max_connections=400 `+
		`-c shared_buffers=64MB >"$3/log" 2>&1 & cat >/dev/null; kill -QUIT $!; wait $!; rm -rf "$3"`,
		"guard", filepath.Join(programs, "postgres"), data, folder)
	guard.SysProcAttr, guard.Dir = as, folder
	if guarded, err = guard.StdinPipe(); err != nil {
		return "", nil, err
	}
	if err := guard.Start(); err != nil {
		return "", nil, err
	}
	address = (&url.URL{Scheme: "postgres", User: url.User("aftersale"), Path: "/postgres", RawQuery: "host=" + url.QueryEscape(folder)}).String()
	return address, guarded, awaitServer(address, filepath.Join(folder, "log"))
}

// findPrograms returns the folder with initdb and postgres: of the newest version that a package put aside, or of the path.
func findPrograms() (string, error) {
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb", "/opt/homebrew/opt/postgresql*/bin/initdb"} {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return filepath.Dir(found[len(found)-1]), nil
		}
	}
	if found, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(found), nil
	}
	return "", errors.New("no initdb on this machine; install PostgreSQL, or set " + setting)
}

// unprivileged makes the folder belong to a user who may run PostgreSQL, which refuses root.
func unprivileged(folder string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true} // an interrupt is for the tests; the guard ends after them
	if os.Geteuid() != 0 {
		return attr, nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		if who, err = user.Lookup("nobody"); err != nil {
			return nil, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody")
		}
	}
	uid, _ := strconv.Atoi(who.Uid)
	gid, _ := strconv.Atoi(who.Gid)
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(folder, uid, gid)
}

// startTimeout is how long a server may take to answer.
const startTimeout = 30 * time.Second

// awaitServer waits until the server answers.
func awaitServer(address, log string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := pgx.Connect(ctx, address)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			said, _ := os.ReadFile(log)
			return fmt.Errorf("PostgreSQL does not answer: %w: %s", err, said)
		case <-again.C:
		}
	}
}
