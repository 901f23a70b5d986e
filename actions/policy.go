package actions

import (
	"fmt"
	"time"
)

// A Policy is what the shop lets people do without asking somebody else. It is data: it comes from the configuration,
// and the functions named mayX apply it to facts. Amounts are of the account's currency; a purchase in any other
// currency is never inside a limit, because nobody has said what its money is worth: it needs approval.
//
// The guarantee itself is no part of it: it belongs to the product, and in Brazil to the law.
type Policy struct {
	BuyerRefund   BuyerRefundPolicy  `yaml:"buyer_refund"`
	SecondPerson  SecondPersonPolicy `yaml:"second_person"`
	BuyerYearly   BuyerYearlyPolicy  `yaml:"buyer_yearly"`
	AgentDaily    AgentDailyPolicy   `yaml:"agent_daily"`
	ProductSpike  ProductSpikePolicy `yaml:"product_spike"`
	ProposalHours int                `yaml:"proposal_hours"` // how long a proposal waits for a decision
	Remind        RemindPolicy       `yaml:"remind"`
	SecondFactor  SecondFactorPolicy `yaml:"second_factor"`
	Cancel        CancelPolicy       `yaml:"cancel"`
	Resend        ResendPolicy       `yaml:"resend"`
	EmailChange   EmailChangePolicy  `yaml:"email_change"`
	Codes         CodesPolicy        `yaml:"codes"`
	Flood         FloodPolicy        `yaml:"flood"`
	Reveal        RevealPolicy       `yaml:"reveal"`
	Bulk          BulkPolicy         `yaml:"bulk"`
	Cases         CasePolicy         `yaml:"cases"`
	Feedback      FeedbackPolicy     `yaml:"feedback"`
}

// BulkPolicy is for work that is done for many at once.
type BulkPolicy struct {
	TypeAbove int `yaml:"type_above"` // for more than so many the count is typed back
}

// CodesPolicy limits how many one-time codes are mailed (design 7.3): to one address within an hour, in one conversation,
// and for the whole shop within an hour. The last one keeps a crowd of strangers from mailing all buyers; a large shop
// raises it.
type CodesPolicy struct {
	PerAddress      int `yaml:"per_address"`
	PerConversation int `yaml:"per_conversation"`
	PerShop         int `yaml:"per_shop"`
}

// BuyerRefundPolicy says which refunds a buyer gets without a person: inside the guarantee, up to Max for a purchase,
// and only when he had no other refund in the last FirstInMonths months. All others become proposals.
type BuyerRefundPolicy struct {
	Enabled       bool   `yaml:"enabled"`
	Max           Amount `yaml:"max"`
	FirstInMonths int    `yaml:"first_in_months"`
	Code          bool   `yaml:"code"` // a buyer enters a code that is mailed for each refund, also for one that a person decides
}

// CancelPolicy says how a buyer ends his own subscription.
type CancelPolicy struct {
	Code bool `yaml:"code"` // he enters a code that is mailed for it
}

// SecondPersonPolicy says which writes of the team somebody else must agree to, beyond those that always need it
// (out of the guarantee, a renewal, a change of e-mail).
type SecondPersonPolicy struct {
	RefundAbove Amount `yaml:"refund_above"` // a refund of exactly this much is still one person's
	BulkAbove   int    `yaml:"bulk_above"`   // work for exactly so many is still one person's
}

// BuyerYearlyPolicy limits what one buyer gets back within a year before somebody else looks: refunds that he gets without a
// person, and refunds and chargebacks in all, whoever asks for the next one.
type BuyerYearlyPolicy struct {
	WithoutPerson int `yaml:"without_person"`
	Refunds       int `yaml:"refunds"`
}

// ProductSpikePolicy says when the team is told that unusually much of one product comes back: refunds and chargebacks within
// 24 hours that are Count or more; or Least or more and above Times as many as on a usual day of the 30 before. 0 switches
// Count or Times off.
type ProductSpikePolicy struct {
	Count int `yaml:"count"`
	Times int `yaml:"times"`
	Least int `yaml:"least"`
}

// FloodPolicy limits the turns of one chat user in a minute, in all replicas together; 0: no limit.
type FloodPolicy struct {
	PerMinute int `yaml:"per_minute"`
}

// RemindPolicy says how many hours before its end a proposal is brought up again where decisions are made; 0 is never.
type RemindPolicy struct {
	Hours     int `yaml:"hours"`
	LastHours int `yaml:"last_hours"`
}

