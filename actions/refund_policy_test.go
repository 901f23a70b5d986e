package actions

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// paid is a purchase that nothing speaks against: 97.00, ordered yesterday, guarantee until in six days.
func paid(change ...func(*Purchase)) Purchase {
	p := Purchase{Transaction: "HP100", Status: Approved, Price: Money{97_00, "BRL"}, Payment: Pix, OrderedAt: noon.Add(-day),
		ApprovedAt: noon.Add(-day), GuaranteeEnds: noon.Add(6 * day), Buyer: Buyer{ID: "b", Email: "a@example.com"},
		Product: Product{ID: "course", Kind: "course"}}
	for _, f := range change {
		f(&p)
	}
	return p
}

func price(minor int64, currency string) func(*Purchase) {
	return func(p *Purchase) { p.Price = Money{minor, currency} }
}
func guarantee(ends time.Time) func(*Purchase) { return func(p *Purchase) { p.GuaranteeEnds = ends } }
func status(s Status) func(*Purchase)          { return func(p *Purchase) { p.Status = s } }
func charge(n int) func(*Purchase)             { return func(p *Purchase) { p.Recurrence = n } }

func TestMayRefund(t *testing.T) {
	t.Parallel()
	agent, manager, producer, admin, buyer := Actor{Role: Agent}, Actor{Role: Manager}, Actor{Role: Producer}, Actor{Role: Admin}, Actor{Role: BuyerRole}
	everybody := []Actor{agent, manager, producer, admin, buyer}
	staff := everybody[:4]
	one := func(a Actor) []Actor { return []Actor{a} }
	affiliate := func(ordered time.Time) func(*Purchase) {
		return func(p *Purchase) {
			p.HasAffiliate, p.OrderedAt, p.GuaranteeEnds = true, ordered, noon.Add(20*day)
		}
	}
	for _, c := range []struct {
		name     string
		who      []Actor
		p        Purchase
		change   func(*refundCase)
		policy   func(*Policy)
		decision Decision
		rule     string
	}{
		{"everybody inside the guarantee", everybody, paid(), nil, nil, Allowed, "inside_guarantee"},
		{"in its last instant", everybody, paid(guarantee(noon)), nil, nil, Allowed, "inside_guarantee"},
		{"complete, but the dates say inside", everybody, paid(status(Complete)), nil, nil, Allowed, "inside_guarantee"},
		{"the instant after", staff, paid(guarantee(noon.Add(-1))), nil, nil, NeedsApproval, "guarantee_over"},
		{"the instant after, for a buyer", one(buyer), paid(guarantee(noon.Add(-1))), nil, nil, Blocked, "guarantee_over_buyer"},
		{"no guarantee known", everybody, paid(guarantee(time.Time{})), nil, nil, NeedsApproval, "guarantee_unknown"},
		{"first charge of a subscription", everybody, paid(charge(1)), nil, nil, Allowed, "inside_guarantee"},
		{"a renewal", staff, paid(charge(2)), nil, nil, NeedsApproval, "renewal"},
		{"a renewal, for a buyer", one(buyer), paid(charge(2)), nil, nil, Blocked, "renewal_buyer"},

		{"at the tier", staff, paid(price(500_00, "BRL")), nil, nil, Allowed, "inside_guarantee"},
		{"a cent above the tier", staff, paid(price(500_01, "BRL")), nil, nil, NeedsApproval, "above_tier"},
		{"another currency", everybody, paid(price(1_00, "USD")), nil, nil, NeedsApproval, "other_currency"},
		{"a buyer at his limit", one(buyer), paid(price(100_00, "BRL")), nil, nil, Allowed, "inside_guarantee"},
		{"a buyer a cent above", one(buyer), paid(price(100_01, "BRL")), nil, nil, NeedsApproval, "buyer_above_limit"},
		{"a buyer's second in a year", one(buyer), paid(), func(c *refundCase) { c.buyer = givenBack{recent: 1, year: 1} }, nil, NeedsApproval, "buyer_not_first"},
		{"where no first is asked for", one(buyer), paid(), func(c *refundCase) { c.buyer = givenBack{recent: 1, year: 1} },
			func(p *Policy) { p.BuyerRefund.FirstInMonths = 0 }, Allowed, "inside_guarantee"},
		{"buyers ask a person", one(buyer), paid(), nil, func(p *Policy) { p.BuyerRefund.Enabled = false }, NeedsApproval, "buyer_asks"},

		{"an agent's last of the day", one(agent), paid(), func(c *refundCase) { c.today.count = 19 }, nil, Allowed, "inside_guarantee"},
		{"one too many", one(agent), paid(), func(c *refundCase) { c.today.count = 20 }, nil, NeedsApproval, "daily_count"},
		{"the day's sum, exactly", one(agent), paid(), func(c *refundCase) { c.today.sum = 5_000_00 - 97_00 }, nil, Allowed, "inside_guarantee"},
		{"a cent above the day's sum", one(agent), paid(), func(c *refundCase) { c.today.sum = 5_000_01 - 97_00 }, nil, NeedsApproval, "daily_amount"},
		{"no daily limit for others", staff[1:], paid(), func(c *refundCase) { c.today = tally{1000, 1 << 40} }, nil, Allowed, "inside_guarantee"},

		{"started", everybody, paid(status(Started)), nil, nil, Blocked, "unpaid"},
		{"waiting", everybody, paid(status(WaitingPayment)), nil, nil, Blocked, "unpaid"},
		{"processing", everybody, paid(status(Processing)), nil, nil, Blocked, "unpaid"},
		{"failed", everybody, paid(status(Failed)), nil, nil, Blocked, "unpaid"},
		{"expired", everybody, paid(status(Expired)), nil, nil, Blocked, "unpaid"},
		{"overdue", everybody, paid(status(Overdue)), nil, nil, Blocked, "unpaid"},
		{"refunded", everybody, paid(status(Refunded)), nil, nil, Blocked, "refunded"},
		{"partly refunded", everybody, paid(status(PartlyRefunded)), nil, nil, Blocked, "partly_refunded"},
		{"chargeback", everybody, paid(status(Chargeback)), nil, nil, Blocked, "chargeback"},
		{"disputed", everybody, paid(status(Disputed)), nil, nil, Blocked, "disputed"},
		{"unknown", everybody, paid(status(UnknownStatus)), nil, nil, Blocked, "unknown_status"},
		{"a word nobody has heard", everybody, paid(status("whatever")), nil, nil, Blocked, "unknown_status"},
		{"for free", everybody, paid(price(0, "BRL")), nil, nil, Blocked, "nothing_paid"},
		{"direct debit", everybody, paid(func(p *Purchase) { p.Payment = DirectDebit }), nil, nil, Blocked, "direct_debit"},
		{"a platform that cannot", everybody, paid(), func(c *refundCase) { c.capability = NoSupport }, nil, Blocked, "not_supported"},
		{"a platform that has a person do it", everybody, paid(), func(c *refundCase) { c.capability = Assisted }, nil, Allowed, "inside_guarantee"},
		{"under way", everybody, paid(func(p *Purchase) { p.Refunding = true }), nil, nil, Blocked, "under_way"},
		{"frozen", everybody, paid(func(p *Purchase) { p.FrozenUntil = noon.Add(1) }), nil, nil, Blocked, "frozen"},
		{"thawed in this instant", everybody, paid(func(p *Purchase) { p.FrozenUntil = noon }), nil, nil, Allowed, "inside_guarantee"},
		{"somebody else has asked", everybody, paid(func(p *Purchase) { p.OpenProposal = "x" }), nil, nil, Blocked, "open_proposal"},
		{"an affiliate's, on the 30th day", everybody, paid(affiliate(noon.Add(-30 * day))), nil, nil, Allowed, "inside_guarantee"},
		{"an affiliate's, an instant later", everybody, paid(affiliate(noon.Add(-30*day - 1))), nil, nil, Blocked, "affiliate_late"},
		{"an affiliate's, years later, where the platform does not mind", everybody, paid(affiliate(noon.AddDate(-3, 0, 0))), func(c *refundCase) { c.terms = Terms{} }, nil, Allowed, "inside_guarantee"},
		{"refunded and under way: the most final first", everybody, paid(status(Refunded), func(p *Purchase) { p.Refunding = true }), nil, nil, Blocked, "refunded"},
		{"a renewal after the guarantee: the law first", staff, paid(charge(3), guarantee(noon.Add(-day))), nil, nil, NeedsApproval, "renewal"},
		{"too much and too late: too late first", staff, paid(price(900_00, "BRL"), guarantee(noon.Add(-day))), nil, nil, NeedsApproval, "guarantee_over"},
	} {
		for _, who := range c.who {
			facts, policy := refundCase{purchase: c.p, capability: ByAPI, terms: Terms{AffiliateRefundDays: 30}, currency: "BRL"}, DefaultPolicy()
			if c.change != nil {
				c.change(&facts)
			}
			if c.policy != nil {
				c.policy(&policy)
			}
			v := mayRefund(who, facts, policy, noon)
			if v.Decision != c.decision || v.Rule != "refund."+c.rule {
				t.Errorf("%s (%s): %s by refund.%s wanted, got %s by %s", c.name, who.Role, c.decision, c.rule, v.Decision, v.Rule)
			}
			if err := v.Err(); (err != nil) != (c.decision == Blocked) {
				t.Errorf("%s (%s): error %v", c.name, who.Role, err)
			}
		}
	}
}

