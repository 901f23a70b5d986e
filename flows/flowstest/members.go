package flowstest

import (
	"context"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
)

// membersArea is the members area of given.yaml: by address "missing", "blocked", "late", "unopened" or the day of the last
// visit; "silent" does not answer. Whoever is not named is missing.
type membersArea struct {
	t *testing.T
	w *world
	g given
}

// Member implements actions.Members.
func (m membersArea) Member(_ context.Context, _ string, p actions.Product, e actions.Email) (actions.MemberState, error) {
	word := m.g.Members[string(e)]
	if word == "silent" {
		return actions.MemberState{}, actionstest.ErrTimeout
	}
	state := actions.MemberState{Known: !strings.HasPrefix(p.Name, "Oven"), Found: true}
	switch word {
	case "", "missing":
		state.Found = false
	case "blocked":
		state.Blocked = true
	case "late":
		state.Late = true
	case "unopened":
	default:
		state.LastAt = when(m.t, word, m.w.clock)
		state.FirstAt, state.Accesses = state.LastAt, 3
	}
	return state, nil
}

// members is the area, where there is one.
func (g given) members(t *testing.T, w *world) actions.Members {
	if g.Members == nil {
		return nil
	}
	return membersArea{t, w, g}
}
