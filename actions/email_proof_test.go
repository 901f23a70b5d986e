package actions_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestEmailNeedsBothCodes tries every other set of proofs than the two codes for this change, by this person, now, once. The
// one that matters most: a code from the new mailbox alone.
func TestEmailNeedsBothCodes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code, second := w.bought("HP100", w.marina), w.bought("HP200", w.marina)
		n := 0
		try := func(name string, who actions.Actor, in actions.EmailInput, want string) {
			t.Helper()
			n++
			in.Key = fmt.Sprint("try", n)
			if _, err := w.core.ChangeEmail(t.Context(), who, in); key(err) != want {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
		in := change("", code, "new@example.org", w.marina)
		both := func(of actions.Transaction, to actions.Email) actions.EmailInput {
			return w.bothCodes(w.marina, change("", of, to, w.marina))
		}
		with := func(old, fresh string) actions.EmailInput {
			got := in
			got.OldCode, got.NewCode = old, fresh
			return got
		}
		right := both(code, "new@example.org")
		try("none", w.marina, in, "code.needed")
		try("only the new mailbox", w.marina, with("", right.NewCode), "code.needed")
		try("the new mailbox twice", w.marina, with(right.NewCode, right.NewCode), "code.needed")
		try("only the old mailbox", w.marina, with(right.OldCode, ""), "code.needed")
		try("the old mailbox twice", w.marina, with(right.OldCode, right.OldCode), "code.needed")
		try("the wrong way round", w.marina, with(right.NewCode, right.OldCode), "code.needed")
		other := both(code, "third@example.org")
		try("the old mailbox agreed to another address", w.marina, with(other.OldCode, right.NewCode), "code.needed")
		try("the new mailbox is another", w.marina, with(right.OldCode, other.NewCode), "code.needed")
		foreign := both(second, "new@example.org")
		try("both for another purchase", w.marina, with(foreign.OldCode, foreign.NewCode), "code.needed")
		try("no codes but a document that is none", w.marina, actions.EmailInput{Transaction: code, New: in.New, Reason: in.Reason, Document: "x", NewCode: right.NewCode}, "document.needed")
		partner := w.stranger("partner") // reads the same mailbox
		w.must(s.LinkBuyer(store.IdentityBuyer{IdentityID: partner.Identity, BuyerID: "marina", AccountID: shop, CreatedAt: w.clock()}))
		try("another person's", w.stranger("partner"), right, "code.needed")
		w.pass(actions.CodeLife + time.Second)
		try("too late", w.marina, right, "code.needed")
		right = both(code, "new@example.org")
		try("the right ones", w.marina, right, "<nil>")
		w.work()
		equal(t, "moved", string(w.purchase(code).Buyer.Email), "new@example.org")
		w.pass(73 * time.Hour)
		equal(t, "orders", len(w.platform.Acted()), 1)
	})
}

