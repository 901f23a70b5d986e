package flowstest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store/jobs"
)

// File plays every section of a conversation file and compares what the bot says with what is written there; with
// update it writes the file anew.
func File(t *testing.T, path string, update bool) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var g []byte
	for i, f := range archive.Files {
		if f.Name == "given.yaml" {
			g = f.Data
			continue
		}
		if !strings.HasPrefix(f.Name, "forms") && !strings.HasPrefix(f.Name, "prompts") {
			t.Fatalf("%s: section %q is neither given.yaml nor forms nor prompts", path, f.Name)
		}
		got := play(t, parseGiven(t, g), f.Name, script(string(f.Data)))
		if update {
			archive.Files[i].Data = []byte(got)
			continue
		}
		if d := cmp.Diff(strings.Split(string(f.Data), "\n"), strings.Split(got, "\n")); d != "" {
			t.Errorf("%s, %s: (-written +said; go test ./flows -update writes it anew)\n%s", path, f.Name, d)
		}
	}
	if update {
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// play holds one conversation and returns the section as it should stand in the file.
func play(t *testing.T, g given, section string, lines []line) string {
	t.Helper()
	w := open(t, g)
	var out strings.Builder
	for i, l := range lines {
		fmt.Fprintln(&out, l.text)
		switch {
		case l.text == "" || strings.HasPrefix(l.text, "#"):
		case strings.HasPrefix(l.text, "@"):
			w.move(t, strings.TrimSpace(l.text[1:]))
			w.report(t, &out)
		default:
			a, err := parseAct(l.text)
			if err != nil {
				t.Fatalf("%s, line %d: %v", section, l.number, err)
			}
			if err := w.act(a, strings.HasPrefix(section, "forms")); err != nil {
				t.Errorf("%s, line %d: %s: %v", section, l.number, l.text, err)
				for _, rest := range lines[i+1:] { // -update must not lose what people say
					fmt.Fprintln(&out, rest.text)
				}
				return out.String()
			}
			w.report(t, &out)
		}
	}
	return out.String()
}

func (w *world) report(t *testing.T, out io.Writer) {
	t.Helper()
	said := w.chats.take()
	outside := w.settle(t)
	for _, l := range append(append(said, outside...), w.chats.take()...) {
		fmt.Fprintln(out, l)
	}
}

// move sets the clock: an instant, or +3h from now. What is looked at every minute is looked at then.
func (w *world) move(t *testing.T, to string) {
	t.Helper()
	if address, ok := strings.CutPrefix(to, "not me: "); ok {
		w.notMe(t, address)
		return
	}
	if did, ok := strings.CutPrefix(to, "panel: "); ok {
		w.panel(t, did)
		return
	}
	if said, ok := strings.CutPrefix(to, "attendee: "); ok {
		w.attendee(t, said)
		return
	}
	defer func() {
		if err := w.handlers[actions.JobExpire](context.Background(), jobs.Job{Kind: actions.JobExpire}); err != nil {
			t.Errorf("look at what is over: %v", err)
		}
	}()
	if by, ok := strings.CutPrefix(to, "+"); ok {
		d, err := time.ParseDuration(by)
		if err != nil {
			t.Fatalf("@ %s: %v", to, err)
		}
		w.clock = w.clock.Add(d)
		return
	}
	w.clock = when(t, to, w.clock)
}

// notMe presses the button behind the link that was mailed last to an address.
func (w *world) notMe(t *testing.T, address string) {
	t.Helper()
	_, words, ok := strings.Cut(w.links[address], actions.NotMePath)
	if !ok {
		t.Fatalf("@ not me: no link was mailed to %s", address)
	}
	if _, err := w.core.PutBack(context.Background(), words); err != nil {
		t.Fatalf("@ not me: %v", err)
	}
}

// attendee names who comes with a ticket behind the link about tickets that was mailed last to an address: "raul@example.com 2
// Otto Braun <otto@example.org>". What the ticket then shows happens outside.
func (w *world) attendee(t *testing.T, said string) {
	t.Helper()
	var address string
	var number int
	if _, err := fmt.Sscan(said, &address, &number); err != nil {
		t.Fatalf("@ attendee: %q: %v", said, err)
	}
	_, name, _ := strings.Cut(said, fmt.Sprint(" ", number, " "))
	who, err := mail.ParseAddress(name)
	if err != nil {
		t.Fatalf("@ attendee: %q: %v", name, err)
	}
	link := w.tickets[address]
	page, err := w.core.TicketPage(context.Background(), link[strings.LastIndexByte(link, '/')+1:])
	if err != nil {
		t.Fatalf("@ attendee: the link %q of %s: %v", link, address, err)
	}
	for _, ticket := range page.Tickets {
		if ticket.Number != number {
			continue
		}
		page, err = w.core.SaveAttendee(context.Background(), ticket.Words, actions.AttendeeInput{Name: who.Name, Email: who.Address})
		if err != nil {
			t.Fatalf("@ attendee: %v", err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.outside = append(w.outside, "! ticket "+page.Tickets[0].Code.Shown())
		return
	}
	t.Fatalf("@ attendee: there is no ticket %d", number)
}

// act does what somebody does in one line.
func (w *world) act(a act, forms bool) error {
	chat := "@" + a.who
	w.chats.speaker = chat
	in := flow.Inbound{Platform: platform, Chat: chat, User: a.who, Forms: forms}
	form, message := w.chats.newest(chat)
	switch {
	case a.below:
		below, ok := w.chats.threaded(a.room)
		if !ok {
			return fmt.Errorf("nothing in %s has a thread", a.room)
		}
		in.ID, in.Chat, in.Direct, in.Shared, in.Below, in.Input = "remark "+w.newID(), a.room, chat, true, below, flow.Remark{Text: a.text, Files: w.offered}
	case a.button != "":
		where := chat
		if a.room != "" {
			where = a.room
		}
		token, id, ok := w.chats.find(where, a.button, a.old)
		if !ok {
			return fmt.Errorf("nothing in %s has a button [%s]", where, a.button)
		}
		in.Input = flow.Pressed{Token: token}
		if a.room == "" {
			in.Message = id
		}
	case strings.HasPrefix(a.text, "/"):
		word, rest, _ := strings.Cut(a.text[1:], " ")
		in.Input = flow.Command{Word: word, Rest: rest}
	case forms && len(form.Fields) > 0 && strings.Contains(a.text, ": "):
		values, err := fill(form, a.text)
		if err != nil {
			return err
		}
		in.Input, in.Message = flow.Submitted{Token: form.Token, Values: values}, message
	default:
		in.Input = flow.Typed{Text: a.text}
	}
	return w.runner.Handle(context.Background(), in, screen{w.chats, chat})
}

// fill reads "Label: value | Label: value" into the fields of a form.
func fill(form flow.Shown, text string) (map[string]string, error) {
	values := map[string]string{}
	for _, f := range form.Fields {
		values[f.Name] = f.Value
	}
next:
	for _, part := range strings.Split(text, " | ") {
		label, value, ok := strings.Cut(part, ": ")
		if !ok {
			return nil, fmt.Errorf("%q: write Label: value", part)
		}
		for _, f := range form.Fields {
			if f.Label != label {
				continue
			}
			for _, o := range f.Options {
				if o.Label == value {
					value = o.Value
					break
				}
			}
			values[f.Name] = value
			continue next
		}
		return nil, fmt.Errorf("the form has no field %q", label)
	}
	return values, nil
}

// logger writes to the test's own log: what an operator would have to read is a failure here.
func logger(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Logf("%s", b)
	return len(b), nil
}
