package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest"
	"github.com/aftersale/aftersale/flows/flow"
)

// A pane is the harness of the contract suite: one pane of a desk, driven without JavaScript.
type pane struct {
	*desk
	pane   Pane
	guests *guests
	files  *waitingFiles
}

// openPane opens a desk for one pane.
func openPane(t *testing.T, handler flow.Handler, p Pane) pane {
	t.Helper()
	g, files := &guests{}, &waitingFiles{all: map[string]flow.File{}}
	return pane{openDesk(t, handler, func(o *Options) {
		o.File = files.open
		users := o.Users
		o.Users = func(ctx context.Context, of Pane) ([]User, error) {
			all, err := users(ctx, of)
			if of == p {
				all = slices.Concat(all, g.list())
			}
			return all, err
		}
	}), p, g, files}
}

// guests are people who sit at a pane beside its own two.
type guests struct {
	mu  sync.Mutex
	all []User
}

func (g *guests) list() []User {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.all)
}

func (g *guests) seat(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !slices.ContainsFunc(g.all, func(u User) bool { return u.ID == id }) {
		g.all = append(g.all, User{ID: id, Name: id, Role: "buyer", Locale: "en"})
	}
}

func (p pane) Can() []adaptertest.Capability {
	all := []adaptertest.Capability{adaptertest.Edits, adaptertest.StaleButtons, adaptertest.History,
		adaptertest.ManyPeople, adaptertest.FreeText, adaptertest.Files}
	if p.pane != Buyer {
		all = append(all, adaptertest.Forms, adaptertest.FieldProblems, adaptertest.Rooms, adaptertest.Whispers, adaptertest.LiveWhispers)
	}
	return all
}

func (p pane) Users() [2]string {
	return [2]string{people[p.pane][0].ID, people[p.pane][1].ID}
}

func (p pane) Platform() string { return p.pane.Platform() }

func (p pane) User(name string) string {
	id := "t-" + name
	p.guests.seat(id)
	return id
}

func (p pane) Redeliver(string) { p.t.Fatal("a browser's press is never delivered twice") }

func (p pane) Longest() int { return paneLimits[p.pane].Text }

func (p pane) Poster() flow.Poster { return keepingPoster{p.adapter.Poster(p.pane), p.files} }

func (p pane) Room() string { return p.pane.Room("approvals") }

func (p pane) Chat(user string) string { return p.pane.Chat(user) }

func (p pane) Restart() { p.stop(); p.start() }

func (p pane) Type(user, text string) {
	p.t.Helper()
	p.done(p.post("/c/say", seat(p.pane, user, "text", text)))
}

func (p pane) Press(user, message, token string) {
	p.t.Helper()
	p.done(p.post("/c/press", seat(p.pane, user, "message", message, "token", token)))
}

// Remark writes into the thread of a message of the room.
func (p pane) Remark(user, message, text string) {
	p.t.Helper()
	p.done(p.post("/c/remark", seat(p.pane, user, "message", message, "text", text)))
}

func (p pane) Submit(user, message string, values map[string]string) {
	p.t.Helper()
	form := seat(p.pane, user, "message", message)
	for name, value := range values {
		form.Set("f."+name, value)
	}
	dialog := p.page(user).with("id", "d-"+message)
	if dialog == nil {
		p.t.Fatalf("message %s has no form", message)
	}
	form.Set("token", dialog.with("name", "token").attr["value"])
	p.done(p.post("/c/submit", form))
}

func (p pane) done(r *http.Response) {
	p.t.Helper()
	if r.StatusCode != http.StatusSeeOther {
		p.t.Errorf("status %s: %s", r.Status, body(p.t, r))
	}
}

func (p pane) page(user string) *node {
	p.t.Helper()
	r := p.get("/c/?" + url.Values{string(p.pane): {user}}.Encode())
	if r.StatusCode != http.StatusOK {
		p.t.Fatalf("status %s: %s", r.Status, body(p.t, r))
	}
	return parseHTML(p.t, body(p.t, r))
}

func (p pane) See(user string) []adaptertest.Seen {
	p.t.Helper()
	return p.seen(user, p.Chat(user))
}

func (p pane) SeeRoom(user string) []adaptertest.Seen {
	p.t.Helper()
	return p.seen(user, p.Room())
}