// TestEmailCodesAreNoMailBomb tries to have mail sent to addresses that the sender picks.
func TestEmailCodesAreNoMailBomb(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	n := 0
	send := func(who actions.Actor, purpose actions.CodePurpose, to actions.Email, first, want string) string {
		t.Helper()
		n++
		sent, err := w.core.SendCode(t.Context(), who, actions.SendCodeInput{Conversation: fmt.Sprint("c", n), Purpose: purpose, Transaction: code, NewEmail: to, First: first})
		if key(err) != want {
			t.Errorf("%s to %s: %v, want %s", purpose, string(to), err, want)
		}
		return sent.ID
	}
	send(w.stranger("who"), actions.CodeEmailOld, "victim@example.org", "", "purchase.not_found")
	send(w.stranger("who"), actions.CodeEmailNew, "victim@example.org", "", "purchase.not_found")
	send(w.marina, actions.CodeEmailNew, "victim@example.org", "", "code.needed")
	old := send(w.marina, actions.CodeEmailOld, "victim@example.org", "", "<nil>")
	send(w.marina, actions.CodeEmailNew, "victim@example.org", old, "code.needed") // it was not entered
	w.must(w.core.CheckCode(t.Context(), w.marina, actions.CheckCodeInput{ID: old, Purpose: actions.CodeEmailOld, Code: w.lastCode()}))
	send(w.marina, actions.CodeEmailNew, "another@example.org", old, "code.needed")
	for range 3 {
		send(w.marina, actions.CodeEmailNew, "victim@example.org", old, "<nil>")
	}
	send(w.marina, actions.CodeEmailNew, "victim@example.org", old, "code.too_many")
	for _, bad := range []actions.Email{"", "x", "marina.duarte@example.com", "ajuda@cozinha.example"} {
		n++
		_, err := w.core.SendCode(t.Context(), w.marina, actions.SendCodeInput{Conversation: fmt.Sprint("c", n), Purpose: actions.CodeEmailOld, Transaction: code, NewEmail: bad})
		equal(t, "field of "+string(bad), wantError(t, err, actions.Invalid, key(err)).Field, "new")
	}
	w.work()
	for _, m := range w.mailbox.Sent() {
		if m.To != "victim@example.org" {
			continue
		}
		if m.ToName != "" || m.Values.Transaction != "" || strings.Contains(m.Values.OldEmail, "marina") {
			t.Errorf("whoever has the new address reads of the buyer: %+v", m)
		}
	}
}

// TestEmailCodesNameWhatTheyAreFor reads the mails, and looks for the addresses where they must not lie about.
func TestEmailCodesNameWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.bought("HP100", w.marina)
		in := actions.SendCodeInput{Conversation: "c", Purpose: actions.CodeEmailOld, Transaction: code, NewEmail: "new@example.org"}
		sent, err := w.core.SendCode(t.Context(), w.marina, in)
		w.must(err)
		w.must(w.core.CheckCode(t.Context(), w.marina, actions.CheckCodeInput{ID: sent.ID, Purpose: actions.CodeEmailOld, Code: w.lastCode()}))
		in.Purpose, in.First = actions.CodeEmailNew, sent.ID
		second, err := w.core.SendCode(t.Context(), w.marina, in)
		w.must(err)
		w.work()
		equal(t, "mails", w.mails(), []string{"code_email_old marina.duarte@example.com", "code_email_new new@example.org"})
		mails := w.mailbox.Sent()
		equal(t, "the owner reads where it goes", []string{mails[0].Values.NewEmail, mails[0].Values.Product, mails[0].Values.Transaction}, []string{"new@example.org", "Pão em Casa", "HP100"})
		row, err := s.Code(second.ID)
		w.must(err)
		if text := fmt.Sprintf("%s %+v", row.Sealed, row); strings.Contains(text, "example.org") || len(row.Sealed) == 0 {
			t.Errorf("the address lies in the table of codes: %s", text)
		}
		for i := range actions.CodeTries - 1 {
			err := w.core.CheckCode(t.Context(), w.marina, actions.CheckCodeInput{ID: second.ID, Purpose: actions.CodeEmailNew, Code: other(mails[1].Values.Code)})
			equal(t, fmt.Sprint("wrong ", i), key(err), "code.wrong")
		}
		err = w.core.CheckCode(t.Context(), w.marina, actions.CheckCodeInput{ID: second.ID, Purpose: actions.CodeEmailNew, Code: other(mails[1].Values.Code)})
		wantError(t, err, actions.Denied, "code.tries")
	})
}

// TestSelfServiceIsPolicy has a person decide where the shop wants that; both codes are still asked for, unless it says so.
func TestSelfServiceIsPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(p *actions.Policy) { p.EmailChange.SelfService = false })
	code := w.bought("HP100", w.marina)
	_, err := w.core.ChangeEmail(t.Context(), w.marina, change("k1", code, "new@example.org", w.marina))
	wantError(t, err, actions.Denied, "code.needed")
	r, err := w.core.ChangeEmail(t.Context(), w.marina, w.bothCodes(w.marina, change("k2", code, "new@example.org", w.marina)))
	w.must(err)
	equal(t, "asked", []string{string(r.State), r.Verdict.Rule, string(w.proposal(w.rui, r.Proposal).Path)}, []string{"proposed", "email.by_buyer", "codes"})
	w.change(code, func(p *store.Purchase) { p.BuyerID = "paulo" }) // the platform moved it: what was shown is shown of another
	d, err := w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d1", Proposal: r.Proposal, Approve: true})
	w.must(err)
	equal(t, "decided", []string{string(d.Status), d.Why}, []string{"withdrawn", "verdict.email.address_changed"})
	equal(t, "still there", string(w.purchase(code).Buyer.Email), "paulo@example.net")
}

