package actions_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// ownProof enters the code that a buyer is mailed for something with his own data.
func (w *world) ownProof(who actions.Actor, purpose actions.CodePurpose, buyer string) string {
	w.t.Helper()
	sent, err := w.core.SendCode(w.t.Context(), who, actions.SendCodeInput{Conversation: "c-" + w.newID(), Purpose: purpose, Buyer: buyer})
	w.must(err)
	w.work()
	w.must(w.core.CheckCode(w.t.Context(), who, actions.CheckCodeInput{ID: sent.ID, Purpose: purpose, Code: w.lastCode()}))
	return sent.ID
}

// TestOwnDataNeedsItsOwnCode: neither another's record nor another's code, nor a code for something else, opens or ends
// anything.
func TestOwnDataNeedsItsOwnCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bought("HP100", w.marina)
	refund := w.proof(w.marina, "HP100")
	export := w.ownProof(w.marina, actions.CodeExport, "marina")
	for name, c := range map[string]struct {
		who  actions.Actor
		in   actions.OwnInput
		want string
	}{
		"no code":             {w.marina, actions.OwnInput{Buyer: "marina"}, "code.needed"},
		"a code that is not":  {w.marina, actions.OwnInput{Buyer: "marina", Proof: "nonsense"}, "code.needed"},
		"a code for a refund": {w.marina, actions.OwnInput{Buyer: "marina", Proof: refund}, "code.needed"},
		"another's code":      {w.paulo, actions.OwnInput{Buyer: "paulo", Proof: export}, "code.needed"},
		"another's record":    {w.paulo, actions.OwnInput{Buyer: "marina", Proof: export}, "privacy.not_yours"},
		"the team":            {w.rui, actions.OwnInput{Buyer: "marina", Proof: export}, "privacy.not_yours"},
		"an admin":            {w.adm, actions.OwnInput{Buyer: "marina", Proof: export}, "privacy.not_yours"},
		"a stranger":          {w.stranger("nobody"), actions.OwnInput{Buyer: "marina", Proof: export}, "privacy.not_yours"},
		"nobody's record":     {w.marina, actions.OwnInput{Buyer: "", Proof: export}, "privacy.not_yours"},
	} {
		if _, err := w.core.EraseOwn(t.Context(), c.who, c.in); key(err) != c.want {
			t.Errorf("erase with %s: %v, want %s", name, err, c.want)
		}
		if name == "no code" || name == "a code for a refund" || c.want == "privacy.not_yours" || name == "another's code" {
			if _, err := w.core.ExportOwn(t.Context(), c.who, c.in); key(err) != c.want {
				t.Errorf("export with %s: %v, want %s", name, err, c.want)
			}
		}
	}
	if _, err := w.core.EraseOwn(t.Context(), w.marina, actions.OwnInput{Buyer: "marina", Proof: export}); key(err) != "code.needed" {
		t.Errorf("erased with the code for the export: %v", err)
	}
	for _, who := range []actions.Actor{w.paulo, w.rui} {
		if _, err := w.core.SendCode(t.Context(), who, actions.SendCodeInput{Conversation: "c", Purpose: actions.CodeErase, Buyer: "marina"}); key(err) != "privacy.not_yours" {
			t.Errorf("%s has a code mailed to Marina: %v", who.ID, err)
		}
	}
	_, err := w.core.ExportOwn(t.Context(), w.marina, actions.OwnInput{Buyer: "marina", Proof: export})
	w.must(err)
	if _, err := w.core.ExportOwn(t.Context(), w.marina, actions.OwnInput{Buyer: "marina", Proof: export}); key(err) != "code.needed" {
		t.Errorf("one code, two exports: %v", err)
	}
	late := w.ownProof(w.marina, actions.CodeErase, "marina")
	w.pass(actions.CodeLife + time.Second)
	if _, err := w.core.EraseOwn(t.Context(), w.marina, actions.OwnInput{Buyer: "marina", Proof: late}); key(err) != "code.needed" {
		t.Errorf("erased long after: %v", err)
	}
}

