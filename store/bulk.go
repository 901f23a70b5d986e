package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// AddBulkRun records a run.
func (s *Store) AddBulkRun(r BulkRun) error { return s.db().Create(&r).Error }

// BulkRun returns a run; ErrNotFound when there is none.
func (s *Store) BulkRun(account, id string) (BulkRun, error) { return s.bulkRun(account, id, "") }

// LockBulkRun returns a run and has whoever wants to change it next wait for this transaction.
func (s *Store) LockBulkRun(account, id string) (BulkRun, error) {
	lock := ""
	if s.Dialect() == onPostgres {
		lock = " FOR " + forChange
	}
	return s.bulkRun(account, id, lock)
}

func (s *Store) bulkRun(account, id, lock string) (BulkRun, error) {
	return readOne[BulkRun](s, "SELECT "+s.columns(BulkRun{}, "r")+" FROM bulk_runs r WHERE r.id = ? AND r.account_id = ?"+lock, id, account)
}

// SaveBulkRun writes a run as it is now. ErrNotFound: there is none.
func (s *Store) SaveBulkRun(r BulkRun) error {
	n, err := s.update(&r, []string{"id", "account_id", "created_at"}, "id = ?", r.ID)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// OpenBulkRuns lists runs that have not ended, the oldest first.
func (s *Store) OpenBulkRuns(account string, limit int) ([]BulkRun, error) {
	return read[BulkRun](s, 1, "SELECT "+s.columns(BulkRun{}, "r")+` FROM bulk_runs r
		WHERE r.account_id = ? AND r.ended_at IS NULL ORDER BY r.created_at, r.id LIMIT ?`, account, limit)
}

// IdleBulkRuns lists the open runs of all accounts in some states that no slice has touched since an instant.
func (s *Store) IdleBulkRuns(states []string, before time.Time, limit int) ([]BulkRun, error) {
	return read[BulkRun](s, 1, "SELECT "+s.columns(BulkRun{}, "r")+` FROM bulk_runs r
		WHERE r.ended_at IS NULL AND r.state IN ? AND r.touched_at < ? ORDER BY r.touched_at, r.id LIMIT ?`, states, before.UTC(), limit)
}

// bulkRows is how many items one statement inserts: thirteen values each, below the limit of MaxBatch's databases.
const bulkRows = 1000

// AddBulkItems records the items of a run.
func (s *Store) AddBulkItems(list []BulkItem) error {
	for len(list) > 0 {
		some := list[:min(len(list), bulkRows)]
		list = list[len(some):]
		values := make([]any, 0, 13*len(some))
		for _, i := range some {
			values = append(values, i.RunID, i.Seq, i.AccountID, i.Target, i.Recipient, i.State, i.Detail, i.Parts, i.Sent, i.Again, i.Amount, i.Currency, i.UpdatedAt.UTC())
		}
		_, err := s.exec("INSERT INTO bulk_items (run_id, seq, account_id, target, recipient, state, detail, parts, sent, again, amount, currency, updated_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"+
			strings.Repeat(",(?,?,?,?,?,?,?,?,?,?,?,?,?)", len(some)-1), values...)
		if err != nil {
			return fmt.Errorf("add items of a run: %w", err)
		}
	}
	return nil
}

// DropBulkItems forgets the items of a run, so that it can be collected anew.
func (s *Store) DropBulkItems(run string) error {
	_, err := s.exec("DELETE FROM bulk_items WHERE run_id = ?", run)
	return err
}

// BulkItem returns one item; ErrNotFound when there is none.
func (s *Store) BulkItem(run string, seq int) (BulkItem, error) {
	return readOne[BulkItem](s, "SELECT "+s.columns(BulkItem{}, "i")+" FROM bulk_items i WHERE i.run_id = ? AND i.seq = ?", run, seq)
}

// BulkItemsOf returns the items of a run by their targets; those that are not there are left out.
func (s *Store) BulkItemsOf(account, run string, targets []string) (map[string]BulkItem, error) {
	found := make(map[string]BulkItem, len(targets))
	for some := range slices.Chunk(targets, MaxBatch) {
		part, err := read[BulkItem](s, len(some), "SELECT "+s.columns(BulkItem{}, "i")+` FROM bulk_items i
			WHERE i.account_id = ? AND i.target IN ? AND i.run_id = ? LIMIT ?`, account, some, run, len(some))
		if err != nil {
			return nil, fmt.Errorf("items of a run: %w", err)
		}
		for _, i := range part {
			found[i.Target] = i
		}
	}
	return found, nil
}

// NextBulkItems lists the items of a run that nobody has begun, in order.
func (s *Store) NextBulkItems(run string, limit int) ([]BulkItem, error) {
	return read[BulkItem](s, limit, "SELECT "+s.columns(BulkItem{}, "i")+` FROM bulk_items i
		WHERE i.run_id = ? AND i.state = 'waiting' AND i.detail = '' ORDER BY i.seq LIMIT ?`, run, limit)
}

// BulkItemsFrom lists items of a run behind one of them, in order; of one state, or of any when that is empty.
func (s *Store) BulkItemsFrom(run, state string, after, limit int) ([]BulkItem, error) {
	query, values := "SELECT "+s.columns(BulkItem{}, "i")+" FROM bulk_items i WHERE i.run_id = ? AND i.seq > ?", []any{run, after}
	if state != "" {
		query, values = query+" AND i.state = ?", append(values, state)
	}
	return read[BulkItem](s, limit, query+" ORDER BY i.seq LIMIT ?", append(values, limit)...)
}

// SaveBulkItem writes how an item stands.
func (s *Store) SaveBulkItem(i BulkItem) error {
	return s.execOne("UPDATE bulk_items SET state = ?, detail = ?, parts = ?, sent = ?, updated_at = ? WHERE run_id = ? AND seq = ?",
		i.State, i.Detail, i.Parts, i.Sent, i.UpdatedAt.UTC(), i.RunID, i.Seq)
}

// BulkPartSent counts one more mail of an item that has left. With the last one the item is done, unless it has failed.
func (s *Store) BulkPartSent(run string, seq int, at time.Time) error {
	_, err := s.exec(`UPDATE bulk_items SET sent = sent + 1, parts = CASE WHEN parts > sent THEN parts ELSE sent + 1 END, updated_at = ?,
		state = CASE WHEN state = 'working' AND sent + 1 >= parts THEN 'done' ELSE state END WHERE run_id = ? AND seq = ?`, at.UTC(), run, seq)
	return err
}

// EndBulkItem ends an item that is being worked on, and reports whether it was.
func (s *Store) EndBulkItem(run string, seq int, state, detail string, at time.Time) (bool, error) {
	n, err := s.exec("UPDATE bulk_items SET state = ?, detail = ?, updated_at = ? WHERE run_id = ? AND seq = ? AND state = 'working'",
		state, detail, at.UTC(), run, seq)
	return n == 1, err
}

// ResettleBulkItem writes what came in the end of an item that was done here while somebody else had to do something about it, and
// reports whether it was. waits are the details of such items.
func (s *Store) ResettleBulkItem(run string, seq int, waits []string, state, detail string, at time.Time) (bool, error) {
	n, err := s.exec("UPDATE bulk_items SET state = ?, detail = ?, updated_at = ? WHERE run_id = ? AND seq = ? AND state = 'done' AND detail IN ?",
		state, detail, at.UTC(), run, seq, waits)
	return n == 1, err
}

// BulkMailLost notes at an item that is done that a mail of it will never leave, and why.
func (s *Store) BulkMailLost(run string, seq int, why string, at time.Time) error {
	_, err := s.exec("UPDATE bulk_items SET detail = ?, parts = parts + 1, updated_at = ? WHERE run_id = ? AND seq = ? AND state = 'done' AND detail = ''",
		why, at.UTC(), run, seq)
	return err
}

// BulkWorking counts the items of a run that were begun and are not over.
func (s *Store) BulkWorking(run string) (int, error) {
	type row struct{ N int }
	r, err := readOne[row](s, "SELECT count(*) FROM bulk_items i WHERE i.run_id = ? AND i.state = 'working'", run)
	return r.N, err
}

// A BulkCount is how many items of a run stand so.
type BulkCount struct {
	State  string
	Detail string
	Count  int
}

// BulkCounts counts the items of a run by their state and detail.
func (s *Store) BulkCounts(run string) ([]BulkCount, error) {
	return read[BulkCount](s, 8, `SELECT i.state, i.detail, count(*) FROM bulk_items i WHERE i.run_id = ?
		GROUP BY i.state, i.detail ORDER BY i.state, i.detail LIMIT 1000`, run)
}

// BulkRecipients tells which of some recipients a run has an item for that is to be done.
func (s *Store) BulkRecipients(run string, recipients []string) (map[string]bool, error) {
	type row struct{ Recipient string }
	found := map[string]bool{}
	for len(recipients) > 0 {
		some := recipients[:min(len(recipients), bulkRows)]
		recipients = recipients[len(some):]
		// Looked up one by one: OFFSET keeps PostgreSQL, which does not know yet how large the run is, from reading all of it.
		values := make([]any, 0, len(some)+2)
		for _, r := range some {
			values = append(values, r)
		}
		all, err := read[row](s, len(some), "WITH v(r) AS (VALUES (?)"+strings.Repeat(",(?)", len(some)-1)+`) SELECT v.r FROM v WHERE EXISTS
			(SELECT 1 FROM bulk_items i WHERE i.run_id = ? AND i.recipient = v.r AND i.state <> 'left_out' LIMIT 1 OFFSET 0) LIMIT ?`,
			append(values, run, len(some))...)
		if err != nil {
			return nil, fmt.Errorf("recipients of a run: %w", err)
		}
		for _, r := range all {
			found[r.Recipient] = true
		}
	}
	return found, nil
}

// BulkUnderWay counts the mails of all runs that were written and have not left, and those that requests of theirs will write.
func (s *Store) BulkUnderWay() (int, error) {
	type row struct{ N int }
	r, err := readOne[row](s, `SELECT (SELECT count(*) FROM mails m WHERE m.sent_at IS NULL AND m.failed = '' AND m."key" >= 'bulk/' AND m."key" < 'bulk0')
		+ (SELECT count(*) FROM bulk_items i WHERE i.parts = 0 AND i.state = 'working' AND i.run_id IN
			(SELECT r.id FROM bulk_runs r WHERE r.ended_at IS NULL))`)
	return r.N, err
}

// BulkMailsUnsent counts the mails of one run that were written, have not left and were not given up.
func (s *Store) BulkMailsUnsent(run string) (int, error) {
	type row struct{ N int }
	r, err := readOne[row](s, `SELECT count(*) FROM mails m WHERE m.sent_at IS NULL AND m.failed = '' AND m."key" >= ? AND m."key" < ?`,
		"bulk/"+run+"/", "bulk/"+run+"0")
	return r.N, err
}

// MailsSentSince counts the mails of all accounts that have left since an instant.
func (s *Store) MailsSentSince(since time.Time) (int, error) {
	type row struct{ N int }
	r, err := readOne[row](s, `SELECT count(*) FROM mails m WHERE m."values" IS NOT NULL AND m.sent_at IS NOT NULL AND m.sent_at >= ?`, since.UTC())
	return r.N, err
}

// A MemberFilter says which purchases of a product are meant. Empty fields leave nothing out.
type MemberFilter struct {
	Account  string
	Product  string // that was bought
	Grant    string // product whose access counts; empty: any that the purchase gives
	Status   string
	From, To time.Time // ordered at or after From, before To
	Opened   string    // never: not entered yet; opened: entered
	Search   PurchaseFilter
	Below    string   // id of the last purchase of the page before; empty for the first
	Codes    []string // these transactions alone, whatever the product
	Limit    int
}

// A Member is a purchase of a product with what it takes to judge whether its access may be sent. Grants are all that were
// ever recorded for it, Open those that are not over.
type Member struct {
	ID          string
	Transaction string
	BuyerID     string
	ProductID   string
	Status      string
	Refunding   string
	Subscribed  string // status of its subscription; empty: it has none
	NextCharge  *time.Time
	Grants      int
	Open        int // of the products that are no boxes
}

// Members lists purchases of a product, by their ids downwards.
func (s *Store) Members(f MemberFilter) ([]Member, error) {
	var w conditions
	grant, grantArgs := "", []any(nil)
	if f.Grant != "" {
		grant, grantArgs = " AND g.product_id = ?", []any{f.Grant}
	}
	w.add("p.account_id = ?", f.Account)
	if len(f.Codes) > 0 {
		w.add(`p."transaction" IN ?`, f.Codes)
	} else {
		w.add("p.product_id = ?", f.Product)
	}
	if f.Status != "" {
		w.add("p.status = ?", f.Status)
	}
	if !f.From.IsZero() {
		w.add("p.ordered_at >= ?", f.From.UTC())
	}
	if !f.To.IsZero() {
		w.add("p.ordered_at < ?", f.To.UTC())
	}
	entered := "EXISTS (SELECT 1 FROM access_grants g WHERE g.purchase_id = p.id AND g.opened_at IS NOT NULL" + grant + ")"
	if f.Grant == "" || f.Grant == f.Product {
		entered = "(p.opened_at IS NOT NULL OR " + entered + ")"
	}
	switch f.Opened {
	case "never":
		w.add("NOT "+entered, grantArgs...)
	case "opened":
		w.add(entered, grantArgs...)
	}
	if f.Below != "" {
		w.add("p.id < ?", f.Below)
	}
	f.Search.Account = f.Account
	buyers, all, err := s.byBuyer(f.Search, &w)
	if err != nil || !all && len(buyers) == 0 {
		return nil, err
	}
	if !all {
		w.add("p.buyer_id IN ?", buyers)
	}
	query := `SELECT p.id, p."transaction", p.buyer_id, p.product_id, p.status, p.refunding, s.status, s.next_charge_at,
		(SELECT count(*) FROM access_grants g WHERE g.purchase_id = p.id),
		(SELECT count(*) FROM access_grants g JOIN products d ON d.id = g.product_id WHERE g.purchase_id = p.id AND g.active AND d.kind <> 'physical'` + grant + `)
		FROM purchases p JOIN buyers b ON b.id = p.buyer_id LEFT JOIN subscriptions s ON s.id = p.subscription_id
		WHERE ` + w.sql() + " ORDER BY p.id DESC LIMIT ?"
	return read[Member](s, f.Limit, query, append(append(grantArgs, w.args...), f.Limit)...)
}

// LockAccount has whoever else wants to do so wait for this transaction.
func (s *Store) LockAccount(account string) error {
	query := "SELECT a.id FROM accounts a WHERE a.id = ?"
	if s.Dialect() == onPostgres {
		query += " FOR " + forChange
	}
	type row struct{ ID string }
	_, err := readOne[row](s, query, account)
	return err
}

// WholePurchases returns purchases, whole, by their codes; those that are not there are left out.
func (s *Store) WholePurchases(account string, transactions []string) (map[string]FullPurchase, error) {
	found := make(map[string]FullPurchase, len(transactions))
	if len(transactions) == 0 {
		return found, nil
	}
	all, err := s.purchases(selection{limit: len(transactions),
		conditions: conditions{parts: []string{`p.account_id = ? AND p."transaction" IN ?`}, args: []any{account, transactions}}})
	for _, p := range all {
		found[p.Purchase.Transaction] = p
	}
	return found, err
}

// BundlesWith lists the bundles that hold a product.
func (s *Store) BundlesWith(account, product string) ([]string, error) {
	var ids []string
	err := s.db().Model(&BundleItem{}).Where("account_id = ? AND product_id = ?", account, product).Order("bundle_id").Limit(manyProducts).Pluck("bundle_id", &ids).Error
	return ids, err
}

// ProductsNamed lists products by the beginning of their names, in the order of these. code is tried as a whole code too.
func (s *Store) ProductsNamed(account, prefix, code, after string, limit int) ([]Product, error) {
	var all []Product
	db := s.db().Where("account_id = ? AND name_key > ?", account, after)
	if prefix != "" {
		db = db.Where("("+s.prefix("name_key")+" OR code = ?)", append(bounds(prefix), code)...)
	}
	err := db.Order("name_key, id").Limit(limit).Find(&all).Error
	return all, err
}

// MailByKey returns a mail by its key; ErrNotFound when there is none.
func (s *Store) MailByKey(account, key string) (Mail, error) {
	var all []Mail
	err := s.db().Where(map[string]any{"account_id": account, "key": key}).Limit(1).Find(&all).Error
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Mail{}, err
	}
	return all[0], nil
}

