package actions_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// keeping is the same shop with periods of its own.
func (w *world) keeping(r actions.Retention) *actions.Core {
	return actions.New(actions.Options{Store: w.store, Commerce: w.platform, Mailer: w.mailbox, Policy: actions.DefaultPolicy(), Retention: r,
		Now: w.clock, NewID: w.newID, Vault: secrets})
}

// retained are the entries of the audit log about it, newest first: what was dropped, and whether it was all.
func (w *world) retained() []string {
	w.t.Helper()
	entries, err := w.store.In(context.Background()).AuditEntriesOf(shop, "retention", 100)
	w.must(err)
	var all []string
	for _, e := range entries {
		var data struct {
			Counts json.RawMessage `json:"counts"`
			Detail string          `json:"detail"`
		}
		w.must(json.Unmarshal(e.Data, &data))
		all = append(all, strings.TrimSpace(string(data.Counts)+" "+data.Detail))
	}
	return all
}

// aged records one of each kind of data at an instant, named by a word.
func (w *world) aged(word string, at time.Time) {
	w.t.Helper()
	s := w.store
	w.must(s.SaveConversation(store.Conversation{ID: "c-" + word, AccountID: shop, Platform: "telegram", Chat: word, UserID: word, Flow: "find", Revision: 1, CreatedAt: at, UpdatedAt: at}, 0))
	_, err := s.AddInbound(store.InboundEvent{AccountID: shop, Source: "hotmart", ID: word, Result: "applied", Payload: []byte(`{"x":1}`), At: at, CreatedAt: at})
	w.must(err)
	_, err = s.AddMail(store.Mail{ID: "m-" + word, AccountID: shop, Key: word, Recipient: word + "@example.com", Name: word, Template: "access", Locale: "en", Values: []byte(`{"a":1}`), SentAt: &at, CreatedAt: at})
	w.must(err)
	w.must(s.AddCode(store.OneTimeCode{ID: "o-" + word, AccountID: shop, Purpose: "link", CreatedAt: at}))
	w.must(s.AddMessage(store.Message{ID: "w-" + word, AccountID: shop, Chat: word, Body: []byte(`{}`), CreatedAt: at, UpdatedAt: at}))
	w.must(s.PutIdentity(store.Identity{ID: "i-" + word, AccountID: shop, Platform: "telegram", UserID: word, Chat: word, CreatedAt: at}))
	w.must(s.LinkBuyer(store.IdentityBuyer{IdentityID: "i-" + word, BuyerID: "paulo", AccountID: shop, CreatedAt: at}))
	_, err = s.Claim(store.Request{Key: "r-" + word, AccountID: shop, Action: "refund", Target: "HP1", State: "done", UpdatedAt: at, CreatedAt: at,
		Payload: []byte(`{"order":{"Key":"k","OldEmail":"old@example.com","Amount":{"Minor":9700,"Currency":"BRL"}},"note":"call me","reason":"other"}`)})
	w.must(err)
	w.must(s.CreateProposal(store.Proposal{ID: "p-" + word, AccountID: shop, Kind: "refund", PurchaseID: "buy-HP1", Status: "denied", DecidedReason: "no, Ana", CreatedAt: at, ExpiresAt: at,
		Payload: []byte(`{"order":{"NewEmail":"new@example.com"},"note":"please"}`), Verdict: []byte(`{}`)}))
}

