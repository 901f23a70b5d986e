package fake

import (
	"net/http"
	"sort"
	"strings"
	"time"
)

// listed are the sales that a call asks for. Without transaction and transaction_status only paid ones are: the trap of
// hotmart's listings. wrong is set when the span takes too long.
func (s *Server) listed(q query) (found []*Sale, wrong answer) {
	from, to := q.time("start_date"), q.time("end_date")
	transaction, status := q.text("transaction"), q.text("transaction_status")
	if transaction != "" {
		v := s.index.sales[transaction]
		if v == nil || !matches(v, s, q) || status != "" && v.Status != status {
			return nil, answer{}
		}
		return []*Sale{v}, answer{}
	}
	if to.IsZero() {
		to = s.o.Now()
	}
	if from.IsZero() {
		from = to.Add(-s.o.Facts.SalesWindow)
	}
	if widest := s.o.Facts.WidestQuery; widest > 0 && to.Sub(from) > widest {
		return nil, answer{http.StatusBadGateway, object{"error": "internal_server_error", "error_description": "the query took too long"}}
	}
	all := s.sorted()
	first := sort.Search(len(all), func(i int) bool { return !all[i].Ordered.Before(from) })
	for _, v := range all[first:] {
		if v.Ordered.After(to) {
			break
		}
		shown := v.Status == status || status == "" && (v.Status == "APPROVED" || v.Status == "COMPLETE")
		if shown && matches(v, s, q) {
			found = append(found, v)
		}
	}
	return found, answer{}
}

func matches(v *Sale, s *Server, q query) bool {
	b := s.index.buyers[v.Buyer]
	if is := q.text("product_id"); is != "" && v.Product != q.number("product_id") {
		return false
	}
	for name, has := range map[string]string{"buyer_email": v.Email, "buyer_name": b.Name, "payment_type": v.Type, "offer_code": v.Offer, "commission_as": v.As,
		"affiliate_name": v.Affiliate} {
		if want := q.text(name); want != "" && !strings.EqualFold(want, has) {
			return false
		}
	}
	return true
}

func (s *Server) salesHistory(q query, r *http.Request, _ []byte) answer {
	found, wrong := s.listed(q)
	if wrong.code != 0 {
		return wrong
	}
	return salesPages.page(q, r, len(found), func(i int) any { return s.historyItem(found[i]) })
}

// historyItem is one item of sales/history.
func (s *Server) historyItem(v *Sale) object {
	p, b := s.index.products[v.Product], s.index.buyers[v.Buyer]
	fee := v.Price * 99 / 1000
	purchase := object{
		"transaction": v.Transaction, "order_date": ms(v.Ordered), "status": v.Status, "is_subscription": v.Subscriber != "", "commission_as": v.As,
		"price":    object{"value": units(v.Price, v.Currency), "currency_code": v.Currency},
		"payment":  object{"method": v.Method, "installments_number": v.Parts, "type": v.Type},
		"tracking": object{"source_sck": "", "source": "", "external_code": ""},
		"offer":    object{"payment_mode": paymentMode(v), "code": v.Offer},
		"hotmart_fee": object{"total": units(fee, v.Currency), "fixed": units(50, "BRL"), "currency_code": v.Currency, "base": units(v.Price, v.Currency),
			"percentage": 9.9},
	}
	if !v.Approved.IsZero() {
		purchase["approved_date"] = ms(v.Approved)
	}
	if !v.Warranty.IsZero() {
		purchase["warranty_expire_date"] = ms(v.Warranty)
	}
	if v.Recurrence > 0 {
		purchase["recurrency_number"] = v.Recurrence
	}
	return object{
		"product":  object{"id": p.ID, "name": p.Name},
		"buyer":    object{"name": b.Name, "ucode": b.UCode, "email": v.Email},
		"producer": object{"name": s.data.Producer.Name, "ucode": s.data.Producer.UCode},
		"purchase": purchase,
	}
}

func paymentMode(v *Sale) string {
	if v.Subscriber != "" {
		return "SUBSCRIPTION"
	}
	return "UNIQUE_PAYMENT"
}

func (s *Server) salesSummary(q query, r *http.Request, _ []byte) answer {
	found, wrong := s.listed(q)
	if wrong.code != 0 {
		return wrong
	}
	type sum struct{ items, total int64 }
	sums, order := map[string]*sum{}, []string{}
	for _, v := range found {
		if sums[v.Currency] == nil {
			sums[v.Currency] = &sum{}
			order = append(order, v.Currency)
		}
		sums[v.Currency].items++
		sums[v.Currency].total += v.Price
	}
	return salesPages.page(q, r, len(order), func(i int) any {
		c := order[i]
		return object{"total_items": sums[c].items, "total_value": object{"value": units(sums[c].total, c), "currency_code": c}}
	})
}

