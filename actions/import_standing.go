package actions

import "time"

// A standing is the status of a purchase with what is needed to fit in any news about it, whatever the order in which
// they arrive. It only ever grows, by these rules:
//
//   - A purchase is unpaid, then paid, then final: news of an earlier phase change nothing, however new they are.
//   - Among unpaid and among paid ones the newest event holds; of two at the same instant, the one of the higher rank.
//     A claim that is withdrawn is approved again.
//   - Among final ones the higher rank holds: what was refunded can be charged back, but not the other way round.
//   - A report has no event times: the furthest status that one named holds against all events from before it was
//     read, if its rank is higher. It moves a purchase forward, never back.
//   - What was read from the platform itself is its word as of then: among unpaid and among paid ones it holds against all
//     events and reports from before it was read, and events from after it hold against it.
//
// So the same news in any order, and any number of times, end in the same standing.
type standing struct {
	status     Status
	raw        string    // the platform's word for it
	at         time.Time // of the newest event of this phase; zero when only reports spoke
	reported   Status    // the furthest status of this phase that a report named; empty: none
	reportedAt time.Time // when that report was read
	readAt     time.Time // when the platform was read itself, in this phase; zero: never
}

// A phase is one of the three parts of a purchase's life.
type phase int

const (
	phaseNone phase = iota
	phaseUnpaid
	phasePaid
	phaseEnded
)

func phaseOf(s Status) phase {
	switch {
	case s == "":
		return phaseNone
	case cameBack(s):
		return phaseEnded
	case s.Paid(), s == Disputed, s == UnknownStatus: // of a word that nobody knows, the safe thing is to show it
		return phasePaid
	}
	return phaseUnpaid
}

func (s standing) phase() phase {
	if s.status == UnknownStatus && s.at.IsZero() {
		return phaseNone // a report's word that nobody knows says nothing
	}
	return phaseOf(s.status)
}

// statusRank orders statuses by how far they are in the life of a purchase.
var statusRank = map[Status]int{
	"": -1, UnknownStatus: 0, Started: 1, WaitingPayment: 2, Processing: 3, Failed: 4, Expired: 5, Overdue: 6,
	Approved: 7, Complete: 8, Disputed: 9, PartlyRefunded: 10, Refunded: 11, Chargeback: 12,
}

// told fits in an event. newest reports whether it is the newest, and so knows best about everything else too.
func (s standing) told(status Status, raw string, at time.Time) (after standing, newest bool) {
	switch news, now := phaseOf(status), s.phase(); {
	case news < now:
		return s, false
	case news > now:
		return standing{status: status, raw: raw, at: at}, true
	case status == s.status && s.guessed() && at.Before(s.at):
		s.at = at // now it is known when it began
		return s, false
	case now == phaseEnded:
		return s.end(status, raw, at)
	case !at.After(s.readAt):
		return s, false
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

// see fits in what was read from the platform at an instant. at is the last time that the row itself names: the best guess at
// when the status of a purchase began that was not known. newest as for told.
func (s standing) see(status Status, raw string, at, read time.Time) (after standing, newest bool) {
	switch news, now := phaseOf(status), s.phase(); {
	case news < now, read.Before(s.readAt):
		return s, false
	case now == phaseNone && !at.IsZero() && at.Before(read):
		return standing{status: status, raw: raw, at: at, readAt: read}, true
	case news > now, now == phaseEnded && statusRank[status] > statusRank[s.status]:
		return standing{status: status, raw: raw, at: read, readAt: read}, true
	case now == phaseEnded && status != s.status, now != phaseEnded && s.at.After(read):
		return s, false
	}
	s.readAt = read
	if status != s.status {
		s.status, s.raw, s.at = status, raw, read
	}
	return s, true
}

// guessed reports whether of the status only the reading is known that showed it, and not when it began.
func (s standing) guessed() bool { return !s.readAt.IsZero() && s.at.Equal(s.readAt) }

// report fits in a row of a report that was read at now. at is the last time that the row itself names: the best guess at
// when something final began.
func (s standing) report(status Status, raw string, at, now time.Time) standing {
	news := phaseOf(status)
	switch before := s.phase(); {
	case status == UnknownStatus && s.status != "", news < before:
		return s
	case news == phaseEnded && before < phaseEnded:
		return standing{status: status, raw: raw, at: at}
	case news == phaseEnded:
		s, _ = s.end(status, raw, at)
		return s
	case status == UnknownStatus:
		return standing{status: status, raw: raw}
	case news > before:
		return standing{status: status, raw: raw, reported: status, reportedAt: now}
	}
	switch {
	case statusRank[status] > statusRank[s.reported]:
		s.reported, s.reportedAt = status, now
	case status == s.reported && now.After(s.reportedAt):
		s.reportedAt = now
	}
	if !s.at.After(s.reportedAt) {
		s = s.forward(status, raw)
	}
	return s
}

// end fits a final status into another: the higher rank holds, and of the same one the latest time.
func (s standing) end(status Status, raw string, at time.Time) (after standing, newest bool) {
	switch {
	case statusRank[status] < statusRank[s.status]:
		return s, false
	case statusRank[status] > statusRank[s.status]:
		return standing{status: status, raw: raw, at: at}, true
	case at.Before(s.at):
		return s, false
	}
	s.at = at
	return s, true
}

// forward takes a status of a higher rank.
func (s standing) forward(status Status, raw string) standing {
	if statusRank[status] > statusRank[s.status] {
		s.status, s.raw = status, raw
	}
	return s
}

// opens reports whether the status gives the buyer access. A disputed purchase does until it is refunded.
func opens(s Status) bool {
	return s == Approved || s == Complete || s == Disputed || s == PartlyRefunded
}
