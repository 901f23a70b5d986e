package hotmart

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

const (
	history  = "GET /payments/api/v1/sales/history"
	list     = "GET /payments/api/v1/subscriptions"
	putBack  = "PUT /payments/api/v1/sales/HP1/refund"
	doCancel = "POST /payments/api/v1/subscriptions/SUB1/cancel"
	reviving = "POST /payments/api/v1/subscriptions/SUB1/reactivate"
	newDay   = "PATCH /payments/api/v1/subscriptions/SUB1"
)

// aSale is a sale of the history with one part changed.
func aSale(old, new string) string {
	item := `{"product":{"id":1,"name":"P"},"buyer":{"name":"A","email":"a@example.com"},"purchase":{"transaction":"HP1","status":"APPROVED","order_date":1772900000000,` +
		`"approved_date":1772900000000,"commission_as":"PRODUCER","is_subscription":false,"price":{"value":59.9,"currency_code":"BRL"},"payment":{"method":"VISA_CREDIT_CARD","type":"CREDIT_CARD"}}}`
	return `{"items":[` + strings.Replace(item, old, new, 1) + `],"page_info":{"results_per_page":1}}`
}

func aSubscription(status, more string) string {
	return `{"items":[{"subscriber_code":"SUB1","status":"` + status + `","accession_date":1756720800000,"end_accession_date":1771608600000,"date_next_charge":1775822400000,` +
		`"transaction":"HP1","plan":{"name":"M"},"product":{"id":1},"subscriber":{"email":"a@example.com"}` + more + `}],"page_info":{}}`
}

