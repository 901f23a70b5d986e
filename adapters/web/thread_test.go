package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// What is written in a thread stands below its card for everybody, with the name of who wrote it, and is a remark; the answer is
// for his eyes.
func TestThread(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var all []flow.Inbound
	p := openPane(t, handlerFunc(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
		mu.Lock()
		all = append(all, in)
		mu.Unlock()
		_, err := on.Show(ctx, flow.Shown{Kind: "notice", Title: "Noted for the team", Ended: true})
		return err
	}), Team)
	post := func(title string) string {
		t.Helper()
		id, err := p.Poster().Post(t.Context(), p.Room(), flow.Shown{Kind: "card", Title: title, Ended: true})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	card, other := post("#1001"), post("#1002")
	in, id, err := p.Poster().(flow.Threader).PostBelow(t.Context(), p.Room(), card, "", flow.Shown{Kind: "card", Title: "Ana has it", Ended: true})
	if err != nil || in != p.Room() {
		t.Fatal(in, err)
	}
	if err := p.Poster().Edit(t.Context(), in, id, flow.Shown{Kind: "card", Title: "Bia has it", Ended: true}); err != nil {
		t.Error(err)
	}
	users := p.Users()
	p.Remark(users[0], card, "Old <b>browser</b>")
	mu.Lock()
	if len(all) != 1 || all[0].Below != card || !all[0].Shared || all[0].User != users[0] || all[0].Direct == "" || all[0].Input != (flow.Remark{Text: "Old <b>browser</b>"}) {
		t.Errorf("reached the flows: %+v", all)
	}
	mu.Unlock()
	titles := func(user string) (texts []string) {
		for _, s := range p.SeeRoom(user) {
			texts = append(texts, strings.Join(s.Pieces, " "))
		}
		return texts
	}
	if got, want := titles(users[0]), []string{"#1001", "Bia has it", "Old <b>browser</b>", "Noted for the team", "#1002"}; !slices.Equal(got, want) {
		t.Errorf("who wrote it sees %q, want %q", got, want)
	}
	if got, want := titles(users[1]), []string{"#1001", "Bia has it", "Old <b>browser</b>", "#1002"}; !slices.Equal(got, want) {
		t.Errorf("the other one sees %q, want %q", got, want)
	}
	if page := p.page(users[1]); page.with("id", "m-"+card).all("form", "remark") == nil || page.with("id", "m-"+other).all("form", "remark") != nil {
		t.Error("a note can be written where there is no thread, or not where there is one")
	}
	for _, s := range p.SeeRoom(users[1]) {
		if strings.Contains(strings.Join(s.Pieces, ""), "browser") && !strings.Contains(p.page(users[1]).with("id", "m-"+s.Message).all("p", "who")[0].words(), people[Team][0].Name) {
			t.Error("the note does not say who wrote it")
		}
	}
	for what, message := range map[string]string{"no thread": other, "nothing": "nowhere"} {
		if r := p.post("/c/remark", seat(Team, users[0], "message", message, "text", "x")); r.StatusCode != http.StatusNotFound {
			t.Errorf("below %s: %s", what, r.Status)
		}
	}
	if _, _, err := p.Poster().(flow.Threader).PostBelow(t.Context(), p.Room(), "nowhere", "", flow.Shown{Title: "x"}); !errors.Is(err, flow.ErrGone) {
		t.Errorf("below what is not there: %v", err)
	}
}
