package actions_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// page is a summary that says all there is.
func page(e actions.Evidence) ([]byte, error) { return fmt.Appendf(nil, "%+v", e), nil }

// pack makes an evidence pack and returns it.
func (w *world) pack(who actions.Actor, t actions.Transaction) []byte {
	w.t.Helper()
	id, err := w.core.SendEvidence(w.t.Context(), who, actions.EvidenceInput{Transaction: t, Page: page})
	w.must(err)
	f, body, err := w.core.OpenFile(w.t.Context(), id)
	w.must(err)
	if f.Name != "evidence-"+string(t)+".zip" || f.MIME != "application/zip" || f.Identity != who.Identity {
		w.t.Errorf("%+v", f)
	}
	return body
}

// unpack returns the files of a pack by name.
func unpack(t *testing.T, pack []byte) map[string][]byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if all[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// disputed is a purchase with a history: access sent again, a refund asked for, decided and carried out.
func disputed(w *world) actions.Transaction {
	w.t.Helper()
	t, id := w.proposed("HP100", w.ana)
	w.bought("HP200", w.marina)
	_, err := w.core.Resend(w.t.Context(), w.leo, actions.ResendInput{Key: "other", Transaction: "HP200"})
	w.must(err)
	_, err = w.core.Resend(w.t.Context(), w.leo, actions.ResendInput{Key: "again", Transaction: t})
	w.must(err)
	w.pass(time.Hour)
	w.approve(w.rui, "d1", id)
	w.work()
	return t
}

func TestEvidenceHoldsWhatIsOnRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := disputed(w)
	pack := w.pack(w.bia, code)
	files := unpack(t, pack)

	var manifest struct {
		Format string
		Masked bool
		Files  []struct {
			Name   string
			Size   int
			SHA256 string
		}
	}
	w.must(json.Unmarshal(files["manifest.json"], &manifest))
	if len(manifest.Files) != len(files)-1 || manifest.Masked || manifest.Format != "aftersale evidence 1" {
		t.Errorf("%+v of %d files", manifest, len(files))
	}
	for _, f := range manifest.Files {
		sum := sha256.Sum256(files[f.Name])
		if hex.EncodeToString(sum[:]) != f.SHA256 || len(files[f.Name]) != f.Size {
			t.Errorf("%s is not as the manifest says", f.Name)
		}
	}

	var e struct {
		Purchase  struct{ Buyer, Email, Status string }
		Policy    []struct{ Action string }
		Access    []struct{ Product string }
		Mails     []struct{ Template, To string }
		Decisions []struct {
			Status      string
			Decided_by  string
			Seal_intact bool
			Decided     struct{ UTC, Local string }
		}
		Messages []struct{ Who, Reason string }
		Writes   []struct{ Action, State string }
		Audit    []struct{ Action, Target string }
	}
	w.must(json.Unmarshal(files["summary.json"], &e))
	if e.Purchase.Buyer != "Marina Duarte" || e.Purchase.Email != "marina.duarte@example.com" || e.Purchase.Status != "refunded" {
		t.Errorf("purchase: %+v", e.Purchase)
	}
	if len(e.Decisions) != 1 || e.Decisions[0].Decided_by != "rui" || !e.Decisions[0].Seal_intact || e.Decisions[0].Status != "approved" ||
		e.Decisions[0].Decided.UTC != "2026-03-10T16:00:00Z" || e.Decisions[0].Decided.Local != "2026-03-10 13:00:00 -03:00" {
		t.Errorf("decisions: %+v", e.Decisions)
	}
	sent := map[string]int{}
	for _, m := range e.Mails {
		sent[m.Template]++
		if m.To != "marina.duarte@example.com" {
			t.Errorf("mail to %s", m.To)
		}
	}
	if sent["access"] != 1 || sent["refund_done"] != 1 {
		t.Errorf("mails: %v", sent)
	}
	if len(e.Policy) == 0 || len(e.Access) == 0 || len(e.Writes) == 0 || len(e.Messages) == 0 || e.Messages[0].Who != "ana" {
		t.Errorf("policy %v, access %v, writes %v, messages %v", e.Policy, e.Access, e.Writes, e.Messages)
	}
	for _, entry := range e.Audit {
		if entry.Target == "HP200" {
			t.Errorf("another purchase is in it: %+v", entry)
		}
	}
	entries, err := w.store.In(t.Context()).AuditEntriesOf(shop, string(code), 1)
	w.must(err)
	sum := sha256.Sum256(pack)
	if entries[0].Action != "evidence.made" || !strings.Contains(string(entries[0].Data), hex.EncodeToString(sum[:])) || entries[0].Actor != "p-bia" {
		t.Errorf("on record: %+v %s", entries[0], entries[0].Data)
	}
}

