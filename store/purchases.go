package store

import (
	"fmt"
	"time"
)

// A FullPurchase is a purchase with everything that a card shows of it.
type FullPurchase struct {
	Purchase     Purchase
	Buyer        Buyer
	Product      Product
	Subscription Subscription // zero for single purchases
	OpenProposal string       // id; empty when none waits
	Grants       []Grant
	Contents     []Product // of a bundle, in order
	Tickets      []TicketCount
}

// A Grant is an access grant with its product.
type Grant struct {
	AccessGrant AccessGrant
	Product     Product
}

// PurchaseByTransaction returns one purchase, whole; of these buyers alone, if any are named. ErrNotFound: there is none.
// Somebody else's purchase costs what one costs that does not exist, so that the time it takes tells nothing.
func (s *Store) PurchaseByTransaction(account, transaction string, buyers ...string) (FullPurchase, error) {
	return s.purchaseOf(false, account, transaction, buyers)
}

// LockPurchase returns one purchase likewise, and has whoever wants to change it next wait for this transaction.
func (s *Store) LockPurchase(account, transaction string, buyers ...string) (FullPurchase, error) {
	return s.purchaseOf(true, account, transaction, buyers)
}

func (s *Store) purchaseOf(lock bool, account, transaction string, buyers []string) (FullPurchase, error) {
	where, args := "p.account_id = ? AND p.\"transaction\" = ?", []any{account, transaction}
	if len(buyers) > 0 {
		where, args = where+" AND p.buyer_id IN ?", append(args, buyers)
	}
	return s.onePurchase(lock, where, args...)
}

// BuyerOfTransaction returns who bought, and the purchase's id; both are zero when there is no such purchase. It is one
// statement either way.
func (s *Store) BuyerOfTransaction(account, transaction string) (Buyer, string, error) {
	type row struct {
		Buyer    Buyer
		Purchase string
	}
	all, err := read[row](s, 1, "SELECT "+s.columns(Buyer{}, "b")+`, p.id FROM purchases p JOIN buyers b ON b.id = p.buyer_id
		WHERE p.account_id = ? AND p."transaction" = ? LIMIT 1`, account, transaction)
	if err != nil || len(all) == 0 {
		return Buyer{}, "", err
	}
	return all[0].Buyer, all[0].Purchase, nil
}

func (s *Store) onePurchase(lock bool, where string, args ...any) (FullPurchase, error) {
	all, err := s.purchases(selection{lock: lock, conditions: conditions{parts: []string{where}, args: args}, limit: 1})
	if err != nil {
		return FullPurchase{}, err
	}
	if len(all) == 0 {
		return FullPurchase{}, ErrNotFound
	}
	return all[0], nil
}

