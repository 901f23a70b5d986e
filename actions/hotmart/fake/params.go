package fake

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// params are the parameters that an endpoint knows, each with what may stand in it. A list of words ends with "*" when the
// parameter may be repeated.
type params map[string]kind

type kind struct {
	words  []string // empty: free text
	form   string   // "int", "ms", "bool", or text
	repeat bool
	must   bool
}

var (
	text    = kind{}
	integer = kind{form: "int"}
	instant = kind{form: "ms"}
	boolean = kind{form: "bool"}
)

func oneOf(words ...string) kind  { return kind{words: words} }
func someOf(words ...string) kind { return kind{words: words, repeat: true} }

// SaleStatuses are the words of a sale's status, as REST spells them.
var SaleStatuses = []string{"APPROVED", "BLOCKED", "CANCELLED", "CHARGEBACK", "COMPLETE", "EXPIRED", "NO_FUNDS", "OVERDUE", "PARTIALLY_REFUNDED",
	"PRE_ORDER", "PRINTED_BILLET", "PROCESSING_TRANSACTION", "PROTESTED", "REFUNDED", "STARTED", "UNDER_ANALISYS", "WAITING_PAYMENT", "DELAYED"}

// SubscriptionStatuses are those of a subscription.
var SubscriptionStatuses = []string{"ACTIVE", "INACTIVE", "DELAYED", "CANCELLED_BY_CUSTOMER", "CANCELLED_BY_SELLER", "CANCELLED_BY_ADMIN", "STARTED", "OVERDUE", "EXPIRED"}

var paymentTypes = []string{"BILLET", "CASH_PAYMENT", "CREDIT_CARD", "DIRECT_BANK_TRANSFER", "DIRECT_DEBIT", "FINANCED_BILLET", "FINANCED_INSTALLMENT", "GOOGLE_PAY",
	"HOTCARD", "HYBRID", "MANUAL_TRANSFER", "PAYPAL", "PAYPAL_INTERNACIONAL", "PICPAY", "PIX", "SAMSUNG_PAY", "WALLET"}

var (
	commissionAs = oneOf("PRODUCER", "COPRODUCER", "AFFILIATE")
	pageParams   = params{"max_results": integer, "page_token": text}
	dates        = params{"start_date": instant, "end_date": instant}

	historyParams = with(pageParams, dates, params{"product_id": integer, "sales_source": text, "transaction": text, "buyer_name": text, "buyer_email": text,
		"transaction_status": oneOf(SaleStatuses...), "payment_type": oneOf(paymentTypes...), "offer_code": text, "commission_as": commissionAs})
	summaryParams = with(pageParams, dates, params{"product_id": integer, "sales_source": text, "affiliate_name": text, "payment_type": oneOf(paymentTypes...),
		"offer_code": text, "transaction": text, "transaction_status": oneOf(SaleStatuses...)})
	usersParams = with(pageParams, dates, params{"product_id": integer, "buyer_email": text, "buyer_name": text, "sales_source": text, "transaction": text,
		"affiliate_name": text, "commission_as": commissionAs, "transaction_status": oneOf(SaleStatuses...)})
	commissionsParams = with(pageParams, dates, params{"product_id": integer, "transaction": text, "commission_as": commissionAs, "transaction_status": oneOf(SaleStatuses...)})
	priceParams       = with(pageParams, dates, params{"product_id": integer, "transaction": text, "transaction_status": oneOf(SaleStatuses...), "payment_type": oneOf(paymentTypes...)})

	subscriptionsParams = with(pageParams, params{"product_id": integer, "plan": kind{repeat: true}, "plan_id": integer, "accession_date": instant, "end_accession_date": instant,
		"status": someOf(SubscriptionStatuses...), "subscriber_code": text, "subscriber_email": text, "transaction": text, "trial": boolean,
		"cancelation_date": instant, "end_cancelation_date": instant, "date_next_charge": instant, "end_date_next_charge": instant})
	subscriptionSummaryParams = with(pageParams, params{"product_id": integer, "subscriber_code": text, "accession_date": instant, "end_accession_date": instant, "date_next_charge": instant})

	productsParams = with(pageParams, params{"id": integer, "status": oneOf("DRAFT", "ACTIVE", "PAUSED", "NOT_APPROVED", "IN_REVIEW", "DELETED", "CHANGES_PENDING_ON_PRODUCT"),
		"format": oneOf("EBOOK", "SOFTWARE", "MOBILE_APPS", "VIDEOS", "AUDIOS", "TEMPLATES", "IMAGES", "ONLINE_COURSE", "SERIAL_CODES", "ETICKET", "ONLINE_SERVICE", "ONLINE_EVENT", "BUNDLE", "COMMUNITY", "AGENT")})
	clubParams         = with(pageParams, params{"subdomain": kind{must: true}, "email": text})
	participantsParams = with(pageParams, params{"buyer_email": text, "participant_email": text, "last_update": instant, "id_lot": integer,
		"ticket_status": oneOf("SOLD", "INVITE", "INVITE_CANCELED", "REFUNDED", "CHARGEBACK", "EXCLUDED", "AVAILABLE", "RESERVED"), "ticket_type": oneOf("PAID", "FREE", "ALL"),
		"checkin_status": oneOf("PENDING", "PARTIAL", "CONCLUDED", "ALL"), "id_eticket": integer, "ticket_qr_code": text})
)

