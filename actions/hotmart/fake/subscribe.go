package fake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// strict reads a body that may hold these fields and no others; an empty one is an empty object.
func strict(body []byte, into any) answer {
	if len(strings.TrimSpace(string(body))) == 0 {
		return answer{}
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badParameter("body")
	}
	if _, err := d.Token(); err != io.EOF {
		return badParameter("body")
	}
	return answer{}
}

// What a call about a subscription is refused with. Of single calls the words are not documented; those of lists are.
const (
	alreadyOver   = "SUBSCRIPTION_ALREADY_CANCELED_OR_OVERDUE"
	alreadyActive = "SUBSCRIPTION_ALREADY_ACTIVE"
	cannotGoOn    = "SUBSCRIPTION_CANNOT_BE_REACTIVATED" // sic: invented, since a term that ended cannot be taken up again
)

func (s *Server) cancelOne(_ query, r *http.Request, body []byte) answer {
	in := struct {
		Mail *bool `json:"send_mail"`
	}{}
	if wrong := strict(body, &in); wrong.code != 0 {
		return wrong
	}
	v := s.index.subs[r.PathValue("subscriber")]
	if v == nil {
		return notFound()
	}
	if why := s.cancel(v); why != "" {
		return refuse(400, "invalid_parameter", why)
	}
	return ok(s.longShape(v))
}

func (s *Server) cancelMany(_ query, _ *http.Request, body []byte) answer {
	in := struct {
		Codes []string `json:"subscriber_code"`
		Mail  *bool    `json:"send_mail"`
	}{}
	if wrong := strict(body, &in); wrong.code != 0 {
		return wrong
	}
	return s.many(in.Codes, func(v *Subscription) (object, string) {
		why := s.cancel(v)
		return s.longShape(v), why
	})
}

func (s *Server) reactivateOne(_ query, r *http.Request, body []byte) answer {
	in := struct {
		Charge bool `json:"charge"`
	}{}
	if wrong := strict(body, &in); wrong.code != 0 {
		return wrong
	}
	v := s.index.subs[r.PathValue("subscriber")]
	if v == nil {
		return notFound()
	}
	if why := s.ask(v, in.Charge); why != "" {
		return refuse(400, "invalid_parameter", why)
	}
	return ok(s.shortShape(v))
}

func (s *Server) reactivateMany(_ query, _ *http.Request, body []byte) answer {
	in := struct {
		Codes  []string `json:"subscriber_code"`
		Charge bool     `json:"charge"`
	}{}
	if wrong := strict(body, &in); wrong.code != 0 {
		return wrong
	}
	return s.many(in.Codes, func(v *Subscription) (object, string) {
		why := s.ask(v, in.Charge)
		return s.shortShape(v), why
	})
}

// many does the same to a list, each for itself: what failed is told beside what did not, and a list without entries is left out.
func (s *Server) many(codes []string, do func(v *Subscription) (shape object, why string)) answer {
	if len(codes) == 0 || len(codes) > s.o.Facts.ListMax {
		return badParameter("subscriber_code")
	}
	var good, bad []any
	for _, code := range codes {
		v := s.index.subs[code]
		if v == nil {
			bad = append(bad, object{"subscriber_code": code, "error": "SUBSCRIPTION_NOT_FOUND"})
			continue
		}
		shape, why := do(v)
		if why == "" {
			good = append(good, shape)
			continue
		}
		short := s.shortShape(v)
		short["error"] = why
		bad = append(bad, short)
	}
	body := object{}
	if len(good) > 0 {
		body["success_subscriptions"] = good
	}
	if len(bad) > 0 {
		body["fail_subscriptions"] = bad
	}
	return ok(body)
}

// cancel stops the charges of a subscription, and tells why it cannot.
func (s *Server) cancel(v *Subscription) (why string) {
	if v.Status != "ACTIVE" && v.Status != "DELAYED" && v.Status != "STARTED" {
		return alreadyOver
	}
	s.counts.Cancels[v.Code]++
	s.end(v, "CANCELLED_BY_SELLER")
	return ""
}

// end cancels a subscription and tells so.
func (s *Server) end(v *Subscription, status string) {
	v.Status, v.Ended, v.AskedUntil = status, s.o.Now(), time.Time{}
	s.tellCancelled(v)
}

// ask mails the subscriber a link by which he agrees to go on; nothing changes before he does.
func (s *Server) ask(v *Subscription, charge bool) (why string) {
	switch {
	case v.Status == "ACTIVE" || v.Status == "DELAYED" || v.Status == "STARTED":
		return alreadyActive
	case !strings.HasPrefix(v.Status, "CANCELLED_BY_"):
		return cannotGoOn
	}
	s.counts.Asked[v.Code]++
	v.AskedUntil, v.AskCharge = s.o.Now().Add(3*24*time.Hour), charge
	s.mailSubscriber(v)
	return ""
}

func (s *Server) changeDueDay(_ query, r *http.Request, body []byte) answer {
	in := struct {
		Day *int `json:"due_day"`
	}{}
	if wrong := strict(body, &in); wrong.code != 0 {
		return wrong
	}
	v := s.index.subs[r.PathValue("subscriber")]
	switch {
	case v == nil:
		return notFound()
	case in.Day == nil:
		return badParameter("due_day is missing")
	case *in.Day < 1 || *in.Day > 31:
		return badValue("due_day")
	case v.Trial:
		return refuse(400, "subscription_in_trial_period", "the subscription is still in its trial")
	case v.Status != "ACTIVE" && v.Status != "DELAYED":
		return badParameter("the subscription is not active")
	}
	old := v.DueDay
	v.DueDay = *in.Day
	s.tellDueDay(v, old)
	return answer{code: http.StatusOK}
}

// wall writes the text dates of these answers; their zone is not stated.
func wall(t time.Time) string { return t.UTC().Format(time.DateTime) }

// longShape is a subscription as a cancellation shows it.
func (s *Server) longShape(v *Subscription) object {
	unit, every := "DAY", v.Period
	if v.Period%30 == 0 && v.Period < 360 {
		unit, every = "MONTH", v.Period/30
	}
	shape := object{
		"status": shortStatus(v), "subscriber_code": v.Code, "creation_date": wall(v.Joined), "current_recurrence": v.Recurrence,
		"date_next_charge": wall(v.NextCharge), "due_day": v.DueDay, "interval_type_between_charges": unit, "interval_between_charges": every,
		"max_charge_cycles": v.MaxCycles, "activation_date": wall(v.Joined.Add(9 * time.Second)), "shopper": s.shopper(v),
	}
	shape["date_last_recurrence"] = any(v.Recurrence) // live data; the documentation has a date
	if last := s.index.sales[v.Last]; last != nil && s.data.NextNumber%2 == 0 {
		shape["date_last_recurrence"] = wall(last.Ordered)
	}
	return shape
}

func (s *Server) shortShape(v *Subscription) object {
	return object{"status": shortStatus(v), "subscriber_code": v.Code, "creation_date": wall(v.Joined), "interval_between_charges": v.Period, "shopper": s.shopper(v)}
}

func shortStatus(v *Subscription) string {
	if v.Status == "ACTIVE" || v.Status == "DELAYED" {
		return "ACTIVE"
	}
	return "INACTIVE"
}

func (s *Server) shopper(v *Subscription) object {
	phone := s.index.buyers[v.Buyer].Phone
	if len(phone) > 2 {
		phone = fmt.Sprintf("(%s) %s", phone[:2], phone[2:])
	}
	return object{"email": v.Email, "phone": phone}
}
