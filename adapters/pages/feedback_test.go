package pages_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store/jobs"
)

// opinion is the link that was mailed to the buyer, seven days after his purchase.
func (w *world) opinion() string {
	w.t.Helper()
	w.pass(7*24*time.Hour + time.Hour)
	w.must(w.core.Handlers()[actions.JobExpire](w.t.Context(), jobs.Job{Kind: actions.JobExpire}))
	w.work()
	for _, m := range w.mailbox.Sent() {
		if m.Values.AskURL != "" {
			return m.Values.AskURL
		}
	}
	w.t.Fatal("nobody was asked by mail")
	return ""
}

// TestFeedbackPage: looking records nothing, a number is enough, words open a case when it is a low one; a forged link is none.
func TestFeedbackPage(t *testing.T) {
	t.Parallel()
	w := open(t, "en")
	link := w.opinion()
	send := func(body string) got {
		return w.ask(http.MethodPost, link, body, "Content-Type", "application/x-www-form-urlencoded")
	}
	page := w.ask(http.MethodGet, link, "")
	for _, want := range []string{"How do you like Pão de Fermentação Natural &lt;b&gt;?", `type="radio" name="score" value="5"`, "<textarea", "/b/optout/feedback_"} {
		if page.code != 200 || !strings.Contains(page.body, want) {
			t.Errorf("the page (%d) has no %q:\n%s", page.code, want, page.body)
		}
	}
	if strings.Contains(page.body, "required checked") {
		t.Error("a number is chosen before anybody chose one")
	}
	if sent := send("category=praise"); sent.code != 422 || !strings.Contains(sent.body, "Choose a number from 1 to 5") {
		t.Errorf("without a number: %d %s", sent.code, sent.body)
	}
	if sent := send("score=2&category=suggestion"); sent.code != 422 || !strings.Contains(sent.body, "Say in a few words") || !strings.Contains(sent.body, `value="2" required checked`) {
		t.Errorf("a suggestion without words: %d %s", sent.code, sent.body)
	}
	if sent := send("score=4"); sent.code != 303 {
		t.Errorf("a number alone: %d", sent.code)
	}
	if page = w.ask(http.MethodGet, link, ""); !strings.Contains(page.body, "Thank you: 4 of 5") || !strings.Contains(page.body, `value="4" required checked`) {
		t.Errorf("after a number: %s", page.body)
	}
	for range 2 {
		if sent := send("score=1&category=complaint&comment=The+video+stops+%3Cscript%3E"); sent.code != 303 {
			t.Errorf("a complaint: %d", sent.code)
		}
	}
	if page = w.ask(http.MethodGet, link, ""); !strings.Contains(page.body, "question #1001") || strings.Contains(page.body, "The video stops") {
		t.Errorf("after a complaint: %s", page.body)
	}
	for _, forged := range []string{link + "0", link[:len(link)-1], strings.Replace(link, "/feedback/", "/mine/", 1)} {
		if seen := w.ask(http.MethodGet, forged, ""); seen.code != 404 {
			t.Errorf("%s was answered %d", forged, seen.code)
		}
	}
	w.pass(31 * 24 * time.Hour)
	if page = w.ask(http.MethodGet, link, ""); !strings.Contains(page.body, "This question is over") || strings.Contains(page.body, "<form") {
		t.Errorf("late: %s", page.body)
	}
}
