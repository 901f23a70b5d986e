package fake

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object of an answer.
type object = map[string]any

// An answer is what a call gets. A nil body is an empty one.
type answer struct {
	code int
	body any
}

func ok(body any) answer { return answer{http.StatusOK, body} }

// refuse answers with a documented error. Only the word is real; the texts of the platform are not known.
func refuse(code int, word, why string) answer {
	return answer{code, object{"error": word, "error_description": why, "error_uri": "https://developers.hotmart.com/docs/en/start/http-response-codes/"}}
}

func badParameter(why string) answer { return refuse(400, "invalid_parameter", why) }
func badValue(why string) answer     { return refuse(400, "invalid_value_parameter", why) }
func notFound() answer               { return refuse(404, "not_found", "nothing with that code") }

// An endpoint answers one call; it runs under the lock.
type endpoint struct {
	params params
	serve  func(q query, r *http.Request, body []byte) answer
}

// routes are all paths that the fake knows, by method: another method on one of them is 405.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/security/oauth/token", s.token)
	for path, methods := range map[string]map[string]endpoint{
		"/payments/api/v1/sales/history":                         {"GET": {historyParams, s.salesHistory}},
		"/payments/api/v1/sales/summary":                         {"GET": {summaryParams, s.salesSummary}},
		"/payments/api/v1/sales/users":                           {"GET": {usersParams, s.salesUsers}},
		"/payments/api/v1/sales/commissions":                     {"GET": {commissionsParams, s.salesCommissions}},
		"/payments/api/v1/sales/price/details":                   {"GET": {priceParams, s.salesPrices}},
		"/payments/api/v1/sales/{transaction}/refund":            {"PUT": {params{}, s.refund}},
		"/payments/api/v1/sales/{transaction}/billet":            {"PUT": {params{}, s.billet}},
		"/payments/api/v1/subscriptions":                         {"GET": {subscriptionsParams, s.subscriptions}},
		"/payments/api/v1/subscriptions/summary":                 {"GET": {subscriptionSummaryParams, s.subscriptionsSummary}},
		"/payments/api/v1/subscriptions/transactions":            {"GET": {chargesParams, s.subscriptionCharges}},
		"/payments/api/v1/subscriptions/cancel":                  {"POST": {params{}, s.cancelMany}},
		"/payments/api/v1/subscriptions/reactivate":              {"POST": {params{}, s.reactivateMany}},
		"/payments/api/v1/subscriptions/{subscriber}":            {"PATCH": {params{}, s.changeDueDay}},
		"/payments/api/v1/subscriptions/{subscriber}/purchases":  {"GET": {params{}, s.subscriberPurchases}},
		"/payments/api/v1/subscriptions/{subscriber}/cancel":     {"POST": {params{}, s.cancelOne}},
		"/payments/api/v1/subscriptions/{subscriber}/reactivate": {"POST": {params{}, s.reactivateOne}},
		"/products/api/v1/products":                              {"GET": {productsParams, s.products}},
		"/products/api/v1/products/{ucode}/offers":               {"GET": {pageParams, s.offers}},
		"/products/api/v1/products/{ucode}/plans":                {"GET": {pageParams, s.plans}},
		"/club/api/v1/users":                                     {"GET": {clubParams, s.clubUsers}},
		"/events/api/v1/{event}/info":                            {"GET": {params{}, s.eventInfo}},
		"/events/api/v1/{event}/participants":                    {"GET": {participantsParams, s.participants}},
		"/user/api/v1/me":                                        {"GET": {params{}, s.me}},
	} {
		mux.HandleFunc(path, s.api(methods))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { write(w, r, notFound()) })
	return mux
}

// ServeHTTP answers as the platform does, or as trouble has it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// maxBody is how much of a request is read.
const maxBody = 1 << 20

// token gives out tokens for the client credentials (hotmart: app-auth).
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	misery := s.draw(r)
	if misery.before(w, r) {
		return
	}
	var a answer
	s.locked(func() { a = s.giveToken(r) })
	misery.after(w, r, a)
}

