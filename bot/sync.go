package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/store"
)

// syncCommand reads the commerce platform as a whole.
type syncCommand struct {
	configFlags
	Platform string `arg:"" enum:"hotmart,stripe" help:"The commerce platform: hotmart or stripe."`
	Since    string `help:"What was sold from this day on, such as 2024-01-31; everything when it is left out." placeholder:"DAY"`
	Restart  bool   `help:"From the beginning, also when a sync was cut off."`
}

// Help is the end of the command's --help.
func (syncCommand) Help() string {
	return "Products, sales in every status, subscriptions and their charges are read from the platform's API. It may run beside `serve`, and be cut off at any " +
		"time: run it again, and it goes on where it was. Reading everything again changes nothing that is known.\n\n" +
		"Example:\n  aftersale sync hotmart\n  aftersale sync hotmart --since 2024-01-01"
}

// Run reads everything, and says what was found.
func (c syncCommand) Run(p *program) error {
	config, s, err := c.openMigrated(p)
	if err != nil {
		return err
	}
	defer s.Close()
	if c.Platform == "stripe" {
		if !config.Stripe.Enabled || config.Stripe.SecretKey == "" {
			return configError{"stripe", errors.New("set stripe.enabled: true with secret_key, a restricted key that the dashboard makes under Developers > API keys")}
		}
	} else if !config.Hotmart.Enabled {
		return configError{"hotmart", errors.New("set hotmart.enabled: true with client_id and client_secret (or basic) of the credential that Hotmart's panel makes under Tools > Developer credentials")}
	}
	return c.read(p, config, s)
}

// read reads from a connected platform into an open store.
func (c syncCommand) read(p *program, config Config, s *store.Store) error {
	account, err := ensureAccount(p.ctx, s, config, p.log)
	if err != nil {
		return err
	}
	since, err := sinceDay(c.Since, format.Zone(account.Timezone))
	if err != nil {
		return err
	}
	secrets, err := newVault(config)
	if err != nil {
		return err
	}
	core := actions.New(actions.Options{
		Store: s, Commerce: readOnly{ledger.New(s, now), c.Platform}, Feed: newCommerce(config, s, p.quiet()).feed, Policy: config.Policy, Now: now, NewID: newID, Log: p.quiet(), Vault: secrets,
	})
	bar := newProgress(p.stderr, c.Platform)
	report, err := core.Sync(p.ctx, accountID, actions.SyncOptions{Since: since, Restart: c.Restart, Patience: syncPatience, Progress: func(r actions.SyncReport) {
		bar.showOf(r.Part, int64(r.Thousandths), 1000)
	}})
	bar.end()
	printSync(p.stdout, c.Platform, report)
	switch {
	case err == nil:
		return nil
	case report.Until.IsZero():
		return plain(err)
	case p.ctx.Err() != nil:
		return fmt.Errorf("stopped at %s; `aftersale sync %s` goes on from there", percent(report.Thousandths), c.Platform)
	}
	return fmt.Errorf("stopped at %s; `aftersale sync %s` goes on from there: %w", percent(report.Thousandths), c.Platform, plain(err))
}

// syncPatience is how long to wait for `serve`, which reads for some seconds at a time.
const syncPatience = 2 * time.Minute

// A readOnly has a platform's name, for a process that reads it and carries nothing out there: what a sync causes is enqueued, and
// carried out by `serve`.
type readOnly struct {
	actions.Commerce
	name string
}

// Name implements actions.Commerce.
func (r readOnly) Name() string { return r.name }

// sinceDay is the beginning of a day in the account's zone; zero when none is named.
func sinceDay(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return time.Time{}, usagef("--since must be a day, such as 2024-01-31")
	}
	if day.After(now()) {
		return time.Time{}, usagef("--since lies ahead")
	}
	return day.UTC(), nil
}

// printSync says what was read, bad items last.
func printSync(out io.Writer, platform string, r actions.SyncReport) {
	if r.Until.IsZero() {
		return // not even begun
	}
	what := "everything"
	if !r.Since.IsZero() {
		what = "what was sold since " + r.Since.Format(time.RFC3339)
	}
	how := ""
	if r.Resumed {
		how = ", going on where it was cut off"
	}
	fmt.Fprintf(out, "%s: %s until %s%s\n", platform, what, r.Until.Format(time.RFC3339), how)
	for _, part := range r.PartsRead() {
		n := r.Parts[part]
		fmt.Fprintf(out, "  %-14s %10s read  %10s new or changed\n", part, grouped(n.Items), grouped(n.News))
	}
	for _, text := range r.Bad {
		fmt.Fprintf(out, "  bad: %s\n", text)
	}
	if more := r.BadCount - len(r.Bad); more > 0 {
		fmt.Fprintf(out, "  and %d more that could not be understood\n", more)
	}
}

// percent writes thousandths with their point.
func percent(thousandths int) string { return fmt.Sprintf("%d.%d %%", thousandths/10, thousandths%10) }

// grouped writes a number with its thousands apart.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