// MailFailed notes that a mail will not be sent any more, and why; what it said goes. It reports whether it had not left and was
// not given up.
func (s *Store) MailFailed(id, why string) (bool, error) {
	n, err := s.exec(`UPDATE mails SET failed = ?, name = '', "values" = NULL WHERE id = ? AND sent_at IS NULL AND failed = ''`, why, id)
	return n == 1, err
}

// ForgetBulk drops the items of a run that ended before an instant, at most limit of them, and empties the run of what was
// searched for and said; it returns how many items that were.
func (s *Store) ForgetBulk(before time.Time, limit int) (int, error) {
	type row struct{ ID string }
	old, err := readOne[row](s, "SELECT r.id FROM bulk_runs r WHERE r.ended_at IS NOT NULL AND r.ended_at < ? ORDER BY r.ended_at LIMIT 1", before.UTC())
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("forget runs: %w", err)
	}
	n, err := s.exec("DELETE FROM bulk_items WHERE run_id = ? AND seq IN (SELECT i.seq FROM bulk_items i WHERE i.run_id = ? ORDER BY i.seq LIMIT ?)", old.ID, old.ID, limit)
	if err == nil && int(n) < limit {
		_, err = s.exec("DELETE FROM bulk_runs WHERE id = ?", old.ID)
		n++ // the run itself: there may be another
	}
	return int(n), err
}
