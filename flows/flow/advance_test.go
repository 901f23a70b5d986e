package flow_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// A payout is a flow with everything in it that the engine knows: a form, a choice, a field typed twice, an optional
// and an extra one, a condition, a second person, an action that money depends on.
type payout struct {
	Transaction string
	Reason      string
	Email       string
	Note        string
	Looked      int
}

func payoutDef() flow.Def {
	return flow.Def{
		Name: "payout", Roles: []actions.Role{actions.Agent, actions.Manager},
		New: func() flow.Flow { return &payout{} },
	}
}

func text(s string) (string, error) {
	if strings.Contains(s, "!") {
		return "", &actions.Error{Code: actions.Invalid, Key: "test.no_exclamation"}
	}
	return s, nil
}

func (p *payout) Steps() []flow.Step {
	card := func() []flow.Fact { return flow.Card("transaction", p.Transaction, "reason", p.Reason) }
	return []flow.Step{
		flow.Form("find", flow.Input("transaction", &p.Transaction, text)),
		flow.Do("look_up", func(flow.Call) error { p.Looked++; return nil }),
		flow.Form("why",
			flow.Choice("reason", &p.Reason, "late", "fraud"),
			flow.Input("email", &p.Email, text).Twice(),
			flow.Input("note", &p.Note, text).Extra()),
		flow.Menu("menu", card, flow.Go("on", nil), flow.Reopen("again", "find", nil), flow.Open("other", "help", map[string]string{"a": "b"})),
		flow.Confirm("confirm", card).Danger(),
		flow.When(p.Reason == "fraud", flow.Confirm("approve", card).By(actions.Manager)),
		flow.Do("refund", func(flow.Call) error { return nil }),
		flow.Result("done", card, flow.Open("more", "help", nil)),
	}
}

var (
	ana = actions.Actor{ID: "ana", Role: actions.Agent}
	rui = actions.Actor{ID: "rui", Role: actions.Manager}
	eve = actions.Actor{ID: "eve", Role: actions.BuyerRole}
)

// events draws a random event, most often one that fits the view.
func events(t *rapid.T, view flow.View, pending []flow.Effect) flow.Event {
	if len(pending) > 0 && pending[0].Launch == nil && rapid.IntRange(0, 9).Draw(t, "answer the call") > 0 {
		failures := []*flow.Failure{
			nil, nil, nil, {Code: actions.NotFound, Key: "k", Field: "transaction"}, {Code: actions.Unavailable, Key: "k"},
			{Code: actions.Denied, Key: "k", Hint: "h"}, {Code: actions.Invalid, Key: "k", Field: "email"},
		}
		return flow.Called{Step: pending[0].Step, Data: json.RawMessage(`{}`), Err: rapid.SampledFrom(failures).Draw(t, "err")}
	}
	if rapid.IntRange(0, 3).Draw(t, "sensible") > 0 {
		return sensible(t, view)
	}
	words := []string{"HP1", "a@b.c", "x!", "", "fraud", "late", strings.Repeat("é", flow.MaxAnswer+1)}
	word := func(name string) string { return rapid.SampledFrom(words).Draw(t, name) }
	revision := view.Token.Revision
	if rapid.IntRange(0, 9).Draw(t, "old") == 0 {
		revision += rapid.IntRange(-2, 2).Draw(t, "off by")
	}
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		return flow.Say{Text: word("said")}
	case 1, 2:
		return flow.Submit{Revision: revision, Values: map[string]string{
			"transaction": word("t"), "reason": word("r"), "email": word("e"), "email_again": word("ea"), "note": word("n"),
		}}
	case 3:
		return flow.Called{Step: word("step"), Data: json.RawMessage(`{}`)}
	}
	names := []string{"confirm", "back", "cancel", "help", "again", "skip", "extra", "o0", "o1", "o9", "o-1", "on", "zzz", ""}
	for _, b := range view.Buttons {
		names = append(names, b.Name, b.Name, b.Name)
	}
	return flow.Press{Revision: revision, Button: rapid.SampledFrom(names).Draw(t, "button")}
}

// sensible draws what leads on.
func sensible(t *rapid.T, view flow.View) flow.Event {
	button := map[string]string{"menu": "on", "confirm": "confirm"}[view.Kind]
	if len(view.Fields) == 1 {
		if view.Fields[0].Kind != flow.ChoiceField {
			return flow.Say{Text: "a@b.c"}
		}
		button = rapid.SampledFrom([]string{"o0", "o1"}).Draw(t, "option")
	}
	if len(view.Fields) > 1 {
		return flow.Submit{Revision: view.Token.Revision, Values: map[string]string{
			"reason": rapid.SampledFrom([]string{"late", "fraud"}).Draw(t, "reason"), "email": "a@b.c", "email_again": "a@b.c",
		}}
	}
	return flow.Press{Revision: view.Token.Revision, Button: button}
}

