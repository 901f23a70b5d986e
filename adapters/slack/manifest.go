package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// DefaultCommand is the slash command unless the configuration names another.
const DefaultCommand = "/support"

// scopes are what the bot may do: answer commands; write; write to people first and read what they write to it; give them
// files; hear its name in a channel; read what is written below its cards in channels that it is in, public and private; know
// a person's language; see whether it is in a channel.
var scopes = []string{
	"app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "files:read", "files:write", "groups:history", "groups:read", "im:history", "im:write",
	"users:read",
}

// botEvents are what Slack tells the bot of.
var botEvents = []string{"app_home_opened", "app_mention", "message.channels", "message.groups", "message.im"}

// Limits of a manifest (schema 1.0.0 of slackapi/manifest-schema, read 2026-07).
const (
	maxCommand       = 32
	maxUsage         = 1000
	maxAbout         = 140
	maxCommandText   = 2000
	maxShortcut      = 24
	maxShortcutAbout = 150
)

// A manifest describes the app to Slack. Extra keys are refused.
type manifest struct {
	Metadata struct {
		Major int `json:"major_version"`
	} `json:"_metadata"`
	Display struct {
		Name  string `json:"name"`
		About string `json:"description"`
		Color string `json:"background_color"`
	} `json:"display_information"`
	Features struct {
		Home struct {
			Home     bool `json:"home_tab_enabled"`
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		Bot struct {
			Name   string `json:"display_name"`
			Online bool   `json:"always_online"`
		} `json:"bot_user"`
		Commands  []slashCommand `json:"slash_commands"`
		Shortcuts []shortcut     `json:"shortcuts"`
	} `json:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `json:"request_url,omitempty"`
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			On  bool   `json:"is_enabled"`
			URL string `json:"request_url,omitempty"`
		} `json:"interactivity"`
		Org    bool `json:"org_deploy_enabled"`
		Socket bool `json:"socket_mode_enabled"`
		Rotate bool `json:"token_rotation_enabled"`
	} `json:"settings"`
}

type slashCommand struct {
	Command string `json:"command"`
	URL     string `json:"url,omitempty"`
	About   string `json:"description"`
	Usage   string `json:"usage_hint,omitempty"`
	Escape  bool   `json:"should_escape"`
}

type shortcut struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Callback string `json:"callback_id"`
	About    string `json:"description"`
}

// Manifest describes the app to Slack, as JSON, for the mode that the options say. In HTTP mode it needs the public
// address. Tokens need not be there yet: they come from the app that it makes.
func Manifest(o Options, publicURL string) ([]byte, error) {
	if o.Command == "" {
		o.Command = DefaultCommand
	}
	if err := checkCommand(o.Command); err != nil {
		return nil, err
	}
	http := o.Mode == HTTP
	if u, err := url.Parse(publicURL); http && (err != nil || u.Scheme != "https" || u.Host == "") {
		return nil, errors.New("public_url is no https address, and with slack.mode http Slack has to find one")
	}
	say := func(key string, n int) string {
		return chat.Runes.Clamp(o.Words.Text(flow.T(key), flow.Reader{Locale: o.Locale}), n)
	}
	at := func(route string) string {
		if !http {
			return ""
		}
		return address(publicURL, route)
	}
	var m manifest
	m.Metadata.Major = 1
	m.Display.Name, m.Display.About, m.Display.Color = product, say("slack.about", maxAbout), "#1f3a5f"
	m.Features.Home.Home, m.Features.Home.Messages = true, true
	m.Features.Bot.Name, m.Features.Bot.Online = product, true
	m.Features.Commands = []slashCommand{{Command: o.Command, URL: at(commandsRoute), About: say("slack.command", maxCommandText), Usage: usage(o.Commands)}}
	m.Features.Shortcuts = []shortcut{
		{say("slack.menu", maxShortcut), "global", menuShortcut, say("slack.menu_about", maxShortcutAbout)},
		{say("slack.find", maxShortcut), "message", findShortcut, say("slack.find_about", maxShortcutAbout)},
	}
	m.OAuth.Scopes.Bot = scopes
	m.Settings.Events.URL, m.Settings.Events.Bot = at(eventsRoute), botEvents
	m.Settings.Interactivity.On, m.Settings.Interactivity.URL = true, at(interactionsRoute)
	m.Settings.Socket = !http
	return json.MarshalIndent(m, "", "  ")
}

// Link is where Slack makes the app from a manifest with one click.
func Link(manifest []byte) string {
	escaped := strings.ReplaceAll(url.QueryEscape(compact(manifest)), "+", "%20") // not every reader takes a plus for a space
	return "https://api.slack.com/apps?new_app=1&manifest_json=" + escaped
}

func compact(manifest []byte) string {
	var v any
	if json.Unmarshal(manifest, &v) != nil {
		return string(manifest)
	}
	b, _ := json.Marshal(v) // it was JSON
	return string(b)
}

// usage lists the words that the command takes.
func usage(commands []flow.CommandInfo) string {
	var words []string
	for _, c := range commands {
		if c.Staff || c.Buyers { // others are for whoever is told their word
			words = append(words, c.Word)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return chat.Runes.Clamp("["+strings.Join(words, " | ")+"]", maxUsage)
}

var commandName = regexp.MustCompile(`^/[\p{Ll}\p{Lo}\p{N}_-]+$`)

func checkCommand(command string) error {
	if !commandName.MatchString(command) || chat.Runes.Length(command) > maxCommand {
		return fmt.Errorf("slack.command %q is no slash command: a stroke, then up to %d small letters, digits, - or _", command, maxCommand-1)
	}
	return nil
}
