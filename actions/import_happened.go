package actions

// occur notes for the contact lists what an event tells of, also when newer ones have said more: an event that is late
// belongs to the story all the same.
func (l *intake) occur(e SaleEvent, news bool) {
	note := func(h Occurrence) {
		if h.At.IsZero() {
			h.Event = "" // nothing has happened; but what conditions are about may have changed
		}
		h.Stale = !news
		l.happened = append(l.happened, h)
	}
	if s := e.Subscription; s != nil {
		sub := l.subscriptions[s.Code].value
		at := e.At // a report says nothing of subscriptions, and has no times
		if !e.ReadAt.IsZero() {
			at = sub.StatusAt
		}
		known := news
		news = news && !l.again // nobody is told twice that it is over, by us and by the platform
		note(Occurrence{Event: subscriptionEvents[l.subscriptionStatus(e)], At: at, Buyer: sub.BuyerID, Subscription: sub.ID})
		news = known
	}
	if s := e.Sale; s != nil {
		p := l.purchases[string(s.Transaction)].value
		at := e.At
		if at.IsZero() {
			if at = s.OrderedAt; s.ApprovedAt.After(at) {
				at = s.ApprovedAt
			}
		}
		if !e.ReadAt.IsZero() {
			at = p.StatusAt
		}
		news = news && standingOf(*p).phase() == phaseOf(s.Status)
		note(Occurrence{Event: saleEvents[s.Status], At: at, Buyer: p.BuyerID, Purchase: p.ID})
		l.entered(l.purchases[string(s.Transaction)])
	}
	if o := e.Opening; o != nil {
		product, buyer := l.products[o.Product.Code].value, l.buyers[o.Buyer.Email.Key()].value
		for _, p := range sorted(l.purchases) {
			if g := p.grants[product.ID]; p.value.BuyerID == buyer.ID && g != nil {
				l.entered(p)
			}
		}
	}
	if e.Cart != nil {
		product, buyer := l.products[e.Cart.Product.Code].value, l.buyers[e.Cart.Buyer.Email.Key()].value
		note(Occurrence{Event: OnCartLeft, At: e.At, Buyer: buyer.ID, Subject: "cart:" + buyer.ID + "/" + product.ID, Product: product.ID})
	}
}

// entered notes that the buyer of a purchase has entered what it gives, as far as that is known.
func (l *intake) entered(p *bought) {
	if at := p.value.OpenedAt; at != nil {
		l.happened = append(l.happened, Occurrence{Event: OnFirstAccess, At: *at, Buyer: p.value.BuyerID, Purchase: p.value.ID})
	}
}

// leave records who left a cart, and what was in it, so that rules can be about both. Nothing was bought.
func (l *intake) leave(e SaleEvent) bool {
	l.product(e.Cart.Product, nil, false)
	l.buyer(e.Cart.Buyer, false)
	return true
}
