package actions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

func (w *world) asks(who actions.Actor, key string, topic actions.Topic, t actions.Transaction) actions.Case {
	w.t.Helper()
	c, err := w.core.OpenCase(w.t.Context(), who, actions.OpenCaseInput{Key: key, Topic: topic, Text: "It does not work.", Transaction: t})
	w.must(err)
	return c
}

func (w *world) case_(id string) actions.Case {
	w.t.Helper()
	c, err := w.core.Case(w.t.Context(), w.ana, id)
	w.must(err)
	return c
}

func TestACaseFromBothSides(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		p := w.bought("HP100", w.marina)
		c := w.asks(w.marina, "k1", actions.TopicAccess, p)
		if again := w.asks(w.marina, "k1", actions.TopicAccess, p); again.ID != c.ID || c.Number != 1001 {
			t.Errorf("the same question twice: %d and %d", c.Number, again.Number)
		}
		if want := start.Add(4 * time.Hour); !c.PromisedAt.Equal(want) || c.First != "It does not work." || c.Transaction != p || c.Reach != actions.ByChat {
			t.Errorf("opened: %+v", c)
		}
		w.work()
		equal(t, "rooms", w.noted(), []string{"case case:" + c.ID})

		// Who may see and do what.
		_, err := w.core.Case(ctx, w.paulo, c.ID)
		wantError(t, err, actions.NotFound, "case.not_found")
		_, err = w.core.NoteCase(ctx, w.marina, actions.NoteInput{Key: "x1", Case: c.ID, Text: "hi"})
		wantError(t, err, actions.Denied, "error.role")
		_, err = w.core.ReplyCase(ctx, w.marina, actions.ReplyInput{Key: "x2", Case: c.ID, Text: "hi"})
		wantError(t, err, actions.Denied, "error.role")
		_, err = w.core.AddToCase(ctx, w.paulo, actions.AddToCaseInput{Key: "x3", Case: c.ID, Text: "hi"})
		wantError(t, err, actions.NotFound, "case.not_found")
		_, err = w.core.OpenCase(ctx, w.ana, actions.OpenCaseInput{Key: "x4", Topic: actions.TopicAccess, Text: "hi"})
		wantError(t, err, actions.Denied, "error.role")
		_, err = w.core.OpenCase(ctx, w.paulo, actions.OpenCaseInput{Key: "x5", Topic: actions.TopicAccess, Text: "hi", Transaction: p})
		wantError(t, err, actions.NotFound, "purchase.not_found")
		_, err = w.core.AddToCase(ctx, w.marina, actions.AddToCaseInput{Key: "x6", Case: c.ID, Text: strings.Repeat("x", actions.MaxCaseText+1)})
		wantError(t, err, actions.Invalid, "error.too_long")

		// A note stays with the team; an answer ends the wait, whoever gives it.
		_, err = w.core.NoteCase(ctx, w.ana, actions.NoteInput{Key: "k2", Case: c.ID, Text: "Old browser."})
		w.must(err)
		w.pass(time.Hour)
		out, err := w.core.ReplyCase(ctx, w.leo, actions.ReplyInput{Key: "k3", Case: c.ID, Text: "Try another one."})
		w.must(err)
		if now := w.case_(c.ID); out.Via != actions.ByChat || now.Status != actions.CaseBuyer || now.AssigneeName != "leo" ||
			!now.PromisedAt.IsZero() || !now.FirstReplyAt.Equal(start.Add(time.Hour)) {
			t.Errorf("answered by %s: %+v", out.Via, now)
		}
		own, err := w.core.CaseMessages(ctx, w.marina, c.ID, "", 10)
		w.must(err)
		if len(own) != 2 || own[0].Text != "Try another one." || own[0].Name != "" || own[1].Kind != actions.SaidByBuyer {
			t.Errorf("the buyer reads %+v", own)
		}
		w.work()
		if told := w.noted(); len(told) != 3 || !strings.HasPrefix(told[2], "tell i-marina caseanswer:") && !strings.Contains(strings.Join(told, "\n"), "tell i-marina caseanswer:") {
			t.Errorf("told: %v", told)
		}
		// Two answers that do not know of each other: nothing goes out.
		out, err = w.core.ReplyCase(ctx, w.ana, actions.ReplyInput{Key: "k4", Case: c.ID, Text: "Mine."})
		w.must(err)
		if out.Meanwhile.Text != "Try another one." || w.case_(c.ID).Messages != 3 {
			t.Errorf("the answer of a colleague was not shown: %+v", out)
		}
		out, err = w.core.ReplyCase(ctx, w.ana, actions.ReplyInput{Key: "k4", Case: c.ID, Text: "Mine.", Seen: out.Meanwhile.ID, Close: true})
		w.must(err)
		if again, err := w.core.ReplyCase(ctx, w.ana, actions.ReplyInput{Key: "k4", Case: c.ID, Text: "Mine.", Close: true}); err != nil || again.Case.Messages != 4 {
			t.Errorf("said twice: %+v, %v", again, err)
		}
		if out.Case.Open() || out.Case.AssigneeName != "leo" {
			t.Errorf("closed with the answer: %+v", out.Case)
		}

		// His next message opens it again, for a while; then it is another question.
		w.pass(14 * 24 * time.Hour)
		c, err = w.core.AddToCase(ctx, w.marina, actions.AddToCaseInput{Key: "k5", Case: c.ID, Text: "No."})
		w.must(err)
		if c.Status != actions.CaseTeam || c.Reopened != 1 || !c.FirstReplyAt.Equal(start.Add(time.Hour)) {
			t.Errorf("opened again: %+v", c)
		}
		_, err = w.core.CloseCase(ctx, w.marina, actions.CaseInput{Key: "k6", Case: c.ID})
		w.must(err)
		w.pass(14*24*time.Hour + time.Second)
		_, err = w.core.AddToCase(ctx, w.marina, actions.AddToCaseInput{Key: "k7", Case: c.ID, Text: "Still no."})
		wantError(t, err, actions.Conflict, "case.over")
		equal(t, "audit", w.audit("#1001"), []string{"i-marina case.opened", "p-ana case.noted", "p-leo case.replied", "p-ana case.replied", "p-ana case.closed",
			"i-marina case.reopened", "i-marina case.closed"})
		if entries, _ := s.AuditEntries(shop, 0, 100); strings.Contains(entriesText(entries), "work") || strings.Contains(entriesText(entries), "browser") {
			t.Error("the audit log has what was said")
		}
	})
}

