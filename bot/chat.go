package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/aftersale/aftersale/adapters/terminal"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/store"
)

// chatCommand is the terminal adapter.
type chatCommand struct {
	configFlags
	As    string `help:"Who is at the keyboard: somebody of the team by name, or a buyer by e-mail address or name. Without it, the first of the team." placeholder:"NAME"`
	Files string `help:"Folder into which files are written that somebody asks for." type:"path" default:"." placeholder:"DIR"`
	Forms bool   `help:"Ask all fields of a form at once, to be filled as \"Label: value\"; otherwise one question after the other."`
}

// Help is the end of the command's --help.
func (chatCommand) Help() string {
	return `Without --config it talks about a sample shop in a temporary folder. Type /help; press a button by its number or label; "/as NAME" gives the keyboard to somebody else; Ctrl-D ends. Through a pipe, each line is answered up to an empty line.

Example:
  aftersale chat --as ana
  printf '/find HP5300000201\n' | aftersale chat --as ana`
}

// Run holds the conversation until the input ends.
func (c chatCommand) Run(p *program) (err error) {
	config, s, cleanUp, err := c.open(p)
	if err != nil {
		return err
	}
	defer cleanUp()
	config.Policy.Flood.PerMinute = 0 // a pipe may hold a long conversation, and whoever has this terminal has the database
	user, err := seat(p.ctx, s, c.As)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	a, err := newApp(p.ctx, config, s, p.quiet())
	if err != nil {
		return errors.Join(err, s.Close())
	}
	defer func() { err = errors.Join(err, a.close()) }()

	keyboard := isTerminal(p.stdin)
	adapter := terminal.New(terminal.Options{
		Handler: a.runner, In: p.stdin, Out: p.stdout, User: user, Forms: c.Forms, Files: c.Files, Log: p.quiet(),
		Prompt: keyboard, Color: keyboard && isTerminal(p.stdout) && p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb",
		Settle: a.settle,
		As:     func(ctx context.Context, name string) (terminal.User, error) { return seat(ctx, s, name) },
	})
	a.posters[terminal.Platform] = adapter
	a.rooms = append(a.rooms, flows.Room{Platform: terminal.Platform, Chat: approvalsRoom})
	// The jobs of this process are everybody's: what is for another chat goes there.
	if _, err := a.connectPlatforms(); err != nil {
		return err
	}
	// One worker: what a turn brings is then shown in the order in which it was enqueued.
	if err := a.startJobs(p.ctx, 1); err != nil {
		return err
	}
	if keyboard {
		fmt.Fprintf(p.stderr, "You are %s. Type /help, or press a button by its number. Ctrl-D ends.\n", user.Name)
	}
	return adapter.Run(p.ctx)
}

// open opens the configured database, or a sample shop of its own that cleanUp removes.
func (c chatCommand) open(p *program) (config Config, s *store.Store, cleanUp func(), err error) {
	if c.Config == "" {
		shop, err := openShop(p.ctx, "", spoken(p.getenv), p.quiet())
		if err != nil {
			return Config{}, nil, nil, err
		}
		return shop.config, shop.store, shop.cleanUp, nil
	}
	config, err = LoadRunning(c.Config, p.getenv)
	if err != nil {
		return config, nil, nil, err
	}
	s, err = store.Open(p.ctx, store.Options{URL: config.DatabaseURL.Reveal(), Log: p.log, Now: now})
	if err != nil {
		return config, nil, nil, err
	}
	err = migrateEmpty(p.ctx, s)
	if err == nil {
		_, err = ensureAccount(p.ctx, s, config, p.log)
	}
	if err != nil {
		return config, nil, nil, errors.Join(err, s.Close())
	}
	return config, s, func() {}, nil
}

// settlePatience is how long a line waits for the jobs that it caused, and settlePause how often it looks.
const (
	settlePatience = 10 * time.Second
	settlePause    = 5 * time.Millisecond
)

// settle waits until no job is due or running. Jobs that wait for their time, or for their next try, are not waited for.
func (a *app) settle(ctx context.Context) error {
	patience := time.NewTimer(settlePatience)
	defer patience.Stop()
	pause := time.NewTicker(settlePause)
	defer pause.Stop()
	for {
		depths, err := a.store.In(ctx).QueueDepths()
		if err != nil {
			return err
		}
		if idle(depths) {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-patience.C:
			return nil // something remote is slow; its notice comes later
		case <-pause.C:
		}
	}
}

func idle(depths []store.QueueDepth) bool {
	for _, d := range depths {
		if d.State != "later" && d.Count > 0 {
			return false
		}
	}
	return true
}

// isTerminal reports whether a person is at the other end.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
