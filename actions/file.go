package actions

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/aftersale/aftersale/store"
)

// JobFile delivers a file to its reader: Work with its ID. The flows carry it out.
const JobFile = "file"

// MaxFile is how large a file may be, in bytes: some room below the narrowest platform (Discord: 10 MiB for a message of
// a bot, docs.discord.com/developers/reference#uploading-files, read 2026-11).
const MaxFile = 8 << 20

const (
	fileUse = "file" // of the vault
	// fileKept is how long a file waits for a platform that is down, or for its reader where he fetches it himself.
	fileKept    = 7 * 24 * time.Hour
	maxFileName = 80 // characters
)

// Why a file is lost, beside the reasons of flow.Unreachable.
const (
	FileTooLarge = "too_large" // the platform of its reader does not take it
	FileRemoved  = "removed"   // whoever asked is not who he was any more
)

// An attachment is a file on its way to one person.
type attachment struct {
	Name    string // any; what no file should be called is taken out of it
	MIME    string
	Body    []byte
	Caption string        // key of the words above it, which may speak of its "name"
	Lasts   time.Duration // for which it is good; 0: a week
}

// sendFile has a file delivered to the private chat of whoever acts, wherever he asked for it, and returns its id: its
// card is "file:<id>". Body is kept sealed until then. It is for the action to audit what was in the file.
//
// Errors: Conflict where he has no private chat, or the file is larger than MaxFile; Internal without a secret_key.
func (c *Core) sendFile(tx *store.Store, who Actor, a attachment) (string, error) {
	if len(a.Body) > MaxFile {
		return "", &Error{Code: Conflict, Key: "file.over_limit", Hint: "file.over_limit_hint", Args: map[string]any{"max": MaxFile >> 20}}
	}
	to, err := c.Addressee(tx.Context(), who.Identity)
	if err != nil {
		return "", err
	}
	if to.Chat == "" {
		return "", &Error{Code: Conflict, Key: "file.nowhere", Hint: "file.nowhere_hint"}
	}
	if a.Lasts == 0 {
		a.Lasts = fileKept
	}
	f := store.File{ID: c.newID(), AccountID: who.Account, IdentityID: who.Identity, ActorID: who.ID, Name: FileName(a.Name), MIME: a.MIME, Caption: a.Caption,
		Size: int64(len(a.Body)), CreatedAt: c.now(), ExpiresAt: c.now().Add(a.Lasts)}
	if f.Body, err = c.vault.Seal(fileUse, f.ID, a.Body); err != nil {
		return "", err
	}
	if err := tx.AddFile(f); err != nil {
		return "", err
	}
	return f.ID, enqueue(tx, JobFile, f.ID, Work{ID: f.ID})
}

// FileName makes a name that is safe in any folder, header and chat: letters, digits, dots, dashes and underscores; no
// folder, no dot in front, no name that a system keeps for itself.
func FileName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '.', r == '-', r == '_', r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			return r
		}
		return '_'
	}, name)
	for strings.Contains(name, "..") {
		name = strings.ReplaceAll(name, "..", ".")
	}
	if name = strings.TrimLeft(name, "._-"); len(name) > maxFileName {
		name = name[len(name)-maxFileName:] // the end says what kind it is
		name = strings.TrimLeft(name, "._-")
	}
	if name = strings.TrimRight(name, "."); name == "" {
		return "file"
	}
	switch stem, _, _ := strings.Cut(strings.ToLower(name), "."); stem { // what Windows takes for devices
	case "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
		"lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9":
		return "file_" + name
	}
	return name
}

// A File is a file as its reader's card shows it.
type File struct {
	ID        string
	Identity  string // its only reader
	Actor     string // as whom he asked for it: when he is somebody else by now, it is not his
	Name      string
	MIME      string
	Size      int64 // bytes
	Caption   string
	Lost      string // why it could not be delivered; empty when it could
	Delivered bool
	ExpiresAt time.Time
}

// File says how far a file has come; whoever is not its reader learns that there is none.
//
// Errors: NotFound; Unavailable.
func (c *Core) File(ctx context.Context, who Actor, id string) (File, error) {
	f, err := c.file(ctx, id)
	if err == nil && (f.AccountID != who.Account || f.IdentityID != who.Identity) {
		err = errNoFile
	}
	return toFile(f), err
}