func entriesText(all []store.AuditEntry) string {
	var text strings.Builder
	for _, e := range all {
		text.WriteString(e.Note + string(e.Data))
	}
	return text.String()
}

// TestTheClockOfCases: in business hours, each thing once.
func TestTheClockOfCases(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		tick := func(d time.Duration) []string {
			t.Helper()
			w.pass(d)
			w.must(w.core.Handlers()[actions.JobExpire](t.Context(), jobs.Job{Kind: actions.JobExpire}))
			w.must(w.core.Handlers()[actions.JobExpire](t.Context(), jobs.Job{Kind: actions.JobExpire}))
			w.work()
			var told []string
			for _, line := range w.noted() {
				if !strings.HasPrefix(line, "refresh") {
					told = append(told, line)
				}
			}
			return told
		}
		w.pass(76 * time.Hour) // Friday, four in the afternoon in São Paulo
		c := w.asks(w.marina, "k1", actions.TopicOther, "")
		w.work()
		w.noted()
		if want := start.Add((76 + 67) * time.Hour); !c.PromisedAt.Equal(want) { // Monday, eleven
			t.Errorf("promised %s, not %s", c.PromisedAt, want)
		}
		equal(t, "on Saturday", tick(24*time.Hour+time.Minute), nil)
		_, err := w.core.SnoozeCase(t.Context(), w.ana, actions.SnoozeInput{CaseInput: actions.CaseInput{Key: "k2", Case: c.ID}, Days: 1})
		w.must(err)
		if c = w.case_(c.ID); !c.SnoozedUntil.Equal(start.Add((76 + 65) * time.Hour)) { // on Sunday nobody works
			t.Errorf("put off until %s", c.SnoozedUntil)
		}
		told := tick(36 * time.Hour) // Monday, four at night
		equal(t, "on Monday night", told, nil)
		told = tick(5 * time.Hour) // and nine: it wakes, and has waited for more than a day
		if len(told) != 3 || !strings.Contains(told[0]+told[1]+told[2], "/awake/") || !strings.Contains(strings.Join(told, " "), "tell i-rui casenews:"+c.ID+"/escalated/") {
			t.Errorf("on Monday at nine: %v", told)
		}
		told = tick(time.Hour)
		if len(told) != 1 || !strings.Contains(told[0], "/due_soon/") {
			t.Errorf("an hour before the promise ends: %v", told)
		}
		equal(t, "later", tick(24*time.Hour), nil)
		if !w.case_(c.ID).Overdue {
			t.Error("it is not late")
		}
		page, err := w.core.Cases(t.Context(), w.ana, actions.QueueOverdue, "", 10)
		w.must(err)
		counts, err := w.core.CaseCounts(t.Context(), w.ana)
		w.must(err)
		if len(page.Cases) != 1 || counts[actions.QueueOverdue] != 1 || counts[actions.QueueTeam] != 1 || counts[actions.QueueUnassigned] != 1 {
			t.Errorf("queues: %+v, %v", page.Cases, counts)
		}
	})
}

