package actions_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// invited has somebody invited, and join.
func (w *world) joined(host actions.Actor, name string, role actions.Role, as actions.Actor) actions.Actor {
	w.t.Helper()
	i, err := w.core.Invite(w.t.Context(), host, actions.InviteInput{Name: name, Role: role, ReplyTo: host.Identity})
	w.must(err)
	_, err = w.core.Join(w.t.Context(), as, i.Code)
	w.must(err)
	a, err := w.core.Again(w.t.Context(), as)
	w.must(err)
	return a
}

func TestWhoMayManagePeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	for _, c := range []struct {
		name   string
		who    actions.Actor
		person string
		role   actions.Role
		key    string
	}{
		{"an agent", w.ana, "p-leo", actions.Manager, "people.denied"},
		{"an agent himself", w.ana, "p-ana", actions.Admin, "people.denied"},
		{"a manager", w.rui, "p-leo", actions.Manager, "people.denied"},
		{"a buyer", w.marina, "p-leo", actions.Manager, "error.role_gone"},
		{"a producer an admin", w.bia, "p-adm", actions.Agent, "people.denied"},
		{"a producer to admin", w.bia, "p-leo", actions.Admin, "people.denied"},
		{"a producer himself", w.bia, "p-bia", actions.Agent, "people.self"},
		{"an admin himself", w.adm, "p-adm", actions.Producer, "people.self"},
		{"another shop's admin", actions.Actor{ID: "p-adm", Account: "other", Role: actions.Admin}, "p-leo", actions.Admin, "error.role_gone"},
		{"the same role", w.adm, "p-leo", actions.Agent, "people.role_same"},
		{"no role", w.adm, "p-leo", "owner", "people.role_unknown"},
		{"a producer an agent", w.bia, "p-leo", actions.Producer, ""},
		{"an admin a producer", w.adm, "p-leo", actions.Admin, ""},
	} {
		err := w.core.ChangeRole(ctx, c.who, actions.ChangeRoleInput{Person: c.person, Role: c.role})
		if e := actions.AsError(err); e == nil && c.key != "" || e != nil && e.Key != c.key {
			t.Errorf("%s: error %v, want %q", c.name, err, c.key)
		}
	}
	// What somebody was when his turn began counts for nothing.
	w.must(w.core.ChangeRole(ctx, w.adm, actions.ChangeRoleInput{Person: "p-bia", Role: actions.Agent}))
	err := w.core.RemovePerson(ctx, w.bia, actions.RemovePersonInput{Person: "p-ana"})
	wantError(t, err, actions.Denied, "people.denied")
	_, err = w.core.People(ctx, w.ana, "", 0)
	wantError(t, err, actions.Denied, "people.denied")
}

// Two people who remove each other at the same moment must not leave a shop that nobody manages.
func TestTheLastOneStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		var wg sync.WaitGroup
		for _, c := range []struct {
			who    actions.Actor
			person string
		}{{w.adm, "p-bia"}, {w.adm, "p-bia"}, {w.bia, "p-ana"}} {
			wg.Go(func() {
				_ = w.core.RemovePerson(t.Context(), c.who, actions.RemovePersonInput{Person: c.person})
			})
		}
		wg.Wait()
		operator := actions.Actor{ID: "system", Account: shop, Name: "command line", Role: actions.System}
		err := w.core.RemovePerson(t.Context(), operator, actions.RemovePersonInput{Person: "p-adm"})
		wantError(t, err, actions.Conflict, "people.last")
		err = w.core.ChangeRole(t.Context(), operator, actions.ChangeRoleInput{Person: "p-adm", Role: actions.Manager})
		wantError(t, err, actions.Conflict, "people.last")
		w.must(w.core.ChangeRole(t.Context(), operator, actions.ChangeRoleInput{Person: "p-adm", Role: actions.Producer}))
	})
}

func TestInvitationIsGoodOnceAndForADay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		made, err := w.core.Invite(ctx, w.bia, actions.InviteInput{Name: " Téo  Lima ", Role: actions.Manager, ReplyTo: "i-bia"})
		w.must(err)
		if !actions.LooksLikeInvitation(made.Code) || !strings.HasSuffix(made.Link, "start=join_"+strings.ReplaceAll(made.Code, "-", "")) {
			t.Fatalf("invitation = %+v", made)
		}
		page, err := w.core.People(ctx, w.bia, "", 2)
		w.must(err)
		equal(t, "listed", []any{len(page.Members), len(page.Invitations), page.Invitations[0].Code}, []any{2, 1, ""})
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for _, user := range []string{"t1", "t2", "t3", "t4", "t5"} {
			who := w.stranger(user)
			wg.Go(func() {
				_, err := w.core.Join(t.Context(), who, strings.ToLower(made.Code))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if e := actions.AsError(err); e.Key != "people.invitation_used" {
					t.Errorf("error %v", err)
				}
			})
		}
		wg.Wait()
		equal(t, "who joined", won, 1)
		w.work()
		equal(t, "who invited is told", w.noted(), []string{"tell i-bia invitation:" + made.ID})
		all, err := w.core.People(ctx, w.bia, "", 0)
		w.must(err)
		equal(t, "the team", len(all.Members), 6)

		late, err := w.core.Invite(ctx, w.bia, actions.InviteInput{Name: "Léa", Role: actions.Agent})
		w.must(err)
		w.pass(24 * time.Hour)
		_, err = w.core.Join(ctx, w.stranger("late"), late.Code)
		wantError(t, err, actions.Conflict, "people.invitation_expired")
		_, err = w.core.Join(ctx, w.stranger("late"), "AAAA-AAAA-AAAA-AAAA")
		equal(t, "field", wantError(t, err, actions.Invalid, "people.code_wrong").Field, "code")
	})
}