// TestProofsEndWithAnEmailChange: every chat that was known to be the buyer's has to show it again, and codes on their way
// are void.
func TestProofsEndWithAnEmailChange(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.bought("HP100", w.marina)
		other := w.stranger("other chat")
		w.must(s.LinkBuyer(store.IdentityBuyer{IdentityID: other.Identity, BuyerID: "marina", AccountID: shop, CreatedAt: w.clock()}))
		waiting, err := w.sendCode(w.stranger("third chat"), "HP100")
		w.must(err)
		late := w.lastCode()
		refund := w.proof(w.marina, code)
		_, err = w.core.ChangeEmail(t.Context(), w.marina, w.bothCodes(w.marina, change("k1", code, "new@example.org", w.marina)))
		w.must(err)
		w.work()
		for _, user := range []string{"marina", "other chat"} {
			equal(t, user+" is known as", len(w.stranger(user).Buyers), 0)
		}
		equal(t, "a code to the old address", key(w.enter(w.stranger("third chat"), waiting.ID, late)), "code.void")
		row, err := s.Code(refund)
		w.must(err)
		if row.VoidedAt == nil {
			t.Error("a code for a refund outlives the address that it was mailed to")
		}
	})
}

// document has a buyer pay for something with a document, before all that he buys in a test.
func (w *world) document(id string, d actions.Document) {
	w.t.Helper()
	_, err := w.core.Apply(w.t.Context(), shop, actions.SaleEvent{Source: "test", ID: "doc-" + id, Kind: "SALE", At: w.clock().Add(-time.Hour),
		Sale: &actions.Sale{Transaction: "HPDOC" + actions.Transaction(id), Status: actions.Approved, RawStatus: "APPROVED", Price: actions.Money{Minor: 100, Currency: "BRL"},
			Product: actions.SoldProduct{Code: "4100005", Name: "Receitas"}, OrderedAt: w.clock().Add(-time.Hour),
			Buyer: actions.SoldTo{Name: w.mustBuyer(id).Name, Email: actions.Email(w.mustBuyer(id).Email), Document: d}}})
	w.must(err)
}

func (w *world) mustBuyer(id string) store.Buyer {
	w.t.Helper()
	b, err := w.store.In(w.t.Context()).Buyer(id)
	w.must(err)
	return b
}

func (w *world) checkDocument(who actions.Actor, t actions.Transaction, d actions.Document) (actions.CheckedDocument, error) {
	return w.core.CheckDocument(w.t.Context(), who, actions.CheckDocumentInput{Transaction: t, Document: d})
}

