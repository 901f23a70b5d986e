package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/store"
)

// A crashChild is the process that is killed: the bot as newApp wires it, with an adapter of its own that reads what
// people do from standard input and writes what they see to standard output.
type crashChild struct {
	*app
	doom *crashDoom
}

// crashChildMain is the process. It ends by itself when its input ends: then it stops as production stops.
func crashChildMain(life string) int {
	c := &crashChild{doom: &crashDoom{out: &crashWriter{to: os.Stdout}}}
	err := json.Unmarshal([]byte(life), &c.doom.life)
	if err == nil {
		err = c.start(context.Background())
	}
	if err == nil {
		err = errors.Join(c.serve(context.Background(), os.Stdin), c.close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "crash test:", err)
		return exitFailed
	}
	return exitDone
}

// start opens the data and begins to work the jobs, in the order of `serve`.
func (c *crashChild) start(ctx context.Context) error {
	config := crashConfig(c.doom.life)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := store.Open(ctx, store.Options{URL: config.DatabaseURL.Reveal(), Log: log, Now: now})
	if err != nil {
		return err
	}
	c.doom.at(atOpen)
	if err := s.Migrate(ctx); err != nil {
		return errors.Join(err, s.Close())
	}
	c.doom.at(atMigrate)
	if c.app, err = newApp(ctx, config, s, log); err != nil {
		return errors.Join(err, s.Close())
	}
	if err := c.doomParts(); err != nil {
		return errors.Join(err, s.Close())
	}
	return c.work(ctx)
}

// serve takes calls, all at once, until the input ends and they are answered.
func (c *crashChild) serve(ctx context.Context, in io.Reader) error {
	var calls sync.WaitGroup
	defer calls.Wait()
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		var call crashCall
		if err == nil {
			err = json.Unmarshal(line, &call)
		}
		if err != nil {
			return err
		}
		calls.Go(func() {
			left, err := c.take(ctx, call)
			answer := crashLine{ID: call.ID, Done: true, Jobs: left}
			if err != nil {
				answer.Failed = err.Error()
			}
			_ = c.doom.out.write(answer) // nobody listens any more: the call is answered by what the next process does
		})
	}
}

func (c *crashChild) take(ctx context.Context, call crashCall) (left []store.QueueDepth, err error) {
	switch {
	case call.Gesture != nil:
		return nil, c.runner.Handle(ctx, call.Gesture.inbound(), crashScreen{c.doom, call.ID})
	case call.Sale != nil:
		return nil, c.sell(ctx, *call.Sale, call.Seat)
	}
	return c.settled(ctx)
}

// sell takes a webhook, and seats the buyer at his chat as a proof of his address will.
func (c *crashChild) sell(ctx context.Context, e actions.SaleEvent, seat string) error {
	if _, err := c.core.Apply(ctx, c.account.ID, e); err != nil || seat == "" {
		return err
	}
	return c.store.Tx(ctx, func(tx *store.Store) error {
		b, err := tx.BuyerByEmail(c.account.ID, e.Sale.Buyer.Email.Key())
		if err != nil {
			return err
		}
		err = tx.MeetIdentity(store.Identity{ID: newID(), AccountID: c.account.ID, Platform: onTelegram, UserID: seat, CreatedAt: now()})
		if err != nil {
			return err
		}
		who, err := tx.WhoIs(c.account.ID, onTelegram, seat)
		if err != nil {
			return err
		}
		return tx.LinkBuyer(store.IdentityBuyer{IdentityID: who.Identity.ID, BuyerID: b.ID, AccountID: c.account.ID, CreatedAt: now()})
	})
}

// crashSettle is how long settled waits. The engine that leads looks for jobs of dead processes within a second of its
// start, and then each half minute; so a restart is the quicker way.
const crashSettle = 3 * time.Second

// settled waits until no job is left, but not for ever, and tells which are: those that dead processes still hold, and
// those that wait for their time.
func (c *crashChild) settled(ctx context.Context) ([]store.QueueDepth, error) {
	patience := time.NewTimer(crashSettle)
	defer patience.Stop()
	again := time.NewTicker(settlePause)
	defer again.Stop()
	for {
		depths, err := c.store.In(ctx).QueueDepths()
		if err != nil || len(depths) == 0 {
			return depths, err
		}
		select {
		case <-patience.C:
			return depths, nil
		case <-again.C:
		}
	}
}
