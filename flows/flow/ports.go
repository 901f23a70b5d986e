package flow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// A Screen shows views to the person who caused an Inbound, privately. Adapters implement it.
type Screen interface {
	// Show draws s, editing the message s.Replace where it can, and returns the platform's id of the message that
	// shows it now. It is empty when nothing can edit that message later: news about it is then told by another one.
	Show(ctx context.Context, s Shown) (message string, err error)
}

// A Poster shows views where nobody has asked just now: in a room, or in a person's private chat. Adapters implement it.
//
// Errors: ErrGone; *Unreachable; *Busy; any other is passing, and the post is tried again.
type Poster interface {
	Post(ctx context.Context, chat string, s Shown) (message string, err error)
	Edit(ctx context.Context, chat, message string, s Shown) error
}

// A File is a document for one person.
type File struct {
	ID      string
	Name    string // adapters use SafeName
	MIME    string
	Body    []byte
	Caption string // what it is, in the reader's language
	Locale  string
}

// SafeName is the name as it may stand in folders, headers and chats, whoever made it.
func (f File) SafeName() string { return actions.FileName(f.Name) }

// Picture reports whether the file is best shown as it is, such as a code to scan.
func (f File) Picture() bool { return f.MIME == "image/png" || f.MIME == "image/jpeg" }

// A FilePoster hands a file to one person in his private chat. Every Poster is one too.
//
// It says that the file waits when the reader fetches it from us himself: then it is kept until it expires.
//
// Errors: ErrTooLarge; *Unreachable; *Busy; any other is passing, and it is tried again.
type FilePoster interface {
	PostFile(ctx context.Context, chat string, f File) (waits bool, err error)
}

// A Threader is a Poster that can write below a message of a room: in its thread, which begins with the first post.
//
// name is what the thread is called where threads have names. It returns the chat and the message by which Edit finds the post.
//
// Errors: ErrGone when there can be no thread, as the message is gone or the bot may not write there; *Unreachable; *Busy; any
// other is passing.
type Threader interface {
	PostBelow(ctx context.Context, chat, message, name string, s Shown) (in, posted string, err error)
}

// ErrTooLarge means that the platform takes no file of this size.
var ErrTooLarge = errors.New("the platform takes no file of this size")

// ErrGone means that there is no message to edit and never will be: somebody deleted it, or the platform does not keep it.
var ErrGone = errors.New("the message cannot be edited any more")

// The reasons why a chat cannot be written to.
const (
	Blocked = "blocked" // the person blocked the bot, or left the platform
	Closed  = "closed"  // the person takes no messages from it, or has never written to it
	Left    = "left"    // the bot is not in the room any more, or the room is gone
)

// An Unreachable is a chat that cannot be written to; trying again does not help.
type Unreachable struct {
	Why string // Blocked, Closed or Left
	Err error
}

// Error implements error.
func (u *Unreachable) Error() string { return fmt.Sprintf("unreachable (%s): %v", u.Why, u.Err) }

// Unwrap returns what the platform said.
func (u *Unreachable) Unwrap() error { return u.Err }

// A Busy platform wants a pause that is longer than an adapter waits by itself.
type Busy struct {
	After time.Duration
	Err   error
}

// Error implements error.
func (b *Busy) Error() string { return fmt.Sprintf("busy for %s: %v", b.After, b.Err) }

// Unwrap returns what the platform said.
func (b *Busy) Unwrap() error { return b.Err }

// A Handler is what every adapter needs of the bot.
type Handler interface {
	Handle(ctx context.Context, in Inbound, on Screen) error
}

// A Desk is all that the bot can do for an adapter. A Runner is one.
type Desk interface {
	Handler
	// Card shows a live card to who asks, outside of any conversation, such as a home tab.
	Card(ctx context.Context, in Inbound, subject string) (Shown, error)
	// Suggest completes what somebody is typing as an option of a command: at most 25, of what that person may see.
	Suggest(ctx context.Context, in Inbound, word, option, typed string) ([]ShownOption, error)
}

// MaxSuggestions is how many suggestions platforms show (Discord: 25 choices of an autocomplete answer).
const MaxSuggestions = 25

// A CardDef is a live card: it shows one subject, such as a proposal, wherever it was posted, and its buttons launch flows.
type CardDef struct {
	Kind string // the subject's kind: "proposal"
	// View shows the subject as it is now. Buttons without a Launch are not drawn.
	View func(ctx context.Context, id string, reader actions.Actor) (View, map[string]Launch, error)
	// Heard takes what somebody wrote below the card in a room. It returns what to tell him, or nothing. Nil: nobody listens.
	Heard func(ctx context.Context, id string, h Heard) (*View, error)
}

// A Heard is a Remark on its way to a card.
type Heard struct {
	Who      actions.Actor
	Text     string // may be empty when there are files
	Files    []actions.TeamFile
	Key      string // idempotency key
	Card     string // id of the card
	Platform string
	User     string // the platform's user id
}

// HomeSubject is the card of what waits for whoever reads it, with the ways to start something.
const HomeSubject = "home:me"

// A CommandInfo describes a command to platforms that list them.
type CommandInfo struct {
	Word          string
	About         map[string]string // by locale
	Staff, Buyers bool              // who is offered it; neither: whoever is told its word
	Rare          bool              // as of Def
	Options       []CommandOption
}

// A CommandOption is something that can be said with a command. None has to be.
type CommandOption struct {
	Name    string            // of a field of the flow's first form
	Label   map[string]string // by locale
	Suggest bool              // Desk.Suggest completes it
	Choices []LocalChoice     // all possible values; empty: any text
}

// A LocalChoice is one of a few values, with a label for each locale.
type LocalChoice struct {
	Value string
	Label map[string]string
}