// An invitation is worth as much as whoever gave it, on the day on which it is used.
func TestInvitationOfWhoMayNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	made, err := w.core.Invite(ctx, w.bia, actions.InviteInput{Name: "Téo", Role: actions.Manager})
	w.must(err)
	w.must(w.core.RemovePerson(ctx, w.adm, actions.RemovePersonInput{Person: "p-bia"}))
	_, err = w.core.Join(ctx, w.stranger("teo"), made.Code)
	wantError(t, err, actions.Conflict, "people.invitation_withdrawn")

	link, err := w.core.Invite(ctx, w.adm, actions.InviteInput{Person: "p-rui"})
	w.must(err)
	_, err = w.core.Join(ctx, w.ana, link.Code)
	wantError(t, err, actions.Conflict, "people.chat_taken")
	w.must(w.core.ChangeRole(ctx, w.adm, actions.ChangeRoleInput{Person: "p-rui", Role: actions.Producer}))
	_, err = w.core.Join(ctx, w.stranger("rui2"), link.Code)
	wantError(t, err, actions.Conflict, "people.invitation_withdrawn")
}

func TestInvitationIsNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, err := w.core.Invite(t.Context(), w.bia, actions.InviteInput{Name: "Téo", Role: actions.Agent})
	w.must(err)
	row, err := w.store.Invitation(shop, made.ID)
	w.must(err)
	if bare := strings.ReplaceAll(made.Code, "-", ""); strings.Contains(row.CodeHash, bare) || row.CodeHash == "" || len(row.CodeHash) < 64 {
		t.Errorf("kept: %q", row.CodeHash)
	}
	entries, err := w.store.AuditEntries(shop, 0, 100)
	w.must(err)
	for _, e := range entries {
		if strings.Contains(e.Note+string(e.Data), made.Code[:4]) {
			t.Errorf("the log holds the code: %+v", e)
		}
	}
}