// TestAdvanceChangesNoArgument plays random events and compares each argument before and after, and the results of
// two runs with the same arguments.
func TestAdvanceChangesNoArgument(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, view, effects := flow.Advance(payoutDef(), begin(t), ana, flow.Start{})
		for range rapid.IntRange(1, 40).Draw(t, "turns") {
			who := rapid.SampledFrom([]actions.Actor{ana, ana, ana, rui, eve}).Draw(t, "who")
			e := events(t, view, effects)
			stateBefore, eventBefore := dump(s), dump(e)
			next, nextView, nextEffects := flow.Advance(payoutDef(), s, who, e)
			again, againView, againEffects := flow.Advance(payoutDef(), s, who, e)
			if d := cmp.Diff(stateBefore, dump(s)); d != "" {
				t.Fatalf("%#v changed the state it was given:\n%s", e, d)
			}
			if d := cmp.Diff(eventBefore, dump(e)); d != "" {
				t.Fatalf("%#v was changed:\n%s", e, d)
			}
			if d := cmp.Diff(dump(next), dump(again)) + cmp.Diff(nextView, againView) + cmp.Diff(nextEffects, againEffects); d != "" {
				t.Fatalf("%#v gave two results:\n%s", e, d)
			}
			s, view, effects = next, nextView, nextEffects
		}
	})
}

// TestNoRefundWithoutConsent checks that whatever happens before, the effect "refund" follows a press of [Confirm] by
// the owner on the card as it was last shown, and for fraud one by somebody else who may, with nothing reopened since.
func TestNoRefundWithoutConsent(t *testing.T) {
	t.Parallel()
	reached := false
	rapid.Check(t, consent(&reached))
	if !reached {
		t.Error("no run reached the refund: the test proved nothing")
	}
}

// TestBackPassesOverTheSecondPerson: after a refund that two agreed to and that failed, [Back] by its owner leads to a step
// that the owner can answer, and both have to agree again.
func TestBackPassesOverTheSecondPerson(t *testing.T) {
	t.Parallel()
	s, view, _ := flow.Advance(payoutDef(), flow.State{Conversation: "c", Flow: "payout", Owner: ana.ID}, ana, flow.Start{})
	s, view = step(t, s, flow.Say{Text: "HP1"}, "why")
	s, view = step(t, s, flow.Submit{Revision: view.Token.Revision, Values: map[string]string{
		"reason": "fraud", "email": "a@b.c", "email_again": "a@b.c",
	}}, "menu")
	s, view = step(t, s, flow.Press{Revision: view.Token.Revision, Button: "on"}, "confirm")
	s, view = step(t, s, flow.Press{Revision: view.Token.Revision, Button: "confirm"}, "approve")
	s, view, _ = flow.Advance(payoutDef(), s, rui, flow.Press{Revision: view.Token.Revision, Button: "confirm"})
	s, view, _ = flow.Advance(payoutDef(), s, ana, flow.Called{Step: "refund", Err: &flow.Failure{Code: actions.Unavailable, Key: "k"}})
	s, view = step(t, s, flow.Press{Revision: view.Token.Revision, Button: "back"}, "confirm")
	step(t, s, flow.Press{Revision: view.Token.Revision, Button: "confirm"}, "approve")
}

// FuzzAdvance looks for the same with a fuzzer's patience.
func FuzzAdvance(f *testing.F) {
	var reached bool
	f.Fuzz(rapid.MakeFuzz(consent(&reached)))
}

