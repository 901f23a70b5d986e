package actions

import (
	"testing"
	"time"
)

func TestMayResend(t *testing.T) {
	t.Parallel()
	agent, buyer := Actor{Role: Agent}, Actor{Role: BuyerRole}
	both := []Actor{agent, buyer}
	recent := []time.Time{noon.Add(-23 * time.Hour), noon.Add(-2 * time.Hour), noon.Add(-time.Hour)}
	subscription := func(s SubscriptionStatus, until time.Time) func(*Purchase) {
		return func(p *Purchase) { p.Subscription = &Subscription{Status: s, NextChargeAt: until} }
	}
	closed := func(p *Purchase) { p.Access = []Access{{Product: p.Product}} }
	for _, c := range []struct {
		name     string
		who      []Actor
		p        Purchase
		recent   []time.Time
		decision Decision
		rule     string
	}{
		{"paid", both, paid(), nil, Allowed, "allowed"},
		{"paid, guarantee over", both, paid(status(Complete), guarantee(noon.Add(-day))), nil, Allowed, "allowed"},
		{"unpaid", both, paid(status(WaitingPayment)), nil, Blocked, "status"},
		{"refunded", both, paid(status(Refunded)), nil, Blocked, "status"},
		{"disputed", both, paid(status(Disputed)), nil, Blocked, "status"},
		{"being paid back", both, paid(func(p *Purchase) { p.Refunding = true }), nil, Blocked, "refunding"},
		{"cancelled, but paid until now", both, paid(subscription(SubscriptionCancelled, noon)), nil, Allowed, "allowed"},
		{"cancelled and over", both, paid(subscription(SubscriptionCancelled, noon.Add(-1))), nil, Blocked, "subscription_over"},
		{"cancelled, nobody knows until when", both, paid(subscription(SubscriptionCancelled, time.Time{})), nil, Allowed, "allowed"},
		{"ended", both, paid(subscription(SubscriptionEnded, noon)), nil, Blocked, "subscription_over"},
		{"no access left", both, paid(closed), nil, Blocked, "no_access"},
		{"a thing in a box", both, paid(func(p *Purchase) { p.Product.Kind = "physical" }), nil, Blocked, "no_access"},
		{"third today", both, paid(), recent[:2], Allowed, "allowed"},
		{"fourth today", []Actor{buyer}, paid(), recent, Blocked, "daily_limit"},
		{"fourth today, by the team", []Actor{agent}, paid(), recent, Allowed, "allowed"},
	} {
		for _, who := range c.who {
			v := mayResend(who, resendCase{purchase: c.p, accessSent: accessSent{recent: c.recent}}, DefaultPolicy(), noon)
			if v.Decision != c.decision || v.Rule != "resend."+c.rule {
				t.Errorf("%s (%s): got %s by %s", c.name, who.Role, v.Decision, v.Rule)
			}
		}
	}
	v := mayResend(buyer, resendCase{purchase: paid(), accessSent: accessSent{recent: recent}}, DefaultPolicy(), noon)
	if want := noon.Add(time.Hour); !v.Numbers.Date.Equal(want) || v.Numbers.Limit != 3 {
		t.Errorf("free again at %v (limit %d), want %v", v.Numbers.Date, v.Numbers.Limit, want)
	}
	policy := DefaultPolicy()
	policy.Resend.BuyerDaily = 0
	if v := mayResend(buyer, resendCase{purchase: paid()}, policy, noon); v.Rule != "resend.staff_only" {
		t.Errorf("where buyers may not: %s", v.Rule)
	}
}

