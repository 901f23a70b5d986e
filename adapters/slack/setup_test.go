package slack

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows"
)

func manifestOptions(mode string) Options {
	return Options{Words: words(), Commands: flows.Describe(words()), Locale: "en", Mode: mode, PublicURL: "https://support.example.com/"}
}

// The manifest is valid for both modes and every language, and says what the mode needs.
func TestManifest(t *testing.T) {
	t.Parallel()
	kit := specs.Load(t)
	for _, mode := range modes {
		for _, locale := range flows.Locales {
			o := manifestOptions(mode)
			o.Locale = locale
			m, err := Manifest(o, o.PublicURL)
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range kit.SlackManifest(m) {
				t.Errorf("%s, %s: %s", mode, locale, problem)
			}
			if bytes.Contains(m, []byte("…")) {
				t.Errorf("%s, %s: something was cut short:\n%s", mode, locale, m)
			}
			var back manifest
			if err := json.Unmarshal(m, &back); err != nil {
				t.Fatal(err)
			}
			if back.Settings.Socket != (mode == Socket) || back.Features.Commands[0].Command != "/support" {
				t.Errorf("%s: %+v", mode, back)
			}
			urls := []string{back.Features.Commands[0].URL, back.Settings.Interactivity.URL, back.Settings.Events.URL}
			want := []string{"", "", ""}
			if mode == HTTP {
				want = []string{"https://support.example.com/slack/commands", "https://support.example.com/slack/interactions", "https://support.example.com/slack/events"}
			}
			if !slices.Equal(urls, want) {
				t.Errorf("%s: addresses are %q", mode, urls)
			}
			link, err := url.Parse(Link(m))
			if err != nil || link.Host != "api.slack.com" || link.Query().Get("new_app") != "1" {
				t.Fatalf("the link is %s: %v", link, err)
			}
			var again manifest
			if err := json.Unmarshal([]byte(link.Query().Get("manifest_json")), &again); err != nil || string(indented(t, again)) != string(indented(t, back)) {
				t.Errorf("the link holds another manifest: %v", err)
			}
		}
	}
	for _, public := range []string{"", "http://support.example.com", "support.example.com", "https://"} {
		if _, err := Manifest(manifestOptions(HTTP), public); err == nil {
			t.Errorf("public_url %q is good enough for mode http", public)
		}
	}
	o := manifestOptions(Socket)
	o.Command = "/Support Me"
	if _, err := Manifest(o, ""); err == nil {
		t.Error("any command is good enough")
	}
	o.Command = "/ajuda"
	if m, err := Manifest(o, ""); err != nil || !bytes.Contains(m, []byte(`"command": "/ajuda"`)) {
		t.Errorf("another command: %v\n%s", err, m)
	}
}

