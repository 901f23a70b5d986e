package slack

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

func oneTurn() *chat.Turns { return chat.NewTurns(chat.TurnsOptions{Queue: 1}) }

// post posts to the adapter as it is told, and returns the status and what was said.
func (o *office) post(route string, body []byte, header func(http.Header)) (int, string) {
	o.Helper()
	mux := http.NewServeMux()
	o.adapter.Routes(mux)
	r := httptest.NewRequest(http.MethodPost, route, bytes.NewReader(body))
	header(r.Header)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	said, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(said)
}

func signed(body []byte) func(http.Header) {
	return func(h http.Header) { fakeslack.Sign(h, body, fakeslack.SigningSecret, time.Now()) }
}

func commandBody(change ...string) []byte {
	v := url.Values{"team_id": {fakeslack.Team}, "user_id": {ana}, "channel_id": {general}, "text": {"find"}, "trigger_id": {"1.2.x"}, "command": {"/support"}}
	for i := 0; i+1 < len(change); i += 2 {
		v.Set(change[i], change[i+1])
	}
	return []byte(v.Encode())
}

// What Slack has not signed just now reaches nobody.
func TestSignature(t *testing.T) {
	t.Parallel()
	d := answering(card("Which?"))
	o := openOffice(t, HTTP, d)
	body := commandBody()
	at := func(secret string, when time.Time, of []byte) func(http.Header) {
		return func(h http.Header) { fakeslack.Sign(h, of, secret, when) }
	}
	for name, c := range map[string]struct {
		body   []byte
		header func(http.Header)
		want   int
	}{
		"unsigned":        {body, func(http.Header) {}, 401},
		"another secret":  {body, at("another secret", time.Now(), body), 401},
		"another body":    {commandBody("text", "refund"), at(fakeslack.SigningSecret, time.Now(), body), 401},
		"six minutes old": {body, at(fakeslack.SigningSecret, time.Now().Add(-6*time.Minute), body), 401},
		"from tomorrow":   {body, at(fakeslack.SigningSecret, time.Now().Add(24*time.Hour), body), 401},
		"no time":         {body, func(h http.Header) { signed(body)(h); h.Del("X-Slack-Request-Timestamp") }, 401},
		"odd time":        {body, func(h http.Header) { signed(body)(h); h.Set("X-Slack-Request-Timestamp", "now") }, 401},
		"odd signature":   {body, func(h http.Header) { signed(body)(h); h.Set("X-Slack-Signature", "v0=zz") }, 401},
		"another version": {body, func(h http.Header) { signed(body)(h); h.Set("X-Slack-Signature", "v1=00") }, 401},
		"too large":       {bytes.Repeat([]byte("x"), maxBody+1), signed(body), 413},
		"no form":         {[]byte("%zz"), signed([]byte("%zz")), 400},
	} {
		for _, route := range []string{commandsRoute, interactionsRoute, eventsRoute} {
			if status, _ := o.post(route, c.body, c.header); status != c.want && c.want != 400 {
				t.Errorf("%s on %s: status %d, want %d", name, route, status, c.want)
			} else if c.want == 400 && status != 400 {
				t.Errorf("%s on %s: status %d, want %d", name, route, status, c.want)
			}
		}
	}
	if n := len(d.inbound()); n != 0 {
		t.Errorf("%d of them reached the flows", n)
	}
	if status, _ := o.post(commandsRoute, body, signed(body)); status != 200 || len(d.inbound()) != 1 {
		t.Errorf("the real one: status %d, %d reached the flows", status, len(d.inbound()))
	}
}

// Slack's own questions are answered and reach no flow.
func TestSlackAsks(t *testing.T) {
	t.Parallel()
	d := answering(card("Which?"))
	o := openOffice(t, HTTP, d)
	body := []byte(`{"type":"url_verification","token":"x","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}`)
	if status, said := o.post(eventsRoute, body, signed(body)); status != 200 || said != "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" {
		t.Errorf("the challenge is answered %d %q", status, said)
	}
	if status, _ := o.post(eventsRoute, body, func(http.Header) {}); status != 401 {
		t.Errorf("an unsigned challenge is answered %d", status)
	}
	check := []byte("ssl_check=1&token=deprecated")
	for _, header := range []func(http.Header){signed(check), func(http.Header) {}} {
		if status, said := o.post(commandsRoute, check, header); status != 200 || said != "" {
			t.Errorf("a certificate check is answered %d %q", status, said)
		}
	}
	trick := commandBody("ssl_check", "1")
	if status, _ := o.post(commandsRoute, trick, func(http.Header) {}); status != 401 {
		t.Errorf("an unsigned command that calls itself a check is answered %d", status)
	}
	if n := len(d.inbound()); n != 0 {
		t.Errorf("%d of them reached the flows", n)
	}
	w := httptest.NewRecorder()
	mux := http.NewServeMux()
	o.adapter.Routes(mux)
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, commandsRoute, nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET is answered %d", w.Code)
	}
}

