package actions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestFeedback: what a buyer says is recorded once, read by those who may, counted by the report; a complaint opens one case;
// an erased buyer leaves the score alone.
func TestFeedback(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		code := w.bought("HP1", w.marina)
		say := func(key string, who actions.Actor, score int, kind actions.FeedbackCategory, comment string) error {
			_, err := w.core.GiveFeedback(ctx, who, actions.GiveFeedbackInput{Key: key, Transaction: code, Score: score, Category: kind, Comment: comment, ReplyTo: who.Identity})
			return err
		}
		w.must(say("k1", w.marina, 5, actions.Praise, ""))
		w.must(say("k1", w.marina, 5, actions.Praise, "")) // pressed twice
		w.pass(time.Minute)
		w.must(say("k2", w.marina, 1, actions.Complaint, "The video stops."))
		w.must(say("k2", w.marina, 1, actions.Complaint, "The video stops."))
		wantError(t, say("k3", w.marina, 6, actions.Praise, ""), actions.Invalid, "error.not_an_option")
		wantError(t, say("k4", w.marina, 3, actions.Suggestion, " "), actions.Invalid, "feedback.comment_missing")
		wantError(t, say("k5", w.marina, 3, actions.Praise, strings.Repeat("x", 501)), actions.Invalid, "error.too_long")
		wantError(t, say("k6", w.paulo, 3, actions.Praise, ""), actions.NotFound, "purchase.not_found")
		wantError(t, say("k7", w.ana, 3, actions.Praise, ""), actions.Denied, "error.role")

		list := func(q actions.FeedbackQuery) []string {
			t.Helper()
			page, err := w.core.Feedback(ctx, w.rui, q)
			w.must(err)
			var all []string
			for _, f := range page.Feedback {
				all = append(all, string(f.Category)+" "+f.Comment+" "+f.Buyer)
			}
			if page.Next != "" {
				q.Cursor = page.Next
				next, err := w.core.Feedback(ctx, w.rui, q)
				w.must(err)
				for _, f := range next.Feedback {
					all = append(all, "next: "+string(f.Category))
				}
			}
			return all
		}
		equal(t, "all", list(actions.FeedbackQuery{}), []string{"complaint The video stops. Marina Duarte", "praise  Marina Duarte"})
		equal(t, "paged", list(actions.FeedbackQuery{Limit: 1}), []string{"complaint The video stops. Marina Duarte", "next: praise"})
		equal(t, "by category", list(actions.FeedbackQuery{Category: actions.Praise, Product: "4100001"}), []string{"praise  Marina Duarte"})
		equal(t, "of another product", list(actions.FeedbackQuery{Product: "Receitas"}), []string(nil))
		for _, who := range []actions.Actor{w.ana, w.marina} {
			_, err := w.core.Feedback(ctx, who, actions.FeedbackQuery{})
			wantError(t, err, actions.Denied, "error.role")
		}
		cases, err := s.In(ctx).CountFeedback(shop, "course", start, w.clock().Add(time.Second))
		w.must(err)
		equal(t, "counted", len(cases), 2)
		r, err := w.core.Report(ctx, w.rui, actions.ReportQuery{Period: actions.ReportToday, Product: "4100001"})
		w.must(err)
		equal(t, "report", []int{r.Feedback.Given, r.Feedback.Average, r.Feedback.Praise, r.Feedback.Complaints}, []int{2, 300, 1, 1})

		file, err := s.In(ctx).BuyerFile(shop, "marina")
		w.must(err)
		equal(t, "exported", len(file.Feedback), 2)
		w.must(s.Tx(ctx, func(tx *store.Store) error { return tx.EraseBuyer(file, w.clock()) }))
		equal(t, "erased", list(actions.FeedbackQuery{}), []string{"complaint  ", "praise  "})
	})
}