// What docs/setup-slack.md tells to copy is what the program prints and asks for.
func TestGuide(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/setup-slack.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(guide)
	for _, mode := range modes {
		var out, notes bytes.Buffer
		if err := PrintSetup(&out, &notes, manifestOptions(mode)); err != nil {
			t.Fatal(err)
		}
		if mode == Socket && !strings.Contains(text, "```json\n"+out.String()+"```") {
			t.Errorf("the manifest in the guide is not the one that is printed:\n%s", out.String())
		}
		for _, line := range strings.Split(notes.String(), "\n") {
			if _, step, ok := strings.Cut(line, ". "); ok && !strings.Contains(text, strings.TrimSpace(step)) {
				t.Errorf("mode %s: the guide lacks the step %q", mode, step)
			}
		}
	}
	for _, want := range append(append(slices.Clone(scopes), botEvents...), commandsRoute, interactionsRoute, eventsRoute, "AFTERSALE_SLACK_BOT_TOKEN",
		"AFTERSALE_SLACK_APP_TOKEN", "AFTERSALE_SLACK_SIGNING_SECRET", "/invite @"+product, "aftersale setup slack", "aftersale doctor", "https://api.slack.com/apps?new_app=1&manifest_json=") {
		if !strings.Contains(text, want) {
			t.Errorf("the guide does not speak of %s", want)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	_, err := New(Options{Mode: "pigeon", BotToken: "xapp-1", Command: "support"})
	if err == nil {
		t.Fatal("it takes anything")
	}
	for _, want := range []string{"slack.mode", "slack.bot_token", "slack.command"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	if _, err := New(Options{Mode: Socket, BotToken: "xoxb-1"}); err == nil || !strings.Contains(err.Error(), "slack.app_token") {
		t.Errorf("no app token: %v", err)
	}
	if _, err := New(Options{Mode: HTTP, BotToken: "xoxb-1"}); err == nil || !strings.Contains(err.Error(), "slack.signing_secret") {
		t.Errorf("no signing secret: %v", err)
	}
	mux := http.NewServeMux()
	a, err := New(Options{Mode: Socket, BotToken: "xoxb-1", AppToken: "xapp-1"})
	if err != nil {
		t.Fatal(err)
	}
	a.Routes(mux)
	if _, pattern := mux.Handler(httptest.NewRequest(http.MethodPost, commandsRoute, nil)); pattern != "" {
		t.Errorf("socket mode serves %s", pattern)
	}
}

// Doctor says what is wrong and what to do.
func TestCheck(t *testing.T) {
	t.Parallel()
	find := func(t *testing.T, all []chat.Finding, check string) chat.Finding {
		t.Helper()
		i := slices.IndexFunc(all, func(f chat.Finding) bool { return f.Check == check })
		if i < 0 {
			t.Fatalf("no finding %q in %+v", check, all)
		}
		return all[i]
	}
	for name, c := range map[string]struct {
		mode               string
		change             func(o *office)
		check, state, says string
	}{
		"all is well":     {Socket, func(*office) {}, "slack token", chat.OK, "Cozinha da Ana"},
		"scopes":          {Socket, func(*office) {}, "slack scopes", chat.OK, "chat:write"},
		"socket":          {Socket, func(*office) {}, "slack socket", chat.OK, ""},
		"channel":         {Socket, func(*office) {}, "slack.approvals_channel", chat.OK, "#general"},
		"no channel":      {Socket, func(o *office) { o.adapter.CasesChannel = "" }, "slack.cases_channel", chat.Warn, "not set"},
		"not in channel":  {Socket, func(o *office) { o.Leave(general, fakeslack.BotUser) }, "slack.approvals_channel", chat.Fail, "/invite @Aftersale"},
		"archived":        {Socket, func(o *office) { o.Archive(general) }, "slack.approvals_channel", chat.Fail, "archived"},
		"unknown channel": {Socket, func(o *office) { o.adapter.ApprovalsChannel = "C0NOPE" }, "slack.approvals_channel", chat.Fail, "C0NOPE"},
		"blind":           {Socket, func(o *office) { o.On("conversations.info", fakeslack.Fault{Error: "missing_scope"}) }, "slack.approvals_channel", chat.Warn, "channels:read"},
		"revoked":         {Socket, func(o *office) { o.On("auth.test", fakeslack.Fault{Error: "token_revoked"}) }, "slack token", chat.Fail, "Install App"},
		"down":            {Socket, func(o *office) { o.On("auth.test", fakeslack.Fault{Status: 502}) }, "slack token", chat.Fail, "slack.api_url"},
		"few scopes":      {Socket, func(o *office) { o.Scopes = "commands,chat:write" }, "slack scopes", chat.Fail, "im:history"},
		"no scopes":       {Socket, func(o *office) { o.Scopes = "" }, "slack scopes", chat.Warn, "manifest"},
		"wrong app token": {Socket, func(o *office) { o.On("apps.connections.open", fakeslack.Fault{Error: "not_allowed_token_type"}) }, "slack socket", chat.Fail, "connections:write"},
		"revoked app":     {Socket, func(o *office) { o.On("apps.connections.open", fakeslack.Fault{Error: "invalid_auth"}) }, "slack socket", chat.Fail, "App-Level Token"},
		"socket mode off": {Socket, func(o *office) { o.On("apps.connections.open", fakeslack.Fault{Error: "socket_mode_disabled"}) }, "slack socket", chat.Fail, "Socket Mode"},
		"no address":      {HTTP, func(o *office) { o.options.PublicURL = "" }, "slack address", chat.Fail, "public_url"},
		"nobody there":    {HTTP, func(o *office) { o.options.PublicURL = "https://127.0.0.1:1" }, "slack address", chat.Warn, "aftersale serve"},
		"the address":     {HTTP, func(*office) {}, "slack address", chat.OK, "/slack/interactions"},
		"another bot":     {HTTP, func(o *office) { o.adapter.SigningSecret = "another secret of 20" }, "slack address", chat.Fail, "slack.signing_secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openOffice(t, c.mode, answering(card("x")), func(o *office) {
				o.options.ApprovalsChannel, o.options.CasesChannel = general, general
			})
			running := o.adapter
			mux := http.NewServeMux()
			running.Routes(mux)
			public := httptest.NewTLSServer(mux)
			t.Cleanup(public.Close)
			o.options.PublicURL, o.options.HTTP = public.URL, public.Client()
			doctor, err := New(o.options)
			if err != nil {
				t.Fatal(err)
			}
			o.adapter = doctor
			c.change(o)
			all := doctor.Check(t.Context(), o.options.PublicURL)
			f := find(t, all, c.check)
			if f.State != c.state || !strings.Contains(f.Text, c.says) || f.Text == "" {
				t.Errorf("%+v, want %s with %q", f, c.state, c.says)
			}
		})
	}
}
