package fake

import (
	"bytes"
	"cmp"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Site is the platform as people see it in a browser: the page behind a reactivation mail's link, and a small panel in which a
// person does what the API cannot. It knows nobody: whoever reaches it may do everything, which is why only samples have it.
//
// Routes: /panel, /panel/…, /accept/….
func (s *Server) Site() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /panel", s.panelHome)
	mux.HandleFunc("GET /panel/sales/{transaction}", s.panelSale)
	mux.HandleFunc("POST /panel/sales/{transaction}", s.panelDo)
	mux.HandleFunc("POST /panel/subscriptions/{code}", s.panelSubscription)
	mux.HandleFunc("POST /panel/night", func(w http.ResponseWriter, r *http.Request) {
		s.NightNow()
		http.Redirect(w, r, "/panel", http.StatusSeeOther)
	})
	mux.HandleFunc("POST /panel/webhooks/{id}", func(w http.ResponseWriter, r *http.Request) {
		back(w, r, "/panel", s.Again(r.PathValue("id")))
	})
	mux.HandleFunc("GET /accept/{code}", s.acceptPage)
	mux.HandleFunc("POST /accept/{code}", s.acceptDone)
	return http.NewCrossOriginProtection().Handler(safe(mux))
}

// safe says to a browser that nothing else may be loaded by these pages, or show them.
func safe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		w.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}

//go:embed site.html
var siteHTML string

var siteTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"when": func(t time.Time) string {
		if t.IsZero() {
			return "–"
		}
		return t.UTC().Format("2 Jan 2006 15:04 UTC")
	},
	"money": shownMoney,
}).Parse(siteHTML))

// shownMoney is an amount as people write it: the API's 97.0 is BRL 97.00.
func shownMoney(minor int64, currency string) string {
	text := units(minor, currency).String()
	if _, cents, ok := strings.Cut(text, "."); ok && len(cents) == 1 {
		text += "0"
	}
	return currency + " " + text
}

func show(w http.ResponseWriter, code int, name string, data any) {
	var b bytes.Buffer
	if err := siteTemplates.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "the page could not be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = b.WriteTo(w)
}

