package actions

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

const (
	// maxReplyFiles is how many files go to a buyer with one reply.
	maxReplyFiles = 5
	// maxReplyBytes is how much they are together at most: in a mail they grow by a third, and mailboxes refuse what is larger
	// than 25 MB (Gmail: support.google.com/mail/answer/6584, read 2026-11).
	maxReplyBytes = 16 << 20
)

// A TeamFile is a file that somebody of the team puts into a case.
type TeamFile struct {
	Name string // any; what no file should be called is taken out of it
	Body []byte
	Size int64 // bytes; more than MaxFile: Body was not fetched
	Lost bool  // it could not be fetched
}

// Why a file of the team is not kept.
const (
	RefusedSize = "too_large"
	RefusedKind = "kind"
	RefusedMany = "too_many"
	RefusedLost = "lost" // the platform did not hand it over
)

// A RefusedFile is a file that is not kept, and why.
type RefusedFile struct{ Name, Why string }

// A CaseFile is a file of a case that the team can send to the buyer.
type CaseFile struct {
	ID   string
	Name string
	MIME string
	Size int64 // bytes
	At   time.Time
}

// TeamFiles lists the files that the team put into a case, newest first: what ReplyInput.Files may name.
//
// Errors: NotFound; Denied for buyers; Unavailable.
func (c *Core) TeamFiles(ctx context.Context, who Actor, id string) ([]CaseFile, error) {
	if err := mayWorkCases(who); err != nil {
		return nil, err
	}
	s := c.store.In(ctx)
	row, err := s.Case(who.Account, id)
	if isNone(err) {
		return nil, noCase()
	}
	if err != nil {
		return nil, failed("load a case", err)
	}
	rows, err := s.TeamCaseFiles(row.ID, maxCaseFiles)
	all := make([]CaseFile, len(rows))
	for i, f := range rows {
		all[i] = CaseFile{ID: f.ID, Name: f.Name, MIME: f.MIME, Size: f.Size, At: f.CreatedAt.UTC()}
	}
	return all, failed("list the files of a case", err)
}

// keepTeamFiles puts files of the team into a case, as many as it has room for. It returns the names of those that are kept.
func (c *Core) keepTeamFiles(tx *store.Store, who Actor, row store.Case, files []TeamFile) (kept []string, refused []RefusedFile, err error) {
	if len(files) == 0 {
		return nil, nil, nil
	}
	there, err := tx.TeamCaseFiles(row.ID, maxCaseFiles)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range files {
		mime, ending, why := checkTeamFile(f)
		name := caseFileName(f.Name, cmp.Or(ending, extension(f.Name)))
		if why == "" && len(there)+len(kept) >= maxCaseFiles {
			why = RefusedMany
		}
		if why != "" {
			refused = append(refused, RefusedFile{Name: name, Why: why})
			continue
		}
		r := store.CaseFile{ID: c.newID(), AccountID: row.AccountID, CaseID: row.ID, IdentityID: who.Identity, Author: who.ID, Name: name, MIME: mime,
			Size: int64(len(f.Body)), CreatedAt: c.now()}
		if r.Body, err = c.vault.Seal(caseFileUse, r.ID, f.Body); err != nil {
			return nil, nil, err
		}
		if err := tx.AddCaseFile(r); err != nil {
			return nil, nil, err
		}
		kept = append(kept, name)
	}
	if len(kept) == 0 {
		return nil, refused, nil
	}
	return kept, refused, c.auditCase(tx, who, row, "case.file_added")
}

// checkTeamFile says what kind a file is by what is in it, or why it is not taken: what goes to a buyer is no more than what
// comes from one.
func checkTeamFile(f TeamFile) (mime, ending, why string) {
	switch {
	case f.Lost:
		return "", "", RefusedLost
	case f.Size > MaxFile || len(f.Body) > MaxFile:
		return "", "", RefusedSize
	}
	mime, ending, ok := CaseFileKind(f.Body)
	if !ok || len(f.Body) == 0 {
		return "", "", RefusedKind
	}
	return mime, ending, ""
}

