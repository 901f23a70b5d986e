// Package fake is a Stripe for tests: it keeps charges, refunds, customers and subscriptions, answers as the documentation says
// (docs.stripe.com/api, version 2024-06-20, read November 2026), and takes nothing else: parameters that are not listed, another
// version or a wrong key are errors, and so is a key of an order that stands for another one.
package fake

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Server is Stripe for one account. It is safe for concurrent use.
type Server struct {
	SecretKey string
	Version   string
	Now       func() time.Time

	mu       sync.Mutex
	n        int
	objects  map[string]map[string]any // by id
	refunds  map[string][]string       // ids by charge, the newest first
	disputes map[string][]string
	keys     map[string]*saved
	lose     bool
	pending  bool
	answer   *saved
	receipts []string
}

// A saved answer is what a key is answered with again.
type saved struct {
	request string
	status  int
	kind    string
	body    []byte
}

// New returns a Server without objects.
func New(secretKey, version string, now func() time.Time) *Server {
	return &Server{SecretKey: secretKey, Version: version, Now: now, objects: map[string]map[string]any{}, refunds: map[string][]string{},
		disputes: map[string][]string{}, keys: map[string]*saved{}}
}

// Lose has the next write carried out, and its connection cut before it is answered.
func (s *Server) Lose() { s.mu.Lock(); s.lose = true; s.mu.Unlock() }

// Pending has the next refunds wait, until Settle.
func (s *Server) Pending() { s.mu.Lock(); s.pending = true; s.mu.Unlock() }

// Answer has everything answered with this from now on.
func (s *Server) Answer(status int, kind, body string) {
	s.mu.Lock()
	s.answer = &saved{status: status, kind: kind, body: []byte(body)}
	s.mu.Unlock()
}

// Refunds counts how often money has left for a charge, or is to.
func (s *Server) Refunds(charge string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.refunds[charge] {
		if st := s.objects[id]["status"]; st == "succeeded" || st == "pending" {
			n++
		}
	}
	return n
}

// Receipts are the addresses to which receipts went, in order.
func (s *Server) Receipts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.receipts)
}

// Forget has all keys pruned, as Stripe does after a day.
func (s *Server) Forget() { s.mu.Lock(); clear(s.keys); s.mu.Unlock() }

// Settle ends the refunds that wait: as succeeded, or as failed.
func (s *Server) Settle(status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = false
	for charge, ids := range s.refunds {
		for _, id := range ids {
			r := s.objects[id]
			if r["status"] != "pending" {
				continue
			}
			if r["status"] = status; status == "failed" {
				c := s.objects[charge]
				c["amount_refunded"] = c["amount_refunded"].(int64) - r["amount"].(int64)
				c["refunded"] = false
			}
		}
	}
}

// Dispute opens a dispute about a charge, or gives the one there is another status.
func (s *Server) Dispute(charge, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[charge]["disputed"] = true
	if ids := s.disputes[charge]; len(ids) > 0 {
		s.objects[ids[0]]["status"] = status
		return
	}
	id := s.id("dp")
	s.objects[id] = map[string]any{"id": id, "object": "dispute", "charge": charge, "status": status, "created": s.Now().Unix()}
	s.disputes[charge] = []string{id}
}

// A Sale is what Sell makes.
type Sale struct {
	Amount        int64
	Currency      string
	Email, Name   string
	Guest         bool   // without a customer
	Subscription  bool   // with an invoice of one
	SubscriptionS string // its status; active when empty
	Product       string // its name; empty: the charge was made by an amount alone
	Failed        bool   // nothing was paid
}

// Sell makes a charge, and what belongs to it. It returns the ids of both.
func (s *Server) Sell(o Sale) (charge, subscription string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now().Unix()
	charge = s.id("ch")
	c := map[string]any{"id": charge, "object": "charge", "amount": o.Amount, "currency": o.Currency, "amount_refunded": int64(0), "refunded": false,
		"disputed": false, "status": "succeeded", "captured": true, "created": now, "customer": nil, "invoice": nil, "metadata": map[string]any{},
		"billing_details": map[string]any{"email": o.Email, "name": o.Name}, "payment_method_details": map[string]any{"type": "card"}, "receipt_email": nil}
	s.objects[charge] = c
	if o.Failed {
		c["status"] = "failed"
	}
	lines := map[string]any{"object": "list", "data": []any{}}
	if o.Product != "" {
		lines["data"] = []any{map[string]any{"price": map[string]any{"id": "price_1", "nickname": "Monthly", "product": s.product(o.Product)}}}
	}
	c["payment_intent"] = s.id("pi")
	if o.Product != "" && !o.Subscription {
		id := s.id("cs")
		s.objects[id] = map[string]any{"id": id, "object": "checkout.session", "created": now, "payment_intent": c["payment_intent"], "line_items": lines}
	}
	if !o.Guest {
		id := s.id("cus")
		s.objects[id] = map[string]any{"id": id, "object": "customer", "email": o.Email, "name": o.Name, "metadata": map[string]any{}}
		c["customer"] = id
	}
	if o.Subscription {
		subscription = s.id("sub")
		status := o.SubscriptionS
		if status == "" {
			status = "active"
		}
		s.objects[subscription] = map[string]any{"id": subscription, "object": "subscription", "status": status, "cancel_at_period_end": false,
			"current_period_start": now, "current_period_end": now + 30*86400, "items": lines, "canceled_at": nil, "ended_at": nil, "created": now, "customer": c["customer"], "metadata": map[string]any{}}
		invoice := s.id("in")
		s.objects[invoice] = map[string]any{"id": invoice, "object": "invoice", "subscription": subscription, "charge": charge, "status": "paid",
			"lines": lines, "billing_reason": "subscription_create", "created": now}
		c["invoice"] = invoice
	}
	return charge, subscription
}

