package actions_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

var (
	aPNG = []byte("\x89PNG\r\n\x1a\n and so on")
	aPDF = []byte("%PDF-1.7 and so on")
)

func TestCaseFileKind(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		string(aPNG): ".png", string(aPDF): ".pdf", "\xff\xd8\xff and so on": ".jpg", "GIF89a and so on": ".gif", "RIFF\x00\x00\x00\x00WEBPVP8 ": ".webp",
		"It says: error 17\nthen nothing": ".txt", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom": ".mp4",
		"<html><script>alert(1)</script>": "", "<!DOCTYPE html>": "", "  <svg xmlns='x' onload='y'>": "", "<?xml version='1.0'?><svg>": "",
		"text that hides <ScRiPt>": "", "MZ\x90\x00\x03 an executable": "", "\x7fELF\x02\x01": "", "PK\x03\x04 an archive": "", "#!/bin/sh\nrm": "",
	} {
		_, ending, ok := actions.CaseFileKind([]byte(body))
		if ok != (want != "") || ok && ending != want {
			t.Errorf("%q is %q, %v", body, ending, ok)
		}
	}
}

func (w *world) sends(who actions.Actor, key, album, name string, body []byte) (actions.Uploaded, error) {
	return w.core.KeepUpload(w.t.Context(), who, actions.UploadInput{Key: key, Album: album, Name: name, Body: body, Size: int64(len(body))})
}

func TestFilesOfACase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := worldOn(t, s)
		ctx := t.Context()
		p := w.bought("HP100", w.marina)

		// What is not taken, and from whom.
		_, err := w.sends(w.marina, "f1", "", "page.png", []byte("<html>"))
		wantError(t, err, actions.Invalid, "case_file.kind")
		_, err = w.sends(w.marina, "f2", "", "empty.txt", nil)
		wantError(t, err, actions.Invalid, "case_file.kind")
		_, err = w.sends(w.marina, "f3", "", "big.png", append(bytes.Clone(aPNG), make([]byte, actions.MaxFile)...))
		wantError(t, err, actions.Invalid, "case_file.too_large")
		_, err = w.sends(w.ana, "f4", "", "x.png", aPNG)
		wantError(t, err, actions.Denied, "case_file.role")

		// An album is one message: its later pictures follow the first, before the case is there and after.
		first, err := w.sends(w.marina, "f5", "a1", `..\..\C:\evil\Comprovante do Pix.exe`, aPNG)
		w.must(err)
		second, err := w.sends(w.marina, "f6", "a1", "photo", aPNG)
		w.must(err)
		if again, err := w.sends(w.marina, "f5", "a1", "x", aPNG); err != nil || !again.Joined {
			t.Errorf("delivered twice: %+v, %v", again, err)
		}
		if first.Joined || !second.Joined || first.Name != "Comprovante_do_Pix.png" {
			t.Errorf("kept %+v and %+v", first, second)
		}
		c := w.asks(w.marina, "k1", actions.TopicPayment, p)
		if c.Files != 2 {
			t.Errorf("the case has %d files", c.Files)
		}
		third, err := w.sends(w.marina, "f7", "a1", "late", aPNG)
		w.must(err)
		if now := w.case_(c.ID); !third.Joined || now.Files != 3 {
			t.Errorf("the late one: %+v, %d files", third, now.Files)
		}
		// Somebody else's album of the same name is his own.
		if other, err := w.sends(w.paulo, "f8", "a1", "x", aPDF); err != nil || other.Joined || w.case_(c.ID).Files != 3 {
			t.Errorf("another's: %+v, %v", other, err)
		}

		// The team is given them privately; nobody else is.
		_, err = w.core.SendCaseFiles(ctx, w.marina, actions.CaseInput{Key: "g1", Case: c.ID})
		wantError(t, err, actions.Denied, "error.role")
		_, err = w.core.SendCaseFiles(ctx, w.ana, actions.CaseInput{Key: "g2", Case: "nothing"})
		wantError(t, err, actions.NotFound, "case.not_found")
		n, err := w.core.SendCaseFiles(ctx, w.ana, actions.CaseInput{Key: "g3", Case: c.ID})
		w.must(err)
		if n != 3 {
			t.Errorf("%d files were sent", n)
		}
		w.work()
		files := 0
		for _, line := range w.noted() {
			if id, ok := strings.CutPrefix(line, "file "); ok {
				files++
				f, body, err := w.core.OpenFile(ctx, id)
				if err != nil || !bytes.Equal(body, aPNG) || f.MIME != "image/png" || f.Actor != w.ana.ID {
					t.Errorf("delivered %+v, %q, %v", f, body, err)
				}
			}
		}
		if files != 3 {
			t.Errorf("%d deliveries", files)
		}
		var raw []byte
		w.must(s.In(ctx).Tx(ctx, func(tx *store.Store) error {
			all, err := tx.CaseFiles(c.ID, 10)
			if err != nil {
				return err
			}
			f, err := tx.CaseFile(w.ana.Account, all[0].ID)
			raw = f.Body
			return err
		}))
		if bytes.Contains(raw, []byte("PNG")) || len(raw) == 0 {
			t.Error("the file is not sealed")
		}

		// What belongs to no case within a day is dropped; what does goes with the texts.
		if n, err := s.In(ctx).ForgetWaitingFiles(start.Add(48*time.Hour), 10); err != nil || n != 1 {
			t.Errorf("%d files were dropped, %v", n, err)
		}
		_, err = w.core.CloseCase(ctx, w.ana, actions.CaseInput{Key: "g4", Case: c.ID})
		w.must(err)
		if _, err := s.In(ctx).ForgetCaseTexts(start.AddDate(1, 0, 0), start.AddDate(1, 0, 0), 10); err != nil || w.case_(c.ID).Files != 0 {
			t.Errorf("after the texts were dropped there are %d files, %v", w.case_(c.ID).Files, err)
		}
	})
}

func TestTooManyWaitingFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 20 {
		_, err := w.sends(w.marina, "f"+string(rune('a'+i)), "", "x", aPNG)
		w.must(err)
	}
	_, err := w.sends(w.marina, "last", "", "x", aPNG)
	wantError(t, err, actions.Conflict, "case_file.too_many")
}