// cutOff breaks the connection after the platform has acted.
func cutOff(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

var orders = map[string]actions.Order{
	putBack:  {Op: actions.OpRefund, Transaction: "HP1", Amount: actions.Money{Minor: 5990, Currency: "BRL"}},
	doCancel: {Op: actions.OpCancel, Transaction: "HP1", Subscription: "SUB1"},
	reviving: {Op: actions.OpReactivate, Transaction: "HP1", Subscription: "SUB1", Charge: true},
	newDay:   {Op: actions.OpChangeChargeDay, Transaction: "HP1", Subscription: "SUB1", ChargeDay: 15},
}

// What an order can come to, beside an outcome.
const (
	unknown = "?"        // an error: who knows whether the platform acted
	later   = "not sent" // an error: it certainly has not
)

func outcomeWord(o actions.Outcome, err error) string {
	var unsent *actions.NotSent
	switch {
	case errors.As(err, &unsent):
		return later
	case err != nil:
		return unknown
	case o.Detail != "":
		return string(o.Kind) + " " + strings.TrimPrefix(o.Detail, "outcome.refused.")
	}
	return string(o.Kind)
}

// TestAnswersOfWrites: what each answer of the platform to each write comes to. Nothing is written twice, whatever the answer.
func TestAnswersOfWrites(t *testing.T) {
	t.Parallel()
	same := func(word string) [4]string { return [4]string{word, word, word, word} }
	for name, c := range map[string]struct {
		answer string
		want   [4]string // of a refund, a cancellation, a reactivation, another day
	}{
		"an empty object":  {`{}`, [4]string{"requested", "done", "needs_buyer", "done"}},
		"inactive":         {`{"status":"INACTIVE","subscriber_code":"SUB1"}`, [4]string{"requested", "done", "needs_buyer", "done"}},
		"nothing":          {`200 `, [4]string{"requested", unknown, "needs_buyer", "done"}},
		"a page":           {"200 <html>maintenance</html>", same(unknown)},
		"cut short":        {`200 {"status":`, same(unknown)},
		"400 in words":     {"", same("refused platform")},
		"400 in trial":     {"", same("refused day_in_trial")},
		"400 without":      {"400 ", same("refused platform")},
		"400 by a proxy":   {"400 <html>bad request</html>", same(unknown)},
		"401":              {`401 {"error":"unauthorized"}`, same("refused credentials")},
		"403":              {"", same("refused not_allowed")},
		"404":              {"", [4]string{"refused not_found", "refused no_subscription", "refused no_subscription", "refused no_subscription"}},
		"408":              {"408 {}", same(unknown)},
		"409 over already": {`409 {"error":"SUBSCRIPTION_ALREADY_CANCELED_OR_OVERDUE"}`, same("refused already_cancelled")},
		"409 goes on":      {`409 {"error":"subscription_already_active"}`, same("refused not_cancelled")},
		"422":              {`422 {"error":"new_word"}`, same("refused platform")},
		"429":              {"", same(later)},
		"429 by a proxy":   {"429 <html>", same(unknown)},
		"500":              {"", same(unknown)},
		"502":              {"502 <html>bad gateway</html>", same(unknown)},
		"302":              {"302 ", same(unknown)},
	} {
		if sample := map[string]string{"400 in words": "error_400_invalid_parameter", "400 in trial": "error_400_due_day_in_trial", "403": "error_403_unauthorized_client",
			"404": "error_404_not_found", "429": "error_429_too_many_requests", "500": "error_500_internal_server_error"}[name]; sample != "" {
			c.answer = name[:3] + " " + string(read(t, "testdata/api/"+sample+".json"))
		}
		for i, write := range []string{putBack, doCancel, reviving, newDay} {
			t.Run(name+" to "+write[:5], func(t *testing.T) {
				t.Parallel()
				s, p := newStub(t)
				s.on(history, aSale("", ""))
				s.on(list, aSubscription(map[string]string{reviving: "CANCELLED_BY_SELLER"}[write]+map[bool]string{true: "ACTIVE"}[write != reviving], ""))
				s.on(write, c.answer)
				got := outcomeWord(p.Do(t.Context(), orders[write]))
				if got != c.want[i] {
					t.Errorf("%s, want %s", got, c.want[i])
				}
				writes := 0
				for _, call := range s.made() {
					if !strings.HasPrefix(call, "GET ") {
						writes++
					}
				}
				if most := map[bool]int{true: 2, false: 1}[name == "401"]; writes > most { // once more with a new token
					t.Errorf("written %d times: %q", writes, s.made())
				}
			})
		}
	}
}

// TestWritesWithoutAnAnswer: a connection that breaks, and a platform that is too slow, leave it unknown.
func TestWritesWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for write, order := range orders {
		for name, answer := range map[string]http.HandlerFunc{"cut": cutOff, "slow": slow} {
			s, p := newStub(t)
			p.api = remote.New(remote.Options{Base: s.URL, Timeout: 50 * time.Millisecond, Now: s.clock.Now})
			status := "ACTIVE"
			if write == reviving {
				status = "CANCELLED_BY_SELLER"
			}
			s.on(history, aSale("", ""))
			s.on(list, aSubscription(status, ""))
			s.mux.HandleFunc(write, answer)
			if got := outcomeWord(p.Do(t.Context(), order)); got != unknown {
				t.Errorf("%s, %s: %s", write, name, got)
			}
			if n := len(s.made()); n != 2 {
				t.Errorf("%s, %s: %q", write, name, s.made())
			}
		}
	}
}

// slow reads what was written, and says nothing until the caller has gone.
func slow(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// TestTokenOverInTheMiddle: a write that was refused for its token was not carried out, and is made again with a new one.
func TestTokenOverInTheMiddle(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	s.on(putBack, `{}`)
	s.mux.HandleFunc(history, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, aSale("", ""))
		s.tokens.Add(1) // ends the token that the next call comes with
	})
	if got := outcomeWord(p.Do(t.Context(), orders[putBack])); got != "requested" {
		t.Errorf("%s after %q", got, s.made())
	}
}