// back returns to a page, with what went wrong.
func back(w http.ResponseWriter, r *http.Request, to string, err error) {
	if err != nil {
		to += "?problem=" + url.QueryEscape(err.Error())
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// shownMost is how many sales, subscriptions and webhooks the panel lists.
const shownMost = 40

type panelRow struct {
	Sale
	ProductName, BuyerName string
}

type panelSubscriptionRow struct {
	Subscription
	ProductName, BuyerName string
	Asked                  bool
}

func (s *Server) panelHome(w http.ResponseWriter, r *http.Request) {
	find := strings.TrimSpace(r.URL.Query().Get("find"))
	data := struct {
		Producer      string
		Find, Problem string
		Sales         []panelRow
		Subscriptions []panelSubscriptionRow
		Webhooks      []Delivery
		Nights        int
	}{Find: find, Problem: r.URL.Query().Get("problem")}
	s.locked(func() {
		s.tick()
		data.Producer = s.data.Producer.Name
		for _, v := range slices.Backward(s.sorted()) {
			row := s.row(v)
			if !v.RefundAt.IsZero() && v.Status != "REFUNDED" {
				data.Nights++
			}
			if len(data.Sales) < shownMost && found(find, v.Transaction, v.Email, row.BuyerName, row.ProductName) {
				data.Sales = append(data.Sales, row)
			}
		}
		for _, v := range s.data.Subscriptions {
			row := panelSubscriptionRow{Subscription: *v, ProductName: s.index.products[v.Product].Name, BuyerName: s.index.buyers[v.Buyer].Name, Asked: !v.AskedUntil.IsZero()}
			if len(data.Subscriptions) < shownMost && found(find, v.Code, v.Email, row.BuyerName, row.ProductName) {
				data.Subscriptions = append(data.Subscriptions, row)
			}
		}
		for _, d := range slices.Backward(s.history) {
			if len(data.Webhooks) < shownMost {
				data.Webhooks = append(data.Webhooks, d)
			}
		}
	})
	show(w, http.StatusOK, "home", data)
}

func found(find string, in ...string) bool {
	return find == "" || slices.ContainsFunc(in, func(text string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(find)) })
}

func (s *Server) row(v *Sale) panelRow {
	return panelRow{Sale: *v, ProductName: s.index.products[v.Product].Name, BuyerName: s.index.buyers[v.Buyer].Name}
}

func (s *Server) panelSale(w http.ResponseWriter, r *http.Request) {
	data := struct {
		panelRow
		Problem, Done string
		Tickets       []Ticket
		Members       []Member
		Paid, Claim   bool
		Now           time.Time
	}{Problem: r.URL.Query().Get("problem"), Done: r.URL.Query().Get("done"), Now: s.o.Now()}
	known := false
	s.locked(func() {
		s.tick()
		v := s.index.sales[r.PathValue("transaction")]
		if v == nil {
			return
		}
		known = true
		data.panelRow = s.row(v)
		data.Paid = (v.Status == "APPROVED" || v.Status == "COMPLETE") && v.RefundAt.IsZero()
		data.Claim = v.Status == "PROTESTED" && !v.Claimed.IsZero() && v.RefundAt.IsZero()
		for _, t := range s.data.Tickets {
			if t.Transaction == v.Transaction {
				data.Tickets = append(data.Tickets, *t)
			}
		}
		for _, id := range append([]int64{v.Product}, s.index.products[v.Product].Contents...) {
			if m := s.member(id, v.Email); m != nil {
				data.Members = append(data.Members, *m)
			}
		}
	})
	if !known {
		show(w, http.StatusNotFound, "gone", nil)
		return
	}
	show(w, http.StatusOK, "sale", data)
}

// panelDo does what a form of a sale's page asks for.
func (s *Server) panelDo(w http.ResponseWriter, r *http.Request) {
	transaction := r.PathValue("transaction")
	number, _ := strconv.ParseInt(r.PostFormValue("id"), 10, 64)
	email := strings.TrimSpace(r.PostFormValue("email"))
	var err error
	switch do := r.PostFormValue("do"); do {
	case "email":
		if email != strings.TrimSpace(r.PostFormValue("again")) {
			err = ErrAddress
			break
		}
		err = s.ChangeEmail(transaction, email)
	case "access":
		err = s.ResendAccess(transaction)
	case "refund":
		err = s.RefundBuyer(transaction)
	case "approve":
		err = s.ApproveClaim(transaction)
	case "claim":
		err = s.Claim(transaction)
	case "withdraw":
		err = s.Withdraw(transaction)
	case "chargeback":
		err = s.Chargeback(transaction)
	case "pay":
		err = s.Pay(transaction)
	case "open":
		v, _ := s.Sale(transaction)
		err = s.FirstAccess(number, v.Email)
	case "checkin-mail":
		err = s.ResendCheckIn(number)
	case "checkin":
		err = s.CheckIn(number, cmp.Or(strings.TrimSpace(r.PostFormValue("name")), "Somebody"), email)
	default:
		err = ErrStatus
	}
	to := "/panel/sales/" + url.PathEscape(transaction)
	if err == nil {
		to += "?done=yes"
	}
	back(w, r, to, err)
}

func (s *Server) panelSubscription(w http.ResponseWriter, r *http.Request) {
	code := r.PathValue("code")
	var err error
	switch r.PostFormValue("do") {
	case "accept":
		err = s.Accept(code)
	case "cancel":
		err = s.CancelByCustomer(code)
	default:
		err = ErrStatus
	}
	back(w, r, "/panel", err)
}

type acceptData struct {
	Code, Product, Name, Charge string
	Open                        bool
	Problem                     string
}

// acceptPage is what the reactivation mail leads to. Opening it changes nothing: mail programs look at links too.
func (s *Server) acceptPage(w http.ResponseWriter, r *http.Request) {
	data := acceptData{Code: r.PathValue("code")}
	s.locked(func() {
		s.tick()
		v := s.index.subs[data.Code]
		if v == nil || v.AskedUntil.IsZero() {
			return
		}
		data.Open, data.Product, data.Name = true, s.index.products[v.Product].Name, s.index.buyers[v.Buyer].Name
		if v.AskCharge {
			data.Charge = shownMoney(v.Price, v.Currency)
		}
	})
	show(w, http.StatusOK, "accept", data)
}

func (s *Server) acceptDone(w http.ResponseWriter, r *http.Request) {
	data := acceptData{Code: r.PathValue("code")}
	if err := s.Accept(data.Code); err != nil {
		data.Problem = err.Error()
	}
	show(w, http.StatusOK, "accepted", data)
}

// NightNow has all refunds that were asked for happen at once.
func (s *Server) NightNow() {
	s.locked(func() {
		now := s.o.Now()
		for _, v := range s.data.Sales {
			if v.RefundAt.After(now) {
				v.RefundAt = now
			}
		}
		s.tick()
	})
}
