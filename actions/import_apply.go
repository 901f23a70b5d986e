package actions

import (
	"time"

	"github.com/aftersale/aftersale/store"
)

// apply applies one event to the intake. It cannot fail: events are checked before.
func (l *intake) apply(e SaleEvent) ImportResult {
	key := e.Source + "\n" + e.ID
	was, taken := l.taken[key]
	delete(l.taken, key)
	switch {
	case e.Product != nil && !taken: // of these no record is kept
		return l.listed(e)
	case !e.ReadAt.IsZero():
		return l.read(e)
	}
	if l.seen[key] && !taken {
		return Duplicate
	}
	l.seen[key] = true
	result := Older
	switch {
	case e.Ignored != "":
		result = ignored + ImportResult(e.Ignored)
	case e.Product != nil:
		result = l.listed(e)
	case l.tell(e):
		result = Applied
	}
	at := e.At
	if at.IsZero() {
		at = l.now
	}
	record := store.InboundEvent{AccountID: l.account, Source: e.Source, ID: e.ID, Kind: e.Kind,
		BuyerID: l.about(e), Payload: e.Payload, Result: string(result), At: precise(at), CreatedAt: l.now}
	if !taken {
		l.inbound = append(l.inbound, record)
		return result
	}
	record.CreatedAt = was.CreatedAt
	l.told = append(l.told, record)
	return result
}

// listed applies what the shop says of a product.
func (l *intake) listed(e SaleEvent) ImportResult {
	told := *e.Product
	if r := l.products[told.Code]; !e.ReadAt.IsZero() && r != nil && kindRank[told.Kind] < kindRank[r.value.Kind] {
		told.Kind = "" // sales may have told more of it than the platform's own word
	}
	if l.list(told) {
		return Applied
	}
	return Duplicate
}

// read applies what was read from the platform. What is not news leaves no trace.
func (l *intake) read(e SaleEvent) ImportResult {
	switch {
	case e.Ignored != "":
		return ignored + ImportResult(e.Ignored)
	case l.tell(e):
		return Applied
	}
	return Duplicate
}

// about is whom an event is about; empty when it names nobody, or nobody who is known.
func (l *intake) about(e SaleEvent) string {
	var to SoldTo
	switch {
	case e.Sale != nil:
		to = e.Sale.Buyer
	case e.Subscription != nil:
		to = e.Subscription.Buyer
	case e.Opening != nil:
		to = e.Opening.Buyer
	case e.Cart != nil:
		to = e.Cart.Buyer
	}
	if r := l.buyers[to.Email.Key()]; r != nil {
		return r.value.ID
	}
	return ""
}

// tell applies all that an event says, and reports whether any of it was news.
func (l *intake) tell(e SaleEvent) bool {
	news, subscription := false, ""
	if e.Subscription != nil {
		subscription, news = l.subscribe(e)
	}
	if e.Sale != nil {
		l.byBuyer = nil
		news = l.sell(e, subscription) || news
	}
	if e.Opening != nil {
		news = l.open(e) || news
	}
	if e.Cart != nil {
		news = l.leave(e)
	}
	if e.Charge != nil {
		news = l.charge(*e.Charge)
	}
	if e.Held != nil {
		news = l.held(*e.Held)
	}
	if news || e.ReadAt.IsZero() {
		l.occur(e, news)
	}
	return news
}

// sell applies what an event says of a purchase.
func (l *intake) sell(e SaleEvent, subscription string) bool {
	s := e.Sale
	p := l.purchases[string(s.Transaction)]
	if p == nil {
		l.buy(e, subscription)
		return true
	}
	before, was := *p.value, standingOf(*p.value)
	confirmed := l.confirm(&was, p.value)
	now, newest := l.stand(was, e)
	if confirmed && now.readAt.Equal(was.readAt) {
		now.readAt = value(before.ReadAt)
	}
	now.write(p.value)
	// Readings come in no order, and would each write another of the names that something has had.
	names := newest && e.ReadAt.IsZero()
	product := l.product(s.Product, s.Contents, names)
	buyer := &store.Buyer{ID: p.value.BuyerID}
	if e.ReadAt.IsZero() || !l.erased[p.value.BuyerID] { // what was erased here does not come back because the platform has it still
		buyer = l.buyer(s.Buyer, names)
	}
	l.document(s)
	if newest && p.value.BuyerID != buyer.ID && p.value.EmailChanges == 0 {
		// The platform moved the purchase. Where we had it moved, events may still name the old address.
		p.value.BuyerID = buyer.ID
		l.happened = append(l.happened, Occurrence{Buyer: before.BuyerID})
	}
	details(p.value, s, newest)
	fill(&p.value.SubscriptionID, subscription, false)

	news := l.admit(p, product, s, now) || differ(before, *p.value)
	if !e.ReadAt.IsZero() && !news {
		// As it was known: that it was read again is not worth a write.
		p.value.ReadAt = before.ReadAt
		return false
	}
	l.claimed(e, was.status, now.status)
	if now.status != was.status {
		l.moved = append(l.moved, statusChange{transaction: p.value.Transaction, from: was.status, to: now.status, raw: now.raw, event: e})
		l.discover(e, p.value, false)
	}
	if news || !same(before, *p.value) {
		l.touch(p, news)
	}
	return news
}

