// Package terminal is the bot over standard input and output: for trying it without an account anywhere, for scripts,
// and for watching a flow at work. It is a full adapter; it knows no flow.
//
// Each line of input is answered by any number of lines and then one empty line, so that a program on the other side
// of a pipe knows when to go on. What the turn left to do (jobs, and the notices that they bring) is finished before
// that empty line. A line of input that ends with a backslash goes on in the next one.
package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aftersale/aftersale/flows/flow"
)

// Platform is this adapter's name in identities, conversations and cards.
const Platform = "terminal"

// maxLine is how long a line of input may be, in bytes: well above any answer, well below what hurts.
const maxLine = 64 << 10

const promptText = "> "

// A User is who sits at the keyboard. His id is also his private chat.
type User struct {
	ID     string
	Name   string
	Locale string   // empty: the account's
	Rooms  []string // chats that he reads with others
}

// reads reports whether what is posted to a chat is for the user.
func (u User) reads(chat string) bool { return chat == u.ID || slices.Contains(u.Rooms, chat) }

// Options are what an Adapter works with.
type Options struct {
	Handler flow.Handler
	In      io.Reader
	Out     io.Writer
	User    User
	Prompt  bool // a person is at the keyboard: show where to type
	Color   bool
	Files   string // folder into which files are written; empty: the current one
	Forms   bool   // ask several fields at once, to be filled as "Label: value"
	// Settle finishes what a turn left to do before the next line is read; it may be nil.
	Settle func(ctx context.Context) error
	Log    *slog.Logger // hears of turns that failed; may be nil
	// As finds another user for "/as NAME", so that one person can play several; it may be nil.
	As func(ctx context.Context, name string) (User, error)
}

// An Adapter holds one conversation at a keyboard. It is a flow.Screen and a flow.Poster; both may be used while Run
// waits for a line.
type Adapter struct {
	Options

	mu      sync.Mutex // guards all below, and Out
	now     screenful
	fresh   bool // nothing was drawn since the last input: numbers start at 1
	asking  bool // the prompt stands there, waiting for a line
	count   int  // messages drawn, for their ids
	waiting []posted
	live    map[string]flow.Shown // what messages said last that may be edited
	broken  error                 // of Out: nobody reads any more
}

// A posted message is for somebody who is not at the keyboard.
type posted struct {
	id, chat string
	shown    flow.Shown
}

// New makes an Adapter. It does nothing until Run.
func New(o Options) *Adapter {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Adapter{Options: o, fresh: true, live: map[string]flow.Shown{}}
}

// Run reads lines until the input ends or ctx is cancelled, and returns why it could not go on; nil at the end.
func (a *Adapter) Run(ctx context.Context) error {
	lines, failed := a.lines(ctx)
	for {
		a.prompt()
		select {
		case <-ctx.Done():
			return nil
		case line, ok := <-lines:
			if !ok {
				a.leavePrompt()
				return <-failed
			}
			if err := a.turn(ctx, line); err != nil {
				return err
			}
		}
	}
}

