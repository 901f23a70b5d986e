package flows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// maxCards bounds where one subject is shown: some rooms, and who asked.
const maxCards = 200

// A Room is a chat that many read, where proposals wait for a decision.
type Room = actions.Room

// Notices are what is shown where nobody has asked just now: cards in rooms, their later edits, and messages that tell
// an asker what came of it. They are jobs: whatever platform is down gets them later.
type Notices struct {
	Core    *actions.Core
	Store   *store.Store
	Account store.Account
	Words   flow.Words
	Cards   []flow.CardDef
	Posters map[string]flow.Poster // by platform
	Now     func() time.Time
	NewID   func() string
	Log     *slog.Logger
}

// Handlers are the jobs that Notices carries out.
func (n *Notices) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{
		actions.JobAnnounce: n.announce,
		actions.JobRemind:   n.announce,
		actions.JobCase:     n.announceCase,
		actions.JobThread:   n.threads,
		jobThread:           n.thread,
		jobPost:             n.post,
		actions.JobRefresh:  n.refresh,
		actions.JobTell:     n.tell,
		jobAlarm:            n.alarm,
		actions.JobFile:     n.file,
		JobForget:           n.forget,
	}
}

// jobPost shows one subject in one room.
const jobPost = "post"

type posting struct {
	Subject  string `json:"subject"`
	Platform string `json:"platform"`
	Chat     string `json:"chat"`
}

// announce makes one job for each room, so that a platform that is down holds up no other.
func (n *Notices) announce(ctx context.Context, job jobs.Job) error {
	var a actions.Subject
	if err := job.Decode(&a); err != nil {
		return err
	}
	return n.announceIn(ctx, n.rooms, a.Subject)
}

func (n *Notices) announceIn(ctx context.Context, in func(context.Context) ([]Room, error), subject string) error {
	return n.Store.Tx(ctx, func(tx *store.Store) error {
		rooms, err := in(tx.Context())
		if err != nil {
			return err
		}
		for _, room := range rooms {
			post, err := jobs.New(jobPost, posting{subject, room.Platform, room.Chat})
			if err != nil {
				return err
			}
			post.Key = subject + "@" + room.Platform + "/" + room.Chat
			if err := tx.Enqueue(post); err != nil {
				return err
			}
		}
		return nil
	})
}

// rooms are where decisions are made now, on platforms that this process is connected to or another one may be.
func (n *Notices) rooms(ctx context.Context) ([]Room, error) {
	return n.Core.Rooms(ctx, n.Account.ID, actions.RoomApprovals)
}

// account is the shop as it is now: its language and zone may have been changed since this process began.
func (n *Notices) account(ctx context.Context) (store.Account, error) {
	return n.Store.In(ctx).Account(n.Account.ID)
}

// post shows a subject in one room and remembers where.
func (n *Notices) post(ctx context.Context, job jobs.Job) error {
	var p posting
	if err := job.Decode(&p); err != nil {
		return err
	}
	poster, ok := n.Posters[p.Platform]
	if !ok {
		return errNoAdapter(p.Platform)
	}
	account, err := n.account(ctx)
	if err != nil {
		return err
	}
	card := store.Card{Subject: p.Subject, Platform: p.Platform, Chat: p.Chat, Locale: account.Locale, Shared: true}
	shown, err := n.draw(ctx, card)
	if err != nil {
		return err
	}
	var left *flow.Unreachable
	switch card.Message, err = poster.Post(ctx, p.Chat, shown); {
	case errors.As(err, &left):
		return n.roomLost(ctx, Room{Platform: p.Platform, Chat: p.Chat}, left)
	case err != nil:
		return fmt.Errorf("post to %s: %w", p.Platform, later(err))
	}
	if err := n.remember(ctx, poster, card, shown); err != nil {
		return err
	}
	return n.beginThread(ctx, card.Subject)
}

// later has a job wait as long as a platform asks for; that is no failure.
func later(err error) error {
	var busy *flow.Busy
	if errors.As(err, &busy) {
		return jobs.Later(busy.After)
	}
	return err
}

// remember records where a subject is shown. A change from before that has edited all other cards: it is made up for.
func (n *Notices) remember(ctx context.Context, poster flow.Poster, card store.Card, shown flow.Shown) error {
	card.ID, card.AccountID, card.CreatedAt, card.UpdatedAt = n.NewID(), n.Account.ID, n.Now(), n.Now()
	if err := n.Store.In(ctx).SaveCard(card); err != nil {
		return err
	}
	return n.keep(ctx, poster, card, shown)
}

// maxEdits bounds how often one job edits one card; a subject has a handful of states.
const maxEdits = 10

// keep edits a card until it shows its subject as it is. It looks again after each edit: while that was on its way the
// subject may have changed, and another job have edited the card before this one did.
func (n *Notices) keep(ctx context.Context, poster flow.Poster, card store.Card, shown flow.Shown) error {
	for range maxEdits {
		now, err := n.draw(ctx, card)
		if card.IdentityID != "" && actions.AsError(err).Has(actions.NotFound, actions.Denied) {
			return n.Store.In(ctx).DeleteCard(card.ID) // its reader may not see it any more, such as who has left the team
		}
		if err != nil || reflect.DeepEqual(now, shown) {
			return err
		}
		var left *flow.Unreachable
		err = poster.Edit(ctx, card.Chat, card.Message, now)
		if errors.Is(err, flow.ErrGone) || errors.As(err, &left) {
			return n.Store.In(ctx).DeleteCard(card.ID) // nobody sees it any more
		}
		if err != nil {
			return later(err)
		}
		shown = now
	}
	return nil
}

