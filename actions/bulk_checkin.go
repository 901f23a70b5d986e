package actions

import (
	"errors"
	"slices"

	"github.com/aftersale/aftersale/store"
)

// bulkCheckIn mails the check-in of an event to all whose tickets wait for a name: one mail for each purchase, for each has
// tickets of its own. Its targets are transactions.
type bulkCheckIn struct{ c *Core }

func (k bulkCheckIn) candidates(s *store.Store, f bulkScope, place string, limit int) ([]bulkCandidate, string, error) {
	from, err := parseCursor(place)
	if err != nil {
		return nil, "", err
	}
	filter, err := k.filter(s, f)
	if err != nil {
		return nil, "", err
	}
	filter.After, filter.Limit = store.Cursor{At: from.At, ID: from.ID}, limit
	found, err := s.FindPurchases(filter)
	if err != nil || len(found) == 0 {
		return nil, "", err
	}
	next := ""
	if last := found[len(found)-1].Purchase; len(found) == limit {
		next = cursor{At: last.OrderedAt, ID: last.ID}.String()
	}
	return k.judge(found, f), next, nil
}

// filter is whom the event was sold to.
func (k bulkCheckIn) filter(s *store.Store, f bulkScope) (store.PurchaseFilter, error) {
	if f.Product == "" {
		return store.PurchaseFilter{}, &Error{Code: Invalid, Key: "error.empty", Field: "product"}
	}
	product, err := s.Product(f.account, f.Product)
	if err == nil && product.Kind != "event" {
		err = store.ErrNotFound
	}
	if errors.Is(err, store.ErrNotFound) {
		return store.PurchaseFilter{}, &Error{Code: NotFound, Key: "bulk.product_not_found", Field: "product"}
	}
	var filter store.PurchaseFilter
	if f.Search != "" {
		filter = searched(f.Search)
	}
	filter.Account, filter.ProductID, filter.Status, filter.From, filter.To = f.account, f.Product, string(f.Status), f.From, f.To
	return filter, err
}

func (k bulkCheckIn) named(s *store.Store, f bulkScope, targets []string) ([]bulkCandidate, error) {
	var all []bulkCandidate
	for some := range slices.Chunk(targets, store.MaxBatch) {
		found, err := s.WholePurchases(f.account, some)
		if err != nil {
			return nil, err
		}
		list := make([]store.FullPurchase, 0, len(found))
		for _, code := range some {
			if p, ok := found[code]; ok && p.Product.ID == f.Product {
				list = append(list, p)
			}
		}
		all = append(all, k.judge(list, f)...)
	}
	return all, nil
}

// judge applies the policy of check-in mails to each, whose numbers limit buyers alone. There is no recipient to compare: who has bought twice has tickets twice.
func (k bulkCheckIn) judge(list []store.FullPurchase, f bulkScope) []bulkCandidate {
	all := make([]bulkCandidate, len(list))
	for i, full := range list {
		p := toPurchase(full)
		all[i] = bulkCandidate{target: string(p.Transaction)}
		facts := checkInCase{purchase: p, all: p.Tickets.All(), chosen: p.Tickets.Open(), page: k.c.ticketDesk != nil || k.c.hasPages(), secret: k.c.ticketDesk != nil || k.c.vault.Ready()}
		if v := mayCheckIn(Actor{Role: Agent}, facts, Policy{}, f.now); v.Decision == Blocked {
			all[i].leftOut = v.Rule
		}
	}
	return all
}

// do mails the check-in as SendCheckIn does for all tickets that wait.
func (k bulkCheckIn) do(tx *store.Store, w bulkWork) (bulkOutcome, error) {
	c := k.c
	// authorise, on fresh facts
	full, p, err := c.read(tx.LockPurchase, w.who, Transaction(w.item.Target))
	if err != nil {
		return bulkOutcome{}, err
	}
	verdict, chosen, err := c.checkInVerdict(tx, w.who, p, "", false)
	if err != nil {
		return bulkOutcome{}, err
	}
	if err := verdict.Err(); err != nil {
		return bulkOutcome{}, err
	}
	if erased(p.Buyer.Email) {
		return bulkLeftOut("bulk.erased"), nil
	}
	if w.item.Again != "" { // tried before: perhaps that mail has left meanwhile
		m, err := tx.MailByKey(w.run.AccountID, w.item.Again+"/"+checkInMail)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return bulkOutcome{}, err
		}
		if err == nil && m.SentAt != nil {
			return bulkDone(""), nil
		}
	}

	// transact, audit, enqueue
	req := store.Request{Key: w.key, AccountID: w.run.AccountID, Action: KindCheckIn, Target: w.item.Target, PurchaseID: full.Purchase.ID,
		Actor: w.who.ID, AskedBy: w.who.ID, State: string(RequestDone)}
	if _, mine, err := c.claim(tx, req); err != nil || !mine {
		return bulkUnderWay(1), err
	}
	if err := c.mailCheckIn(tx, w.account, w.key, p, chosen, true); err != nil {
		return bulkOutcome{}, err
	}
	result := Result{State: ResultDone, Tickets: len(chosen), Verdict: verdict, Run: w.run.ID}
	if err := c.save(tx, req, order{Order: Order{Transaction: p.Transaction}, Verdict: verdict, Result: result}); err != nil {
		return bulkOutcome{}, err
	}
	data := auditData{Verdict: &verdict, Request: w.key, Count: len(chosen)}
	return bulkUnderWay(1), c.audit(tx, w.who, entry{action: "checkin.sent", target: w.item.Target, data: data})
}

func (k bulkCheckIn) atOnce() int { return 0 }

func (k bulkCheckIn) rows(s *store.Store, account string, targets []string) (map[string]bulkRow, error) {
	return purchaseRows(s, account, targets)
}
