package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

const (
	// maxThreadName is how long the name of a thread may be (API v10 reference, channels/{id}/messages/{id}/threads, read 2026-11).
	maxThreadName = 100
	// threadSleeps is after how many minutes without a word a thread leaves the list: a week, the longest. A new post wakes it.
	threadSleeps = 10080
)

var _ flow.Threader = poster{}

// thread begins one from a message.
type thread struct {
	Name  string `json:"name"`
	Sleep int    `json:"auto_archive_duration"`
}

// PostBelow posts in the thread of a message. Its channel has the message's id (API v10 reference, start thread from message, read
// 2026-11), so that nothing has to be remembered: where there is none yet, or somebody has deleted it, it is begun.
func (p poster) PostBelow(ctx context.Context, in, message, name string, s flow.Shown) (string, string, error) {
	all := render(s, p.menuWords(s.Locale))
	id, err := p.post(ctx, message, all)
	if refused(err, codeUnknownChannel) {
		if err = p.beginThread(ctx, in, message, name); err == nil {
			id, err = p.post(ctx, message, all)
		}
	}
	switch {
	case err == nil:
		return message, id, nil
	case refused(err, codeUnknownChannel, codeUnknownMessage, codeMissingAccess, codeMissingPermission, codeThreadLocked):
		return "", "", fmt.Errorf("thread in discord: %w: %w", flow.ErrGone, err)
	}
	return "", "", fmt.Errorf("thread in discord: %w", delivery(err))
}

// beginThread makes the thread of a message. One that is there already is as good.
func (a *Adapter) beginThread(ctx context.Context, channel, message, name string) error {
	path := "channels/" + channel + "/messages/" + message + "/threads"
	err := a.api.do(ctx, request{method: http.MethodPost, path: path, route: "channels/" + channel + "/messages/threads", again: true,
		body: thread{Name: label(name, maxThreadName), Sleep: threadSleeps}})
	if refused(err, codeThreadThere) {
		return nil
	}
	return err
}

// takeRemark receives what somebody wrote in a channel of a server. Only threads below our cards are for the flows; they tell
// by the channel, which in such a thread is the message that it hangs below.
func (a *Adapter) takeRemark(m received) {
	in, ok := decodeRemark(m)
	if !ok || a.o.GuildID != "" && m.GuildID != a.o.GuildID {
		return
	}
	in.Input = a.offered(in.Input, m)
	a.turns.Go(in.Chat+" "+in.User, func(ctx context.Context) {
		if err := a.o.Desk.Handle(ctx, in, remarkScreen{a, in}); err != nil {
			a.o.Log.Error("remark not answered", "err", a.api.redact.Error(err))
		}
	})
}

// decodeRemark turns a message in a server into a remark below the message that its channel may hang below.
func decodeRemark(m received) (flow.Inbound, bool) {
	text := chat.Clean(m.Content)
	in := flow.Inbound{
		ID: "m:" + m.ID, Platform: Platform, Chat: m.ChannelID, Direct: direct + m.Author.ID, User: m.Author.ID, UserName: chat.Clean(m.Author.name()),
		Shared: true, Forms: true, CommandPrefix: "/" + Command + " ", Below: m.ChannelID, Input: flow.Remark{Text: text},
	}
	written := m.Type == ordinaryMessage || m.Type == replyMessage // the others tell of something
	return in, (text != "" || len(m.Files) > 0) && m.ID != "" && m.ChannelID != "" && m.Author.ID != "" && !m.Author.Bot && m.WebhookID == "" && m.GuildID != "" && written
}

// fileHosts are where Discord keeps attachments (docs.discord.com/developers/reference, Signed Attachment CDN URLs, read 2026-11).
// Their addresses are signed: no token goes there.
var fileHosts = []string{"https://cdn.discordapp.com", "https://media.discordapp.net"}

// offered puts the files of a message beside its words. They are fetched when somebody wants them.
func (a *Adapter) offered(g flow.Gesture, m received) flow.Gesture {
	said, ok := g.(flow.Remark)
	if !ok || len(m.Files) == 0 {
		return g
	}
	f := chat.Fetcher{Client: a.api.client, Hosts: append(slices.Clone(fileHosts), chat.Origin(a.api.base)),
		Lost: func(err error) { a.o.Log.Warn("a file in a thread was not fetched", "err", a.api.redact.Error(err)) }}
	for _, file := range m.Files {
		f.Files = append(f.Files, chat.Attached{Name: file.Name, Size: file.Size, URL: file.URL})
	}
	said.Files = &f
	return said
}

// The kinds of messages that somebody writes.
const (
	ordinaryMessage = 0
	replyMessage    = 19
)

// A remarkScreen answers in the private chat: in the thread only an interaction can be answered for one person's eyes. Who takes
// no private messages is answered there after all, which is no secret.
type remarkScreen struct {
	*Adapter
	in flow.Inbound
}

// Show implements flow.Screen.
func (s remarkScreen) Show(ctx context.Context, v flow.Shown) (string, error) {
	all := render(v, s.menuWords(v.Locale))
	id, err := s.post(ctx, s.in.Direct, all)
	var closed *flow.Unreachable
	if errors.As(delivery(err), &closed) {
		_, err = s.post(ctx, s.in.Chat, all)
		return "", delivery(err)
	}
	return id, delivery(err)
}

// takeMessage receives a message, wherever it was written.
func (a *Adapter) takeMessage(raw json.RawMessage) {
	var m received
	switch err := json.Unmarshal(raw, &m); {
	case err != nil:
		a.o.Log.Warn("message not understood", "err", err)
	case m.GuildID != "":
		a.takeRemark(m)
	default:
		a.takeTyped(m)
	}
}
