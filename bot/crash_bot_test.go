package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
)

// A crashBot is a running process of the bot, seen from outside.
type crashBot struct {
	cmd     *exec.Cmd
	to      *crashWriter
	input   io.Closer
	at      chan crashPoint // it has come to its point
	spoke   chan struct{}   // closed when it has given its first answer
	enough  chan struct{}   // closed when it has given as many answers as its life is to have
	gone    chan struct{}   // closed when it has ended and all that it said has been read
	log     bytes.Buffer    // what it logged; read it after gone
	limit   int64
	answers int64
	calls   atomic.Int64

	mu      sync.Mutex
	waiting map[int]chan crashLine
	err     error // after gone: how it ended
}

// startCrashBot starts a process, which does not outlive ctx. heard gets all that it shows.
func startCrashBot(ctx context.Context, life crashLife, answers int64, heard func(crashLine)) (*crashBot, error) {
	encoded, err := json.Marshal(life)
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b := &crashBot{
		cmd: exec.CommandContext(ctx, program), limit: answers, waiting: map[int]chan crashLine{}, at: make(chan crashPoint, 1),
		spoke: make(chan struct{}), enough: make(chan struct{}), gone: make(chan struct{}),
	}
	b.cmd.Env = append(os.Environ(), crashLifeVariable+"="+string(encoded))
	b.cmd.Stderr = &b.log
	in, err := b.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	b.to, b.input = &crashWriter{to: in}, in
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	go b.read(out, heard)
	return b, nil
}

// read hears the process out. A line without an end was not said.
func (b *crashBot) read(out io.Reader, heard func(crashLine)) {
	defer close(b.gone)
	for lines := bufio.NewReader(out); ; {
		text, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		var line crashLine
		if err := json.Unmarshal(text, &line); err != nil {
			b.err = fmt.Errorf("the bot said %q: %w", text, err)
			continue
		}
		heard(line)
		b.answer(line)
	}
	err := b.cmd.Wait()
	if b.err == nil {
		b.err = err
	}
}

// answer hands a line to whoever waits for it.
func (b *crashBot) answer(line crashLine) {
	if line.At != "" {
		b.at <- line.At
		return
	}
	b.mu.Lock()
	waits, ok := b.waiting[line.ID]
	if line.Done {
		delete(b.waiting, line.ID)
	}
	b.mu.Unlock()
	if !ok {
		return // a post: nobody asked for it
	}
	waits <- line // it has room for both lines of a call
	if line.Shown == nil {
		return
	}
	b.answers++
	if b.answers == 1 {
		close(b.spoke)
	}
	if b.answers == b.limit {
		close(b.enough)
	}
}

// call makes a call and waits for its first line; false when the process ended without one.
func (b *crashBot) call(c crashCall) (crashLine, bool) {
	c.ID = int(b.calls.Add(1))
	answer := make(chan crashLine, 2)
	b.mu.Lock()
	b.waiting[c.ID] = answer
	b.mu.Unlock()
	_ = b.to.write(c) // a process that has ended takes nothing, and answers nothing
	select {
	case line := <-answer:
		return line, true
	case <-b.gone:
	}
	select {
	case line := <-answer: // its last word
		return line, true
	default:
		return crashLine{}, false
	}
}

// kill ends the process at once and waits until it is gone.
func (b *crashBot) kill() error {
	err := b.cmd.Process.Kill()
	<-b.gone
	return err
}

// stop lets the process finish what it does, as production is stopped.
func (b *crashBot) stop() error {
	b.input.Close()
	<-b.gone
	return b.err
}
