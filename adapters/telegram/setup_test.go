package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/adapters/chat"
)

// setup is a bot that is not running, with a team of ana and of somebody who has never started the bot.
func setup(t *testing.T, mode string, tune ...func(*Options, *faketelegram.Options)) (*world, *Adapter) {
	t.Helper()
	w := newWorld(t, mode, nil, tune...)
	w.options.Staff = func(context.Context) ([]int64, error) { return []int64{ana, 5777, ana}, nil }
	return w, w.renew()
}

// renew is the adapter of a new process.
func (w *world) renew() *Adapter {
	w.t.Helper()
	a, err := New(w.options)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func TestSetup(t *testing.T) {
	t.Parallel()
	w, a := setup(t, Webhook)
	var out bytes.Buffer
	if err := a.Setup(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		scope, language string
		want            []string
	}{
		{"all_private_chats", "", []string{"start - Início", "refund - Reembolsar uma compra", "help - O que posso fazer"}},
		{"all_private_chats", "pt", []string{"start - Início", "refund - Reembolsar uma compra", "help - O que posso fazer"}},
		{"all_private_chats", "en", []string{"start - Start", "refund - Refund a purchase", "help - What I can do"}},
		{"all_private_chats", "es", []string{"start - Inicio", "refund - Reembolsar una compra", "help - Lo que puedo hacer"}},
		{"chat:5001", "en", []string{"start - Start", "refund - Refund a purchase", "refunds - Requests that wait for a decision", "help - What I can do"}},
		{"default", "", nil},
		{"all_group_chats", "", nil},
	} {
		if got := w.fake.Commands(test.scope, test.language); !slices.Equal(got, test.want) {
			t.Errorf("%s, %q: %q, want %q", test.scope, test.language, got, test.want)
		}
	}
	for _, l := range []string{"", "pt", "en", "es"} {
		for _, what := range []string{"description/", "short_description/"} {
			if len(w.fake.Profile(what+l)) < 20 {
				t.Errorf("%s%s is %q", what, l, w.fake.Profile(what+l))
			}
		}
	}
	if w.fake.Menu() != "commands" {
		t.Errorf("the menu button is %s", w.fake.Menu())
	}
	if url, s := w.fake.Webhook(); url != public+"/telegram/webhook" || s != secret {
		t.Errorf("the webhook is %q with %q", url, s)
	}
	set := w.fake.Calls("setWebhook")
	if p := set[0].Params; p["max_connections"] != 40.0 || fmt.Sprint(p["allowed_updates"]) != "[message callback_query]" || p["drop_pending_updates"] != nil {
		t.Errorf("setWebhook %v", p)
	}
	if text := out.String(); !strings.Contains(text, "https://t.me/cozinha_bot") || !strings.Contains(text, "5777") || !strings.Contains(text, "press Start") || strings.Contains(text, secret) {
		t.Errorf("it says:\n%s", text)
	}
}

// TestSetupChangesOnlyWhatIsDifferent runs it again, and after one thing has changed.
func TestSetupChangesOnlyWhatIsDifferent(t *testing.T) {
	t.Parallel()
	w, a := setup(t, Webhook)
	if err := a.Setup(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	changes := func() (all []string) {
		for _, c := range w.fake.Calls() {
			if !strings.HasPrefix(c.Method, "get") {
				all = append(all, c.Method)
			}
		}
		return all
	}
	before := len(changes())
	var out bytes.Buffer
	if err := w.renew().Setup(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if again := changes()[before:]; len(again) != 0 {
		t.Errorf("a second run changes %v", again)
	}
	for text := range strings.Lines(out.String()) {
		if !strings.Contains(text, "as it was") && !strings.Contains(text, "https://t.me/") && !strings.Contains(text, "5777") {
			t.Errorf("a second run says %q", text)
		}
	}
	w.options.Commands = slices.Clone(w.options.Commands)
	w.options.Commands[1].About = about("Devolver o dinheiro", "Refund a purchase", "Reembolsar una compra")
	w.options.PublicURL = "https://other.example.com/"
	if err := w.renew().Setup(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	// pt and all other languages, for buyers and for one of the team
	if again := changes()[before:]; !slices.Equal(again, []string{"setMyCommands", "setMyCommands", "setMyCommands", "setMyCommands", "setWebhook"}) {
		t.Errorf("after a change it calls %v", again)
	}
	if url, _ := w.fake.Webhook(); url != "https://other.example.com/telegram/webhook" {
		t.Errorf("the webhook is %q", url)
	}
}

// TestSetupMendsARefusedWebhook: Telegram does not tell the secret, but that deliveries are refused.
func TestSetupMendsARefusedWebhook(t *testing.T) {
	t.Parallel()
	w := run(t, Webhook, shows(card))
	a := w.renew()
	if err := a.Setup(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	w.fake.SetWebhook(public+WebhookPath, "the_old_secret")
	update := w.fake.Say(ana, "hi")
	w.fake.AwaitRefused(1)
	if err := a.Setup(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	w.fake.AwaitConfirmed(update)
}

func TestSetupForPollingTakesTheWebhookAway(t *testing.T) {
	t.Parallel()
	w, a := setup(t, Polling)
	w.fake.SetWebhook("https://old.example.com/hook", "")
	var out bytes.Buffer
	if err := a.Setup(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if url, _ := w.fake.Webhook(); url != "" || len(w.fake.Calls("setWebhook")) != 0 {
		t.Errorf("the webhook is %q", url)
	}
}

func TestSetupTakesGroupCommandsAway(t *testing.T) {
	t.Parallel()
	w, a := setup(t, Polling)
	if _, err := a.setCommands(t.Context(), everywhere, language{"en", "en"}, []command{{"old", "An old command"}}); err != nil {
		t.Fatal(err)
	}
	if err := a.Setup(t.Context(), &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	if got := w.fake.Commands("default", "en"); len(got) != 0 {
		t.Errorf("groups are offered %q", got)
	}
}

func TestSetupFailures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		spoil func(w *world)
		says  string
	}{
		{"a wrong token", func(w *world) { w.fake.Revoke() }, "@BotFather"},
		{"nobody there", func(w *world) { w.options.APIURL = "http://127.0.0.1:1" }, "telegram.api_url"},
		{"no public address", func(w *world) { w.options.PublicURL = "" }, "public_url is empty"},
		{"a long pause", func(w *world) { w.fake.Next("setMyDescription", faketelegram.Fault{RetryAfter: 4000}) }, "1h6m40s"},
		{"a refusal", func(w *world) {
			w.fake.Next("setMyCommands", faketelegram.Fault{Code: 400, Description: "Bad Request: odd"})
		}, "odd"},
		{"no team", func(w *world) {
			w.options.Staff = func(context.Context) ([]int64, error) { return nil, errors.New("the database is locked") }
		}, "the database is locked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, _ := setup(t, Webhook)
			test.spoil(w)
			a := w.renew()
			if err := a.Setup(t.Context(), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, want it to say %q", err, test.says)
			}
		})
	}
	w, _ := setup(t, Polling)
	w.fake.Next("setMyCommands", faketelegram.Fault{RetryAfter: 5})
	a := w.renew()
	waited := time.Duration(0)
	a.pause = func(_ context.Context, d time.Duration) bool { waited += d; return true }
	if err := a.Setup(t.Context(), &bytes.Buffer{}); err != nil || waited != 5*time.Second {
		t.Errorf("a short pause: %v after %s", err, waited)
	}
}

func TestPublicURLs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Webhook, nil)
	o := w.options
	o.APIURL = "https://api.telegram.org"
	a, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	for address, fine := range map[string]bool{
		"https://support.example.com": true, "https://support.example.com/": true, "https://support.example.com:8443/desk": true,
		"http://support.example.com": false, "https://support.example.com:3000": false, "support.example.com": false, "": false, "https://": false,
	} {
		got, err := a.publicWebhook(address)
		if (err == nil) != fine || fine && got != strings.TrimSuffix(address, "/")+"/telegram/webhook" {
			t.Errorf("%q: %q, %v", address, got, err)
		}
	}
	o.APIURL = "http://bot-api.internal:8081"
	if a, err = New(o); err != nil {
		t.Fatal(err)
	}
	if _, err := a.publicWebhook("http://aftersale.internal:9000"); err != nil {
		t.Errorf("a Bot API server of one's own reaches every address: %v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	set := func(w *world, a *Adapter) {
		if err := a.Setup(w.t.Context(), &bytes.Buffer{}); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name    string
		mode    string
		prepare func(w *world, a *Adapter)
		want    []string // "state check: part of the text"
	}{
		{"all is well", Webhook, set, []string{"ok telegram token: cozinha_bot", "ok telegram webhook: " + public, "ok telegram commands: every language"}},
		{"all is well, polling", Polling, set, []string{"ok telegram token: cozinha_bot", "ok telegram webhook: none is set", "ok telegram commands: every language"}},
		{"nothing is set", Webhook, func(*world, *Adapter) {}, []string{"ok telegram token: cozinha_bot", "fail telegram webhook: aftersale setup telegram", "warn telegram commands: aftersale setup telegram"}},
		{"the token", Webhook, func(w *world, _ *Adapter) { w.fake.Revoke() }, []string{"fail telegram token: @BotFather"}},
		{"no network", Webhook, func(_ *world, a *Adapter) { a.api.endpoint = "http://127.0.0.1:1/bot%s/%s" }, []string{"fail telegram token: telegram.api_url"}},
		{"a webhook elsewhere", Webhook, func(w *world, a *Adapter) { set(w, a); w.fake.SetWebhook("https://old.example.com/hook", "") },
			[]string{"ok telegram token: ", "fail telegram webhook: old.example.com", "ok telegram commands: "}},
		{"a webhook that polling is hindered by", Polling, func(w *world, a *Adapter) { set(w, a); w.fake.SetWebhook("https://old.example.com/hook", "") },
			[]string{"ok telegram token: ", "warn telegram webhook: another program", "ok telegram commands: "}},
		{"refused deliveries", Webhook, func(w *world, a *Adapter) {
			set(w, a)
			w.served.set(nil)
			w.fake.Say(ana, "hi")
			w.fake.AwaitRefused(1)
		}, []string{"ok telegram token: ", "ok telegram webhook: ", "warn telegram webhook: 502 Bad Gateway", "ok telegram commands: "}},
		{"nobody reads", Polling, func(w *world, a *Adapter) {
			set(w, a)
			for range 60 {
				w.fake.Say(ana, "hi")
			}
		}, []string{"ok telegram token: ", "ok telegram webhook: ", "warn telegram updates: 60 wait", "ok telegram commands: "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, a := setup(t, test.mode)
			test.prepare(w, a)
			var polls = len(w.fake.Calls("getUpdates"))
			found := w.renewed(a).Check(t.Context(), public)
			if len(found) != len(test.want) {
				t.Fatalf("findings: %+v", found)
			}
			for i, f := range found {
				state, rest, _ := strings.Cut(test.want[i], " ")
				check, text, _ := strings.Cut(rest, ": ")
				if f.State != state || f.Check != check || !strings.Contains(f.Text, text) {
					t.Errorf("finding %d is %+v, want %s", i, f, test.want[i])
				}
				if f.State != chat.OK && !strings.ContainsAny(f.Text, "`.") {
					t.Errorf("finding %+v says no way out", f)
				}
			}
			if len(w.fake.Calls("getUpdates")) != polls {
				t.Error("it polls, which disturbs a bot that runs")
			}
		})
	}
}

// renewed is an adapter of a new process with the same end of the wire.
func (w *world) renewed(a *Adapter) *Adapter {
	b := w.renew()
	b.api.endpoint = a.api.endpoint
	return b
}
