package actions

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// write brings what the events changed into the store, in the order in which rows refer to each other.
func (l *intake) write(tx *store.Store) error {
	if err := l.writeCatalogue(tx); err != nil {
		return err
	}
	if err := l.writePurchases(tx); err != nil {
		return err
	}
	openings := map[string]time.Time{}
	for id, at := range l.openings {
		if at.dirty {
			openings[id] = *at.value
		}
	}
	if err := tx.PutOpenings(l.account, openings, l.now); err != nil {
		return fmt.Errorf("record first openings: %w", err)
	}
	if err := l.writeItems(tx); err != nil {
		return err
	}
	if err := inChunks(l.inbound, tx.AddInbounds); err != nil {
		return err
	}
	if err := inChunks(l.told, tx.PutInbounds); err != nil {
		return err
	}
	return errors.Join(l.audit(tx), l.lookAtClaims(tx), l.core.happened(tx, l.account, l.happened...), l.refresh(tx))
}

func (l *intake) writeCatalogue(tx *store.Store) error {
	// By what is unique in every process, not by ids that each makes for itself: two imports that add the same rows in
	// different orders would wait for each other.
	email := func(b store.Buyer) string { return b.EmailKey }
	add := func(list []store.Buyer) error { return tx.AddBuyers(list, l.lastBought()) }
	if err := inChunks(written(l.buyers, isFresh, email), add); err != nil {
		return err
	}
	for _, b := range written(l.buyers, isKnown, email) {
		if err := tx.PutBuyer(b); err != nil {
			return err
		}
	}
	if err := l.writeContacts(tx); err != nil {
		return err
	}
	if err := inChunks(written(l.products, isAny, func(p store.Product) string { return p.Code }), tx.PutProducts); err != nil {
		return err
	}
	return inChunks(written(l.subscriptions, isAny, func(s store.Subscription) string { return s.Code }), tx.PutSubscriptions)
}

// lastBought is when the newest purchase here of each buyer was ordered.
func (l *intake) lastBought() map[string]time.Time {
	newest := make(map[string]time.Time, len(l.purchases))
	for _, p := range l.purchases {
		if at := p.value.OrderedAt; newest[p.value.BuyerID].Before(at) {
			newest[p.value.BuyerID] = at
		}
	}
	return newest
}

func (l *intake) writePurchases(tx *store.Store) error {
	var purchases []store.Purchase
	var grants []store.AccessGrant
	for _, p := range sorted(l.purchases) {
		if p.dirty {
			purchases = append(purchases, *p.value)
		}
		for _, g := range sorted(p.grants) {
			if g.dirty {
				grants = append(grants, *g.value)
			}
		}
	}
	if err := inChunks(purchases, tx.PutPurchases); err != nil {
		return err
	}
	if err := inChunks(grants, tx.PutGrants); err != nil {
		return err
	}
	return l.issue(tx, purchases)
}

// issue makes the tickets of what was bought of events. Which purchases these are is for the statement to find out: it makes
// no ticket twice, and none of what was never paid.
func (l *intake) issue(tx *store.Store, purchases []store.Purchase) error {
	var ids []string
	events := map[string]bool{}
	for _, p := range l.products {
		events[p.value.ID] = p.value.Kind == "event"
	}
	for _, p := range purchases {
		if events[p.ProductID] {
			ids = append(ids, p.ID)
		}
	}
	var waiting []string
	err := inChunks(ids, func(part []string) error {
		fresh, err := tx.IssueTickets(l.account, part, l.now)
		waiting = append(waiting, fresh...)
		return err
	})
	for _, product := range l.events {
		if err == nil {
			var fresh []string
			fresh, err = tx.IssueTicketsOf(l.account, product, l.now)
			waiting = append(waiting, fresh...)
		}
	}
	if err != nil {
		return err
	}
	return inChunks(waiting, func(part []string) error { return l.awaitCheckin(tx, part) })
}

