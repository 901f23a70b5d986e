package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// serveCommand runs the bot for real.
type serveCommand struct {
	configFlags
	NoMigrate bool `help:"Do not change the schema: refuse to start while a migration is pending."`
}

// Help is the end of the command's --help.
func (serveCommand) Help() string {
	return "Stop it with SIGTERM or Ctrl-C: running turns and jobs are finished first (30 seconds each); a second signal stops at once.\n\n" +
		"Example:\n  aftersale serve --config config.yaml"
}

// Run serves until it is told to stop.
func (c serveCommand) Run(p *program) (err error) {
	config, err := LoadRunning(c.Config, p.getenv)
	if err != nil {
		return err
	}
	l, err := listen(p.ctx, config.Listen, "listen in the configuration")
	if err != nil {
		return err
	}
	defer l.Close()
	s, err := store.Open(p.ctx, store.Options{URL: config.DatabaseURL.Reveal(), Log: p.log, Now: now})
	if err != nil {
		return err
	}
	if err := c.migrate(p, s); err != nil {
		return errors.Join(err, s.Close())
	}
	a, err := newApp(p.ctx, config, s, p.log)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	defer func() { err = errors.Join(err, a.close()) }()
	connections, err := a.connectPlatforms()
	if err != nil {
		return err
	}
	if err := a.startJobs(p.ctx, 0); err != nil {
		return err
	}
	return a.serve(p.ctx, connections, l)
}

// serve answers people and platforms until ctx ends, or until no platform can be served any more.
func (a *app) serve(ctx context.Context, connections []connection, l net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	mux, probes, names := http.NewServeMux(), a.probes(), []string{}
	a.pages().Routes(mux)
	a.inboundRoutes(mux)
	for _, c := range connections {
		c.Routes(mux)
		probes = append(probes, probe{c.name, c.Ready})
		names = append(names, c.name)
	}
	if len(connections) == 0 {
		a.log.Info("no chat platform is switched on: nobody can talk to the bot; see docs/setup-slack.md, -discord.md, -telegram.md")
	}
	chats := make(chan error, 1)
	go func() {
		err := runPlatforms(ctx, connections, a.log)
		if err != nil {
			stop()
		}
		chats <- err
	}()
	a.log.Info("serving", "address", l.Addr().String(), "database", a.store.Dialect(), "chats", strings.Join(names, " "))
	err := serveHTTP(ctx, newServer(mux, probes, a.metrics, a.log), l, a.log)
	stop()
	return errors.Join(err, <-chats)
}

// migrate brings the schema up to date, or refuses to start on an old one.
func (c serveCommand) migrate(p *program, s *store.Store) error {
	if c.NoMigrate {
		return checkMigrated(p.ctx, s)
	}
	return s.Migrate(p.ctx)
}