func extension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i:]
	}
	return ""
}

// withFiles is a text with the names of the files that belong to it.
func withFiles(text string, names []string) string {
	for _, name := range names {
		text += "\n📎 " + name
	}
	return strings.TrimSpace(text)
}

// replyFiles are the files that go to the buyer with a reply, with their content: only what the team put into this case.
func (c *Core) replyFiles(tx *store.Store, row store.Case, ids []string) ([]store.CaseFile, error) {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) > maxReplyFiles {
		return nil, &Error{Code: Invalid, Key: "case_file.reply_many", Field: "files", Args: map[string]any{"max": maxReplyFiles}}
	}
	var all []store.CaseFile
	size := int64(0)
	for _, id := range ids {
		f, err := tx.CaseFile(row.AccountID, id)
		if isNone(err) || err == nil && (f.CaseID != row.ID || f.Author == "" || f.Body == nil) {
			return nil, &Error{Code: Conflict, Key: "case_file.reply_gone"}
		}
		if err != nil {
			return nil, err
		}
		if size += f.Size; size > maxReplyBytes {
			return nil, &Error{Code: Invalid, Key: "case_file.reply_large", Field: "files", Args: map[string]any{"max": maxReplyBytes >> 20}}
		}
		all = append(all, f)
	}
	return all, nil
}

// sendReplyFiles has files brought to the buyer: into his chat, or with the mail that brings the reply.
func (c *Core) sendReplyFiles(tx *store.Store, who Actor, row store.Case, reply store.CaseMessage, files []store.CaseFile) error {
	if len(files) == 0 {
		return nil
	}
	for _, f := range files {
		sent := store.CaseSentFile{MessageID: reply.ID, FileID: f.ID, CaseID: row.ID, CreatedAt: c.now()}
		if reply.Via == ByChat {
			body, err := c.vault.Open(caseFileUse, f.ID, f.Body)
			if err != nil {
				return err
			}
			to, err := c.Addressee(tx.Context(), row.IdentityID)
			if err != nil {
				return err
			}
			sent.DeliveryID, err = c.sendFile(tx, to.Actor, attachment{Name: f.Name, MIME: f.MIME, Body: body, Caption: "case_file.from_team"})
			if err != nil {
				return err
			}
		}
		if err := tx.AddCaseSentFile(sent); err != nil {
			return err
		}
	}
	return c.audit(tx, who, entry{action: "case.files_sent", target: caseTarget(row), data: auditData{Counts: map[string]int{"files": len(files)}}})
}

// lostReplyFile has the reply of which a file did not reach the buyer's chat go by mail, with all its files. It is one mail,
// however many did not.
func (c *Core) lostReplyFile(tx *store.Store, account, delivery string) error {
	sent, err := tx.CaseSentFileBy(delivery)
	if isNone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	_, _, err = c.unreachedCase(tx, account, "caseanswer", sent.MessageID)
	return err
}

// mailFiles are the files that a mail brings: those of a reply that are still kept.
func (c *Core) mailFiles(s *store.Store, account, reply string) ([]MailFile, error) {
	if reply == "" {
		return nil, nil
	}
	sent, err := s.CaseSentFiles(reply, maxReplyFiles)
	if err != nil {
		return nil, err
	}
	var all []MailFile
	for _, f := range sent {
		row, err := s.CaseFile(account, f.FileID)
		if isNone(err) || err == nil && row.Body == nil {
			continue // dropped since
		}
		if err != nil {
			return nil, err
		}
		body, err := c.vault.Open(caseFileUse, row.ID, row.Body)
		if err != nil {
			return nil, err
		}
		all = append(all, MailFile{Name: row.Name, MIME: row.MIME, Body: body})
	}
	return all, nil
}