func TestAccessibleSendsABundleProductByProduct(t *testing.T) {
	t.Parallel()
	course, ebook, box := Product{ID: "course", Kind: "course"}, Product{ID: "ebook", Kind: "ebook"}, Product{ID: "box", Kind: "physical"}
	bundle := paid(func(p *Purchase) {
		p.Product, p.Contents = Product{ID: "bundle", Kind: "bundle"}, []Product{course, ebook, box}
	})
	granted := bundle
	granted.Access = []Access{{Product: course, Active: true}, {Product: ebook}, {Product: box, Active: true}}
	for name, c := range map[string]struct {
		p    Purchase
		want []string
	}{
		"recorded access":         {granted, []string{"course"}},
		"what the bundle is said": {bundle, []string{"course", "ebook"}},
		"a single product":        {paid(), []string{"course"}},
	} {
		var got []string
		for _, p := range accessible(c.p) {
			got = append(got, p.ID)
		}
		if len(got) != len(c.want) || got[0] != c.want[0] {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestMayChangeEmail(t *testing.T) {
	t.Parallel()
	manned := DefaultPolicy()
	manned.EmailChange.SelfService = false
	ways := []struct {
		who      Actor
		path     EmailPath
		policy   Policy
		decision Decision
		rule     string
	}{
		{Actor{Role: Agent}, ByStaff, DefaultPolicy(), NeedsApproval, "by_staff"},
		{Actor{Role: BuyerRole}, ByCodes, DefaultPolicy(), Allowed, "by_codes"},
		{Actor{Role: BuyerRole}, ByCodes, manned, NeedsApproval, "by_buyer"},
		{Actor{Role: BuyerRole}, ByDocument, DefaultPolicy(), NeedsApproval, "by_document"},
		{Actor{Role: BuyerRole}, ByAsking, DefaultPolicy(), NeedsApproval, "by_buyer"},
	}
	ordered := func(at time.Time) func(*Purchase) { return func(p *Purchase) { p.OrderedAt = at } }
	for _, c := range []struct {
		name string
		p    Purchase
		can  Capability
		rule string // empty: it may be asked for
	}{
		{"paid", paid(), ByAPI, ""},
		{"complete", paid(status(Complete)), Assisted, ""},
		{"on the 40th day", paid(ordered(noon.Add(-40 * day))), ByAPI, ""},
		{"an instant later", paid(ordered(noon.Add(-40*day - 1))), ByAPI, "too_late"},
		{"changed once", paid(func(p *Purchase) { p.EmailChanges = 1 }), ByAPI, ""},
		{"changed twice", paid(func(p *Purchase) { p.EmailChanges = 2 }), ByAPI, "too_many"},
		{"opened", paid(func(p *Purchase) { p.OpenedAt = noon.Add(-1) }), ByAPI, "opened"},
		{"one of a bundle opened", paid(func(p *Purchase) { p.Access = []Access{{}, {OpenedAt: noon}} }), ByAPI, "opened"},
		{"unpaid", paid(status(WaitingPayment)), ByAPI, "status"},
		{"refunded", paid(status(Refunded)), ByAPI, "status"},
		{"disputed", paid(status(Disputed)), ByAPI, "status"},
		{"unknown", paid(status(UnknownStatus)), ByAPI, "status"},
		{"being paid back", paid(func(p *Purchase) { p.Refunding = true }), ByAPI, "refunding"},
		{"frozen", paid(func(p *Purchase) { p.FrozenUntil = noon.Add(1) }), ByAPI, "frozen"},
		{"somebody has asked", paid(func(p *Purchase) { p.OpenProposal = "x" }), ByAPI, "open_proposal"},
		{"a platform that cannot", paid(), NoSupport, "not_supported"},
	} {
		for _, w := range ways {
			v := mayChangeEmail(w.who, c.p, w.path, c.can, Terms{}, w.policy, noon)
			decision, rule := Blocked, c.rule
			if rule == "" {
				decision, rule = w.decision, w.rule
			}
			if v.Decision != decision || v.Rule != "email."+rule {
				t.Errorf("%s (%s, %s): got %s by %s", c.name, w.who.Role, w.path, v.Decision, v.Rule)
			}
		}
	}
}
