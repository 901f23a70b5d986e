package actions_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// lookAround has the clock looked at, and does what follows from it.
func (w *world) lookAround() {
	w.t.Helper()
	w.must(w.handlers()[actions.JobExpire](w.t.Context(), jobs.Job{Kind: actions.JobExpire}))
	w.work()
}

// questions are those that somebody was asked in a chat since the last time.
func (w *world) questions() []string {
	w.t.Helper()
	var ids []string
	for _, j := range w.noted() {
		if _, rest, ok := strings.Cut(j, "ask:"); ok && strings.HasPrefix(j, "tell") {
			id, _, _ := strings.Cut(rest, " ")
			ids = append(ids, id)
		}
	}
	return ids
}

// daysAgo is a purchase that was paid some days ago.
func daysAgo(w *world, n int) func(*store.Purchase) {
	return func(p *store.Purchase) { at := w.clock().AddDate(0, 0, -n); p.ApprovedAt = &at }
}

// TestAskedAfterAPurchase: once, after seven days, by day, in the chat that is still his or by mail; the answer is there with
// one press and belongs to him alone.
func TestAskedAfterAPurchase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		w.bought("HP1", w.marina, daysAgo(w, 7))
		w.bought("HP2", w.marina, daysAgo(w, 8)) // the other one is asked about first, and this not within 14 days
		w.bought("HP3", w.paulo, daysAgo(w, 6))  // too early
		w.bought("HP4", w.paulo, daysAgo(w, 40)) // long ago, such as by an import
		w.bought("HP5", w.paulo, daysAgo(w, 7), func(p *store.Purchase) { p.Status = string(actions.Refunded) })
		w.bought("HP6", w.paulo, daysAgo(w, 7), func(p *store.Purchase) { p.Recurrence = 2 }) // a later charge of a subscription
		w.buyer("ines", "Inês", "ines@example.org")
		w.must(s.MoveIdentity("i-ines", "", ""))
		w.bought("HP7", w.actor("telegram", "ines"), daysAgo(w, 7))

		w.pass(10 * time.Hour) // 22:00
		w.lookAround()
		equal(t, "asked at night", len(w.questions()), 0)
		w.pass(11 * time.Hour)
		w.lookAround()
		ids := w.questions()
		equal(t, "asked in a chat", len(ids), 1)
		equal(t, "asked by mail", w.mails(), []string{"feedback_ask ines@example.org"})
		w.pass(time.Minute)
		w.lookAround()
		equal(t, "asked again", len(w.questions()), 0)
		first := ids[0]

		a, err := w.core.Answer(ctx, w.marina, actions.AnswerInput{Key: "a1", Ask: first, Score: 4})
		w.must(err)
		equal(t, "score", a.Score, 4)
		_, err = w.core.Answer(ctx, w.marina, actions.AnswerInput{Key: "a2", Ask: first, Score: 2, Category: actions.Suggestion, Comment: "Shorter lessons."})
		w.must(err)
		again, err := w.core.Answer(ctx, w.marina, actions.AnswerInput{Key: "a1", Ask: first, Score: 4}) // delivered late
		w.must(err)
		equal(t, "after a repeated press", again.Score, 2)
		more, err := w.core.Answer(ctx, w.marina, actions.AnswerInput{Key: "a3", Ask: first, Score: 1, Category: actions.Complaint, Comment: "Really."})
		w.must(err)
		equal(t, "one case", more.Opened, again.Opened)
		equal(t, "cases", again.Opened, int64(1001))
		for _, who := range []actions.Actor{w.paulo, w.ana, w.rui} {
			_, err = w.core.Answer(ctx, who, actions.AnswerInput{Key: "x-" + who.ID, Ask: first, Score: 5})
			wantError(t, err, actions.NotFound, "error.stale")
			_, err = w.core.Ask(ctx, who, first)
			wantError(t, err, actions.NotFound, "error.stale")
		}
		_, err = w.core.Answer(ctx, w.marina, actions.AnswerInput{Key: "a4", Ask: first, Score: 6})
		wantError(t, err, actions.Invalid, "error.not_an_option")
		w.pass(31 * 24 * time.Hour)
		_, err = w.core.Answer(ctx, w.actor("telegram", "marina"), actions.AnswerInput{Key: "a5", Ask: first, Score: 5})
		wantError(t, err, actions.NotFound, "error.stale") // the chat has to show anew whose it is

		file, err := s.In(ctx).BuyerFile(shop, "marina")
		w.must(err)
		equal(t, "exported", []int{len(file.Feedback), len(file.Asked)}, []int{1, 2})
		w.must(s.Tx(ctx, func(tx *store.Store) error { return tx.EraseBuyer(file, w.clock()) }))
		if file, err = s.In(ctx).BuyerFile(shop, "marina"); err != nil || len(file.Asked)+len(file.Feedback) > 0 {
			t.Errorf("after erasing: %v %v", err, file.Asked)
		}
	})
}

