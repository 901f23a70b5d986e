// Package faketelegram is Telegram's Bot API as a server for tests: real HTTP, real long polling and webhooks, the rules
// of the real one (who may be written to, what can be edited, how long a text is, one poller at a time), and the answers
// that it gives when it is unwell. It is strict: a request that the real one would refuse or that is not in the
// specification fails the test. It knows no chat library.
//
// people.go is what users do, see.go what they see, fault.go how the server misbehaves on order.
package faketelegram

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Patience is how long a waiting test waits before it fails.
const Patience = time.Minute

// BotID is the bot's user id.
const BotID = 7000

// Username is the bot's name in links and behind commands.
const Username = "cozinha_bot"

// Options are what a Server works with.
type Options struct {
	Token string
	// Validate tells what is wrong with a call by the official specification; nil: the server's own rules alone.
	Validate func(method string, params map[string]any) []string
	// Lenient has calls that the real server refuses answered like there, without failing the test: for tests that
	// provoke them.
	Lenient bool
	// Twice has every update delivered twice: the second time after it was confirmed.
	Twice bool
	// Local is a self-hosted server: webhooks may be plain HTTP on any port.
	Local bool
}

// A Call is one request of the bot.
type Call struct {
	Method string
	Params map[string]any
}

// A Server is Telegram for one bot.
type Server struct {
	Options
	t    testing.TB
	http *httptest.Server

	mu      sync.Mutex // guards all below
	changed *sync.Cond
	closed  chan struct{}
	done    bool
	workers sync.WaitGroup

	chats    map[int64]*chat
	uploads  map[string]Upload // what users sent, by id
	messages int               // ids given so far
	queries  map[string]*query
	calls    []Call
	faults   map[string][]Fault
	revoked  bool

	inbox    []*update
	updates  int // ids given so far
	pollers  int
	poll     int // the newest poller; older ones are sent away
	webhook  webhook
	reach    map[string]string
	profile  map[string]string              // descriptions, by method and language
	commands map[string][]map[string]string // by scope and language
	menu     string
}

// New starts a server for the test.
func New(t testing.TB, o Options) *Server {
	s := &Server{
		Options: o, t: t, closed: make(chan struct{}), chats: map[int64]*chat{}, uploads: map[string]Upload{}, queries: map[string]*query{}, faults: map[string][]Fault{},
		reach: map[string]string{}, profile: map[string]string{}, commands: map[string][]map[string]string{}, updates: 900_000, menu: "default",
	}
	s.changed = sync.NewCond(&s.mu)
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

// URL is the server's address, to be configured as api_url.
func (s *Server) URL() string { return s.http.URL }

// Close stops the server: polls are answered, deliveries end.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.done {
		s.done = true
		close(s.closed)
		s.changed.Broadcast()
	}
	s.mu.Unlock()
	s.http.CloseClientConnections()
	s.http.Close()
	s.workers.Wait()
}

// Revoke makes the token worthless, as @BotFather does.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
	s.changed.Broadcast()
}

// Calls returns the calls of the methods so far, oldest first; all but polls without names.
func (s *Server) Calls(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var calls []Call
	for _, c := range s.calls {
		if slices.Contains(methods, c.Method) || len(methods) == 0 && c.Method != "getUpdates" {
			calls = append(calls, c)
		}
	}
	return calls
}

// Await waits until the method has been called n times in all.
func (s *Server) Await(method string, n int) {
	s.t.Helper()
	s.wait(method+" to be called", func() bool {
		count := 0
		for _, c := range s.calls {
			if c.Method == method {
				count++
			}
		}
		return count >= n
	})
}

// wait blocks until the condition, which is asked under the lock, holds.
func (s *Server) wait(what string, until func() bool) {
	s.t.Helper()
	late := false
	alarm := time.AfterFunc(Patience, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		late = true
		s.changed.Broadcast()
	})
	defer alarm.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for !until() {
		if late || s.done {
			s.t.Errorf("faketelegram: waited in vain for %s", what)
			return
		}
		s.changed.Wait()
	}
}

// serve answers POST /bot<token>/<method>.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/file/") {
		s.serveFile(w, r)
		return
	}
	token, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if !ok || !strings.HasPrefix(r.URL.Path, "/bot") {
		http.NotFound(w, r)
		return
	}
	s.mu.Lock()
	revoked := s.revoked
	s.mu.Unlock()
	if token != s.Token || revoked {
		reply(w, refuse(http.StatusUnauthorized, "Unauthorized"))
		return
	}
	params, problems := s.params(method, r)
	s.mu.Lock()
	s.calls = append(s.calls, Call{method, params})
	fault, faulty := s.fault(method)
	s.changed.Broadcast()
	s.mu.Unlock()
	for _, p := range problems {
		s.t.Errorf("faketelegram: %s: %s", method, p)
	}
	if faulty && fault.Until != nil {
		select {
		case <-fault.Until:
		case <-r.Context().Done():
		}
		faulty = false
	}
	if faulty && !fault.After {
		s.misbehave(w, r, fault)
		return
	}
	out := s.act(r, method, params)
	if out.code >= 400 && !s.Lenient && !out.expected {
		s.t.Errorf("faketelegram: %s %v: %s", method, params, out.description)
	}
	if faulty {
		s.misbehave(w, r, fault)
		return
	}
	reply(w, out)
}

// An outcome is what a method answers.
type outcome struct {
	code        int
	result      any
	description string
	retryAfter  int
	migrate     int64
	expected    bool // a refusal that a correct bot meets too
}

func result(v any) outcome { return outcome{result: v} }

func refuse(code int, description string) outcome {
	return outcome{code: code, description: description, expected: true}
}

// wrong is a refusal that only a mistaken bot meets.
func wrong(description string) outcome {
	return outcome{code: http.StatusBadRequest, description: "Bad Request: " + description}
}

func reply(w http.ResponseWriter, o outcome) {
	body := map[string]any{"ok": o.code == 0, "result": o.result}
	if o.code != 0 {
		body = map[string]any{"ok": false, "error_code": o.code, "description": o.description}
		parameters := map[string]any{}
		if o.retryAfter > 0 {
			parameters["retry_after"] = o.retryAfter
		}
		if o.migrate != 0 {
			parameters["migrate_to_chat_id"] = o.migrate
		}
		if len(parameters) > 0 {
			body["parameters"] = parameters
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if o.code != 0 {
		w.WriteHeader(o.code)
	}
	_ = json.NewEncoder(w).Encode(body) // the bot has gone if it fails
}
