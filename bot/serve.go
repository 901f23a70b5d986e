package main

import (
	"errors"
	"net/http"

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
	if err := a.startJobs(p.ctx, 0); err != nil {
		return err
	}
	p.log.Info("serving", "address", l.Addr().String(), "database", s.Dialect())
	return serveHTTP(p.ctx, newServer(http.NewServeMux(), a.probes(), a.metrics, p.log), l, p.log)
}

// migrate brings the schema up to date, or refuses to start on an old one.
func (c serveCommand) migrate(p *program, s *store.Store) error {
	if c.NoMigrate {
		return checkMigrated(p.ctx, s)
	}
	return s.Migrate(p.ctx)
}
