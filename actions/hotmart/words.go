package hotmart

import (
	"strings"

	"github.com/aftersale/aftersale/actions"
)

// statuses are the platform's words for the state of a purchase: REST's spellings and the webhooks', which differ. A
// word that is not here is actions.UnknownStatus, on which nothing is offered.
var statuses = map[string]actions.Status{
	"STARTED":                actions.Started,
	"WAITING_PAYMENT":        actions.WaitingPayment,
	"PRINTED_BILLET":         actions.WaitingPayment,
	"BILLET_PRINTED":         actions.WaitingPayment,
	"PRE_ORDER":              actions.WaitingPayment,
	"PROCESSING_TRANSACTION": actions.Processing,
	"UNDER_ANALISYS":         actions.Processing, // sic
	"UNDER_ANALYSIS":         actions.Processing,
	"NO_FUNDS":               actions.Failed,
	"BLOCKED":                actions.Failed,
	"CANCELLED":              actions.Failed, // of a payment that was refused at once, not of a subscription
	"CANCELED":               actions.Failed,
	"EXPIRED":                actions.Expired,
	"OVERDUE":                actions.Overdue,
	"DELAYED":                actions.Overdue,
	"APPROVED":               actions.Approved,
	"COMPLETE":               actions.Complete,
	"COMPLETED":              actions.Complete,
	"PROTESTED":              actions.Disputed,
	"DISPUTE":                actions.Disputed,
	"PARTIALLY_REFUNDED":     actions.PartlyRefunded,
	"REFUNDED":               actions.Refunded,
	"CHARGEBACK":             actions.Chargeback,
}

// eventStatuses say what a purchase event means when its purchase has no status.
var eventStatuses = map[string]string{
	"PURCHASE_APPROVED":       "APPROVED",
	"PURCHASE_COMPLETE":       "COMPLETE",
	"PURCHASE_CANCELED":       "CANCELED",
	"PURCHASE_BILLET_PRINTED": "BILLET_PRINTED",
	"PURCHASE_PROTEST":        "DISPUTE",
	"PURCHASE_REFUNDED":       "REFUNDED",
	"PURCHASE_CHARGEBACK":     "CHARGEBACK",
	"PURCHASE_EXPIRED":        "EXPIRED",
	"PURCHASE_DELAYED":        "DELAYED",
	"ORDER_FULFILLMENT":       "APPROVED",
}

// subscriptionStatuses likewise for subscriptions; who cancelled is not told apart.
var subscriptionStatuses = map[string]actions.SubscriptionStatus{
	"STARTED":               actions.SubscriptionStarted,
	"ACTIVE":                actions.SubscriptionActive,
	"INACTIVE":              actions.SubscriptionInactive,
	"DELAYED":               actions.SubscriptionLate,
	"OVERDUE":               actions.SubscriptionEnded, // its term ended: it cannot be reactivated
	"EXPIRED":               actions.SubscriptionEnded,
	"CANCELLED_BY_CUSTOMER": actions.SubscriptionCancelled,
	"CANCELLED_BY_SELLER":   actions.SubscriptionCancelled,
	"CANCELLED_BY_ADMIN":    actions.SubscriptionCancelled,
	"CANCELED_BY_CUSTOMER":  actions.SubscriptionCancelled,
	"CANCELED_BY_VENDOR":    actions.SubscriptionCancelled,
	"CANCELED_BY_SELLER":    actions.SubscriptionCancelled,
	"CANCELED_BY_ADMIN":     actions.SubscriptionCancelled,
}

// payments are the words of payment.type and payment.method that mean something to us; card brands are found by
// their ending.
var payments = map[string]actions.Payment{
	"CREDIT_CARD":          actions.Card,
	"HOTCARD":              actions.Card,
	"PIX":                  actions.Pix,
	"BILLET":               actions.Boleto,
	"BOLETO":               actions.Boleto,
	"FINANCED_BILLET":      actions.Boleto,
	"PAYPAL":               actions.PayPal,
	"PAYPAL_INTERNACIONAL": actions.PayPal, // sic
	"GOOGLE_PAY":           actions.Wallet,
	"SAMSUNG_PAY":          actions.Wallet,
	"APPLE_PAY":            actions.Wallet,
	"PICPAY":               actions.Wallet,
	"WALLET":               actions.Wallet,
	"HOTMART_BALANCE":      actions.Wallet,
	"BALANCE_HOTMART":      actions.Wallet,
	"DIRECT_BANK_TRANSFER": actions.Transfer,
	"MANUAL_TRANSFER":      actions.Transfer,
	"DIRECT_DEBIT":         actions.DirectDebit,
	"BACS_DIRECT_DEBIT":    actions.DirectDebit,
	"SEPA_DIRECT_DEBIT":    actions.DirectDebit,
}

// formats are the product formats that say of which kind a product is.
var formats = map[string]string{
	"ONLINE_COURSE": "course",
	"VIDEOS":        "course",
	"EBOOK":         "ebook",
	"ETICKET":       "event",
	"ONLINE_EVENT":  "event",
	"COMMUNITY":     "membership",
	"BUNDLE":        "bundle",
	"PHYSICAL":      "physical",
}

// upper is the form in which the tables above are looked up.
func upper(w word) string { return strings.ToUpper(strings.TrimSpace(string(w))) }

func status(raw string) actions.Status {
	if s, ok := statuses[raw]; ok {
		return s
	}
	return actions.UnknownStatus
}

func subscriptionStatus(raw string) actions.SubscriptionStatus {
	if raw == "" {
		return ""
	}
	if s, ok := subscriptionStatuses[raw]; ok {
		return s
	}
	return actions.SubscriptionUnknown
}

// paymentOf prefers the method, which is finer: a direct debit cannot be refunded by the platform.
func paymentOf(p payment) actions.Payment {
	method, kind := upper(p.Method), upper(p.Type)
	if method == "" && kind == "" {
		return ""
	}
	for _, w := range []string{method, kind} {
		if known, ok := payments[w]; ok {
			return known
		}
		if strings.HasPrefix(w, "CREDIT_CARD") || strings.HasSuffix(w, "CREDIT_CARD") {
			return actions.Card // VISA_CREDIT_CARD, CREDIT_CARD_VISA
		}
	}
	return actions.OtherPayment
}

// localeOf guesses a buyer's language by the country of the checkout; empty when no country is known.
func localeOf(iso string) string {
	switch strings.ToUpper(iso) {
	case "":
		return ""
	case "BR", "PT", "AO", "MZ", "CV", "GW", "ST", "TL":
		return "pt-BR"
	case "ES", "MX", "AR", "CO", "CL", "PE", "VE", "EC", "GT", "CU", "BO", "DO", "HN", "PY", "SV", "NI", "CR", "PA", "UY",
		"PR", "GQ":
		return "es"
	}
	return "en"
}