// writeItems records what bundles hold, and gives it to those whose purchases were recorded as of the bundle alone.
func (l *intake) writeItems(tx *store.Store) error {
	if err := inChunks(l.newItems, tx.AddBundleItems); err != nil {
		return err
	}
	bundles := map[string]bool{}
	for _, i := range l.newItems {
		bundles[i.BundleID] = true
	}
	for _, id := range slices.Sorted(maps.Keys(bundles)) {
		if err := tx.UnpackBundle(l.account, id); err != nil {
			return err
		}
	}
	return nil
}

// audit records every change of a known purchase's status that the platform told. What was bought and by whom is on
// record with the event.
func (l *intake) audit(tx *store.Store) error {
	for _, m := range l.moved {
		data, err := json.Marshal(map[string]string{"from": string(m.from), "to": string(m.to), "raw_status": m.raw,
			"source": m.event.Source, "event": m.event.ID, "kind": m.event.Kind})
		if err != nil {
			return err
		}
		who := systemActor(l.account).ID
		if err := tx.Audit(store.AuditEntry{AccountID: l.account, At: l.now, Actor: who, AskedBy: who,
			Action: "purchase." + string(m.to), Target: m.transaction, Data: data}); err != nil {
			return err
		}
	}
	return nil
}

// refresh has the cards redrawn of every purchase that changed, and of those that share a subscription that did.
func (l *intake) refresh(tx *store.Store) error {
	changed, look := map[string]bool{}, map[string]bool{}
	var bought []string
	for _, p := range l.purchases {
		if p.changed && !p.fresh {
			changed[subjectOfPurchase(p.value.Transaction)] = true
			bought = append(bought, p.value.Transaction)
		}
		if p.changed && p.value.Refunding != "" && (cameBack(Status(p.value.Status)) || Status(p.value.Status) == Disputed) { // what a refund has waited for
			look[p.value.Refunding] = true
		}
	}
	slices.Sort(bought)
	err := inChunks(bought, func(part []string) error { // what else was asked for, such as another address
		keys, err := tx.WaitingOn(l.account, part)
		for _, key := range keys {
			look[key] = true
		}
		return err
	})
	if err != nil {
		return err
	}
	var ids []string
	for _, s := range l.subscriptions {
		if s.dirty && !s.fresh {
			ids = append(ids, s.value.ID)
		}
		if s.dirty && s.value.UnderWay != "" { // what something that is under way has waited for
			look[s.value.UnderWay] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(look)) {
		if err := enqueue(tx, JobRequest, "", Work{Key: key}); err != nil {
			return err
		}
	}
	slices.Sort(ids)
	err = inChunks(ids, func(part []string) error {
		shown, err := tx.ShownPurchasesOf(l.account, part)
		for _, transaction := range shown {
			changed[subjectOfPurchase(transaction)] = true
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("cards of subscriptions: %w", err)
	}
	return refresh(tx, l.account, slices.Sorted(maps.Keys(changed))...)
}

// inChunks calls f with parts of a list that fit into one statement.
func inChunks[T any](list []T, f func([]T) error) error {
	for part := range slices.Chunk(list, store.MaxBatch) {
		if err := f(part); err != nil {
			return err
		}
	}
	return nil
}

func isFresh(fresh bool) bool { return fresh }
func isKnown(fresh bool) bool { return !fresh }
func isAny(bool) bool         { return true }

// written lists the rows to write that are as wanted, in the order of a key that is the same in every process.
func written[T any](all map[string]*row[T], want func(fresh bool) bool, key func(T) string) []T {
	var some []T
	for _, r := range all {
		if r.dirty && want(r.fresh) {
			some = append(some, *r.value)
		}
	}
	slices.SortFunc(some, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	return some
}

// sorted lists a map's values in the order of their keys.
func sorted[T any](all map[string]T) []T {
	list := make([]T, 0, len(all))
	for _, k := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[k])
	}
	return list
}
