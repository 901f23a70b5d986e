package actions

import (
	"bytes"
	"context"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// caseFileUse is the use for which the vault seals files of cases.
const caseFileUse = "case_file"

const (
	// maxCaseFiles is how many files of one case the team is given at once, and how many of a buyer wait for a question.
	maxCaseFiles = 20
	// filesWait is how long a file waits for the question that it belongs to, and an album for its last picture.
	filesWait = 24 * time.Hour
)

// caseFileKinds are what a buyer may send, by what is in it, with the ending that its name gets: what shows a problem or proves a
// payment. No pages, no drawings with scripts, no programs, no archives.
var caseFileKinds = map[string]string{
	"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "application/pdf": ".pdf", "video/mp4": ".mp4", "text/plain": ".txt",
}

// markupSigns are what no plain text holds that is only text.
var markupSigns = []string{"<svg", "<script", "<html", "<!doctype", "<iframe", "<?xml", "<?php"}

// CaseFileKind says what kind of file something is, by what is in it, whatever it is called; ok is false for a kind that is not taken.
func CaseFileKind(body []byte) (mime, ending string, ok bool) {
	mime, _, _ = strings.Cut(http.DetectContentType(body), ";")
	ending, ok = caseFileKinds[mime]
	if mime != "text/plain" {
		return mime, ending, ok
	}
	low := bytes.ToLower(body)
	for _, sign := range markupSigns {
		if bytes.Contains(low, []byte(sign)) {
			return mime, "", false
		}
	}
	return mime, ending, ok && !bytes.HasPrefix(body, []byte("#!"))
}

// An UploadInput is a file that a buyer sends.
type UploadInput struct {
	Key   string // idempotency key
	Album string // the platform's id of what was sent as one; empty: this file alone
	Name  string // any; what no file should be called is taken out of it
	Body  []byte
	Size  int64 // bytes; more than MaxFile: Body was not fetched
}

// An Uploaded is what became of a file.
type Uploaded struct {
	Name   string
	Joined bool // it belongs to an album of which a file came before: nothing is left to be said
}

// KeepUpload keeps a file of a buyer, sealed, until he has said what it is about: his next message to the team takes it along.
// Further files of an album go where its first one went.
//
// Repeating a Key does nothing.
//
// Errors: Invalid (size, kind); Conflict when too many files wait; Denied for the team; Unavailable.
func (c *Core) KeepUpload(ctx context.Context, who Actor, in UploadInput) (Uploaded, error) {
	// validate
	if !who.Is(BuyerRole) || who.Identity == "" {
		return Uploaded{}, &Error{Code: Denied, Key: "case_file.role", Hint: "case_file.role_hint"}
	}
	if in.Size > MaxFile || len(in.Body) > MaxFile {
		return Uploaded{}, &Error{Code: Invalid, Key: "case_file.too_large", Hint: "case_file.allowed", Args: map[string]any{"max": MaxFile >> 20}}
	}
	mime, ending, ok := CaseFileKind(in.Body)
	if !ok || len(in.Body) == 0 {
		return Uploaded{}, &Error{Code: Invalid, Key: "case_file.kind", Hint: "case_file.allowed", Args: map[string]any{"max": MaxFile >> 20}}
	}
	out := Uploaded{Name: caseFileName(in.Name, ending)}
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		if _, mine, err := c.claimCase(tx, who, in.Key, "file"); err != nil || !mine {
			out.Joined = true
			return err
		}

		// authorise, on fresh facts
		to, err := c.albumOf(tx, who, in.Album)
		if err != nil {
			return err
		}
		waiting, err := tx.WaitingCaseFiles(who.Account, who.Identity, maxCaseFiles)
		if err != nil {
			return err
		}
		if len(waiting) >= maxCaseFiles {
			return &Error{Code: Conflict, Key: "case_file.too_many", Hint: "case_file.too_many_hint", Args: map[string]any{"count": maxCaseFiles}}
		}

		// transact, audit, enqueue: all or nothing
		f := store.CaseFile{ID: c.newID(), AccountID: who.Account, IdentityID: who.Identity, Album: in.Album, Name: out.Name, MIME: mime,
			Size: int64(len(in.Body)), CreatedAt: c.now()}
		if f.Body, err = c.vault.Seal(caseFileUse, f.ID, in.Body); err != nil {
			return err
		}
		if to == nil {
			return tx.AddCaseFile(f)
		}
		out.Joined, f.CaseID = true, to.CaseID
		if err := tx.AddCaseFile(f); err != nil || f.CaseID == "" {
			return err
		}
		row, err := tx.Case(who.Account, f.CaseID)
		if err != nil {
			return err
		}
		if err := c.auditCase(tx, who, row, "case.file_added"); err != nil {
			return err
		}
		return refresh(tx, who.Account, subjectOfCase(row.ID))
	})
	return out, failed("keep a file", err)
}

// albumOf is a file of the same album that came before; nil: there is none, or its case is full.
func (c *Core) albumOf(tx *store.Store, who Actor, album string) (*store.CaseFile, error) {
	if album == "" {
		return nil, nil
	}
	all, err := tx.AlbumFiles(who.Account, who.Identity, album, c.now().Add(-filesWait), maxCaseFiles)
	if err != nil || len(all) == 0 || len(all) >= maxCaseFiles {
		return nil, err
	}
	return &all[0], nil
}

// caseFileName is a safe name with the ending that fits what is in the file, whatever it pretended to be.
func caseFileName(name, ending string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	return FileName(strings.TrimSuffix(name, path.Ext(name)) + ending)
}

// SendCaseFiles has the files of a case delivered to the private chat of whoever acts, and returns how many.
//
// Repeating a Key does nothing.
//
// Errors: NotFound; Denied for buyers; Conflict where he has no private chat; Internal without a secret_key; Unavailable.
func (c *Core) SendCaseFiles(ctx context.Context, who Actor, in CaseInput) (int, error) {
	if err := mayWorkCases(who); err != nil {
		return 0, err
	}
	n := 0
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		if _, mine, err := c.claimCase(tx, who, in.Key, in.Case); err != nil || !mine {
			return err
		}

		// authorise, on fresh facts
		row, err := tx.Case(who.Account, in.Case)
		if isNone(err) {
			return noCase()
		}
		if err != nil {
			return err
		}
		if _, err := c.stillThere(tx, who); err != nil {
			return err
		}

		// transact, audit, enqueue: all or nothing
		all, err := tx.CaseFiles(row.ID, 2*maxCaseFiles)
		if err != nil {
			return err
		}
		n = len(all)
		for _, meta := range all {
			f, err := tx.CaseFile(who.Account, meta.ID)
			if err != nil {
				return err
			}
			body, err := c.vault.Open(caseFileUse, f.ID, f.Body)
			if err != nil {
				return err
			}
			caption := "case_file.caption"
			if f.Author != "" {
				caption = "case_file.of_team"
			}
			if _, err := c.sendFile(tx, who, attachment{Name: f.Name, MIME: f.MIME, Body: body, Caption: caption, Lasts: filesWait}); err != nil {
				return err
			}
		}
		return c.auditCase(tx, who, row, "case.files_read")
	})
	return n, failed("send the files of a case", err)
}