// TestOwnExport: everything, opened, without hashes and without the names of the team.
func TestOwnExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lived(w)
	buyer, err := w.store.Buyer("marina")
	w.must(err)
	was := buyer
	buyer.Document, err = secrets.Seal("document", "marina", []byte(hers))
	w.must(err)
	w.must(w.store.PutContact(buyer, was))
	w.pass(2 * time.Hour) // codes are limited by the hour
	id, err := w.core.ExportOwn(t.Context(), w.marina, actions.OwnInput{Buyer: "marina", Proof: w.ownProof(w.marina, actions.CodeExport, "marina")})
	w.must(err)
	_, body, err := w.core.OpenFile(t.Context(), id)
	w.must(err)
	var lists map[string][]map[string]any
	w.must(json.Unmarshal(body, &lists))
	for table, least := range map[string]int{"buyers": 1, "purchases": 2, "proposals": 1, "requests": 4, "identities": 2, "identity_buyers": 2, "one_time_codes": 3, "mails": 3, "audit_entries": 5} {
		if len(lists[table]) < least {
			t.Errorf("%d %s are exported, want %d", len(lists[table]), table, least)
		}
	}
	if lists["buyers"][0]["document"] != string(hers) {
		t.Errorf("the document is %v", lists["buyers"][0]["document"])
	}
	for _, ours := range []string{`"rui"`, `"ana"`, `"code_hash": "0`} {
		if bytes.Contains(body, []byte(ours)) {
			t.Errorf("%s is exported", ours)
		}
	}
	row, err := w.store.In(t.Context()).File(id)
	w.must(err)
	if bytes.Contains(row.Body, []byte("arina")) {
		t.Error("the file can be read in the database")
	}
}

// TestOwnErase: she does it herself, and nothing of her is left; the record says that she did.
func TestOwnErase(t *testing.T) {
	t.Parallel()
	onRaw(t, func(t *testing.T, s *store.Store, raw *sql.DB) {
		w := worldOn(t, s)
		lived(w)
		w.pass(2 * time.Hour)
		means, err := w.core.PreviewErase(t.Context(), w.marina, "marina")
		w.must(err)
		equal(t, "what it means", means, actions.ErasePreview{Purchases: 2, Guarantees: 1})
		if _, err := w.core.PreviewErase(t.Context(), w.paulo, "marina"); key(err) != "privacy.not_yours" {
			t.Errorf("another's preview: %v", err)
		}
		_, err = w.core.ExportOwn(t.Context(), w.marina, actions.OwnInput{Buyer: "marina", Proof: w.ownProof(w.marina, actions.CodeExport, "marina")})
		w.must(err)
		done, err := w.core.EraseOwn(t.Context(), w.marina, actions.OwnInput{Buyer: "marina", Proof: w.ownProof(w.marina, actions.CodeErase, "marina")})
		w.must(err)
		if done.Purchases != 2 || done.Entries < 3 {
			t.Errorf("erased: %+v", done)
		}
		for _, trace := range []string{"Marina", "arina.duarte", "Duarte", "98765", "new-phone", "my-data"} {
			if text := dump(t, s, raw); strings.Contains(text, trace) {
				at := strings.Index(text, trace)
				t.Errorf("%q is still there: …%s…", trace, text[max(0, at-80):min(len(text), at+80)])
			}
		}
		report, err := s.VerifyAudit(t.Context(), shop)
		if err != nil || !report.OK() {
			t.Errorf("the audit log: %+v, %v", report, err)
		}
		entries, err := s.In(t.Context()).AuditEntriesOf(shop, "marina", 1)
		w.must(err)
		if len(entries) != 1 || entries[0].Action != store.AuditErased || entries[0].Actor != w.marina.ID || entries[0].ActorName != "" {
			t.Errorf("on record: %+v", entries)
		}
		if again := w.actor("telegram", "marina"); len(again.Buyers) != 0 {
			t.Error("the chat is still hers")
		}
		w.work() // nothing is mailed to nobody
		for _, m := range w.mails() {
			if strings.Contains(m, "erased") {
				t.Errorf("mailed: %s", m)
			}
		}
	})
}

// TestOwnEraseWaits: what was started between the question and the answer is seen.
func TestOwnEraseWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP100", w.marina, func(p *store.Purchase) { p.Amount = 29700 })
	proof := w.ownProof(w.marina, actions.CodeErase, "marina")
	_, err := w.core.Refund(t.Context(), w.marina, actions.RefundInput{Key: "k1", Transaction: code, Reason: actions.OtherReason, Proof: w.proof(w.marina, code)})
	w.must(err)
	if _, err := w.core.EraseOwn(t.Context(), w.marina, actions.OwnInput{Buyer: "marina", Proof: proof}); key(err) != "privacy.under_way" {
		t.Errorf("with an open proposal: %v", err)
	}
	means, err := w.core.PreviewErase(t.Context(), w.marina, "marina")
	w.must(err)
	equal(t, "what it means", means, actions.ErasePreview{Purchases: 1, Guarantees: 1, UnderWay: 1})
}