// product is the id of a product, which is made when it is new.
func (s *Server) product(name string) string {
	for id, o := range s.objects {
		if o["object"] == "product" && o["name"] == name {
			return id
		}
	}
	id := s.id("prod")
	s.objects[id] = map[string]any{"id": id, "object": "product", "name": name, "created": s.Now().Unix()}
	return id
}

// id makes one in the form of Stripe's: small and capital letters and digits, of which the case matters.
func (s *Server) id(prefix string) string {
	s.n++
	return fmt.Sprintf("%s_0AbZ9zq%016dX", prefix, s.n)
}

// ServeHTTP answers as the API does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answer != nil {
		write(w, *s.answer)
		return
	}
	if err := r.ParseForm(); err != nil {
		write(w, problem(400, "", "invalid_request_error", "the body is no form"))
		return
	}
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+s.SecretKey)) != 1 {
		write(w, problem(401, "", "invalid_request_error", "Invalid API Key provided: "+r.Header.Get("Authorization")))
		return
	}
	if r.Header.Get("Stripe-Version") != s.Version {
		write(w, problem(400, "", "invalid_request_error", "Invalid Stripe API version"))
		return
	}
	if r.Method == http.MethodGet {
		write(w, s.read(r))
		return
	}
	key, request := r.Header.Get("Idempotency-Key"), r.URL.Path+"?"+r.PostForm.Encode()
	if key == "" || len(key) > 255 || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		write(w, problem(400, "", "invalid_request_error", "a write without a key, or that is no form"))
		return
	}
	done := s.keys[key]
	switch {
	case done != nil && done.request != request:
		write(w, problem(400, "", "idempotency_error", "Keys for idempotent requests can only be used with the same parameters"))
		return
	case done == nil:
		a := s.change(r)
		a.request = request
		done = &a
		s.keys[key] = done
	}
	if s.lose {
		s.lose = false
		panic(http.ErrAbortHandler)
	}
	write(w, *done)
}

func write(w http.ResponseWriter, a saved) {
	w.Header().Set("Content-Type", a.kind)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

func answer(v any) saved {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return saved{status: 200, kind: "application/json", body: body}
}

func problem(status int, code, kind, message string) saved {
	a := answer(map[string]any{"error": map[string]any{"code": code, "type": kind, "message": message}})
	a.status = status
	return a
}

// only returns what is wrong with the parameters of a call; empty when they are all listed.
func only(form url.Values, allowed ...string) string {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		base, _, _ := strings.Cut(name, "[")
		if !slices.Contains(allowed, base) {
			return "Received unknown parameter: " + name
		}
	}
	return ""
}

func (s *Server) read(r *http.Request) saved {
	kind, id, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	switch {
	case kind == "charges" && id != "", kind == "subscriptions" && id != "", kind == "customers" && id != "":
		if wrong := only(r.Form, "expand"); wrong != "" {
			return problem(400, "parameter_unknown", "invalid_request_error", wrong)
		}
		o := s.objects[id]
		if o == nil || o["object"].(string)+"s" != kind {
			return problem(404, "resource_missing", "invalid_request_error", "No such object: '"+id+"'")
		}
		o = maps.Clone(o)
		for _, path := range r.Form["expand[]"] {
			if !s.expand(o, strings.Split(path, ".")) {
				return problem(400, "", "invalid_request_error", "This property cannot be expanded ("+path+").")
			}
		}
		return answer(o)
	case lists[strings.TrimPrefix(r.URL.Path, "/v1/")].object != "":
		return s.list(r, strings.TrimPrefix(r.URL.Path, "/v1/"))
	}
	return problem(404, "", "invalid_request_error", "Unrecognized request URL")
}

// expand puts objects in the place of their ids.
func (s *Server) expand(o map[string]any, path []string) bool {
	v, ok := o[path[0]]
	if !ok || v == nil {
		return ok
	}
	whole, is := v.(map[string]any) // by another path
	if id, named := v.(string); named {
		whole, is = maps.Clone(s.objects[id]), s.objects[id] != nil
	}
	if !is {
		return false
	}
	o[path[0]] = whole
	return len(path) == 1 || s.expand(whole, path[1:])
}

