package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A Call is one call of an endpoint.
type Call struct {
	ID         string
	Endpoint   string // id
	EndName    string
	Event      ListEvent // empty: a test
	State      CallState
	Attempts   int
	StatusCode int    `json:",omitzero"`
	Problem    string `json:",omitzero"` // one of HookProblems
	At         time.Time
}

// HookCallOf returns one call.
//
// Errors: Denied; NotFound; Unavailable.
func (c *Core) HookCallOf(ctx context.Context, who Actor, id string) (Call, error) {
	if err := mayKeepLists(who); err != nil {
		return Call{}, err
	}
	s := c.store.In(ctx)
	d, err := s.Delivery(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && d.AccountID != who.Account {
		return Call{}, &Error{Code: NotFound, Key: "hooks.no_call"}
	}
	if err != nil {
		return Call{}, failed("find a call", err)
	}
	e, err := s.Endpoint(who.Account, d.EndpointID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Call{}, failed("find an endpoint", err)
	}
	return toCall(d, e.Name), nil
}

func toCall(d store.HookDelivery, name string) Call {
	call := Call{ID: d.ID, Endpoint: d.EndpointID, EndName: name, Event: ListEvent(d.Event), State: CallState(d.State), Attempts: d.Attempts,
		StatusCode: d.StatusCode, Problem: d.Problem, At: d.At.UTC()}
	if d.RuleID == "" {
		call.Event = ""
	}
	return call
}

// DeadCalls returns the calls of an endpoint that were given up, newest first, behind Next of the page before.
//
// Errors: Denied; NotFound; Invalid (cursor); Unavailable.
func (c *Core) DeadCalls(ctx context.Context, who Actor, endpoint, after string, limit int) (all []Call, next string, err error) {
	if err := mayKeepLists(who); err != nil {
		return nil, "", err
	}
	at, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	s := c.store.In(ctx)
	e, err := s.Endpoint(who.Account, endpoint)
	if err != nil {
		return nil, "", noEndpoint(err)
	}
	rows, err := s.Deliveries(endpoint, string(CallDead), store.Cursor{At: at.At, ID: at.ID}, limit+1)
	if err != nil {
		return nil, "", failed("read calls", err)
	}
	for i, d := range rows {
		if i == limit {
			next = cursor{At: rows[i-1].CreatedAt, ID: rows[i-1].ID}.String()
			break
		}
		all = append(all, toCall(d, e.Name))
	}
	return all, next, nil
}

// RetryCall has a call that was given up tried again, from the first pause on.
//
// Errors: Denied; NotFound; Conflict when it was not given up; Unavailable.
func (c *Core) RetryCall(ctx context.Context, who Actor, key, id string) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if id, err := c.listRequest(tx, who, key, id); id != "" || err != nil {
			return err
		}
		d, err := tx.Delivery(id)
		if errors.Is(err, store.ErrNotFound) || err == nil && d.AccountID != who.Account {
			return &Error{Code: NotFound, Key: "hooks.no_call"}
		}
		if err != nil {
			return err
		}
		if CallState(d.State) != CallDead {
			return &Error{Code: Conflict, Key: "hooks.not_dead"}
		}
		d.State, d.Attempts, d.UpdatedAt = string(CallWaiting), 0, c.now()
		if err := tx.SaveDelivery(d); err != nil {
			return err
		}
		if err := enqueue(tx, JobHook, d.ID+"@"+key, Work{ID: d.ID}); err != nil {
			return err
		}
		return c.listDone(tx, who, key, d.ID, entry{action: "hook.retried", target: d.EndpointID, data: auditData{Detail: d.Event}})
	})
	return failed("try a call again", err)
}