// TestBeforeARefund: what is read right before decides, and nothing is written where the platform would refuse or could not say.
func TestBeforeARefund(t *testing.T) {
	t.Parallel()
	status := func(s string) string { return aSale("APPROVED", s) }
	old := aSale(`"approved_date":1772900000000`, `"approved_date":1769000000000`) // 54 days
	for name, c := range map[string]struct {
		sale, commissions, sub string
		want                   string
	}{
		"approved":                         {sale: aSale("", ""), want: "requested"},
		"complete":                         {sale: status("COMPLETE"), want: "requested"},
		"as webhooks spell it":             {sale: status("completed"), want: "requested"},
		"refunded":                         {sale: status("REFUNDED"), want: "refused already_refunded"},
		"in part":                          {sale: status("PARTIALLY_REFUNDED"), want: "refused part_refunded"},
		"claimed":                          {sale: status("PROTESTED"), want: "refused claimed"},
		"at the bank":                      {sale: status("CHARGEBACK"), want: "refused chargeback"},
		"unpaid":                           {sale: status("WAITING_PAYMENT"), want: "refused not_refundable"},
		"a status that nobody knows":       {sale: status("MOONED"), want: "refused unknown_state"},
		"a co-producer's":                  {sale: aSale(`"PRODUCER"`, `"COPRODUCER"`), want: "refused not_producer"},
		"a role that is not told":          {sale: aSale(`"PRODUCER"`, `null`), want: "requested"},
		"by direct debit":                  {sale: aSale("VISA_CREDIT_CARD", "SEPA_DIRECT_DEBIT"), want: "refused by_bank"},
		"old, nobody else's":               {sale: old, commissions: `{"items":[{"commissions":[{"source":"PRODUCER"}]}]}`, want: "requested"},
		"old, by an affiliate":             {sale: old, commissions: `{"items":[{"commissions":[{"source":"PRODUCER"},{"source":"affiliate"}]}]}`, want: "refused affiliate"},
		"old, and nobody says":             {sale: old, commissions: "502 ", want: later},
		"a first charge":                   {sale: aSale(`"is_subscription":false`, `"is_subscription":true`), sub: aSubscription("ACTIVE", ""), want: "requested"},
		"a trial":                          {sale: aSale(`"is_subscription":false`, `"is_subscription":true`), sub: aSubscription("ACTIVE", `,"trial":true`), want: "refused in_trial"},
		"a later charge asks for no trial": {sale: aSale(`"is_subscription":false`, `"is_subscription":true,"recurrency_number":2`), want: "requested"},
		"not there":                        {sale: `{"items":[]}`, want: "refused not_found"},
		"404":                              {sale: "404 {}", want: "refused not_found"},
		"another one":                      {sale: aSale("HP1", "HP2"), want: "refused not_found"},
		"an empty answer":                  {sale: "200 ", want: later},
		"a page of a proxy":                {sale: "<html>", want: later},
		"no answer":                        {sale: "500 ", want: later},
		"over the quota":                   {sale: "429 {}", want: later},
		"a credential without rights":      {sale: "403 {}", want: "refused not_allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, p := newStub(t)
			p.api = remote.New(remote.Options{Base: s.URL, Now: s.clock.Now, Wait: noWait})
			s.on(history, c.sale)
			s.on("GET /payments/api/v1/sales/commissions", c.commissions)
			s.on(list, c.sub)
			s.on(putBack, `{}`)
			if got := outcomeWord(p.Do(t.Context(), orders[putBack])); got != c.want {
				t.Errorf("%s, want %s; %q", got, c.want, s.made())
			}
			for _, call := range s.made() {
				if strings.HasPrefix(call, "PUT") && c.want != "requested" {
					t.Errorf("written all the same: %q", s.made())
				}
			}
		})
	}
}

