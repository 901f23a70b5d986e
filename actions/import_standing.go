package actions

import "time"

// A standing is the status of a purchase with what is needed to fit in any news about it, whatever the order in which
// they arrive. It only ever grows, by these rules:
//
//   - A final status is never left but for a more final one.
//   - Else the newest event holds; of two at the same instant, the one of the higher rank.
//   - A report has no event times: the furthest status that one named holds against all events from before it was
//     read, if its rank is higher. It moves a purchase forward, never back.
//
// So the same news in any order, and any number of times, end in the same standing.
type standing struct {
	status     Status
	raw        string    // the platform's word for it
	at         time.Time // of the newest event; of a final status, when it began
	reported   Status    // the furthest status of a report; empty: none
	reportedAt time.Time // when that report was read
}

// statusRank orders statuses by how far they are in the life of a purchase.
var statusRank = map[Status]int{
	"": -1, UnknownStatus: 0, Started: 1, WaitingPayment: 2, Processing: 3, Failed: 4, Expired: 5, Overdue: 6,
	Approved: 7, Complete: 8, Disputed: 9, PartlyRefunded: 10, Refunded: 11, Chargeback: 12,
}

// told fits in an event. newest reports whether it is the newest, and so knows best about everything else too.
func (s standing) told(status Status, raw string, at time.Time) (after standing, newest bool) {
	if final(s.status) || final(status) {
		return s.ended(status, raw, at)
	}
	switch {
	case at.Before(s.at):
		return s, false
	case at.Equal(s.at):
		return s.forward(status, raw), statusRank[status] >= statusRank[s.status]
	}
	s.status, s.raw, s.at = status, raw, at
	if !at.After(s.reportedAt) {
		s = s.forward(s.reported, string(s.reported))
	}
	return s, true
}

// report fits in a row of a report that was read at now. at is the last time that the row itself names.
func (s standing) report(status Status, raw string, at, now time.Time) standing {
	if final(s.status) || final(status) {
		s, _ = s.ended(status, raw, at)
		return s
	}
	switch {
	case statusRank[status] > statusRank[s.reported]:
		s.reported, s.reportedAt = status, now
	case status == s.reported && now.After(s.reportedAt):
		s.reportedAt = now
	}
	if at.After(s.at) {
		s.at = at
	}
	if !s.at.After(s.reportedAt) {
		s = s.forward(status, raw)
	}
	return s
}

// ended fits in news about a purchase that was or now is final: the more final wins, then the later.
func (s standing) ended(status Status, raw string, at time.Time) (after standing, newest bool) {
	switch {
	case !final(status), final(s.status) && statusRank[status] < statusRank[s.status]:
		return s, false
	case !final(s.status), statusRank[status] > statusRank[s.status]:
		s.status, s.raw, s.at = status, raw, at
		return s, true
	}
	newest = !at.Before(s.at)
	if newest {
		s.at = at
	}
	return s, newest
}

// forward takes a status of a higher rank.
func (s standing) forward(status Status, raw string) standing {
	if statusRank[status] > statusRank[s.status] {
		s.status, s.raw = status, raw
	}
	return s
}

// subscriptionRank orders what is said of a subscription at the same instant.
var subscriptionRank = map[SubscriptionStatus]int{
	"": -1, SubscriptionUnknown: 0, SubscriptionStarted: 1, SubscriptionActive: 2, SubscriptionLate: 3,
	SubscriptionInactive: 4, SubscriptionEnded: 5, SubscriptionCancelled: 6,
}

// opens reports whether the status gives the buyer access. A disputed purchase does until it is refunded.
func opens(s Status) bool {
	return s == Approved || s == Complete || s == Disputed || s == PartlyRefunded
}

// opened reports whether the buyer had access at some time.
func opened(s Status) bool { return opens(s) || final(s) }
