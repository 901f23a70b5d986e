package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/actions/hotmart"
)

// importCommand brings purchases in from files.
type importCommand struct {
	configFlags
	Files  []string `arg:"" name:"file" help:"Webhook payloads as JSON (one, an array, or one to a line), a sales report, a list of products or of reviews as CSV; - is standard input."`
	DryRun bool     `help:"Say what would happen and change nothing."`
}

// Help is the end of the command's --help.
func (importCommand) Help() string {
	return "Importing a file again changes nothing. Rows that cannot be read are listed with their line and the reason; the others are kept.\n\n" +
		"Example:\n  aftersale import --dry-run sales.csv\n  aftersale import sales.csv webhooks.json"
}

// Run imports the files in the order given.
func (c importCommand) Run(p *program) error {
	config, s, err := c.openMigrated(p)
	if err != nil {
		return err
	}
	defer s.Close()
	account, err := ensureAccount(p.ctx, s, config, p.log)
	if err != nil {
		return err
	}
	secrets, err := newVault(config)
	if err != nil {
		return err
	}
	// Nothing is sent by this process: what an import causes is enqueued, and carried out by `serve`.
	core := actions.New(actions.Options{
		Store: s, Commerce: newCommerce(config, s, p.log).Commerce, Policy: config.Policy, Now: now, NewID: newID, Log: p.log, Vault: secrets,
	})
	bad := 0
	for _, name := range c.Files {
		report, err := c.file(p, core, name, hotmart.FileOptions{Location: format.Zone(account.Timezone)})
		printReport(p.stdout, name, report, c.DryRun)
		if err != nil {
			return fmt.Errorf("%s: %w", name, plain(err))
		}
		bad += report.BadCount
	}
	if bad > 0 {
		return fmt.Errorf("%s could not be imported; the others were read", plural(bad, "row"))
	}
	return nil
}

// file imports one file.
func (c importCommand) file(p *program, core *actions.Core, name string, o hotmart.FileOptions) (actions.ImportReport, error) {
	in, size, err := openInput(p.stdin, name)
	if err != nil {
		return actions.ImportReport{}, err
	}
	defer in.Close()
	file, err := hotmart.Read(in, name, o)
	if err != nil {
		return actions.ImportReport{}, err
	}
	fmt.Fprintf(p.stdout, "%s: %s\n", name, file.Format)
	bar := newProgress(p.stderr, name)
	defer bar.end()
	options := actions.ImportOptions{Name: name, DryRun: c.DryRun, Size: size, Progress: bar.show}
	return importFile(p.ctx, core, file, options)
}

// importFile keeps what an opened file holds.
func importFile(ctx context.Context, core *actions.Core, file hotmart.File, o actions.ImportOptions) (actions.ImportReport, error) {
	if file.Reviews != nil {
		return core.ImportReviews(ctx, accountID, file.Reviews, o)
	}
	return core.Import(ctx, accountID, file.Items, o)
}

// openInput opens a file, or standard input; its size is 0 when it is not known.
func openInput(stdin io.Reader, name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(stdin), 0, nil
	}
	f, err := os.Open(name) // #nosec G304 -- the operator names it
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, usagef("there is no file %s", name)
	}
	if err != nil {
		return nil, 0, cause(err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(cause(err), f.Close())
	}
	if info.IsDir() {
		return nil, 0, errors.Join(usagef("%s is a folder; name the files in it", name), f.Close())
	}
	return f, info.Size(), nil
}

// printReport says what became of a file, bad rows last.
func printReport(out io.Writer, name string, r actions.ImportReport, dry bool) {
	if r.Ignored == nil {
		return // not even begun
	}
	ignored := 0
	for _, n := range r.Ignored {
		ignored += n
	}
	verb := ""
	if dry {
		verb = "would be "
	}
	fmt.Fprintf(out, "  %d %sapplied, %d older than what is known, %d known already, %d ignored, %d bad\n",
		r.Applied, verb, r.Older, r.Duplicate, ignored, r.BadCount)
	reasons := make([]string, 0, len(r.Ignored))
	for reason := range r.Ignored {
		reasons = append(reasons, reason)
	}
	slices.Sort(reasons)
	for _, reason := range reasons {
		fmt.Fprintf(out, "  ignored %d: %s\n", r.Ignored[reason], reason)
	}
	for _, row := range r.Bad {
		fmt.Fprintf(out, "  %s:%d: %v\n", name, row.Line, plain(row.Err))
	}
	if more := r.BadCount - len(r.Bad); more > 0 {
		fmt.Fprintf(out, "  and %d more bad rows\n", more)
	}
}

// plain is what an error says to an operator: the cause, without the code and the key that are meant for chats.
func plain(err error) error {
	var e *actions.Error
	if errors.As(err, &e) && e.Err != nil {
		return e.Err
	}
	return err
}
