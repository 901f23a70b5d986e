package actions_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// TestFileIsSealedUntilItIsDelivered follows a file through the database: nobody reads it there, and nothing is left of it.
func TestFileIsSealedUntilItIsDelivered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := []byte("a secret that nobody else may read")
	id, err := w.core.SendFile(t.Context(), w.rui, "../../audit.csv", body)
	w.must(err)
	row, err := w.store.In(t.Context()).File(id)
	w.must(err)
	if bytes.Contains(row.Body, body) || len(row.Body) <= len(body) || row.Name != "audit.csv" || row.IdentityID != "i-rui" {
		t.Errorf("kept as %q %q", row.Name, row.Body)
	}
	f, opened, err := w.core.OpenFile(t.Context(), id)
	w.must(err)
	if !bytes.Equal(opened, body) || f.Delivered || f.Size != int64(len(body)) {
		t.Errorf("%+v holds %q", f, opened)
	}
	for _, other := range []actions.Actor{w.ana, w.bia, w.marina} {
		if _, err := w.core.File(t.Context(), other, id); actions.AsError(err).Code != actions.NotFound {
			t.Errorf("%s learns of it: %v", other.ID, err)
		}
	}
	w.must(w.core.FileDelivered(t.Context(), f, false))
	row, err = w.store.In(t.Context()).File(id)
	w.must(err)
	if row.Body != nil {
		t.Error("its content is still there")
	}
	if f, err = w.core.File(t.Context(), w.rui, id); err != nil || !f.Delivered {
		t.Errorf("%+v, %v", f, err)
	}
	w.pass(8 * 24 * time.Hour)
	if _, err = w.core.File(t.Context(), w.rui, id); actions.AsError(err).Key != "file.gone" {
		t.Errorf("after a week: %v", err)
	}
}

// TestFileWaitsForItsReaderAlone fetches a file as everybody else might.
func TestFileWaitsForItsReaderAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, err := w.core.SendFile(t.Context(), w.rui, "audit.csv", []byte("x"))
	w.must(err)
	fetch := func(account, platform, user string) error {
		_, _, err := w.core.FetchFile(t.Context(), account, platform, user, id)
		return err
	}
	for _, who := range [][3]string{{shop, "slack", "ana"}, {shop, "discord", "rui"}, {"other", "slack", "rui"}, {shop, "slack", ""}} {
		if err := fetch(who[0], who[1], who[2]); actions.AsError(err) == nil || actions.AsError(err).Code != actions.NotFound {
			t.Errorf("%v fetches it: %v", who, err)
		}
	}
	w.must(fetch(shop, "slack", "rui"))
	w.must(w.store.RemovePerson("p-rui"))
	if err := fetch(shop, "slack", "rui"); actions.AsError(err) == nil || actions.AsError(err).Code != actions.NotFound {
		t.Errorf("fetched by somebody who was removed: %v", err)
	}
}

// TestFileThatCannotGo is refused when it is asked for, or told of where it was.
func TestFileThatCannotGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.core.SendFile(t.Context(), w.rui, "x", make([]byte, actions.MaxFile+1))
	if e := actions.AsError(err); e == nil || e.Key != "file.over_limit" {
		t.Errorf("too large: %v", err)
	}
	w.must(w.store.MoveIdentity("i-leo", "", "en"))
	_, err = w.core.SendFile(t.Context(), w.leo, "x", nil)
	if e := actions.AsError(err); e == nil || e.Code != actions.Conflict || e.Key != "file.nowhere" {
		t.Errorf("nowhere to send it: %v", err)
	}
	id, err := w.core.SendFile(t.Context(), w.rui, "x.csv", []byte("x"))
	w.must(err)
	f, err := w.core.File(t.Context(), w.rui, id)
	w.must(err)
	w.must(w.core.FileLost(t.Context(), f, "blocked"))
	if f, err = w.core.File(t.Context(), w.rui, id); err != nil || f.Lost != "blocked" {
		t.Errorf("%+v, %v", f, err)
	}
	entries, err := w.store.In(t.Context()).AuditEntriesOf(shop, "x.csv", 2)
	w.must(err)
	if len(entries) != 1 || entries[0].Action != "file.undelivered" || entries[0].AskedBy != "p-rui" {
		t.Errorf("audited: %+v", entries)
	}
	if row, err := w.store.In(t.Context()).File(id); err != nil || row.Body != nil {
		t.Errorf("its content is still there, %v", err)
	}
}

func TestWithoutASecretNoFileIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	core := actions.New(actions.Options{Store: w.store, Commerce: w.platform, Mailer: w.mailbox, Now: w.clock, NewID: w.newID})
	id, err := core.SendFile(t.Context(), w.rui, "x", []byte("x"))
	if err == nil {
		t.Fatal("kept without a key")
	}
	if _, err := w.store.In(t.Context()).File(id); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a row is there: %v", err)
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"audit-2026.csv":                  "audit-2026.csv",
		"../../etc/passwd":                "etc_passwd",
		`..\..\evil.bat`:                  "evil.bat",
		"/etc/cron.d/x":                   "etc_cron.d_x",
		"C:\\x.csv":                       "C__x.csv",
		".bashrc":                         "bashrc",
		"-rf":                             "rf",
		"a\r\nSet-Cookie: x.csv":          "a__Set-Cookie__x.csv",
		`a"; filename="b.exe`:             "a___filename__b.exe",
		"a\u202efdp.exe":                  "a_fdp.exe",
		"":                                "file",
		"...":                             "file",
		"con.csv":                         "file_con.csv",
		"NUL":                             "file_NUL",
		"x\x00.csv":                       "x_.csv",
		strings.Repeat("a", 200) + ".csv": strings.Repeat("a", 76) + ".csv",
	} {
		if got := actions.FileName(given); got != want || actions.FileName(got) != got {
			t.Errorf("%q became %q, want %q", given, got, want)
		}
	}
}