func TestRetain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		all := actions.Retention{Conversations: 10, Webhooks: 10, Mails: 10, Codes: 10, Messages: 10, Proofs: 30, Contacts: 10, Requests: 30}
		core := w.keeping(all)
		w.bought("HP1", w.paulo)
		w.aged("old", start.AddDate(0, 0, -31))
		w.aged("new", start.AddDate(0, 0, -9))
		w.must(s.SaveConversation(store.Conversation{ID: "c-open", AccountID: shop, Platform: "telegram", Chat: "x", UserID: "x", Flow: "find", Open: true, Revision: 1,
			CreatedAt: start.AddDate(0, 0, -40), UpdatedAt: start.AddDate(0, 0, -40)}, 0))
		_, err := s.AddMail(store.Mail{ID: "m-unsent", AccountID: shop, Key: "u", Values: []byte(`{}`), CreatedAt: start.AddDate(0, 0, -40)})
		w.must(err)
		_, err = s.Claim(store.Request{Key: "r-open", AccountID: shop, State: "requested", Payload: []byte(`{"note":"wait"}`), UpdatedAt: start.AddDate(0, 0, -40), CreatedAt: start})
		w.must(err)

		w.must(w.keeping(actions.Retention{}).Retain(t.Context(), shop)) // keeps everything
		equal(t, "nothing is on record", w.retained(), nil)
		w.must(core.Retain(t.Context(), shop))
		equal(t, "on record", w.retained(), []string{`{"codes":1,"conversations":1,"mails":1,"messages":1,"proofs":1,"proposals":1,"requests":1,"webhooks":1}`})

		s = s.In(t.Context())
		gone := func(what string, err error) {
			t.Helper()
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s is still there: %v", what, err)
			}
		}
		_, err = s.Conversation("c-old")
		gone("the old conversation", err)
		_, err = s.Code("o-old")
		gone("the old code", err)
		_, err = s.Message(shop, "w-old")
		gone("the old message", err)
		for _, id := range []string{"c-new", "c-open"} {
			_, err = s.Conversation(id)
			w.must(err)
		}
		_, err = s.Code("o-new")
		w.must(err)
		_, err = s.Message(shop, "w-new")
		w.must(err)

		for id, want := range map[string]string{"m-old": "old@example.com  ", "m-new": "new@example.com new {\"a\":1}", "m-unsent": "  {}"} {
			m, err := s.Mail(id)
			w.must(err)
			equal(t, id, fmt.Sprintf("%s %s %s", m.Recipient, m.Name, m.Values), want)
		}
		for key, want := range map[string]string{
			"r-old":  `{"order":{"Amount":{"Currency":"BRL","Minor":9700},"Key":"k"},"reason":"other"}`,
			"r-new":  `{"order":{"Key":"k","OldEmail":"old@example.com","Amount":{"Minor":9700,"Currency":"BRL"}},"note":"call me","reason":"other"}`,
			"r-open": `{"note":"wait"}`,
		} {
			r, err := s.Request(key)
			w.must(err)
			equal(t, key, string(r.Payload), want)
		}
		p, err := s.Proposal(shop, "p-old")
		w.must(err)
		equal(t, "the old proposal", string(p.Payload)+p.DecidedReason, `{"order":{}}`)
		p, err = s.Proposal(shop, "p-new")
		w.must(err)
		equal(t, "the new proposal", p.DecidedReason, "no, Ana")
		for id, want := range map[string]int{"i-old": 0, "i-new": 1, "i-paulo": 1} {
			linked, err := s.BuyersOf(id)
			w.must(err)
			equal(t, id, len(linked), want)
		}
		seen, err := s.InboundSeen(shop, "hotmart", []string{"old", "new"})
		w.must(err)
		equal(t, "deliveries are known", len(seen), 2)
		file, err := s.BuyerFile(shop, "paulo")
		w.must(err)
		equal(t, "payloads that name nobody", len(file.Inbound), 0)

		// Again on the same day there is nothing to do; the next day the rest is over.
		w.must(core.Retain(t.Context(), shop))
		equal(t, "on record", len(w.retained()), 1)
		w.pass(25 * 24 * time.Hour)
		w.must(core.Retain(t.Context(), shop))
		equal(t, "on record", w.retained()[0], `{"codes":1,"conversations":1,"mails":1,"messages":1,"proofs":1,"proposals":1,"requests":1,"webhooks":1}`)
	})
}

