package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// maxEndpoints is how many addresses an account may have called.
const maxEndpoints = 20

// An Endpoint is an address outside that rules can have called.
type Endpoint struct {
	ID        string
	Name      string
	URL       string
	Waiting   int       `json:",omitzero"` // calls that are tried again
	Dead      int       `json:",omitzero"` // calls that were given up
	OldUntil  time.Time `json:",omitzero"` // until when the secret of before is good too
	CreatedAt time.Time
}

// Endpoints returns the endpoints of an account, oldest first, as many as there may be.
//
// Errors: Denied; Unavailable.
func (c *Core) Endpoints(ctx context.Context, who Actor) ([]Endpoint, error) {
	if err := mayKeepLists(who); err != nil {
		return nil, err
	}
	s := c.store.In(ctx)
	rows, err := s.Endpoints(who.Account, maxEndpoints)
	if err != nil {
		return nil, failed("read endpoints", err)
	}
	all := make([]Endpoint, len(rows))
	for i, r := range rows {
		if all[i], err = c.toEndpoint(s, r); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Endpoint returns one endpoint.
//
// Errors: Denied; NotFound; Unavailable.
func (c *Core) Endpoint(ctx context.Context, who Actor, id string) (Endpoint, error) {
	if err := mayKeepLists(who); err != nil {
		return Endpoint{}, err
	}
	s := c.store.In(ctx)
	row, err := s.Endpoint(who.Account, id)
	if err != nil {
		return Endpoint{}, noEndpoint(err)
	}
	return c.toEndpoint(s, row)
}

func noEndpoint(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return &Error{Code: NotFound, Key: "hooks.not_found"}
	}
	return failed("find an endpoint", err)
}

func (c *Core) toEndpoint(s *store.Store, r store.HookEndpoint) (Endpoint, error) {
	e := Endpoint{ID: r.ID, Name: r.Name, URL: r.URL, CreatedAt: r.CreatedAt.UTC()}
	if until := value(r.OldUntil); until.After(c.now()) {
		e.OldUntil = until
	}
	waiting, err := s.CountDeliveries(r.ID, string(CallWaiting))
	if err != nil {
		return e, failed("count calls", err)
	}
	dead, err := s.CountDeliveries(r.ID, string(CallDead))
	e.Waiting, e.Dead = int(waiting), int(dead)
	return e, failed("count calls", err)
}

// An EndpointInput names an address.
type EndpointInput struct {
	Key  string // idempotency key
	Name string
	URL  string
}

// CheckHookURL refuses an address that would never be called.
//
// Errors: Invalid (Field "url").
func (c *Core) CheckHookURL(address string) error {
	if c.hooks == nil {
		return &Error{Code: Conflict, Key: "hooks.off"}
	}
	return c.hooks.Check(address)
}

// A GivenSecret is what came of making a secret: it went to the private chat of whoever asked, as a file that is shown once.
type GivenSecret struct {
	Endpoint string // id
	File     string // id
}

// AddEndpoint records an address, and gives its secret to whoever asks, in his private chat and never again.
//
// Errors: Invalid (name, address); Denied; Conflict when there are too many, or he has no private chat; Unavailable.
func (c *Core) AddEndpoint(ctx context.Context, who Actor, in EndpointInput) (GivenSecret, error) {
	var given GivenSecret
	name, err := ParseListName(in.Name)
	if err != nil {
		return given, err
	}
	if err := c.CheckHookURL(in.URL); err != nil {
		return given, err
	}
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		id, err := c.listRequest(tx, who, in.Key, "")
		if given.Endpoint = id; id != "" || err != nil {
			return err
		}
		all, err := tx.Endpoints(who.Account, maxEndpoints)
		if err != nil {
			return err
		}
		if len(all) >= maxEndpoints {
			return &Error{Code: Conflict, Key: "hooks.many", Args: map[string]any{"max": maxEndpoints}}
		}
		e := store.HookEndpoint{ID: c.newID(), AccountID: who.Account, Name: name, URL: in.URL, CreatedBy: who.ID, CreatedAt: c.now()}
		if given, err = c.giveSecret(tx, who, &e); err != nil {
			return err
		}
		if err := tx.AddEndpoint(e); err != nil {
			return err
		}
		return c.listDone(tx, who, in.Key, e.ID, entry{action: "hook.added", target: e.ID, note: name})
	})
	return given, failed("add an endpoint", err)
}