// SecondFactorPolicy says when a code of an authenticator app is wanted. Who has one is always asked; Required has
// everybody who decides or manages the team set one up.
type SecondFactorPolicy struct {
	Required bool   `yaml:"required"`
	Above    Amount `yaml:"above"` // a refund of exactly this much is approved without
}

// AgentDailyPolicy limits what one agent refunds on his own between two midnights of the account's zone.
type AgentDailyPolicy struct {
	Refunds int    `yaml:"refunds"`
	Amount  Amount `yaml:"amount"`
}

// ResendPolicy keeps the button from being a mail cannon in the hands of buyers, or of somebody who has become one.
type ResendPolicy struct {
	BuyerDaily int `yaml:"buyer_daily"` // for one purchase, in any 24 hours
	PerAddress int `yaml:"per_address"` // access mails to one address within an hour, whoever had them sent
	PerShop    int `yaml:"per_shop"`    // for all buyers together, within an hour
}

// EmailChangePolicy holds the shop's conditions for moving a purchase to another address, and how long the purchase is frozen
// afterwards (design 7.4). Where the commerce platform has stricter ones, those hold (Terms).
type EmailChangePolicy struct {
	Days         int  `yaml:"days"` // after the order
	Max          int  `yaml:"max"`  // changes of one purchase, ever
	UnopenedOnly bool `yaml:"unopened_only"`
	FreezeHours  int  `yaml:"freeze_hours"`
	SelfService  bool `yaml:"self_service"` // a buyer who entered a code from the old mailbox and one from the new needs nobody else
	Codes        bool `yaml:"codes"`        // a buyer enters both codes also where somebody decides; self-service never goes without
}

// CasePolicy says what buyers are promised when they ask the team, and what happens when nobody answers. Business hours are
// those of BusinessHours.
type CasePolicy struct {
	FirstReplyHours int `yaml:"first_reply_hours"` // business hours until an answer
	ResolveHours    int `yaml:"resolve_hours"`     // business hours until a case should be closed
	RemindMinutes   int `yaml:"remind_minutes"`    // before the promise ends; 0 is never
	EscalateHours   int `yaml:"escalate_hours"`    // of any kind, unanswered; managers are told at the next business hour; 0 is never
	ReopenDays      int `yaml:"reopen_days"`       // after closing in which the buyer's next message opens the case again
	OpenPerBuyer    int `yaml:"open_per_buyer"`    // open cases of one person at once; 0: no limit
}

// FeedbackPolicy says when buyers are asked what they think. Who wants none of it is not asked, and nobody is asked at night.
type FeedbackPolicy struct {
	AfterDays int  `yaml:"after_days"` // after a purchase; 0 is never
	AfterCase bool `yaml:"after_case"` // once a question to the team is closed
}

// DefaultPolicy is what holds where the configuration says nothing (design 7.1, 7.4).
func DefaultPolicy() Policy {
	return Policy{
		BuyerRefund:   BuyerRefundPolicy{Enabled: true, Max: 100_00, FirstInMonths: 12, Code: true},
		SecondPerson:  SecondPersonPolicy{RefundAbove: 500_00, BulkAbove: 50},
		BuyerYearly:   BuyerYearlyPolicy{WithoutPerson: 2, Refunds: 4},
		AgentDaily:    AgentDailyPolicy{Refunds: 20, Amount: 5_000_00},
		ProductSpike:  ProductSpikePolicy{Count: 20, Times: 5, Least: 5},
		ProposalHours: 72,
		Remind:        RemindPolicy{Hours: 24, LastHours: 4},
		Cancel:        CancelPolicy{Code: true},
		Resend:        ResendPolicy{BuyerDaily: 3, PerAddress: 10, PerShop: 500},
		EmailChange:   EmailChangePolicy{Days: 40, Max: 2, UnopenedOnly: true, FreezeHours: 72, SelfService: true, Codes: true},
		Codes:         CodesPolicy{PerAddress: 3, PerConversation: 6, PerShop: 20},
		Flood:         FloodPolicy{PerMinute: 120},
		Reveal:        RevealPolicy{PerDay: 20},
		Bulk:          BulkPolicy{TypeAbove: 50},
		Cases:         CasePolicy{FirstReplyHours: 4, ResolveHours: 24, RemindMinutes: 60, EscalateHours: 24, ReopenDays: 14, OpenPerBuyer: 5},
		Feedback:      FeedbackPolicy{AfterDays: 7, AfterCase: true},
	}
}