// lines reads In in a goroutine of its own, since a read cannot be cancelled: it ends with the input, or with the
// process when ctx ends first.
func (a *Adapter) lines(ctx context.Context) (<-chan string, <-chan error) {
	lines, failed := make(chan string), make(chan error, 1)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(a.In)
		scanner.Buffer(make([]byte, 0, 4<<10), maxLine)
		var begun string // of a line that goes on: it ended with a backslash
		for scanner.Scan() {
			line := begun + scanner.Text()
			if rest, more := strings.CutSuffix(line, `\`); more && len(line) < maxLine {
				begun = rest + "\n"
				continue
			}
			begun = ""
			select {
			case lines <- line:
			case <-ctx.Done():
				failed <- nil
				return
			}
		}
		err := scanner.Err()
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("a line of input is longer than %d bytes", maxLine)
		}
		failed <- err
	}()
	return lines, failed
}

// turn answers one line.
func (a *Adapter) turn(ctx context.Context, line string) error {
	a.mu.Lock()
	a.fresh, a.asking = true, false
	g, ok := a.now.decode(line)
	user := a.User
	a.mu.Unlock()

	if ok {
		a.act(ctx, g, user)
	}
	if a.Settle != nil {
		if err := a.Settle(ctx); err != nil {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.write("\n")
	return a.broken
}

func (a *Adapter) act(ctx context.Context, g gesture, user User) {
	if c, ok := g.input.(flow.Command); ok && c.Word == "as" && a.As != nil {
		a.become(ctx, c.Rest)
		return
	}
	err := a.Handler.Handle(ctx, flow.Inbound{
		Platform: Platform, Chat: user.ID, User: user.ID, UserName: user.Name, Locale: user.Locale,
		Forms: a.Forms, Message: g.message, Input: g.input,
	}, a)
	if err != nil {
		a.Log.Error("interaction failed", "err", err)
	}
}

// become gives the keyboard to somebody else, and shows him what came for him meanwhile.
func (a *Adapter) become(ctx context.Context, name string) {
	user, err := a.As(ctx, name)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			a.write("✗ " + clean(line) + "\n")
		}
		return
	}
	a.User, a.now = user, screenful{}
	a.write(clean(user.Name) + ":\n")
	others := a.waiting[:0]
	for _, p := range a.waiting {
		if user.reads(p.chat) {
			a.draw(p.id, p.shown)
		} else {
			others = append(others, p)
		}
	}
	a.waiting = others
}

// Show draws the answer to the line that was typed.
func (a *Adapter) Show(_ context.Context, s flow.Shown) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := a.id()
	a.draw(id, s)
	return id, a.broken
}

// Post draws what nobody asked for just now. What is for a user who is not at the keyboard waits for him.
func (a *Adapter) Post(_ context.Context, chat string, s flow.Shown) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := a.id()
	a.post(posted{id, chat, s})
	return id, a.broken
}

// Edit draws the new state below, unless it is the old one: what a terminal has printed stays printed.
func (a *Adapter) Edit(_ context.Context, chat, message string, s flow.Shown) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, p := range a.waiting {
		if p.id == message && p.chat == chat {
			a.waiting[i].shown = s
			return nil
		}
	}
	if old, ok := a.live[message]; !ok || !reflect.DeepEqual(old, s) {
		a.post(posted{message, chat, s})
	}
	return a.broken
}

func (a *Adapter) post(p posted) {
	switch {
	case !a.User.reads(p.chat):
		a.waiting = append(a.waiting, p)
	case a.asking:
		a.write("\n") // leaves the line with the prompt
		a.draw(p.id, p.shown)
		a.write("\n" + promptText)
	default:
		a.draw(p.id, p.shown)
	}
}

// draw prints a view and makes its buttons and fields answerable.
func (a *Adapter) draw(id string, s flow.Shown) {
	if a.fresh {
		a.now, a.fresh = screenful{}, false
	}
	if s.Live != "" {
		a.live[id] = s
	}
	if len(s.Fields) > 0 && !s.Ended {
		a.now.form, a.now.message, a.now.values = s, id, nil
	}
	first := len(a.now.buttons) + 1
	for _, b := range s.Buttons {
		a.now.buttons = append(a.now.buttons, button{b, id})
	}
	for _, line := range render(s, look{color: a.Color, numbered: !a.now.free(), first: first}) {
		a.write(line + "\n")
	}
}

func (a *Adapter) id() string {
	a.count++
	return strconv.Itoa(a.count)
}

func (a *Adapter) prompt() {
	if !a.Prompt {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asking = true
	a.write(promptText)
}

// leavePrompt ends the line with the prompt, so that the shell's own begins a new one.
func (a *Adapter) leavePrompt() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.asking {
		a.asking = false
		a.write("\n")
	}
}

// write prints at once: a script waits for it.
func (a *Adapter) write(text string) {
	if a.broken == nil {
		_, a.broken = io.WriteString(a.Out, text)
	}
}
