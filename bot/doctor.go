package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/listmonk"
	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/locales"
	"github.com/aftersale/aftersale/store"
)

// doctorCommand checks an installation.
type doctorCommand struct {
	configFlags
}

// Help is the end of the command's --help.
func (doctorCommand) Help() string {
	return "One line per check: ok, warn (it works, and you should know) or fail, with what to do. Nothing is changed and no mail is sent.\n\n" +
		"Example:\n  aftersale doctor --config config.yaml"
}

// A finding is the result of one check.
type finding struct {
	state string // ok, warn, fail
	check string
	text  string
}

// doctorPatience is how long one check may take.
const doctorPatience = 15 * time.Second

// Run makes all checks, and fails when one of them did.
func (c doctorCommand) Run(p *program) error {
	var read *configReader
	config, err := loadConfig(c.Config, p.getenv, func(r *configReader, c Config) {
		r.missing(c)
		read = r
	})
	if err != nil {
		return err // all mistakes, each with its place; nothing else can be checked on a configuration that is wrong
	}
	findings := checkConfiguration(config)
	findings = append(findings, checkSecrets(config, read, p.getenv)...)
	findings = append(findings, checkDatabase(p, config)...)
	findings = append(findings, checkMail(p.ctx, config)...)
	findings = append(findings, checkListmonk(p.ctx, config.Listmonk)...)
	findings = append(findings, checkPlatforms(p, config)...)
	failed := 0
	for _, f := range findings {
		fmt.Fprintf(p.stdout, "%-4s  %-18s  %s\n", f.state, f.check, f.text)
		if f.state == "fail" {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%s failed", plural(failed, "check"))
	}
	return nil
}

// checkConfiguration finds what is allowed and still worth a word.
func checkConfiguration(c Config) []finding {
	all := []finding{{"ok", "configuration", "read and complete"}}
	if c.Account.Name == defaultAccountName {
		all = append(all, finding{"warn", "account", fmt.Sprintf("is still called %q: set account.name, since buyers read it", defaultAccountName)})
	}
	if c.Account.SupportEmail == "" {
		all = append(all, finding{"warn", "account", "buyers are told no address to write to: set account.support_email"})
	}
	if c.PublicURL == "" {
		all = append(all, finding{"warn", "public_url", "is not set: links in mails and webhooks need it"})
	}
	return all
}

// checkListmonk asks the list manager for its lists, if there is one.
func checkListmonk(ctx context.Context, l ListmonkConfig) []finding {
	if !l.Enabled {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, doctorPatience)
	defer cancel()
	client := listmonk.New(listmonk.Options{URL: l.URL, User: l.User, Token: l.Token.Reveal()})
	if err := client.Check(ctx); err != nil {
		return []finding{{"fail", "listmonk", err.Error() + ": look at listmonk.url, user and token, and at what the API user may do"}}
	}
	return []finding{{"ok", "listmonk", "answers, and shows its lists"}}
}

// checkPlatforms asks every chat platform that is switched on, all at once.
func checkPlatforms(p *program, c Config) []finding {
	words, err := locales.New(c.Account.Locale, p.quiet())
	if err != nil {
		return []finding{{"fail", "words", err.Error()}}
	}
	connections, err := newSwitchboard(c, words, p.quiet()).enabled()
	var all []finding
	if err != nil {
		all = append(all, finding{"fail", "chats", err.Error()})
	}
	if len(connections) == 0 && err == nil {
		return []finding{{"warn", "chats", "none is switched on: nobody can talk to the bot. See docs/setup-slack.md, -discord.md, -telegram.md"}}
	}
	found := make([][]chat.Finding, len(connections))
	var asking sync.WaitGroup
	for i, connected := range connections {
		asking.Go(func() {
			ctx, cancel := context.WithTimeout(p.ctx, doctorPatience)
			defer cancel()
			found[i] = connected.Check(ctx, c.PublicURL)
		})
	}
	asking.Wait()
	for i, connected := range connections {
		for _, f := range found[i] {
			check := f.Check
			if !strings.HasPrefix(check, connected.name) {
				check = connected.name + " " + check
			}
			all = append(all, finding{f.State, check, f.Text})
		}
	}
	return all
}

// errUndo ends a trial transaction that is not meant to stay.
var errUndo = errors.New("undo")

// checkDatabase opens the database, writes something that is rolled back, and looks at schema and team.
func checkDatabase(p *program, c Config) []finding {
	ctx, cancel := context.WithTimeout(p.ctx, doctorPatience)
	defer cancel()
	s, err := store.Open(ctx, store.Options{URL: c.DatabaseURL.Reveal(), Log: p.log, Now: now})
	if err != nil {
		return []finding{{"fail", "database", err.Error()}}
	}
	defer s.Close()
	all := []finding{{"ok", "database", s.Dialect() + " answers"}}
	switch err := checkMigrated(ctx, s); {
	case errors.As(err, new(pendingError)):
		return append(all, finding{"warn", "migrations", err.Error() + " (`serve` does it by itself)"})
	case err != nil:
		return append(all, finding{"fail", "migrations", err.Error()})
	}
	all = append(all, finding{"ok", "migrations", "the schema is this program's"})
	err = s.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.AddAccount(store.Account{ID: newID(), Name: "doctor", CreatedAt: now()}); err != nil {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		return append(all, finding{"fail", "database", fmt.Sprintf("cannot be written: %v; check the rights of its user or file, and the free space", err)})
	}
	all = append(all, finding{"ok", "database", "can be written"})
	all = append(all, checkTeam(ctx, s, c))
	all = append(all, checkCommerce(ctx, s, c)...)
	all = append(all, checkReading(ctx, s, c)...)
	return append(all, checkSettings(ctx, s, c)...)
}

// checkTeam looks for somebody who may decide: without him, proposals wait until they expire.
func checkTeam(ctx context.Context, s *store.Store, c Config) finding {
	people, err := s.In(ctx).People(accountID)
	if err != nil {
		return finding{"fail", "people", err.Error()}
	}
	if _, err := s.In(ctx).Account(accountID); isNotFound(err) {
		return finding{"ok", "people", fmt.Sprintf("the first start will write down %d from the configuration", len(c.People))}
	}
	decides := func(p store.Person) bool { return p.Role != string(actions.Agent) }
	if !slices.ContainsFunc(people, decides) {
		return finding{"warn", "people", "nobody may decide proposals: `aftersale people add NAME --role manager`"}
	}
	return finding{"ok", "people", fmt.Sprintf("%d in the team", len(people))}
}
