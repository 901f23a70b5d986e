package adaptertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/flowstest"
)

// TestSuitesPass: a platform without faults passes the contract and all conversations, with forms and without.
func TestSuitesPass(t *testing.T) {
	t.Parallel()
	for _, forms := range []bool{true, false} {
		open := func(t *testing.T, desk flow.Desk) Harness { return openMemory(t, desk, forms, "") }
		t.Run(fmt.Sprintf("contract, forms %v", forms), func(t *testing.T) {
			t.Parallel()
			Run(t, open)
		})
		t.Run(fmt.Sprintf("transcripts, forms %v", forms), func(t *testing.T) {
			t.Parallel()
			Transcripts(t, open)
		})
	}
}

// TestTranscriptsNoticeFaults: each mistake of an adapter is told by the conversation that it spoils.
func TestTranscriptsNoticeFaults(t *testing.T) {
	t.Parallel()
	tests := []struct{ fault, script, told string }{
		{"lost edits", "refund_second_person/forms", `does not see title "Refund of R$897.00 approved by Rui"`},
		{"always new", "refund_by_agent/prompts", "what was edited away"},
		{"loud whispers", "refund_second_person/forms", "reads what was said to"},
		{"notices for everybody", "refund_by_buyer/prompts", "does not see"},
		{"no facts", "find/forms", `fact "Product: Sourdough at Home"`},
		{"no fields", "email/forms", `field "New e-mail"`},
		{"no help", "menu/prompts", `button "Help"`},
		{"no files", "audit/prompts", "the files of rui"},
	}
	all := flowstest.Scripts(t)
	for _, test := range tests {
		t.Run(test.fault, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(all, func(s flowstest.Script) bool { return s.Name == test.script })
			if i < 0 {
				t.Fatalf("no conversation %s", test.script)
			}
			r := &recorder{TB: t}
			r.listen(func() {
				playScript(t, r, all[i], func(t *testing.T, desk flow.Desk) Harness { return openMemory(t, desk, all[i].Forms, test.fault) })
			})
			if got := strings.Join(r.told, "\n"); !strings.Contains(got, test.told) {
				t.Errorf("told is %q, want %q", got, test.told)
			}
		})
	}
}

// A recorder keeps what is reported in place of failing.
type recorder struct {
	testing.TB
	told []string
}

type enough struct{}

func (r *recorder) Errorf(format string, args ...any) {
	r.told = append(r.told, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(enough{})
}

func (r *recorder) Failed() bool { return len(r.told) > 0 }

// listen runs until something fatal is reported.
func (r *recorder) listen(play func()) {
	defer func() {
		if stop := recover(); stop != nil && stop != (enough{}) {
			panic(stop)
		}
	}()
	play()
}

func TestHolds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text, words string
		want        bool
	}{
		{"Refund of R$ 297,00 done", "R$ 297,00", true},
		{"A very long sentence that was…", "A very long sentence that was cut by the platform", true},
		{"A…", "A very long sentence that was cut by the platform", false},
		{"Something else", "A very long sentence", false},
	}
	for _, test := range tests {
		if got := holds(test.text, test.words); got != test.want {
			t.Errorf("%q holds %q: %v, want %v", test.text, test.words, got, test.want)
		}
	}
}

func TestListed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"1. Oven Notes 2. Menu": true, "2) Menu": true, "3️⃣ Menu": true, "the Menu": false, "": false} {
		if got := listed(text, "Menu"); got != want {
			t.Errorf("[Menu] is listed in %q: %v, want %v", text, got, want)
		}
	}
}