func TestLostMailbox(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.document("marina", hers)
		code, second := w.bought("HP100", w.marina), w.bought("HP200", w.marina)
		who, thief := w.stranger("who"), w.stranger("thief") // neither can get a code
		checked, err := w.checkDocument(who, code, hers)
		w.must(err)
		equal(t, "checked", []string{checked.Verdict.Rule, checked.Purchase.Product.Name, string(checked.Purchase.Buyer.Email), checked.Purchase.Buyer.Name},
			[]string{"email.by_document", "Pão em Casa", "", ""})
		in := actions.EmailInput{Transaction: code, New: "new@example.org", Reason: actions.LostAccess, Document: checked.ID, ReplyTo: who.Identity}
		n := 0
		try := func(name string, who actions.Actor, in actions.EmailInput, want string) actions.Result {
			t.Helper()
			n++
			in.Key = fmt.Sprint("try", n)
			r, err := w.core.ChangeEmail(t.Context(), who, in)
			if key(err) != want {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
			return r
		}
		try("a document alone", who, in, "code.needed")
		send := actions.SendCodeInput{Purpose: actions.CodeEmailNew, Transaction: code, NewEmail: in.New, First: checked.ID}
		_, err = w.core.SendCode(t.Context(), thief, send)
		wantError(t, err, actions.Denied, "document.needed")
		fresh, to := w.enters(who, send)
		equal(t, "the code went to", string(to), "new@example.org")
		in.NewCode = fresh
		try("by another", thief, in, "document.needed")
		elsewhere := in
		elsewhere.Transaction = second
		try("for another purchase", who, elsewhere, "document.needed")
		elsewhere = in
		elsewhere.New = "third@example.org"
		try("to another address", who, elsewhere, "code.needed")
		r := try("as it should be", who, in, "<nil>")
		equal(t, "a person decides", string(r.State), "proposed")
		again := in
		try("once more", who, again, "document.needed")
		w.work()
		equal(t, "the old mailbox hears of it", w.mails()[len(w.mails())-1], "email_asked marina.duarte@example.com")
		shown := w.proposal(w.rui, r.Proposal)
		equal(t, "the proposal says", []string{string(shown.Path), string(shown.NewEmail)}, []string{"document", "new@example.org"})
		w.approve(w.rui, "d1", r.Proposal)
		w.work()
		equal(t, "moved", string(w.purchase(code).Buyer.Email), "new@example.org")
		equal(t, "audit", w.audit(code), []string{who.ID + " document.matched", who.ID + " email.proposed", "p-rui email.approved (asked by " + who.ID + ")", "system email.done (asked by " + who.ID + ")"})
		entries, err := s.AuditEntries(shop, 0, 1000)
		w.must(err)
		for _, e := range entries {
			if strings.Contains(fmt.Sprintf("%+v %s", e, e.Data), string(hers)) {
				t.Errorf("the document is in the audit log: %+v", e)
			}
		}
	})
}

// TestDocumentsCannotBeGuessed counts tries in the database, and answers the same whatever is wrong.
func TestDocumentsCannotBeGuessed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		w.document("marina", hers)
		w.bought("HP100", w.marina)
		w.bought("HP200", w.paulo) // of whom no document is kept
		answers := map[actions.Transaction]string{}
		for _, code := range []actions.Transaction{"HP100", "HP200", "HP999"} {
			var got []string
			for i := range actions.DocumentTries + 1 {
				_, err := w.checkDocument(w.stranger(fmt.Sprint(code, i)), code, thiefs) // each from another chat
				e := actions.AsError(err)
				got = append(got, fmt.Sprint(e.Code, e.Key, e.Hint, e.Field, e.Kept))
			}
			answers[code] = strings.Join(got, " ")
		}
		want := strings.Repeat("invaliddocument.wrongdocument.wrong.hintdocumenttrue ", 2) + strings.TrimSuffix(strings.Repeat("denieddocument.triesdocument.tries.hinttrue ", 2), " ")
		for code, got := range answers {
			equal(t, "answers about "+string(code), got, want)
		}
		_, err := w.checkDocument(w.stranger("owner"), "HP100", hers)
		wantError(t, err, actions.Denied, "document.tries")
		w.pass(actions.DocumentCountedFor + time.Second)
		if _, err := w.checkDocument(w.stranger("owner"), "HP100", hers); err != nil {
			t.Errorf("the next day: %v", err)
		}
		_, err = w.checkDocument(w.ana, "HP100", hers)
		wantError(t, err, actions.Denied, "error.role")

		greedy := w.stranger("greedy") // one chat, many purchases
		var got []string
		for i := range 8 {
			_, err := w.checkDocument(greedy, actions.Transaction(fmt.Sprint("HP9", i)), thiefs)
			got = append(got, key(err))
		}
		if n := slices.Index(got, "document.tries"); n != 5 {
			t.Errorf("one chat is stopped after %d tries: %v", n, got)
		}
	})
}
