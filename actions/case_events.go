package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A CaseEventKind is something that happens in a case.
type CaseEventKind string

// The kinds of events.
const (
	EventOpened   CaseEventKind = "opened"
	EventWrote    CaseEventKind = "wrote"    // the buyer, more
	EventReopened CaseEventKind = "reopened" // likewise, after it was closed
	EventReplied  CaseEventKind = "replied"
	EventNoted    CaseEventKind = "noted"
	EventTaken    CaseEventKind = "taken"
	EventSnoozed  CaseEventKind = "snoozed"
	EventAwake    CaseEventKind = "awake"
	EventClosed   CaseEventKind = "closed" // by the team
	EventSolved   CaseEventKind = "solved" // by the buyer
)

// A CaseEvent is something that happened in a case, as the team follows it below the case's card.
type CaseEvent struct {
	ID     string
	Seq    int64 // in the case
	Kind   CaseEventKind
	Who    string    // of the team; empty: the buyer, or the clock
	Until  time.Time // of EventSnoozed
	Origin string    // card below which it was written; empty: elsewhere
	At     time.Time
}

// JobThread writes what happened in a case below its cards: Subject. The flows carry it out.
const JobThread = "case_thread"

// subjectOfEvent is an event as it stands in threads.
func subjectOfEvent(id string) string { return "caseline:" + id }

// inCase notes an event, and has it written below the case's cards. id is that of the message that was said; empty: none was.
func (c *Core) inCase(tx *store.Store, row store.Case, id string, e CaseEvent) error {
	if id == "" {
		id = c.newID()
	}
	r := store.CaseEvent{ID: id, AccountID: row.AccountID, CaseID: row.ID, Kind: string(e.Kind), ActorName: e.Who, Origin: e.Origin, CreatedAt: c.now()}
	if !e.Until.IsZero() {
		r.Until = at(e.Until)
	}
	if err := tx.AddCaseEvent(r); err != nil {
		return err
	}
	return enqueue(tx, JobThread, "", Subject{Account: row.AccountID, Subject: subjectOfCase(row.ID)})
}

// CaseEvents lists what happened in a case after an event of it, for the threads. It is the program's own.
//
// Errors: Unavailable.
func (c *Core) CaseEvents(ctx context.Context, id string, after int64, limit int) ([]CaseEvent, error) {
	rows, err := c.store.In(ctx).CaseEvents(id, after, limit)
	all := make([]CaseEvent, len(rows))
	for i, r := range rows {
		all[i] = toCaseEvent(r)
	}
	return all, failed("list the events of a case", err)
}

func toCaseEvent(r store.CaseEvent) CaseEvent {
	return CaseEvent{ID: r.ID, Seq: r.Seq, Kind: CaseEventKind(r.Kind), Who: r.ActorName, Until: value(r.Until), Origin: r.Origin, At: r.CreatedAt.UTC()}
}

// CaseEvent returns one event with its case and what was said, if anything was. It is for the team alone.
//
// Errors: NotFound; Unavailable.
func (c *Core) CaseEvent(ctx context.Context, who Actor, id string) (CaseEvent, Case, CaseMessage, error) {
	s := c.store.In(ctx)
	r, err := s.CaseEvent(who.Account, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !who.Staff() && !who.Is(System) {
		return CaseEvent{}, Case{}, CaseMessage{}, noCase()
	}
	if err != nil {
		return CaseEvent{}, Case{}, CaseMessage{}, failed("load an event of a case", err)
	}
	of, err := c.Case(ctx, who, r.CaseID)
	if err != nil {
		return CaseEvent{}, Case{}, CaseMessage{}, err
	}
	var said CaseMessage
	m, err := s.CaseMessage(who.Account, id)
	if err == nil {
		said, err = c.toMessage(who, m)
	}
	if errors.Is(err, store.ErrNotFound) {
		err = nil // nothing was said
	}
	return toCaseEvent(r), of, said, failed("load what was said in a case", err)
}
