package actions_test

import (
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// beside links another chat user to Marina.
func (w *world) beside(user string) actions.Actor {
	w.t.Helper()
	w.must(w.store.PutIdentity(store.Identity{ID: "i-" + user, AccountID: shop, Platform: "telegram", UserID: user, Chat: "chat-" + user, CreatedAt: start}))
	w.must(w.store.LinkBuyer(store.IdentityBuyer{IdentityID: "i-" + user, BuyerID: "marina", AccountID: shop, CreatedAt: w.clock()}))
	return w.actor("telegram", user)
}

func (w *world) deviceCode(who actions.Actor) string {
	w.t.Helper()
	sent, err := w.core.SendCode(w.t.Context(), who, actions.SendCodeInput{Conversation: w.newID(), Purpose: actions.CodeDevices, Buyer: "marina"})
	w.must(err)
	w.must(w.core.CheckCode(w.t.Context(), who, actions.CheckCodeInput{ID: sent.ID, Purpose: actions.CodeDevices, Code: w.lastCode()}))
	return sent.ID
}

func (w *world) revoke(who actions.Actor, in actions.RevokeInput) error {
	w.t.Helper()
	in.Key = w.newID()
	_, err := w.core.Revoke(w.t.Context(), who, in)
	return err
}

// TestRevokedChatsAreStrangers: others go with a code that was mailed for just this, one's own chat without; and what a chat
// has begun, and the codes that it holds, end with it.
func TestRevokedChatsAreStrangers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		p := w.bought("HP100", w.marina)
		thief := w.beside("thief")
		w.beside("tablet")
		proof := w.proof(thief, p) // he has entered a code for a refund, and not used it yet

		others := actions.RevokeInput{Buyer: "marina"}
		wantError(t, w.revoke(w.marina, others), actions.Denied, "code.needed")
		others.Proof = proof // somebody else's, for something else
		wantError(t, w.revoke(w.marina, others), actions.Denied, "code.needed")
		others.Proof = w.deviceCode(w.marina)
		wantError(t, w.revoke(w.paulo, others), actions.NotFound, "devices.gone")
		wantError(t, w.revoke(thief, actions.RevokeInput{Buyer: "marina", Device: "i-marina", Proof: others.Proof}), actions.Denied, "code.needed")
		w.must(w.revoke(w.marina, others))
		wantError(t, w.revoke(w.marina, others), actions.NotFound, "devices.gone") // nobody is left

		if again := w.actor("telegram", "thief"); len(again.Buyers) != 0 {
			t.Errorf("the thief is still %v", again.Buyers)
		}
		in := refund("r1", p, thief) // what a race would have him try: he was somebody when his turn began
		in.Proof = proof
		if _, err := w.core.Refund(t.Context(), thief, in); key(err) != "code.needed" {
			t.Errorf("the code that he held is good: %v", err)
		}
		list, err := w.core.Devices(t.Context(), w.marina)
		w.must(err)
		if len(list) != 1 || !list[0].Current || list[0].User != "••na" || list[0].Address != "m•••e@e•••e.com" {
			t.Errorf("what is left: %+v", list)
		}
		w.must(w.revoke(w.marina, actions.RevokeInput{Buyer: "marina", Device: "i-marina"}))
		if again := w.actor("telegram", "marina"); len(again.Buyers) != 0 {
			t.Error("one's own chat stays")
		}
		equal(t, "audit", w.audit("marina"), []string{"i-marina buyer.unlinked", "i-marina buyer.unlinked"})
	})
}

// TestTeamRevokesChats: with a reason, and the buyer reads it in his mailbox.
func TestTeamRevokesChats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.bought("HP100", w.marina)
	w.beside("thief")
	wantError(t, w.revoke(w.ana, actions.RevokeInput{Transaction: p, Device: "i-thief", Note: " "}), actions.Invalid, "devices.note_missing")
	wantError(t, w.revoke(w.ana, actions.RevokeInput{Transaction: p, Device: "i-paulo", Note: "stolen"}), actions.NotFound, "devices.gone")
	if _, err := w.core.DevicesOf(t.Context(), w.marina, p); key(err) != "error.role" {
		t.Errorf("a buyer reads the team's list: %v", err)
	}
	w.must(w.revoke(w.ana, actions.RevokeInput{Transaction: p, Device: "i-thief", Note: "stolen"}))
	w.work()
	equal(t, "mails", w.mails(), []string{"devices_revoked marina.duarte@example.com"})
	equal(t, "audit", w.audit(p), []string{"p-ana buyer.unlinked"})
	if again := w.actor("telegram", "marina"); len(again.Buyers) != 1 {
		t.Error("the other chat went too")
	}
}

// TestProofsEnd: after ProofDays a chat shows nothing and is listed nowhere; a new code begins anew.
func TestProofsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.bought("HP100", w.marina)
	w.pass(10 * 24 * time.Hour)
	w.beside("tablet")
	w.pass((actions.ProofDays - 10) * 24 * time.Hour)
	list, err := w.core.DevicesOf(t.Context(), w.ana, p)
	w.must(err)
	if len(list) != 2 {
		t.Errorf("on the last day: %+v", list)
	}
	w.pass(time.Second)
	list, err = w.core.DevicesOf(t.Context(), w.ana, p)
	w.must(err)
	if len(list) != 1 || list[0].ID != "i-tablet" {
		t.Errorf("a second later: %+v", list)
	}
	if _, err := w.core.Purchase(t.Context(), w.actor("telegram", "marina"), p); key(err) != "purchase.not_found" {
		t.Errorf("the old chat still sees it: %v", err)
	}
}