// TestRetainGoesOn: one run drops so much and no more, and the next one does not wait for tomorrow.
func TestRetainGoesOn(t *testing.T) {
	t.Parallel()
	onRaw(t, func(t *testing.T, s *store.Store, raw *sql.DB) {
		w := worldOn(t, s)
		core := w.keeping(actions.Retention{Codes: 1})
		_, err := raw.Exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20600)" +
			" INSERT INTO one_time_codes (id, account_id, purpose, identity_id, conversation, buyer_id, purchase_id, facts, address_key, code_hash, tries, created_at)" +
			" SELECT 'o' || i, 'shop', 'link', '', '', '', '', '', '', '', 0, '2026-01-01 00:00:00+00:00' FROM n")
		w.must(err)
		stopped, stop := context.WithCancel(t.Context())
		stop()
		if err := core.Retain(stopped, shop); actions.AsError(err) == nil || actions.AsError(err).Code != actions.Unavailable {
			t.Errorf("stopped: %v", err)
		}
		w.must(core.Retain(t.Context(), shop))
		w.must(core.Retain(t.Context(), shop))
		equal(t, "on record", w.retained(), []string{`{"codes":600}`, `{"codes":20000} more`})
	})
}

// TestRetainContacts: document and phone stay while a purchase, a guarantee or a subscription may need them, and as long
// again as the shop wants.
func TestRetainContacts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		core := w.keeping(actions.Retention{Contacts: 10})
		day := 24 * time.Hour
		for name, change := range map[string][]func(*actions.SaleEvent){
			"plain":      nil,
			"guaranteed": {func(e *actions.SaleEvent) { e.Sale.GuaranteeEnds = start.Add(60 * day) }},
			"subscribed": {charge(1, actions.SubscriptionActive)},
		} {
			e := sold(name, 1, actions.Approved, append(change, of(actions.Transaction("HP-"+name)))...)
			e.Sale.Buyer = actions.SoldTo{Name: name, Email: actions.Email(name + "@example.com"), Document: hers, Phone: "5519900000001"}
			e.Sale.ApprovedAt, e.Sale.OrderedAt = start, start
			if name != "guaranteed" {
				e.Sale.GuaranteeEnds = time.Time{}
			}
			if e.Subscription != nil {
				e.Subscription.Buyer, e.Subscription.NextChargeAt = e.Sale.Buyer, time.Time{}
			}
			w.apply(e)
		}
		kept := func(names ...string) {
			t.Helper()
			w.must(core.Retain(t.Context(), shop))
			for _, name := range []string{"plain", "guaranteed", "subscribed"} {
				b, err := s.In(t.Context()).BuyerByEmail(shop, name+"@example.com")
				w.must(err)
				want := strings.Contains(strings.Join(names, " "), name)
				if has := len(b.Document) > 0 && len(b.Phone) > 0 && actions.HasDocument(b) && b.ContactAt != nil; has != want || !want && (b.Document != nil || b.Phone != nil || b.DocumentKey != "" || b.ContactAt != nil) {
					t.Errorf("%s on %s: kept %t, want %t", name, w.clock().Format(time.DateOnly), has, want)
				}
			}
		}
		kept("plain", "guaranteed", "subscribed")
		w.pass(11 * day)
		kept("guaranteed", "subscribed")
		w.pass(58 * day) // the guarantee ended nine days ago
		kept("guaranteed", "subscribed")
		w.pass(2 * day)
		kept("subscribed")
		w.pass(300 * day)
		kept("subscribed")
	})
}

func TestRetentionIsChecked(t *testing.T) {
	t.Parallel()
	if wrong := actions.DefaultRetention().Validate(); len(wrong) > 0 {
		t.Errorf("the defaults: %v", wrong)
	}
	if wrong := (actions.Retention{}).Validate(); len(wrong) > 0 {
		t.Errorf("keeping everything: %v", wrong)
	}
	bad := actions.Retention{Conversations: -1, Webhooks: 1, Mails: 40_000, Codes: -7, Messages: -1, Proofs: 29, Contacts: 1, Requests: 29}
	if wrong := bad.Validate(); len(wrong) != 8 {
		t.Errorf("%d mistakes: %v", len(wrong), wrong)
	}
}
