package discord

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// commandsPath is where commands are registered: "" for all servers, else one.
func (a *Adapter) commandsPath(guild string) string {
	if guild == "" {
		return "applications/" + a.o.ApplicationID + "/commands"
	}
	return "applications/" + a.o.ApplicationID + "/guilds/" + guild + "/commands"
}

// findCommand returns the command as Discord has it.
func (a *Adapter) findCommand(ctx context.Context, guild string) (registered, bool, error) {
	var all []registered
	if err := a.api.get(ctx, a.commandsPath(guild)+"?with_localizations=true", &all); err != nil {
		return registered{}, false, err
	}
	i := slices.IndexFunc(all, func(r registered) bool { return r.Name == Command && (r.Type == chatInput || r.Type == 0) })
	if i < 0 {
		return registered{}, false, nil
	}
	return all[i], true, nil
}

// Setup registers the command where it is missing or has changed, and says what it did. With guild_id it is a command of
// that server, which appears at once; a global one left from before would stand there twice and is removed.
func (a *Adapter) Setup(ctx context.Context, out io.Writer) error {
	err := a.setup(ctx, out)
	switch {
	case err == nil:
		return nil
	case refused(err, codeMissingAccess) || status(err) == http.StatusForbidden:
		return fmt.Errorf("set up discord: %w; is the bot in the server? Open %s", err, a.InviteURL())
	case status(err) == http.StatusUnauthorized:
		return fmt.Errorf("set up discord: %w; the token is not valid: Developer Portal, Bot, Reset Token", err)
	}
	return fmt.Errorf("set up discord: %w", err)
}

func (a *Adapter) setup(ctx context.Context, out io.Writer) error {
	if a.o.Words == nil || len(a.o.Commands) == 0 {
		return fmt.Errorf("no commands to register")
	}
	want := define(a.o.Commands, a.o.Words, a.o.GuildID)
	where := "for all servers"
	if a.o.GuildID != "" {
		where = "in server " + a.o.GuildID
	}
	have, found, err := a.findCommand(ctx, a.o.GuildID)
	switch {
	case err != nil:
		return err
	case found && have.same(want):
		fmt.Fprintf(out, "/%s %s: unchanged (%d sub-commands)\n", Command, where, len(want.Options))
	default:
		path := a.commandsPath(a.o.GuildID)
		if err := a.api.do(ctx, request{method: http.MethodPost, path: path, route: path, body: want, again: true}); err != nil {
			return err
		}
		how := "registered"
		if found {
			how = "updated"
		}
		fmt.Fprintf(out, "/%s %s: %s (%d sub-commands)\n", Command, where, how, len(want.Options))
	}
	if a.o.GuildID != "" {
		if err := a.dropGlobal(ctx, out); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "Add the bot to a server: %s\n", a.InviteURL())
	if a.o.Mode == ModeHTTP {
		fmt.Fprintln(out, "Interactions Endpoint URL (Developer Portal, General Information): <public_url>/discord/interactions")
	}
	return nil
}

func (a *Adapter) dropGlobal(ctx context.Context, out io.Writer) error {
	old, found, err := a.findCommand(ctx, "")
	if err != nil || !found {
		return err
	}
	path := a.commandsPath("") + "/" + old.ID
	if err := a.api.do(ctx, request{method: http.MethodDelete, path: path, route: path, again: true}); err != nil {
		return err
	}
	fmt.Fprintf(out, "/%s for all servers: removed, as guild_id is set\n", Command)
	return nil
}
