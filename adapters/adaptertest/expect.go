package adaptertest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/flowstest"
)

// A place is where one version of a view was seen.
type place struct {
	view    flow.Shown // as in the rehearsal
	message string     // the platform's message that shows it; empty when several do
	whisper bool
	form    string // the message that holds its fields
	buttons map[string]pressable
}

type pressable struct{ message, token string }

// expect looks for a view where it should be seen now. later says that no press brought it but a job.
func (p *theatre) expect(c flowstest.Change, later bool) {
	p.Helper()
	if _, threads := p.Poster().(flow.Threader); c.Thread && !threads {
		return
	}
	viewers := []string{c.Person}
	switch {
	case c.Person == "" && !p.has(Rooms):
		return
	case c.Person == "":
		viewers = p.team
	case !slices.Contains(p.watched(), c.Person):
		return // seen when he comes to the keyboard
	}
	for i, name := range viewers {
		at, missing := p.locate(name, c)
		switch {
		case len(missing) > 0 && later && c.Aside && !p.has(LiveWhispers):
			return // an answer for his eyes alone, which the platform forgets
		case len(missing) > 0:
			p.Errorf("%s does not see %s\nof:\n%s\nbut:\n%s", name, strings.Join(missing, ", "), strings.Join(flowstest.Draw(c.Now), "\n"), p.drawn(name))
			return
		}
		p.stale(name, c, at)
		if i == 0 {
			p.placed[c.Message] = append(p.placed[c.Message], at)
		}
	}
}

// locate finds a view among what a person sees that is new: in one message, else in several, else behind the button
// that opens it.
func (p *theatre) locate(name string, c flowstest.Change) (place, []string) {
	p.Helper()
	at, missing := p.among(p.fresh(name, c), c.Now)
	if len(missing) == 0 || c.Now.Answer == nil || name != p.actor {
		return at, missing
	}
	for _, s := range slices.Backward(p.fresh(name, c)) { // an older form may stand there unanswered
		if b, ok := s.Button(c.Now.Answer.Label); ok {
			p.Press(p.User(name), s.Message, b.Token)
			p.world.Rest()
			return p.among(p.fresh(name, c), c.Now)
		}
	}
	return at, missing
}

// among finds a view in the newest message that shows all of it, else in all of them together.
func (p *theatre) among(seen []Seen, v flow.Shown) (place, []string) {
	p.Helper()
	for i := len(seen) - 1; i >= 0; i-- {
		if at, missing := p.shows(seen[i:i+1], v); len(missing) == 0 {
			return at, nil
		}
	}
	return p.shows(seen, v)
}

// fresh is what a person sees that he did not see before the act, and in the room only what all see there if the view is
// everybody's. A view that says the same as before need not be new.
func (p *theatre) fresh(name string, c flowstest.Change) []Seen {
	p.Helper()
	before := slices.Clone(p.before[name])
	same := len(c.Before) > 0 && slices.Equal(flowstest.Draw(c.Before[len(c.Before)-1]), flowstest.Draw(c.Now))
	seen := p.look(name)
	if c.Person == "" {
		seen = slices.DeleteFunc(p.SeeRoom(p.User(name)), func(s Seen) bool { return s.Author != "" || s.Whisper })
	}
	return slices.DeleteFunc(slices.Clone(seen), func(s Seen) bool {
		i := slices.Index(before, content(s))
		opened := p.opens(c.Now) && len(s.Fields) > 0 // again, in the place of the one before
		if i < 0 || same || opened {
			return false
		}
		before = slices.Delete(before, i, i+1)
		return true
	})
}

// stale complains when a card that was edited still shows what it said before.
func (p *theatre) stale(name string, c flowstest.Change, now place) {
	p.Helper()
	all := p.placed[c.Message]
	if !p.has(Edits) || len(all) == 0 || p.opens(c.Now) {
		return
	}
	old := all[len(all)-1]
	if old.message == "" || old.whisper || slices.Equal(flowstest.Draw(old.view), flowstest.Draw(c.Now)) {
		return
	}
	for _, s := range p.look(name) {
		if s.Message != old.message {
			continue
		}
		if _, missing := p.shows([]Seen{s}, old.view); len(missing) == 0 && now.message != old.message {
			p.Errorf("%s still sees on message %s what was edited away: %q", name, s.Message, s.Text())
		}
		for _, b := range s.Buttons {
			gone := slices.ContainsFunc(old.view.Buttons, func(was flow.ShownButton) bool { return same(b.Label, was.Label) }) &&
				!slices.ContainsFunc(c.Now.Buttons, func(is flow.ShownButton) bool { return same(b.Label, is.Label) })
			if gone {
				p.Errorf("%s is still offered [%s] on message %s", name, b.Label, s.Message)
			}
		}
	}
}

// find is the version of a message that had a button, where it was seen.
func (p *theatre) find(message, label, token string) (place, bool) {
	all := p.placed[message]
	for i := len(all) - 1; i >= 0; i-- {
		drawn := slices.ContainsFunc(all[i].view.Buttons, func(b flow.ShownButton) bool { return b.Label == label && b.Token == token })
		if _, ok := all[i].buttons[label]; ok && drawn {
			return all[i], true
		}
	}
	return place{}, false
}

// opens says whether the platform shows the view as a form that opens.
func (p *theatre) opens(v flow.Shown) bool {
	return p.has(Forms) && len(v.Fields) > 0 && !(len(v.Fields) == 1 && len(v.Fields[0].Options) > 0)
}

func (p *theatre) drawn(name string) string {
	var all strings.Builder
	for _, s := range p.look(name) {
		fmt.Fprintf(&all, "%s (whisper %v)\n%s\n", s.Message, s.Whisper, strings.Join(Draw(s), "\n"))
	}
	return all.String()
}

// content is all of a message, to tell whether it has changed.
func content(s Seen) string { return fmt.Sprintf("%+v", s) }
