package slack

import (
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/flows/flow"
)

func forModes(t *testing.T, run func(t *testing.T, mode string)) {
	t.Helper()
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			run(t, mode)
		})
	}
}

// A wrong answer stands beside its field, in the same window, which goes on under its old token: what is sent next is
// sent again under the newest, on whichever replica it arrives.
func TestProblemStaysInTheWindow(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(form("3", ""))
		o := openOffice(t, mode, d)
		o.Command(ana, o.Direct(ana), "/support", "email HP1")
		o.settle()
		opened, ok := o.Modal(ana)
		if !ok {
			t.Fatal("no modal is open")
		}
		d.answers(form("4", "That is no e-mail."))
		o.Slack.Submit(ana, map[string]string{"new": "x"})
		o.settle()
		now, ok := o.Modal(ana)
		if !ok || now.ID != opened.ID || now.Errors[fieldBlock+"new"] != "That is no e-mail." {
			t.Fatalf("the window is %v with %v", ok, now.Errors)
		}
		if err := o.stop(); err != nil { // another replica takes over
			t.Fatal(err)
		}
		o.start()
		d.plays(func(in flow.Inbound) flow.Shown {
			if in.Input.(flow.Submitted).Token != talk+".4." {
				stale := form("4", "")
				stale.Problem = "This form is old."
				return stale
			}
			return flow.Shown{Kind: "result", Title: "Changed", Ended: true}
		})
		o.Slack.Submit(ana, map[string]string{"new": "ana@example.com", "note": "n"})
		o.settle()
		if _, open := o.Modal(ana); open {
			t.Error("the window is still open")
		}
		in := d.last(t)
		if got := in.Input.(flow.Submitted); got.Token != talk+".4." || got.Values["new"] != "ana@example.com" || got.Values["note"] != "n" {
			t.Errorf("the flows got %+v", got)
		}
		if texts := o.texts(o.Direct(ana), ana); !slices.Equal(texts, []string{"Changed"}) {
			t.Errorf("the chat shows %q", texts)
		}
	})
}

// Where no modal may be opened there is a card with [Answer]; closing the window that it opens loses nothing.
func TestAnswerButton(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(form("3", ""))
		o := openOffice(t, mode, d)
		o.Say(ana, o.Direct(ana), "I typed this") // no trigger comes with a message
		o.settle()
		if _, open := o.Modal(ana); open {
			t.Fatal("a modal opened without a trigger")
		}
		m := o.Messages(o.Direct(ana), ana)[1]
		labels := labelsOf(m)
		if !slices.Equal(labels, []string{"Answer", "Help", "Cancel"}) {
			t.Fatalf("the card offers %q", labels)
		}
		d.plays(func(in flow.Inbound) flow.Shown { v := form("3", ""); v.Replace = in.Message; return v })
		o.Slack.Press(ana, o.Direct(ana), m.TS, talk+".3.show")
		o.settle()
		if _, open := o.Modal(ana); !open {
			t.Fatal("[Answer] opens nothing")
		}
		before := len(d.inbound())
		o.Slack.Close(ana)
		o.settle()
		if len(d.inbound()) != before {
			t.Error("closing the window did something, though its card is still there")
		}
		o.Slack.Press(ana, o.Direct(ana), m.TS, talk+".3.show")
		o.settle()
		d.plays(func(in flow.Inbound) flow.Shown {
			return flow.Shown{Kind: "result", Title: "Changed", Ended: true, Replace: in.Message}
		})
		o.Slack.Submit(ana, map[string]string{"new": "ana@example.com"})
		o.settle()
		if texts := o.texts(o.Direct(ana), ana); !slices.Equal(texts, []string{"I typed this", "Changed"}) {
			t.Errorf("the chat shows %q, want the card replaced", texts)
		}
	})
}

func labelsOf(m fakeslack.Message) []string {
	var all []string
	for _, c := range fakeslack.Controls(m.Blocks) {
		all = append(all, c.Label)
	}
	return all
}

