package flowstest

import (
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestOptionsOfCommands: a platform's typed options fill the fields that they name; where the first form asks something
// else, as of a stranger, they are taken like words behind the command.
func TestOptionsOfCommands(t *testing.T) {
	t.Parallel()
	const stranger, staff = "otto", "ana"
	tests := []struct {
		who, word string
		values    map[string]string
		step      string
	}{
		{stranger, "find", map[string]string{"query": "someone@example.com"}, "code"},
		{stranger, "refund", map[string]string{"transaction": "HP1100000101"}, "code"},
		{stranger, "find", nil, "identify"},
		{staff, "find", map[string]string{"query": "HP1100000101"}, "card"},
		{staff, "find", map[string]string{"product": "Sourdough", "status": "approved"}, "card"},
		{staff, "refund", map[string]string{"transaction": "HP1100000101"}, "why"},
		{staff, "resend", map[string]string{"product": "Sourdough"}, "filters"},
		{stranger, "resend", map[string]string{"product": "Sourdough"}, "identify"},
		{staff, "cancel", map[string]string{"product": "Circle"}, "no_products"},
		{staff, "reactivate", map[string]string{"product": "Circle"}, "no_products"},
		{stranger, "cancel", map[string]string{"product": "Circle"}, "identify"},
	}
	for _, test := range tests {
		w := openOn(t, storetest.New(t), parseGiven(t, []byte(mainShop)))
		in := flow.Inbound{Platform: platform, Chat: "@" + test.who, User: test.who, Forms: true, Input: flow.Command{Word: test.word, Values: test.values}}
		must(t, w.runner.Handle(t.Context(), in, screen{w.chats, "@" + test.who}))
		if got := w.chats.messages["@"+test.who][0].shown; got.Step != test.step || got.Problem != "" {
			t.Errorf("%s: /%s %v shows %s.%s, problem %q; want the step %s", test.who, test.word, test.values, got.Flow, got.Step, got.Problem, test.step)
		}
	}
}
