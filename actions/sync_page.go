package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/aftersale/aftersale/store"
)

// page reads one page and keeps what it tells, together with the place behind it.
func (r *syncRun) page() error {
	c := r.core
	now := c.now()
	if err := c.store.In(r.ctx).KeepSyncLease(r.account, r.holder, now.Add(syncLease)); err != nil {
		return r.conflict(err)
	}
	ctx, cancel := context.WithTimeout(r.ctx, r.patience)
	defer cancel()
	page, err := c.feed.Page(ctx, r.account, r.span(), FeedPlace(r.row.Place))
	if err != nil {
		return &Error{Code: Unavailable, Key: "error.unavailable", Err: fmt.Errorf("read %s: %w", c.commerce.Name(), err)}
	}
	good, bad := r.sort(page)
	told := good
	if r.calm {
		if told, err = r.news(good); err != nil {
			return err
		}
	}
	next := r.after(page, bad)
	var counts map[string]SyncCount
	l := c.newIntake(r.account)
	l.beside = func(tx *store.Store) error {
		counts = maps.Clone(r.counts)
		n := counts[page.Part]
		counts[page.Part] = SyncCount{Items: n.Items + len(good), News: n.News + l.applied}
		next.Counts, next.Missed = encodeJSON(counts), r.row.Missed+r.missed(l.found)
		return r.keep(tx, &next, counts)
	}
	if _, err := c.applyBatch(r.ctx, l, told); err != nil {
		return r.conflict(err)
	}
	r.row, r.counts, r.faults, r.calm = next, counts, r.faultsWith(bad), l.applied*2 < len(good)
	return r.analyze()
}

// sort parts a page's events into those that can be used and what is wrong with the others.
func (r *syncRun) sort(page FeedPage) (good []SaleEvent, bad []string) {
	for _, err := range page.Bad {
		bad = append(bad, page.Part+": "+cut(err.Error(), maxFault))
	}
	for _, e := range page.Events {
		if err := e.validate(); err != nil {
			bad = append(bad, page.Part+": "+cut(err.Error(), maxFault))
			continue
		}
		good = append(good, e)
	}
	return good, bad
}

// maxFault is how long a fault is kept, in bytes.
const maxFault = 300

// news keeps the events that tell something that is not known. It only reads: of a shop that is read each night nearly nothing
// is new, and what is not costs no lock and no write.
func (r *syncRun) news(events []SaleEvent) ([]SaleEvent, error) {
	l := r.core.newIntake(r.account)
	l.dry = true
	results, err := r.core.applyBatch(r.ctx, l, events)
	if err != nil {
		return nil, err
	}
	var told []SaleEvent
	for i, result := range results {
		if result == Applied {
			told = append(told, events[i])
		}
	}
	return told, nil
}

// after is the sync as it is once the page is kept.
func (r *syncRun) after(page FeedPage, bad []string) store.Sync {
	y := r.row
	y.Place, y.Part, y.Thousandths = string(page.Next), page.Part, max(y.Thousandths, min(page.Done, 1000))
	y.Pages++
	y.Bad += len(bad)
	if y.Place == "" {
		y.State, y.Thousandths = syncDone, 1000
	}
	if len(bad) > 0 {
		y.Faults = encodeJSON(r.faultsWith(bad))
	}
	return y
}

// faultsWith are the faults so far with more, as many as are listed.
func (r *syncRun) faultsWith(bad []string) []string {
	all := append(slices.Clone(r.faults), bad...)
	return all[:min(len(all), MaxBadRows)]
}

// keep writes where the sync is, in the transaction of what it has found; and that it is done, when it is.
func (r *syncRun) keep(tx *store.Store, y *store.Sync, counts map[string]SyncCount) error {
	c := r.core
	now := c.now()
	if err := tx.KeepSyncLease(r.account, r.holder, now.Add(syncLease)); err != nil {
		return err
	}
	y.UpdatedAt = now
	if y.State != syncDone {
		return tx.SaveSync(*y)
	}
	y.EndedAt = &now
	data, err := json.Marshal(map[string]any{"kind": y.Kind, "since": y.Since, "until": y.Until, "pages": y.Pages, "found": counts,
		"missed": y.Missed, "bad": y.Bad})
	if err != nil {
		return err
	}
	who := systemActor(r.account).ID
	if err := tx.Audit(store.AuditEntry{AccountID: r.account, At: now, Actor: who, AskedBy: who, Action: "sync.finished",
		Target: y.Platform, Data: data}); err != nil {
		return err
	}
	return tx.SaveSync(*y)
}

// missed counts what a webhook should have told: of syncs that reconcile, what was found although the platform had been read
// before, but for what is so new that its webhook may be on its way.
func (r *syncRun) missed(found []discovery) (n int) {
	for _, d := range found {
		switch {
		case covered(r.covers, d.orderedAt).IsZero():
		case d.fresh && d.lastAt.After(d.readAt.Add(-lateAfter)):
		default:
			n++
		}
	}
	return n
}

// analyze keeps the database's idea of its tables right while they grow: after 1, 10, 100 … pages.
func (r *syncRun) analyze() error {
	if r.row.Kind != syncFill || r.row.Pages < r.measured*10 {
		return nil
	}
	r.measured = r.row.Pages
	return r.core.store.In(r.ctx).Analyze()
}

// cut shortens a text to so many bytes, at a letter.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}

func encodeJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // of maps and lists of texts and numbers: cannot be
	}
	return string(b)
}

func decodeJSON(text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("what a sync has kept: %w", err)
	}
	return nil
}
