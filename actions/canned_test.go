package actions_test

import (
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

func TestCannedReplies(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		save := func(who actions.Actor, in actions.CannedInput) error {
			t.Helper()
			in.Key = w.newID()
			return w.core.SaveCanned(ctx, who, in)
		}
		hello := actions.CannedInput{Name: " Try  again ", Locale: "en", Text: "Hi {{buyer.first_name}}, about {{ purchase.product }} ({{case.number}}): try again. {{agent.name}}"}
		wantError(t, save(w.ana, hello), actions.Denied, "error.role")
		wantError(t, save(w.marina, hello), actions.Denied, "error.role")
		wrong := hello
		wrong.Text = "Hi {{buyer.password}}"
		wantError(t, save(w.rui, wrong), actions.Invalid, "canned.no_field")
		wrong.Text, wrong.Name = "Hi", strings.Repeat("x", 61)
		wantError(t, save(w.rui, wrong), actions.Invalid, "canned.name_wrong")
		wrong.Name, wrong.Locale = "x", "de"
		wantError(t, save(w.rui, wrong), actions.Invalid, "language.unknown")
		w.must(save(w.rui, hello))
		wantError(t, save(w.bia, actions.CannedInput{Name: "try AGAIN", Locale: "en", Text: "x"}), actions.Conflict, "canned.name_taken")
		all, err := w.core.CannedReplies(ctx, w.ana)
		w.must(err)
		if len(all) != 1 || all[0].Name != "Try again" {
			t.Fatalf("kept: %+v", all)
		}
		id := all[0].ID
		w.must(save(w.rui, actions.CannedInput{ID: id, Locale: "pt-BR", Text: "Oi {{buyer.first_name}}!"}))

		p := w.bought("HP100", w.marina)
		of := w.asks(w.marina, "k1", actions.TopicAccess, p)
		text, err := w.core.CannedFor(ctx, w.ana, id, of.ID)
		w.must(err)
		equal(t, "in the shop's language", text, "Oi Marina!")
		w.must(s.SetIdentityLocale("i-marina", "en"))
		text, err = w.core.CannedFor(ctx, w.ana, id, of.ID)
		w.must(err)
		equal(t, "in the buyer's", text, "Hi Marina, about Pão em Casa (#1001): try again. ana")
		nobody := w.asks(w.stranger("otto"), "k2", actions.TopicOther, "")
		text, err = w.core.CannedFor(ctx, w.ana, id, nobody.ID)
		w.must(err)
		equal(t, "for somebody whom nobody knows", text, "Oi!")
		_, err = w.core.CannedFor(ctx, w.marina, id, of.ID)
		wantError(t, err, actions.Denied, "error.role")

		wantError(t, w.core.DeleteCanned(ctx, w.leo, "d0", id), actions.Denied, "error.role")
		w.must(w.core.DeleteCanned(ctx, w.rui, "d1", id))
		w.must(w.core.DeleteCanned(ctx, w.rui, "d1", id))
		wantError(t, w.core.DeleteCanned(ctx, w.rui, "d2", id), actions.NotFound, "canned.gone")
		equal(t, "audit", w.audit("Try again"), []string{"p-rui canned.saved", "p-rui canned.saved", "p-rui canned.deleted"})
	})
}

// A value that looks like a field is a value.
func TestFillCanned(t *testing.T) {
	t.Parallel()
	values := map[string]string{"buyer.name": "{{agent.name}} $1", "agent.name": "Ana"}
	equal(t, "filled", actions.FillCanned("{{buyer.name}}, {{ agent.name }}", values), "{{agent.name}} $1, Ana")
	equal(t, "kept as it is", actions.FillCanned("a  b , c", values), "a  b , c")
}

func FuzzCanned(f *testing.F) {
	for _, seed := range []string{"Hi {{buyer.first_name}}!", "{{{{}}}}", "{{", "}}{{ case.number }}{{x}}", "\x00{{agent.name}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clean, err := actions.CheckCanned(text)
		if err != nil {
			return
		}
		values := map[string]string{}
		for _, name := range actions.CannedFields {
			values[name] = "v"
		}
		if out := actions.FillCanned(clean, values); strings.Contains(out, "{{buyer.name}}") || strings.Contains(out, "{{case.number}}") {
			t.Errorf("%q is filled to %q", text, out)
		}
	})
}
