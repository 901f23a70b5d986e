package fake

import "net/http"

// chargesParams are those of the list of charges, of which the purchase's own are left out here: nobody asks for them.
var chargesParams = with(pageParams, params{"product_id": integer, "transaction": text, "subscriber_code": text, "subscriber_email": text,
	"transaction_date": instant, "end_transaction_date": instant})

// subscriptionCharges lists charges with the subscription of each: of the last 30 days, unless it is said since when.
func (s *Server) subscriptionCharges(q query, r *http.Request, _ []byte) answer {
	from, to := q.time("transaction_date"), q.time("end_transaction_date")
	if from.IsZero() {
		from = s.o.Now().AddDate(0, 0, -30)
	}
	if widest := s.o.Facts.WidestQuery; widest > 0 && !to.IsZero() && to.Sub(from) > widest {
		return answer{http.StatusBadGateway, object{"error": "internal_server_error", "error_description": "the query took too long"}}
	}
	var found []*Sale
	for _, v := range s.sorted() {
		t, code := q.text("transaction"), q.text("subscriber_code")
		if s.index.subs[v.Subscriber] == nil || t != "" && t != v.Transaction || code != "" && code != v.Subscriber {
			continue
		}
		if t != "" || !v.Ordered.Before(from) && (to.IsZero() || !v.Ordered.After(to)) {
			found = append(found, v)
		}
	}
	return salesPages.page(q, r, len(found), func(i int) any {
		v := found[i]
		sub, p, b := s.index.subs[v.Subscriber], s.index.products[v.Product], s.index.buyers[v.Buyer]
		return object{
			"subscription_id": sub.ID, "subscriber_code": v.Subscriber, "status": sub.Status, "billing_type": "SUBSCRIPTION",
			"adoption_date": ms(sub.Joined), "date_next_charge": ms(sub.NextCharge), "last_recurrency_number": sub.Recurrence,
			"product":    object{"id": p.ID, "name": p.Name},
			"plan":       object{"name": sub.Plan, "recurrency_period": sub.Period},
			"recurrency": object{"number": v.Recurrence, "transaction_type": "AUTOMATIC"},
			"purchase":   object{"transaction": v.Transaction, "order_date": ms(v.Ordered), "status": v.Status},
			"subscriber": object{"name": b.Name, "email": v.Email},
		}
	})
}
