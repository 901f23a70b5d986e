package actions

import (
	"errors"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A CaseSummary is what became of buyers' questions in a period.
type CaseSummary struct {
	Opened     int
	Closed     int
	Open       int          // now
	Topics     []TopicCount // of those that were opened, the most frequent first
	FirstReply Spread       // of those that were opened and have an answer
	Resolution Spread       // of those that were closed, from opening to closing
	Askers     int          // who opened a case
	Again      int          // of them, who opened another within seven days before
	AgainRate  int
	Taken      int // how often what a buyer can do himself was taken in the place of a case; of all products alone
	Helped     int // of it, so that he asked nothing on the topic for a week; those after whom no week has passed are not in it
	Deflected  int // share of Helped in all questions of the part of the period that is a week ago; -1 when there is none
}

// A TopicCount is how many cases are about a topic.
type TopicCount struct {
	Topic Topic
	Count int
}

// A Spread says how long something took, in working time: half of all took as long as Median at most, and nine of ten as
// long as Ninth.
type Spread struct {
	Count  int
	Median time.Duration
	Ninth  time.Duration
}

// spreadOf takes the nearest ranks: what it says is what one of them took.
func spreadOf(all []time.Duration) Spread {
	if len(all) == 0 {
		return Spread{}
	}
	slices.Sort(all)
	rank := func(percent int) time.Duration { return all[(len(all)*percent+99)/100-1] }
	return Spread{Count: len(all), Median: rank(50), Ninth: rank(90)}
}

// maxCases is how many cases one report reads for times and who asked again; caseBatch, how many at once.
const (
	maxCases  = 100_000
	caseBatch = 5000
)

// cases counts questions of buyers; hours are the shop's.
func (n counting) cases(r *Report, hours Hours, zone string) error {
	err := errors.Join(n.topics(r), n.deflected(r))
	opened, cut, openErr := n.caseTimes(n.s.OpenedCases, r.From.Add(-repeatWithin), r.To)
	closed, cutToo, closeErr := n.caseTimes(n.s.ClosedCases, r.From, r.To)
	unclosed, countErr := n.s.CountUnclosed(n.account, n.product)
	if err = errors.Join(err, openErr, closeErr, countErr); err != nil {
		return err
	}
	r.Partial = r.Partial || cut || cutToo
	r.Cases.Open, r.Cases.Closed = int(unclosed), len(closed)
	first := r.From
	for _, c := range closed {
		if c.OpenedAt.Before(first) {
			first = c.OpenedAt
		}
	}
	clock := hours.clock(first, r.To, zone)
	var replies, resolutions []time.Duration
	for _, c := range opened {
		if c.FirstReplyAt != nil && !c.OpenedAt.Before(r.From) {
			replies = append(replies, clock.between(c.OpenedAt, *c.FirstReplyAt))
		}
	}
	for _, c := range closed {
		resolutions = append(resolutions, clock.between(c.OpenedAt, c.At))
	}
	r.Cases.FirstReply, r.Cases.Resolution = spreadOf(replies), spreadOf(resolutions)
	r.Cases.asked(opened, r.From)
	return nil
}

// topics counts what was opened, by topic.
func (n counting) topics(r *Report) error {
	counts, err := n.s.CountOpened(n.account, n.product, r.From, r.To)
	for _, c := range counts {
		r.Cases.Opened += int(c.Count)
		r.Cases.Topics = append(r.Cases.Topics, TopicCount{Topic(c.Topic), int(c.Count)})
	}
	slices.SortStableFunc(r.Cases.Topics, func(a, b TopicCount) int { return b.Count - a.Count })
	return err
}

// opened counts the cases of a part of the period.
func (n counting) opened(from, to time.Time) (sum int, err error) {
	counts, err := n.s.CountOpened(n.account, n.product, from, to)
	for _, c := range counts {
		sum += int(c.Count)
	}
	return sum, err
}

// deflected counts what buyers did instead of asking. What it has to do with a product nobody knows. Whether it helped is
// known after a week, so the share is of the questions before that.
func (n counting) deflected(r *Report) error {
	r.Cases.Deflected = -1
	if n.product != "" {
		return nil
	}
	settled := r.To.Add(-repeatWithin)
	counts, err := n.s.CountDeflections(n.account, r.From, r.To, settled)
	for _, d := range counts {
		r.Cases.Taken += d.Taken
		r.Cases.Helped += d.Counted
	}
	if err != nil || !settled.After(r.From) {
		return err
	}
	asked, err := n.opened(r.From, settled)
	r.Cases.Deflected = share(r.Cases.Helped, r.Cases.Helped+asked)
	return err
}

// caseTimes reads a list in parts, the newest first, and says whether there was more than is read.
func (n counting) caseTimes(list func(account, product string, from, to time.Time, after store.Cursor, limit int) ([]store.CaseTimes, error), from, to time.Time) ([]store.CaseTimes, bool, error) {
	var all []store.CaseTimes
	for len(all) < maxCases {
		after := store.Cursor{}
		if len(all) > 0 {
			after = store.Cursor{At: all[len(all)-1].At, ID: all[len(all)-1].ID}
		}
		part, err := list(n.account, n.product, from, to, after, caseBatch)
		if all = append(all, part...); err != nil || len(part) < caseBatch {
			return all, false, err
		}
	}
	return all, true, nil
}

// asked counts who opened cases in the period, and who came again with another. The newest are first.
func (s *CaseSummary) asked(opened []store.CaseTimes, from time.Time) {
	next, askers, again := map[string]time.Time{}, map[string]bool{}, map[string]bool{}
	for _, c := range opened {
		who := c.BuyerID
		if who == "" {
			who = "chat " + c.IdentityID
		}
		if later, ok := next[who]; ok && !later.Before(from) && later.Sub(c.OpenedAt) <= repeatWithin {
			again[who] = true
		}
		if !c.OpenedAt.Before(from) {
			askers[who] = true
		}
		next[who] = c.OpenedAt
	}
	s.Askers, s.Again = len(askers), len(again)
	s.AgainRate = share(s.Again, s.Askers)
}
