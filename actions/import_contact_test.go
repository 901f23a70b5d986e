package actions_test

import (
	"bytes"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

const (
	hers   actions.Document = "52998224725"
	thiefs actions.Document = "12345678909"
)

func with(d actions.Document, phone string) func(*actions.SaleEvent) {
	return func(e *actions.SaleEvent) { e.Sale.Buyer.Document, e.Sale.Buyer.Phone = d, phone }
}

// kept is what can be told of the buyer's document and phone with the shop's secret.
func (w *world) kept() (document, phone string) {
	w.t.Helper()
	b, err := w.store.BuyerByEmail(shop, ines.Email.Key())
	w.must(err)
	open := func(use string, sealed []byte) string {
		value, err := secrets.Open(use, b.ID, sealed)
		w.must(err)
		return string(value)
	}
	document, phone = open("document", b.Document), open("phone", b.Phone)
	if matches := w.core.DocumentMatches(b, actions.Document(document)); matches != (document != "") || actions.HasDocument(b) != matches {
		w.t.Errorf("the document %q matches: %t, there is one: %t", document, matches, actions.HasDocument(b))
	}
	return document, phone
}

// TestDocumentIsTaken: from paid sales alone, never over another one, and not for purchases of which it says nothing.
func TestDocumentIsTaken(t *testing.T) {
	t.Parallel()
	first := sold("1", 1, actions.Approved, with(hers, "5519900000001"))
	for name, c := range map[string]struct {
		events          []actions.SaleEvent
		document, phone string
	}{
		"of a sale":                        {[]actions.SaleEvent{first}, string(hers), "5519900000001"},
		"of a sale told twice":             {[]actions.SaleEvent{first, sold("2", 2, actions.Complete, with(hers, "5519900000001"))}, string(hers), "5519900000001"},
		"of a boleto that is not paid":     {[]actions.SaleEvent{sold("1", 1, actions.WaitingPayment, with(thiefs, ""))}, "", ""},
		"of a boleto that is paid later":   {[]actions.SaleEvent{sold("1", 1, actions.WaitingPayment, with(hers, "")), sold("2", 2, actions.Approved, with(hers, ""))}, string(hers), ""},
		"of the next purchase too":         {[]actions.SaleEvent{first, sold("2", 2, actions.Approved, of("HP901"), with(hers, "5519900000002"))}, string(hers), "5519900000002"},
		"another one, not paid":            {[]actions.SaleEvent{first, sold("2", 2, actions.WaitingPayment, of("HP901"), with(thiefs, ""))}, string(hers), "5519900000001"},
		"another one, paid":                {[]actions.SaleEvent{first, sold("2", 2, actions.Approved, of("HP901"), with(thiefs, ""))}, "", "5519900000001"},
		"another one, paid, and his again": {[]actions.SaleEvent{first, sold("2", 2, actions.Approved, of("HP901"), with(thiefs, "")), sold("3", 3, actions.Complete, with(hers, ""))}, "", "5519900000001"},
		"for a purchase from before":       {[]actions.SaleEvent{sold("1", 1, actions.Approved), sold("2", 2, actions.Approved, of("HP901"), with(thiefs, ""))}, "", ""},
		"for a report's from before":       {[]actions.SaleEvent{sold("1", 1, actions.Approved, reported), sold("2", 2, actions.Approved, of("HP901"), with(thiefs, ""))}, "", ""},
		"for a purchase never paid":        {[]actions.SaleEvent{sold("1", 1, actions.Expired), sold("2", 2, actions.Approved, of("HP901"), with(hers, ""))}, string(hers), ""},
		"that is missing later":            {[]actions.SaleEvent{first, sold("2", 2, actions.Complete)}, string(hers), "5519900000001"},
		"an older phone later":             {[]actions.SaleEvent{sold("2", 2, actions.Complete, with(hers, "5519900000002")), first}, string(hers), "5519900000002"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one := newWorld(t)
			one.apply(c.events...)
			document, phone := one.kept()
			equal(t, "one by one", []string{document, phone}, []string{c.document, c.phone})
			two := newWorld(t)
			_, err := two.core.Import(t.Context(), shop, all(c.events...), actions.ImportOptions{Name: "x"})
			two.must(err)
			document, phone = two.kept()
			equal(t, "in one batch", []string{document, phone}, []string{c.document, c.phone})
		})
	}
}

// TestDocumentIsNotReadable: who steals the database has neither, and who asks for all that is kept of him gets both.
func TestDocumentIsNotReadable(t *testing.T) {
	t.Parallel()
	onRaw(t, func(t *testing.T, s *store.Store, raw *sql.DB) {
		w := worldOn(t, s)
		w.apply(sold("1", 1, actions.Approved, with(hers, "5519900000001")))
		if text := dump(t, s, raw); strings.Contains(text, string(hers)) || strings.Contains(text, "19900000001") {
			t.Error("the document or the phone can be read")
		}
		out, err := w.core.ExportBuyer(t.Context(), shop, ines.Email)
		w.must(err)
		if !bytes.Contains(out, []byte(`"document": "52998224725"`)) || !bytes.Contains(out, []byte(`"phone": "5519900000001"`)) {
			t.Errorf("exported: %s", out)
		}
		_, err = w.core.EraseBuyer(t.Context(), shop, ines.Email)
		w.must(err)
		for _, row := range column(t, raw, "SELECT document, document_key, phone, contact_at FROM buyers") {
			if slices.ContainsFunc(row, func(v string) bool { return v != "" }) {
				t.Errorf("not erased: %q", row)
			}
		}
	})
}

// Without a secret nothing is taken, and the import goes on.
func TestDocumentWithoutSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.core = actions.New(actions.Options{Store: w.store, Commerce: w.platform, Mailer: w.mailbox, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID})
	w.apply(sold("1", 1, actions.Approved, with(hers, "5519900000001")))
	b, err := w.store.BuyerByEmail(shop, ines.Email.Key())
	w.must(err)
	if len(b.Document)+len(b.Phone)+len(b.DocumentKey) > 0 || w.core.DocumentMatches(b, hers) || w.core.DocumentMatches(b, "") {
		t.Errorf("kept without a secret: %+v", b)
	}
}
