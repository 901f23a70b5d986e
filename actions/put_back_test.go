package actions_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// notMe are the words of the newest link that was mailed to an address.
func (w *world) notMe(to actions.Email) string {
	w.t.Helper()
	w.work()
	for _, m := range slices.Backward(w.mailbox.Sent()) {
		if m.To == to && m.Values.NotMeURL != "" {
			words, ok := strings.CutPrefix(m.Values.NotMeURL, "https://support.example"+actions.NotMePath)
			if !ok {
				w.t.Fatalf("the link is %s", m.Values.NotMeURL)
			}
			return words
		}
	}
	w.t.Fatalf("no link was mailed to %s", string(to))
	return ""
}

// stolen has a thief who reads the buyer's mailbox for a moment move a purchase to his own address, and sit down in a chat
// as its buyer.
func (w *world) stolen(code actions.Transaction, to actions.Email) (thief actions.Actor) {
	w.t.Helper()
	_, err := w.core.ChangeEmail(w.t.Context(), w.marina, w.bothCodes(w.marina, change("steal-"+string(to), code, to, w.marina)))
	w.must(err)
	w.work()
	w.sitsDown("thief", to)
	return w.stranger("thief")
}

// sitsDown has a chat show that it reads an address.
func (w *world) sitsDown(user string, at actions.Email) {
	w.t.Helper()
	sent, err := w.sendCode(w.stranger(user), string(at))
	w.must(err)
	w.must(w.enter(w.stranger(user), sent.ID, w.lastCode()))
}

func (w *world) putBack(words string) actions.NotMe {
	w.t.Helper()
	shown, err := w.core.PutBack(w.t.Context(), words)
	w.must(err)
	w.work()
	return shown
}

func TestNotMePutsEverythingBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		other, known bool // the buyer has another purchase; the thief is a buyer already
	}{{"all that she has", false, false}, {"one of several", true, false}, {"to a buyer who was there", false, true}, {"one of several, to a buyer who was there", true, true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				w := worldOn(t, s)
				code := w.bought("HP100", w.marina, func(p *store.Purchase) { p.SubscriptionID, p.Recurrence, p.ProductID = "sub", 1, "club" }, func(*store.Purchase) {
					w.must(s.PutSubscriptions([]store.Subscription{{ID: "sub", AccountID: shop, Code: "S1", BuyerID: "marina", ProductID: "club", Status: "active", StatusAt: start, CreatedAt: start}}))
				})
				if c.other {
					w.bought("HP200", w.marina)
				}
				if c.known {
					w.bought("HP300", w.buyer("known", "Otto", "thief@example.org"))
				}
				before := w.state(code)
				thief := w.stolen(code, "thief@example.org")
				if _, err := w.core.Purchase(t.Context(), thief, code); err != nil {
					t.Fatalf("the thief does not have it: %v", err)
				}
				if w.state(code) == before {
					t.Fatal("nothing was moved")
				}
				words := w.notMe("marina.duarte@example.com")
				for range 3 { // a mail scanner follows the link
					shown, err := w.core.NotMe(t.Context(), words)
					w.must(err)
					equal(t, "page", []any{shown.State, shown.Product, string(shown.NewEmail), shown.Until}, []any{"open", "Clube", "thief@example.org", w.clock().Add(7 * 24 * time.Hour)})
				}
				equal(t, "looking changes nothing", string(w.purchase(code).Buyer.Email), "thief@example.org")
				w.noted()
				w.pass(time.Minute)
				shown := w.putBack(words)
				equal(t, "state", string(shown.State), "done")
				equal(t, "as before", w.state(code), before)
				equal(t, "frozen", w.purchase(code).FrozenUntil, w.clock().Add(72*time.Hour))
				equal(t, "the thief's chat is known as", len(w.stranger("thief").Buyers), 0)
				_, err := w.core.Purchase(t.Context(), w.stranger("thief"), code)
				wantError(t, err, actions.NotFound, "purchase.not_found")
				state, err := w.platform.State(t.Context(), shop, code)
				w.must(err)
				equal(t, "the platform has", string(state.Email), "marina.duarte@example.com")
				mails := w.mails()
				equal(t, "mails", mails[len(mails)-2:], []string{"email_back_old marina.duarte@example.com", "email_back_new thief@example.org"})
				if noted := strings.Join(w.noted(), "\n"); strings.Count(noted, "announce putback:") != 1 {
					t.Errorf("the team is told: %s", noted)
				}
				equal(t, "audit", w.audit(code)[2:], []string{"mailbox email.reverted", "system putback.done (asked by mailbox)"})

				equal(t, "pressed again", string(w.putBack(words).State), "done")
				equal(t, "mails after that", len(w.mails()), len(mails))
				equal(t, "audit after that", len(w.audit(code)), 4)
				_, err = w.core.Refund(t.Context(), w.rui, refund("k", code, w.rui))
				wantError(t, err, actions.Conflict, "verdict.refund.frozen")
				w.sitsDown("marina", "marina.duarte@example.com")
				_, err = w.core.ChangeEmail(t.Context(), w.stranger("marina"), change("k2", code, "thief@example.org", w.marina))
				wantError(t, err, actions.Conflict, "verdict.email.frozen")
			})
		})
	}
}