// TestEvidenceIsTheSameForTheSameFacts: made again, later and by another producer, it is the same to the byte.
func TestEvidenceIsTheSameForTheSameFacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := disputed(w)
	first := w.pack(w.bia, code)
	w.pass(100 * time.Hour)
	if again := w.pack(w.bia, code); !bytes.Equal(first, again) {
		t.Error("the second pack differs")
	}
	w.chronicle("p-leo", "leo", "access.resent", string(code), "")
	if again := w.pack(w.bia, code); bytes.Equal(first, again) {
		t.Error("a new fact changes nothing")
	}
}

// TestEvidenceIsMaskedForManagers looks for the buyer in every file of a manager's pack.
func TestEvidenceIsMaskedForManagers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := disputed(w)
	w.chronicle(w.marina.ID, "Marina Duarte", "refund.requested", string(code), "mail me at marina.duarte@example.com")
	for _, who := range []actions.Actor{w.rui, w.adm} {
		for name, content := range unpack(t, w.pack(who, code)) {
			for _, secret := range []string{"Marina", "Duarte", "marina.duarte"} {
				if strings.Contains(string(content), secret) {
					t.Errorf("%s of %s: %q is in it", name, who.ID, secret)
				}
			}
		}
	}
	if all := unpack(t, w.pack(w.bia, code)); !strings.Contains(string(all["audit.json"]), "Marina Duarte") {
		t.Error("a producer's pack is masked")
	}
}

// TestEvidenceEntriesCanBeProved recomputes the hashes of a producer's pack from what stands in it, as docs/operations.md
// says: who gets the pack needs nothing of ours.
func TestEvidenceEntriesCanBeProved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := disputed(w)
	var entries []struct {
		Number         int64
		At_unix_micros int64
		Actor          string
		Actor_name     string
		Asked_by       string
		Action         string
		Target         string
		Note           string
		Data           string
		Previous_hash  string
		Hash           string
	}
	w.must(json.Unmarshal(unpack(t, w.pack(w.bia, code))["audit.json"], &entries))
	if len(entries) < 4 {
		t.Fatalf("%d entries", len(entries))
	}
	for _, e := range entries {
		b := []byte("aftersale audit 1\x00")
		field := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
		field(shop)
		b = binary.BigEndian.AppendUint64(b, uint64(e.Number))
		b = binary.BigEndian.AppendUint64(b, uint64(e.At_unix_micros))
		for _, s := range []string{e.Actor, e.Actor_name, e.Asked_by, e.Action, e.Target, e.Note, e.Data, e.Previous_hash} {
			field(s)
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != e.Hash {
			t.Errorf("entry %d does not fit its hash", e.Number)
		}
	}
}

func TestWhoGetsEvidence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := disputed(w)
	ask := func(who actions.Actor, t actions.Transaction) error {
		_, err := w.core.SendEvidence(w.t.Context(), who, actions.EvidenceInput{Transaction: t, Page: page})
		return err
	}
	for _, who := range []actions.Actor{w.ana, w.leo, w.marina, w.paulo, {}} {
		if err := ask(who, code); actions.AsError(err) == nil || actions.AsError(err).Code != actions.Denied {
			t.Errorf("%s: %v", who.ID, err)
		}
	}
	if err := ask(w.bia, "HP404"); actions.AsError(err) == nil || actions.AsError(err).Code != actions.NotFound {
		t.Errorf("no such purchase: %v", err)
	}
	w.must(w.store.MoveIdentity(w.bia.Identity, "", "en"))
	if err := ask(w.bia, code); actions.AsError(err) == nil || actions.AsError(err).Key != "file.nowhere" {
		t.Errorf("no private chat: %v", err)
	}
}

// TestEvidenceIsBounded: thousands of entries make a pack that can still be sent.
func TestEvidenceIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.bought("HP1", w.marina)
	for range 3 {
		w.must(w.store.Tx(t.Context(), func(tx *store.Store) error {
			for range 900 {
				if err := tx.Audit(store.AuditEntry{AccountID: shop, At: w.clock(), Actor: "p-leo", ActorName: "leo", Action: "access.resent", Target: string(code), Note: strings.Repeat("x", 500)}); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	pack := w.pack(w.bia, code)
	var entries []struct{ Number int64 }
	w.must(json.Unmarshal(unpack(t, pack)["audit.json"], &entries))
	if len(entries) != 1000 || entries[999].Number != 2700 || len(pack) > actions.MaxFile {
		t.Errorf("%d entries up to %d, %d bytes", len(entries), entries[len(entries)-1].Number, len(pack))
	}
}