// Closing the window of a form that stands nowhere else leaves the conversation.
func TestClosingCancels(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(form("3", ""))
		o := openOffice(t, mode, d)
		o.Command(ana, o.Direct(ana), "/support", "email")
		o.settle()
		d.answers(flow.Shown{Kind: "notice", Title: "Cancelled.", Ended: true})
		o.Slack.Close(ana)
		o.settle()
		if got := d.last(t).Input; got != (flow.Pressed{Token: talk + ".3.cancel"}) {
			t.Errorf("closing means %#v", got)
		}
		if texts := o.texts(o.Direct(ana), ana); !slices.Equal(texts, []string{"Cancelled."}) {
			t.Errorf("the chat shows %q", texts)
		}
	})
}

// A trigger that has died in the meantime costs nothing but the window.
func TestTriggerExpired(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		for _, code := range []string{"expired_trigger_id", "exchanged_trigger_id", "trigger_expired"} {
			d := answering(form("3", ""))
			o := openOffice(t, mode, d)
			o.On("views.open", fakeslack.Fault{Error: code})
			o.Command(ana, o.Direct(ana), "/support", "email")
			o.settle()
			seen := o.Messages(o.Direct(ana), ana)
			if len(seen) != 1 || !slices.Contains(labelsOf(seen[0]), "Answer") {
				t.Errorf("%s: the chat shows %+v", code, seen)
			}
		}
	})
}

// Buttons inside a window redraw it; an answer that is no form goes to the chat, and the window says so.
func TestButtonsInAWindow(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(form("3", ""))
		o := openOffice(t, mode, d)
		o.Command(ana, o.Direct(ana), "/support", "email")
		o.settle()
		help := form("4", "")
		help.Body = []string{"This is how it works."}
		d.answers(help)
		o.PressView(ana, talk+".3.help")
		o.settle()
		v, _ := o.Modal(ana)
		if all := strings.Join(fakeslack.Texts(v.Blocks()), "\n"); !strings.Contains(all, "This is how it works.") {
			t.Errorf("the window shows %q", all)
		}
		d.answers(card("Really?", "Yes"))
		o.PressView(ana, talk+".4.help")
		o.settle()
		if texts := o.texts(o.Direct(ana), ana); !slices.Equal(texts, []string{"Really?"}) {
			t.Errorf("the chat shows %q", texts)
		}
		v, _ = o.Modal(ana)
		if all := strings.Join(fakeslack.Texts(v.Blocks()), "\n"); !strings.Contains(all, "private chat") || len(v.Inputs()) > 0 {
			t.Errorf("the window shows %q with %v", all, v.Inputs())
		}
	})
}

// Another form after a form stays in the window.
func TestNextForm(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(form("3", ""))
		o := openOffice(t, mode, d)
		o.Command(ana, o.Direct(ana), "/support", "email")
		o.settle()
		next := form("4", "")
		next.Fields = []flow.ShownField{{Name: "why", Label: "Why?", Kind: flow.LongField}}
		d.answers(next)
		o.Slack.Submit(ana, map[string]string{"new": "ana@example.com"})
		o.settle()
		v, ok := o.Modal(ana)
		if in := v.Inputs(); !ok || len(in) != 1 || in[0].Label != "Why?" {
			t.Errorf("the window shows %+v", in)
		}
	})
}

// What is no e-mail is shown again all the same, in a field that takes any text.
func TestOddValueOfAnEmailField(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"": "email_text_input", "ana@example.com": "email_text_input", "ana@": "plain_text_input", "a b@c.d": "plain_text_input"} {
		v := form("3", "")
		v.Fields[0].Value = value
		in := (fakeslack.View{Raw: plainJSON(t, modal(v, memory{}, false, speaks("en")))}).Inputs()[0]
		if in.Type != want || in.Value != value {
			t.Errorf("%q is in a %s as %q, want %s", value, in.Type, in.Value, want)
		}
	}
}