func (s *Server) giveToken(r *http.Request) answer {
	q := r.URL.Query()
	id, secret := q.Get("client_id"), q.Get("client_secret")
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(s.o.ClientID+":"+s.o.ClientSecret))
	switch {
	case r.Method != http.MethodPost:
		return refuse(405, "method_not_allowed", "ask with POST")
	case q.Get("grant_type") != "client_credentials":
		return badParameter("grant_type")
	case !same(r.Header.Get("Authorization"), basic):
		return refuse(401, "unauthorized", "the header's credentials are wrong")
	case !same(id, s.o.ClientID) || !same(secret, s.o.ClientSecret):
		return refuse(401, "unauthorized", "the query's credentials are wrong")
	}
	s.counts.Tokens++
	token := fmt.Sprintf("FAKE-OPAQUE-%d-%016x", s.counts.Tokens, s.chance.Uint64())
	s.tokens[token] = s.o.Now().Add(s.o.TokenLife)
	return ok(object{"access_token": token, "token_type": "bearer", "expires_in": int(s.o.TokenLife / time.Second), "scope": "read write",
		"jti": fmt.Sprintf("d0000000-0000-4000-8000-%012d", s.counts.Tokens)})
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// api serves one path: the token, the limit, the method and the parameters are checked in the order in which a gateway does.
func (s *Server) api(methods map[string]endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		misery := s.draw(r)
		if misery.before(w, r) {
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			write(w, r, badParameter("body"))
			return
		}
		var a answer
		s.locked(func() {
			a = s.enter(w, r)
			if a.code != 0 {
				return
			}
			e, known := methods[r.Method]
			if !known {
				a = refuse(405, "method_not_allowed", r.Method)
				return
			}
			q, wrong := e.params.read(r)
			if wrong.code != 0 {
				a = wrong
				return
			}
			if since := s.o.Now().Sub(s.ticked); since < 0 || since >= time.Second { // large shops are slow to walk through
				s.tick()
			}
			a = e.serve(q, r, body)
		})
		misery.after(w, r, a)
	}
}

// enter counts the call and checks the token. A zero answer lets it in.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) answer {
	now := s.o.Now()
	s.counts.Calls++
	if minute := now.Truncate(time.Minute); !minute.Equal(s.minute) {
		s.minute, s.calls = minute, 0
	}
	s.calls++
	left, reset := max(s.o.PerMinute-s.calls, 0), int(s.minute.Add(time.Minute).Sub(now).Seconds())+1
	h := w.Header()
	h.Set("RateLimit-Limit", strconv.Itoa(s.o.PerMinute))
	h.Set("RateLimit-Remaining", strconv.Itoa(left))
	h.Set("RateLimit-Reset", strconv.Itoa(reset))
	h.Set("X-RateLimit-Limit-Minute", strconv.Itoa(s.o.PerMinute))
	h.Set("X-RateLimit-Remaining-Minute", strconv.Itoa(left))
	if s.calls > s.o.PerMinute {
		s.counts.Limited++
		return refuse(429, "too_many_requests", "the minute's calls are used up")
	}
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	until, known := s.tokens[token]
	switch {
	case !bearer || !known:
		return refuse(401, "unauthorized", "no valid credential was presented")
	case !now.Before(until):
		return refuse(401, "token_expired", "the access token is past its lifetime")
	}
	return answer{}
}

// ExpireTokens ends all tokens that were given out, at once.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expireTokens()
}

func (s *Server) expireTokens() {
	for token := range s.tokens {
		s.tokens[token] = s.o.Now()
	}
}

// write sends an answer.
func write(w http.ResponseWriter, _ *http.Request, a answer) {
	if a.body == nil {
		w.WriteHeader(a.code)
		return
	}
	body, err := json.Marshal(a.body)
	if err != nil {
		panic("fake: " + err.Error()) // an answer of our own making
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.code)
	_, _ = w.Write(body) // a caller who has gone reads nothing
}
