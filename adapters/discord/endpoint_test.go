package discord

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
)

func post(t *testing.T, w *world, body []byte, at time.Time, change func(*http.Request)) (int, string) {
	t.Helper()
	var resp *http.Response
	var err error
	if change == nil {
		resp, err = w.fake.Post(body, at)
	} else {
		var req *http.Request
		req, err = http.NewRequest(http.MethodPost, w.fake.Endpoint, bytes.NewReader(body))
		if err == nil {
			change(req)
			resp, err = http.DefaultClient.Do(req)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// TestSignature: what Discord did not sign, or long ago, reaches nothing.
func TestSignature(t *testing.T) {
	t.Parallel()
	w := run(t, ModeHTTP, showing(menuCard("Here", "Cancel")))
	body := w.fake.Slash(ana, fakediscord.Room, "find", nil).Payload()
	headers := func(signature, stamp string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("X-Signature-Ed25519", signature)
			r.Header.Set("X-Signature-Timestamp", stamp)
		}
	}
	now := time.Now()
	for _, c := range []struct {
		name   string
		body   []byte
		at     time.Time
		change func(*http.Request)
		want   int
	}{
		{"good", body, now, nil, 200},
		{"four minutes old", body, now.Add(-4 * time.Minute), nil, 200},
		{"six minutes old", body, now.Add(-6 * time.Minute), nil, 401},
		{"from the future", body, now.Add(6 * time.Minute), nil, 401},
		{"no headers", body, now, headers("", ""), 401},
		{"no signature", body, now, headers("", "1"), 401},
		{"short signature", body, now, headers("abcd", "1"), 401},
		{"no hexadecimal", body, now, headers(strings.Repeat("zz", 64), "1"), 401},
		{"somebody else's signature", body, now, headers(strings.Repeat("ab", 64), "1"), 401},
		{"a time that is none", body, now, headers(strings.Repeat("ab", 64), "now"), 401},
		{"a long time", body, now, headers(strings.Repeat("ab", 64), strings.Repeat("1", 1000)), 401},
		{"no JSON", []byte("{"), now, nil, 400},
		{"too large", bytes.Repeat([]byte(" "), maxBody+1), now, nil, 413},
		{"another application", bytes.ReplaceAll(body, []byte(fakediscord.ApplicationID), []byte("900000000000000777")), now, nil, 403},
	} {
		before := len(w.desk.asked)
		if got, text := post(t, w, c.body, c.at, c.change); got != c.want {
			t.Errorf("%s: status %d, want %d: %s", c.name, got, c.want, text)
		}
		if c.want != 200 && len(w.desk.asked) != before {
			t.Errorf("%s: it reached the flows", c.name)
		}
	}
	resp, err := http.Get(w.fake.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %s", resp.Status)
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	w := run(t, ModeHTTP, nil)
	status, text := post(t, w, []byte(`{"id":"1","application_id":"`+fakediscord.ApplicationID+`","type":1,"token":"x","version":1}`), time.Now(), nil)
	var got map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != 200 || got["type"] != 1.0 || len(got) != 1 {
		t.Errorf("status %d, %s", status, text)
	}
}

// TestGuardedProxy: what stands before Discord's API lets only some calls through; people are served all the same.
func TestGuardedProxy(t *testing.T) {
	t.Parallel()
	w := prepare(t, ModeHTTP, showing(menuCard("Here", "Cancel")))
	w.fake.Next("users/@me", fakediscord.Fault{Status: 404, Body: "no such route"})
	w.start()
	t.Cleanup(w.stop)
	w.ready()
	w.fake.Slash(ana, w.fake.Direct(ana), "find", nil).With("application_id", "").Deliver().Answered()
}

// TestStrangers: another server is told that it is one, and reaches nothing; another application is not answered.
func TestStrangers(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		w := run(t, mode, showing(menuCard("Here", "Cancel")))
		w.fake.Slash(ana, fakediscord.Room, "find", nil).With("guild_id", fakediscord.OtherGuildID).Deliver().Answered()
		if m := w.only(ana, fakediscord.Room); m.Text() != w0(t, "chat.stranger") || m.For != ana {
			t.Errorf("a stranger sees %+v", m)
		}
		typing := w.fake.Complete(ana, fakediscord.Room, "find", "query", "hp").With("guild_id", fakediscord.OtherGuildID).Deliver()
		typing.Answered()
		if len(typing.Choices()) > 0 {
			t.Errorf("a stranger is suggested %v", typing.Choices())
		}
		if mode == ModeGateway {
			w.fake.Slash(bia, fakediscord.Room, "find", nil).With("application_id", "900000000000000777").Deliver()
			w.fake.Slash(bia, w.fake.Direct(bia), "help", nil).Deliver().Answered()
			if all := w.fake.See(bia, fakediscord.Room); len(all) > 0 {
				t.Errorf("another application's interaction is answered: %+v", all)
			}
		}
		for _, in := range w.desk.asked {
			if in.Shared {
				t.Errorf("it reached the flows: %+v", in)
			}
		}
	})
}