func TestBeforeSubscriptionsAreChanged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		write, sub, want string
	}{
		{doCancel, aSubscription("DELAYED", ""), "done"},
		{doCancel, aSubscription("CANCELLED_BY_CUSTOMER", ""), "refused already_cancelled"},
		{doCancel, aSubscription("canceled_by_vendor", ""), "refused already_cancelled"},
		{doCancel, aSubscription("OVERDUE", ""), "refused already_cancelled"},
		{doCancel, aSubscription("MOONED", ""), "refused unknown_state"},
		{doCancel, `{"items":[]}`, "refused no_subscription"},
		{doCancel, "200 ", later},
		{doCancel, "502 ", later},
		{reviving, aSubscription("CANCELLED_BY_ADMIN", ""), "needs_buyer"},
		{reviving, aSubscription("ACTIVE", ""), "refused not_cancelled"},
		{reviving, aSubscription("OVERDUE", ""), "refused not_cancelled"}, // its term is over
		{reviving, aSubscription("MOONED", ""), "refused unknown_state"},
		{newDay, aSubscription("ACTIVE", ""), "done"},
		{newDay, aSubscription("ACTIVE", `,"trial":true`), "refused day_in_trial"},
		{newDay, aSubscription("CANCELLED_BY_SELLER", ""), "refused not_charged"},
		{newDay, `{"items":[]}`, "refused no_subscription"},
	} {
		s, p := newStub(t)
		p.api = remote.New(remote.Options{Base: s.URL, Now: s.clock.Now, Wait: noWait})
		s.on(list, c.sub)
		s.on(c.write, `{"status":"INACTIVE"}`)
		if got := outcomeWord(p.Do(t.Context(), orders[c.write])); got != c.want {
			t.Errorf("%s of %.70s: %s, want %s", c.write, c.sub, got, c.want)
		}
	}
}

// TestWhatIsWritten: the bodies are those of the documentation.
func TestWhatIsWritten(t *testing.T) {
	t.Parallel()
	for write, want := range map[string]string{putBack: "", doCancel: `{"send_mail":false}`, reviving: `{"charge":true}`, newDay: `{"due_day":15}`} {
		s, p := newStub(t)
		status := "ACTIVE"
		if write == reviving {
			status = "CANCELLED_BY_SELLER"
		}
		s.on(history, aSale("", ""))
		s.on(list, aSubscription(status, ""))
		got := "nothing"
		s.mux.HandleFunc(write, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = string(body)
			_, _ = io.WriteString(w, "{}")
		})
		if _, err := p.Do(t.Context(), orders[write]); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", write, got, err, want)
		}
	}
}

