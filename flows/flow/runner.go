package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// Lifetime is how long a conversation waits for an answer; after that it has to be started again.
const Lifetime = 24 * time.Hour

// Options are what a Runner works with.
type Options struct {
	Store   *store.Store
	Account string
	Actor   func(ctx context.Context, in Inbound) (actions.Actor, error)
	Flows   []Def
	Cards   []CardDef
	Home    string // flow that answers text when no conversation is open
	// Suggest completes options of commands, by the option's name; see Desk.
	Suggest map[string]func(ctx context.Context, who actions.Actor, typed string) ([]Option, error)
	Words   Words
	Now     func() time.Time
	NewID   func() string
	Log     *slog.Logger
	// PerMinute is how many turns one chat user has in a minute, in all processes together; 0: as many as he likes.
	PerMinute int
	// Observe is told of each interaction that is over, for metrics; it may be nil.
	Observe func(flow, outcome string, took time.Duration)
}

// A Runner runs interactions: each in one database transaction that holds the conversation and all that its actions
// changed, so that a crash leaves either all of it or nothing.
type Runner struct {
	Options
	flows  map[string]Def
	cards  map[string]CardDef
	floods floods
}

// NewRunner makes a Runner. Two flows of one name are a mistake of the program: it panics.
func NewRunner(o Options) *Runner {
	r := &Runner{Options: o, flows: map[string]Def{}, cards: map[string]CardDef{}}
	for _, d := range o.Flows {
		if _, twice := r.flows[d.Name]; twice {
			panic("flow registered twice: " + d.Name)
		}
		r.flows[d.Name] = d
	}
	for _, c := range o.Cards {
		r.cards[c.Kind] = c
	}
	return r
}

// An answer is what one interaction shows.
type answer struct {
	view    View
	reader  Reader
	who     actions.Actor
	replace bool // the view belongs to the message that was pressed
	silent  bool // a repeated delivery: everything was said already
	erase   bool // what was typed must not stay in the chat
	flow    string

	card     store.Card // where view.Live is shown
	standing string     // of view.Live when the turn ended
}

// Handle runs one interaction and shows what comes of it. It returns an error only when showing failed: every other
// failure is shown to the person, and logged if it is ours.
func (r *Runner) Handle(ctx context.Context, in Inbound, on Screen) error {
	began := r.Now()
	out := answer{silent: true}
	if !r.floods.told(in, began) {
		out = r.run(ctx, in)
	}
	if r.Observe != nil {
		r.Observe(out.flow, outcome(out), r.Now().Sub(began))
	}
	if out.silent {
		return nil
	}
	out.reader.CommandPrefix, out.reader.RarePrefix = in.CommandPrefix, in.RarePrefix
	shown := r.Words.Show(out.view, out.reader)
	if out.replace {
		shown.Replace = in.Message
	}
	shown.Erase = out.erase
	message, err := on.Show(ctx, shown)
	if err != nil {
		return fmt.Errorf("show %s: %w", out.flow, err)
	}
	if out.view.Live == "" || message == "" {
		return nil
	}
	return r.remember(ctx, out, message)
}

// remember records where a live subject was shown, unless the turn did. When it has changed since the turn, the job that
// edits its cards may have found this one missing, or was drawn over: then there is another.
func (r *Runner) remember(ctx context.Context, out answer, message string) error {
	s := r.Store.In(ctx)
	if out.card.Message != message {
		out.card.Message = message
		if err := s.SaveCard(out.card); err != nil {
			return err
		}
	}
	if r.standing(ctx, out.view.Live, out.who) == out.standing {
		return nil
	}
	job, err := jobs.New(actions.JobRefresh, actions.Subject{Account: r.Account, Subject: out.view.Live})
	if err != nil {
		return err
	}
	return s.Enqueue(job)
}

// standing tells how a live subject stands now. It is empty for what cannot be seen.
func (r *Runner) standing(ctx context.Context, subject string, who actions.Actor) string {
	kind, id, _ := Token{Of: subject}.Subject()
	card, ok := r.cards[kind]
	if !ok {
		return ""
	}
	view, _, err := card.View(ctx, id, who)
	if err != nil {
		return ""
	}
	return standing(view)
}

// standing is how the subject of a card stands: it changes with whatever the card shows.
func standing(card View) string { return card.Token.With(card.Step).String() }

// outcome names how an interaction ended, for metrics: never anything personal.
func outcome(out answer) string {
	switch {
	case out.silent:
		return "repeated"
	case out.view.Problem != nil:
		return "problem"
	case out.view.Ended:
		return "ended"
	}
	return "asked"
}

// A failedStep carries the error of a Do out of the transaction, which it rolls back: an action that failed must leave
// nothing behind. The turn is then played again with the error in its place.
type failedStep struct {
	key string
	err *actions.Error
}

func (f *failedStep) Error() string { return f.key + ": " + f.err.Error() }

