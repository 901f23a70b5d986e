package flow_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// A lock asks for a word that must not be kept.
type lock struct {
	Name string
	Word string
	Open bool
}

func (l *lock) Steps() []flow.Step {
	text := func(s string) (string, error) { return s, nil }
	return []flow.Step{
		flow.Form("ask", flow.Input("name", &l.Name, text), flow.Input("word", &l.Word, text).Secret()),
		flow.Do("try", nil),
		flow.Confirm("go", nil),
		flow.Do("open", nil),
		flow.Result("opened", nil),
	}
}

// TestWhatIsAskedOnceIsNotKept: whatever the step behind the form says, the word is forgotten; only it is asked for again,
// also when the platform was away, for nothing that was typed waits for another try.
func TestWhatIsAskedOnceIsNotKept(t *testing.T) {
	t.Parallel()
	d := flow.Def{Name: "lock", Roles: []actions.Role{actions.Agent}, New: func() flow.Flow { return &lock{} }}
	ana := actions.Actor{ID: "ana", Role: actions.Agent}
	asked := func(t *testing.T) flow.State {
		t.Helper()
		s, _, _ := flow.Advance(d, flow.State{Conversation: "c", Flow: "lock", Owner: "ana"}, ana, flow.Start{})
		s, v, effects := flow.Advance(d, s, ana, flow.Submit{Revision: s.Revision, Values: map[string]string{"name": "Ana", "word": "sesame"}})
		if len(effects) != 1 || effects[0].Step != "try" {
			t.Fatalf("after the form: %+v, %+v", v, effects)
		}
		return s
	}
	for name, failure := range map[string]flow.Failure{
		"wrong":       {Code: actions.Invalid, Key: "error.empty", Field: "word"},
		"unavailable": {Code: actions.Unavailable, Key: "error.unavailable"},
	} {
		s, v, effects := flow.Advance(d, asked(t), ana, flow.Called{Step: "try", Err: &failure})
		kept, err := json.Marshal(s)
		if err != nil || strings.Contains(string(kept), "sesame") {
			t.Errorf("%s: kept %s, %v", name, kept, err)
		}
		last := len(v.Fields) - 1
		if v.Kind != "form" || last < 0 || v.Fields[last].Name != "word" || v.Fields[last].Value != "" || !v.Fields[last].Secret || v.Problem == nil || len(effects) != 0 {
			t.Errorf("%s: shown %+v, %v", name, v, effects)
		}
		if !strings.Contains(string(kept), "Ana") {
			t.Errorf("%s: what may be kept is lost: %s", name, kept)
		}
	}
	// A later step that cannot be done now is tried again: nothing needs to be typed for it.
	s := asked(t)
	data, err := json.Marshal(&lock{Name: "Ana", Open: true})
	if err != nil {
		t.Fatal(err)
	}
	s, _, _ = flow.Advance(d, s, ana, flow.Called{Step: "try", Data: data})
	s, _, _ = flow.Advance(d, s, ana, flow.Press{Revision: s.Revision, Button: "confirm"})
	s, v, _ := flow.Advance(d, s, ana, flow.Called{Step: "open", Err: &flow.Failure{Code: actions.Unavailable, Key: "error.unavailable"}})
	if v.Kind != "notice" || !s.Retry {
		t.Errorf("shown %+v, retry %t", v, s.Retry)
	}
}
