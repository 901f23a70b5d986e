package actions

import (
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// An accessSent is what has been mailed lately about access, check-in mails included: together they fill a mailbox.
type accessSent struct {
	recent  []time.Time // when mails about the purchase were asked for in the last 24 hours, by anybody, oldest first
	address int         // such mails to the same address in the last hour
	shop    int         // times that buyers of the shop had some sent in the last hour
}

// accessKinds are the requests that count.
var accessKinds = []string{KindResend, KindCheckIn}

// accessSent reads what counts against a buyer who wants mail about his access, and has whoever wants some next wait.
func (c *Core) accessSent(s *store.Store, who Actor, p Purchase) (accessSent, error) {
	var sent accessSent
	if _, err := s.LockBuyers(p.Buyer.ID); err != nil {
		return sent, err
	}
	hour := c.now().Add(-time.Hour)
	mails, err := s.AccessMails(who.Account, string(p.Buyer.Email), hour)
	if err != nil {
		return sent, err
	}
	sent.address = int(mails)
	for _, kind := range accessKinds {
		shop, err := s.AskedByBuyers(who.Account, kind, hour)
		if err != nil {
			return sent, err
		}
		sent.shop += int(shop)
		list, err := s.RequestsOn(who.Account, string(p.Transaction), kind, c.now().Add(-day))
		if err != nil {
			return sent, err
		}
		for _, r := range list {
			if r.State == string(RequestDone) { // the one that is being judged is not
				sent.recent = append(sent.recent, r.CreatedAt.UTC())
			}
		}
	}
	slices.SortFunc(sent.recent, time.Time.Compare)
	return sent, nil
}

// A mailLimit is why a buyer may have no more mails about access sent now.
type mailLimit int

const (
	noLimit mailLimit = iota
	staffOnly
	dailyLimit
	addressLimit
	shopLimit
)

// tooMany returns what keeps somebody from having more mails sent now, with its numbers. The team is under no such limit.
func (a accessSent) tooMany(who Actor, mails int, pol ResendPolicy) (mailLimit, Numbers) {
	switch {
	case who.Staff():
		return noLimit, Numbers{}
	case pol.BuyerDaily == 0:
		return staffOnly, Numbers{}
	case len(a.recent) >= pol.BuyerDaily:
		free := a.recent[len(a.recent)-pol.BuyerDaily].Add(day)
		return dailyLimit, Numbers{Count: len(a.recent), Limit: pol.BuyerDaily, Date: free}
	case a.address > 0 && a.address+mails > pol.PerAddress: // the first goes out, however many it has
		return addressLimit, Numbers{Count: a.address, Limit: pol.PerAddress}
	case a.shop >= pol.PerShop:
		return shopLimit, Numbers{Count: a.shop, Limit: pol.PerShop}
	}
	return noLimit, Numbers{}
}