// run plays the turn until it commits: again with the errors of its steps, again when another replica was faster.
func (r *Runner) run(ctx context.Context, in Inbound) answer {
	failed := map[string]*actions.Error{}
	fresh := r.NewID() // of a conversation that may start: the same each time the turn is played, as keys derive from it
	var out answer
	files, err := r.fetched(ctx, in)
	if err != nil {
		return r.sorry(in, out, err)
	}
	for range 8 {
		err = r.Store.Tx(ctx, func(tx *store.Store) error {
			out, err = r.turn(tx.Context(), &talk{Runner: r, tx: tx, in: in, files: files, failed: failed, fresh: fresh})
			return err
		})
		var step *failedStep
		switch {
		case err == nil:
			return out
		case errors.As(err, &step):
			failed[step.key] = step.err
		case errors.Is(err, store.ErrConflict):
			// somebody was faster: read what he left and answer that
		default:
			return r.sorry(in, out, err)
		}
	}
	return r.sorry(in, out, err)
}

// sorry is the answer when there is no step to show a failure in; nothing was changed. What is our fault is logged, and
// the person gets the id to quote.
func (r *Runner) sorry(in Inbound, out answer, err error) answer {
	e := actions.AsError(err)
	if errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrConflict) {
		e = &actions.Error{Code: actions.Unavailable, Key: "error.unavailable", Err: err}
	}
	if out.who.Locale == "" {
		out.who.Locale = in.Locale
	}
	v := View{Kind: "notice", Title: Text{Key: e.Key, Args: e.Args}, Ended: true}
	switch e.Code {
	case actions.Internal, actions.Unavailable:
		id := r.NewID()
		r.Log.Error("interaction failed", "code", e.Code, "id", id, "platform", in.Platform, "flow", out.flow, "err", err)
		v.Body = []Text{T("error.quote", "id", id)}
	default:
		if e.Hint != "" {
			v.Body = []Text{{Key: e.Hint, Args: e.Args}}
		}
	}
	return answer{view: v, reader: reader(out.who), who: out.who, flow: out.flow}
}

// turn is what happens inside the transaction.
func (r *Runner) turn(ctx context.Context, t *talk) (out answer, err error) {
	var below store.Card
	if _, ok := t.in.Input.(Remark); ok { // of most that is said in rooms nothing is known, and nothing kept
		if below, err = t.heardBelow(); err != nil || below.ID == "" {
			return answer{silent: true}, err
		}
	}
	if t.in.ID != "" {
		first, err := t.tx.Seen(r.Account, t.in.Platform, t.in.ID, r.Now())
		if err != nil || !first {
			return answer{silent: true}, err
		}
	}
	t.ctx = ctx
	turns, err := t.countTurn()
	if err != nil || turns > t.PerMinute+1 {
		return answer{silent: true}, err
	}
	if t.who, err = r.Actor(ctx, t.in); err != nil {
		return answer{}, err
	}
	if turns > t.PerMinute {
		out := t.notice("flood.slowly", "limit", t.PerMinute)
		out.who = t.who
		return out, nil
	}
	if below.ID != "" {
		out, err = t.remark(below)
		out.who = t.who
		return out, err
	}
	out, err = t.route()
	out.who = t.who
	if err != nil || out.view.Live == "" {
		return out, err
	}
	if _, _, card := out.view.Token.Subject(); card {
		out.standing = standing(out.view) // what is shown, whatever others have committed since
	} else {
		out.standing = r.standing(ctx, out.view.Live, t.who)
	}
	out.card = store.Card{
		ID: r.NewID(), AccountID: r.Account, Subject: out.view.Live, Platform: t.in.Platform, Chat: t.in.Chat,
		IdentityID: out.who.Identity, Locale: out.reader.Locale, CreatedAt: r.Now(), UpdatedAt: r.Now(),
	}
	if out.replace && t.in.Message != "" { // where it will be shown is known: no second commit for that
		out.card.Message = t.in.Message
		err = t.tx.SaveCard(out.card)
	}
	return out, err
}

// route finds what a gesture is for: a new conversation, an open one, or a live card.
func (t *talk) route() (answer, error) {
	switch g := t.in.Input.(type) {
	case Command:
		return t.command(g)
	case Typed:
		return t.typed(g)
	case Sent:
		return t.sent(g)
	case Pressed:
		token, err := ParseToken(g.Token)
		if err != nil {
			return t.notice("error.stale"), nil
		}
		if kind, id, ok := token.Subject(); ok {
			return t.pressCard(kind, id, token)
		}
		return t.resume(token.Of, Press{Revision: token.Revision, Button: token.Button})
	case Submitted:
		token, err := ParseToken(g.Token)
		if err != nil {
			return t.notice("error.stale"), nil
		}
		for _, text := range g.Values {
			if out, found := t.unwanted("", text); found {
				return out, nil
			}
		}
		return t.resume(token.Of, Submit{Revision: token.Revision, Values: g.Values})
	}
	return answer{silent: true}, nil
}

func reader(who actions.Actor) Reader { return Reader{Locale: who.Locale, Timezone: who.Timezone} }

// decodeState reads a stored conversation.
func decodeState(c store.Conversation) (State, error) {
	if len(c.Blob) == 0 { // the store forgot it: see Lifetime
		return State{Conversation: c.ID, Flow: c.Flow, Revision: c.Revision, Ended: true, End: EndExpired}, nil
	}
	var s State
	if err := json.Unmarshal(c.Blob, &s); err != nil {
		return State{}, fmt.Errorf("read conversation: %w", err)
	}
	return s, nil
}
