package main

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is far above what anything here takes, and below what a stuck test may cost.
const patience = 60 * time.Second

// A process is the program in a process of its own, as an operator has it.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	output *output // both streams
	done   chan error
}

// launch runs the program in the background.
func launch(t *testing.T, environment []string, args ...string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(exe), output: newOutput(), done: make(chan error, 1)}
	p.cmd.Args = append([]string{"aftersale"}, args...) // by which the test binary knows that it is the program
	p.cmd.Env = append(os.Environ(), environment...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // fails when it has ended, as it should have
	go func() { p.done <- p.cmd.Wait() }()
	return p
}

// stop sends the signal and returns how the process ended.
func (p *process) stop(signal os.Signal) error {
	p.t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.done:
		return err
	case <-time.After(patience):
		p.t.Fatalf("still running %s after %v; %s", patience, signal, p.output)
		return nil
	}
}

// stopWell stops the process in order and checks that it ended without trouble.
func (p *process) stopWell() {
	p.t.Helper()
	if err := p.stop(syscall.SIGTERM); err != nil {
		p.t.Errorf("stopped with %v", err)
	}
	if log := p.output.String(); strings.Contains(log, "level=ERROR") || strings.Contains(log, "level=WARN") {
		p.t.Errorf("trouble in the log:\n%s", log)
	}
}

// get answers a request with status and body.
func get(t *testing.T, address string) (int, string) {
	t.Helper()
	answer, err := (&http.Client{Timeout: patience}).Get(address)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, answer)
}

func post(t *testing.T, address string, form url.Values) (int, string) {
	t.Helper()
	answer, err := (&http.Client{Timeout: patience}).PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, answer)
}

func read(t *testing.T, answer *http.Response) (int, string) {
	t.Helper()
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// An output is what a program has written so far; several goroutines may look at it.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{} // has a value when something was written since it was last taken
}

func newOutput() *output { return &output{grown: make(chan struct{}, 1)} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.grown <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await waits until the output matches, and returns the match.
func (o *output) await(t *testing.T, want *regexp.Regexp) []string {
	t.Helper()
	stop := time.After(patience)
	for {
		if m := want.FindStringSubmatch(o.String()); m != nil {
			return m
		}
		select {
		case <-o.grown:
		case <-stop:
			t.Fatalf("no %s in the output:\n%s", want, o)
		}
	}
}
