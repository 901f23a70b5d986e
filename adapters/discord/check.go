package discord

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"github.com/aftersale/aftersale/adapters/chat"
)

// Check finds out whether all is set up: the token, the application, its key, its endpoint, the server, the command, the
// channels. Each finding that is not ok says the fix.
func (a *Adapter) Check(ctx context.Context, publicURL string) []chat.Finding {
	c := &checkup{Adapter: a}
	if !c.token(ctx) {
		return c.found // nothing else can be asked
	}
	c.application(ctx, publicURL)
	if a.o.Mode == ModeGateway {
		c.gateway(ctx)
	}
	c.command(ctx)
	g, inside := c.guild(ctx)
	for _, room := range []struct{ name, id string }{{"approvals_channel", a.o.ApprovalsChannel}, {"cases_channel", a.o.CasesChannel}} {
		if room.id != "" {
			c.channel(ctx, room.name, room.id, g, inside)
		}
	}
	return c.found
}

type checkup struct {
	*Adapter
	me    user
	found []chat.Finding
}

func (c *checkup) add(state, check, format string, args ...any) {
	text := c.api.redact.String(fmt.Sprintf(format, args...))
	c.found = append(c.found, chat.Finding{State: state, Check: "discord " + check, Text: text})
}

func (c *checkup) token(ctx context.Context) bool {
	err := c.api.get(ctx, "users/@me", &c.me)
	switch {
	case err == nil:
		c.add(chat.OK, "token", "it is that of %s", c.me.name())
		return true
	case status(err) == http.StatusUnauthorized:
		c.add(chat.Fail, "token", "Discord does not accept it: Developer Portal, Bot, Reset Token, and configure discord.token")
	default:
		c.add(chat.Fail, "token", "Discord does not answer at %s: %v", c.o.APIURL, err)
	}
	return false
}

func (c *checkup) application(ctx context.Context, publicURL string) {
	var app struct {
		ID          string  `json:"id"`
		VerifyKey   string  `json:"verify_key"`
		EndpointURL *string `json:"interactions_endpoint_url"`
		Flags       int     `json:"flags"`
	}
	if err := c.api.get(ctx, "applications/@me", &app); err != nil {
		c.add(chat.Fail, "application", "cannot be read: %v", err)
		return
	}
	if app.ID != c.o.ApplicationID {
		c.add(chat.Fail, "application", "the token is that of application %s: set discord.application_id to it", app.ID)
	} else {
		c.add(chat.OK, "application", "the token is that of application %s", app.ID)
	}
	switch {
	case len(c.key) > 0 && !strings.EqualFold(app.VerifyKey, hex.EncodeToString(c.key)):
		c.add(chat.Fail, "public key", "it is not this application's: set discord.public_key to %s", app.VerifyKey)
	case len(c.key) > 0:
		c.add(chat.OK, "public key", "it is this application's")
	}
	endpoint := ""
	if app.EndpointURL != nil {
		endpoint = *app.EndpointURL
	}
	c.endpoint(endpoint, publicURL)
	switch {
	case c.o.Mode != ModeGateway:
		c.add(chat.OK, "threads", "in mode http what is written in threads is not heard: notes are written by [Note]")
	case app.Flags&(contentIntent|contentIntentLimited) == 0:
		c.add(chat.Warn, "threads", "what the team writes below a card is not heard: Developer Portal, Bot, switch Message Content Intent on")
	default:
		c.add(chat.OK, "threads", "what the team writes below a card becomes a note")
	}
}

// The flags of an application whose bot may read what is written in servers: approved, or in fewer than a hundred of them (API v10
// reference, application flags, read 2026-11).
const (
	contentIntent        = 1 << 18
	contentIntentLimited = 1 << 19
)

// endpoint: with an address stored, Discord sends no interaction over the gateway; without one, none over HTTP.
func (c *checkup) endpoint(have, publicURL string) {
	want := strings.TrimSuffix(publicURL, "/") + "/discord/interactions"
	switch {
	case c.o.Mode == ModeGateway && have != "":
		c.add(chat.Fail, "endpoint", "interactions go to %s and not over the gateway: Developer Portal, General Information, empty Interactions Endpoint URL; or set discord.mode to http", have)
	case c.o.Mode == ModeGateway:
		c.add(chat.OK, "endpoint", "interactions come over the gateway")
	case publicURL == "":
		c.add(chat.Fail, "endpoint", "mode http needs public_url")
	case have == "":
		c.add(chat.Fail, "endpoint", "none is stored: start the server, then Developer Portal, General Information, Interactions Endpoint URL: %s", want)
	case have != want:
		c.add(chat.Fail, "endpoint", "interactions go to %s: Developer Portal, General Information, Interactions Endpoint URL: %s", have, want)
	default:
		c.add(chat.OK, "endpoint", "interactions come to %s", want)
	}
}