// Other workspaces, other bots and our own messages are none of our business.
func TestStrangers(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(card("Which?"))
		o := openOffice(t, mode, d)
		foreign := o.CommandDelivery(ana, general, "/support", "find")
		foreign.Payload["team_id"] = "T0OTHER"
		if a := o.Deliver(foreign); !strings.Contains(string(a.Body), "another team") {
			t.Errorf("another workspace is answered %q", a.Body)
		}
		o.Anything = true // no acknowledgement is right here
		message := o.MessageDelivery(ana, o.Direct(ana), "hello")
		message.Payload["team_id"] = "T0OTHER"
		o.Deliver(message)
		event := func(change map[string]any) {
			e := map[string]any{"type": "message", "channel": o.Direct(ana), "channel_type": "im", "user": ana, "text": "hello"}
			for k, v := range change {
				e[k] = v
			}
			o.Deliver(o.EventDelivery(e))
		}
		event(map[string]any{"bot_id": "B0OTHER"})
		event(map[string]any{"user": fakeslack.BotUser})
		event(map[string]any{"subtype": "message_changed"})
		event(map[string]any{"subtype": "bot_message"})
		event(map[string]any{"user": ""})
		event(map[string]any{"text": "  "})
		event(map[string]any{"channel_type": "channel", "channel": general})
		event(map[string]any{"type": "reaction_added"})
		event(map[string]any{"type": "app_home_opened", "tab": "messages"})
		o.settle()
		if all := d.inbound(); len(all) != 0 {
			t.Errorf("the flows got %+v", all)
		}
	})
}

// A redelivery has the id of its first delivery, also with Slack's retry headers, which do not make it be dropped: it may
// be the only copy that arrives. Two presses have two ids.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(card("Which?", "Yes"))
		o := openOffice(t, mode, d)
		first := o.MessageDelivery(ana, o.Direct(ana), "hello")
		first.Retry = 3
		o.Deliver(first) // the first that arrives is a retry
		o.Deliver(first)
		o.settle()
		all := d.inbound()
		if len(all) != 2 || all[0].ID != all[1].ID || all[0].ID == "" {
			t.Fatalf("a message and its retry are %+v", all)
		}
		if texts := o.texts(o.Direct(ana), ana); len(texts) != 2 {
			t.Errorf("the chat shows %q", texts)
		}
		m := o.Messages(o.Direct(ana), ana)[1]
		o.Slack.Press(ana, o.Direct(ana), m.TS, talk+".1.Yes")
		o.Again(ana)
		o.Slack.Press(ana, o.Direct(ana), m.TS, talk+".1.Yes")
		o.settle()
		all = d.inbound()[2:]
		if len(all) != 3 || all[0].ID != all[1].ID || all[0].ID == all[2].ID {
			t.Errorf("two presses and a repetition are %+v", all)
		}
		ids := map[string]bool{}
		o.Command(ana, general, "/support", "find")
		o.Command(ana, general, "/support", "find")
		o.GlobalShortcut(ana, "menu")
		o.GlobalShortcut(ana, "menu")
		o.settle()
		for _, in := range d.inbound()[5:] {
			if ids[in.ID] || in.ID == "" {
				t.Errorf("%+v has no id of its own", in)
			}
			ids[in.ID] = true
		}
	})
}

// The language of a person is asked for once a day, and a workspace that does not tell it is no obstacle.
func TestLocale(t *testing.T) {
	t.Parallel()
	d := answering(card("Which?"))
	now := time.Now()
	o := openOffice(t, HTTP, d, func(o *office) { o.options.Now = func() time.Time { o.mu.Lock(); defer o.mu.Unlock(); return now } })
	say := func() flow.Inbound {
		o.Say(bia, o.Direct(bia), "olá")
		o.settle()
		return d.last(t)
	}
	later := func(d time.Duration) { o.mu.Lock(); defer o.mu.Unlock(); now = now.Add(d) }
	if in := say(); in.Locale != "pt-BR" || in.UserName != "Bia" {
		t.Errorf("she is %+v", in)
	}
	say()
	if n := len(o.Calls("users.info")); n != 1 {
		t.Errorf("asked %d times", n)
	}
	later(25 * time.Hour)
	o.On("users.info", fakeslack.Fault{Error: "missing_scope"})
	if in := say(); in.Locale != "pt-BR" {
		t.Errorf("what was known yesterday is forgotten: %+v", in)
	}
	o.On("users.info", fakeslack.Fault{Status: 500})
	o.Say(ana, o.Direct(ana), "hello")
	o.settle()
	if in := d.last(t); in.Locale != "" || in.User != ana {
		t.Errorf("ana is %+v", in)
	}
}

// As long as it is not known whose workspace this is, nothing is taken: Slack delivers events again, a person is told.
func TestBeforeSlackHasAnswered(t *testing.T) {
	t.Parallel()
	d := answering(card("Which?"))
	o := openOffice(t, HTTP, d)
	fresh, err := New(o.options)
	if err != nil {
		t.Fatal(err)
	}
	o.adapter = fresh // it does not run
	if status, _ := o.post(commandsRoute, commandBody(), signed(commandBody())); status != 503 {
		t.Errorf("status %d", status)
	}
	if n := len(d.inbound()); n != 0 {
		t.Errorf("%d reached the flows", n)
	}
	if fresh.Ready(t.Context()) == nil {
		t.Error("it says that it is ready")
	}
}
