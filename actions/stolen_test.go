package actions_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
)

// theSecret is what a thief of the database file does not have.
const theSecret = "the secret of this installation."

// TestStolenDatabase lives a day of a shop and reads the raw file as its thief would: not through tables, but byte by byte,
// pages that were freed included. Names and addresses are there, and so they are found: the search works.
func TestStolenDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := worldOn(t, s)
	v, err := vault.New([]byte(theSecret))
	w.must(err)
	w.core = actions.New(actions.Options{Store: s, Commerce: w.platform, Mailer: w.mailbox, Policy: actions.DefaultPolicy(), Now: w.clock, NewID: w.newID,
		Vault: v, NewCode: func() (string, error) { return "918273", nil }, PublicURL: func() string { return "https://support.example" },
		ChatLink: func(_ context.Context, words string) string { return "https://t.me/shop_bot?start=" + words }})

	// A buyer with document and phone, known by a code, whose data waits for him as a file.
	w.apply(sold("1", 1, actions.Approved, with(hers, "5519900000001")))
	who, err := w.core.Actor(t.Context(), shop, "telegram", "ines", "chat-ines", "")
	w.must(err)
	sent, err := w.sendCode(who, "HP900")
	w.must(err)
	w.must(w.enter(who, sent.ID, w.lastCode()))
	who = w.actor("telegram", "ines")
	file, err := w.core.ExportOwn(t.Context(), who, actions.OwnInput{Buyer: who.Buyers[0], Proof: w.ownProof(who, actions.CodeExport, who.Buyers[0])})
	w.must(err)
	_, export, err := w.core.OpenFile(t.Context(), file)
	w.must(err)
	if !bytes.Contains(export, []byte(hers)) {
		t.Fatal("the file holds no document")
	}
	// Somebody of the team sets an authenticator app up, and has a link of an e-mail change mailed.
	w.must(w.core.SetUpFactor(t.Context(), w.rui, ""))
	key, err := w.core.FactorKey(t.Context(), w.rui.Identity)
	w.must(err)
	code := w.bought("HP100", w.marina)
	// The address that it may go to is asked for by codes, and in no row yet but sealed.
	_, err = w.core.SendCode(t.Context(), w.marina, actions.SendCodeInput{Conversation: "c", Purpose: actions.CodeEmailOld, Transaction: code, NewEmail: "hidden.address@example.org"})
	w.must(err)
	w.work()

	raw, err := sql.Open("sqlite", path)
	w.must(err)
	defer raw.Close()
	_, err = raw.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	w.must(err)
	var stolen []byte
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		part, err := os.ReadFile(name)
		if err == nil {
			stolen = append(stolen, part...)
		}
	}
	for what, word := range map[string]string{"a name": "Inês Valente", "an address": "ines.valente@example.org"} {
		if !bytes.Contains(stolen, []byte(word)) {
			t.Fatalf("%s is not found: the test reads the wrong file", what)
		}
	}
	seed := strings.ReplaceAll(key.Text, " ", "")
	for what, word := range map[string]string{
		"a document": string(hers), "a document as it is written": "529.982.247-25", "a phone": "19900000001", "a one-time code": "918273",
		"the secret": theSecret, "the secret in base64": base64.StdEncoding.EncodeToString([]byte(theSecret)), "the secret in hexadecimal": hex.EncodeToString([]byte(theSecret)),
		"the key of an authenticator app": seed, "the same, as it is typed": key.Text, "an address that was typed for a change": "hidden.address",
		"what a file holds": `"purchases": [`,
	} {
		if at := bytes.Index(stolen, []byte(word)); at >= 0 {
			t.Errorf("%s can be read: …%q…", what, stolen[max(0, at-60):min(len(stolen), at+60)])
		}
	}
	sealedAreListed(t, w, raw, v)
}

// sealedAreListed: wherever something sealed is found, a change of the secret knows of it.
func sealedAreListed(t *testing.T, w *world, raw *sql.DB, v *vault.Vault) {
	t.Helper()
	listed, found := actions.SealedColumns(), 0
	for _, c := range column(t, raw, "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND lower(c.type) = 'blob' AND m.name NOT LIKE 'river%'") {
		var n int
		w.must(raw.QueryRow(fmt.Sprintf(`SELECT count(*) FROM "%s" WHERE substr("%s", 1, ?) = ?`, c[0], c[1]), vault.PrefixBytes, v.Current()).Scan(&n))
		if n == 0 {
			continue
		}
		found++
		if !slices.Contains(listed, c[0]+"."+c[1]) {
			t.Errorf("%s.%s holds sealed values, and a change of the secret would lose them: see sealedColumns", c[0], c[1])
		}
	}
	if twice := len(listed) - len(slices.Compact(slices.Sorted(slices.Values(listed)))); twice > 0 {
		t.Errorf("%d columns are listed twice, and counted so", twice)
	}
	if found < 5 {
		t.Errorf("sealed values are found in %d columns: the test does not live enough", found)
	}
}

// TestContactMovesWithTheBuyer: a purchase that moves to a record of its own takes document and phone with it, sealed anew;
// the ones of the record that stays are not touched.
func TestContactMovesWithTheBuyer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.document("marina", hers)
	was := w.mustBuyer("marina")
	b := was
	var err error
	b.Phone, err = secrets.Seal("phone", "marina", []byte("5519900000001"))
	w.must(err)
	w.must(w.store.PutContact(b, was))
	code := w.bought("HP100", w.marina)
	_, err = w.core.ChangeEmail(t.Context(), w.marina, w.bothCodes(w.marina, change("k1", code, "new@example.org", w.marina)))
	w.must(err)
	w.work()
	for _, id := range []string{"marina", w.purchase(code).Buyer.ID} {
		b := w.mustBuyer(id)
		document, err := secrets.Open("document", id, b.Document)
		w.must(err)
		phone, err := secrets.Open("phone", id, b.Phone)
		w.must(err)
		if string(document) != string(hers) || string(phone) != "5519900000001" || !w.core.DocumentMatches(b, hers) || w.core.DocumentMatches(b, thiefs) {
			t.Errorf("%s: document %q, phone %q", b.Email, document, phone)
		}
	}
	if w.purchase(code).Buyer.ID == "marina" || w.mustBuyer("marina").DocumentKey == w.mustBuyer(w.purchase(code).Buyer.ID).DocumentKey {
		t.Error("the purchase has no record of its own, or the table tells that both are one person")
	}
}
