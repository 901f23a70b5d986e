package stripe

import (
	"bytes"
	"encoding/json"
	"time"
)

// A ref is an object that Stripe gives whole where it is asked to, and else by its id.
type ref[T any] struct {
	ID    string
	Whole *T
}

// UnmarshalJSON reads both forms, and null.
func (r *ref[T]) UnmarshalJSON(text []byte) error {
	*r = ref[T]{}
	if bytes.HasPrefix(text, []byte(`"`)) {
		return json.Unmarshal(text, &r.ID)
	}
	var head struct{ ID string }
	if err := json.Unmarshal(text, &head); err != nil || head.ID == "" {
		return err
	}
	r.ID, r.Whole = head.ID, new(T)
	return json.Unmarshal(text, r.Whole)
}

// A charge is one payment (docs.stripe.com/api/charges/object).
type charge struct {
	ID             string
	Object         string
	Amount         int64
	Currency       string
	AmountRefunded int64 `json:"amount_refunded"`
	Refunded       bool  // in full
	Disputed       bool
	Status         string // succeeded, pending, failed
	Captured       bool
	Created        int64
	Description    string
	ReceiptEmail   string `json:"receipt_email"`
	Metadata       map[string]string
	Customer       ref[customer]
	Invoice        ref[invoice]
	PaymentIntent  ref[struct{}]                `json:"payment_intent"`
	BillingDetails struct{ Email, Name string } `json:"billing_details"`
	PaymentMethod  struct{ Type string }        `json:"payment_method_details"`
}

type customer struct {
	ID, Object  string
	Email, Name string
	Deleted     bool
}

type invoice struct {
	ID, Object    string
	Charge        ref[charge]
	Subscription  ref[subscription]
	CustomerEmail string `json:"customer_email"`
	CustomerName  string `json:"customer_name"`
	Status        string // draft, open, paid, uncollectible, void
	BillingReason string `json:"billing_reason"` // subscription_create, subscription_cycle …
	AmountPaid    int64  `json:"amount_paid"`
	Currency      string
	Created       int64
	Lines         struct {
		Data []struct {
			Description string
			Price       *price
		}
	}
	StatusTransitions struct {
		PaidAt int64 `json:"paid_at"`
	} `json:"status_transitions"`
}

// A price is what a product costs; its product is an id in webhooks.
type price struct {
	ID       string
	Nickname string
	Product  ref[product]
}

type product struct{ ID, Name string }

type subscription struct {
	ID, Object        string
	Status            string // active, trialing, past_due, unpaid, incomplete, incomplete_expired, canceled, paused
	CancelAtPeriodEnd bool   `json:"cancel_at_period_end"`
	CurrentPeriodEnd  int64  `json:"current_period_end"`
	// CurrentPeriodStart is when what is paid began.
	CurrentPeriodStart int64 `json:"current_period_start"`
	Items              struct{ Data []struct{ Price *price } }
	CanceledAt         int64 `json:"canceled_at"`
	EndedAt            int64 `json:"ended_at"`
	Created            int64
	Customer           ref[customer]
	Metadata           map[string]string
}

// A checkout is a session in which something was paid, with what it was, where it was asked for.
type checkout struct {
	LineItems struct {
		Data []struct{ Price *price }
	} `json:"line_items"`
}

type refund struct {
	ID, Object string
	Amount     int64
	Currency   string
	Charge     ref[charge]
	Status     string // pending, requires_action, succeeded, failed, canceled
	Created    int64
	Metadata   map[string]string
}

type dispute struct {
	ID, Object string
	Charge     ref[charge]
	Status     string // warning_…, needs_response, under_review, won, lost
}

type list[T any] struct {
	Object  string
	Data    []T
	HasMore bool `json:"has_more"`
}

func at(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