// TestCancelWithoutAWordIsReadBack: an empty answer to a cancellation is no news, and the list is.
func TestCancelWithoutAWordIsReadBack(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	s.on(list, aSubscription("ACTIVE", ""), aSubscription("CANCELLED_BY_SELLER", ""))
	s.on(doCancel, "200 ")
	if got := outcomeWord(p.Do(t.Context(), orders[doCancel])); got != "done" {
		t.Errorf("%s; %q", got, s.made())
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	now := s.clock.Now()
	s.on(history, aSale(`"is_subscription":false`, `"is_subscription":true`), aSale("APPROVED", "PROTESTED"), `{"items":[]}`, "200 ", "500 ", "500 ", "500 ")
	s.on(list, aSubscription("CANCELLED_BY_SELLER", ""))
	got, err := p.State(t.Context(), "shop", "HP1")
	want := actions.RemoteState{Status: actions.Approved, Email: "a@example.com", At: now, Subscription: actions.SubscriptionState{
		Status: actions.SubscriptionCancelled, At: time.UnixMilli(1771608600000).UTC(), NextChargeAt: time.UnixMilli(1775822400000).UTC()}}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = p.State(t.Context(), "shop", "HP1")
	if want := (actions.RemoteState{Status: actions.Disputed, Email: "a@example.com", At: now}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := p.State(t.Context(), "shop", "HP1"); err == nil || actions.AsError(err).Code != actions.NotFound {
		t.Errorf("no such sale: %v", err)
	}
	if _, err := p.State(t.Context(), "shop", "HP1"); err == nil || actions.AsError(err).Code == actions.NotFound {
		t.Errorf("an empty answer: %v", err)
	}
	p.api = remote.New(remote.Options{Base: s.URL, Now: s.clock.Now, Wait: noWait})
	if _, err := p.State(t.Context(), "shop", "HP1"); remote.AsError(err) == nil {
		t.Errorf("no answer: %v", err)
	}
}

// TestStateOfAnOlderCharge: the list names a subscription by its newest charge; of another one it is found by buyer and product.
func TestStateOfAnOlderCharge(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	s.on(history, aSale(`"is_subscription":false`, `"is_subscription":true`))
	s.on(list, `{"items":[]}`, aSubscription("ACTIVE", ""), `{"items":[]}`, `{"items":[{"subscriber_code":"A"},{"subscriber_code":"B"}]}`)
	got, err := p.State(t.Context(), "shop", "HP1")
	if err != nil || got.Subscription.Status != actions.SubscriptionActive {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = p.State(t.Context(), "shop", "HP1")
	if err != nil || got.Subscription.Status != "" {
		t.Errorf("of two it could be: %+v, %v", got, err)
	}
}

func TestCapabilities(t *testing.T) {
	t.Parallel()
	_, p := newStub(t)
	for op, want := range map[actions.Operation]actions.Capability{
		actions.OpRefund: actions.ByAPI, actions.OpCancel: actions.ByAPI, actions.OpReactivate: actions.ByAPI, actions.OpChangeChargeDay: actions.ByAPI,
		actions.OpChangeEmail: actions.Assisted, actions.OpResend: actions.Assisted, actions.OpCheckIn: actions.Assisted, actions.OpApproveClaim: actions.Assisted,
		actions.OpPassword: actions.Assisted, actions.OpAccept: actions.NoSupport, actions.OpRefundPart: actions.NoSupport, "dance": actions.NoSupport,
	} {
		if got := p.Can(op); got != want {
			t.Errorf("%s: %s, want %s", op, got, want)
		}
	}
	if got := outcomeWord(p.Do(t.Context(), actions.Order{Op: actions.OpChangeEmail})); !strings.HasPrefix(got, "assisted") {
		t.Errorf("a change of e-mail: %s", got)
	}
	if got := outcomeWord(p.Do(t.Context(), actions.Order{Op: "dance"})); got != "refused platform" {
		t.Errorf("what nobody knows: %s", got)
	}
}

func TestMember(t *testing.T) {
	t.Parallel()
	area := actions.Product{AccessURL: "https://bread.club.hotmart.com/login"}
	for name, c := range map[string]struct {
		product actions.Product
		answer  string
		want    actions.MemberState
		fails   bool
	}{
		"found": {area, string(read(t, "testdata/api/club_users.json")), actions.MemberState{Known: true, Found: true, Accesses: 4,
			FirstAt: time.UnixMilli(1772458807000).UTC(), LastAt: time.UnixMilli(1772741460000).UTC()}, false},
		"only a part of another": {area, `{"items":[{"email":"x.marina.duarte@example.com","status":"ACTIVE"}]}`, actions.MemberState{Known: true}, false},
		"blocked":                {area, `{"items":[{"email":"Marina.Duarte@EXAMPLE.com","status":"BLOCKED_BY_OWNER"}]}`, actions.MemberState{Known: true, Found: true, Blocked: true}, false},
		"late":                   {area, `{"items":[{"email":"marina.duarte@example.com","status":"OVERDUE"}]}`, actions.MemberState{Known: true, Found: true, Late: true}, false},
		"twice, once blocked": {area, `{"items":[{"email":"marina.duarte@example.com","status":"ACTIVE"},{"email":"marina.duarte@example.com","status":"BLOCKED"}]}`,
			actions.MemberState{Known: true, Found: true}, false},
		"not there":             {area, `{"items":[]}`, actions.MemberState{Known: true}, false},
		"an area without a key": {area, "200 ", actions.MemberState{}, false},
		"forbidden":             {area, "403 {}", actions.MemberState{}, false},
		"broken":                {area, "500 ", actions.MemberState{}, true},
		"elsewhere":             {actions.Product{AccessURL: "https://school.example/bread"}, "500 ", actions.MemberState{}, false},
	} {
		s, p := newStub(t)
		p.api = remote.New(remote.Options{Base: s.URL, Now: s.clock.Now, Wait: noWait})
		s.on("GET /club/api/v1/users", c.answer)
		got, err := p.Member(t.Context(), "shop", c.product, "marina.duarte@example.com")
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for address, want := range map[string]string{
		"https://bread.club.hotmart.com": "bread", "http://Bread-2.club.hotmart.com/a?b": "bread-2", "https://hotmart.com/pt-br/club/bread": "bread",
		"https://hotmart.com/club/bread/products/1": "bread", "https://app.hotmart.com/en/club/bread": "bread", "https://hotmart.com/club": "", "https://hotmart.com/club/a%20b": "",
		"https://evil.example/club/bread": "", "https://bread.club.hotmart.com.evil.example": "", "https://evilhotmart.com/club/x": "", "": "", "ftp://a.club.hotmart.com": "",
		"https://a.b.club.hotmart.com": "",
	} {
		if got := clubOf(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

func TestTicketsOf(t *testing.T) {
	t.Parallel()
	s, p := newStub(t)
	s.on("GET /events/api/v1/4100003/participants", string(read(t, "testdata/api/event_participants.json")))
	s.on("GET /events/api/v1/5/participants", `404 {"error":"not_found"}`)
	all, err := p.TicketsOf(t.Context(), "shop", "4100003", "Raul.Pinto@example.net")
	if err != nil || len(all) != 2 || all[0].CheckIn != actions.TicketConcluded || all[0].Attendee != "Raul Pinto" || all[1].CheckIn != actions.TicketPending || !all[1].Valid {
		t.Errorf("%+v, %v", all, err)
	}
	if all, err := p.TicketsOf(t.Context(), "shop", "4100003", "somebody@example.net"); err != nil || len(all) != 0 {
		t.Errorf("somebody else's: %+v, %v", all, err)
	}
	if all, err := p.TicketsOf(t.Context(), "shop", "5", "raul.pinto@example.net"); err != nil || all != nil {
		t.Errorf("no event: %+v, %v", all, err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token        int // status of the token call; 0: 200
		me, products string
		want         string // part of the error; empty: none
	}{
		"good":                {0, `{"name":"x"}`, "500 ", ""},
		"me is not there":     {0, "404 {}", `{"items":[]}`, ""},
		"me is odd":           {0, "<html>", `{"items":[]}`, ""},
		"no secret":           {401, "", "", "client_secret"},
		"no such client":      {400, "", "", "client_secret"},
		"revoked":             {0, `401 {"error":"unauthorized"}`, "", "client_secret"},
		"not the owner":       {0, "403 {}", "403 {}", "owner"},
		"over the quota":      {0, "429 {}", "429 {}", "in a minute"},
		"a bad day of theirs": {0, "500 ", "502 <html>", "status.hotmart.com"},
		"theirs with tokens":  {503, "", "", "status.hotmart.com"},
	} {
		s, p := newStub(t)
		p.api = remote.New(remote.Options{Base: s.URL, Now: s.clock.Now, Wait: noWait})
		if c.token != 0 {
			s.token = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(c.token) }
		}
		s.on("GET /user/api/v1/me", c.me)
		s.on("GET /products/api/v1/products", c.products)
		err := p.Check(t.Context())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(fmt.Sprintf("%+v", err), "s3cr") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, p := newStub(t)
	s.Close()
	if err := p.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "hotmart.auth_url") {
		t.Errorf("nobody there: %v", err)
	}
}
