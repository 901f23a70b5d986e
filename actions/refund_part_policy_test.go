package actions

import "testing"

// given is a purchase of which a part was given back.
func given(minor int64) func(*Purchase) {
	return func(p *Purchase) {
		p.Status, p.Refunded = PartlyRefunded, Money{Minor: minor, Currency: p.Price.Currency}
	}
}

func TestMayRefundInPart(t *testing.T) {
	t.Parallel()
	agent, manager, buyer := Actor{Role: Agent}, Actor{Role: Manager}, Actor{Role: BuyerRole}
	brl := func(minor int64) Money { return Money{Minor: minor, Currency: "BRL"} }
	dear := price(900_00, "BRL")
	for _, c := range []struct {
		name     string
		who      Actor
		p        Purchase
		amount   int64 // 0: what is left
		parts    Capability
		decision Decision
		rule     string
	}{
		{"a part", agent, paid(), 10_00, ByAPI, Allowed, "inside_guarantee"},
		{"a platform without parts", agent, paid(), 10_00, NoSupport, Blocked, "no_parts"},
		{"a platform where a person would do it", agent, paid(), 10_00, Assisted, Blocked, "no_parts"},
		{"all of it as a part", agent, paid(), 97_00, ByAPI, Blocked, "part_too_much"},
		{"all but a cent", agent, paid(), 96_99, ByAPI, Allowed, "inside_guarantee"},
		{"a part of what is dear", agent, paid(dear), 500_00, ByAPI, Allowed, "inside_guarantee"},
		{"a cent above the tier", agent, paid(dear), 500_01, ByAPI, NeedsApproval, "above_tier"},
		{"another part within the tier", agent, paid(dear, given(200_00)), 300_00, ByAPI, Allowed, "inside_guarantee"},
		{"another part that passes it", agent, paid(dear, given(200_00)), 300_01, ByAPI, NeedsApproval, "above_tier_in_all"},
		{"a manager is held to the same", manager, paid(dear, given(200_00)), 300_01, ByAPI, NeedsApproval, "above_tier_in_all"},
		{"another part that is more than is left", agent, paid(given(90_00)), 7_00, ByAPI, Blocked, "part_too_much"},
		{"what is left", agent, paid(given(90_00)), 0, ByAPI, Allowed, "inside_guarantee"},
		{"what is left, of a platform without parts", agent, paid(given(90_00)), 0, NoSupport, Blocked, "partly_refunded"},
		{"a part, and nobody knows how much", agent, paid(status(PartlyRefunded)), 0, ByAPI, Blocked, "partly_refunded"},
		{"nothing left", agent, paid(given(97_00)), 0, ByAPI, Blocked, "partly_refunded"},
		{"a buyer wants the rest", buyer, paid(given(50_00)), 0, ByAPI, NeedsApproval, "part_before"},
		{"too late", agent, paid(guarantee(noon.Add(-1))), 10_00, ByAPI, NeedsApproval, "guarantee_over"},
	} {
		facts := refundCase{purchase: c.p, capability: ByAPI, parts: c.parts, currency: "BRL"}
		if c.amount > 0 {
			facts.amount = brl(c.amount)
		}
		if v := mayRefund(c.who, facts, DefaultPolicy(), noon); v.Decision != c.decision || v.Rule != "refund."+c.rule {
			t.Errorf("%s: %s by %s, want %s by %s", c.name, v.Decision, v.Rule, c.decision, c.rule)
		}
	}
}

// TestPartsOfAnAgentsDay: what counts towards the day is what he gives back, not the price.
func TestPartsOfAnAgentsDay(t *testing.T) {
	t.Parallel()
	facts := refundCase{purchase: paid(), capability: ByAPI, parts: ByAPI, currency: "BRL", today: tally{count: 1, sum: 5_000_00 - 10_00}}
	facts.amount = Money{Minor: 10_00, Currency: "BRL"}
	if v := mayRefund(Actor{Role: Agent}, facts, DefaultPolicy(), noon); v.Decision != Allowed {
		t.Errorf("the last part of a day: %s by %s", v.Decision, v.Rule)
	}
	facts.amount.Minor++
	if v := mayRefund(Actor{Role: Agent}, facts, DefaultPolicy(), noon); v.Rule != "refund.daily_amount" {
		t.Errorf("a cent more: %s by %s", v.Decision, v.Rule)
	}
}

func TestHappenedInPart(t *testing.T) {
	t.Parallel()
	brl := func(minor int64) Money { return Money{Minor: minor, Currency: "BRL"} }
	o := Order{Op: OpRefund, Part: true, Given: brl(20_00), Amount: brl(30_00)}
	for name, c := range map[string]struct {
		s    RemoteState
		want bool
	}{
		"nothing new":             {RemoteState{Status: PartlyRefunded, Refunded: brl(20_00)}, false},
		"a cent is missing":       {RemoteState{Status: PartlyRefunded, Refunded: brl(49_99)}, false},
		"it was given":            {RemoteState{Status: PartlyRefunded, Refunded: brl(50_00)}, true},
		"and more":                {RemoteState{Status: PartlyRefunded, Refunded: brl(60_00)}, true},
		"all of it":               {RemoteState{Status: Refunded}, true},
		"in another currency":     {RemoteState{Status: PartlyRefunded, Refunded: Money{Minor: 50_00, Currency: "USD"}}, false},
		"the platform says not":   {RemoteState{Status: PartlyRefunded}, false},
		"it is paid as if before": {RemoteState{Status: Approved}, false},
	} {
		if got := happened(o, c.s); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
