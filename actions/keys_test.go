package actions_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
)

// under is the same shop with other secrets.
func (w *world) under(secrets ...[]byte) (*actions.Core, *vault.Vault) {
	w.t.Helper()
	v, err := vault.New(secrets...)
	w.must(err)
	return actions.New(actions.Options{Store: w.store, Commerce: w.platform, Mailer: w.mailbox, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID, Vault: v}), v
}

var (
	oldSecret = bytes.Repeat([]byte("old "), 8)
	newSecret = bytes.Repeat([]byte("new "), 8)
)

// crowd are so many buyers with a document and a phone, of whom the ids are returned.
func crowd(w *world, core *actions.Core, n int) []string {
	w.t.Helper()
	var events []actions.SaleEvent
	for i := range n {
		events = append(events, sold(fmt.Sprint(i), 1, actions.Approved, of(actions.Transaction(fmt.Sprintf("HP%d", 1000+i))), with(hers, fmt.Sprintf("55199%08d", i)),
			func(e *actions.SaleEvent) { e.Sale.Buyer.Email = actions.Email(fmt.Sprintf("b%d@example.com", i)) }))
	}
	_, err := core.Import(w.t.Context(), shop, all(events...), actions.ImportOptions{Name: "x"})
	w.must(err)
	ids := make([]string, n)
	for i := range ids {
		b, err := w.store.BuyerByEmail(shop, fmt.Sprintf("b%d@example.com", i))
		w.must(err)
		ids[i] = b.ID
	}
	return ids
}

// TestRotationIsCutOff ends a change of the secret in its middle, while somebody else writes, and does the rest later.
func TestRotationIsCutOff(t *testing.T) {
	t.Parallel()
	onRaw(t, func(t *testing.T, s *store.Store, raw *sql.DB) {
		const n = 450 // more than two batches of each column
		w := worldOn(t, s)
		before, old := w.under(oldSecret)
		ids := crowd(w, before, n)
		core, now := w.under(newSecret, oldSecret)

		status := func() actions.KeyReport {
			r, err := core.KeyStatus(t.Context(), shop)
			w.must(err)
			return r
		}
		r := status()
		equal(t, "before", []int64{r.Current.Values, r.Earlier[0].Values, r.Lost}, []int64{0, 2 * n, 0})

		ctx, kill := context.WithCancel(t.Context())
		defer kill()
		_, err := core.RotateKeys(ctx, shop, func(done, total int64) {
			equal(t, "all", total, 2*n)
			if done == 400 {
				kill()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("not cut off: %v", err)
		}
		r = status()
		equal(t, "in the middle", []int64{r.Current.Values, r.Earlier[0].Values, r.Lost}, []int64{400, 2*n - 400, 0})
		if r.Complete || !r.Since.IsZero() {
			t.Errorf("in the middle: %+v", r)
		}

		// A process that still has the old secret alone writes beside it, and another one with both.
		write := func(v *vault.Vault, id, phone string) {
			b, err := s.In(t.Context()).Buyer(id)
			w.must(err)
			was := b
			b.Phone, err = v.Seal("phone", id, []byte(phone))
			w.must(err)
			w.must(s.In(t.Context()).PutContact(b, was))
		}
		written := false
		done, err := core.RotateKeys(t.Context(), shop, func(done, total int64) {
			if !written && done > 100 {
				written = true
				write(old, ids[0], "551111")
				write(now, ids[n-1], "552222")
			}
		})
		w.must(err)
		if done.Sealed < 2*n-401 || done.Lost != 0 {
			t.Errorf("the rest: %+v", done)
		}
		_, err = core.RotateKeys(t.Context(), shop, nil)
		w.must(err)
		r = status()
		equal(t, "after", []int64{r.Current.Values, r.Earlier[0].Values, r.Lost}, []int64{2 * n, 0, 0})
		if !r.Complete || !r.Since.Equal(start) || !r.MayGo.Equal(start.AddDate(0, 0, 7)) {
			t.Errorf("after: %+v", r)
		}

		// The old secret goes, and nothing is lost.
		alone, last := w.under(newSecret)
		for i, id := range ids {
			b, err := s.In(t.Context()).Buyer(id)
			w.must(err)
			phone, err := last.Open("phone", id, b.Phone)
			w.must(err)
			want := map[int]string{0: "551111", n - 1: "552222"}[i]
			if want == "" {
				want = fmt.Sprintf("55199%08d", i)
			}
			if string(phone) != want || !alone.DocumentMatches(b, hers) || alone.DocumentMatches(b, thiefs) {
				t.Fatalf("buyer %d: phone %q, want %q; the document matches: %t", i, phone, want, alone.DocumentMatches(b, hers))
			}
		}
		var entries int
		w.must(raw.QueryRow("SELECT count(*) FROM audit_entries WHERE action = 'keys.rotated'").Scan(&entries))
		if entries < 1 || entries > 2 {
			t.Errorf("%d entries of the audit log tell of the change", entries)
		}
	})
}

// TestRotationWithoutTheOldSecret: nothing is touched that cannot be opened, and it is said how much that is.
func TestRotationWithoutTheOldSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before, old := w.under(oldSecret)
	ids := crowd(w, before, 3)
	core, _ := w.under(newSecret)
	done, err := core.RotateKeys(t.Context(), shop, nil)
	w.must(err)
	equal(t, "done", done, actions.Rotation{Lost: 6})
	r, err := core.KeyStatus(t.Context(), shop)
	w.must(err)
	if r.Lost != 6 || r.Complete || !r.MayGo.IsZero() {
		t.Errorf("status: %+v", r)
	}
	b, err := w.store.Buyer(ids[0])
	w.must(err)
	if phone, err := old.Open("phone", b.ID, b.Phone); err != nil || string(phone) != "5519900000000" {
		t.Errorf("the old secret opens %q, %v", phone, err)
	}
	none, _ := w.under()
	for name, try := range map[string]func() error{
		"status": func() error { _, err := none.KeyStatus(t.Context(), shop); return err },
		"rotate": func() error { _, err := none.RotateKeys(t.Context(), shop, nil); return err },
	} {
		if !errors.Is(try(), vault.ErrNoSecret) {
			t.Errorf("%s without a secret: %v", name, try())
		}
	}
}

func TestResealIsForWhatWasRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before, old := w.under(oldSecret)
	id := crowd(w, before, 1)[0]
	column := store.SealedColumn{Table: "buyers", Key: "id", Column: "phone"}
	page, err := w.store.SealedPage(column, "", []byte("12345"), 10)
	w.must(err)
	if len(page) != 1 {
		t.Fatalf("%d values", len(page))
	}
	b, err := w.store.Buyer(id)
	w.must(err)
	was := b
	b.Phone, err = old.Seal("phone", id, []byte("1"))
	w.must(err)
	w.must(w.store.PutContact(b, was))
	if changed, err := w.store.Reseal(column, id, page[0].Value, []byte("x"), nil); changed || err != nil {
		t.Errorf("a newer value was overwritten: %v", err)
	}
	if err := w.store.PutContact(b, was); !errors.Is(err, store.ErrConflict) {
		t.Errorf("written over a newer one: %v", err)
	}
}
