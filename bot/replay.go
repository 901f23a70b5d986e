package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/actions/hotmart"
)

// replayCommand reads kept deliveries again.
type replayCommand struct {
	configFlags
	Since  string `required:"" placeholder:"DAY" help:"Read what was received from this day on, in the shop's time zone: 2026-11-01, or 2026-11-01T15:04."`
	Kind   string `placeholder:"EVENT" help:"Read deliveries of this kind alone, such as PURCHASE_APPROVED."`
	Source string `default:"hotmart" help:"The platform whose deliveries are read."`
	DryRun bool   `help:"Say what would happen and change nothing."`
}

// Help is the end of the command's --help.
func (replayCommand) Help() string {
	return "After an upgrade that understands more of what the platform sends. What was applied before changes nothing, so it may be done any number of times, " +
		"beside a running `serve`. How far back it can reach is retention.webhooks.\n\n" +
		"Example:\n  aftersale replay --since 2026-11-01 --dry-run\n  aftersale replay --since 2026-11-01 --kind PURCHASE_APPROVED"
}

// Run reads them.
func (c replayCommand) Run(p *program) error {
	config, s, err := c.openMigrated(p)
	if err != nil {
		return err
	}
	defer s.Close()
	account, err := ensureAccount(p.ctx, s, config, p.log)
	if err != nil {
		return err
	}
	since, err := parseSince(c.Since, format.Zone(account.Timezone))
	if err != nil {
		return err
	}
	secrets, err := newVault(config)
	if err != nil {
		return err
	}
	core := actions.New(actions.Options{
		Store: s, Commerce: newCommerce(config, s, p.log).Commerce, Policy: config.Policy, Now: now, NewID: newID, Log: p.log, Vault: secrets,
		Webhooks: []actions.Webhooks{hotmart.NewWebhooks(config.Hotmart.Hottok.Reveal())},
	})
	bar := newProgress(p.stderr, "replay")
	r, err := core.Replay(p.ctx, accountID, c.Source, actions.ReplayOptions{Since: since, Kind: strings.ToUpper(c.Kind), DryRun: c.DryRun, Progress: bar.show})
	bar.end()
	if e := actions.AsError(err); e != nil && e.Code == actions.Invalid {
		return usagef("nothing is received from %q", c.Source)
	}
	printReplay(p.stdout, r, c.DryRun)
	if err != nil {
		return plain(err)
	}
	return nil
}

// parseSince reads a day, or a minute of it, in the shop's zone.
func parseSince(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", time.RFC3339} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, usagef("--since is a day such as 2026-11-01, or a minute such as 2026-11-01T15:04, not %q", text)
}

// printReplay says what became of the deliveries.
func printReplay(out io.Writer, r actions.ReplayReport, dry bool) {
	verb := ""
	if dry {
		verb = "would be "
	}
	fmt.Fprintf(out, "%s read again: %d %sapplied, %d told nothing new", plural(r.Read, "webhook"), r.Applied, verb, r.Same)
	if r.Understood > 0 {
		fmt.Fprintf(out, "; %d of these were not understood when they came", r.Understood)
	}
	fmt.Fprintln(out)
	if r.Waiting > 0 {
		fmt.Fprintf(out, "  left out %d: they wait for `serve` to apply them\n", r.Waiting)
	}
	if r.Envelopes > 0 {
		fmt.Fprintf(out, "  left out %d: they asked for nothing, and their content is not kept\n", r.Envelopes)
	}
	printReasons(out, "ignored", r.Ignored)
	printReasons(out, "not understood, and kept", r.Unknown)
}

func printReasons(out io.Writer, what string, counts map[string]int) {
	reasons := make([]string, 0, len(counts))
	for reason := range counts {
		reasons = append(reasons, reason)
	}
	slices.Sort(reasons)
	for _, reason := range reasons {
		fmt.Fprintf(out, "  %s %d: %s\n", what, counts[reason], reason)
	}
}
