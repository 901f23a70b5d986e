package actions_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// TestEmailNeverMovesWithoutItsProofs plays random things that the buyer, a thief, the team and the clock do to one purchase,
// and keeps books of its own of who has really shown what. Whatever they do:
//
//   - the address changes by both codes, by document and new code and a person, or by two of the team; or by the link from the
//     mail to an address that the purchase had, which brings it back there;
//   - no money leaves while the purchase is frozen;
//   - each change, and each one that is put back, has one audit entry, and the chain is whole.
func TestEmailNeverMovesWithoutItsProofs(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	often := draws()
	rapid.Check(t, func(r *rapid.T) {
		if !often() {
			return
		}
		m := newEmailModel(t)
		m.seen = seen
		m.play(r)
	})
	for _, way := range []string{"both codes", "approved", "put back"} {
		if seen[way] == 0 && !underRace && !testing.Short() { // -short has rapid draw less
			t.Errorf("no purchase was ever moved by %s: %v", way, seen)
		}
	}
	t.Log(seen)
}

// draws bounds how many of the random runs are played under the race detector, which looks for something else: the models are
// single-threaded, and the same test without it plays them all.
func draws() func() bool {
	n := 0
	return func() bool {
		n++
		return !underRace || n <= 15
	}
}

const (
	emailOwner = actions.Email("marina.duarte@example.com")
	emailFresh = actions.Email("marina.new@example.org") // hers too
	emailThief = actions.Email("thief@example.net")
)

// An emailModel is a world with one purchase, and what is known of it beside the program.
type emailModel struct {
	*world
	code actions.Transaction
	n    int

	at        actions.Email            // where the purchase was when the books were last compared
	owner     string                   // whose it was, likewise
	moves     int                      // audit entries of changes, likewise
	bought    actions.Purchase         // as it was in the beginning
	codes     map[string]emailCode     // that were entered, by id
	documents map[string]string        // that matched: identity by id
	links     map[string]actions.Email // words of links that were mailed: to whom
	lawful    map[actions.Email]string // addresses to which the purchase may go now, and why
	used      map[string]bool          // links that were pressed
	seen      map[string]int           // ways in which it has moved
}

// An emailCode is a code that somebody read in a mailbox and entered.
type emailCode struct {
	identity string
	at       actions.Email // the mailbox
	to       actions.Email // the address that it agreed to
}

func newEmailModel(t *testing.T) *emailModel {
	w := newWorld(t, func(p *actions.Policy) {
		p.Codes = actions.CodesPolicy{PerAddress: 1000, PerConversation: 1000, PerShop: 10000}
		p.EmailChange.Max, p.EmailChange.Days = 100, 365
		p.BuyerRefund.Max = 1000_00
	})
	w.document("marina", hers)
	m := &emailModel{world: w, codes: map[string]emailCode{}, documents: map[string]string{}, links: map[string]actions.Email{},
		lawful: map[actions.Email]string{}, used: map[string]bool{}, at: emailOwner}
	ends := start.AddDate(1, 0, 0)
	m.code = w.bought("HP100", w.marina, func(p *store.Purchase) { p.GuaranteeEnds = &ends })
	m.bought = m.purchase(m.code)
	return m
}

// reads says whose mailboxes somebody can read: the thief his own and, since he has stolen her password, hers.
func (m *emailModel) reads(user string, at actions.Email) bool {
	return at == emailThief && user == "thief" || at == emailOwner || at == emailFresh && user == "marina"
}

func (m *emailModel) key() string {
	m.n++
	return fmt.Sprint("k", m.n)
}

