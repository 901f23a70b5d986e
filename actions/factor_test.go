package actions_test

import (
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// app is somebody's authenticator app, as his phone has it.
func (w *world) app(who actions.Actor) (key string, recovery []string) {
	w.t.Helper()
	w.must(w.core.SetUpFactor(w.t.Context(), who, ""))
	shown, err := w.core.FactorKey(w.t.Context(), who.Identity)
	w.must(err)
	key = strings.ReplaceAll(shown.Text, " ", "")
	recovery, err = w.core.ConfirmFactor(w.t.Context(), who, w.code(key, 0))
	w.must(err)
	w.pass(time.Minute) // the code that confirmed it is used
	return key, recovery
}

// code is what an app shows on a phone whose clock is that much ahead.
func (w *world) code(key string, ahead time.Duration) string {
	w.t.Helper()
	code, err := totp.GenerateCode(key, w.clock().Add(ahead))
	w.must(err)
	return code
}

func decide(id string, key int, code string) actions.DecideInput {
	return actions.DecideInput{Key: fmt.Sprint("d", key), Proposal: id, Approve: true, Factor: code}
}

func TestApprovalTakesACode(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		key, _ := w.app(w.rui)
		_, first := w.proposed("HP100", w.ana)
		_, second := w.proposed("HP101", w.ana)
		_, err := w.core.Decide(ctx, w.rui, decide(first, 1, ""))
		equal(t, "field", wantError(t, err, actions.Invalid, "factor.empty").Field, "factor")
		_, err = w.core.Decide(ctx, w.rui, decide(first, 2, w.code(key, time.Minute)))
		wantError(t, err, actions.Invalid, "factor.wrong")
		_, err = w.core.Decide(ctx, w.rui, actions.DecideInput{Key: "deny", Proposal: second, Reason: "não"})
		w.must(err) // nothing leaves the shop

		right := w.code(key, 30*time.Second) // his phone's clock is ahead
		p, err := w.core.Decide(ctx, w.rui, decide(first, 3, right))
		w.must(err)
		equal(t, "status", p.Status, actions.ProposalApproved)
		again, err := w.core.Decide(ctx, w.rui, decide(first, 3, right))
		w.must(err) // the same turn again: its code was taken
		equal(t, "repeated", again.Status, actions.ProposalApproved)

		_, third := w.proposed("HP102", w.ana)
		for i, code := range []string{right, w.code(key, 0), w.code(key, -30*time.Second)} {
			_, err = w.core.Decide(ctx, w.rui, decide(third, 10+i, code))
			wantError(t, err, actions.Invalid, "factor.wrong") // used, and older ones
		}
		w.pass(time.Minute)
		_, err = w.core.Decide(ctx, w.rui, decide(third, 20, w.code(key, 0)))
		w.must(err)
		equal(t, "a colleague without an app is not asked", w.approve(w.bia, "b", w.askedAgain("HP103")).Status, actions.ProposalApproved)
	})
}

func (w *world) askedAgain(code string) string {
	_, id := w.proposed(code, w.ana)
	return id
}

func TestSecondFactorPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *actions.Policy) {
		p.SecondFactor = actions.SecondFactorPolicy{Required: true, Above: 500_01}
	})
	ctx := t.Context()
	equal(t, "up to the amount", w.approve(w.rui, "a", w.askedAgain("HP100")).Status, actions.ProposalApproved)
	code := w.bought("HP101", w.marina, func(p *store.Purchase) { p.Amount = 500_02 })
	dear := w.refund(w.ana, "k", code).Proposal
	need, err := w.core.FactorFor(ctx, w.rui, dear)
	w.must(err)
	equal(t, "need", need, actions.FactorNeed{Wanted: true})
	_, err = w.core.Decide(ctx, w.rui, decide(dear, 1, "123456"))
	wantError(t, err, actions.Denied, "factor.missing")
	err = w.core.RemovePerson(ctx, w.adm, actions.RemovePersonInput{Person: "p-leo"})
	wantError(t, err, actions.Denied, "factor.missing")
	_, err = w.core.Invite(ctx, w.bia, actions.InviteInput{Name: "Téo", Role: actions.Agent})
	wantError(t, err, actions.Denied, "factor.missing")
	key, _ := w.app(w.rui)
	_, err = w.core.Decide(ctx, w.rui, decide(dear, 2, w.code(key, 0)))
	w.must(err)
	// Who asked himself is told that, before he looks for his phone.
	own := w.refund(w.bia, "k2", w.bought("HP102", w.marina, func(p *store.Purchase) { p.Amount = 500_02 })).Proposal
	_, err = w.core.Decide(ctx, w.bia, decide(own, 3, ""))
	wantError(t, err, actions.Denied, "proposal.own")
}

