package actions

import (
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A discovery is a purchase that a reading of the platform told, or whose status it told, when nothing else had.
type discovery struct {
	orderedAt time.Time
	lastAt    time.Time // that the platform names of it, as far as it does
	fresh     bool
	readAt    time.Time
}

func (l *intake) discover(e SaleEvent, p *store.Purchase, fresh bool) {
	if e.ReadAt.IsZero() {
		return
	}
	d := discovery{orderedAt: p.OrderedAt, lastAt: p.OrderedAt, fresh: fresh, readAt: e.ReadAt}
	if at := value(p.ApprovedAt); at.After(d.lastAt) {
		d.lastAt = at
	}
	l.found = append(l.found, d)
}

// lateAfter is how old an event is that comes late: webhooks take seconds to minutes (observed 2025: 3 s to 17 min).
const lateAfter = 20 * time.Minute

// maxCovers is how many readings that are done are looked at: those of half a week, and each of them covers what the older ones do.
const maxCovers = 100

// loadCovers reads when the platform was last read, if events come so late that it may have been since.
func (l *intake) loadCovers(s *store.Store, events []SaleEvent) (err error) {
	late := slices.ContainsFunc(events, func(e SaleEvent) bool { return !e.At.IsZero() && e.At.Before(l.now.Add(-lateAfter)) })
	if late {
		l.covers, err = s.SyncCovers(l.account, maxCovers)
	}
	return err
}

// confirm takes into a standing when the platform was last read and the purchase found as it is: a reading that tells nothing
// new is not written at the purchase. It reports whether there was one.
func (l *intake) confirm(s *standing, p *store.Purchase) bool {
	at := covered(l.covers, p.OrderedAt)
	if !at.After(s.readAt) || p.UpdatedAt.After(at) {
		return false
	}
	s.readAt = at
	return true
}

// covered is when the last reading began that has read what was sold at an instant; zero: none has.
func covered(covers []store.SyncCover, soldAt time.Time) (began time.Time) {
	for _, c := range covers {
		if (c.Since == nil || !c.Since.After(soldAt)) && c.Began.After(began) {
			began = c.Began
		}
	}
	return began.UTC()
}

// loadErased looks which purchases that were read again are of buyers who were erased here. Those whose buyer has the address that
// was read were not.
func (l *intake) loadErased(s *store.Store, events []SaleEvent) error {
	var ids []string
	for _, e := range events {
		if e.ReadAt.IsZero() || e.Sale == nil {
			continue
		}
		p, b := l.purchases[string(e.Sale.Transaction)], l.buyers[e.Sale.Buyer.Email.Key()]
		if p != nil && (b == nil || b.value.ID != p.value.BuyerID) {
			ids = append(ids, p.value.BuyerID)
		}
	}
	slices.Sort(ids)
	return inChunks(slices.Compact(ids), func(part []string) error {
		found, err := s.BuyersByID(l.account, part)
		for _, b := range found {
			l.erased[b.ID] = b.Erased()
		}
		return err
	})
}
