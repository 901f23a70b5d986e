package fake

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// webhookWords are the statuses that webhooks spell in another way.
var webhookWords = map[string]string{"PRINTED_BILLET": "BILLET_PRINTED", "COMPLETE": "COMPLETED", "CANCELLED": "CANCELED", "PROTESTED": "DISPUTE"}

func webhookWord(status string) string {
	if w := webhookWords[status]; w != "" {
		return w
	}
	return status
}

// otherSpelling is a word of REST as SWITCH_PLAN and the other webhooks spell it.
func otherSpelling(status string) string {
	if by, cancelled := strings.CutPrefix(status, "CANCELLED_BY_"); cancelled {
		return "CANCELED_BY_" + strings.Replace(by, "SELLER", "VENDOR", 1)
	}
	return webhookWord(status)
}

// A Delivery is one webhook.
type Delivery struct {
	ID    string
	Event string
	Body  []byte
	At    time.Time // made
	Due   time.Time // to be posted
	Tried int
	Code  int // of the last answer; -1: none
}

// tell queues a webhook. Its data are what they are now: a later event of the same sale has others.
func (s *Server) tell(event string, at time.Time, data object) {
	n := s.data.number()
	id := fmt.Sprintf("0f9a1c00-7d2e-4b5a-8c11-%012d", n)
	envelope := object{"id": id, "creation_date": ms(at), "event": event, "version": "2.0.0", "data": data}
	if event == "CLUB_FIRST_ACCESS" { // sic, observed
		delete(envelope, "creation_date")
		envelope["creationDate"] = ms(at)
	}
	if event == "UPDATE_SUBSCRIPTION_CHARGE_DATE" { // observed: these carry it in the body too
		envelope["hottok"] = s.o.Hottok
	}
	body, err := json.Marshal(envelope)
	if err != nil {
		panic("fake: " + err.Error())
	}
	s.send(Delivery{ID: id, Event: event, Body: body, At: at, Due: s.o.Now()})
}

func (s *Server) tellSale(v *Sale, event string, at time.Time) { s.tell(event, at, s.purchaseData(v)) }

// purchaseData is data of a purchase event (hotmart: purchase-webhook, 2.0.0).
func (s *Server) purchaseData(v *Sale) object {
	p, b := s.index.products[v.Product], s.index.buyers[v.Buyer]
	first, last, _ := strings.Cut(b.Name, " ")
	buyer := object{"email": v.Email, "name": b.Name, "first_name": first, "last_name": last, "address": object{"country": country(b.Country), "country_iso": b.Country}}
	if b.Phone != "" {
		buyer["checkout_phone"], buyer["checkout_phone_code"] = b.Phone, "55"
	}
	if b.Document != "" {
		buyer["document"], buyer["document_type"] = b.Document, b.DocType
	}
	money := func(minor int64) object {
		return object{"value": units(minor, v.Currency), "currency_value": v.Currency}
	}
	affiliate := object{"affiliate_code": "", "name": ""}
	if v.Affiliate != "" {
		affiliate = object{"affiliate_code": "Q77100042P", "name": v.Affiliate}
	}
	bump := object{"is_order_bump": v.Parent != ""}
	if v.Parent != "" {
		bump["parent_purchase_transaction"] = v.Parent
	}
	payment := object{"type": v.Type, "installments_number": v.Parts}
	if v.Refusal != "" {
		payment["refusal_reason"] = v.Refusal
	}
	switch v.Type {
	case "PIX":
		payment["pix_code"], payment["pix_qrcode"] = "00020101021226SAMPLE-PIX-COPY-AND-PASTE6304ABCD", "https://pix.example.com/qr/SAMPLE"
		payment["pix_expiration_date"] = ms(v.Ordered.Add(48 * time.Hour))
	case "BILLET":
		payment["billet_barcode"], payment["billet_url"] = strings.Repeat("0", 47), "https://pay.example.com/billet/"+v.Transaction
	}
	offer := object{"code": v.Offer}
	if v.Coupon != "" {
		offer["coupon_code"] = v.Coupon
	}
	purchase := object{
		"transaction": v.Transaction, "status": webhookWord(v.Status), "order_date": ms(v.Ordered), "full_price": money(v.Price), "original_offer_price": money(v.Price),
		"price": money(v.Price), "offer": offer, "subscription_anticipation_purchase": false, "checkout_country": object{"name": country(b.Country), "iso": b.Country},
		"origin": object{"src": "", "sck": "", "xcod": ""}, "order_bump": bump, "payment": payment, "invoice_by": "HOTMART", "is_funnel": false, "business_model": "I",
	}
	if !v.Approved.IsZero() {
		purchase["approved_date"] = ms(v.Approved)
	}
	if v.Tickets > 0 {
		purchase["event_tickets"] = object{"amount": v.Tickets}
	}
	data := object{
		"product": s.productData(p, v), "affiliates": []any{affiliate}, "buyer": buyer,
		"producer": object{"name": s.data.Producer.Name, "document": s.data.Producer.Document, "legal_nature": "Pessoa Jurídica"},
		"commissions": []any{object{"value": units(v.Price/10, v.Currency), "source": "MARKETPLACE", "currency_value": v.Currency},
			object{"value": units(v.Price-v.Price/10, v.Currency), "source": "PRODUCER", "currency_value": v.Currency}},
		"purchase": purchase,
	}
	if sub := s.index.subs[v.Subscriber]; sub != nil {
		purchase["recurrence_number"], purchase["date_next_charge"] = v.Recurrence, ms(sub.NextCharge)
		data["subscription"] = object{"status": sub.Status, "plan": object{"id": sub.PlanID, "name": sub.Plan}, "subscriber": object{"code": sub.Code}}
	}
	return data
}