// Five wrong codes within a quarter of an hour, whoever counts: then none is taken for another.
func TestFactorIsLocked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		key, recovery := w.app(w.adm)
		var wg sync.WaitGroup
		var mu sync.Mutex
		said := map[string]int{}
		for range 12 {
			wg.Go(func() {
				err := w.core.ChangeRole(t.Context(), w.adm, actions.ChangeRoleInput{Person: "p-leo", Role: actions.Manager, Factor: "000000"})
				mu.Lock()
				defer mu.Unlock()
				said[actions.AsError(err).Key]++
			})
		}
		wg.Wait()
		equal(t, "answers", said, map[string]int{"factor.wrong": 4, "factor.locked": 8})
		for _, code := range []string{w.code(key, 0), recovery[0]} {
			err := w.core.ChangeRole(ctx, w.adm, actions.ChangeRoleInput{Person: "p-leo", Role: actions.Manager, Factor: code})
			wantError(t, err, actions.Denied, "factor.locked")
		}
		w.pass(15 * time.Minute)
		w.must(w.core.ChangeRole(ctx, w.adm, actions.ChangeRoleInput{Person: "p-leo", Role: actions.Manager, Factor: w.code(key, 0)}))
		var locked int
		entries, err := s.AuditEntries(shop, 0, 1000)
		w.must(err)
		for _, e := range entries {
			if e.Action == "factor.locked" {
				locked++
			}
		}
		equal(t, "entries", locked, 1)
	})
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		_, recovery := w.app(w.adm)
		equal(t, "codes", len(recovery), actions.RecoveryCodes)
		change := func(role actions.Role, code string) error {
			return w.core.ChangeRole(ctx, w.adm, actions.ChangeRoleInput{Person: "p-leo", Role: role, Factor: code})
		}
		w.must(change(actions.Manager, strings.ToLower(recovery[3])))
		wantError(t, change(actions.Agent, recovery[3]), actions.Invalid, "factor.wrong")
		f, err := w.core.Factor(ctx, w.adm)
		w.must(err)
		equal(t, "left", f.Recovery, 9)
		fresh, err := w.core.RenewRecoveryCodes(ctx, w.adm, recovery[0])
		w.must(err)
		wantError(t, change(actions.Agent, recovery[1]), actions.Invalid, "factor.wrong")
		w.must(change(actions.Agent, fresh[0]))
		// Another's codes are worth nothing.
		_, others := w.app(w.bia)
		wantError(t, change(actions.Manager, others[0]), actions.Invalid, "factor.wrong")
	})
}

// A key is in force once it is confirmed, in time; until then the one before is. Nobody resets his own.
func TestFactorIsMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	old, _ := w.app(w.adm)
	err := w.core.SetUpFactor(ctx, w.adm, "")
	wantError(t, err, actions.Invalid, "factor.empty")
	w.must(w.core.SetUpFactor(ctx, w.adm, w.code(old, 0)))
	shown, err := w.core.FactorKey(ctx, w.adm.Identity)
	w.must(err)
	fresh := strings.ReplaceAll(shown.Text, " ", "")
	_, err = w.core.ConfirmFactor(ctx, w.adm, w.code(old, 0))
	equal(t, "field", wantError(t, err, actions.Invalid, "factor.not_confirmed").Field, "first")
	w.pass(30 * time.Minute)
	_, err = w.core.ConfirmFactor(ctx, w.adm, w.code(fresh, 0))
	wantError(t, err, actions.Conflict, "factor.nothing_to_confirm")
	_, err = w.core.FactorKey(ctx, w.adm.Identity)
	wantError(t, err, actions.NotFound, "factor.nothing_to_confirm")
	w.must(w.core.ChangeRole(ctx, w.adm, actions.ChangeRoleInput{Person: "p-leo", Role: actions.Manager, Factor: w.code(old, 0)}))

	err = w.core.ResetFactor(ctx, w.adm, actions.ResetFactorInput{Person: "p-adm", Factor: w.code(old, 30*time.Second)})
	wantError(t, err, actions.Denied, "people.self")
	err = w.core.ResetFactor(ctx, w.bia, actions.ResetFactorInput{Person: "p-adm"})
	wantError(t, err, actions.Denied, "people.denied")
	operator := actions.Actor{ID: "system", Account: shop, Role: actions.System}
	w.must(w.core.ResetFactor(ctx, operator, actions.ResetFactorInput{Person: "p-adm"}))
	f, err := w.core.Factor(ctx, w.adm)
	w.must(err)
	equal(t, "set", f.Set, false)
}

// The key is sealed, and neither it nor a code is anywhere else in the database.
func TestFactorIsNowhere(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/shop.db"
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := worldOn(t, s)
	key, recovery := w.app(w.adm)
	db, err := sql.Open("sqlite", "file:"+file)
	w.must(err)
	defer db.Close()
	tables, err := db.QueryContext(t.Context(), `SELECT name FROM sqlite_master WHERE type = 'table'`)
	w.must(err)
	defer tables.Close()
	looked := 0
	for tables.Next() {
		var table string
		w.must(tables.Scan(&table))
		rows, err := db.QueryContext(t.Context(), `SELECT * FROM "`+table+`"`)
		w.must(err)
		columns, err := rows.Columns()
		w.must(err)
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(sql.RawBytes)
			}
			w.must(rows.Scan(cells...))
			looked++
			for i, cell := range cells {
				text := string(*cell.(*sql.RawBytes))
				for _, secret := range []string{key, key[:16], recovery[0], strings.ReplaceAll(recovery[0], "-", "")} {
					if strings.Contains(text, secret) {
						t.Errorf("%s.%s holds %q", table, columns[i], secret)
					}
				}
			}
		}
		w.must(rows.Err())
		rows.Close()
	}
	if looked < 20 {
		t.Errorf("only %d rows were looked at", looked)
	}
}
