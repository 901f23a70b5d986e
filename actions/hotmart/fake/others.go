package fake

import (
	"net/http"
	"strconv"
	"strings"
)

func (s *Server) products(q query, r *http.Request, _ []byte) answer {
	var found []*Product
	for _, p := range s.data.Products {
		if (q.text("id") == "" || p.ID == q.number("id")) && (q.text("status") == "" || p.Status == q.text("status")) && (q.text("format") == "" || p.Format == q.text("format")) {
			found = append(found, p)
		}
	}
	return productPages.page(q, r, len(found), func(i int) any {
		p := found[i]
		return object{"id": p.ID, "name": p.Name, "ucode": p.UCode, "status": p.Status, "created_at": ms(p.Created), "format": p.Format,
			"is_subscription": p.Subscription, "warranty_period": p.Warranty}
	})
}

func (s *Server) productOf(r *http.Request) *Product {
	for _, p := range s.data.Products {
		if p.UCode == r.PathValue("ucode") {
			return p
		}
	}
	return nil
}

func (s *Server) offers(q query, r *http.Request, _ []byte) answer {
	p := s.productOf(r)
	if p == nil {
		return notFound()
	}
	mode := "UNIQUE_PAYMENT"
	if p.Subscription {
		mode = "SUBSCRIPTION"
	}
	return productPages.page(q, r, 1, func(int) any {
		return object{"code": p.Offer, "name": "Main offer", "description": p.Name, "price": object{"value": units(p.Price, p.Currency), "currency_code": p.Currency},
			"payment_mode": mode, "is_currency_conversion_enabled": true, "is_smart_recovery_enabled": false, "is_main_offer": true}
	})
}

func (s *Server) plans(q query, r *http.Request, _ []byte) answer {
	p := s.productOf(r)
	switch {
	case p == nil:
		return notFound()
	case !p.Subscription:
		return badParameter("the product has no plans")
	}
	return productPages.page(q, r, 1, func(int) any {
		return object{"code": p.Offer, "name": "Monthly", "description": p.Name, "price": object{"value": units(p.Price, p.Currency), "currency_code": p.Currency},
			"payment_mode": "ASSINATURA", "periodicity": "MONTHLY", "max_installments": 1, "trial_period": 0, "is_subscription_recovery_enabled": true, "is_switch_plan_enabled": true}
	})
}

// clubUsers lists the members of an area whose address holds the given part. An area that the credential does not reach gets 200
// without a body, as observed.
func (s *Server) clubUsers(q query, r *http.Request, _ []byte) answer {
	reached := false
	for _, p := range s.data.Products {
		reached = reached || p.Subdomain == q.text("subdomain")
	}
	if !reached {
		return answer{code: http.StatusOK}
	}
	var found []*Member
	for _, m := range s.data.Members {
		if m.Subdomain == q.text("subdomain") && strings.Contains(strings.ToLower(m.Email), strings.ToLower(q.text("email"))) {
			found = append(found, m)
		}
	}
	return salesPages.page(q, r, len(found), func(i int) any {
		m := found[i]
		item := object{"user_id": m.ID, "name": m.Name, "email": m.Email, "role": "STUDENT", "status": m.Status, "type": "BUYER", "purchase_date": ms(m.Bought),
			"access_count": m.Accesses, "locale": "pt_BR", "plus_access": "WITHOUT_PLUS_ACCESS", "engagement": "NONE", "class_id": "cLs01AbCdE", "is_deletable": false,
			"progress": object{"completed_percentage": 0, "total": 10, "completed": 0}}
		if !m.First.IsZero() {
			item["first_access_date"], item["last_access_date"], item["engagement"] = ms(m.First), ms(m.Last), "MEDIUM"
		}
		return item
	})
}

func (s *Server) event(r *http.Request) *Product {
	id, err := strconv.ParseInt(r.PathValue("event"), 10, 64)
	if p := s.index.products[id]; err == nil && p != nil && p.Format == "ETICKET" {
		return p
	}
	return nil
}

func (s *Server) eventInfo(_ query, r *http.Request, _ []byte) answer {
	p := s.event(r)
	if p == nil {
		return notFound()
	}
	return ok(object{"product": object{"id": p.ID, "name": p.Name}, "lots": []any{object{"id": lot(p), "name": "Lot 1"}}, "start_event_date": ms(p.Starts), "end_event_date": ms(p.Ends)})
}

func lot(p *Product) int64 { return 350_000 + p.ID%1000 }

func (s *Server) participants(q query, r *http.Request, _ []byte) answer {
	p := s.event(r)
	if p == nil {
		return notFound()
	}
	var found []*Ticket
	for _, t := range s.data.Tickets {
		email := ""
		if v := s.index.sales[t.Transaction]; v != nil {
			email = v.Email
		}
		skip := t.Product != p.ID ||
			q.text("buyer_email") != "" && !strings.EqualFold(q.text("buyer_email"), email) ||
			q.text("participant_email") != "" && !strings.EqualFold(q.text("participant_email"), t.Email) ||
			q.text("checkin_status") != "" && q.text("checkin_status") != "ALL" && q.text("checkin_status") != t.CheckIn ||
			q.text("ticket_status") != "" && q.text("ticket_status") != t.Status ||
			q.text("ticket_type") == "FREE" || q.text("id_eticket") != "" && q.number("id_eticket") != t.ID ||
			q.text("ticket_qr_code") != "" && q.text("ticket_qr_code") != t.QR ||
			q.text("last_update") != "" && t.Changed.Before(q.time("last_update"))
		if !skip {
			found = append(found, t)
		}
	}
	return salesPages.page(q, r, len(found), func(i int) any { return s.participant(found[i], p) })
}

func (s *Server) participant(t *Ticket, p *Product) object {
	b := s.index.buyers[t.Buyer]
	email := b.Email
	if v := s.index.sales[t.Transaction]; v != nil {
		email = v.Email
	}
	who := object{"id": nil, "name": nil, "email": nil, "document": nil, "phone": nil}
	if t.Name != "" {
		who = object{"id": 77_000_000 + t.ID%1_000_000, "name": t.Name, "email": t.Email, "document": nil, "phone": nil}
	}
	return object{
		"participant": who,
		"buyer":       object{"ucode": b.UCode, "name": b.Name, "email": email, "document": nil, "phone": nil},
		"eticket": object{"id": t.ID, "ticket_qr_code": t.QR, "current_update": ms(t.Changed), "checkin_status": t.CheckIn, "is_blocked": t.Blocked, "ticket_status": t.Status,
			"ticket_type": "PAID", "checkin_url": t.CheckInURL, "category": nil},
		"lot": object{"id": lot(p), "name": "Lot 1"}, "product": object{"id": p.ID, "name": p.Name},
	}
}

// me is who the credential belongs to. Its shape is not documented: these fields are named in the changelog of July 2026.
func (s *Server) me(query, *http.Request, []byte) answer {
	return ok(object{"name": s.data.Producer.Name, "email": s.data.Producer.Email, "ucode": s.data.Producer.UCode})
}