// refresh edits every place where a subject is shown. All are tried; the failed ones are tried again with all others,
// which then stay as they are.
func (n *Notices) refresh(ctx context.Context, job jobs.Job) error {
	var a actions.Subject
	if err := job.Decode(&a); err != nil {
		return err
	}
	return n.edit(ctx, a.Subject)
}

// errNoAdapter is the error of a job for a platform that this process is not connected to. Another process may be; when
// none is, as after an adapter was switched off, the job engine gives up in the end.
func errNoAdapter(platform string) error {
	return fmt.Errorf("%s is not connected here", platform)
}

func (n *Notices) edit(ctx context.Context, subject string) error {
	cards, err := n.Store.In(ctx).CardsOf(n.Account.ID, subject, maxCards)
	if err != nil {
		return err
	}
	var failed error
	for _, card := range cards {
		poster, ok := n.Posters[card.Platform]
		if !ok {
			continue // an adapter that was switched off since
		}
		if err := n.keep(ctx, poster, card, flow.Shown{}); err != nil {
			failed = errors.Join(failed, fmt.Errorf("edit on %s: %w", card.Platform, err))
		}
	}
	return failed
}

// draw shows a subject as the card's reader may see it: a room is read as a manager, with names and addresses masked.
func (n *Notices) draw(ctx context.Context, card store.Card) (flow.Shown, error) {
	account, err := n.account(ctx)
	if err != nil {
		return flow.Shown{}, err
	}
	who := actions.Actor{
		ID: "room", Account: n.Account.ID, Role: actions.Manager, Locale: card.Locale, Timezone: account.Timezone,
	}
	if card.IdentityID != "" {
		to, err := n.Core.Addressee(ctx, card.IdentityID)
		if err != nil {
			return flow.Shown{}, err
		}
		who = to.Actor
	}
	view, err := n.view(ctx, card.Subject, who)
	if err != nil {
		return flow.Shown{}, err
	}
	return n.Words.Show(view, flow.Reader{Locale: who.Locale, Timezone: who.Timezone, Shared: card.Shared}), nil
}

func (n *Notices) view(ctx context.Context, subject string, who actions.Actor) (flow.View, error) {
	kind, id, _ := strings.Cut(subject, ":")
	for _, c := range n.Cards {
		if c.Kind == kind {
			view, _, err := c.View(ctx, id, who)
			view.Live = subject
			return view, err
		}
	}
	return flow.View{}, jobs.Cancel(fmt.Errorf("no card shows %q", kind))
}

// tell lets an asker know what came of it: where his own card shows it, by editing that; else by a message.
func (n *Notices) tell(ctx context.Context, job jobs.Job) error {
	var t actions.Tell
	if err := job.Decode(&t); err != nil {
		return err
	}
	subject := "proposal:" + t.Proposal
	switch {
	case t.Subject != "":
		subject = t.Subject
	case t.Request != "":
		subject = "request:" + t.Request
	}
	if err := n.edit(ctx, subject); err != nil {
		return err
	}
	cards, err := n.Store.In(ctx).CardsOf(n.Account.ID, subject, maxCards) // those that are still there
	if err != nil {
		return err
	}
	for _, card := range cards {
		// His own press led here a moment ago: the edited card is answer enough. A decision that took hours needs a message,
		// since no chat tells of an edit.
		if card.IdentityID == t.Identity && t.Request != "" && n.Now().Sub(card.CreatedAt) < time.Minute {
			return nil
		}
	}
	return n.write(ctx, subject, t)
}

// write sends a message about a subject to a person's private chat.
func (n *Notices) write(ctx context.Context, subject string, t actions.Tell) error {
	to, err := n.Core.Addressee(ctx, t.Identity)
	if err != nil {
		return err
	}
	if to.Chat == "" {
		return n.personLost(ctx, t, flow.Closed)
	}
	poster, ok := n.Posters[to.Platform]
	if !ok {
		return errNoAdapter(to.Platform)
	}
	card := store.Card{Subject: subject, Platform: to.Platform, Chat: to.Chat, IdentityID: t.Identity, Locale: to.Actor.Locale}
	shown, err := n.draw(ctx, card)
	if actions.AsError(err).Has(actions.NotFound, actions.Denied) {
		return nil // he waits for nothing any more, such as who has left the team
	}
	if err != nil {
		return err
	}
	var lost *flow.Unreachable
	switch card.Message, err = poster.Post(ctx, to.Chat, shown); {
	case errors.As(err, &lost):
		return n.personLost(ctx, t, lost.Why)
	case err != nil:
		return fmt.Errorf("tell on %s: %w", to.Platform, later(err))
	case card.Message == "":
		return nil // the platform cannot edit it: the next news comes by a message of its own
	}
	return n.remember(ctx, poster, card, shown)
}
