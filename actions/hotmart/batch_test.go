package hotmart

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

const (
	cancelMany = "POST /payments/api/v1/subscriptions/cancel"
	reviveMany = "POST /payments/api/v1/subscriptions/reactivate"
)

func several(op actions.Operation, codes ...string) (all []actions.Order) {
	for _, c := range codes {
		all = append(all, actions.Order{Op: op, Subscription: c, Transaction: "HP1", Charge: op == actions.OpReactivate})
	}
	return all
}

func words(answers []actions.Answer) (all []string) {
	for _, a := range answers {
		all = append(all, outcomeWord(a.Outcome, a.Err))
	}
	return all
}

// TestDoMany: what each answer to a list comes to, for each of the list.
func TestDoMany(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		op     actions.Operation
		codes  []string
		answer string
		want   string
	}{
		"the documented answer": {actions.OpCancel, []string{"OTTO26QX", "RAUL25ZT"}, string(read(t, "testdata/api/subscriptions_cancel_list.json")), "done, refused already_cancelled"},
		"who are asked":         {actions.OpReactivate, []string{"OTTO26QX", "RAUL25ZT"}, string(read(t, "testdata/api/subscriptions_reactivate_list.json")), "refused not_cancelled, needs_buyer"},
		"one array alone":       {actions.OpCancel, []string{"A", "B"}, `{"success_subscriptions":[{"subscriber_code":"a"},{"subscriber_code":"B"}]}`, "done, done"},
		"the other alone":       {actions.OpCancel, []string{"A", "B"}, `{"fail_subscriptions":[{"subscriber_code":"A","error":"NEW_WORD"},{"subscriber_code":"B"}]}`, "refused platform, refused platform"},
		"one left out":          {actions.OpCancel, []string{"A", "B"}, `{"success_subscriptions":[{"subscriber_code":"A"}],"fail_subscriptions":null}`, "done, ?"},
		"one said twice":        {actions.OpCancel, []string{"A", "B"}, `{"success_subscriptions":[{"subscriber_code":"A"},{"subscriber_code":"B"}],"fail_subscriptions":[{"subscriber_code":"A","error":"X"}]}`, "?, done"},
		"nothing":               {actions.OpCancel, []string{"A", "B"}, "200 ", "?, ?"},
		"a page":                {actions.OpReactivate, []string{"A", "B"}, "200 <html>", "?, ?"},
		"odd items":             {actions.OpCancel, []string{"A", "B"}, `{"success_subscriptions":[7,"x",{"subscriber_code":"B"}]}`, "?, done"},
		"502":                   {actions.OpCancel, []string{"A", "B"}, "502 <html>", "?, ?"},
		"429":                   {actions.OpCancel, []string{"A", "B"}, "429 {}", "not sent, not sent"},
		"401":                   {actions.OpCancel, []string{"A", "B"}, `401 {"error":"unauthorized"}`, "refused credentials, refused credentials"},
		"403":                   {actions.OpCancel, []string{"A", "B"}, "403 {}", "refused not_allowed, refused not_allowed"},
		"none":                  {actions.OpCancel, nil, "500 ", ""},
	} {
		s, p := newStub(t)
		p.api = remote.New(remote.Options{Base: s.URL, Now: s.clock.Now, Wait: noWait})
		s.on(cancelMany, c.answer)
		s.on(reviveMany, c.answer)
		if got := strings.Join(words(p.DoMany(t.Context(), several(c.op, c.codes...))), ", "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if n := len(s.made()); n > 1 && name != "401" || n == 0 && name != "none" {
			t.Errorf("%s: %q", name, s.made())
		}
	}
}

// TestDoManyAlone: a list that is refused as a whole has done nothing, and each is done by itself.
func TestDoManyAlone(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	s.on(cancelMany, `400 {"error":"invalid_parameter"}`)
	s.mux.HandleFunc(list, func(w http.ResponseWriter, r *http.Request) {
		code := r.URL.Query().Get("subscriber_code")
		status := map[string]string{"A": "ACTIVE", "B": "CANCELLED_BY_SELLER"}[code]
		fmt.Fprintf(w, `{"items":[{"subscriber_code":%q,"status":%q}]}`, code, status)
	})
	s.on("POST /payments/api/v1/subscriptions/A/cancel", `{"status":"INACTIVE"}`)
	if got := strings.Join(words(p.DoMany(t.Context(), several(actions.OpCancel, "A", "B"))), ", "); got != "done, refused already_cancelled" {
		t.Errorf("%s; %q", got, s.made())
	}
}

func TestWhatIsWrittenForMany(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	var got []string
	for _, path := range []string{cancelMany, reviveMany} {
		s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = append(got, string(body))
			_, _ = io.WriteString(w, "{}")
		})
	}
	p.DoMany(t.Context(), several(actions.OpCancel, "A", "B"))
	p.DoMany(t.Context(), several(actions.OpReactivate, "C", "D"))
	want := []string{`{"send_mail":false,"subscriber_code":["A","B"]}`, `{"charge":true,"subscriber_code":["C","D"]}`}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	for op, want := range map[actions.Operation]int{actions.OpCancel: 50, actions.OpReactivate: 50, actions.OpRefund: 0, actions.OpChangeChargeDay: 0} {
		if n := p.Together(op); n != want {
			t.Errorf("%s: %d together", op, n)
		}
	}
}
