package fake

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// listedSubscriptions are those that a call asks for: begun in the last 30 days unless accession_date says otherwise, and
// when cancelation_date is asked for, cancelled in the last 30 days unless it says otherwise.
func (s *Server) listedSubscriptions(q query) []*Subscription {
	now := s.o.Now()
	from, to := q.time("accession_date"), q.time("end_accession_date")
	if from.IsZero() && !(s.o.Facts.CodeLiftsWindow && q.text("subscriber_code") != "") {
		from = now.Add(-30 * 24 * time.Hour)
	}
	within := func(t, from, to time.Time) bool {
		return !t.Before(from) && (to.IsZero() || !t.After(to))
	}
	var found []*Subscription
	for _, v := range s.data.Subscriptions {
		if !within(v.Joined, from, to) || q.text("product_id") != "" && v.Product != q.number("product_id") || q.text("plan_id") != "" && v.PlanID != q.number("plan_id") {
			continue
		}
		if q.text("cancelation_date") != "" || q.text("end_cancelation_date") != "" {
			since := q.time("cancelation_date")
			if since.IsZero() {
				since = now.Add(-30 * 24 * time.Hour)
			}
			if v.Ended.IsZero() || !within(v.Ended, since, q.time("end_cancelation_date")) {
				continue
			}
		}
		if q.text("date_next_charge") != "" && !within(v.NextCharge, q.time("date_next_charge"), q.time("end_date_next_charge")) {
			continue
		}
		if len(q["status"]) > 0 && !slices.Contains(q["status"], v.Status) || len(q["plan"]) > 0 && !slices.Contains(q["plan"], v.Plan) {
			continue
		}
		if c := q.text("subscriber_code"); c != "" && c != v.Code {
			continue
		}
		if e := q.text("subscriber_email"); e != "" && !strings.EqualFold(e, v.Email) {
			continue
		}
		if t := q.text("transaction"); t != "" && (s.index.sales[t] == nil || s.index.sales[t].Subscriber != v.Code) {
			continue
		}
		if t := q.text("trial"); t != "" && (t == "true") != v.Trial {
			continue
		}
		found = append(found, v)
	}
	return found
}

func (s *Server) subscriptions(q query, r *http.Request, _ []byte) answer {
	found := s.listedSubscriptions(q)
	return salesPages.page(q, r, len(found), func(i int) any {
		v := found[i]
		p, b := s.index.products[v.Product], s.index.buyers[v.Buyer]
		plan := object{"name": v.Plan, "id": v.PlanID, "recurrency_period": v.Period}
		if v.MaxCycles > 0 {
			plan["max_charge_cycles"] = v.MaxCycles
		}
		item := object{
			"subscriber_code": v.Code, "subscription_id": v.ID, "status": v.Status, "accession_date": ms(v.Joined), "request_date": ms(v.Joined),
			"date_next_charge": ms(v.NextCharge), "trial": v.Trial, "transaction": v.Last, "plan": plan,
			"product":    object{"id": p.ID, "name": p.Name, "ucode": p.UCode},
			"price":      object{"value": units(v.Price, v.Currency), "currency_code": v.Currency},
			"subscriber": object{"name": b.Name, "email": v.Email, "ucode": b.UCode},
		}
		if !v.Ended.IsZero() {
			item["end_accession_date"] = ms(v.Ended)
		}
		return item
	})
}

func (s *Server) subscriptionsSummary(q query, r *http.Request, _ []byte) answer {
	found := s.listedSubscriptions(q)
	return plainPages.page(q, r, len(found), func(i int) any {
		v := found[i]
		p, b := s.index.products[v.Product], s.index.buyers[v.Buyer]
		status := "PAID"
		unpaid := []any{}
		if v.Status == "DELAYED" {
			status = "NOT_PAID"
			unpaid = append(unpaid, object{"number": v.Recurrence, "charge_date": ms(s.index.sales[v.Last].Ordered)})
		}
		item := object{
			"subscriber_code": v.Code, "subscription_id": v.ID, "status": v.Status, "lifetime": int(s.o.Now().Sub(v.Joined).Hours() / 24), "accession_date": ms(v.Joined),
			"trial": v.Trial, "plan": object{"name": v.Plan, "recurrency_period": v.Period}, "product": object{"id": p.ID, "name": p.Name}, "offer": object{"code": v.Offer},
			"unpaid_recurrencies": unpaid, "subscriber": object{"name": b.Name, "id": 61_000_000 + v.ID%1000, "email": v.Email}, "date_next_charge": ms(v.NextCharge),
		}
		if last := s.index.sales[v.Last]; last != nil {
			item["last_recurrency"] = object{"number": v.Recurrence, "request_date": ms(last.Ordered), "status": status, "transaction_number": 1, "billing_type": "SUBSCRIPTION"}
		}
		return item
	})
}

// subscriberPurchases is a bare list, not in pages.
func (s *Server) subscriberPurchases(q query, r *http.Request, _ []byte) answer {
	code := r.PathValue("subscriber")
	if s.index.subs[code] == nil {
		return notFound()
	}
	items := []any{}
	for _, v := range s.sorted() {
		if v.Subscriber != code {
			continue
		}
		item := object{
			"transaction": v.Transaction, "payment_engine": "HotPay", "status": v.Status, "price": object{"value": units(v.Price, v.Currency), "currency_code": v.Currency},
			"payment_type": v.Type, "payment_method": v.Method, "recurrency_number": v.Recurrence, "purchase_subscription": true,
			"under_warranty": v.Status == "APPROVED" && !s.o.Now().After(v.Warranty.Add(24*time.Hour)),
		}
		if !v.Approved.IsZero() {
			item["approved_date"] = ms(v.Approved)
		}
		items = append(items, item)
	}
	return ok(selected(items, q.text("select")))
}
