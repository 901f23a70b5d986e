package flows

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// jobThread writes below one card what has happened in its case since.
const jobThread = "case_thread_of"

const (
	// threadHeld is for how long one job alone writes below a card; one that died is then taken over from.
	threadHeld = 2 * time.Minute
	// threadBatch is how much one job writes: it has to end in time on a platform that takes a post in a second.
	threadBatch = 30
	threadAgain = 5 * time.Second
)

// beginThread has what happened so far written below a card that is new.
func (n *Notices) beginThread(ctx context.Context, subject string) error {
	if !strings.HasPrefix(subject, "case:") {
		return nil
	}
	job, err := jobs.New(actions.JobThread, actions.Subject{Account: n.Account.ID, Subject: subject})
	if err != nil {
		return err
	}
	return n.Store.In(ctx).Enqueue(job)
}

// threads makes one job for each card of a case in a room, so that a platform that is down holds up no other.
func (n *Notices) threads(ctx context.Context, job jobs.Job) error {
	var a actions.Subject
	if err := job.Decode(&a); err != nil {
		return err
	}
	return n.Store.Tx(ctx, func(tx *store.Store) error {
		cards, err := tx.CardsOf(n.Account.ID, a.Subject, maxCards)
		if err != nil {
			return err
		}
		for _, card := range cards {
			if _, able := n.Posters[card.Platform].(flow.Threader); !card.Shared || !able || card.Posted == store.ThreadLost {
				continue
			}
			of, err := jobs.New(jobThread, actions.Work{ID: card.ID})
			if err != nil {
				return err
			}
			if err := tx.Enqueue(of); err != nil {
				return err
			}
		}
		return nil
	})
}

// thread writes below one card, in order, what has happened in its case since the last time. A job that dies in between goes
// on where it was; what it had posted and not noted stands there twice: better than never.
func (n *Notices) thread(ctx context.Context, job jobs.Job) error {
	var w actions.Work
	if err := job.Decode(&w); err != nil {
		return err
	}
	s := n.Store.In(ctx)
	mine, err := s.HoldThread(w.ID, n.Now(), n.Now().Add(threadHeld))
	if err != nil {
		return err
	}
	card, err := s.Card(w.ID)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && card.Posted == store.ThreadLost:
		return nil // nobody sees it any more
	case err != nil:
		return err
	case !mine:
		return jobs.Later(threadAgain)
	}
	posted, more, err := n.writeBelow(ctx, card)
	var left *flow.Unreachable
	if errors.As(err, &left) { // what happens next tries again, from here on
		n.Log.Warn("a room cannot be written to", "platform", card.Platform, "err", err)
		err = nil
	}
	if errors.Is(err, flow.ErrGone) {
		n.Log.Warn("nothing can be written below a card: what happens stands in the question itself", "platform", card.Platform, "err", err)
		posted, err = store.ThreadLost, nil
	}
	if done := s.ThreadPosted(card.ID, posted, true); done != nil {
		return errors.Join(err, done)
	}
	if err == nil && more {
		return n.beginThread(ctx, card.Subject)
	}
	return later(err)
}

// writeBelow posts the next events. It returns the last one that stands there, and whether there may be more.
func (n *Notices) writeBelow(ctx context.Context, card store.Card) (posted int64, more bool, err error) {
	_, id, _ := strings.Cut(card.Subject, ":")
	posted = card.Posted
	events, err := n.Core.CaseEvents(ctx, id, posted, threadBatch)
	if err != nil || len(events) == 0 {
		return posted, false, err
	}
	below, ok := n.Posters[card.Platform].(flow.Threader)
	if !ok {
		return posted, false, errNoAdapter(card.Platform)
	}
	name, err := n.threadName(ctx, id, card.Locale)
	if err != nil {
		return posted, false, err
	}
	for _, e := range events {
		if e.Origin != card.ID { // he who wrote it there has it there
			if err := n.lineBelow(ctx, below, card, name, e); err != nil {
				return posted, false, err
			}
		}
		posted = e.Seq
		if err := n.Store.In(ctx).ThreadPosted(card.ID, posted, false); err != nil {
			return posted, false, err
		}
	}
	return posted, len(events) == threadBatch, nil
}

// lineBelow posts one event, and remembers where: what is erased of a buyer is erased there too.
func (n *Notices) lineBelow(ctx context.Context, below flow.Threader, card store.Card, name string, e actions.CaseEvent) error {
	line := store.Card{Subject: "caseline:" + e.ID, Platform: card.Platform, Locale: card.Locale, Shared: true}
	shown, err := n.draw(ctx, line)
	if err != nil {
		return err
	}
	if line.Chat, line.Message, err = below.PostBelow(ctx, card.Chat, card.Message, name, shown); err != nil {
		return fmt.Errorf("below a card on %s: %w", card.Platform, err)
	}
	line.ID, line.AccountID, line.CreatedAt, line.UpdatedAt = n.NewID(), n.Account.ID, n.Now(), n.Now()
	return n.Store.In(ctx).SaveCard(line)
}

// threadName is what the thread of a case is called: nothing of the buyer, for names are read in lists.
func (n *Notices) threadName(ctx context.Context, id, locale string) (string, error) {
	c, err := n.Core.Case(ctx, actions.Actor{ID: "room", Account: n.Account.ID, Role: actions.Manager}, id)
	return n.Words.Text(flow.T("caseline.name", "number", number(c), "topic", c.Topic), flow.Reader{Locale: locale}), err
}
