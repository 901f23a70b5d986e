package discord

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
)

func setUp(t *testing.T, a *Adapter) string {
	t.Helper()
	var out strings.Builder
	if err := a.Setup(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestSetup: the command is registered once, again only when it has changed, in the server or everywhere; others stay.
func TestSetup(t *testing.T) {
	t.Parallel()
	for _, guild := range []string{"", fakediscord.GuildID} {
		w, a, _ := idle(t, options(func(o *Options) { o.GuildID = guild }))
		w.fake.Register(guild, map[string]any{"name": "other", "type": 1, "description": "Of somebody else"})
		if out := setUp(t, a); !strings.Contains(out, "registered") || !strings.Contains(out, a.InviteURL()) {
			t.Errorf("it says %q", out)
		}
		all := w.fake.Commands(guild)
		if len(all) != 2 || all[1]["name"] != Command || len(all[1]["options"].([]any)) != len(define(flows.Describe(words(t)), words(t), guild).Options) {
			t.Errorf("%d commands are registered, the last with %.200v", len(all), all[len(all)-1])
		}
		if out := setUp(t, a); !strings.Contains(out, "unchanged") || len(w.fake.Calls("POST applications")) != 1 {
			t.Errorf("the second time it says %q, after %d registrations", out, len(w.fake.Calls("POST applications")))
		}
		a.o.Commands = a.o.Commands[:len(a.o.Commands)-1]
		if out := setUp(t, a); !strings.Contains(out, "updated") || len(w.fake.Calls("POST applications")) != 2 || len(w.fake.Commands(guild)) != 2 {
			t.Errorf("after a change it says %q", out)
		}
	}
}

// TestSetupMovesToServer: a command for all servers from before would stand there twice.
func TestSetupMovesToServer(t *testing.T) {
	t.Parallel()
	w, a, _ := idle(t, options(func(o *Options) { o.GuildID = "" }))
	w.fake.Register("", map[string]any{"name": "other", "type": 1, "description": "Of somebody else"})
	setUp(t, a)
	a.o.GuildID = fakediscord.GuildID
	if out := setUp(t, a); !strings.Contains(out, "removed") {
		t.Errorf("it says %q", out)
	}
	if everywhere, here := w.fake.Commands(""), w.fake.Commands(fakediscord.GuildID); len(everywhere) != 1 || len(here) != 1 {
		t.Errorf("everywhere %v, in the server %v", everywhere, here)
	}
}

func TestSetupFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(*fakediscord.Server)
		want string
	}{
		"not in the server": {(*fakediscord.Server).Leave, "https://discord.com/oauth2/authorize?client_id=" + fakediscord.ApplicationID},
		"revoked token":     {(*fakediscord.Server).Revoke, "Reset Token"},
	} {
		w, a, _ := idle(t)
		c.do(w.fake)
		if err := a.Setup(t.Context(), &strings.Builder{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want it to say %s", name, err, c.want)
		}
	}
}

// TestDefinition checks what is registered with the specification and the limits, and its words in all languages.
func TestDefinition(t *testing.T) {
	t.Parallel()
	spec := specs.Load(t)
	d := define(flows.Describe(words(t)), words(t), "")
	for path, d := range map[string]definition{"/applications/1/commands": d, "/applications/1/guilds/2/commands": define(flows.Describe(words(t)), words(t), "2")} {
		for _, p := range spec.Discord("POST", path, marshal(t, d)) {
			t.Errorf("%s: %s", path, p)
		}
	}
	for _, locale := range []string{"pt-BR", "es-ES", "es-419"} {
		total := len([]rune(d.Name+d.Localized[locale])) + characters(t, d.Name, d.Options, locale)
		if most := spec.Limit("discord.command.combined"); total > most {
			t.Errorf("%d characters in %s, at most %d go", total, locale, most)
		}
	}
	i := slices.IndexFunc(d.Options, func(o optionDefinition) bool { return o.Name == "refund" })
	if i < 0 || len(d.Options[i].Options) != 1 || !d.Options[i].Options[0].Autocomplete || d.Options[i].Options[0].Name != "transaction" {
		t.Errorf("/support refund is %+v", d.Options)
	}
}

// characters counts what Discord counts of options, and finds those without a description, or too many in one place.
func characters(t *testing.T, of string, options []optionDefinition, locale string) int {
	t.Helper()
	if len(options) > maxCommandOptions {
		t.Errorf("%s has %d options, at most %d go", of, len(options), maxCommandOptions)
	}
	total := 0
	for _, o := range options {
		if o.Localized[locale] == "" {
			t.Errorf("%s %s has no description in %s", of, o.Name, locale)
		}
		total += len([]rune(o.Name+o.Localized[locale])) + characters(t, of+" "+o.Name, o.Options, locale)
		for _, c := range o.Choices {
			total += len([]rune(c.Localizations[locale] + c.Value))
		}
	}
	return total
}

// TestRareWords says where the words are that few need, and that nothing depends on whether they were typed or chosen.
func TestRareWords(t *testing.T) {
	t.Parallel()
	d := define(flows.Describe(words(t)), words(t), "")
	group := d.Options[len(d.Options)-1]
	var inside []string
	for _, o := range group.Options {
		if o.Type != subCommand {
			t.Errorf("%s is of type %d", o.Name, o.Type)
		}
		inside = append(inside, o.Name)
	}
	slices.Sort(inside)
	if want := []string{"audit", "devices", "join", "mails", "privacy", "security", "tasks"}; group.Name != Group || group.Type != subGroup || !slices.Equal(inside, want) {
		t.Errorf("%s of type %d has %v, want %v", group.Name, group.Type, inside, want)
	}
	chosen := interactionData{Name: Command, Options: []commandOption{{Name: Group, Type: subGroup, Options: []commandOption{
		{Name: "audit", Type: subCommand, Options: []commandOption{{Name: "who", Value: json.RawMessage(`"Ana"`), Focused: true}}},
	}}}}
	if got, ok := command(chosen); !ok || !reflect.DeepEqual(got, flow.Command{Word: "audit", Values: map[string]string{"who": "Ana"}}) {
		t.Errorf("chosen: %+v, %v", got, ok)
	}
	if got, ok := decodeTyping(chosen); !ok || got != (typing{"audit", "who", "Ana"}) {
		t.Errorf("while it is typed: %+v, %v", got, ok)
	}
	for _, text := range []string{"/support more audit Ana", "/more audit Ana", "/audit Ana", "/support audit Ana"} {
		in, ok := decodeTyped(received{ID: "1", Author: user{ID: "2"}, Content: text})
		if !ok || !reflect.DeepEqual(in.Input, flow.Command{Word: "audit", Rest: "Ana"}) {
			t.Errorf("%s: %+v, %v", text, in.Input, ok)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const public = "https://support.example.com"
	for _, c := range []struct {
		name  string
		mode  string
		do    func(*fakediscord.Server)
		fails []string // checks that are not ok
		says  string
	}{
		{"all is well", ModeGateway, func(*fakediscord.Server) {}, nil, "cards can be posted in #approvals"},
		{"all is well over HTTP", ModeHTTP, func(s *fakediscord.Server) { s.Store(public + "/discord/interactions") }, nil, "interactions come to " + public},
		{"no token", ModeGateway, (*fakediscord.Server).Revoke, []string{"token"}, "Reset Token"},
		{"Discord away", ModeGateway, func(s *fakediscord.Server) { s.Next("users/@me", fakediscord.Fault{Status: 400}) }, []string{"token"}, "does not answer"},
		{"endpoint left from before", ModeGateway, func(s *fakediscord.Server) { s.Store("https://old.example.com/x") }, []string{"endpoint"}, "empty Interactions Endpoint URL"},
		{"no endpoint", ModeHTTP, func(s *fakediscord.Server) { s.Store("") }, []string{"endpoint"}, public + "/discord/interactions"},
		{"another endpoint", ModeHTTP, func(s *fakediscord.Server) { s.Store("https://old.example.com/x") }, []string{"endpoint"}, public + "/discord/interactions"},
		{"not in the server", ModeGateway, (*fakediscord.Server).Leave, []string{"command", "server", "approvals_channel"}, "oauth2/authorize"},
		{"hidden channel", ModeGateway, func(s *fakediscord.Server) { s.Hide(fakediscord.Room) }, []string{"approvals_channel"}, "View Channel"},
		{"may not embed", ModeGateway, func(s *fakediscord.Server) { s.Grant(uint64(viewChannel | sendMessages | readHistory)) }, []string{"approvals_channel"}, "Embed Links"},
		{"administrator", ModeGateway, func(s *fakediscord.Server) { s.Grant(uint64(administrator)) }, nil, ""},
		{"no gateway", ModeGateway, func(s *fakediscord.Server) { s.Next("gateway/bot", fakediscord.Fault{Status: 400}) }, []string{"gateway"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := prepare(t, c.mode, nil)
			a := w.new()
			setUp(t, a)
			c.do(w.fake)
			var fails []string
			var all strings.Builder
			for _, f := range a.Check(t.Context(), public) {
				all.WriteString(f.State + " " + f.Check + ": " + f.Text + "\n")
				if f.State != chat.OK {
					fails = append(fails, strings.TrimPrefix(f.Check, "discord "))
				}
			}
			if !slices.Equal(fails, c.fails) || !strings.Contains(all.String(), c.says) {
				t.Errorf("not ok are %q, want %q and %q:\n%s", fails, c.fails, c.says, &all)
			}
		})
	}
}

// TestCheckCommand: not registered, and changed since.
func TestCheckCommand(t *testing.T) {
	t.Parallel()
	_, a, _ := idle(t)
	state := func() string {
		for _, f := range a.Check(t.Context(), "") {
			if f.Check == "discord command" {
				return f.State + " " + f.Text
			}
		}
		return ""
	}
	if got := state(); !strings.HasPrefix(got, chat.Fail) || !strings.Contains(got, "aftersale setup discord") {
		t.Errorf("not registered: %s", got)
	}
	setUp(t, a)
	if got := state(); !strings.HasPrefix(got, chat.OK) {
		t.Errorf("registered: %s", got)
	}
	a.o.Commands = a.o.Commands[1:]
	if got := state(); !strings.HasPrefix(got, chat.Warn) {
		t.Errorf("changed: %s", got)
	}
}

// TestWrongKeys: the key and the application in the configuration are not those of the token.
func TestWrongKeys(t *testing.T) {
	t.Parallel()
	w := prepare(t, ModeHTTP, nil)
	w.options.PublicKey, w.options.ApplicationID = strings.Repeat("ab", 32), "1"
	var all strings.Builder
	for _, f := range w.new().Check(t.Context(), "https://support.example.com") {
		if f.State == chat.Fail {
			all.WriteString(f.Text + "\n")
		}
	}
	for _, want := range []string{"set discord.public_key to " + w.fake.PublicKey(), "set discord.application_id"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%q lacks %q", all.String(), want)
		}
	}
}

// TestMay computes permissions as the reference does.
func TestMay(t *testing.T) {
	t.Parallel()
	g := guild{ID: "1", OwnerID: "9", Roles: []role{{"1", viewChannel}, {"2", sendMessages}, {"3", administrator}, {"4", embedLinks}}}
	for _, c := range []struct {
		name  string
		user  string
		roles []string
		over  []overwrite
		want  permission
	}{
		{"everybody", "5", nil, nil, viewChannel},
		{"a role", "5", []string{"2"}, nil, viewChannel | sendMessages},
		{"owner", "9", nil, []overwrite{{"1", 0, viewChannel}}, ^permission(0)},
		{"administrator", "5", []string{"3"}, []overwrite{{"1", 0, viewChannel}}, ^permission(0)},
		{"denied to everybody", "5", nil, []overwrite{{"1", 0, viewChannel}}, 0},
		{"denied to everybody, allowed to a role", "5", []string{"2"}, []overwrite{{"1", 0, viewChannel}, {"2", viewChannel, 0}}, viewChannel | sendMessages},
		{"one role denied, another allowed", "5", []string{"2", "4"}, []overwrite{{"2", 0, sendMessages}, {"4", sendMessages, 0}}, viewChannel | sendMessages | embedLinks},
		{"denied to himself", "5", []string{"2"}, []overwrite{{"2", embedLinks, 0}, {"5", 0, embedLinks}}, viewChannel | sendMessages},
		{"somebody else's", "5", nil, []overwrite{{"6", embedLinks, viewChannel}}, viewChannel},
	} {
		if got := may(g, channel{Overwrites: c.over}, c.user, c.roles); got != c.want {
			t.Errorf("%s: %b, want %b", c.name, got, c.want)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	good := Options{Mode: ModeHTTP, Token: "x", ApplicationID: "1", PublicKey: strings.Repeat("ab", 32)}
	if _, err := New(good); err != nil {
		t.Errorf("good ones: %v", err)
	}
	for name, c := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"mode":        {func(o *Options) { o.Mode = "carrier pigeon" }, "mode"},
		"token":       {func(o *Options) { o.Token = "" }, "token"},
		"spaced":      {func(o *Options) { o.Token = "a b" }, "token"},
		"application": {func(o *Options) { o.ApplicationID = "Cozinha" }, "application_id"},
		"short key":   {func(o *Options) { o.PublicKey = "abcd" }, "public_key"},
		"odd key":     {func(o *Options) { o.PublicKey = strings.Repeat("zz", 32) }, "public_key"},
		"no key":      {func(o *Options) { o.PublicKey = "" }, "public_key"},
		"guild":       {func(o *Options) { o.GuildID = "#x" }, "guild_id"},
		"channel":     {func(o *Options) { o.ApprovalsChannel = "#approvals" }, "approvals_channel"},
		"address":     {func(o *Options) { o.APIURL = "ftp://x" }, "api_url"},
	} {
		o := good
		c.change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "a b") {
			t.Errorf("%s: %v, want it to name %s", name, err, c.want)
		}
	}
	if _, err := New(Options{Mode: ModeGateway}); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("all mistakes at once: %v", err)
	}
}

// TestSuggestions: what is typed reaches the desk, and its answer Discord, within what Discord takes.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		desk := &suggesting{}
		for i := range 30 {
			desk.options = append(desk.options, flow.ShownOption{Value: strings.Repeat("1", i+1), Label: strings.Repeat("word ", 30)})
		}
		desk.options[3].Value, desk.options[4].Value, desk.options[5].Label = "", strings.Repeat("1", 101), ""
		w := run(t, mode, desk)
		act := w.fake.Complete(ana, fakediscord.Room, "refund", "transaction", "hp11").Deliver()
		if got := act.Answered(); got != answerChoices || len(act.Choices()) != maxOptions {
			t.Errorf("answer %d with %d choices", got, len(act.Choices()))
		}
		if desk.asked != "refund transaction hp11 "+ana {
			t.Errorf("the desk is asked %q", desk.asked)
		}
		desk.err = context.DeadlineExceeded
		failed := w.fake.Complete(ana, fakediscord.Room, "refund", "transaction", "hp11").Deliver()
		if got := failed.Answered(); got != answerChoices {
			t.Errorf("when the desk fails the answer is %d", got)
		}
	})
}

