// Package web is the console: the team's, the creator's and the buyer's chat side by side in a browser, with the mailbox
// and the audit log next to them. It is a chat adapter like the others, not a mock-up: each pane is a platform of its
// own ("web:team", "web:creator", "web:buyer") that keeps the limits of the chat it is drawn after, and all that is said
// goes through the same flows. It is no login: whoever reaches it may sit at any keyboard, so it listens on loopback or
// behind one.
//
// Read it in this order: web.go (what it needs), inbound.go (what people do), screen.go (what the bot shows), fit.go
// (the limits), page.go and events.go (how it reaches the browser).
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

// A Pane is one of the three chats.
type Pane string

// The panes.
const (
	Team    Pane = "team"    // drawn and limited after Slack
	Creator Pane = "creator" // after Discord
	Buyer   Pane = "buyer"   // after Telegram
)

// Panes lists them in the order in which they stand on the page.
func Panes() []Pane { return []Pane{Team, Creator, Buyer} }

// Platform is the platform's name in identities, conversations and cards.
func (p Pane) Platform() string { return "web:" + string(p) }

// Chat is the private chat of a user with the bot.
func (p Pane) Chat(user string) string { return string(p) + ":" + user }

// Room is a room of the pane that all its users read, such as "approvals".
func (p Pane) Room(name string) string { return string(p) + ":#" + name }

// A User is somebody who can sit at a pane's keyboard.
type User struct {
	ID     string // the platform's user id; never begins with "#"
	Name   string
	Role   string // of actions.Role; a word "console.role.<Role>" says it
	Locale string // language of the user's platform; empty: the one that the page is read in
}

// A Command is a word that starts a flow, offered while "/" is typed.
type Command struct {
	Word  string
	About flow.Text
	Roles []string // who may; empty: everybody
}

// A Letter is one mail of the outbox. List may leave the parts out.
type Letter struct {
	ID      string // opaque; what Open takes
	From    string
	To      string
	Subject string
	At      time.Time
	Text    string
	HTML    string
}

// A Mailbox reads the mails that were sent, newest first.
type Mailbox interface {
	List(limit int) ([]Letter, error)
	Open(id string) (Letter, error) // store.ErrNotFound when there is none
}

// An AuditLine is one entry of the audit log, newest first.
type AuditLine struct {
	Seq    int64
	At     time.Time
	Actor  string // name
	Action string // refund.requested …
	Target string
	Note   string
	Hash   string
}

// Words is what the console needs of flows/locales for its own few words, the keys "console.*".
type Words interface {
	Text(t flow.Text, r flow.Reader) string
}

// Options are what an Adapter works with. All are needed unless marked otherwise.
type Options struct {
	Store   *store.Store
	Handler flow.Handler
	Words   Words
	Account store.Account
	Rooms   map[Pane]string // name of the pane's approvals room; a pane without one has none
	Users   func(ctx context.Context, pane Pane) ([]User, error)
	Mailbox Mailbox                                                   // may be nil: no mailbox
	Audit   func(ctx context.Context, limit int) ([]AuditLine, error) // may be nil: no audit log
	// File opens a file that waits for a user of a pane, for him alone; store.ErrNotFound when there is none. Nil: no files.
	File     func(ctx context.Context, platform, user, id string) (flow.File, error)
	Commands []Command
	Hosts    []string      // names under which the console may be opened; empty: those of the loopback
	Poll     time.Duration // how often an open page looks for what other replicas, mail and audit brought; 0: one second
	Now      func() time.Time
	NewID    func() string
	Log      *slog.Logger
}

// An Adapter is the console. Make it with New, close it with Close.
type Adapter struct {
	Options
	hub *hub
}

// New makes an Adapter. Nothing runs until its routes are served.
func New(o Options) *Adapter {
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	return &Adapter{Options: o, hub: newHub()}
}

// Close ends all open event streams, so that http.Server.Shutdown need not wait for them: call it before, or register it
// with RegisterOnShutdown.
func (a *Adapter) Close() { a.hub.close() }

// Routes registers the console below /c/.
func (a *Adapter) Routes(mux *http.ServeMux) {
	mux.Handle("GET /c/{$}", a.guard(a.page))
	mux.Handle("GET /c/events", a.guard(a.events))
	mux.Handle("POST /c/say", a.guard(a.say))
	mux.Handle("POST /c/press", a.guard(a.press))
	mux.Handle("POST /c/remark", a.guard(a.remark))
	mux.Handle("POST /c/upload", a.guardUpTo(maxUpload, a.upload))
	mux.Handle("POST /c/submit", a.guard(a.submit))
	mux.Handle("GET /c/file/{message}", a.guard(a.file))
	mux.Handle("GET /c/mail/{id}", a.guard(a.letter))
	mux.Handle("GET /c/mail/{id}/html", a.guard(a.letterHTML))
	mux.Handle("GET /c/static/{file}", a.guard(serveStatic))
}
