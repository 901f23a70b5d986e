package actions

import (
	"errors"
	"slices"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// bulkResend sends access again to the users of a product: each gets one mail for it, from the purchase that gives it. Of a
// bundle each gets one for each product in it, as for a single purchase; whoever has a product as part of a bundle gets just
// the mail of that product. Its targets are transactions.
type bulkResend struct{ c *Core }

func (k bulkResend) candidates(s *store.Store, f bulkScope, place string, limit int) ([]bulkCandidate, string, error) {
	m, err := k.c.membersOf(s, f)
	if err != nil {
		return nil, "", err
	}
	list, next, err := m.page(s, place, limit)
	return m.judge(list), next, err
}

func (k bulkResend) named(s *store.Store, f bulkScope, targets []string) ([]bulkCandidate, error) {
	m, err := k.c.membersOf(s, bulkScope{BulkFilter: BulkFilter{Product: f.Product}, account: f.account, now: f.now})
	if err != nil {
		return nil, err
	}
	var all []bulkCandidate
	for some := range slices.Chunk(targets, store.MaxBatch) {
		filter := m.filter
		filter.Codes, filter.Limit = some, len(some)
		list, err := s.Members(filter)
		if err != nil {
			return nil, err
		}
		all = append(all, m.judge(list)...)
	}
	return all, nil
}

// do mails the access as Resend does, and says how many mails that are.
func (k bulkResend) do(tx *store.Store, w bulkWork) (bulkOutcome, error) {
	c := k.c
	// authorise, on fresh facts
	full, p, err := c.read(tx.LockPurchase, w.who, Transaction(w.item.Target))
	if err != nil {
		return bulkOutcome{}, err
	}
	verdict, err := c.resendVerdict(tx, w.who, p)
	if err != nil {
		return bulkOutcome{}, err
	}
	if err := verdict.Err(); err != nil {
		return bulkOutcome{}, err
	}
	products := accessible(p)
	if product := w.filter.Product; product != "" && product != p.Product.ID {
		products = slices.DeleteFunc(products, func(p Product) bool { return p.ID != product })
	}
	if products, err = k.unsent(tx, w, products); err != nil {
		return bulkOutcome{}, err
	}
	switch {
	case erased(p.Buyer.Email):
		return bulkLeftOut("bulk.erased"), nil
	case len(products) == 0:
		return bulkLeftOut("resend.no_access"), nil
	}

	// transact, audit, enqueue
	req := store.Request{Key: w.key, AccountID: w.run.AccountID, Action: KindResend, Target: w.item.Target, PurchaseID: full.Purchase.ID,
		Actor: w.who.ID, AskedBy: w.who.ID, State: string(RequestDone)}
	if _, mine, err := c.claim(tx, req); err != nil || !mine {
		return bulkUnderWay(len(products)), err
	}
	for _, product := range products {
		l := accessLetter(w.key, p, product)
		l.mass = true
		if err := c.write(tx, w.account, l); err != nil {
			return bulkOutcome{}, err
		}
		if err := tx.AccessSent(p.ID, product.ID, c.now()); err != nil {
			return bulkOutcome{}, err
		}
	}
	result := Result{State: ResultDone, Products: products, Verdict: verdict, Run: w.run.ID}
	if err := c.save(tx, req, order{Order: Order{Transaction: p.Transaction}, Verdict: verdict, Result: result}); err != nil {
		return bulkOutcome{}, err
	}
	data := auditData{Verdict: &verdict, Request: w.key, Count: len(products)}
	return bulkUnderWay(len(products)), c.audit(tx, w.who, entry{action: "access.resent", target: w.item.Target, data: data})
}

// unsent are the products whose mail did not leave when this was tried before.
func (k bulkResend) unsent(tx *store.Store, w bulkWork, products []Product) ([]Product, error) {
	if w.item.Again == "" {
		return products, nil
	}
	var left []Product
	for _, p := range products {
		m, err := tx.MailByKey(w.run.AccountID, accessKey(w.item.Again, p.ID))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err != nil || m.SentAt == nil {
			left = append(left, p)
		}
	}
	return left, nil
}

func (k bulkResend) atOnce() int { return 0 }

func (k bulkResend) rows(s *store.Store, account string, targets []string) (map[string]bulkRow, error) {
	return purchaseRows(s, account, targets)
}

// purchaseRows says whom transactions are about.
func purchaseRows(s *store.Store, account string, transactions []string) (map[string]bulkRow, error) {
	found, err := s.WholePurchases(account, transactions)
	if err != nil {
		return nil, err
	}
	rows := make(map[string]bulkRow, len(found))
	for code, f := range found {
		rows[code] = bulkRow{name: f.Buyer.Name, email: Email(f.Buyer.Email), product: f.Product.Name}
	}
	return rows, nil
}

// members walk the purchases that give access to a product: its own, then those of each bundle that holds it.
type members struct {
	filter  store.MemberFilter
	sources []string // products that are bought
	gives   map[string]int
	scope   bulkScope
}

func (c *Core) membersOf(s *store.Store, f bulkScope) (members, error) {
	if f.Product == "" {
		return members{}, &Error{Code: Invalid, Key: "error.empty", Field: "product"}
	}
	product, err := s.Product(f.account, f.Product)
	if errors.Is(err, store.ErrNotFound) {
		return members{}, &Error{Code: NotFound, Key: "bulk.product_not_found", Field: "product"}
	}
	if err != nil {
		return members{}, err
	}
	m := members{scope: f, sources: []string{f.Product}, gives: map[string]int{}, filter: store.MemberFilter{Account: f.account, Status: string(f.Status),
		From: f.From, To: f.To, Opened: f.Opened}}
	if f.Search != "" {
		m.filter.Search = searched(f.Search)
	}
	if product.Kind != "physical" {
		m.gives[f.Product] = 1
	}
	if product.Kind == "bundle" {
		return m, nil
	}
	bundles, err := s.BundlesWith(f.account, f.Product)
	for _, b := range bundles {
		m.gives[b] = m.gives[f.Product]
	}
	m.sources = append(m.sources, bundles...)
	m.filter.Grant = f.Product
	return m, err
}

// searched sorts what was searched for into the store's words.
func searched(text string) store.PurchaseFilter {
	f := Filter{Name: text}
	if strings.ContainsAny(text, "@._+-0123456789") && !strings.Contains(strings.TrimSpace(text), " ") {
		f = Filter{Email: text}
	}
	return f.query(Actor{Role: Agent}, cursor{}) // the team sees all
}

// page lists what comes behind a place: the number of a source and the last id.
func (m members) page(s *store.Store, place string, limit int) ([]store.Member, string, error) {
	from, below := 0, ""
	if place != "" {
		number, id, _ := strings.Cut(place, "/")
		for i := range m.sources {
			if m.sources[i] == number {
				from, below = i, id
			}
		}
	}
	var all []store.Member
	for i := from; i < len(m.sources); i++ {
		f := m.filter
		f.Product, f.Below, f.Limit = m.sources[i], below, limit-len(all)
		if m.filter.Grant != "" && i == 0 {
			f.Grant = m.sources[0]
		}
		list, err := s.Members(f)
		if err != nil {
			return nil, "", err
		}
		all, below = append(all, list...), ""
		if len(all) == limit {
			return all, m.sources[i] + "/" + all[limit-1].ID, nil
		}
	}
	return all, "", nil
}

// judge applies the policy of sending access to each.
func (m members) judge(list []store.Member) []bulkCandidate {
	all := make([]bulkCandidate, len(list))
	for i, p := range list {
		all[i] = bulkCandidate{target: p.Transaction, recipient: p.BuyerID}
		products := p.Open
		if p.Grants == 0 { // never recorded: it gives what it says it is
			products = m.gives[p.ProductID]
		}
		var s *Subscription
		if p.Subscribed != "" {
			s = &Subscription{Status: SubscriptionStatus(p.Subscribed), NextChargeAt: value(p.NextCharge)}
		}
		refunding := p.Refunding != "" && !final(Status(p.Status))
		if v := resendable(Status(p.Status), refunding, s, products, m.scope.now); v.Decision == Blocked {
			all[i].leftOut = v.Rule
		}
	}
	return all
}
