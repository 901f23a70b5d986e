package discord

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/flowstest"
)

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestViews draws every view of every flow with the longest values in all languages: as an answer, as a posted message,
// as an edit, and forms as modals too. Nothing that can be pressed or answered may be lost.
func TestViews(t *testing.T) {
	t.Parallel()
	spec := specs.Load(t)
	for _, n := range flowstest.ViewsToDraw(t) {
		t.Run(n.Name, func(t *testing.T) {
			t.Parallel()
			v, choose := n.Shown, menuWords{Choose: "Choose…"}
			refused := func(what string, problems []string) {
				t.Helper()
				for _, p := range problems {
					t.Errorf("%s: %s", what, p)
				}
			}
			all := render(v, choose)
			pressable := map[string]bool{}
			for _, m := range all {
				refused("message", spec.Discord("POST", "/channels/1/messages", marshal(t, m)))
				refused("answer", spec.DiscordCallback(marshal(t, callback{answerMessage, m})))
				for _, id := range tokens(m) {
					pressable[id] = true
				}
			}
			refused("edit", spec.Discord("PATCH", "/channels/1/messages/2", marshal(t, renderOne(v, choose))))
			for _, b := range v.Buttons {
				if !pressable[b.Token] {
					t.Errorf("[%s] cannot be pressed", b.Label)
				}
			}
			if !fillable(v) {
				return
			}
			if v.Answer == nil || !pressable[v.Answer.Token] {
				t.Error("the card of a form has no [Answer]")
			}
			m := renderModal(v, nil, choose)
			refused("modal", spec.DiscordCallback(marshal(t, callback{answerModal, m})))
			asked := map[string]bool{}
			for _, c := range m.Components {
				if c.Component != nil {
					asked[c.Component.CustomID] = true
				}
			}
			for _, f := range v.Fields {
				if !asked[f.Name] {
					t.Errorf("%s is not asked", f.Name)
				}
			}
		})
	}
}

// tokens lists what can be pressed on a message.
func tokens(m message) []string {
	var all []string
	for _, row := range m.Components {
		for _, c := range row.Components {
			if token, ok := strings.CutPrefix(c.CustomID, pressID); ok {
				all = append(all, token)
			}
			for _, o := range c.Options {
				all = append(all, o.Value)
			}
		}
	}
	return all
}

// TestMenusAndLists: up to 25 buttons are buttons, up to a hundred options are menus, more are a numbered list.
func TestMenusAndLists(t *testing.T) {
	t.Parallel()
	spec := specs.Load(t)
	for _, c := range []struct{ options, others, buttons, menus, listed int }{
		{2, 2, 4, 0, 0}, {15, 2, 17, 0, 0}, {23, 2, 25, 0, 0}, {25, 2, 2, 1, 0}, {26, 2, 2, 2, 0}, {100, 5, 5, 4, 0}, {101, 5, 5, 0, 101}, {300, 2, 2, 0, 300},
		{0, 25, 25, 0, 0}, {0, 26, 5, 1, 0}, {0, 60, 5, 3, 0},
	} {
		t.Run(fmt.Sprintf("%d of a choice and %d", c.options, c.others), func(t *testing.T) {
			t.Parallel()
			v := flow.Shown{Title: "Which?", Fields: []flow.ShownField{{Name: "which", Kind: flow.ChoiceField}}}
			for i := range c.options {
				v.Fields[0].Options = append(v.Fields[0].Options, flow.ShownOption{Value: fmt.Sprint(i), Label: fmt.Sprintf("Number %d of many", i)})
				v.Buttons = append(v.Buttons, flow.ShownButton{Token: fmt.Sprintf("x.1.o%d", i), Label: fmt.Sprintf("Number %d of many", i)})
			}
			for i := range c.others {
				v.Buttons = append(v.Buttons, flow.ShownButton{Token: fmt.Sprintf("x.1.other%d", i), Label: "Other"})
			}
			buttons, menus, text := 0, 0, ""
			for _, m := range render(v, menuWords{Choose: "Choose…"}) {
				for _, p := range spec.Discord("POST", "/channels/1/messages", marshal(t, m)) {
					t.Error(p)
				}
				for _, row := range m.Components {
					for _, c := range row.Components {
						if c.Type == stringSelect {
							menus++
						} else {
							buttons++
						}
					}
				}
				text += m.Embeds[0].Description + "\n"
			}
			listed := 0
			for i := range c.options {
				if strings.Contains(fakediscord.Plain(text), fmt.Sprintf("%d. Number %d of many", i+1, i)) {
					listed++
				}
			}
			if buttons != c.buttons || menus != c.menus || listed != c.listed {
				t.Errorf("%d buttons, %d menus, %d listed; want %d, %d, %d", buttons, menus, listed, c.buttons, c.menus, c.listed)
			}
		})
	}
}

// TestRefusedWhole: what Discord would refuse a whole message or form for is left out.
func TestRefusedWhole(t *testing.T) {
	t.Parallel()
	spec := specs.Load(t)
	v := flow.Shown{
		Token: "x.1", Title: "", Body: []string{"", " "}, Facts: []flow.ShownFact{{Label: "", Value: "x"}, {Label: "x", Value: " "}},
		Buttons: []flow.ShownButton{{Token: "a.1.x", Label: ""}, {Token: "a.1.x", Label: "Twice"}, {Token: "", Label: "None"}, {Token: strings.Repeat("x", 99), Label: "Long"}},
	}
	for _, m := range render(v, menuWords{}) {
		for _, p := range spec.Discord("POST", "/channels/1/messages", marshal(t, m)) {
			t.Error(p)
		}
		if got := tokens(m); len(got) != 1 || got[0] != "a.1.x" {
			t.Errorf("%v can be pressed, want one button", got)
		}
	}
	v.Fields = []flow.ShownField{{
		Name: "which", Kind: flow.ChoiceField,
		Options: []flow.ShownOption{{Value: "a", Label: "A"}, {Value: "a", Label: "Again"}, {Value: "", Label: "Empty"}, {Value: strings.Repeat("x", 101), Label: "Long"}},
	}, {Name: "note", Kind: flow.LongField, Value: strings.Repeat("x", maxInput+1)}}
	for _, p := range spec.DiscordCallback(marshal(t, callback{answerModal, renderModal(v, nil, menuWords{})})) {
		t.Error(p)
	}
}
