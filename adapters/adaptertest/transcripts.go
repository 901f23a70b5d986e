package adaptertest

import (
	"hash/fnv"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/flowstest"
)

// Transcripts plays every conversation of flows/testdata through an adapter: the sections called forms where the platform
// has forms, else those called prompts. All below the adapter is real: engine, actions, database, jobs. Where the platform
// has no rooms, who presses something in one is on another platform.
//
// Beside it the same lines are played in memory, which tells who should see what; after every act each title, sentence,
// fact, field and button is looked for among what the harness sees, an edited card must not show what it said before,
// and nobody may read what was said to another person. What happens outside of the chats (audit, mails, the commerce
// platform) must be what the file says, line by line.
//
// open starts a fresh adapter whose events go to the desk. It is called once for each conversation and cleans up by
// t.Cleanup; it is called once more, to see what the platform can do.
//
// Under the race detector each way of playing takes a quarter of the conversations, another one each: it looks for what runs
// side by side, which is the same in all of them. Without it all are played in all ways.
func Transcripts(t *testing.T, open func(t *testing.T, desk flow.Desk) Harness) {
	t.Helper()
	TranscriptsPart(t, 0, 1, open)
}

// TranscriptsPart plays the i-th of n parts of the conversations: for a platform with several transports, which carry the same
// words. All are played in all ways with AFTERSALE_TEST_LONG=1.
func TranscriptsPart(t *testing.T, i, n uint32, open func(t *testing.T, desk flow.Desk) Harness) {
	t.Helper()
	all := os.Getenv("AFTERSALE_TEST_LONG") == "1"
	forms := slices.Contains(open(t, &script{}).Can(), Forms)
	for _, s := range flowstest.Scripts(t) {
		if s.Forms != forms || !all && !picked("", s.Name, i, n) || underRace && !picked(t.Name(), s.Name, 0, 4) {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			playScript(t, t, s, open)
		})
	}
}

// picked says whether a conversation is in the i-th of n parts, by its name.
func picked(test, script string, i, n uint32) bool {
	sum := fnv.New32a()
	sum.Write([]byte(test + "/" + script))
	return sum.Sum32()>>8%n == i
}

// playScript plays one conversation. What is wrong with the adapter goes to report.
func playScript(t *testing.T, report testing.TB, s flowstest.Script, open func(t *testing.T, desk flow.Desk) Harness) {
	p := &theatre{TB: report, t: t, script: s, placed: map[string][]place{}}
	p.world = s.Open(t, func(desk flow.Desk) flowstest.Platform {
		p.Harness = open(t, desk)
		return flowstest.Platform{Name: p.Platform(), User: p.User, Chat: p.Chat, Room: p.room(), Poster: p.Poster()}
	})
	p.lacks()
	p.book = s.Rehearse(t, p.Platform())
	p.team, p.others = s.People()
	for _, a := range s.Acts {
		p.play(a)
		if p.Failed() {
			p.Fatalf("after line %d: %s", a.Number, a.Line)
		}
	}
}

// A theatre is one conversation being played.
type theatre struct {
	testing.TB
	Harness
	t            *testing.T
	script       flowstest.Script
	world        *flowstest.World
	book         *flowstest.Rehearsal
	team, others []string

	placed map[string][]place  // where each message of the rehearsal was seen, version by version
	before map[string][]string // what each person saw before the act
	actor  string
	passed string // whose line was left out last, until he says a command
	spoke  string // who did something last
}

func (p *theatre) has(c Capability) bool { return slices.Contains(p.Can(), c) }

func (p *theatre) room() string {
	if p.has(Rooms) {
		return p.Room()
	}
	return ""
}

// lacks skips a conversation that needs what the platform has not.
func (p *theatre) lacks() {
	p.Helper()
	for _, a := range p.script.Acts {
		switch {
		case p.world.Away(a.Who):
		case a.Button == "" && a.Who != "" && !strings.HasPrefix(a.Text, "/") && !strings.Contains(a.Text, ": ") && !p.has(FreeText):
			p.Skipf("SKIPPED: the platform has no %s", FreeText)
		}
	}
}