func (s *Server) productData(p *Product, v *Sale) object {
	parts := []any{}
	ids := p.Contents
	if len(ids) == 0 {
		ids = []int64{p.ID}
	}
	physical := false
	for _, id := range ids {
		if part := s.index.products[id]; part != nil {
			physical = physical || part.Format == "PHYSICAL"
			parts = append(parts, object{"id": part.ID, "ucode": part.UCode, "name": part.Name, "is_physical_product": part.Format == "PHYSICAL"})
		}
	}
	product := object{"id": p.ID, "ucode": p.UCode, "name": p.Name, "has_co_production": false, "support_email": p.SupportEmail, "is_physical_product": p.Format == "PHYSICAL",
		"content": object{"has_physical_products": physical, "products": parts}}
	if !v.Warranty.IsZero() {
		product["warranty_date"] = v.Warranty.UTC().Format(time.RFC3339)
	}
	return product
}

func country(iso string) string {
	if name := map[string]string{"BR": "Brasil", "PT": "Portugal", "US": "United States", "ES": "España", "MX": "México", "AR": "Argentina"}[iso]; name != "" {
		return name
	}
	return iso
}

func (s *Server) tellCancelled(v *Subscription) {
	p, b := s.index.products[v.Product], s.index.buyers[v.Buyer]
	phone := object{"dddPhone": "", "phone": "", "dddCell": "", "cell": ""}
	if len(b.Phone) > 2 {
		phone["dddCell"], phone["cell"] = b.Phone[:2], b.Phone[2:]
	}
	s.tell("SUBSCRIPTION_CANCELLATION", s.o.Now(), object{
		"actual_recurrence_value": units(v.Price, v.Currency), "cancellation_date": ms(v.Ended), "date_next_charge": ms(v.NextCharge), "product": object{"id": p.ID, "name": p.Name},
		"subscriber":   object{"code": v.Code, "name": b.Name, "email": v.Email, "phone": phone},
		"subscription": object{"id": v.ID, "plan": object{"id": v.PlanID, "name": v.Plan}},
	})
}

func (s *Server) tellDueDay(v *Subscription, old int) {
	p, b := s.index.products[v.Product], s.index.buyers[v.Buyer]
	s.tell("UPDATE_SUBSCRIPTION_CHARGE_DATE", s.o.Now(), object{
		"subscriber": object{"name": b.Name, "email": v.Email, "code": v.Code},
		"subscription": object{"product": object{"name": p.Name, "id": p.ID}, "old_charge_day": old, "new_charge_day": v.DueDay,
			"date_next_charge": v.NextCharge.UTC().Format("2006-01-02T15:04:05.000Z"), "status": v.Status},
		"plan": object{"offer": object{"code": v.Offer}, "name": v.Plan, "id": v.PlanID},
	})
}

func (s *Server) tellFirstAccess(m *Member) {
	p := s.index.products[m.Product]
	s.tell("CLUB_FIRST_ACCESS", m.First, object{"product": object{"id": p.ID, "name": p.Name}, "user": object{"name": m.Name, "email": m.Email}})
}

// TellTest sends what the panel's button sends: a made-up sale of product 0.
func (s *Server) TellTest() {
	s.locked(func() {
		s.tell("PURCHASE_APPROVED", s.o.Now(), object{
			"product": object{"id": 0, "ucode": "fa000000-0000-4000-8000-000000000000", "name": "Test postback product", "has_co_production": false},
			"buyer":   object{"email": "test-buyer@example.com", "name": "Test Buyer"}, "affiliates": []any{}, "producer": object{"name": "Test Producer"},
			"commissions": []any{}, "purchase": object{"transaction": "HP00000000000001", "status": "APPROVED", "order_date": 1511783344000,
				"price": object{"value": 1500, "currency_value": "BRL"}, "payment": object{"type": "CREDIT_CARD", "installments_number": 12}},
		})
	})
}

// Retell queues for each sale the webhook that its status was last told by, and for each cancelled subscription that of its end: as
// if whoever listens had been there from the beginning.
func (s *Server) Retell() {
	s.locked(func() {
		for _, v := range s.sorted() {
			at := v.Ordered
			for _, t := range []time.Time{v.Approved, v.Claimed, v.Refunded} {
				if t.After(at) {
					at = t
				}
			}
			if event := eventOf[v.Status]; event != "" {
				s.tellSale(v, event, at)
			}
		}
		for _, v := range s.data.Subscriptions {
			if strings.HasPrefix(v.Status, "CANCELLED_BY_") {
				s.tellCancelled(v)
			}
		}
	})
}

// eventOf are the events by which statuses are told.
var eventOf = map[string]string{
	"APPROVED": "PURCHASE_APPROVED", "COMPLETE": "PURCHASE_COMPLETE", "CANCELLED": "PURCHASE_CANCELED", "PRINTED_BILLET": "PURCHASE_BILLET_PRINTED",
	"PROTESTED": "PURCHASE_PROTEST", "REFUNDED": "PURCHASE_REFUNDED", "CHARGEBACK": "PURCHASE_CHARGEBACK", "EXPIRED": "PURCHASE_EXPIRED", "DELAYED": "PURCHASE_DELAYED",
}