// state is everything of a purchase that a change of e-mail moves, as one text.
func (w *world) state(code actions.Transaction) string {
	w.t.Helper()
	full, err := w.store.In(w.t.Context()).PurchaseByTransaction(shop, string(code))
	w.must(err)
	text := []string{full.Buyer.ID, full.Buyer.Email, full.Buyer.Name, full.Subscription.BuyerID, full.Purchase.Status, full.Purchase.Refunding, full.OpenProposal}
	for _, g := range full.Grants {
		text = append(text, g.Product.ID, map[bool]string{true: "active", false: "ended"}[g.AccessGrant.Active])
	}
	for _, address := range []actions.Email{"marina.duarte@example.com", "thief@example.org"} {
		page, err := w.core.Find(w.t.Context(), w.ana, actions.Filter{Email: string(address)})
		w.must(err)
		for _, p := range page.Purchases {
			text = append(text, string(address)+" has "+string(p.Transaction))
		}
	}
	return strings.Join(text, " ")
}

// TestNotMeReachesAChainOfChanges: a thief who moves the purchase on, after the freeze, is not out of reach, and cannot take
// it again with the link that was mailed to himself.
func TestNotMeReachesAChainOfChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	thief := w.stolen(code, "thief@example.org")
	first := w.notMe("marina.duarte@example.com")
	w.pass(73 * time.Hour)
	_, err := w.core.ChangeEmail(t.Context(), thief, w.bothCodes(thief, change("on", code, "thief2@example.org", thief)))
	w.must(err)
	second := w.notMe("thief@example.org")
	equal(t, "moved on", string(w.purchase(code).Buyer.Email), "thief2@example.org")
	w.putBack(first)
	equal(t, "back past both", string(w.purchase(code).Buyer.Email), "marina.duarte@example.com")
	equal(t, "his own link", string(w.putBack(second).State), "done")
	equal(t, "still back", string(w.purchase(code).Buyer.Email), "marina.duarte@example.com")
	sent := w.mails()
	equal(t, "told", sent[len(sent)-3:], []string{"email_back_old marina.duarte@example.com", "email_back_new thief2@example.org", "email_back_new thief@example.org"})
}

