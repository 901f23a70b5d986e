// Package fakediscord is Discord as a server for tests: its REST API and its gateway over real HTTP and WebSocket, signed
// calls to an interactions endpoint, the rules of the real one (one first answer within three seconds, no modal after a
// promise, what one person sees can only be edited by its interaction), and the answers that it gives when it is unwell.
// It is strict: a request that the real one would refuse or that is not in the specification fails the test. It knows no
// chat library.
//
// people.go is what users do, see.go what they see, fault.go how the server misbehaves on order.
package fakediscord

import (
	"cmp"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Patience is how long a waiting test waits before it fails.
const Patience = time.Minute

// The ids of this Discord: the bot, its application, the one server, and a room of it.
const (
	ApplicationID = "900000000000000000"
	BotID         = "900000000000000001"
	GuildID       = "700000000000000000"
	OtherGuildID  = "700000000000000009"
	Room          = "800000000000000001"
)

// The times that Discord gives.
const (
	respondWithin = 3 * time.Second
	tokenLasts    = 15 * time.Minute
)

// Options are what a Server works with.
type Options struct {
	Token string
	// Endpoint is the address of the interactions endpoint; empty: interactions go over the gateway.
	Endpoint string
	// Validate tells what is wrong with a call by the official specification, and ValidateCallback with a first answer;
	// nil: the server's own rules alone.
	Validate         func(method, path string, body []byte) []string
	ValidateCallback func(body []byte) []string
	// Lenient has calls that the real server refuses answered like there, without failing the test: for tests that
	// provoke them.
	Lenient bool
	// Within is how long the first answer may take; 0: Discord's three seconds. Tests that are not about that give more,
	// for slow machines.
	Within time.Duration
	// Now is Discord's clock; nil: the real one.
	Now func() time.Time
}

// A Call is one request of the bot.
type Call struct {
	Method string
	Path   string // below /api/v10/
	Body   string
}

// A Server is Discord for one bot.
type Server struct {
	Options
	t    testing.TB
	http *httptest.Server
	key  ed25519.PrivateKey

	mu      sync.Mutex // guards all below
	changed *sync.Cond
	changes int // counted, so that one between a look and a wait is not missed
	stopped chan struct{}
	done    bool
	workers sync.WaitGroup

	ids       int
	exchanges map[string]*exchange // by token
	messages  []*Message
	nonces    map[string]string // of messages, by channel and nonce
	directs   map[string]string // channels of private chats, by user
	modals    map[string]*Modal // open ones, by user
	closed    map[string]bool   // users who take no private messages
	hidden    map[string]bool   // channels that the bot cannot see
	calls     []Call
	faults    []*order
	revoked   bool
	endpoint  string // stored in the application's settings
	commands  map[string][]map[string]any
	outside   bool // the bot is not in the server
	granted   uint64
	threads   map[string]bool   // below messages of the room, by their ids; false: deleted
	kept      map[string][]byte // attachments of people, by id
	fetched   int
	content   bool // the intent that brings what is written in servers is switched on
	gateway   gateway
}

// New starts a server for the test.
func New(t testing.TB, o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Within = cmp.Or(o.Within, respondWithin)
	seed := sha256.Sum256([]byte("fakediscord"))
	s := &Server{
		Options: o, t: t, key: ed25519.NewKeyFromSeed(seed[:]), stopped: make(chan struct{}), exchanges: map[string]*exchange{},
		nonces: map[string]string{}, directs: map[string]string{}, modals: map[string]*Modal{}, closed: map[string]bool{},
		hidden: map[string]bool{}, commands: map[string][]map[string]any{}, endpoint: o.Endpoint, granted: 1<<10 | 1<<11 | 1<<14 | 1<<16 | 1<<35 | 1<<38,
		threads: map[string]bool{}, content: true, kept: map[string][]byte{},
	}
	s.changed = sync.NewCond(&s.mu)
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

// URL is the API's address, to be configured as api_url.
func (s *Server) URL() string { return s.http.URL + "/api/v10/" }

// PublicKey is that of the application, as the portal shows it.
func (s *Server) PublicKey() string { return hex.EncodeToString(s.key.Public().(ed25519.PublicKey)) }

// Close stops the server.
func (s *Server) Close() {
	s.mu.Lock()
	if s.done {
		s.mu.Unlock()
		return
	}
	s.done = true
	close(s.stopped)
	s.tell()
	s.mu.Unlock()
	s.Cut()
	s.http.CloseClientConnections()
	s.http.Close()
	s.workers.Wait()
}

// Revoke makes the token worthless, as the portal does.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
}

// CloseDirect has a user take no private messages.
func (s *Server) CloseDirect(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed[user] = true
}

// Hide takes the bot's right to see a channel.
func (s *Server) Hide(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hidden[channel] = true
}

// Store sets the endpoint in the application's settings, Leave takes the bot out of the server, and Grant says what it may
// do there.
func (s *Server) Store(endpoint string) { s.mu.Lock(); s.endpoint = endpoint; s.mu.Unlock() }

// Leave takes the bot out of the server.
func (s *Server) Leave() { s.mu.Lock(); s.outside = true; s.mu.Unlock() }

// Grant says what everybody, and so the bot, may do in the server.
func (s *Server) Grant(permissions uint64) { s.mu.Lock(); s.granted = permissions; s.mu.Unlock() }

// Calls returns the calls so far whose method and path contain the text, oldest first.
func (s *Server) Calls(text string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var calls []Call
	for _, c := range s.calls {
		if strings.Contains(c.Method+" "+c.Path, text) {
			calls = append(calls, c)
		}
	}
	return calls
}

// Wait waits until something is so.
func (s *Server) Wait(what string, so func() bool) {
	s.t.Helper()
	late := time.Now().Add(Patience)
	wake := time.AfterFunc(Patience, s.changed.Broadcast)
	defer wake.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		looked := s.changes
		s.mu.Unlock()
		ok := so()
		s.mu.Lock()
		if ok {
			return
		}
		if time.Now().After(late) {
			s.t.Errorf("fakediscord: waited %s for %s", Patience, what)
			return
		}
		if s.changes == looked {
			s.changed.Wait()
		}
	}
}