// TestWhoHasNoChatIsAnsweredByMail: also one whose chat has shown for too long ago that it is his, or was sent away.
func TestWhoHasNoChatIsAnsweredByMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	p := w.bought("HP100", w.marina)
	system := actions.Actor{ID: "system", Account: shop, Role: actions.System}
	c, err := w.core.OpenCase(ctx, system, actions.OpenCaseInput{Key: "k1", Topic: actions.TopicComplaint, Text: "Bad.", Source: actions.CaseFromFeedback, Transaction: p})
	w.must(err)
	out, err := w.core.ReplyCase(ctx, w.ana, actions.ReplyInput{Key: "k2", Case: c.ID, Text: "Sorry."})
	w.must(err)
	if out.Via != actions.ByMail || c.Source != actions.CaseFromFeedback {
		t.Errorf("by %s: %+v", out.Via, c)
	}
	chat := w.asks(w.marina, "k3", actions.TopicOther, p)
	w.must(w.store.UnlinkBuyer("marina", "i-marina"))
	if _, err := w.core.Case(ctx, w.actor("telegram", "marina"), chat.ID); key(err) != "case.not_found" {
		t.Errorf("a chat that was sent away sees the case: %v", err)
	}
	_, err = w.core.ReplyCase(ctx, w.ana, actions.ReplyInput{Key: "k4", Case: chat.ID, Text: "To you alone."})
	w.must(err)
	_, err = w.core.CloseCase(ctx, w.ana, actions.CaseInput{Key: "k5", Case: chat.ID})
	w.must(err)
	w.work()
	equal(t, "mails", w.mails(), []string{"case_opened marina.duarte@example.com", "case_reply marina.duarte@example.com",
		"case_reply marina.duarte@example.com", "case_closed marina.duarte@example.com"})

	// Somebody whom nobody knows, and whose chat is gone, cannot be answered at all.
	otto := w.stranger("otto")
	lost := w.asks(otto, "k6", actions.TopicOther, "")
	w.must(w.store.MoveIdentity(otto.Identity, "", ""))
	_, err = w.core.ReplyCase(ctx, w.ana, actions.ReplyInput{Key: "k7", Case: lost.ID, Text: "Hello?"})
	wantError(t, err, actions.Conflict, "case.unreachable")
}

// TestNewsOfCasesGoesByMailWhenAChatIsGone: the answer is in the mail, once.
func TestNewsOfCasesGoesByMailWhenAChatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.asks(w.marina, "k1", actions.TopicOther, "")
	_, err := w.core.ReplyCase(t.Context(), w.ana, actions.ReplyInput{Key: "k2", Case: c.ID, Text: "Here you are."})
	w.must(err)
	all, err := w.core.CaseMessages(t.Context(), w.ana, c.ID, "", 1)
	w.must(err)
	for range 2 {
		lost, err := w.core.Unreached(t.Context(), actions.Tell{Account: shop, Identity: "i-marina", Subject: "caseanswer:" + all[0].ID}, "blocked")
		w.must(err)
		if !lost.Mailed {
			t.Error("no mail brings it")
		}
	}
	w.work()
	sent := w.mailbox.Sent()
	if len(sent) != 1 || sent[0].Template != "case_reply" || sent[0].Values.Reason != "Here you are." || sent[0].Values.Case != "#1001" {
		t.Errorf("sent: %+v", sent)
	}
}

func TestHelpedBeforeACase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		helped := func(who actions.Actor, key string, topic actions.Topic) {
			t.Helper()
			for range 2 {
				w.must(w.core.Deflect(ctx, who, actions.DeflectInput{Key: key, Topic: topic, Flow: "resend"}))
			}
		}
		helped(w.marina, "d1", actions.TopicAccess) // comes back in another chat of hers
		helped(w.marina, "d2", actions.TopicRefund) // asks nothing about it
		helped(w.paulo, "d3", actions.TopicAccess)  // comes back too late for that to count
		w.pass(6 * 24 * time.Hour)
		w.asks(w.beside("tablet"), "k1", actions.TopicAccess, "")
		w.pass(2 * 24 * time.Hour)
		w.asks(w.paulo, "k2", actions.TopicAccess, "")
		counts, err := s.CountDeflections(shop, start, w.clock(), w.clock().AddDate(0, 0, -7))
		w.must(err)
		equal(t, "what helped", counts, []store.DeflectionCount{{Topic: "access", Taken: 2, Counted: 1}, {Topic: "refund", Taken: 1, Counted: 1}})
		counts, err = s.CountDeflections(shop, start, w.clock(), w.clock().AddDate(0, 0, -9))
		w.must(err)
		equal(t, "what helped, as far as is known", counts, []store.DeflectionCount{{Topic: "access", Taken: 2}, {Topic: "refund", Taken: 1}})
	})
}

func TestManyOpenCasesOfOnePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, k := range []string{"1", "2", "3", "4", "5"} {
		w.asks(w.marina, k, actions.TopicOther, "")
	}
	_, err := w.core.OpenCase(t.Context(), w.marina, actions.OpenCaseInput{Key: "6", Topic: actions.TopicOther, Text: "One more."})
	wantError(t, err, actions.Conflict, "case.too_many")
	w.asks(w.paulo, "7", actions.TopicOther, "")
}