func (m *emailModel) play(r *rapid.T) {
	users, addresses := rapid.SampledFrom([]string{"marina", "thief"}), rapid.SampledFrom([]actions.Email{emailOwner, emailFresh, emailThief})
	var codes []string // ids of all codes ever
	any := func(list []string) string {
		return rapid.SampledFrom(append([]string{"", "nonsense"}, list...)).Draw(r, "id")
	}
	var documents, words []string
	steps := map[string]func(*rapid.T){
		"shows who he is": func(r *rapid.T) {
			user, at := users.Draw(r, "user"), addresses.Draw(r, "address")
			who := m.stranger(user)
			sent, err := m.core.SendCode(m.t.Context(), who, actions.SendCodeInput{Conversation: m.newID(), Purpose: actions.CodeLink, Known: string(at)})
			if err == nil {
				m.enterCode(who, user, sent.ID, actions.CodeLink, "")
			}
		},
		"enters a code": func(r *rapid.T) {
			user, to := users.Draw(r, "user"), addresses.Draw(r, "to")
			purpose := rapid.SampledFrom([]actions.CodePurpose{actions.CodeEmailOld, actions.CodeEmailNew}).Draw(r, "purpose")
			who := m.stranger(user)
			sent, err := m.core.SendCode(m.t.Context(), who, actions.SendCodeInput{Conversation: m.newID(), Purpose: purpose, Transaction: m.code, NewEmail: to,
				First: any(append(slices.Clone(codes), documents...))})
			if err == nil {
				codes = append(codes, sent.ID)
				m.enterCode(who, user, sent.ID, purpose, to)
			}
		},
		"types a document": func(r *rapid.T) {
			user, d := users.Draw(r, "user"), rapid.SampledFrom([]actions.Document{hers, thiefs}).Draw(r, "document")
			who := m.stranger(user)
			if checked, err := m.checkDocument(who, m.code, d); err == nil {
				if d != hers {
					r.Fatalf("%s passes for her document", string(d))
				}
				documents = append(documents, checked.ID)
				m.documents[checked.ID] = who.Identity
			}
		},
		"asks for a change": func(r *rapid.T) {
			user := users.Draw(r, "user")
			in := actions.EmailInput{Key: m.key(), Transaction: m.code, New: addresses.Draw(r, "to"), Reason: actions.OtherReason,
				OldCode: any(codes), NewCode: any(codes), Document: rapid.SampledFrom(append([]string{"", "", ""}, documents...)).Draw(r, "document")}
			m.change(r, m.stranger(user), in)
		},
		"does it right": func(r *rapid.T) { // both codes, as somebody does who can: random ids alone rarely fit
			user, to := users.Draw(r, "user"), addresses.Draw(r, "to")
			who := m.stranger(user)
			var ids []string
			for _, purpose := range []actions.CodePurpose{actions.CodeEmailOld, actions.CodeEmailNew} {
				sent, err := m.core.SendCode(m.t.Context(), who, actions.SendCodeInput{Conversation: m.newID(), Purpose: purpose, Transaction: m.code, NewEmail: to, First: strings.Join(ids, "")})
				if err != nil {
					return
				}
				codes, ids = append(codes, sent.ID), append(ids, sent.ID)
				m.enterCode(who, user, sent.ID, purpose, to)
			}
			m.change(r, who, actions.EmailInput{Key: m.key(), Transaction: m.code, New: to, Reason: actions.OtherReason, OldCode: ids[0], NewCode: ids[1]})
		},
		"the team asks": func(r *rapid.T) {
			m.change(r, m.ana, actions.EmailInput{Key: m.key(), Transaction: m.code, New: addresses.Draw(r, "to"), Reason: actions.Typo})
		},
		"the team decides": func(r *rapid.T) {
			if m.purchase(m.code).OpenProposal == "" && rapid.Bool().Draw(r, "ask first") {
				m.change(r, m.ana, actions.EmailInput{Key: m.key(), Transaction: m.code, New: addresses.Draw(r, "to"), Reason: actions.Typo})
			}
			p := m.purchase(m.code)
			who := rapid.SampledFrom([]actions.Actor{m.rui, m.bia, m.rui, m.ana, m.stranger("thief")}).Draw(r, "who")
			if p.OpenProposal == "" {
				return
			}
			shown := m.proposal(m.rui, p.OpenProposal)
			d, err := m.core.Decide(m.t.Context(), who, actions.DecideInput{Key: m.key(), Proposal: p.OpenProposal, Approve: rapid.Bool().Draw(r, "yes"), Reason: "no"})
			if err != nil || d.Status != actions.ProposalApproved {
				return
			}
			if who.ID != m.rui.ID && who.ID != m.bia.ID || shown.AskedBy == who.ID {
				r.Fatalf("%s decided what %s asked for", who.ID, shown.AskedBy)
			}
			if d.Kind == actions.ProposalEmail {
				m.lawful[d.NewEmail] = "approved"
			}
		},
		"asks for the money": func(r *rapid.T) {
			in := refund(m.key(), m.code, m.rui)
			frozen := m.clock().Before(m.purchase(m.code).FrozenUntil)
			if !frozen && rapid.IntRange(0, 20).Draw(r, "rarely") > 0 { // with the money gone nothing moves any more
				return
			}
			if _, err := m.core.Refund(m.t.Context(), m.ana, in); err == nil && frozen {
				r.Fatal("a refund was taken within the freeze")
			}
		},
		"was not me": func(r *rapid.T) {
			link := any(words)
			shown, err := m.core.PutBack(m.t.Context(), link)
			if err != nil {
				return
			}
			if owner := m.links[link]; !m.used[link] && shown.State == actions.NotMeDone && m.purchase(m.code).Buyer.Email == owner {
				m.lawful[owner] = "put back"
				m.used[link] = true
				if !m.purchase(m.code).FrozenUntil.After(m.clock()) {
					r.Fatal("it is not frozen after it was put back")
				}
			}
		},
		"time passes": func(r *rapid.T) {
			m.pass(rapid.SampledFrom([]time.Duration{time.Minute, 11 * time.Minute, 25 * time.Hour, 73 * time.Hour}).Draw(r, "time"))
		},
	}
	steps[""] = func(r *rapid.T) { // after each of them
		m.pass(time.Second)
		m.work()
		for _, mail := range m.mailbox.Sent() {
			if _, link, ok := strings.Cut(mail.Values.NotMeURL, actions.NotMePath); ok && m.links[link] == "" {
				m.links[link] = mail.To
				words = append(words, link)
			}
		}
		m.check(r)
	}
	m.check(r)
	r.Repeat(steps)
}

