package actions

import (
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// product finds or records a product and what it holds.
func (l *intake) product(sold SoldProduct, contents []SoldProduct, newest bool) *store.Product {
	r := l.products[sold.Code]
	if r == nil {
		r = &row[store.Product]{fresh: true, dirty: true, value: &store.Product{ID: l.core.newID(), AccountID: l.account,
			Code: sold.Code, Kind: "other", CreatedAt: l.now}}
		l.products[sold.Code] = r
	}
	p, before := r.value, *r.value
	fill(&p.Name, sold.Name, newest)
	fill(&p.SupportEmail, sold.SupportEmail, newest)
	if p.Name != before.Name {
		p.NameKey = store.Fold(p.Name)
	}
	kind := sold.Kind
	if kind == "" && len(contents) > 1 {
		kind = "bundle"
	}
	if kindRank[kind] > kindRank[p.Kind] {
		p.Kind = kind
	}
	l.becomes(r, before)
	r.dirty = r.dirty || *p != before
	for i, c := range contents {
		l.hold(p, l.product(c, nil, newest), i)
	}
	return p
}

// list applies what the shop says of a product, and reports whether it was news. It outranks what was said before, and
// the platform's next word about the name or the support address outranks it.
func (l *intake) list(listed Listed) bool {
	p := l.product(SoldProduct{Code: listed.Code}, nil, false)
	r, before := l.products[listed.Code], *p
	fill(&p.Name, listed.Name, true)
	fill(&p.Kind, listed.Kind, true)
	fill(&p.AccessURL, listed.AccessURL, true)
	fill(&p.GuaranteeDays, listed.GuaranteeDays, true)
	fill(&p.SupportEmail, listed.SupportEmail, true)
	p.NameKey = store.Fold(p.Name)
	p.StartsAt, p.EndsAt = told(p.StartsAt, listed.Event.Starts), told(p.EndsAt, listed.Event.Ends)
	fill(&p.Timezone, listed.Event.Timezone, true)
	fill(&p.Place, listed.Event.Place, true)
	l.becomes(r, before)
	r.dirty = r.dirty || *p != before
	return *p != before
}

// told is a time that may not be known, after it was said again: the same one where nothing changed.
func told(was *time.Time, said time.Time) *time.Time {
	if said.IsZero() || was != nil && was.Equal(said) {
		return was
	}
	return moment(said)
}

// becomes notes a product that turns out to be an event: its purchases from before have no tickets yet.
func (l *intake) becomes(r *row[store.Product], before store.Product) {
	if r.value.Kind == "event" && before.Kind != "event" && !r.fresh {
		l.events = append(l.events, r.value.ID)
	}
}

// kindRank orders kinds by how much an event must know to tell them: a purchase with tickets is one of an event,
// whatever was thought before.
var kindRank = map[string]int{"": 0, "other": 0, "course": 1, "ebook": 1, "physical": 2, "membership": 3, "event": 4, "bundle": 5}

// hold records that a bundle holds a product. What an event leaves out stays: buyers from before still have it.
func (l *intake) hold(bundle, part *store.Product, position int) {
	items := l.items[bundle.ID]
	if slices.ContainsFunc(items, func(i store.BundleItem) bool { return i.ProductID == part.ID }) {
		return
	}
	item := store.BundleItem{BundleID: bundle.ID, ProductID: part.ID, AccountID: l.account, Position: position}
	l.items[bundle.ID] = append(items, item)
	l.newItems = append(l.newItems, item)
}

// buyer finds or records a buyer.
func (l *intake) buyer(sold SoldTo, newest bool) *store.Buyer {
	key := sold.Email.Key()
	r := l.buyers[key]
	if r == nil {
		r = &row[store.Buyer]{fresh: true, dirty: true, value: &store.Buyer{ID: l.core.newID(), AccountID: l.account,
			Email: string(sold.Email), EmailKey: key, CreatedAt: l.now}}
		l.buyers[key] = r
	}
	name, locale := r.value.Name, r.value.Locale
	fill(&r.value.Name, sold.Name, newest)
	fill(&r.value.Locale, sold.Locale, newest)
	r.dirty = r.dirty || r.value.Name != name || r.value.Locale != locale
	l.phone(r, sold, newest)
	return r.value
}