// play has one line happen, in memory and on the platform, and compares.
func (p *theatre) play(a flowstest.Act) {
	p.Helper()
	p.actor = a.Who
	if a.Who == "" {
		p.actor = p.spoke // while only time passes, whoever spoke last sits there
	}
	late := p.book.Late(a) || !p.has(StaleButtons) && a.Button != "" && a.Who != p.spoke // somebody else is at the keyboard
	if !p.world.Away(a.Who) && late && (!p.has(StaleButtons) || p.shut(a)) {
		p.passOver(a)
		return
	}
	switch command := a.Button == "" && strings.HasPrefix(a.Text, "/"); {
	case command && p.passed == a.Who:
		p.passed = ""
	case a.Who != "" && a.Button == "" && !a.Below:
		p.goesOn(a)
	}
	if a.Who != "" {
		p.spoke = a.Who
	}
	p.before = map[string][]string{}
	for _, name := range p.watched() {
		for _, s := range p.look(name) {
			p.before[name] = append(p.before[name], content(s))
		}
	}
	switch {
	case a.Who == "":
		p.world.Move(a)
	case p.world.Away(a.Who):
		if err := p.world.Act(a); err != nil {
			p.Fatalf("line %d: %v", a.Number, err)
		}
	default:
		p.act(a)
	}
	p.world.Rest()
	said, err := p.book.Do(a)
	if err != nil {
		p.Fatalf("line %d: %v", a.Number, err)
	}
	for _, c := range said {
		p.expect(c, false)
	}
	told := p.book.Settle(a)
	if d := cmp.Diff(unnamed(a.Outside()), unnamed(p.world.Settle())); d != "" {
		p.Errorf("line %d: outside of the chats (-file +adapter)\n%s", a.Number, d)
	}
	for _, c := range told {
		p.expect(c, true)
	}
	p.privacy()
	p.files()
}

// generated is an id that the world made: its number depends on how much was made before.
var generated = regexp.MustCompile(`\b0\d{25}\b`)

// unnamed are lines without generated ids.
func unnamed(lines []string) []string {
	out := []string{}
	for _, l := range lines {
		out = append(out, generated.ReplaceAllString(l, "(id)"))
	}
	return out
}

// shut says whether an act presses a button of a form that has opened and is gone: nobody can.
func (p *theatre) shut(a flowstest.Act) bool {
	message, token, err := p.book.Target(a)
	at, ok := p.find(message, a.Button, token)
	if err != nil || !ok || !p.opens(at.view) {
		return false
	}
	where := at.buttons[a.Button]
	return !slices.ContainsFunc(p.look(a.Who), func(s Seen) bool {
		return s.Message == where.message && slices.Contains(s.Buttons, SeenButton{where.token, a.Button})
	})
}

// passOver leaves a line out that the platform has no way to play. When it does something, the conversation ends there.
func (p *theatre) passOver(a flowstest.Act) {
	p.Helper()
	p.t.Run(a.Line, func(t *testing.T) { t.Skipf("SKIPPED: the platform has no %s", StaleButtons) })
	if _, err := p.book.Do(a); err != nil {
		p.Fatalf("line %d: %v", a.Number, err)
	}
	p.book.Settle(a)
	p.passed = a.Who
	if len(a.Outside()) > 0 {
		p.Skipf("SKIPPED: the platform has no %s, and what line %d does the rest builds on", StaleButtons, a.Number)
	}
}

// goesOn ends a conversation in which somebody goes on from a line of his that was left out.
func (p *theatre) goesOn(a flowstest.Act) {
	p.Helper()
	if p.passed != "" && p.passed == a.Who {
		p.Skipf("SKIPPED: the platform has no %s, and line %d goes on from one", StaleButtons, a.Number)
	}
}

// unseen ends a conversation whose line needs what was not seen. Where a line before it was left out there is nothing wrong.
func (p *theatre) unseen(a flowstest.Act, what string) {
	p.Helper()
	p.goesOn(a)
	p.Fatalf("line %d: %s was not seen by %s", a.Number, what, a.Who)
}

// remark writes on the platform below the card that the script means.
func (p *theatre) remark(a flowstest.Act) {
	p.Helper()
	below, ok := p.Harness.(Remarker)
	if !ok {
		p.Skipf("SKIPPED: the platform has no news of what is said in rooms")
	}
	message, _ := p.book.Below(a)
	all := p.placed[message]
	if len(all) == 0 || all[len(all)-1].message == "" {
		p.unseen(a, "the card")
	}
	below.Remark(p.User(a.Who), all[len(all)-1].message, a.Text)
}