// giveSecret makes a secret for an endpoint and has it delivered.
func (c *Core) giveSecret(tx *store.Store, who Actor, e *store.HookEndpoint) (GivenSecret, error) {
	secret, err := c.newHookSecret()
	if err != nil {
		return GivenSecret{}, err
	}
	if e.Secret, err = c.vault.Seal(sealedHook, e.ID, []byte(secret)); err != nil {
		return GivenSecret{}, err
	}
	file, err := c.sendFile(tx, who, attachment{Name: "webhook-secret.txt", MIME: "text/plain", Body: []byte(secret + "\n"), Caption: "file.hook_secret", Lasts: 24 * time.Hour})
	return GivenSecret{Endpoint: e.ID, File: file}, err
}

// RotateEndpoint gives an endpoint another secret. The one of before goes on signing beside it for a day.
//
// Errors: Denied; NotFound; Conflict when he has no private chat; Unavailable.
func (c *Core) RotateEndpoint(ctx context.Context, who Actor, key, endpoint string) (GivenSecret, error) {
	given := GivenSecret{Endpoint: endpoint}
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if id, err := c.listRequest(tx, who, key, endpoint); id != "" || err != nil {
			return err
		}
		e, err := tx.Endpoint(who.Account, endpoint)
		if err != nil {
			return noEndpoint(err)
		}
		until := c.now().Add(hookOverlap)
		e.OldSecret, e.OldUntil = e.Secret, &until
		if given, err = c.giveSecret(tx, who, &e); err != nil {
			return err
		}
		if err := tx.SaveEndpoint(e); err != nil {
			return err
		}
		return c.listDone(tx, who, key, e.ID, entry{action: "hook.rotated", target: e.ID, note: e.Name})
	})
	return given, failed("rotate a secret", err)
}

// RemoveEndpoint takes an address away, with its secrets and the rules that call it. What waits is not sent any more.
//
// Errors: Denied; NotFound; Unavailable.
func (c *Core) RemoveEndpoint(ctx context.Context, who Actor, key, endpoint string) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if id, err := c.listRequest(tx, who, key, endpoint); id != "" || err != nil {
			return err
		}
		e, err := tx.Endpoint(who.Account, endpoint)
		if err != nil {
			return noEndpoint(err)
		}
		at := c.now()
		e.Secret, e.OldSecret, e.OldUntil, e.RemovedAt = nil, nil, nil, &at
		if err := tx.SaveEndpoint(e); err != nil {
			return err
		}
		ended, err := tx.EndRulesOf(who.Account, endpoint, at)
		if err != nil {
			return err
		}
		return c.listDone(tx, who, key, e.ID, entry{action: "hook.removed", target: e.ID, note: e.Name, data: auditData{Count: int(ended)}})
	})
	return failed("remove an endpoint", err)
}

// TestEndpoint calls an endpoint once with made-up data, and returns the call's id: Call says what came of it.
//
// Errors: Denied; NotFound; Unavailable.
func (c *Core) TestEndpoint(ctx context.Context, who Actor, key, endpoint string) (id string, err error) {
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		id, err = c.listRequest(tx, who, key, endpoint)
		if id != "" || err != nil {
			return err
		}
		e, err := tx.Endpoint(who.Account, endpoint)
		if err != nil {
			return noEndpoint(err)
		}
		id = c.newID()
		d := store.HookDelivery{ID: id, AccountID: who.Account, EndpointID: e.ID, Subject: "test:" + id, Event: hookTest, At: c.now(),
			State: string(CallWaiting), CreatedAt: c.now(), UpdatedAt: c.now()}
		if _, err := tx.AddDelivery(d); err != nil {
			return err
		}
		if err := enqueue(tx, JobHook, id, Work{ID: id}); err != nil {
			return err
		}
		return c.listDone(tx, who, key, id, entry{action: "hook.tested", target: e.ID, note: e.Name})
	})
	return id, failed("test an endpoint", err)
}