func (s *Server) change(r *http.Request) saved {
	kind, id, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	switch {
	case kind == "refunds" && id == "":
		return s.refund(r.PostForm)
	case kind == "charges" && s.objects[id] != nil && s.objects[id]["object"] == "charge":
		return s.receipt(s.objects[id], r.PostForm)
	case kind == "customers" && s.objects[id] != nil:
		if wrong := only(r.PostForm, "email", "name", "phone", "description", "metadata"); wrong != "" {
			return problem(400, "parameter_unknown", "invalid_request_error", wrong)
		}
		email := r.PostForm.Get("email")
		if !strings.Contains(email, "@") {
			return problem(400, "email_invalid", "invalid_request_error", "Invalid email address: "+email)
		}
		s.objects[id]["email"] = email
		return answer(s.objects[id])
	case kind == "subscriptions" && s.objects[id] != nil:
		return s.subscription(s.objects[id], r.PostForm)
	}
	return problem(404, "resource_missing", "invalid_request_error", "No such object: '"+id+"'")
}

func (s *Server) refund(form url.Values) saved {
	if wrong := only(form, "charge", "amount", "metadata", "reason", "payment_intent", "refund_application_fee", "reverse_transfer", "instructions_email", "expand"); wrong != "" {
		return problem(400, "parameter_unknown", "invalid_request_error", wrong)
	}
	if reason := form.Get("reason"); !slices.Contains([]string{"", "duplicate", "fraudulent", "requested_by_customer"}, reason) {
		return problem(400, "", "invalid_request_error", "Invalid reason")
	}
	c := s.objects[form.Get("charge")]
	if c == nil || c["object"] != "charge" {
		return problem(404, "resource_missing", "invalid_request_error", "No such charge")
	}
	left := c["amount"].(int64) - c["amount_refunded"].(int64)
	sum := left
	if form.Has("amount") {
		var err error
		if sum, err = strconv.ParseInt(form.Get("amount"), 10, 64); err != nil || sum < 1 {
			return problem(400, "parameter_invalid_integer", "invalid_request_error", "Invalid positive integer")
		}
	}
	switch {
	case c["status"] != "succeeded":
		return problem(400, "", "invalid_request_error", "This charge was not paid.")
	case c["disputed"] == true && s.objects[s.disputes[c["id"].(string)][0]]["status"] != "won":
		return problem(400, "charge_disputed", "invalid_request_error", "This charge has been charged back.")
	case left == 0:
		return problem(400, "charge_already_refunded", "invalid_request_error", "Charge has already been refunded.")
	case sum > left:
		return problem(400, "", "invalid_request_error", "Refund amount is greater than unrefunded amount on charge")
	}
	c["amount_refunded"] = c["amount_refunded"].(int64) + sum
	c["refunded"] = sum == left
	id, status := s.id("re"), "succeeded"
	if s.pending {
		status = "pending"
	}
	s.objects[id] = map[string]any{"id": id, "object": "refund", "amount": sum, "currency": c["currency"], "charge": c["id"], "status": status,
		"created": s.Now().Unix(), "metadata": metadata(form)}
	s.refunds[c["id"].(string)] = append([]string{id}, s.refunds[c["id"].(string)]...)
	return answer(s.objects[id])
}

// receipt writes an address to a charge, and a receipt to it.
func (s *Server) receipt(c map[string]any, form url.Values) saved {
	if wrong := only(form, "receipt_email", "customer", "description", "metadata", "fraud_details", "shipping", "transfer_group"); wrong != "" {
		return problem(400, "parameter_unknown", "invalid_request_error", wrong)
	}
	if to := form.Get("receipt_email"); to != "" {
		if !strings.Contains(to, "@") {
			return problem(400, "email_invalid", "invalid_request_error", "Invalid email address: "+to)
		}
		c["receipt_email"] = to
		s.receipts = append(s.receipts, to)
	}
	return answer(c)
}

func (s *Server) subscription(o map[string]any, form url.Values) saved {
	if wrong := only(form, "cancel_at_period_end", "metadata", "expand", "cancellation_details"); wrong != "" {
		return problem(400, "parameter_unknown", "invalid_request_error", wrong)
	}
	if o["status"] == "canceled" {
		return problem(400, "", "invalid_request_error", "A canceled subscription can only update its cancellation_details and metadata.")
	}
	end, err := strconv.ParseBool(form.Get("cancel_at_period_end"))
	if err != nil {
		return problem(400, "", "invalid_request_error", "Invalid boolean")
	}
	o["cancel_at_period_end"] = end
	o["canceled_at"] = nil
	if end {
		o["canceled_at"] = s.Now().Unix()
	}
	all := o["metadata"].(map[string]any)
	maps.Copy(all, metadata(form))
	return answer(o)
}

func metadata(form url.Values) map[string]any {
	all := map[string]any{}
	for name, values := range form {
		if key, ok := strings.CutPrefix(name, "metadata["); ok {
			all[strings.TrimSuffix(key, "]")] = values[0]
		}
	}
	return all
}
