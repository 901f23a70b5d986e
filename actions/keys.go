package actions

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
)

// resealBatch is how many values one transaction seals anew: few enough for the other writers of SQLite not to notice.
const resealBatch = 200

// hashesLive is how long something hashed with the old secret may still be entered or opened: the links that put an e-mail
// change back are good for 7 days, codes for minutes.
const hashesLive = 7 * 24 * time.Hour

// auditRotated is the entry that says that everything is sealed with the secret that is its target.
const auditRotated = "keys.rotated"

// A KeyUse is how many values are sealed with one secret.
type KeyUse struct {
	Name   string // a hash of the secret, which gives nothing away
	Values int64
}

// A KeyReport says which secrets protect what is stored.
type KeyReport struct {
	Current  KeyUse
	Earlier  []KeyUse  // those that are configured behind the current one
	Lost     int64     // values that none of them opens
	Since    time.Time // when everything was first found sealed with the current secret; zero: not yet
	MayGo    time.Time // when no code or link of an earlier secret is good any more; zero: not known yet
	Complete bool      // nothing is left to be sealed anew
}

// KeyStatus counts what is sealed with which secret. It reads whole tables.
//
// It is for whoever runs the program; no chat reaches it.
//
// Errors: vault.ErrNoSecret; Unavailable.
func (c *Core) KeyStatus(ctx context.Context, account string) (KeyReport, error) {
	var r KeyReport
	if !c.vault.Ready() {
		return r, vault.ErrNoSecret
	}
	s := c.store.In(ctx)
	counts := map[string]int64{}
	for _, column := range sealedColumns {
		found, err := s.CountSealed(column.SealedColumn, vault.PrefixBytes)
		if err != nil {
			return r, failed("count sealed values", err)
		}
		for prefix, n := range found {
			counts[prefix] += n
		}
	}
	for i, prefix := range c.vault.Prefixes() {
		use := KeyUse{Name: keyName(prefix), Values: counts[string(prefix)]}
		delete(counts, string(prefix))
		if i == 0 {
			r.Current = use
			continue
		}
		r.Earlier = append(r.Earlier, use)
	}
	for _, n := range counts {
		r.Lost += n
	}
	r.Complete = r.Lost == 0
	for _, k := range r.Earlier {
		r.Complete = r.Complete && k.Values == 0
	}
	entries, err := s.AuditEntriesOf(account, rotationOf(r.Current), 1)
	if err != nil {
		return r, failed("look when the secret was changed", err)
	}
	if len(entries) > 0 && r.Complete {
		r.Since = entries[0].At.UTC()
		r.MayGo = r.Since.Add(hashesLive)
	}
	return r, nil
}

// keyName is how people tell secrets apart.
func keyName(prefix []byte) string {
	if len(prefix) == 0 {
		return ""
	}
	return hex.EncodeToString(prefix[1:])
}

// rotationOf is what the audit log calls the change to a secret.
func rotationOf(k KeyUse) string { return "secret_key:" + k.Name }

// A Rotation is what a run of RotateKeys did.
type Rotation struct {
	Sealed int64 // sealed anew
	Lost   int64 // left as they are: none of the secrets opens them
}

// RotateKeys seals everything with the current secret that an earlier one has sealed, and makes its hashes anew. It may run
// beside a working bot, and be cut off at any time: the next run does the rest. A value that somebody changes meanwhile is
// his. progress, which may be nil, is told how many of all have been looked at.
//
// It is for whoever runs the program; no chat reaches it.
//
// Errors: vault.ErrNoSecret; Unavailable, after which what was done stays.
func (c *Core) RotateKeys(ctx context.Context, account string, progress func(done, total int64)) (Rotation, error) {
	var r Rotation
	status, err := c.KeyStatus(ctx, account)
	if err != nil {
		return r, err
	}
	total := status.Lost
	for _, k := range status.Earlier {
		total += k.Values
	}
	run := &rotation{core: c, ctx: ctx, total: total, progress: progress, done: &r}
	for _, column := range sealedColumns {
		if err := run.column(column); err != nil {
			return r, failed("seal anew", err)
		}
	}
	if r.Lost > 0 || r.Sealed == 0 && !status.Since.IsZero() {
		return r, nil // not all of it; or nothing to say that is not on record
	}
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		return c.audit(tx, systemActor(account), entry{action: auditRotated, target: rotationOf(status.Current), data: auditData{Count: int(r.Sealed)}})
	})
	return r, failed("record a change of the secret", err)
}

// A rotation is one run of RotateKeys.
type rotation struct {
	core     *Core
	ctx      context.Context
	total    int64
	progress func(done, total int64)
	done     *Rotation
}

// column seals a column anew, in the order of its keys.
func (r *rotation) column(column sealedColumn) error {
	limit, after := column.batch, ""
	if limit == 0 {
		limit = resealBatch
	}
	for {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		var page []store.SealedValue
		var batch Rotation
		err := r.core.store.Tx(r.ctx, func(tx *store.Store) (err error) {
			batch = Rotation{}
			if page, err = tx.SealedPage(column.SealedColumn, after, r.core.vault.Current(), limit); err != nil {
				return err
			}
			for _, v := range page {
				if err := r.value(tx, column, v, &batch); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		r.done.Sealed, r.done.Lost = r.done.Sealed+batch.Sealed, r.done.Lost+batch.Lost
		if r.progress != nil {
			r.progress(r.done.Sealed+r.done.Lost, r.total)
		}
		if len(page) < limit {
			return nil
		}
		after = page[len(page)-1].Key
	}
}

// value seals one value anew.
func (r *rotation) value(tx *store.Store, column sealedColumn, v store.SealedValue, batch *Rotation) error {
	value, err := r.core.vault.Open(column.use, v.Key, v.Value)
	if err != nil {
		batch.Lost++ // what cannot be opened may be opened when its secret is found again
		return nil
	}
	fresh, err := r.core.vault.Seal(column.use, v.Key, value)
	if err != nil {
		return fmt.Errorf("seal a value of %s: %w", column.Table, err)
	}
	more := map[string]any{}
	if column.hash != "" {
		more[column.hash] = column.keyed(r.core, v.Key, value)
	}
	changed, err := tx.Reseal(column.SealedColumn, v.Key, v.Value, fresh, more)
	if changed {
		batch.Sealed++
	}
	return err
}