func (s *Server) salesUsers(q query, r *http.Request, _ []byte) answer {
	found, wrong := s.listed(q)
	if wrong.code != 0 {
		return wrong
	}
	return salesPages.page(q, r, len(found), func(i int) any {
		v := found[i]
		p := s.index.products[v.Product]
		buyer := *s.index.buyers[v.Buyer]
		buyer.Email = v.Email
		users := []any{}
		for _, u := range []struct {
			role string
			b    Buyer
		}{{"PRODUCER", s.data.Producer}, {"BUYER", buyer}} {
			documents := []any{}
			if u.b.Document != "" {
				documents = append(documents, object{"value": u.b.Document, "type": u.b.DocType})
			}
			users = append(users, object{"role": u.role, "user": object{
				"ucode": u.b.UCode, "locale": "PT_BR", "name": u.b.Name, "cellphone": u.b.Phone, "phone": "", "email": u.b.Email, "documents": documents,
				"address": object{"city": "Campinas", "state": "SP", "country": "Brasil", "zip_code": "13010000", "address": "Rua do Forno", "complement": "", "neighborhood": "Centro", "number": "12"},
			}})
		}
		return object{"transaction": v.Transaction, "product": object{"id": p.ID, "name": p.Name}, "users": users}
	})
}

func (s *Server) salesCommissions(q query, r *http.Request, _ []byte) answer {
	found, wrong := s.listed(q)
	if wrong.code != 0 {
		return wrong
	}
	return salesPages.page(q, r, len(found), func(i int) any {
		v := found[i]
		p := s.index.products[v.Product]
		commissions := []any{object{"commission": object{"currency_code": v.Currency, "value": units(v.Price*9/10, v.Currency)},
			"user": object{"ucode": s.data.Producer.UCode, "name": s.data.Producer.Name, "email": s.data.Producer.Email}, "source": "PRODUCER"}}
		if v.Affiliate != "" {
			commissions = append(commissions, object{"commission": object{"currency_code": v.Currency, "value": units(v.Price/5, v.Currency)},
				"user": object{"ucode": "b0000000-0000-4000-8000-0000000000ab", "name": v.Affiliate}, "source": "AFFILIATE"})
		}
		return object{"transaction": v.Transaction, "product": object{"id": p.ID, "name": p.Name}, "exchange_rate_currency_payout": 1.0, "commissions": commissions}
	})
}

func (s *Server) salesPrices(q query, r *http.Request, _ []byte) answer {
	found, wrong := s.listed(q)
	if wrong.code != 0 {
		return wrong
	}
	return salesPages.page(q, r, len(found), func(i int) any {
		v := found[i]
		p := s.index.products[v.Product]
		money := func(minor int64) object {
			return object{"value": units(minor, v.Currency), "currency_code": v.Currency}
		}
		item := object{"transaction": v.Transaction, "product": object{"id": p.ID, "name": p.Name}, "base": money(v.Price), "total": money(v.Price), "vat": money(0), "fee": money(0), "real_conversion_rate": 1.0}
		if v.Coupon != "" {
			item["coupon"] = object{"code": v.Coupon, "value": 0.1}
		}
		return item
	})
}

// refund asks for a buyer's money (hotmart: sales-refund). The conditions are documented; the words of the refusals are not.
func (s *Server) refund(_ query, r *http.Request, _ []byte) answer {
	v := s.index.sales[r.PathValue("transaction")]
	now := s.o.Now()
	switch {
	case v == nil:
		return notFound()
	case v.As != "PRODUCER":
		return refuse(403, "unauthorized_client", "this account may not act on the sale")
	case !v.RefundAt.IsZero() && s.o.Facts.RefundTwiceIsFine:
		s.counts.Refunds[v.Transaction]++
		return ok(object{})
	case v.Status == "PROTESTED" && v.RefundAt.IsZero() && s.o.Facts.RefundApprovesClaim:
		s.counts.Refunds[v.Transaction]++
		s.askRefund(v)
		return ok(object{})
	case v.Status != "APPROVED" && v.Status != "COMPLETE" || !v.RefundAt.IsZero():
		return badParameter("the sale's status does not allow a refund")
	case s.inTrial(v):
		return badParameter("the sale is a trial")
	case v.Method == "BACS_DIRECT_DEBIT" || v.Method == "SEPA_DIRECT_DEBIT":
		return badParameter("direct debits are returned by the bank")
	case now.After(v.Approved.Add(60 * 24 * time.Hour)):
		return badParameter("the refund period is over")
	case v.Affiliate != "" && now.After(v.Approved.Add(30*24*time.Hour)):
		return badParameter("the refund period of a sale by an affiliate is over")
	}
	s.counts.Refunds[v.Transaction]++
	s.askRefund(v)
	return ok(object{})
}

// askRefund has a sale refunded in the next night. Captured payloads show a claim before it, also where the seller asked.
func (s *Server) askRefund(v *Sale) {
	v.RefundAt = s.o.Night(s.o.Now())
	if s.o.Facts.QuietRefund {
		return
	}
	if v.Status != "PROTESTED" {
		v.Status = "PROTESTED"
		s.tellSale(v, "PURCHASE_PROTEST", s.o.Now())
	}
}

func (s *Server) inTrial(v *Sale) bool {
	sub := s.index.subs[v.Subscriber]
	return sub != nil && sub.Trial && v.Recurrence <= 1
}

// billet makes a new payment slip for an unpaid sale.
func (s *Server) billet(_ query, r *http.Request, _ []byte) answer {
	v := s.index.sales[r.PathValue("transaction")]
	switch {
	case v == nil:
		return notFound()
	case v.Type != "BILLET" || v.Status != "PRINTED_BILLET" && v.Status != "EXPIRED":
		return badParameter("the sale has no unpaid payment slip")
	}
	v.Status = "PRINTED_BILLET"
	return ok(object{"billet_url": "https://pay.example.com/billet/" + v.Transaction})
}
