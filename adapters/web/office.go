package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"

	"github.com/aftersale/aftersale/store"
)

// What the side panes show.
const (
	shownLetters = 50
	shownAudit   = 50
)

// An officeView is the mailbox and the audit log; nil where there is none.
type officeView struct {
	Mailbox *mailboxView
	Audit   *auditView
}

// A mailboxView lists mails.
type mailboxView struct {
	voice
	Seats   seats
	Letters []letterView
}

// A letterView is one mail.
type letterView struct {
	voice
	Letter
	moment
	Path    string
	Address string // To without the name
}

// An auditView lists entries of the audit log.
type auditView struct {
	voice
	Lines []lineView
}

// A lineView is one entry.
type lineView struct {
	AuditLine
	moment
}

// office reads mailbox and audit log. A mailbox that cannot be read must not take the chats with it: it shows empty, and
// the log says why.
func (a *Adapter) office(ctx context.Context, v visit) (*officeView, error) {
	if a.Mailbox == nil && a.Audit == nil {
		return nil, nil
	}
	speak := voice{a.Words, v.page}
	view := &officeView{}
	if a.Mailbox != nil {
		view.Mailbox = &mailboxView{voice: speak, Seats: v.seats}
		letters, err := a.Mailbox.List(shownLetters)
		if err != nil {
			a.Log.Warn("mailbox cannot be read", "err", err)
		}
		for _, l := range letters {
			view.Mailbox.Letters = append(view.Mailbox.Letters, a.letterView(speak, l))
		}
	}
	if a.Audit != nil {
		view.Audit = &auditView{voice: speak}
		lines, err := a.Audit(ctx, shownAudit)
		if err != nil {
			return nil, fmt.Errorf("read audit log: %w", err)
		}
		for _, l := range lines {
			view.Audit.Lines = append(view.Audit.Lines, lineView{l, a.moment(speak, l.At)})
		}
	}
	return view, nil
}

func (a *Adapter) letterView(v voice, l Letter) letterView {
	short := l.To
	if to, err := mail.ParseAddress(l.To); err == nil {
		short = to.Address
	}
	return letterView{voice: v, Letter: l, Address: short, moment: a.moment(v, l.At), Path: "/c/mail/" + url.PathEscape(l.ID)}
}

func (a *Adapter) openLetter(v visit, id string) (*letterView, error) {
	l, err := a.Mailbox.Open(id)
	if err != nil {
		return nil, err
	}
	view := a.letterView(voice{a.Words, v.page}, l)
	return &view, nil
}

// letter answers the page's script with one mail, to be read in a window of its own.
func (a *Adapter) letter(w http.ResponseWriter, r *http.Request) {
	a.withLetter(w, r, func(l *letterView) {
		html, err := execute("letter", l)
		if err != nil {
			a.broken(w, err)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(html)) // the browser has gone if it fails
	})
}

// letterHTML is a mail's HTML part, for the frame in which it is read. It may carry styles, and nothing else: no script,
// no form, no picture from elsewhere that would tell when it was opened.
func (a *Adapter) letterHTML(w http.ResponseWriter, r *http.Request) {
	a.withLetter(w, r, func(l *letterView) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "+
			"sandbox allow-popups allow-popups-to-escape-sandbox")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<base target="_blank">` + l.HTML)) // #nosec G705 -- sandboxed by the policy above: no script runs; links leave the frame
	})
}

func (a *Adapter) withLetter(w http.ResponseWriter, r *http.Request, then func(*letterView)) {
	if a.Mailbox == nil {
		http.NotFound(w, r)
		return
	}
	l, err := a.openLetter(visit{page: a.readerOf(r)}, r.PathValue("id"))
	switch {
	case errors.Is(err, store.ErrNotFound):
		http.NotFound(w, r)
	case err != nil:
		a.broken(w, err)
	default:
		w.Header().Set("Cache-Control", "no-store")
		then(l)
	}
}