// tell wakes those who wait for something. The caller holds the lock.
func (s *Server) tell() {
	s.changes++
	s.changed.Broadcast()
}

// id makes the next id. The caller holds the lock.
func (s *Server) id() string {
	s.ids++
	return fmt.Sprintf("1%017d", s.ids)
}

// wrong tells the test of something that the real server would not take.
func (s *Server) wrong(format string, args ...any) {
	if !s.Lenient {
		s.t.Errorf("fakediscord: "+format, args...)
	}
}

// An answer is what a call gets.
type answer struct {
	status int
	body   any
}

func ok(body any) answer { return answer{http.StatusOK, body} }

func done() answer { return answer{http.StatusNoContent, nil} }

// refuse is an error in Discord's own form.
func refuse(status, code int, text string) answer {
	return answer{status, map[string]any{"code": code, "message": text}}
}

func write(w http.ResponseWriter, a answer) {
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body) // the bot has gone if it fails
}

// serve takes one request of the bot.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/ws") {
		s.socket(w, r)
		return
	}
	if id, ok := strings.CutPrefix(r.URL.Path, "/attachments/"); ok {
		s.attachment(w, r, id)
		return
	}
	body, _ := io.ReadAll(r.Body) // cut off: what is there is judged
	path, known := strings.CutPrefix(r.URL.Path, "/api/v10/")
	if !known {
		s.wrong("%s %s: not version 10", r.Method, r.URL.Path)
		write(w, refuse(http.StatusNotFound, 0, "404: Not Found"))
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, Call{r.Method, path, string(body)})
	fault, ill := s.fault(r.Method + " " + path)
	s.tell()
	s.mu.Unlock()
	if ill && !fault.After {
		if fault.Until != nil {
			select {
			case <-fault.Until:
			case <-s.stopped:
			}
			ill = false
		} else {
			s.misbehave(w, r, fault)
			return
		}
	}
	a := s.answer(r, path, body)
	s.mu.Lock()
	s.tell()
	s.mu.Unlock()
	if ill {
		s.misbehave(w, r, fault)
		return
	}
	write(w, a)
}

// answer does what a request asks for.
func (s *Server) answer(r *http.Request, path string, body []byte) answer {
	if !strings.HasPrefix(r.UserAgent(), "DiscordBot (") {
		s.wrong("%s %s: user agent %q", r.Method, path, r.UserAgent())
	}
	body, files, refused := s.parts(r, path, body)
	if refused != nil {
		return *refused
	}
	if files == nil && len(body) > 0 && r.Header.Get("Content-Type") != "application/json" {
		s.wrong("%s %s: content type %q", r.Method, path, r.Header.Get("Content-Type"))
	}
	parts := strings.Split(path, "/")
	bare := parts[0] == "webhooks" || parts[0] == "interactions" || path == "gateway"
	s.mu.Lock()
	revoked := s.revoked
	s.mu.Unlock()
	if !bare && (revoked || r.Header.Get("Authorization") != "Bot "+s.Token) {
		return refuse(http.StatusUnauthorized, 0, "401: Unauthorized")
	}
	if problems := s.validate(r.Method, path, body); len(problems) > 0 {
		s.wrong("%s %s: %s\n%s", r.Method, path, strings.Join(problems, "; "), body)
		return answer{http.StatusBadRequest, map[string]any{"code": 50035, "message": "Invalid Form Body", "errors": problems}}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch parts[0] {
	case "interactions":
		return s.callback(parts, r.URL.Query().Get("with_response") == "true", body)
	case "webhooks":
		return s.webhook(r.Method, parts, body)
	case "channels":
		return s.channel(r.Method, parts, body, files)
	case "applications":
		return s.application(r.Method, parts, body)
	}
	return s.lookUp(r.Method, path, body)
}

func (s *Server) validate(method, path string, body []byte) []string {
	if s.Validate == nil {
		return nil
	}
	return s.Validate(method, "/"+path, body)
}
