package fakeslack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A recorder is a test that only notes that it failed.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}
func (r *recorder) Helper() {}

type app struct {
	*testing.T
	*Slack
	*recorder
}

func open(t *testing.T) app {
	t.Helper()
	r := &recorder{TB: t}
	s := New(r)
	s.AddUser("U0ANA", "Ana", "en-US")
	s.AddChannel("C0GENERAL", "general", "U0ANA", BotUser)
	return app{t, s, r}
}

func (a app) call(method, body string) map[string]any {
	a.T.Helper()
	r, err := http.NewRequest(http.MethodPost, a.URL()+method, strings.NewReader(body))
	if err != nil {
		a.T.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+BotToken)
	return a.do(r)
}

func (a app) do(r *http.Request) map[string]any {
	a.T.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		a.T.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		a.T.Fatal(err)
	}
	out := map[string]any{}
	if json.Unmarshal(raw, &out) != nil {
		out["error"] = string(raw)
	}
	return out
}

func (a app) respond(url, body string) string {
	a.T.Helper()
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		a.T.Fatal(err)
	}
	out, _ := a.do(r)["error"].(string)
	return out
}

const view = `{"type":"modal","title":{"type":"plain_text","text":"T"},"blocks":[{"type":"section","text":{"type":"plain_text","text":"x"}}]}`

// What Slack refuses, the fake refuses, by the same codes.
func TestRefusals(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.mu.Lock()
	trigger, old := a.trigger("U0ANA"), a.trigger("U0ANA")
	a.triggers[old].made = time.Now().Add(-triggerWindow - time.Second)
	a.mu.Unlock()
	whisper, _ := a.call("chat.postEphemeral", `{"channel":"C0GENERAL","user":"U0ANA","text":"x"}`)["message_ts"].(string)
	for _, c := range [][3]string{
		{"views.open", `{"trigger_id":"` + trigger + `","view":` + view + `}`, ""},
		{"views.open", `{"trigger_id":"` + trigger + `","view":` + view + `}`, "exchanged_trigger_id"},
		{"views.open", `{"trigger_id":"` + old + `","view":` + view + `}`, "expired_trigger_id"},
		{"views.open", `{"trigger_id":"nonsense","view":` + view + `}`, "invalid_trigger_id"},
		{"views.update", `{"view_id":"V9","view":` + view + `}`, "not_found"},
		{"chat.update", `{"channel":"C0GENERAL","ts":"9.9","text":"x"}`, "message_not_found"},
		{"chat.update", `{"channel":"C0GENERAL","ts":"` + whisper + `","text":"x"}`, "message_not_found"},
		{"chat.update", `{"channel":"U0ANA","ts":"9.9","text":"x"}`, "channel_not_found"},
		{"chat.postMessage", `{"channel":"C0NOPE","text":"x"}`, "channel_not_found"},
		{"chat.postMessage", `{"channel":"C0GENERAL"}`, "no_text"},
		{"chat.postEphemeral", `{"channel":"C0GENERAL","user":"U0BIA","text":"x"}`, "user_not_in_channel"},
	} {
		if got, _ := a.call(c[0], c[1])["error"].(string); got != c[2] {
			t.Errorf("%s %s: %q, want %q", c[0], c[1], got, c[2])
		}
	}
	if len(a.said) > 0 {
		t.Errorf("refusals are no violations: %q", a.said)
	}
}

// A response address answers five times, thirty minutes long.
func TestResponseAddress(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.mu.Lock()
	url, old := a.responseURL("C0GENERAL", "U0ANA", "", true), a.responseURL("C0GENERAL", "U0ANA", "", true)
	a.mu.Unlock()
	for i := range replyUses {
		if code := a.respond(url, `{"response_type":"ephemeral","text":"x"}`); code != "ok" {
			t.Errorf("use %d: %s", i+1, code)
		}
	}
	if code := a.respond(url, `{"response_type":"ephemeral","text":"x"}`); code != "used_url" {
		t.Errorf("a sixth use: %s", code)
	}
	a.ExpireResponses()
	if code := a.respond(old, `{"response_type":"ephemeral","text":"x"}`); code != "expired_url" {
		t.Errorf("an old address: %s", code)
	}
}

// What is against the specifications fails the test, with its path.
func TestViolations(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 76)
	for body, want := range map[string]string{
		`{"channel":"C0GENERAL","text":"x","blocks":[{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"` + long + `"}}]}]}`: "$.blocks[0].elements[0].text.text",
		`{"channel":"C0GENERAL","text":"x","colour":"red"}`: "$.colour",
		`{"text":"x"}`: "$.channel",
	} {
		a := open(t)
		a.call("chat.postMessage", body)
		if all := strings.Join(a.said, "\n"); !strings.Contains(all, want) {
			t.Errorf("%s: said %q, want %s", body, all, want)
		}
	}
	a := open(t)
	a.mu.Lock()
	url := a.responseURL("C0GENERAL", "U0ANA", "", true)
	a.mu.Unlock()
	a.respond(url, `{"text":"x"}`)
	if len(a.said) != 1 || !strings.Contains(a.said[0], "everybody") {
		t.Errorf("said %q", a.said)
	}
	a = open(t)
	a.call("chat.shout", `{}`)
	if len(a.said) != 1 || !strings.Contains(a.said[0], "no such method") {
		t.Errorf("said %q", a.said)
	}
}

// An app that does not acknowledge in three seconds, or answers a modal with an error for a field it has not, fails.
func TestLateAndOddAnswers(t *testing.T) {
	t.Parallel()
	a := open(t)
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slack/commands" {
			<-r.Context().Done()
			return
		}
		_, _ = io.WriteString(w, `{"response_action":"errors","errors":{"nothing":"x"}}`)
	})}
	a.SetTarget(listen(t, &server))
	a.client.Timeout = 200 * time.Millisecond
	a.Command("U0ANA", "C0GENERAL", "/support", "find")
	if len(a.said) != 1 || !strings.Contains(a.said[0], "not acknowledged") {
		t.Errorf("said %q", a.said)
	}
	a.mu.Lock()
	trigger := a.trigger("U0ANA")
	a.mu.Unlock()
	a.call("views.open", `{"trigger_id":"`+trigger+`","view":`+view+`}`)
	a.Submit("U0ANA", nil)
	if len(a.said) != 2 || !strings.Contains(a.said[1], `$.errors["nothing"]`) {
		t.Errorf("said %q", a.said)
	}
}