// TestNotMeStopsWhatIsUnderWay: proposals, what was approved and not begun, and what is at the platform already.
func TestNotMeStopsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) (*world, actions.Transaction, actions.Actor, string) {
		w := newWorld(t)
		code := w.bought("HP100", w.marina, func(p *store.Purchase) { ends := start.AddDate(0, 0, 30); p.GuaranteeEnds, p.Amount = &ends, 90000 })
		thief := w.stolen(code, "thief@example.org")
		words := w.notMe("marina.duarte@example.com")
		w.pass(73 * time.Hour)
		return w, code, thief, words
	}
	t.Run("a proposal", func(t *testing.T) {
		t.Parallel()
		w, code, thief, words := setup(t)
		r := w.refund(thief, "money", code)
		equal(t, "state", string(r.State), "proposed")
		w.putBack(words)
		p := w.proposal(w.rui, r.Proposal)
		equal(t, "proposal", []string{string(p.Status), p.Why}, []string{"withdrawn", "verdict.email.reverted"})
		_, err := w.core.Decide(t.Context(), w.rui, actions.DecideInput{Key: "d", Proposal: r.Proposal, Approve: true})
		wantError(t, err, actions.Conflict, "proposal.already.withdrawn")
	})
	t.Run("a refund that was not begun", func(t *testing.T) {
		t.Parallel()
		w, code, thief, words := setup(t)
		r := w.refund(thief, "money", code)
		w.approve(w.rui, "d", r.Proposal)
		w.putBack(words)
		p := w.purchase(code)
		equal(t, "purchase", []any{string(p.Status), p.Refunding, string(p.Buyer.Email)}, []any{"approved", false, "marina.duarte@example.com"})
		equal(t, "outcome", string(w.proposal(w.rui, r.Proposal).Outcome), "refused")
		for _, o := range w.platform.Acted() {
			if o.Op == actions.OpRefund {
				t.Error("the money has left")
			}
		}
		if !p.FrozenUntil.Equal(w.clock().Add(72 * time.Hour)) {
			t.Errorf("frozen until %v", p.FrozenUntil)
		}
	})
	t.Run("a change that the platform has already", func(t *testing.T) {
		t.Parallel()
		w, code, thief, words := setup(t)
		_, err := w.core.ChangeEmail(t.Context(), thief, w.bothCodes(thief, change("on", code, "thief2@example.org", thief)))
		w.must(err)
		w.platform.Then(actionstest.TimeoutAfter)
		w.platform.Blind(1)
		w.work() // it happened there, and nobody knows yet
		w.putBack(words)
		for range 5 {
			w.pass(2 * time.Minute)
			w.work()
		}
		state, err := w.platform.State(t.Context(), shop, code)
		w.must(err)
		equal(t, "both have", []string{string(state.Email), string(w.purchase(code).Buyer.Email)}, []string{"marina.duarte@example.com", "marina.duarte@example.com"})
		if p := w.purchase(code); p.FrozenUntil.Before(w.clock().Add(70 * time.Hour)) {
			t.Errorf("frozen until %v", p.FrozenUntil)
		}
	})
}

func TestNotMeLinksAreSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina)
	w.stolen(code, "thief@example.org")
	words := w.notMe("marina.duarte@example.com")
	parts := strings.Split(words, "_")
	longer := parts[0] + "_zzzzzzz_" + parts[2]
	_, err := w.resend(w.ana, "k", code)
	w.must(err)
	w.work()
	sent := w.mailbox.Sent()
	_, chat, _ := strings.Cut(sent[len(sent)-1].Values.ChatURL, "start=")
	for _, forged := range []string{"", "_", "x", longer, words + "0", words[:len(words)-1], strings.ToUpper(words), parts[0] + "_" + parts[2], chat} {
		if _, err := w.core.PutBack(t.Context(), forged); key(err) != "link.unknown" {
			t.Errorf("%q: %v", forged, err)
		}
		if _, err := w.core.NotMe(t.Context(), forged); key(err) != "link.unknown" {
			t.Errorf("%q is shown: %v", forged, err)
		}
	}
	if _, ok := w.core.OpenLink(t.Context(), words); ok {
		t.Error("a link of one kind opens as another")
	}
	w.pass(7*24*time.Hour + time.Second)
	equal(t, "after seven days", string(w.putBack(words).State), "expired")
	equal(t, "nothing was done", string(w.purchase(code).Buyer.Email), "thief@example.org")
}

// TestFiftyPutBacks has one link pressed by many at once.
func TestFiftyPutBacks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		code := w.bought("HP100", w.marina)
		w.stolen(code, "thief@example.org")
		words := w.notMe("marina.duarte@example.com")
		done := make(chan error)
		for range 50 {
			go func() {
				_, err := w.core.PutBack(t.Context(), words)
				done <- err
			}()
		}
		for range 50 {
			if err := <-done; err != nil && actions.AsError(err).Code != actions.Unavailable {
				t.Error(err)
			}
		}
		w.work()
		audit := w.audit(code)
		equal(t, "audit", audit[2:], []string{"mailbox email.reverted", "system putback.done (asked by mailbox)"})
	})
}
