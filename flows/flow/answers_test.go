package flow_test

import (
	"encoding/json"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// A looking flow looks twice at what may be gone the second time.
type looking struct {
	Found string `json:",omitzero"`
	Times int
}

func (l *looking) Steps() []flow.Step {
	look := func(flow.Call) error { return nil }
	return []flow.Step{flow.Do("look", look), flow.Do("look_again", look), flow.Menu("seen", nil)}
}

// TestADoReplacesTheAnswers: what a Do leaves empty is empty, though JSON does not say so.
func TestADoReplacesTheAnswers(t *testing.T) {
	t.Parallel()
	d := flow.Def{Name: "looking", Roles: []actions.Role{actions.Agent}, New: func() flow.Flow { return &looking{} }}
	s, _, _ := flow.Advance(d, flow.State{Conversation: "c", Flow: "looking", Owner: ana.ID}, ana, flow.Start{})
	for _, saw := range []flow.Called{{Step: "look", Data: []byte(`{"Found":"x","Times":1}`)}, {Step: "look_again", Data: []byte(`{"Times":2}`)}} {
		s, _, _ = flow.Advance(d, s, ana, saw)
	}
	var got looking
	if err := json.Unmarshal(s.Answers, &got); err != nil {
		t.Fatal(err)
	}
	if want := (looking{Times: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
