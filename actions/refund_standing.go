package actions

import (
	"time"

	"github.com/aftersale/aftersale/store"
)

// A RefundStanding is how far a refund has got, as the buyer may know it.
type RefundStanding struct {
	State  RefundState
	At     time.Time // since when
	Until  time.Time // asked: when it is answered at the latest
	Reason string    // denied: in the words of whoever decided
	Detail string    // refused: message key of the platform's reason
}

// A RefundState is one of the steps of a refund.
type RefundState string

// The states.
const (
	RefundNone       RefundState = ""
	RefundAsked      RefundState = "asked"       // a person decides
	RefundClaimed    RefundState = "claimed"     // asked for on the platform itself, which decides
	RefundUnderWay   RefundState = "under_way"   // allowed, and asked of the platform
	RefundDone       RefundState = "done"        // the money is on its way
	RefundPart       RefundState = "part"        // an agreed part of it is
	RefundDenied     RefundState = "denied"      // a person has
	RefundRefused    RefundState = "refused"     // the platform has
	RefundClosed     RefundState = "closed"      // nobody decided in time, or the facts changed
	RefundChargeback RefundState = "charge_back" // the bank has taken it back
)

// refundStandings are how the refunds of some purchases stand, in their order.
func (c *Core) refundStandings(s *store.Store, account string, purchases []Purchase) ([]RefundStanding, error) {
	all := make([]RefundStanding, len(purchases))
	if len(purchases) == 0 {
		return all, nil
	}
	ids, codes := make([]string, len(purchases)), make([]string, len(purchases))
	for i, p := range purchases {
		ids[i], codes[i] = p.ID, string(p.Transaction)
	}
	asked, err := s.ProposalsAbout(ProposalRefund, ids)
	if err != nil {
		return nil, err
	}
	sent, err := s.RequestsAbout(account, KindRefund, codes)
	if err != nil {
		return nil, err
	}
	proposals, requests := map[string]store.Proposal{}, map[string]store.Request{}
	for _, p := range asked {
		if _, newer := proposals[p.PurchaseID]; !newer {
			proposals[p.PurchaseID] = p
		}
	}
	for _, r := range sent {
		if _, newer := requests[r.Target]; !newer && RequestState(r.State) != RequestProposed {
			requests[r.Target] = r
		}
	}
	for i, p := range purchases {
		all[i] = refundStanding(p, proposals[p.ID], requests[string(p.Transaction)])
	}
	return all, nil
}

// refundStanding says how a refund stands from the purchase, the last proposal about it and the last request; both may be
// zero. What is final comes first. Of what was decided a buyer reads only what he asked for himself: nobody told him of the
// rest.
func refundStanding(p Purchase, last store.Proposal, sent store.Request) RefundStanding {
	switch p.Status {
	case Refunded:
		return RefundStanding{State: RefundDone, At: p.StatusAt.UTC()}
	case Chargeback:
		return RefundStanding{State: RefundChargeback, At: p.StatusAt.UTC()}
	case Disputed:
		return RefundStanding{State: RefundClaimed, At: p.StatusAt.UTC()}
	}
	switch {
	case p.Refunding:
		return RefundStanding{State: RefundUnderWay, At: sent.CreatedAt.UTC()}
	case ProposalStatus(last.Status) == ProposalOpen:
		return RefundStanding{State: RefundAsked, At: last.CreatedAt.UTC(), Until: last.ExpiresAt.UTC()}
	case p.Status == PartlyRefunded:
		return RefundStanding{State: RefundPart, At: p.StatusAt.UTC()}
	case Role(last.AskedByRole) == BuyerRole && !sent.CreatedAt.After(last.CreatedAt):
		return decidedStanding(last)
	case RequestState(sent.State) == RequestRefused:
		return RefundStanding{State: RefundRefused, At: sent.UpdatedAt.UTC(), Detail: sent.Detail}
	}
	return RefundStanding{}
}

// decidedStanding is what came of a buyer's own wish that is no longer open.
func decidedStanding(p store.Proposal) RefundStanding {
	at := value(p.DecidedAt)
	switch ProposalStatus(p.Status) {
	case ProposalDenied:
		return RefundStanding{State: RefundDenied, At: at, Reason: p.DecidedReason}
	case ProposalExpired, ProposalWithdrawn:
		if at.IsZero() {
			at = p.ExpiresAt.UTC()
		}
		return RefundStanding{State: RefundClosed, At: at}
	}
	return RefundStanding{}
}
