package main

import (
	"context"
	"errors"
	"slices"

	"github.com/aftersale/aftersale/actions"
	mailer "github.com/aftersale/aftersale/actions/mail"
	"github.com/aftersale/aftersale/adapters/web"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store"
)

// newConsole makes the web console for the people who sit at its panes, and has notices reach them. It is no login: see
// package web.
func (a *app) newConsole(users map[web.Pane][]web.User, hosts []string) *web.Adapter {
	rooms := map[web.Pane]string{web.Team: "approvals", web.Creator: "approvals"}
	console := web.New(web.Options{
		Store: a.store, Handler: a.runner, Words: a.words, Account: a.account, Rooms: rooms,
		Users:   func(_ context.Context, pane web.Pane) ([]web.User, error) { return users[pane], nil },
		Mailbox: mailbox{a.config.Mail.OutboxDir}, Audit: a.auditLines, File: a.waitingFile, Commands: consoleCommands(),
		Hosts: hosts, Now: now, NewID: newID, Log: a.log,
	})
	for _, pane := range web.Panes() {
		a.posters[pane.Platform()] = console.Poster(pane)
		if name, ok := rooms[pane]; ok {
			a.rooms = append(a.rooms, flows.Room{Platform: pane.Platform(), Chat: pane.Room(name)})
		}
	}
	return console
}

// waitingFile opens a file that the console's reader fetches.
func (a *app) waitingFile(ctx context.Context, platform, user, id string) (flow.File, error) {
	f, body, err := a.core.FetchFile(ctx, a.account.ID, platform, user, id)
	if err != nil && actions.AsError(err).Code == actions.NotFound {
		return flow.File{}, store.ErrNotFound
	}
	return flow.File{ID: f.ID, Name: f.Name, MIME: f.MIME, Body: body}, err
}

// consoleCommands are the words that the console offers while "/" is typed.
func consoleCommands() []web.Command {
	roles := map[string][]string{}
	var words []string
	for _, role := range append([]actions.Role{actions.BuyerRole}, actions.StaffRoles...) {
		for _, word := range flows.Commands(role) {
			roles[word] = append(roles[word], string(role))
			if !slices.Contains(words, word) {
				words = append(words, word)
			}
		}
	}
	commands := make([]web.Command, len(words))
	for i, word := range words {
		commands[i] = web.Command{Word: word, About: flow.T("command."+word, "word", flow.Word(word)), Roles: roles[word]}
	}
	return commands
}

// mailbox is the outbox as the console reads it.
type mailbox struct{ dir string }

// List implements web.Mailbox.
func (m mailbox) List(limit int) ([]web.Letter, error) {
	envelopes, err := mailer.ReadOutbox(m.dir, limit)
	if err != nil {
		return nil, err
	}
	letters := make([]web.Letter, len(envelopes))
	for i, e := range envelopes {
		letters[i] = letter(e)
	}
	return letters, nil
}

// Open implements web.Mailbox.
func (m mailbox) Open(id string) (web.Letter, error) {
	e, err := mailer.Open(m.dir, id)
	if errors.Is(err, mailer.ErrNotFound) {
		return web.Letter{}, store.ErrNotFound
	}
	return letter(e), err
}

func letter(e mailer.Envelope) web.Letter {
	return web.Letter{ID: e.ID, From: e.From, To: e.To, Subject: e.Subject, At: e.Date, Text: e.Text, HTML: e.HTML}
}

// auditLines are the newest entries of the audit log, newest first.
func (a *app) auditLines(ctx context.Context, limit int) ([]web.AuditLine, error) {
	s := a.store.In(ctx)
	head, err := s.AuditHead(a.account.ID)
	if err != nil {
		return nil, err
	}
	entries, err := s.AuditEntries(a.account.ID, max(0, head.Seq-int64(limit)), limit)
	if err != nil {
		return nil, err
	}
	lines := make([]web.AuditLine, len(entries))
	for i, e := range entries {
		lines[len(lines)-1-i] = web.AuditLine{
			Seq: e.Seq, At: e.At, Actor: e.ActorName, Action: e.Action, Target: e.Target, Note: e.Note, Hash: e.Hash,
		}
	}
	return lines, nil
}
