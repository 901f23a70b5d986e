package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/flows/flow"
)

// handlerFunc is a handler made of one function.
type handlerFunc func(in flow.Inbound, on flow.Screen) error

func (f handlerFunc) Handle(_ context.Context, in flow.Inbound, on flow.Screen) error {
	return f(in, on)
}

// repeat shows what it was sent, below one button.
var repeat = handlerFunc(func(in flow.Inbound, on flow.Screen) error {
	_, err := on.Show(context.Background(), flow.Shown{
		Title:   fmt.Sprintf("%s: %#v", in.User, in.Input),
		Buttons: []flow.ShownButton{{Token: "c.1.go", Label: "Go"}},
	})
	return err
})

func TestEachLineIsAnsweredUpToAnEmptyLine(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	a := New(Options{Handler: repeat, In: strings.NewReader("/help\n1\n\nbye"), Out: &out, User: User{ID: "ana"}})
	if err := a.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := `ana: flow.Command{Word:"help", Rest:"", Values:map[string]string(nil)}
  [1] Go

ana: flow.Pressed{Token:"c.1.go"}
  [1] Go


ana: flow.Typed{Text:"bye"}
  [1] Go

`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("conversation (-want +got):\n%s", diff)
	}
}

func TestNoticesOfATurnComeBeforeItsEnd(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	var a *Adapter
	a = New(Options{
		Handler: repeat, In: strings.NewReader("hello\n2\n"), Out: &out, User: User{ID: "ana"},
		Settle: func(ctx context.Context) error {
			_, err := a.Post(ctx, "ana", flow.Shown{Title: "News", Buttons: []flow.ShownButton{{Token: "p.1.see", Label: "See"}}})
			return err
		},
	})
	if err := a.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := `ana: flow.Typed{Text:"hello"}
  [1] Go
News
  [2] See

ana: flow.Pressed{Token:"p.1.see"}
  [1] Go
News
  [2] See

`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("conversation (-want +got):\n%s", diff)
	}
}

func TestAnotherUserFindsWhatCameForHim(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	a := New(Options{
		Handler: repeat, In: strings.NewReader("/as nobody\n/as rui\nhello\n"), Out: &out, User: User{ID: "ana"},
		As: func(_ context.Context, name string) (User, error) {
			if name != "rui" {
				return User{}, errors.New("there is no " + name)
			}
			return User{ID: "rui", Name: "Rui", Rooms: []string{"#room"}}, nil
		},
	})
	waiting, err := a.Post(t.Context(), "#room", flow.Shown{Title: "For deciders"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Post(t.Context(), "rui", flow.Shown{Title: "For Rui"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Edit(t.Context(), "#room", waiting, flow.Shown{Title: "For deciders, changed"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := `✗ there is no nobody

Rui:
For deciders, changed
For Rui

rui: flow.Typed{Text:"hello"}
  [1] Go

`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("conversation (-want +got):\n%s", diff)
	}
}

func TestANoticeLeavesThePromptInPlace(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	in, keyboard := io.Pipe()
	answered := make(chan struct{})
	a := New(Options{
		Handler: repeat, In: in, Out: &out, User: User{ID: "ana"}, Prompt: true,
		Settle: func(context.Context) error { answered <- struct{}{}; return nil },
	})
	done := make(chan error)
	go func() { done <- a.Run(context.Background()) }()
	a.prompt()    // what Run does as well, at a moment that a test cannot see
	for range 2 { // the second one says nothing new
		if err := a.Edit(t.Context(), "ana", "1", flow.Shown{Title: "Changed", Live: "proposal:1"}); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Fprintln(keyboard, "hello")
	<-answered
	keyboard.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	got := out.String()
	if strings.Count(got, "Changed") != 1 || !strings.Contains(got, "> \nChanged\n\n> ") {
		t.Errorf("the notice is not between two prompts: %q", got)
	}
	if !strings.HasSuffix(got, "  [1] Go\n\n> \n") {
		t.Errorf("the last line is not left: %q", got)
	}
}

func TestALineTooLongIsRefused(t *testing.T) {
	t.Parallel()
	a := New(Options{Handler: repeat, In: strings.NewReader(strings.Repeat("x", maxLine+1)), Out: io.Discard})
	err := a.Run(t.Context())
	if got, want := fmt.Sprint(err), "a line of input is longer than 65536 bytes"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRunStopsWhenToldSo(t *testing.T) {
	t.Parallel()
	in, keyboard := io.Pipe()
	defer keyboard.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := New(Options{Handler: repeat, In: in, Out: io.Discard}).Run(ctx); err != nil {
		t.Errorf("Run after cancel: %v", err)
	}
}

// brokenPipe is an output that nobody reads.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestRunStopsWhenNobodyReads(t *testing.T) {
	t.Parallel()
	a := New(Options{Handler: repeat, In: strings.NewReader("a\nb\n"), Out: brokenPipe{}})
	if err := a.Run(t.Context()); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Run into a closed pipe: %v", err)
	}
}