func TestRefundNumbers(t *testing.T) {
	t.Parallel()
	numbers := func(who Actor, p Purchase) Numbers {
		return mayRefund(who, refundCase{purchase: p, capability: ByAPI, currency: "BRL"}, DefaultPolicy(), noon).Numbers
	}
	agent, buyer := Actor{Role: Agent}, Actor{Role: BuyerRole}
	for _, c := range []struct {
		name      string
		got, want Numbers
	}{
		{"a part of a day left is a day", numbers(agent, paid(guarantee(noon.Add(1)))), Numbers{Days: 1, Date: noon.Add(1)}},
		{"last instant", numbers(agent, paid(guarantee(noon))), Numbers{Days: 0, Date: noon}},
		{"six days", numbers(agent, paid()), Numbers{Days: 6, Date: noon.Add(6 * day)}},
		{"over since an instant", numbers(buyer, paid(guarantee(noon.Add(-1)))), Numbers{Days: 1, Date: noon.Add(-1)}},
		{"above the tier", numbers(agent, paid(price(600_00, "BRL"))), Numbers{Amount: Money{600_00, "BRL"}, Max: Money{500_00, "BRL"}}},
		{"a renewal", numbers(agent, paid(charge(4))), Numbers{Count: 4}},
		{"status", numbers(buyer, paid(status(Chargeback))), Numbers{Status: Chargeback}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, c.got, c.want)
		}
	}
}
