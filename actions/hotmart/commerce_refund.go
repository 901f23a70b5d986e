package hotmart

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// refund asks the platform to give the whole price back. It is a request: the state of the sale follows, as a rule the next night.
// Only the answer's status counts (sales-refund, read November 2026).
func (p *Platform) refund(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	item, _, ok, err := p.sale(ctx, o.Transaction)
	switch {
	case err != nil:
		return p.looked(o, err)
	case !ok:
		return refuse(notFound), nil
	}
	why, err := p.mayNotRefund(ctx, item)
	switch {
	case err != nil:
		return p.looked(o, err)
	case why != "":
		return refuse(why), nil
	}
	_, err = p.call(ctx, remote.Call{Name: "ask for a refund", Method: http.MethodPut,
		Path: "/payments/api/v1/sales/" + url.PathEscape(string(o.Transaction)) + "/refund"})
	if err != nil {
		return p.answered(o, err, notFound)
	}
	return actions.Outcome{Kind: actions.OutcomeRequested}, nil
}

// mayNotRefund says why the platform would not refund a sale, by what it has just told of it; empty: it might. Whether the guarantee
// is over is no reason: the seller decides, and the platform knows how long it takes refunds (7 to 60 days).
func (p *Platform) mayNotRefund(ctx context.Context, item historyItem) (string, error) {
	sale := item.Purchase
	switch now := status(upper(sale.Status)); now {
	case actions.Approved, actions.Complete:
	case actions.Refunded:
		return alreadyRefunded, nil
	case actions.PartlyRefunded:
		return partRefunded, nil
	case actions.Disputed:
		return claimed, nil // approved in the panel; what the refund call does to a claim is not documented
	case actions.Chargeback:
		return chargedBack, nil
	case actions.UnknownStatus:
		return unknownState, nil
	default:
		return notRefundable, nil
	}
	if as := upper(sale.CommissionAs); as != "" && as != "PRODUCER" {
		return notProducer, nil
	}
	if paymentOf(sale.Payment) == actions.DirectDebit {
		return byBank, nil
	}
	if late, err := p.lateForAffiliate(ctx, sale); late || err != nil {
		return byAffiliate, err
	}
	if bool(sale.Subscription) && sale.Recurrence <= 1 {
		sub, _, ok, err := p.subscriptionOf(ctx, "", item)
		if err != nil {
			return "", err
		}
		if ok && bool(sub.Trial) {
			return inTrial, nil
		}
	}
	return "", nil
}

// lateForAffiliate reports whether a sale has an affiliate and is older than such sales are paid back for. Who has earned is only
// asked where it matters.
func (p *Platform) lateForAffiliate(ctx context.Context, sale restPurchase) (bool, error) {
	bought := sale.Approved.Time
	if bought.IsZero() {
		bought = sale.Ordered.Time
	}
	days := time.Duration(p.Terms().AffiliateRefundDays) * 24 * time.Hour
	if bought.IsZero() || !p.now().After(bought.Add(days)) {
		return false, nil
	}
	for item, err := range p.commissions(ctx, actions.Transaction(upper(sale.Transaction))) {
		if err != nil {
			return false, err
		}
		for _, c := range item.Commissions {
			if upper(c.Source) == "AFFILIATE" {
				return true, nil
			}
		}
	}
	return false, nil
}
