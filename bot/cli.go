package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
)

// Exit codes, which scripts rely on.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // wrong usage or configuration
)

// commands is the command line: kong reads it from the tags.
type commands struct {
	Demo        demoCommand    `cmd:"" help:"Run the whole support desk with a sample shop: no account, no network, nothing to set up."`
	Serve       serveCommand   `cmd:"" help:"Run the support desk for real, as config.yaml says."`
	Chat        chatCommand    `cmd:"" help:"Talk to the bot in this terminal, or from a script through a pipe."`
	Doctor      doctorCommand  `cmd:"" help:"Check configuration, database, mail and chat platforms; say how to mend what is wrong."`
	Setup       setupCommand   `cmd:"" help:"Introduce the bot to Slack, Discord or Telegram."`
	Migrate     migrateCommand `cmd:"" help:"Change the database's schema, or show where it stands."`
	Import      importCommand  `cmd:"" help:"Read purchases from webhook payloads (JSON) or a sales report (CSV)."`
	Sync        syncCommand    `cmd:"" help:"Read everything that was sold on the commerce platform, or go on doing so."`
	Replay      replayCommand  `cmd:"" help:"Read webhooks again that were kept, after an upgrade that understands more of them."`
	People      peopleCommand  `cmd:"" help:"List, add or remove the people of the team."`
	Privacy     privacyCommand `cmd:"" help:"Write out or erase all that is kept of one buyer."`
	Keys        keysCommand    `cmd:"" help:"Change the secret that protects what is stored, or show what it protects."`
	Audit       auditCommand   `cmd:"" help:"Check the audit log for changes, or write it out."`
	Healthcheck healthCommand  `cmd:"" hidden:"" help:"Ask a running process whether it is well: for containers."`

	Version versionFlag `help:"Print the version and exit."`
}

// program is what every command gets: the world outside, as run was given it.
type program struct {
	ctx    context.Context
	getenv func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	log    *slog.Logger
}

// quiet is the log of commands that people watch: trouble alone.
func (p *program) quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// run is the whole program, so that a test can start the real one. It returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{
		ctx: ctx, getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr,
		log: slog.New(slog.NewTextHandler(stderr, nil)),
	}
	command, done, err := parse(p, args)
	switch {
	case done:
		return exitDone
	case err != nil:
		fmt.Fprintf(stderr, "aftersale: %v\n", err)
		return exitUsage
	}
	return p.exit(command.Run(p))
}

// exit says what went wrong and turns it into the exit code.
func (p *program) exit(err error) int {
	var mistakes Mistakes
	var usage usageError
	var unconfigured configError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &mistakes):
		fmt.Fprintf(p.stderr, "aftersale: the configuration has %s:\n%v\n", plural(len(mistakes), "mistake"), mistakes)
		return exitUsage
	case errors.As(err, &usage), errors.As(err, &unconfigured):
		fmt.Fprintf(p.stderr, "aftersale: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(p.stderr, "aftersale: %v\n", err)
	return exitFailed
}

// A usageError is a mistake of whoever typed the command.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// parse reads the arguments. done is true when help or the version was printed and nothing is left to do.
func parse(p *program, args []string) (command *kong.Context, done bool, err error) {
	var c commands
	parser, err := kong.New(&c,
		kong.Name("aftersale"),
		kong.Description("The support desk of people who sell digital products, in the chats where they already are."),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(int) { panic(exited{}) }), // kong expects an exit that does not return
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
	)
	if err != nil {
		return nil, false, fmt.Errorf("read the command line: %w", err)
	}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exited); !ok {
				panic(r)
			}
			done = true
		}
	}()
	command, err = parser.Parse(args)
	var parseError *kong.ParseError
	if errors.As(err, &parseError) {
		err = fmt.Errorf("%w\nTry: %s --help", err, commandPath(parseError.Context))
	}
	return command, false, err
}

// exited is what the parser's exit panics with; parse recovers it.
type exited struct{}

func commandPath(c *kong.Context) string {
	words := []string{"aftersale"}
	for _, node := range c.Path {
		if node.Command != nil {
			words = append(words, node.Command.Name)
		}
	}
	return strings.Join(words, " ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// versionFlag prints what this binary is.
type versionFlag bool

// BeforeReset prints before anything else of the command line is looked at.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	version, revision := "development", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value
			}
		}
	}
	fmt.Fprintf(app.Stdout, "aftersale %s%s %s\n", version, revision, runtime.Version())
	app.Exit(0)
	return nil
}