var errNoFile = &Error{Code: NotFound, Key: "file.gone"}

func (c *Core) file(ctx context.Context, id string) (store.File, error) {
	f, err := c.store.In(ctx).File(id)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && !c.now().Before(f.ExpiresAt):
		return store.File{}, errNoFile
	case err != nil:
		return store.File{}, failed("load a file", err)
	}
	return f, nil
}

func toFile(f store.File) File {
	return File{ID: f.ID, Identity: f.IdentityID, Actor: f.ActorID, Name: f.Name, MIME: f.MIME, Size: f.Size, Caption: f.Caption, Lost: f.Lost,
		Delivered: f.DeliveredAt != nil, ExpiresAt: f.ExpiresAt.UTC()}
}

// OpenFile returns a file with its content, for delivering it. The content of one that was delivered is gone.
//
// Errors: NotFound for one that has expired; Internal when it cannot be opened; Unavailable.
func (c *Core) OpenFile(ctx context.Context, id string) (File, []byte, error) {
	f, err := c.file(ctx, id)
	if err != nil {
		return File{}, nil, err
	}
	body, err := c.vault.Open(fileUse, f.ID, f.Body)
	return toFile(f), body, failed("open a file", err)
}

// FetchFile returns a file that waits for its reader where he fetches it himself, to that chat user alone.
//
// Errors: NotFound for anybody else, and when it is not there any more; Internal; Unavailable.
func (c *Core) FetchFile(ctx context.Context, account, platform, user, id string) (File, []byte, error) {
	f, body, err := c.OpenFile(ctx, id)
	if err != nil {
		return File{}, nil, err
	}
	w, err := c.store.In(ctx).WhoIs(account, platform, user)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && (w.Identity.ID != f.Identity || c.actorOf(w).ID != f.Actor) || err == nil && body == nil && f.Size > 0:
		return File{}, nil, errNoFile
	case err != nil:
		return File{}, nil, failed("find the reader of a file", err)
	}
	if may, err := c.MayReceive(ctx, c.actorOf(w), f); err != nil || !may {
		return File{}, nil, cmp.Or(err, error(errNoFile))
	}
	return f, body, nil
}

// MayReceive reports whether a file may still be handed to who is there now: he must be who he was when it was asked for, and see
// the case that it was sent in.
//
// Errors: Unavailable.
func (c *Core) MayReceive(ctx context.Context, who Actor, f File) (bool, error) {
	if who.ID != f.Actor {
		return false, nil
	}
	s := c.store.In(ctx)
	sent, err := s.CaseSentFileBy(f.ID)
	if isNone(err) {
		return true, nil
	}
	if err != nil {
		return false, failed("find the case of a file", err)
	}
	row, err := s.Case(who.Account, sent.CaseID)
	return err == nil && maySeeCase(who, row), failed("load the case of a file", err)
}

// FileDelivered records that a file has arrived. Its content is dropped, unless it waits to be fetched.
//
// Errors: Unavailable.
func (c *Core) FileDelivered(ctx context.Context, f File, waits bool) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.FileDelivered(f.ID, c.now(), waits); err != nil {
			return err
		}
		return c.fileMoved(tx, f)
	})
	return failed("record that a file was delivered", err)
}

// FileLost records that a file cannot be delivered, and why. Its reader sees it on the card where he asked.
//
// Errors: Unavailable.
func (c *Core) FileLost(ctx context.Context, f File, why string) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.FileLost(f.ID, why); err != nil {
			return err
		}
		to, err := c.Addressee(tx.Context(), f.Identity)
		if err != nil {
			return err
		}
		err = c.audit(tx, systemActor(to.Actor.Account), entry{action: "file.undelivered", target: f.Name, askedBy: to.Actor.ID, note: why})
		if err != nil {
			return err
		}
		if err := c.lostReplyFile(tx, to.Actor.Account, f.ID); err != nil {
			return err
		}
		return c.fileMoved(tx, f)
	})
	return failed("record that a file was not delivered", err)
}

// fileMoved has the card of a file redrawn.
func (c *Core) fileMoved(tx *store.Store, f File) error {
	row, err := tx.File(f.ID)
	if err != nil {
		return err
	}
	return refresh(tx, row.AccountID, subjectOfFile(f.ID))
}

func subjectOfFile(id string) string { return "file:" + id }