// TestNobodyIsAskedWho: waits for the team, wants no questions, was asked lately, or has said so already.
func TestNobodyIsAskedWho(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(w *world)
		want   int
	}{
		"nothing": {func(*world) {}, 1},
		"switched off": {func(w *world) {
			_, err := w.core.ChangeSetting(w.t.Context(), w.adm, actions.ChangeSettingInput{Key: "s", Setting: "policy.feedback.after_days", Value: "0"})
			w.must(err)
		}, 0},
		"an open case": {func(w *world) { w.asks(w.marina, "c", actions.TopicAccess, "HP1") }, 0},
		"wants none": {func(w *world) {
			_, err := w.core.OptOut(w.t.Context(), w.marina, actions.OptOutInput{Key: "o", Buyer: "marina", Kind: actions.MailFeedback})
			w.must(err)
		}, 0},
		"has said it": {func(w *world) {
			_, err := w.core.GiveFeedback(w.t.Context(), w.marina, actions.GiveFeedbackInput{Key: "g", Transaction: "HP1", Score: 5, Category: actions.Praise})
			w.must(err)
		}, 0},
		"refunded since": {func(w *world) {
			w.change("HP1", func(p *store.Purchase) { p.Status = string(actions.Refunded) })
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.bought("HP1", w.marina, daysAgo(w, 7))
			c.before(w)
			w.noted()
			w.lookAround()
			equal(t, "asked", len(w.questions()), c.want)
		})
	}
}

// TestAskedAfterACase: once; not when it was opened again meanwhile, but when it is closed for good.
func TestAskedAfterACase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		code := w.bought("HP1", w.marina)
		of := w.asks(w.marina, "c1", actions.TopicAccess, code)
		closeIt := func(key string, who actions.Actor) {
			t.Helper()
			_, err := w.core.CloseCase(ctx, who, actions.CaseInput{Key: key, Case: of.ID})
			w.must(err)
		}
		closeIt("k1", w.ana)
		w.lookAround()
		equal(t, "asked at once", len(w.questions()), 0)
		_, err := w.core.AddToCase(ctx, w.marina, actions.AddToCaseInput{Key: "m1", Case: of.ID, Text: "It is not solved."})
		w.must(err)
		w.pass(2 * time.Hour)
		w.lookAround()
		equal(t, "asked in an open case", len(w.questions()), 0)
		closeIt("k2", w.marina) // he does it himself
		w.lookAround()
		ids := w.questions()
		equal(t, "asked", len(ids), 1)
		a, err := w.core.Answer(ctx, w.marina, actions.AnswerInput{Key: "a", Ask: ids[0], Score: 2, Category: actions.Suggestion, Comment: "Faster, please."})
		w.must(err)
		equal(t, "about", []any{a.Case, a.Opened}, []any{of.Number, of.Number + 1})
		closeIt("k3", w.ana)
		w.pass(15 * 24 * time.Hour)
		w.lookAround()
		equal(t, "asked about it again", len(w.questions()), 0)
	})
}

// TestPageOfAQuestion: its link works without a chat for 30 days; a guessed one does not, nor one for something else.
func TestPageOfAQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.must(w.store.MoveIdentity("i-marina", "", ""))
	w.bought("HP1", w.marina, daysAgo(w, 7))
	w.lookAround()
	var words string
	for _, m := range w.mailbox.Sent() {
		if m.Template == "feedback_ask" {
			words = m.Values.AskURL[strings.LastIndexByte(m.Values.AskURL, '/')+1:]
			if m.Unsubscribe == "" {
				t.Error("the mail cannot be unsubscribed from")
			}
		}
	}
	form, err := w.core.FeedbackForm(ctx, words)
	w.must(err)
	equal(t, "form", []any{form.Open, form.Product, form.Score}, []any{true, "Pão em Casa", 0})
	for range 2 {
		_, err = w.core.AnswerForm(ctx, words, actions.AnswerInput{Score: 1, Category: actions.Complaint, Comment: "The video stops."})
		w.must(err)
	}
	w.work()
	if form, err = w.core.FeedbackForm(ctx, words); err != nil || form.Opened != 1001 || form.Comment != "" {
		t.Errorf("after: %+v, %v", form, err)
	}
	equal(t, "mails", w.mails(), []string{"feedback_ask marina.duarte@example.com", "case_opened marina.duarte@example.com"})
	_, err = w.core.AnswerForm(ctx, words, actions.AnswerInput{})
	w.must(err) // nothing new
	for _, guess := range []string{words + "0", "0" + words, words[:len(words)-1], strings.Replace(words, words[:6], "id9999", 1), ""} {
		_, err := w.core.FeedbackForm(ctx, guess)
		if actions.AsError(err).Code != actions.NotFound {
			t.Errorf("%q: %v", guess, err)
		}
		_, err = w.core.AnswerForm(ctx, guess, actions.AnswerInput{Score: 5})
		if actions.AsError(err).Code != actions.NotFound {
			t.Errorf("%q: %v", guess, err)
		}
	}
	stop := form.StopURL[strings.LastIndexByte(form.StopURL, '/')+1:]
	if _, err := w.core.FeedbackForm(ctx, stop); err == nil {
		t.Error("a link that ends mails opens the form")
	}
	w.pass(31 * 24 * time.Hour)
	form, err = w.core.AnswerForm(ctx, words, actions.AnswerInput{Score: 5})
	if err != nil || form.Open || form.Score != 1 {
		t.Errorf("too late: %+v, %v", form, err)
	}
}

