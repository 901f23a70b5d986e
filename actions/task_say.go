package actions

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// KindTask is the action of requests that say what became of a task.
const KindTask = "task"

// A TaskInput is what somebody says of a task.
type TaskInput struct {
	Key     string // idempotency key
	Request string // key of the request that the task is
	Cannot  bool   // it cannot be done, because of Note; else it is done
	Note    string // up to 500 characters; whoever asked reads it
}

// SayTask writes down what somebody of the team says of a task, and has a job look at the platform. Nothing is done by his
// word alone where the platform can be read: what it shows decides, also when he says that it cannot be done.
//
// Repeating a Key does nothing.
//
// Errors: Invalid (Field "note", without one where it cannot be done); NotFound; Denied for who may not do the operation;
// Conflict when the task is over, or somebody has just said something of it; Unavailable.
func (c *Core) SayTask(ctx context.Context, who Actor, in TaskInput) error {
	// validate
	in.Note = strings.TrimSpace(in.Note)
	if in.Cannot && in.Note == "" {
		return &Error{Code: Invalid, Key: "task.note_missing", Field: "note"}
	}
	if err := checkNote("note", in.Note); err != nil {
		return err
	}
	if !who.Staff() {
		return &Error{Code: Denied, Key: "error.role"}
	}
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindTask, Target: in.Request, Actor: who.ID,
			AskedBy: who.ID, State: string(RequestDone)}
		if _, mine, err := c.claim(tx, req); err != nil || !mine {
			return err
		}
		if err := c.save(tx, req, order{}); err != nil {
			return err
		}

		// authorise, on fresh facts
		row, err := tx.LockRequest(in.Request)
		if errors.Is(err, store.ErrNotFound) || err == nil && row.AccountID != who.Account {
			return &Error{Code: NotFound, Key: "request.not_found"}
		}
		if err != nil {
			return err
		}
		o, err := parseOrder(row.Payload)
		if err != nil {
			return err
		}
		if err := maySay(who, RequestState(row.State), o); err != nil {
			return err
		}

		// transact, audit, enqueue: all or nothing
		o.Said = Said{By: who.ID, Name: who.Name, Chat: who.Identity, At: c.now(), Cannot: in.Cannot, Note: in.Note}
		if err := c.save(tx, row, o); err != nil {
			return err
		}
		action := "task.said"
		if in.Cannot {
			action = "task.given_up"
		}
		data := o.auditData(row.Key)
		data.Verdict, data.Detail = nil, row.Action
		if err := c.audit(tx, who, entry{action: action, target: row.Target, askedBy: row.AskedBy, note: in.Note, data: data}); err != nil {
			return err
		}
		if err := enqueue(tx, JobRequest, row.Key+"@said/"+c.now().Format(time.RFC3339Nano), Work{Key: row.Key}); err != nil {
			return err
		}
		return c.refreshTask(tx, row)
	})
	return failed("say what became of a task", err)
}

// maySay is the policy for SayTask.
func maySay(who Actor, state RequestState, o order) error {
	switch {
	case !mayFinish(who, o.Order.Op):
		return &Error{Code: Denied, Key: "task.role", Hint: "task.role.hint"}
	case state != RequestAssisted:
		return &Error{Code: Conflict, Key: "task.over", Hint: "task.over.hint"}
	case o.Said.Open():
		return &Error{Code: Conflict, Key: "task.said_already", Hint: "task.said_already.hint", Args: map[string]any{"who": o.Said.Name}}
	}
	return nil
}

// refreshTask redraws the cards of a task: its own, that of the proposal it came from, and the day's reminder.
func (c *Core) refreshTask(tx *store.Store, row store.Request) error {
	subjects := []string{subjectOfRequest(row.Key)}
	proposal, err := tx.TouchProposal(row.AccountID, row.Key)
	if err != nil {
		return err
	}
	if proposal != "" {
		subjects = append(subjects, subjectOfProposal(proposal))
	}
	account, err := tx.Account(row.AccountID)
	if err != nil {
		return err
	}
	return refresh(tx, row.AccountID, append(subjects, subjectOfTasks(dayOf(c.now(), account.Timezone)))...)
}
