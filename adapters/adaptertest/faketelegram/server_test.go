package faketelegram

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

const token = "7000:token"

// A recorder is a test that may fail without failing.
type recorder struct {
	testing.TB
	mu     sync.Mutex
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := strings.Join(r.errors, "\n")
	r.errors = nil
	return all
}

// call posts a method as a bot does.
func call(t *testing.T, s *Server, method string, params ...string) (code int, description string, result any) {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	r, err := http.PostForm(s.URL()+"/bot"+token+"/"+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var out struct {
		Code        int    `json:"error_code"`
		Description string `json:"description"`
		Result      any    `json:"result"`
	}
	if err := json.NewDecoder(r.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out.Code, out.Description, out.Result
}

// TestRefusals: what the real server refuses is refused, and fails the test of a bot that is mistaken.
func TestRefusals(t *testing.T) {
	t.Parallel()
	failures := &recorder{TB: t}
	s := New(failures, Options{Token: token})
	s.Start(1)
	s.Group(-9, 1)
	text := func(text string) []string { return []string{"chat_id", "1", "parse_mode", "HTML", "text", text} }
	keys := func(markup string) []string { return append(text("x"), "reply_markup", markup) }
	for _, test := range []struct {
		method  string
		params  []string
		says    string // of the answer
		mistake bool   // the test fails
	}{
		{"sendMessage", text("<b>fine</b> &lt;x&gt; &amp; &#39; <i>x</i>"), "", false},
		{"sendMessage", text("a < b"), "can't parse entities", true},
		{"sendMessage", text("<script>x</script>"), "Unsupported start tag", true},
		{"sendMessage", text("<b>x"), "Can't find end tag", true},
		{"sendMessage", text("<b>x</i>"), "Unexpected end tag", true},
		{"sendMessage", text("<b> </b>"), "message text is empty", true},
		{"sendMessage", text(strings.Repeat("x", 4096)), "", false},
		{"sendMessage", text(strings.Repeat("😀", 2049)), "message is too long", true},
		{"sendMessage", []string{"chat_id", "2", "text", "x"}, "chat not found", false},
		{"sendMessage", []string{"chat_id", "1"}, "message text is empty", true},
		{"sendMessage", append(text("x"), "disable_web_page_preview", "true"), "", true},
		{"sendMessage", keys(`{"inline_keyboard":[[{"text":"a","callback_data":"` + strings.Repeat("d", 64) + `"}]]}`), "", false},
		{"sendMessage", keys(`{"inline_keyboard":[[{"text":"a","callback_data":"` + strings.Repeat("d", 65) + `"}]]}`), "BUTTON_DATA_INVALID", true},
		{"sendMessage", keys(`{"inline_keyboard":[[{"text":"a"}]]}`), "exactly one of", true},
		{"sendMessage", keys(`{"inline_keyboard":[[{"text":" ","callback_data":"d"}]]}`), "text buttons are unallowed", true},
		{"sendMessage", keys(`{"inline_keyboard":[[{"text":"a","callback_data":"d","style":"green"}]]}`), "unknown button style", true},
		{"sendMessage", keys(`{"inline_keyboard":[[]]}`), "between 1 and 8", true},
		{"sendMessage", keys(`{"inline_keyboard":[[{"text":"a","url":"javascript:x"}]]}`), "BUTTON_URL_INVALID", true},
		{"editMessageText", append(text("x"), "message_id", "999"), "message to edit not found", false},
		{"editMessageText", append(text("<b>fine</b> &lt;x&gt; &amp; &#39; <i>x</i>"), "message_id", "1"), "message is not modified", false},
		{"answerCallbackQuery", []string{"callback_query_id", "1"}, "query is too old", false},
		{"getUpdates", []string{"timeout", "0"}, "allowed_updates", true},
		{"setWebhook", []string{"url", "http://example.com"}, "HTTPS", true},
		{"setWebhook", []string{"url", "https://example.com:3000"}, "only on ports", true},
		{"setWebhook", []string{"url", "https://example.com", "secret_token", "a b"}, "unallowed characters", true},
		{"setMyCommands", []string{"commands", `[{"command":"Refund","description":"x"}]`}, "BOT_COMMAND_INVALID", true},
		{"setMyCommands", []string{"commands", `[]`, "language_code", "pt-BR"}, "LANG_CODE_INVALID", true},
		{"setMyCommands", []string{"commands", `[]`, "scope", `{"type":"chat","chat_id":77}`}, "chat not found", false},
		{"setMyDescription", []string{"description", strings.Repeat("x", 513)}, "too long", true},
		{"noSuchMethod", nil, "method not found", true},
	} {
		_, says, _ := call(t, s, test.method, test.params...)
		if test.says == "" && says != "" || !strings.Contains(says, test.says) {
			t.Errorf("%s %.80q answers %q, want %q", test.method, test.params, says, test.says)
		}
		if got := failures.take(); (got != "") != test.mistake {
			t.Errorf("%s %.80q fails the test with %q; want it to: %v", test.method, test.params, got, test.mistake)
		}
	}
}

// TestOnePollerAtATime: the newer one sends the older one away, and a webhook both.
func TestOnePollerAtATime(t *testing.T) {
	t.Parallel()
	s := New(t, Options{Token: token})
	first := make(chan string)
	go func() {
		_, says, _ := call(t, s, "getUpdates", "timeout", "20", "allowed_updates", `["message"]`)
		first <- says
	}()
	s.AwaitPoll()
	second := make(chan any)
	go func() {
		_, _, result := call(t, s, "getUpdates", "timeout", "20", "allowed_updates", `["message"]`)
		second <- result
	}()
	if says := <-first; !strings.Contains(says, "terminated by other getUpdates request") {
		t.Errorf("the first is told %q", says)
	}
	update := s.Say(1, "hi")
	if batch, _ := (<-second).([]any); len(batch) != 1 {
		t.Errorf("the second is brought %v", batch)
	}
	if s.Confirmed(update) {
		t.Error("an update is confirmed by being sent")
	}
	call(t, s, "getUpdates", "offset", fmt.Sprint(update+1), "timeout", "0", "allowed_updates", `["message"]`)
	if !s.Confirmed(update) {
		t.Error("an offset behind an update does not confirm it")
	}
	s.SetWebhook("https://example.com", "")
	if code, says, _ := call(t, s, "getUpdates", "timeout", "0", "allowed_updates", `["message"]`); code != 409 || !strings.Contains(says, "webhook is active") {
		t.Errorf("with a webhook a poll is told %d %q", code, says)
	}
}