func (p pane) seen(user, chat string) []adaptertest.Seen {
	p.t.Helper()
	log := p.page(user).with("data-chat", chat)
	if log == nil {
		p.t.Fatalf("there is no chat %s", chat)
	}
	var all []adaptertest.Seen
	for _, li := range log.all("article", "msg") {
		s := adaptertest.Seen{Message: strings.TrimPrefix(li.attr["id"], "m-"), Whisper: len(li.all("p", "only")) > 0}
		if len(li.all("span", "app")) == 0 {
			s.Author = user
		}
		for _, b := range append(li.all("div", "bubble"), li.all("ol", "choices")...) {
			s.Pieces = append(s.Pieces, strings.Join(lines(b), "\n"))
			for _, w := range b.all("p", "wrong") {
				s.Problem = w.words()
			}
		}
		for _, f := range slices.Concat(li.all("div", "field"), li.all("fieldset", "field")) {
			s.Fields = append(s.Fields, seenField(f))
		}
		slices.SortStableFunc(s.Fields, func(a, b adaptertest.SeenField) int { return order(li, a.Name) - order(li, b.Name) })
		for _, k := range li.all("div", "keys") {
			for _, b := range append(k.all("button", ""), k.all("option", "")...) {
				if token := b.attr["value"]; b.attr["name"] == "token" || b.name == "option" {
					s.Buttons = append(s.Buttons, adaptertest.SeenButton{Token: token, Label: b.words()})
				}
			}
		}
		all = append(all, s)
	}
	return all
}

// lines are the paragraphs of a bubble, and its facts as "label: value".
func lines(n *node) []string {
	var out []string
	for _, k := range n.kids {
		switch k.name {
		case "p", "li":
			out = append(out, k.words())
		case "dl":
			for _, row := range k.all("div", "") {
				out = append(out, row.all("dt", "")[0].words()+": "+row.all("dd", "")[0].words())
			}
		}
	}
	return out
}

func seenField(f *node) adaptertest.SeenField {
	var s adaptertest.SeenField
	for _, l := range append(f.all("legend", ""), f.all("label", "")...) {
		if s.Label == "" {
			s.Label = l.words()
		}
	}
	for _, w := range f.all("p", "wrong") {
		s.Problem = w.words()
	}
	for _, h := range f.all("p", "advice") {
		s.Hint = h.words()
	}
	for _, in := range slices.Concat(f.all("input", ""), f.all("textarea", ""), f.all("select", "")) {
		s.Name = strings.TrimPrefix(in.attr["name"], "f.")
		if in.attr["type"] != "radio" {
			s.Value = in.attr["value"]
		}
		if in.name == "textarea" {
			s.Value = in.words()
		}
	}
	for _, l := range f.all("label", "") {
		for _, in := range l.all("input", "") {
			s.Options = append(s.Options, adaptertest.SeenOption{Value: in.attr["value"], Label: strings.TrimSpace(l.words())})
		}
	}
	for _, o := range f.all("option", "") {
		if o.attr["value"] != "" {
			s.Options = append(s.Options, adaptertest.SeenOption{Value: o.attr["value"], Label: o.words()})
		}
	}
	return s
}

// order is where a field stands on the page.
func order(li *node, name string) int {
	return slices.IndexFunc(li.all("", ""), func(n *node) bool { return n.attr["name"] == "f."+name })
}

func TestContract(t *testing.T) {
	t.Parallel()
	for _, p := range Panes() {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			adaptertest.Run(t, func(t *testing.T, desk flow.Desk) adaptertest.Harness {
				return openPane(t, desk, p)
			})
		})
	}
}

// TestTranscripts plays written conversations in each pane; all of them with AFTERSALE_TEST_LONG=1.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	for _, p := range Panes() {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			i, n := uint32(0), uint32(2)
			if p != Buyer { // the team's and the creator's have forms, and share what Slack and Discord play whole
				n = 4
			}
			if p == Creator {
				i = 2
			}
			adaptertest.TranscriptsPart(t, i, n, func(t *testing.T, desk flow.Desk) adaptertest.Harness { return openPane(t, desk, p) })
		})
	}
}

// TestPlayer holds a conversation in the notation of flows/testdata.
func TestPlayer(t *testing.T) {
	t.Parallel()
	h := openPane(t, handlerFunc(emailForm), Team)
	p := adaptertest.Player{Harness: h}
	drawn := func(want ...string) {
		t.Helper()
		seen := p.See("ana")
		if got := adaptertest.Draw(seen[len(seen)-1]); !slices.Equal(got, want) {
			t.Errorf("drawn:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	play := func(line string) {
		t.Helper()
		if err := p.Do("ana", line); err != nil {
			t.Error(err)
		}
	}
	play("/email HP1")
	drawn("Change the e-mail of this purchase", "  New address: ________", "  New address again: ________", "  [Cancel]")
	play("New address: a@example.com; New address again: b@example.com")
	drawn("Change the e-mail of this purchase", "The addresses are not the same.",
		"  New address: a@example.com________", "  New address again: b@example.com________", "  ✗ The addresses are not the same.", "  [Cancel]")
	play("email_again: a@example.com")
	drawn("Changed to a@example.com")
	if err := p.Do("ana", "[Cancel]"); err == nil {
		t.Error("a button that is gone was pressed")
	}
}
