package terminal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest"
	"github.com/aftersale/aftersale/flows/flow"
)

func TestContract(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, openTerminal)
}

// TestTranscripts plays the written conversations at one keyboard, which people hand to each other.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	adaptertest.Transcripts(t, openTerminal)
}

// TestTranscriptsOfQuestions plays them with one question after the other.
func TestTranscriptsOfQuestions(t *testing.T) {
	t.Parallel()
	adaptertest.Transcripts(t, func(t *testing.T, desk flow.Desk) adaptertest.Harness { return openKeyboard(t, desk, false) })
}

func openTerminal(t *testing.T, desk flow.Desk) adaptertest.Harness {
	return openKeyboard(t, desk, true)
}

func openKeyboard(t *testing.T, desk flow.Desk, forms bool) adaptertest.Harness {
	in, keyboard := io.Pipe()
	h := &harness{T: t, keyboard: keyboard, answered: make(chan struct{}), at: "ana"}
	h.a = New(Options{
		Handler: desk, In: in, Out: &h.out, User: User{ID: "ana"}, Forms: forms, Files: t.TempDir(),
		Settle: func(context.Context) error { h.answered <- struct{}{}; return nil },
		As:     func(_ context.Context, name string) (User, error) { return User{ID: name, Name: name}, nil },
	})
	done := make(chan error)
	go func() { done <- h.a.Run(context.Background()) }()
	t.Cleanup(func() {
		keyboard.Close()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return h
}

// A harness is the person at the terminal. What it sees is read from what was printed; the adapter is asked only for
// what cannot be printed: which token a number stands for, and a field's name.
type harness struct {
	*testing.T
	a        *Adapter
	out      bytes.Buffer
	keyboard io.Writer
	answered chan struct{} // at the end of each turn
	at       string        // whose turn it is at the keyboard
	seen     []adaptertest.Seen
}

func (h *harness) Can() []adaptertest.Capability {
	all := []adaptertest.Capability{adaptertest.FieldProblems, adaptertest.FreeText, adaptertest.Files}
	if h.a.Forms {
		all = append(all, adaptertest.Forms)
	}
	return all
}

func (h *harness) Users() [2]string        { return [2]string{"ana"} }
func (h *harness) User(name string) string { return name }
func (h *harness) Platform() string        { return Platform }
func (h *harness) Redeliver(string)        { h.Fatal("a terminal delivers nothing twice") }
func (h *harness) Longest() int            { return maxLine }
func (h *harness) Poster() flow.Poster     { return h.a }
func (h *harness) Room() string            { return "#room" }
func (h *harness) Chat(user string) string { return user }

// See is all that was printed, also while nobody typed.
func (h *harness) See(string) []adaptertest.Seen {
	h.a.mu.Lock()
	defer h.a.mu.Unlock()
	h.print()
	return h.seen
}

func (h *harness) SeeRoom(string) []adaptertest.Seen { return nil }
func (h *harness) Restart()                          { h.Fatal("a terminal has no history") }

// Type types a line and reads its answer. Somebody else takes the keyboard first.
func (h *harness) Type(user, line string) {
	h.Helper()
	if user != h.at {
		h.at = user
		h.line("/as " + user)
	}
	h.line(line)
}

func (h *harness) line(text string) {
	h.Helper()
	h.a.mu.Lock()
	h.print()
	h.a.mu.Unlock()
	fmt.Fprintln(h.keyboard, text)
	<-h.answered
	h.a.mu.Lock()
	defer h.a.mu.Unlock()
	h.print()
}

// print reads what was printed since.
func (h *harness) print() {
	if text := strings.TrimRight(h.out.String(), "\n"); text != "" {
		h.seen = append(h.seen, h.read(text))
	}
	h.out.Reset()
}

// Press types the number of the button, or its label where it has no number.
func (h *harness) Press(user, _, token string) {
	h.Helper()
	h.a.mu.Lock()
	what := ""
	for i, b := range h.a.now.buttons {
		if b.Token == token && h.a.now.free() {
			what = b.Label
		} else if b.Token == token {
			what = strconv.Itoa(i + 1)
		}
	}
	h.a.mu.Unlock()
	if what == "" {
		h.Fatalf("no button with the token %q can be pressed", token)
	}
	h.Type(user, what)
}

// Submit types each answer behind its label; the last one sends the form.
func (h *harness) Submit(user, _ string, values map[string]string) {
	h.Helper()
	h.a.mu.Lock()
	fields := h.a.now.form.Fields
	h.a.mu.Unlock()
	for _, f := range fields {
		if strings.Contains(values[f.Name], "\n") { // goes on in the next line, which is no turn of its own
			first, rest, _ := strings.Cut(values[f.Name], "\n")
			fmt.Fprintf(h.keyboard, "%s: %s\\\n", f.Label, first)
			h.Type(user, rest)
			continue
		}
		h.Type(user, f.Label+": "+values[f.Name])
	}
}

// read takes a printed message apart.
func (h *harness) read(text string) adaptertest.Seen {
	seen := adaptertest.Seen{Message: strconv.Itoa(h.a.count), Pieces: []string{text}}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if problem, ok := strings.CutPrefix(line, "  ✗ "); ok {
			seen.Problem = problem
		}
		for _, f := range h.a.now.form.Fields {
			if value, ok := strings.CutPrefix(line, "  "+f.Label+": "); ok {
				seen.Fields = append(seen.Fields, h.readField(f, value, lines[i+1:]))
			}
		}
	}
	for i, b := range h.a.now.buttons {
		if strings.Contains(text, fmt.Sprintf("[%d] %s", i+1, b.Label)) || strings.Contains(text, "["+b.Label+"]") {
			seen.Buttons = append(seen.Buttons, adaptertest.SeenButton{Token: b.Token, Label: b.Label})
		}
	}
	return seen
}

// readField reads the value behind the label, and what stands indented below it.
func (h *harness) readField(f flow.ShownField, value string, below []string) adaptertest.SeenField {
	seen := adaptertest.SeenField{Name: f.Name, Label: f.Label, Value: strings.Trim(value, "_")}
	for _, line := range below {
		line, indented := strings.CutPrefix(line, "    ")
		if !indented {
			break
		}
		if problem, ok := strings.CutPrefix(line, "✗ "); ok {
			seen.Problem = problem
		}
		for i := 1; strings.Contains(line, fmt.Sprintf("(%d) ", i)); i++ {
			_, label, _ := strings.Cut(line, fmt.Sprintf("(%d) ", i))
			label, _, _ = strings.Cut(label, "  (")
			seen.Options = append(seen.Options, adaptertest.SeenOption{Value: f.Options[i-1].Value, Label: label})
		}
	}
	return seen
}

// saved is what is printed of a file: its caption, and where it is.
var saved = regexp.MustCompile(`(?m)^(.*)\n  ⤓ (.*)$`)

// Received reads the files that were printed for whoever sat at the keyboard.
func (h *harness) Received(string) []adaptertest.SeenFile {
	var all []adaptertest.SeenFile
	for _, s := range h.See("") {
		for _, m := range saved.FindAllStringSubmatch(s.Text(), -1) {
			body, err := os.ReadFile(m[2])
			if err != nil {
				h.Fatal(err)
			}
			if info, err := os.Stat(m[2]); err != nil || info.Mode().Perm() != 0o600 || filepath.Dir(m[2]) != h.a.Files {
				h.Errorf("%s: mode %v, %v", m[2], info.Mode(), err)
			}
			all = append(all, adaptertest.SeenFile{Name: filepath.Base(m[2]), Caption: m[1], Body: body})
		}
	}
	return all
}