func consent(reached *bool) func(t *rapid.T) {
	return func(t *rapid.T) {
		s, view, effects := flow.Advance(payoutDef(), begin(t), ana, flow.Start{})
		var owner, other bool // agreed to the present card
		for range rapid.IntRange(1, 60).Draw(t, "turns") {
			who := rapid.SampledFrom([]actions.Actor{ana, ana, ana, rui, eve}).Draw(t, "who")
			e := events(t, view, effects)
			press, _ := e.(flow.Press)
			fresh := press.Button == "confirm" && press.Revision == s.Revision
			step := view.Step
			next, nextView, nextEffects := flow.Advance(payoutDef(), s, who, e)
			owner = owner || fresh && step == "confirm" && who.ID == ana.ID
			other = other || fresh && step == "approve" && who.ID == rui.ID
			if next.Try != s.Try {
				owner, other = false, false
			}
			for _, effect := range nextEffects {
				if effect.Step != "refund" {
					continue
				}
				*reached = true
				var answers payout
				if err := json.Unmarshal(next.Answers, &answers); err != nil {
					t.Fatal(err)
				}
				if !owner {
					t.Fatalf("refund without the owner's consent after %#v by %s", e, who.ID)
				}
				if answers.Reason == "fraud" && !other {
					t.Fatalf("refund for fraud without a second person after %#v by %s", e, who.ID)
				}
			}
			s, view, effects = next, nextView, nextEffects
		}
	}
}

func begin(t *rapid.T) flow.State {
	return flow.State{Conversation: "c", Flow: "payout", Owner: ana.ID, Prompts: rapid.Bool().Draw(t, "prompts")}
}

func dump(v any) string {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		panic(err)
	}
	return string(b)
}

// step plays one event by ana and fails the test when the view is not of the step that was expected.
func step(t *testing.T, s flow.State, e flow.Event, want string) (flow.State, flow.View) {
	t.Helper()
	next, view, effects := flow.Advance(payoutDef(), s, ana, e)
	for len(effects) > 0 && effects[0].Launch == nil {
		data := next.Answers
		next, view, effects = flow.Advance(payoutDef(), next, ana, flow.Called{Step: effects[0].Step, Data: data})
	}
	if view.Step != want {
		t.Fatalf("after %#v: step %q, want %q (problem %v)", e, view.Step, want, view.Problem)
	}
	return next, view
}

func press(s flow.State, button string) flow.Press {
	return flow.Press{Revision: s.Revision, Button: button}
}

func TestQuestionsOneAfterTheOther(t *testing.T) {
	t.Parallel()
	s := flow.State{Conversation: "c", Flow: "payout", Owner: ana.ID, Prompts: true}
	s, v := step(t, s, flow.Start{}, "find")
	if len(v.Fields) != 1 || v.Fields[0].Name != "transaction" {
		t.Fatalf("asked %v", v.Fields)
	}
	s, _ = step(t, s, flow.Say{Text: "HP1"}, "why")
	s, v = step(t, s, press(s, "o1"), "why")
	if v.Fields[0].Name != "email" {
		t.Fatalf("asked %v after the choice", v.Fields)
	}
	s, v = step(t, s, flow.Say{Text: "a@b.c"}, "why")
	if v.Fields[0].Name != "email_again" {
		t.Fatalf("asked %v after the address", v.Fields)
	}
	s, v = step(t, s, flow.Say{Text: "a@b.d"}, "why")
	if v.Problem == nil || v.Problem.Text.Key != "error.not_the_same" || v.Fields[0].Name != "email_again" {
		t.Fatalf("a second address that differs: problem %v, asked %v", v.Problem, v.Fields)
	}
	s, v = step(t, s, press(s, "back"), "why")
	if v.Fields[0].Name != "email" || v.Fields[0].Value != "a@b.c" {
		t.Fatalf("back: asked %+v", v.Fields)
	}
	s, _ = step(t, s, flow.Say{Text: "a@b.d"}, "why")
	s, _ = step(t, s, flow.Say{Text: "a@b.d"}, "menu")
	s, v = step(t, s, press(s, "back"), "why")
	if v.Fields[0].Name != "reason" {
		t.Fatalf("back to a finished form: asked %+v", v.Fields)
	}
	_ = s
}

func TestFormKeepsWhatWasRight(t *testing.T) {
	t.Parallel()
	s, _ := step(t, flow.State{Conversation: "c", Flow: "payout", Owner: ana.ID}, flow.Start{Args: "HP1"}, "why")
	values := map[string]string{"reason": "late", "email": "a@b.c", "email_again": "a@b.d"}
	s, v := step(t, s, flow.Submit{Revision: s.Revision, Values: values}, "why")
	if v.Problem == nil || v.Problem.Field != "email_again" {
		t.Fatalf("problem %+v", v.Problem)
	}
	for _, f := range v.Fields {
		if f.Value != values[f.Name] {
			t.Errorf("field %s lost %q, shows %q", f.Name, values[f.Name], f.Value)
		}
	}
	values["email_again"] = "a@b.c"
	step(t, s, flow.Submit{Revision: s.Revision, Values: values}, "menu")
}