// buy records a purchase that was not known.
func (l *intake) buy(e SaleEvent, subscription string) {
	s := e.Sale
	names := e.ReadAt.IsZero()
	product, buyer := l.product(s.Product, s.Contents, names), l.buyer(s.Buyer, names)
	l.document(s)
	p := &bought{fresh: true, dirty: true, grants: map[string]*row[store.AccessGrant]{},
		value: &store.Purchase{ID: l.core.newID(), AccountID: l.account, Transaction: string(s.Transaction),
			BuyerID: buyer.ID, ProductID: product.ID, SubscriptionID: subscription, Source: l.core.commerce.Name(),
			Quantity: 1, CreatedAt: l.now, UpdatedAt: l.now, Revision: 1}}
	l.purchases[string(s.Transaction)] = p
	now, _ := l.stand(standing{}, e)
	now.write(p.value)
	details(p.value, s, true)
	if p.value.OrderedAt.IsZero() {
		p.value.OrderedAt = now.at
	}
	l.admit(p, product, s, now)
	l.discover(e, p.value, true)
}

// touch notes that a purchase is to be written, and whether somebody can see what changed.
func (l *intake) touch(p *bought, visible bool) {
	if !p.dirty {
		p.value.Revision++
	}
	p.dirty, p.changed = true, p.changed || visible
	p.value.UpdatedAt = l.now
}

// stand fits an event's status in. Rows of a report have no time.
func (l *intake) stand(was standing, e SaleEvent) (now standing, newest bool) {
	s := e.Sale
	if !e.At.IsZero() {
		return was.told(s.Status, s.RawStatus, precise(e.At))
	}
	at := s.OrderedAt
	if s.ApprovedAt.After(at) {
		at = s.ApprovedAt
	}
	if !e.ReadAt.IsZero() {
		return was.see(s.Status, s.RawStatus, precise(at), precise(e.ReadAt))
	}
	return was.report(s.Status, s.RawStatus, precise(at), l.now), false
}

func standingOf(p store.Purchase) standing {
	return standing{status: Status(p.Status), raw: p.RawStatus, at: p.StatusAt.UTC(),
		reported: Status(p.ReportStatus), reportedAt: value(p.ReportAt), readAt: value(p.ReadAt)}
}

func (s standing) write(p *store.Purchase) {
	p.Status, p.RawStatus, p.StatusAt = string(s.status), s.raw, s.at
	p.ReportStatus, p.ReportAt, p.ReadAt = string(s.reported), moment(s.reportedAt), moment(s.readAt)
}

// details takes over everything but status, product and buyer. Of times that decide about a refund the one in the
// buyer's favour is kept, whoever said it; of the rest what the newest event said, and others fill blanks.
func details(p *store.Purchase, s *Sale, newest bool) {
	if s.Price.Currency != "" && (newest || p.Currency == "") {
		p.Amount, p.Currency = s.Price.Minor, s.Price.Currency
	}
	if s.Refunded.Currency == p.Currency && s.Refunded.Minor > p.Refunded { // it only grows, whatever comes late
		p.Refunded = s.Refunded.Minor
	}
	if s.Quantity > 0 && (newest || p.Quantity <= 1) {
		p.Quantity = s.Quantity
	}
	fill(&p.PaymentType, string(s.Payment), newest)
	fill(&p.Installments, s.Installments, newest)
	fill(&p.OfferCode, s.OfferCode, newest)
	fill(&p.ParentTransaction, string(s.Parent), newest)
	fill(&p.Recurrence, s.Recurrence, newest)
	if p.OrderedAt.IsZero() || newest && !s.OrderedAt.IsZero() {
		p.OrderedAt = precise(s.OrderedAt)
	}
	p.HasAffiliate = p.HasAffiliate || s.HasAffiliate
	p.ApprovedAt = earlier(p.ApprovedAt, s.ApprovedAt)
	p.GuaranteeEnds = later(p.GuaranteeEnds, s.GuaranteeEnds)
}

// fill takes over what is known: over a blank, and over anything else if it is newer.
func fill[T comparable](to *T, v T, newer bool) {
	var none T
	if v != none && (newer || *to == none) {
		*to = v
	}
}

// same reports whether two states of a purchase are the same in every column that an import writes.
func same(a, b store.Purchase) bool {
	return !differ(a, b) && a.RawStatus == b.RawStatus && a.StatusAt.Equal(b.StatusAt) && a.ReportStatus == b.ReportStatus &&
		equal(a.ReportAt, b.ReportAt) && equal(a.ReadAt, b.ReadAt)
}

// differ reports whether two states of a purchase differ in a way that somebody can see.
func differ(a, b store.Purchase) bool {
	return a.BuyerID != b.BuyerID || a.SubscriptionID != b.SubscriptionID || a.Recurrence != b.Recurrence || a.Status != b.Status ||
		a.Amount != b.Amount || a.Refunded != b.Refunded || a.Currency != b.Currency || a.Quantity != b.Quantity || a.PaymentType != b.PaymentType ||
		a.Installments != b.Installments || a.OfferCode != b.OfferCode || a.HasAffiliate != b.HasAffiliate ||
		a.ParentTransaction != b.ParentTransaction || !a.OrderedAt.Equal(b.OrderedAt) || !equal(a.ApprovedAt, b.ApprovedAt) ||
		!equal(a.GuaranteeEnds, b.GuaranteeEnds) || !equal(a.OpenedAt, b.OpenedAt)
}

func equal(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// precise is a time as the coarser database keeps it.
func precise(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// moment is a time that may not be known: nil then.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = precise(t)
	return &t
}

// earlier is the earlier of two times of which each may not be known; later is the later.
func earlier(a *time.Time, b time.Time) *time.Time {
	if b = precise(b); a != nil && (b.IsZero() || !b.Before(*a)) {
		return a
	}
	return moment(b)
}

func later(a *time.Time, b time.Time) *time.Time {
	if b = precise(b); a != nil && !b.After(*a) {
		return a
	}
	return moment(b)
}