// A PolicyMistake is a value that cannot be meant, by its path below "policy". Problem is for the operator: English.
type PolicyMistake struct {
	Path    string // such as "email_change.days"
	Problem string
	Key     string // of the same words for a chat
	Args    map[string]any
}

// Validate returns every mistake at once; none means that the policy can be used. Zero is a way to switch a
// permission off, so it is refused only where nothing could work with it.
func (p Policy) Validate() []PolicyMistake {
	var all []PolicyMistake
	between := func(path string, n, low, high int) {
		if n < low || n > high {
			all = append(all, PolicyMistake{path, fmt.Sprintf("must be from %d to %d, not %d", low, high, n), "settings.wrong.between",
				map[string]any{"low": low, "high": high}})
		}
	}
	amount := func(path string, a Amount) {
		if a < 0 || a > maxAmount {
			all = append(all, PolicyMistake{path, fmt.Sprintf("must be from 0.00 to %s, not %s", maxAmount, a), "settings.wrong.amount", nil})
		}
	}
	amount("buyer_refund.max", p.BuyerRefund.Max)
	between("buyer_refund.first_in_months", p.BuyerRefund.FirstInMonths, 0, 120)
	amount("second_person.refund_above", p.SecondPerson.RefundAbove)
	between("second_person.bulk_above", p.SecondPerson.BulkAbove, 0, 10_000_000)
	between("bulk.type_above", p.Bulk.TypeAbove, 0, 10_000_000)
	between("buyer_yearly.without_person", p.BuyerYearly.WithoutPerson, 0, 1000)
	between("buyer_yearly.refunds", p.BuyerYearly.Refunds, 0, 1000)
	between("product_spike.count", p.ProductSpike.Count, 0, 1_000_000)
	between("product_spike.times", p.ProductSpike.Times, 0, 1000)
	between("product_spike.least", p.ProductSpike.Least, 1, 1_000_000)
	between("agent_daily.refunds", p.AgentDaily.Refunds, 0, 10_000)
	amount("agent_daily.amount", p.AgentDaily.Amount)
	between("proposal_hours", p.ProposalHours, 1, 24*30)
	between("remind.hours", p.Remind.Hours, 0, 24*30)
	between("remind.last_hours", p.Remind.LastHours, 0, 24*30)
	if p.Remind.Hours > 0 && p.Remind.LastHours >= p.Remind.Hours {
		all = append(all, PolicyMistake{"remind.last_hours", "must be less than remind.hours: it comes after it", "settings.wrong.remind", nil})
	}
	amount("second_factor.above", p.SecondFactor.Above)
	between("resend.buyer_daily", p.Resend.BuyerDaily, 0, 100)
	between("resend.per_address", p.Resend.PerAddress, 1, 1000)
	between("resend.per_shop", p.Resend.PerShop, 1, 1_000_000)
	between("email_change.days", p.EmailChange.Days, 1, 365)
	between("email_change.max", p.EmailChange.Max, 0, 100)
	between("email_change.freeze_hours", p.EmailChange.FreezeHours, 0, 24*30)
	between("codes.per_address", p.Codes.PerAddress, 1, 100)
	between("codes.per_conversation", p.Codes.PerConversation, 1, 100)
	between("codes.per_shop", p.Codes.PerShop, 1, 1_000_000)
	between("flood.per_minute", p.Flood.PerMinute, 0, 10_000)
	between("reveal.per_day", p.Reveal.PerDay, 0, 10_000)
	between("cases.first_reply_hours", p.Cases.FirstReplyHours, 1, 1000)
	between("cases.resolve_hours", p.Cases.ResolveHours, 1, 10_000)
	between("cases.remind_minutes", p.Cases.RemindMinutes, 0, 24*60)
	between("cases.escalate_hours", p.Cases.EscalateHours, 0, 24*30)
	between("cases.reopen_days", p.Cases.ReopenDays, 0, 365)
	between("cases.open_per_buyer", p.Cases.OpenPerBuyer, 0, 1000)
	between("feedback.after_days", p.Feedback.AfterDays, 0, 365)
	return all
}

// proposalLife is how long a proposal waits for a decision.
func (p Policy) proposalLife() time.Duration { return time.Duration(p.ProposalHours) * time.Hour }

// freeze is how long a purchase is frozen once its e-mail has changed.
func (p Policy) freeze() time.Duration { return time.Duration(p.EmailChange.FreezeHours) * time.Hour }