func TestStaleButtonChangesNothing(t *testing.T) {
	t.Parallel()
	s, _ := step(t, flow.State{Conversation: "c", Flow: "payout", Owner: ana.ID}, flow.Start{}, "find")
	old := press(s, "cancel")
	s, _ = step(t, s, flow.Submit{Revision: s.Revision, Values: map[string]string{"transaction": "HP1"}}, "why")
	next, v, effects := flow.Advance(payoutDef(), s, ana, old)
	if dump(next) != dump(s) || len(effects) > 0 {
		t.Error("a stale press moved the conversation")
	}
	if v.Step != "why" || v.Problem == nil || v.Problem.Text.Key != "error.stale" {
		t.Errorf("a stale press shows step %q, problem %v; want the live step with error.stale", v.Step, v.Problem)
	}
}

func TestFailedActionReopensItsField(t *testing.T) {
	t.Parallel()
	s, view, effects := flow.Advance(payoutDef(), flow.State{Conversation: "c", Flow: "payout", Owner: ana.ID}, ana, flow.Start{Args: "HP9"})
	if len(effects) != 1 || effects[0].Step != "look_up" || effects[0].Key != "c/look_up/0" {
		t.Fatalf("effects %+v, view %+v", effects, view)
	}
	s, view, _ = flow.Advance(payoutDef(), s, ana, flow.Called{Step: "look_up", Err: &flow.Failure{
		Code: actions.NotFound, Key: "purchase.not_found", Field: "transaction", Args: map[string]any{"transaction": "HP9"}}})
	if view.Step != "find" || view.Problem == nil || view.Problem.Field != "transaction" || view.Fields[0].Value != "HP9" {
		t.Fatalf("view %+v", view)
	}
	_, _, effects = flow.Advance(payoutDef(), s, ana, flow.Submit{Revision: s.Revision, Values: map[string]string{"transaction": "HP1"}})
	if len(effects) != 1 || effects[0].Key != "c/look_up/1" {
		t.Fatalf("a corrected answer is another try: %+v", effects)
	}
}

func TestUnavailableIsTriedAgainUnderTheSameKey(t *testing.T) {
	t.Parallel()
	s, _, effects := flow.Advance(payoutDef(), flow.State{Conversation: "c", Flow: "payout", Owner: ana.ID}, ana, flow.Start{Args: "HP1"})
	key := effects[0].Key
	s, view, effects := flow.Advance(payoutDef(), s, ana, flow.Called{Step: "look_up", Err: &flow.Failure{Code: actions.Unavailable, Key: "error.unavailable"}})
	if len(effects) != 0 || !slices.ContainsFunc(view.Buttons, func(b flow.Button) bool { return b.Name == "again" }) {
		t.Fatalf("effects %v, view %+v", effects, view)
	}
	_, _, effects = flow.Advance(payoutDef(), s, ana, press(s, "again"))
	if len(effects) != 1 || effects[0].Key != key {
		t.Errorf("retry runs %+v, want key %s", effects, key)
	}
}

func TestEndedConversationForgetsItsAnswers(t *testing.T) {
	t.Parallel()
	s, _ := step(t, flow.State{Conversation: "c", Flow: "payout", Owner: ana.ID}, flow.Start{Args: "HP1"}, "why")
	s, _, _ = flow.Advance(payoutDef(), s, ana, press(s, "cancel"))
	if !s.Ended || s.End != flow.EndCancelled || s.Answers != nil || s.Typed != nil {
		t.Errorf("after cancel: %+v", s)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	want := flow.Token{Of: "proposal:01J8Z3K4M5N6P7Q8R9S0T1V2W3", Revision: 12, Button: "approve"}
	got, err := flow.ParseToken(want.String())
	if err != nil || got != want {
		t.Errorf("ParseToken(%s) = %+v, %v", want, got, err)
	}
	for _, bad := range []string{"", "a", "a.b", "a.b.c", ".1.c", "a.-1.c", strings.Repeat("x", 70) + ".1.c"} {
		if _, err := flow.ParseToken(bad); err == nil {
			t.Errorf("ParseToken(%q) accepted it", bad)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add("01J8Z3K4M5N6P7Q8R9S0T1V2W3.1.confirm")
	f.Add("proposal:x.2.approve")
	f.Fuzz(func(t *testing.T, s string) {
		token, err := flow.ParseToken(s)
		if err != nil {
			return
		}
		if again, err := flow.ParseToken(token.String()); err != nil || again != token {
			t.Errorf("%q → %+v → %+v, %v", s, token, again, err)
		}
	})
}
