package flowstest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// A Script is one section of a conversation file, to be played on a platform that is not in memory.
type Script struct {
	Name  string // file and section
	Forms bool   // for platforms that can ask several fields at once; else for those that cannot
	Acts  []Act
	given given
}

// An Act is what somebody does in one line, or a move of the clock.
type Act struct {
	Number int    // of the line in its section
	Line   string // as it stands in the file
	Who    string // empty: the clock moves
	Room   bool   // he presses in the room
	Old    bool   // a button of a message that has been replaced since
	Button string // label of what he presses
	Text   string // what he types, or the fields that he fills
	Below  bool   // he writes below a card of the room
	Want   []string
	act    act
}

// Outside is what happens outside of the chats, as it stands in the file: audit, mails, the commerce platform.
func (a Act) Outside() []string {
	return slices.DeleteFunc(slices.Clone(a.Want), func(l string) bool { return !strings.HasPrefix(l, "!") })
}

// People are the names of those who work for the shop, and of all others who say something, in order.
func (s Script) People() (team, others []string) {
	team = sorted(s.given.People)
	others = sorted(s.given.Buyers)
	for _, a := range s.Acts {
		if a.Who != "" && !slices.Contains(team, a.Who) && !slices.Contains(others, a.Who) {
			others = append(others, a.Who)
		}
	}
	return team, others
}

// Scripts reads all conversations of flows/testdata.
func Scripts(t testing.TB) []Script {
	t.Helper()
	dir, err := moduleFolder()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "flows", "testdata", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	var all []Script
	for _, path := range files {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var g given
		for _, f := range archive.Files {
			if f.Name == "given.yaml" {
				g = parseGiven(t, f.Data)
				continue
			}
			if g.Memory {
				continue
			}
			s := Script{Name: strings.TrimSuffix(filepath.Base(path), ".txtar") + "/" + f.Name, Forms: strings.HasPrefix(f.Name, "forms"), given: g}
			if s.Acts, err = parseActs(string(f.Data)); err != nil {
				t.Fatalf("%s: %v", s.Name, err)
			}
			all = append(all, s)
		}
	}
	return all
}

func parseActs(section string) ([]Act, error) {
	var acts []Act
	for i, text := range strings.Split(strings.TrimRight(section, "\n"), "\n") {
		a := Act{Number: i + 1, Line: text}
		switch {
		case text == "" || strings.HasPrefix(text, "#"):
			continue
		case strings.HasPrefix(text, "<") || strings.HasPrefix(text, "!"):
			if len(acts) == 0 {
				return nil, fmt.Errorf("line %d: nobody has said anything yet", i+1)
			}
			last := &acts[len(acts)-1]
			last.Want = append(last.Want, text)
			continue
		case strings.HasPrefix(text, "@"):
		default:
			var err error
			if a.act, err = parseAct(text); err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			a.Who, a.Room, a.Old, a.Button, a.Text, a.Below = a.act.who, a.act.room != "", a.act.old, a.act.button, a.act.text, a.act.below
		}
		acts = append(acts, a)
	}
	return acts, nil
}

// moduleFolder is where go.mod is, above the folder in which the test runs.
func moduleFolder() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", errors.New("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}