// TestDigest: one for each week that anybody said anything in, from Monday at nine on, whichever replica looks; it counts from
// Monday to Monday of the account's zone and compares with the week before.
func TestDigest(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s, func(p *actions.Policy) { p.Feedback = actions.FeedbackPolicy{} })
		ctx := t.Context()
		said := func(key string, at time.Time, score int, kind actions.FeedbackCategory) {
			t.Helper()
			added, err := s.In(ctx).AddFeedback(store.Feedback{ID: key, AccountID: shop, About: "own:" + key, Source: "own", ProductID: "course", BuyerID: "marina",
				Score: score, Category: string(kind), Comment: key, CreatedAt: at})
			if err != nil || !added {
				t.Fatal(added, err)
			}
		}
		monday := time.Date(2026, 3, 16, 3, 0, 0, 0, time.UTC) // midnight in São Paulo
		said("before", monday.AddDate(0, 0, -8), 5, actions.Praise)
		said("first", monday.AddDate(0, 0, -7), 2, actions.Complaint)
		said("last", monday.Add(-time.Second), 3, actions.Praise)
		said("after", monday, 1, actions.Complaint)
		digests := func() int {
			t.Helper()
			w.lookAround()
			n := 0
			for _, j := range w.noted() {
				if j == "announce digest:2026-W11" {
					n++
				}
			}
			return n
		}
		w.pass(monday.Add(9*time.Hour - time.Minute).Sub(w.clock()))
		equal(t, "before nine", digests(), 0)
		w.pass(time.Minute)
		equal(t, "at nine", digests(), 1)
		replica := w.replica(func(p *actions.Policy) { p.Feedback = actions.FeedbackPolicy{} })
		w.must(replica.Handlers()[actions.JobExpire](ctx, jobs.Job{Kind: actions.JobExpire}))
		equal(t, "again", digests(), 0)
		d, err := w.core.FeedbackDigest(ctx, w.bia, "2026-W11")
		w.must(err)
		equal(t, "digest", []any{d.Said.Given, d.Said.Average, d.Before.Average, d.Products, len(d.Complaints), d.Complaints[0].Comment, len(d.Praises)},
			[]any{2, 250, 500, []actions.ProductFeedback{{Product: "Pão em Casa", Given: 2, Average: 250, Before: 500}}, 1, "first", 1})
		for week, who := range map[string]actions.Actor{"2026-W11": w.ana, "2026-W99": w.rui, "x": w.rui} {
			_, err := w.core.FeedbackDigest(ctx, who, week)
			wantError(t, err, actions.NotFound, "error.stale")
		}
		r, err := w.core.Report(ctx, w.rui, actions.ReportQuery{Period: actions.ReportWeek})
		w.must(err)
		equal(t, "report", r.Judged[0].Product, "Pão em Casa")
	})
}

// TestImportReviews: each review is kept once, of products that are known, and belongs to the buyer who is; nobody hears of it.
func TestImportReviews(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		rows := []actions.ReviewItem{
			{Line: 2, Review: actions.Review{ID: "R1", Product: "4100001", Score: 1, Comment: "Bad.", At: start.AddDate(0, 0, -1), Email: "marina.duarte@example.com"}},
			{Line: 3, Review: actions.Review{ID: "R2", Product: "receitas", Score: 5, At: start.AddDate(0, 0, -2), Email: "nobody@example.com"}},
			{Line: 4, Review: actions.Review{ID: "R2", Product: "receitas", Score: 4, At: start}},
			{Line: 5, Review: actions.Review{ID: "R3", Product: "Bolo", Score: 4, At: start}},
			{Line: 6, Err: errors.New("score: must be a whole number from 1 to 5")},
		}
		bring := func(dry bool) []int {
			t.Helper()
			r, err := w.core.ImportReviews(ctx, shop, slices.Values(rows), actions.ImportOptions{Name: "reviews.csv", DryRun: dry})
			w.must(err)
			equal(t, "bad lines", []int{r.Bad[0].Line, r.Bad[1].Line}, []int{5, 6})
			return []int{r.Applied, r.Duplicate, r.BadCount}
		}
		equal(t, "dry run", bring(true), []int{2, 1, 2})
		equal(t, "first", bring(false), []int{2, 1, 2})
		equal(t, "again", bring(false), []int{0, 3, 2})
		w.work()
		equal(t, "mails", len(w.mails()), 0)
		page, err := w.core.Feedback(ctx, w.rui, actions.FeedbackQuery{})
		w.must(err)
		equal(t, "kept", len(page.Feedback), 2)
		equal(t, "whose", []any{page.Feedback[0].Buyer, page.Feedback[0].Case, page.Feedback[1].Buyer}, []any{"Marina Duarte", false, ""})
		file, err := s.In(ctx).BuyerFile(shop, "marina")
		w.must(err)
		equal(t, "exported", len(file.Feedback), 1)
	})
}
