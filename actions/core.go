package actions

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
)

// Options are what a Core works with; all but Log and CallTimeout are needed.
type Options struct {
	Store    *store.Store
	Commerce Commerce
	// Webhooks read what platforms send by themselves; none: nothing is received.
	Webhooks []Webhooks
	Mailer   Mailer
	Policy   Policy
	// Shop and Hours are, like Policy, the configuration's values: what is changed in chat goes before them.
	Shop  Shop
	Hours Hours
	// Rooms lists the rooms that the configuration names for a purpose. Nil: none.
	Rooms func(purpose string) []Room
	// Retention is how long what nobody needs for ever is kept. Zero keeps everything.
	Retention Retention
	Now       func() time.Time // the clock
	NewID     func() string    // ids that sort by time, such as ULIDs
	Log       *slog.Logger     // discards when nil
	// Vault hashes and seals what must not be readable in the database. Without it no code can be sent and nothing sealed.
	Vault *vault.Vault
	// ChatLink makes an address that opens a chat with the bot and says these words there, such as
	// https://t.me/shop_bot?start=…; empty when it cannot now. Nil: there is no such chat.
	ChatLink func(ctx context.Context, words string) string
	// PublicURL is the address under which buyers reach the bot's pages, such as https://support.example.com; empty when they
	// cannot now. Nil: there are no such pages.
	PublicURL func() string
	// Hasher makes what passwords of buyers are compared with. Nil: they are not kept here.
	Hasher Hasher
	// PasswordURL is where buyers ask the commerce platform for a new password, where theirs are kept there.
	PasswordURL string
	// NewCode makes one-time codes: CodeDigits random digits. From crypto/rand when nil; tests give their own.
	NewCode func() (string, error)
	// Random is where invitations, keys of authenticator apps and recovery codes come from. crypto/rand when nil.
	Random io.Reader
	// MailPerMinute is how many mails the mail server takes in a minute: runs leave room for the mails that somebody waits for,
	// in all replicas together. 0: as many as there are.
	MailPerMinute int
	// ListTarget keeps contact lists too, where a shop wants it. Nil: there is no list manager.
	ListTarget ListTarget
	// Hooks calls the addresses outside that rules of contact lists name. Nil: none can be named.
	Hooks Hooks
	// Feed reads the commerce platform as a whole. Nil: it cannot be, or there is none.
	Feed Feed
	// ReconcileEvery is how often it is read what webhooks have missed. 0: never.
	ReconcileEvery time.Duration
	// Guide knows the steps of what is done by hand on the commerce platform. Nil: Commerce itself, where it is one.
	Guide Guide
	// Members and Tickets read the platform's members area, and the tickets that it gives out. Nil: the platform has none.
	Members Members
	Tickets TicketDesk
	// KeepPatience is how long the database may take to keep a delivery of the commerce platform, which waits for the answer; 900 ms
	// when 0.
	KeepPatience time.Duration
	// CallTimeout is how long the commerce platform may take for one call; 20 s when 0. A write whose process died is
	// looked at again only when twice as long has passed, because until then it may still be under way.
	CallTimeout time.Duration
}

// Core is what the bot can do: one method per action. It is safe for concurrent use.
//
// Each action runs in one transaction of the store, the one that its context carries or else its own. An error undoes
// everything that the action wrote, and in a joined transaction everything before it too.
type Core struct {
	store       *store.Store
	commerce    Commerce
	webhooks    map[string]Webhooks // by source
	inbox       *inbox
	mailer      Mailer
	config      Settings // the configuration's values
	known       sync.Map // settingsAt, by account
	rooms       func(purpose string) []Room
	retention   Retention
	now         func() time.Time
	newID       func() string
	log         *slog.Logger
	callTimeout time.Duration
	vault       *vault.Vault
	newCode     func() (string, error)
	random      io.Reader
	chatLink    func(ctx context.Context, words string) string
	publicURL   func() string
	hasher      Hasher
	passwordURL string
	perMinute   int
	hooks       Hooks
	target      ListTarget
	feed        Feed
	every       time.Duration // of reconciling
	guide       Guide
	memberArea  Members
	ticketDesk  TicketDesk
}

// New returns a Core.
func New(o Options) *Core {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Hours == (Hours{}) {
		o.Hours = DefaultHours()
	}
	if o.CallTimeout == 0 {
		o.CallTimeout = 20 * time.Second
	}
	if o.Vault == nil {
		o.Vault = &vault.Vault{}
	}
	if o.NewCode == nil {
		o.NewCode = randomCode
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Guide == nil {
		o.Guide, _ = o.Commerce.(Guide)
	}
	c := &Core{guide: o.Guide, memberArea: o.Members, ticketDesk: o.Tickets, store: o.Store, commerce: o.Commerce, mailer: o.Mailer, retention: o.Retention, newID: o.NewID, log: o.Log,
		config: Settings{Shop: o.Shop, Hours: o.Hours, Policy: o.Policy}, rooms: o.Rooms,
		callTimeout: o.CallTimeout, vault: o.Vault, newCode: o.NewCode, random: o.Random, chatLink: o.ChatLink, publicURL: o.PublicURL, perMinute: o.MailPerMinute, hooks: o.Hooks, target: o.ListTarget,
		feed: o.Feed, every: o.ReconcileEvery,
		hasher: o.Hasher, passwordURL: o.PasswordURL,
		now: func() time.Time { return o.Now().UTC().Truncate(time.Microsecond) }, // as precise as the coarser database
	}
	c.webhooks = make(map[string]Webhooks, len(o.Webhooks))
	for _, w := range o.Webhooks {
		c.webhooks[w.Source()] = w
	}
	c.inbox = newInbox(c.keepDeliveries, o.KeepPatience)
	return c
}

// Now is the clock that actions go by.
func (c *Core) Now() time.Time { return c.now() }

// Terms are the commerce platform's own rules.
func (c *Core) Terms() Terms { return c.commerce.Terms() }

// failed turns what the store answers into an Error, naming the activity for the log. An Error stays as it is.
func failed(doing string, err error) error {
	var ours *Error
	if err == nil || errors.As(err, &ours) {
		return err
	}
	cause := fmt.Errorf("%s: %w", doing, err)
	switch {
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &Error{Code: Unavailable, Key: "error.unavailable", Err: cause}
	case errors.Is(err, store.ErrConflict):
		return &Error{Code: Conflict, Key: "error.changed", Hint: "error.start_again", Err: cause}
	}
	return &Error{Code: Internal, Key: "error.internal", Err: cause}
}

// mayAct refuses actors that are neither of the team nor buyers. Which of them may do what is each action's policy.
func mayAct(who Actor) error {
	if who.Staff() || who.Is(BuyerRole) {
		return nil
	}
	return &Error{Code: Denied, Key: "error.role"}
}