func with(all ...params) params {
	sum := params{}
	for _, p := range all {
		maps.Copy(sum, p)
	}
	return sum
}

// A query is a call's checked parameters.
type query map[string][]string

func (q query) text(name string) string {
	if len(q[name]) == 0 {
		return ""
	}
	return q[name][0]
}

func (q query) number(name string) int64 {
	n, _ := strconv.ParseInt(q.text(name), 10, 64) // was checked
	return n
}

func (q query) time(name string) time.Time {
	if q.text(name) == "" {
		return time.Time{}
	}
	return time.UnixMilli(q.number(name)).UTC()
}

// read checks the parameters of a call. select is known everywhere.
func (p params) read(r *http.Request) (query, answer) {
	q := query{}
	for name, values := range r.URL.Query() {
		if name == "select" {
			q[name] = values
			continue
		}
		k, known := p[name]
		if !known {
			return nil, badParameter("unknown parameter " + name)
		}
		if len(values) > 1 && !k.repeat {
			return nil, badParameter(name + " is given more than once")
		}
		for _, v := range values {
			if !k.takes(v) {
				return nil, badValue(name)
			}
		}
		q[name] = values
	}
	for name, k := range p {
		if k.must && q.text(name) == "" {
			return nil, badParameter(name + " is missing")
		}
	}
	return q, answer{}
}

func (k kind) takes(v string) bool {
	if v == "" {
		return false
	}
	if len(k.words) > 0 {
		return slices.Contains(k.words, v)
	}
	switch k.form {
	case "int":
		_, err := strconv.ParseInt(v, 10, 64)
		return err == nil
	case "ms":
		n, err := strconv.ParseInt(v, 10, 64)
		return err == nil && n >= 100_000_000_000 // milliseconds, not seconds
	case "bool":
		return v == "true" || v == "false"
	}
	return true
}

// selected cuts items to the fields of select=a,b.c; without it they stay whole.
func selected(items []any, sel string) []any {
	if sel == "" {
		return items
	}
	cut := make([]any, len(items))
	for i, item := range items {
		kept := object{}
		for path := range strings.SplitSeq(sel, ",") {
			take(kept, item, strings.Split(strings.TrimSpace(path), "."))
		}
		cut[i] = kept
	}
	return cut
}

func take(into object, from any, path []string) {
	source, isObject := from.(object)
	if !isObject {
		return
	}
	v, there := source[path[0]]
	if !there {
		return
	}
	if len(path) == 1 {
		into[path[0]] = v
		return
	}
	inner, begun := into[path[0]].(object)
	if !begun {
		inner = object{}
	}
	take(inner, v, path[1:])
	if len(inner) > 0 {
		into[path[0]] = inner
	}
}