func (c *checkup) gateway(ctx context.Context) {
	var g struct {
		Shards int `json:"shards"`
		Limit  struct {
			Remaining int `json:"remaining"`
			Total     int `json:"total"`
		} `json:"session_start_limit"`
	}
	err := c.api.get(ctx, "gateway/bot", &g)
	switch {
	case err != nil:
		c.add(chat.Fail, "gateway", "its address cannot be read: %v", err)
	case g.Limit.Remaining == 0 && g.Limit.Total > 0:
		c.add(chat.Fail, "gateway", "no connection is left for today of %d: something connects again and again with this token", g.Limit.Total)
	case g.Shards > 1:
		c.add(chat.Warn, "gateway", "the bot is in so many servers that Discord wants %d connections; set guild_id, or mode http", g.Shards)
	default:
		c.add(chat.OK, "gateway", "%d of %d connections are left for today; interactions and private messages need no approval", g.Limit.Remaining, g.Limit.Total)
	}
}

func (c *checkup) command(ctx context.Context) {
	if c.o.Words == nil || len(c.o.Commands) == 0 {
		return
	}
	have, found, err := c.findCommand(ctx, c.o.GuildID)
	switch {
	case err != nil:
		c.add(chat.Fail, "command", "the commands cannot be read: %v; add the bot to the server: %s", err, c.InviteURL())
	case !found:
		c.add(chat.Fail, "command", "/%s is not registered: run `aftersale setup discord`", Command)
	case !have.same(define(c.o.Commands, c.o.Words, c.o.GuildID)):
		c.add(chat.Warn, "command", "/%s has changed since it was registered: run `aftersale setup discord`", Command)
	default:
		c.add(chat.OK, "command", "/%s is registered", Command)
	}
}

// guild finds the server that is served. Without guild_id it is that of the first channel.
func (c *checkup) guild(ctx context.Context) (guild, bool) {
	if c.o.GuildID == "" {
		return guild{}, false
	}
	var g guild
	if err := c.api.get(ctx, "guilds/"+c.o.GuildID, &g); err != nil {
		c.add(chat.Fail, "server", "the bot is not in server %s (%v): add it with %s", c.o.GuildID, err, c.InviteURL())
		return guild{}, false
	}
	c.add(chat.OK, "server", "the bot is in %s", g.Name)
	return g, true
}

func (c *checkup) channel(ctx context.Context, name, id string, g guild, inside bool) {
	var ch channel
	if err := c.api.get(ctx, "channels/"+id, &ch); err != nil {
		c.add(chat.Fail, name, "channel %s cannot be seen (%v): give the bot View Channel there, or correct discord.%s", id, err, name)
		return
	}
	if inside && ch.GuildID != g.ID {
		c.add(chat.Fail, name, "channel %s is not in server %s: correct discord.%s", id, g.ID, name)
		return
	}
	if !inside {
		if ch.GuildID == "" || c.api.get(ctx, "guilds/"+ch.GuildID, &g) != nil {
			c.add(chat.Fail, name, "channel %s is in no server that the bot is in: correct discord.%s", id, name)
			return
		}
	}
	var m struct {
		Roles []string `json:"roles"`
	}
	if err := c.api.get(ctx, "guilds/"+g.ID+"/members/"+c.me.ID, &m); err != nil {
		c.add(chat.Warn, name, "what the bot may do in #%s cannot be read: %v", ch.Name, err)
		return
	}
	if missing := wanted &^ may(g, ch, c.me.ID, m.Roles); missing != 0 {
		c.add(chat.Fail, name, "in #%s the bot lacks %s: Edit Channel, Permissions, add the bot, allow them", ch.Name, strings.Join(missing.names(), ", "))
		return
	}
	c.add(chat.OK, name, "cards can be posted in #%s", ch.Name)
}
