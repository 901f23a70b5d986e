package hotmart_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aftersale/aftersale/actions"
)

// what the platform's words are in ours; written down again, so that a mistake in the connector's table shows.
var chaosStatuses = map[string]actions.Status{
	"APPROVED": actions.Approved, "COMPLETE": actions.Complete, "PROTESTED": actions.Disputed, "REFUNDED": actions.Refunded, "CHARGEBACK": actions.Chargeback,
	"PRINTED_BILLET": actions.WaitingPayment, "EXPIRED": actions.Expired, "CANCELLED": actions.Failed, "DELAYED": actions.Overdue,
}

var chaosSubscriptions = map[string]actions.SubscriptionStatus{
	"ACTIVE": actions.SubscriptionActive, "DELAYED": actions.SubscriptionLate, "STARTED": actions.SubscriptionStarted, "EXPIRED": actions.SubscriptionEnded,
	"CANCELLED_BY_SELLER": actions.SubscriptionCancelled, "CANCELLED_BY_CUSTOMER": actions.SubscriptionCancelled, "CANCELLED_BY_ADMIN": actions.SubscriptionCancelled,
}

// check compares the store with the platform when all is calm.
func (c *chaos) check() {
	c.checkSales()
	c.checkSubscriptions()
	c.checkActs()
	report, err := c.store.VerifyAudit(c.t.Context(), chaosShop)
	if err != nil || !report.OK() {
		c.t.Errorf("the audit log: %+v, %v", report, err)
	}
}

func (c *chaos) checkSales() {
	for transaction, n := range c.shop.Count().Refunds {
		if n > 1 {
			c.t.Errorf("the refund of %s was asked for %d times", transaction, n)
		}
	}
	for _, v := range c.shop.Sales() {
		p, err := c.core.Purchase(c.t.Context(), c.manager, actions.Transaction(v.Transaction))
		if err != nil {
			c.t.Errorf("%s (%s there) is not known here: %v", v.Transaction, v.Status, err)
			continue
		}
		if want := chaosStatuses[v.Status]; p.Status != want {
			c.t.Errorf("%s is %s there, and %s here", v.Transaction, v.Status, p.Status)
		}
		if full, err := c.store.In(c.t.Context()).LockPurchase(chaosShop, v.Transaction); err != nil || !strings.EqualFold(full.Buyer.Email, v.Email) {
			c.t.Errorf("%s belongs to %s there, and to %s here, %v", v.Transaction, v.Email, full.Buyer.Email, err)
		} else if full.Purchase.Refunding != "" {
			c.t.Errorf("%s is still being refunded by %s", v.Transaction, full.Purchase.Refunding)
		}
		paid := v.Status == "APPROVED" || v.Status == "COMPLETE" || v.Status == "PROTESTED"
		for _, a := range p.Access {
			if a.Active != paid {
				c.t.Errorf("%s is %s, and its access is open: %v", v.Transaction, v.Status, a.Active)
			}
		}
		if p.Price.Minor != v.Price || p.Price.Currency != v.Currency {
			c.t.Errorf("%s costs %d %s there, and %v here", v.Transaction, v.Price, v.Currency, p.Price)
		}
	}
}

func (c *chaos) checkSubscriptions() {
	counts := c.shop.Count()
	for _, v := range c.shop.Subscriptions() {
		row, err := c.store.In(c.t.Context()).LockSubscription(chaosShop, v.Code)
		if err != nil {
			c.t.Errorf("subscription %s is not known here: %v", v.Code, err)
			continue
		}
		if want := chaosSubscriptions[v.Status]; row.Status != string(want) {
			c.t.Errorf("subscription %s is %s there, and %s here", v.Code, v.Status, row.Status)
		}
		if (v.Status == "ACTIVE" || v.Status == "DELAYED") && (row.NextChargeAt == nil || !row.NextChargeAt.Equal(v.NextCharge)) {
			c.t.Errorf("subscription %s is charged on %v there, and on %v here", v.Code, v.NextCharge, row.NextChargeAt)
		}
		if row.UnderWay != "" {
			c.t.Errorf("subscription %s is still worked on by %s", v.Code, row.UnderWay)
		}
		asked := 0
		for _, a := range c.acts {
			if a.kind == actions.KindReactivate && a.code == v.Code {
				asked++
			}
		}
		if counts.Asked[v.Code] > asked {
			c.t.Errorf("subscriber %s was asked %d times by %d requests", v.Code, counts.Asked[v.Code], asked)
		}
	}
}

// checkActs: what became of each thing that was asked for is known, and is what the platform shows.
func (c *chaos) checkActs() {
	done := map[string]int{}
	for _, a := range c.acts {
		r, err := c.store.In(c.t.Context()).Request(a.key)
		if err != nil {
			c.t.Errorf("request %+v: %v", a, err)
			continue
		}
		state := actions.RequestState(r.State)
		done[a.kind+" "+r.State]++
		switch state {
		case actions.RequestDone, actions.RequestRefused:
		case actions.RequestAssisted:
			c.t.Errorf("%s of %s wants a person: %s", a.kind, a.transaction, r.Detail)
		default:
			c.t.Errorf("%s of %s (%s) is %s in the end: %s", a.kind, a.transaction, a.key, r.State, r.Detail)
		}
		if v, _ := c.shop.Sale(a.transaction); a.kind == actions.KindRefund && state == actions.RequestDone && v.Status != "REFUNDED" && v.Status != "CHARGEBACK" {
			c.t.Errorf("the refund of %s is done here, and there it is %s", a.transaction, v.Status)
		}
	}
	for transaction := range c.shop.Count().Refunds {
		c.checkRefund(transaction)
	}
	for k, n := range done {
		c.counts["= "+k] = n
	}
}

// summary is what happened, for whoever reads the log.
func (c *chaos) summary() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(c.counts)) {
		fmt.Fprintf(&b, "%s %d, ", name, c.counts[name])
	}
	counts := c.shop.Count()
	fmt.Fprintf(&b, "calls %d, tokens %d, refunds %d", counts.Calls, counts.Tokens, len(counts.Refunds))
	return b.String()
}

// checkRefund: a refund that the platform took for us is one that somebody asked for, and whoever asked was told how it ended.
func (c *chaos) checkRefund(transaction string) {
	var states []string
	done := false
	for _, a := range c.acts {
		if a.kind == actions.KindRefund && a.transaction == transaction {
			r, err := c.store.In(c.t.Context()).Request(a.key)
			c.must(err)
			states = append(states, r.State+" "+r.Detail)
			done = done || r.State == string(actions.RequestDone)
		}
	}
	v, _ := c.shop.Sale(transaction)
	if len(states) == 0 || v.Status == "REFUNDED" && !done {
		c.t.Errorf("the refund of %s, now %s, was taken for us, and our requests say %q", transaction, v.Status, states)
	}
}