// Nobody approves what he asked for, whichever way he takes.
func TestNobodyDecidesHisOwnByAnyWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		key  string
		who  func(w *world) (decider actions.Actor, proposal string)
	}{
		{"promoted in between", "proposal.own", func(w *world) (actions.Actor, string) {
			_, id := w.proposed("HP100", w.ana)
			w.must(w.core.ChangeRole(w.t.Context(), w.adm, actions.ChangeRoleInput{Person: "p-ana", Role: actions.Manager}))
			return w.actor("slack", "ana"), id
		}},
		{"removed and back as a manager", "proposal.own", func(w *world) (actions.Actor, string) {
			_, id := w.proposed("HP100", w.ana)
			w.must(w.core.RemovePerson(w.t.Context(), w.adm, actions.RemovePersonInput{Person: "p-ana"}))
			return w.joined(w.adm, "Ana Lima", actions.Manager, w.actor("slack", "ana")), id
		}},
		{"asked as a buyer, invited since", "proposal.own", func(w *world) (actions.Actor, string) {
			code := w.bought("HP100", w.marina, expensive)
			id := w.refund(w.marina, "k", code).Proposal
			return w.joined(w.adm, "Marina", actions.Manager, w.marina), id
		}},
		{"his own purchase, asked for by another", "proposal.own", func(w *world) (actions.Actor, string) {
			_, id := w.proposed("HP100", w.ana) // bought by Marina
			return w.joined(w.adm, "Marina", actions.Manager, w.marina), id
		}},
		{"a second one of his own, whom he invited", "proposal.own", func(w *world) (actions.Actor, string) {
			_, id := w.proposed("HP100", w.bia)
			return w.joined(w.bia, "Bia de novo", actions.Producer, w.stranger("bia2")), id
		}},
		{"one whom his second one invited", "proposal.own", func(w *world) (actions.Actor, string) {
			_, id := w.proposed("HP100", w.bia)
			second := w.joined(w.bia, "Segunda", actions.Producer, w.stranger("bia2"))
			return w.joined(second, "Terceira", actions.Manager, w.stranger("bia3")), id
		}},
		{"an accomplice whom he promoted", "proposal.own", func(w *world) (actions.Actor, string) {
			_, id := w.proposed("HP100", w.bia)
			w.must(w.core.ChangeRole(w.t.Context(), w.bia, actions.ChangeRoleInput{Person: "p-leo", Role: actions.Manager}))
			return w.actor("slack", "leo"), id
		}},
		{"one whom he promoted three days ago", "", func(w *world) (actions.Actor, string) {
			w.must(w.core.ChangeRole(w.t.Context(), w.bia, actions.ChangeRoleInput{Person: "p-leo", Role: actions.Manager}))
			w.pass(72 * time.Hour)
			_, id := w.proposed("HP100", w.bia)
			return w.actor("slack", "leo"), id
		}},
		{"a new colleague whom another invited", "", func(w *world) (actions.Actor, string) {
			_, id := w.proposed("HP100", w.bia)
			return w.joined(w.adm, "Téo", actions.Manager, w.stranger("teo")), id
		}},
		{"who was a manager when he opened it", "error.role_gone", func(w *world) (actions.Actor, string) {
			_, id := w.proposed("HP100", w.ana)
			w.must(w.core.RemovePerson(w.t.Context(), w.adm, actions.RemovePersonInput{Person: "p-rui"}))
			return w.rui, id
		}},
		{"whose role was taken since he opened it", "proposal.role", func(w *world) (actions.Actor, string) {
			_, id := w.proposed("HP100", w.ana)
			w.must(w.core.ChangeRole(w.t.Context(), w.adm, actions.ChangeRoleInput{Person: "p-rui", Role: actions.Agent}))
			return w.rui, id
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			who, id := c.who(w)
			may := w.core.MayDecide(t.Context(), who, id)
			_, err := w.core.Decide(t.Context(), who, actions.DecideInput{Key: "d", Proposal: id, Approve: true})
			for _, err := range []error{may, err} {
				if e := actions.AsError(err); e == nil && c.key != "" || e != nil && e.Key != c.key {
					t.Errorf("error %v, want %q", err, c.key)
				}
			}
			if c.key != "" {
				equal(t, "status", w.proposal(w.adm, id).Status, actions.ProposalOpen)
			}
		})
	}
}

// Two shops in one database see nothing of each other.
func TestShopsAreApart(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		code, id := w.proposed("HP100", w.ana)
		made, err := w.core.Invite(ctx, w.bia, actions.InviteInput{Name: "Téo", Role: actions.Agent})
		w.must(err)
		w.must(s.SaveAccount(store.Account{ID: "other", Name: "Outra", Locale: "pt-BR", Timezone: "America/Sao_Paulo", Currency: "BRL", CreatedAt: start}))
		w.must(s.AddPerson(store.Person{ID: "p-eve", AccountID: "other", Name: "Eve", Role: string(actions.Producer), CreatedAt: start}))
		w.must(s.PutIdentity(store.Identity{ID: "i-eve", AccountID: "other", Platform: "slack", UserID: "eve", PersonID: "p-eve", CreatedAt: start}))
		eve, err := w.core.Actor(ctx, "other", "slack", "eve", "", "")
		w.must(err)

		page, err := w.core.Find(ctx, eve, actions.Filter{Name: "marina"})
		w.must(err)
		waiting, err := w.core.Proposals(ctx, eve, "", 0)
		w.must(err)
		people, err := w.core.People(ctx, eve, "", 0)
		w.must(err)
		equal(t, "what she finds", []int{len(page.Purchases), len(waiting.Proposals), len(people.Members), len(people.Invitations)}, []int{0, 0, 1, 0})
		_, err = w.core.Purchase(ctx, eve, code)
		wantError(t, err, actions.NotFound, "purchase.not_found")
		_, err = w.core.History(ctx, eve, code, 0)
		wantError(t, err, actions.NotFound, "purchase.not_found")
		_, err = w.core.Proposal(ctx, eve, id)
		wantError(t, err, actions.NotFound, "proposal.not_found")
		_, err = w.core.Decide(ctx, eve, actions.DecideInput{Key: "d", Proposal: id, Approve: true})
		wantError(t, err, actions.NotFound, "proposal.not_found")
		_, err = w.core.Member(ctx, eve, "p-ana")
		wantError(t, err, actions.NotFound, "people.not_found")
		_, err = w.core.Invitation(ctx, eve, made.ID)
		wantError(t, err, actions.NotFound, "people.no_invitation")
		err = w.core.RemovePerson(ctx, eve, actions.RemovePersonInput{Person: "p-ana"})
		wantError(t, err, actions.NotFound, "people.not_found")
		_, err = w.core.Join(ctx, eve, made.Code)
		wantError(t, err, actions.Invalid, "people.code_wrong")
		entries, err := s.AuditEntries("other", 0, 100)
		w.must(err)
		equal(t, "entries in her log", len(entries), 0)
	})
}