// act does on the platform what somebody does in one line.
func (p *theatre) act(a flowstest.Act) {
	p.Helper()
	if a.Below {
		p.remark(a)
		return
	}
	user := p.User(a.Who)
	if a.Button != "" {
		message, token, err := p.book.Target(a)
		if err != nil {
			p.Fatalf("line %d: %v", a.Number, err)
		}
		at, ok := p.find(message, a.Button, token)
		switch {
		case ok:
			p.Press(user, at.buttons[a.Button].message, at.buttons[a.Button].token)
		case strings.HasSuffix(token, ".cancel"): // of a form that opened: closing it, or leaving by the word
			p.Type(user, "/stop")
		default:
			p.unseen(a, "["+a.Button+"]")
		}
		return
	}
	if message, values, ok := p.book.Filled(a); ok {
		all := p.placed[message]
		if len(all) == 0 {
			p.unseen(a, "the form")
		}
		at := all[len(all)-1]
		if at.form != "" {
			p.Submit(user, at.form, values)
			return
		}
		where, ok := p.chosen(a.Who, at.view, values)
		if !ok {
			p.unseen(a, "the form")
		}
		p.Press(user, where.message, where.token)
		return
	}
	p.Type(user, a.Text)
}

// chosen finds the button that answers a form of one choice, where the platform shows its options as buttons.
func (p *theatre) chosen(who string, v flow.Shown, values map[string]string) (pressable, bool) {
	if len(v.Fields) != 1 {
		return pressable{}, false
	}
	f := v.Fields[0]
	i := slices.IndexFunc(f.Options, func(o flow.ShownOption) bool { return o.Value == values[f.Name] })
	if i < 0 {
		return pressable{}, false
	}
	return button(p.look(who), f.Options[i].Label)
}

// watched are those whose eyes the harness has. Where one keyboard serves everybody it is whoever is at it.
func (p *theatre) watched() []string {
	all := slices.Concat(p.team, p.others)
	return slices.DeleteFunc(all, func(name string) bool {
		return p.world.Away(name) || !p.has(ManyPeople) && name != p.actor
	})
}

// look lists what the bot has said where the person can read it, oldest first; the room's messages last.
func (p *theatre) look(name string) []Seen {
	p.Helper()
	seen := p.See(p.User(name))
	if p.has(Rooms) && slices.Contains(p.team, name) {
		seen = append(slices.Clone(seen), p.SeeRoom(p.User(name))...)
	}
	return slices.DeleteFunc(slices.Clone(seen), func(s Seen) bool { return s.Author != "" })
}

// privacy looks for what was said to one person among what others see.
func (p *theatre) privacy() {
	p.Helper()
	if !p.has(ManyPeople) {
		return
	}
	all := p.watched()
	for _, name := range all {
		allowed := spoken(p.book.Said(name))
		if slices.Contains(p.team, name) {
			allowed += spoken(p.book.Said(""))
		}
		var seen strings.Builder
		for _, s := range p.look(name) {
			seen.WriteString(p.normal(s.Text()) + "\n")
		}
		for _, other := range all {
			if other == name {
				continue
			}
			for _, v := range p.book.Said(other) {
				for _, words := range telling(v) {
					if !strings.Contains(allowed, words) && strings.Contains(seen.String(), words) {
						p.Errorf("%s reads what was said to %s: %q", name, other, words)
					}
				}
			}
		}
	}
}

// spoken is all that some views say.
func spoken(views []flow.Shown) string {
	var all strings.Builder
	for _, v := range views {
		for _, line := range flowstest.Draw(v) {
			all.WriteString(plain(line) + "\n")
		}
		for _, words := range telling(v) { // a line of several is drawn in another way
			all.WriteString(words + "\n")
		}
	}
	return all.String()
}

// telling are the texts of a view that would tell somebody else something: all but the short ones.
func telling(v flow.Shown) []string {
	all := append([]string{v.Title}, v.Body...)
	for _, f := range v.Facts {
		all = append(all, f.Value)
	}
	for i := range all {
		all[i] = plain(all[i])
	}
	const least = 8 // characters; shorter ones are words of everybody's
	return slices.DeleteFunc(all, func(s string) bool { return len([]rune(s)) < least })
}