// enterCode has somebody enter a code, if he reads the mailbox that it went to.
func (m *emailModel) enterCode(who actions.Actor, user, id string, purpose actions.CodePurpose, to actions.Email) {
	m.work()
	for _, mail := range slices.Backward(m.mailbox.Sent()) {
		if mail.ID != id {
			continue
		}
		if m.reads(user, mail.To) && m.core.CheckCode(m.t.Context(), who, actions.CheckCodeInput{ID: id, Purpose: purpose, Code: mail.Values.Code}) == nil {
			m.codes[id] = emailCode{who.Identity, mail.To, to}
		}
		return
	}
}

// change asks for one, and checks what it was taken with.
func (m *emailModel) change(r *rapid.T, who actions.Actor, in actions.EmailInput) {
	now := m.purchase(m.code)
	result, err := m.core.ChangeEmail(m.t.Context(), who, in)
	if err != nil {
		return
	}
	if m.clock().Before(now.FrozenUntil) {
		r.Fatal("a change was taken within the freeze")
	}
	if who.Staff() {
		if result.State != actions.ResultProposed {
			r.Fatal("one person of the team changed it")
		}
		return
	}
	fresh, old := m.codes[in.NewCode], m.codes[in.OldCode]
	if fresh != (emailCode{who.Identity, in.New, in.New}) {
		r.Fatalf("taken without the code from the new mailbox %s: %+v", string(in.New), fresh)
	}
	switch {
	case in.Document != "":
		if m.documents[in.Document] != who.Identity || result.State != actions.ResultProposed {
			r.Fatalf("taken by document %q of %q, %s", in.Document, m.documents[in.Document], result.State)
		}
	case old != (emailCode{who.Identity, now.Buyer.Email, in.New}):
		r.Fatalf("taken without the code from the old mailbox %s: %+v", string(now.Buyer.Email), old)
	default:
		m.lawful[in.New] = "both codes"
	}
}

// check compares what is so with what may be.
func (m *emailModel) check(r *rapid.T) {
	p := m.purchase(m.code)
	audit := m.audit(m.code)
	moved := 0
	for _, line := range audit {
		if strings.HasSuffix(strings.Split(line, " (")[0], " email.done") || strings.Contains(line, "email.reverted") {
			moved++
		}
	}
	if p.Buyer.Email != m.at {
		why := m.lawful[p.Buyer.Email]
		if why == "" {
			r.Fatalf("the purchase went from %s to %s, and nobody had shown that it may", string(m.at), string(p.Buyer.Email))
		}
		m.seen[why]++
		if moved == m.moves {
			r.Fatalf("the purchase went to %s without an audit entry: %v", string(p.Buyer.Email), audit)
		}
		m.lawful = map[actions.Email]string{}
		for _, user := range []string{"marina", "thief"} {
			if who := m.stranger(user); who.Owns(m.owner) || why == "put back" && who.Owns(p.Buyer.ID) {
				r.Fatalf("%s is still known to be the buyer (%s)", user, why)
			}
		}
		if p.Status == m.bought.Status && fmt.Sprint(p.Access, p.Price, p.Buyer.Name) != fmt.Sprint(m.bought.Access, m.bought.Price, m.bought.Buyer.Name) {
			r.Fatalf("more than the address has changed: %+v", p)
		}
	}
	changes := 0
	for _, line := range audit {
		if strings.Contains(line, " email.done") {
			changes++
		}
	}
	if changes != p.EmailChanges {
		r.Fatalf("%d changes and %d audit entries", p.EmailChanges, changes)
	}
	state, err := m.platform.State(m.t.Context(), shop, m.code)
	// A purchase that was paid back moves no more there: a person of the team is told, and does it by hand.
	if err != nil || p.Status.Paid() && state.Email.Key() != p.Buyer.Email.Key() {
		r.Fatalf("the platform has %s and we %s (%v)", string(state.Email), string(p.Buyer.Email), err)
	}
	m.at, m.owner, m.moves = p.Buyer.Email, p.Buyer.ID, moved
}