// PurchasesByID returns purchases, whole, by their ids; those that are not there are left out.
func (s *Store) PurchasesByID(account string, ids []string) (map[string]FullPurchase, error) {
	found := make(map[string]FullPurchase, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	all, err := s.purchases(selection{limit: len(ids),
		conditions: conditions{parts: []string{"p.account_id = ? AND p.id IN ?"}, args: []any{account, ids}}})
	for _, p := range all {
		found[p.Purchase.ID] = p
	}
	return found, err
}

// A selection says which purchases p of buyers b to load, and how.
type selection struct {
	conditions
	order string
	limit int
	lock  bool
}

// purchases loads whole purchases in four queries at most, however many they are.
func (s *Store) purchases(sel selection) ([]FullPurchase, error) {
	query := "SELECT " + s.columns(Purchase{}, "p") + "," + s.columns(Buyer{}, "b") + "," + s.columns(Product{}, "d") + "," +
		s.columns(Subscription{}, "s") + ", o.id" +
		" FROM purchases p JOIN buyers b ON b.id = p.buyer_id JOIN products d ON d.id = p.product_id" +
		" LEFT JOIN subscriptions s ON s.id = p.subscription_id" +
		" LEFT JOIN proposals o ON o.purchase_id = p.id AND o.status = 'open' WHERE " + sel.sql()
	if sel.order != "" {
		query += " ORDER BY " + sel.order
	}
	query += " LIMIT ?"
	if sel.lock && s.Dialect() == onPostgres {
		query += " FOR " + forChange + " OF p"
	}
	all, err := read[FullPurchase](s, min(sel.limit, 20), query, append(sel.args[:len(sel.args):len(sel.args)], sel.limit)...)
	if err != nil {
		return nil, fmt.Errorf("purchases: %w", err)
	}
	if err := s.fillGrants(all); err != nil {
		return nil, err
	}
	if err := s.fillTickets(all); err != nil {
		return nil, err
	}
	return all, s.fillContents(all)
}

func (s *Store) fillGrants(all []FullPurchase) error {
	if len(all) == 0 {
		return nil
	}
	at, ids := map[string]int{}, make([]string, len(all))
	for i, p := range all {
		at[p.Purchase.ID], ids[i] = i, p.Purchase.ID
	}
	grants, err := read[Grant](s, len(all), "SELECT "+s.columns(AccessGrant{}, "g")+","+s.columns(Product{}, "d")+
		" FROM access_grants g JOIN purchases p ON p.id = g.purchase_id JOIN products d ON d.id = g.product_id"+
		" LEFT JOIN bundle_items i ON i.bundle_id = p.product_id AND i.product_id = g.product_id"+
		" WHERE g.purchase_id IN ? ORDER BY g.purchase_id, i.position, d.id", ids)
	if err != nil {
		return fmt.Errorf("access of purchases: %w", err)
	}
	for _, g := range grants {
		p := &all[at[g.AccessGrant.PurchaseID]]
		p.Grants = append(p.Grants, g)
	}
	return nil
}

func (s *Store) fillContents(all []FullPurchase) error {
	contents := map[string][]Product{}
	var bundles []string
	for _, p := range all {
		if _, known := contents[p.Product.ID]; p.Product.Kind == "bundle" && !known {
			contents[p.Product.ID] = nil
			bundles = append(bundles, p.Product.ID)
		}
	}
	if len(bundles) == 0 {
		return nil
	}
	type item struct {
		BundleID string
		Product  Product
	}
	items, err := read[item](s, 0, "SELECT i.bundle_id,"+s.columns(Product{}, "d")+
		" FROM bundle_items i JOIN products d ON d.id = i.product_id WHERE i.bundle_id IN ? ORDER BY i.bundle_id, i.position, d.id",
		bundles)
	if err != nil {
		return fmt.Errorf("contents of bundles: %w", err)
	}
	for _, i := range items {
		contents[i.BundleID] = append(contents[i.BundleID], i.Product)
	}
	for i := range all {
		all[i].Contents = contents[all[i].Product.ID]
	}
	return nil
}

// UpdatePurchase saves every column of a purchase if nobody changed it since it was read, and counts its Revision up.
// ErrConflict: somebody did.
func (s *Store) UpdatePurchase(p *Purchase) error {
	was := p.Revision
	p.Revision++
	n, err := s.update(p, []string{"id", "created_at"}, "id = ? AND revision = ?", p.ID, was)
	if err == nil && n == 1 {
		return nil
	}
	p.Revision = was
	if err == nil {
		return ErrConflict
	}
	return fmt.Errorf("update purchase: %w", err)
}

// CloseAccess takes the right to enter away from all products of a purchase.
func (s *Store) CloseAccess(purchase string) error {
	return s.db().Model(&AccessGrant{}).Where("purchase_id = ?", purchase).UpdateColumn("active", false).Error
}

// AccessSent records that mail about a product of a purchase went out, when that access is on record.
func (s *Store) AccessSent(purchase, product string, at time.Time) error {
	return s.db().Exec("UPDATE access_grants SET sent_at = ?, sent_count = sent_count + 1 WHERE purchase_id = ? AND product_id = ?",
		at, purchase, product).Error
}

// UpdateSubscription saves a subscription's standing.
func (s *Store) UpdateSubscription(sub Subscription) error {
	return one(s.db().Model(&Subscription{}).Where("id = ?", sub.ID).
		Select("status", "status_at", "next_charge_at", "cancelled_at", "updated_at").UpdateColumns(sub))
}

// RefundsOfBuyers counts the purchases of buyers, other than one, whose money went back since an instant, by whatever
// way, or is on its way back now.
func (s *Store) RefundsOfBuyers(account string, buyers []string, except string, since time.Time) (int64, error) {
	var n int64
	err := s.db().Model(&Purchase{}).Where("account_id = ? AND buyer_id IN ? AND id <> ?", account, buyers, except).
		Where("(status IN ? AND status_at >= ?) OR refunding <> ''",
			[]string{"refunded", "partly_refunded", "disputed", "chargeback"}, since).Count(&n).Error
	return n, err
}

// PurchaseByID returns one purchase by its id. ErrNotFound: there is none.
func (s *Store) PurchaseByID(id string) (Purchase, error) {
	var p Purchase
	err := s.db().Where("id = ?", id).Take(&p).Error
	return p, err
}