type suggesting struct {
	deskFunc
	options []flow.ShownOption
	err     error
	asked   string
}

func (s *suggesting) Suggest(_ context.Context, in flow.Inbound, word, option, typed string) ([]flow.ShownOption, error) {
	s.asked = strings.Join([]string{word, option, typed, in.User}, " ")
	return s.options, s.err
}

// TestGuide compares docs/setup-discord.md with what the program does and says.
func TestGuide(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/setup-discord.md")
	if err != nil {
		t.Fatal(err)
	}
	_, a, _ := idle(t, options(func(o *Options) { o.Mode = ModeHTTP }))
	said := strings.NewReplacer(fakediscord.ApplicationID, "APPLICATION_ID", fakediscord.GuildID, "SERVER_ID", "<public_url>", "https://support.example.com").
		Replace(strings.TrimSpace(setUp(t, a)))
	for _, line := range strings.Split(said, "\n") {
		if !strings.Contains(string(guide), line) {
			t.Errorf("the guide does not show what setup says: %s", line)
		}
	}
	for _, name := range append(wanted.names(), "bot", "applications.commands") {
		if !strings.Contains(string(guide), name) {
			t.Errorf("the guide lacks %q", name)
		}
	}
	for _, c := range a.o.Commands {
		if !strings.Contains(string(guide), "`"+c.Word+"`") {
			t.Errorf("the guide lacks the command %s", c.Word)
		}
	}
}
