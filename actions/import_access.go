package actions

import (
	"time"

	"github.com/aftersale/aftersale/store"
)

// admit gives the right to enter, or takes it away, as the status says, and reports whether something changed. An
// unpaid purchase never gave any.
func (l *intake) admit(p *bought, product *store.Product, s *Sale, now standing) bool {
	changed, active := false, opens(now.status)
	if now.phase() > phaseUnpaid {
		for _, id := range l.gives(p, product, s) {
			if p.grants[id] == nil {
				p.grants[id] = &row[store.AccessGrant]{fresh: true, dirty: true, value: &store.AccessGrant{PurchaseID: p.value.ID,
					ProductID: id, AccountID: l.account, Active: active, CreatedAt: l.now}}
				changed = true
			}
		}
	}
	for _, g := range p.grants {
		if g.value.Active != active {
			g.value.Active, g.dirty, changed = active, true, true
		}
	}
	// What was entered before the purchase was told.
	for id := range p.grants {
		if at := l.openings[openingID(id, p.value.BuyerID)]; at != nil {
			changed = openedAt(p, id, *at.value) || changed
		}
	}
	return changed
}

// gives lists the products that a purchase gives access to: what the event says, else what its product is known to
// hold. Where access is on record already, only what the event says can add to it.
func (l *intake) gives(p *bought, product *store.Product, s *Sale) []string {
	var ids []string
	for _, c := range s.Contents {
		ids = append(ids, l.products[c.Code].value.ID)
	}
	if len(ids) > 0 || len(p.grants) > 0 {
		return ids
	}
	for _, i := range l.items[product.ID] {
		ids = append(ids, i.ProductID)
	}
	if len(ids) == 0 {
		ids = []string{product.ID}
	}
	return ids
}

// openedAt records a first opening on a purchase, if it gives access to the product and none earlier is known.
func openedAt(p *bought, product string, at time.Time) bool {
	g := p.grants[product]
	if g == nil || g.value.OpenedAt != nil && !at.Before(*g.value.OpenedAt) {
		return false
	}
	g.value.OpenedAt, g.dirty = moment(at), true
	p.value.OpenedAt = earlier(p.value.OpenedAt, at)
	return true
}

// open applies that a buyer first entered a product. It is about all his purchases that give it, those that will be
// told later included.
func (l *intake) open(e SaleEvent) bool {
	o := e.Opening
	product, buyer := l.product(o.Product, nil, false), l.buyer(o.Buyer, false)
	id, at := openingID(product.ID, buyer.ID), precise(e.At)
	if known := l.openings[id]; known != nil && !at.Before(*known.value) {
		return false
	}
	l.openings[id] = &row[time.Time]{value: &at, dirty: true}
	for _, p := range l.purchases {
		if p.value.BuyerID == buyer.ID && openedAt(p, product.ID, at) {
			l.touch(p, true)
		}
	}
	return true
}
