// Package fakeslack is Slack for tests: the Web API over HTTP, deliveries over signed HTTP or Socket Mode, response
// addresses, modals, the home tab, and people who type and press. It keeps what Slack keeps, enforces what Slack
// enforces, and checks every body it gets against Slack's published descriptions: a violation fails the test with its
// JSON path. It can misbehave on order; see Fault.
package fakeslack

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
)

// What the workspace is called.
const (
	Team          = "T0SHOP"
	TeamName      = "Cozinha da Ana"
	App           = "A0DESK"
	Bot           = "B0DESK"
	BotUser       = "U0DESK"
	BotToken      = "xoxb-1-fake"
	AppToken      = "xapp-1-fake"
	SigningSecret = "8f742231b10e8888abcd99yyyzzz85a5"
)

// Windows of Slack (platform-limits.json, slack.timing).
const (
	ackWindow     = 3 * time.Second
	triggerWindow = 3 * time.Second
	replyWindow   = 30 * time.Minute
	replyUses     = 5
)

// A Slack is one workspace with one app installed.
type Slack struct {
	// Scopes is what X-OAuth-Scopes says.
	Scopes string
	// Target is where deliveries go over HTTP: the address before /slack/…; empty: Socket Mode.
	Target string
	// Anything lets bodies pass that the specifications refuse, for tests of the fake itself.
	Anything bool

	t      testing.TB
	specs  *specs.Specs
	server *httptest.Server
	client *http.Client

	mu       sync.Mutex
	changed  *sync.Cond
	serial   int
	users    map[string]*User
	channels map[string]*channel
	triggers map[string]*trigger
	urls     map[string]*responseURL
	views    map[string]*View
	stacks   map[string][]*View // open modals by user, the top one last
	homes    map[string]map[string]any
	faults   map[string][]Fault
	uploads  map[string]*upload // by id
	kept     map[string][]byte  // files that people shared, by id
	fetched  int
	calls    []Call
	last     map[string]Delivery // by user
	line     line
}

// A User is somebody in the workspace.
type User struct{ ID, Name, Locale string }

type channel struct {
	id, name string
	members  map[string]bool
	archived bool
	messages []*Message
}

// A Message is what stands in a channel.
type Message struct {
	Channel, TS, Thread string
	User                string // empty: the bot
	Text                string
	Blocks              []any
	Files               []File
	For                 string // the one person who sees it; empty: everybody there
	gone                bool
}

// A View is a modal.
type View struct {
	ID, User string
	Raw      map[string]any
	Errors   map[string]string // beside its fields, by block id
	hash     string
	typed    map[string]string // what stands in its fields, by block id: Slack keeps it as long as the block stays
}

type trigger struct {
	user string
	made time.Time
	used bool
}

type responseURL struct {
	channel, user, original string // original: ts of the message that was pressed
	ephemeral               bool
	made                    time.Time
	uses                    int
}

// A Call is one call that the app made.
type Call struct {
	Method string
	Body   map[string]any
}

// New opens a workspace without people.
func New(t testing.TB) *Slack {
	t.Helper()
	s := &Slack{
		Scopes: "app_mentions:read,channels:history,channels:read,chat:write,commands,files:read,files:write,groups:history,groups:read,im:history,im:write,users:read",
		t:      t, specs: specs.Load(t), client: &http.Client{Timeout: 10 * time.Second},
		users: map[string]*User{}, channels: map[string]*channel{}, triggers: map[string]*trigger{}, urls: map[string]*responseURL{},
		views: map[string]*View{}, stacks: map[string][]*View{}, homes: map[string]map[string]any{}, faults: map[string][]Fault{}, uploads: map[string]*upload{}, kept: map[string][]byte{}, last: map[string]Delivery{},
	}
	s.changed = sync.NewCond(&s.mu)
	s.line.sent = map[string]*envelope{}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveMethod)
	mux.HandleFunc("POST /respond/{id}", s.serveResponse)
	mux.HandleFunc("POST /upload/{secret}", s.serveUpload)
	mux.HandleFunc("GET /files-pri/{id}", s.serveFile)
	mux.HandleFunc("GET /socket", s.serveSocket)
	s.server = httptest.NewServer(mux)
	t.Cleanup(func() {
		s.line.closeAll()
		s.server.CloseClientConnections() // a call that was told to hang
		s.server.Close()
		s.client.CloseIdleConnections()
	})
	return s
}

// URL is the base of the Web API.
func (s *Slack) URL() string { return s.server.URL + "/api/" }

// AddUser adds somebody with his direct channel with the bot.
func (s *Slack) AddUser(id, name, locale string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[id] = &User{id, name, locale}
	s.channels[directOf(id)] = &channel{id: directOf(id), members: map[string]bool{id: true, BotUser: true}}
}

// Knows reports whether somebody is in the workspace.
func (s *Slack) Knows(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.users[id]
	return ok
}

// Join takes a member into a channel.
func (s *Slack) Join(id, member string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[id].members[member] = true
}

// directOf is the channel in which the bot and somebody write to each other.
func directOf(user string) string { return "D" + user[1:] }

// Direct is the channel in which the bot and somebody write to each other.
func (s *Slack) Direct(user string) string { return directOf(user) }

// AddChannel adds a channel; BotUser among the members lets the bot in.
func (s *Slack) AddChannel(id, name string, members ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &channel{id: id, name: name, members: map[string]bool{}}
	for _, m := range members {
		c.members[m] = true
	}
	s.channels[id] = c
}

// Archive archives a channel.
func (s *Slack) Archive(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[id].archived = true
}

// Leave takes a member out of a channel.
func (s *Slack) Leave(id, member string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.channels[id].members, member)
}

// ExpireTriggers makes all triggers too old, as if three seconds had passed.
func (s *Slack) ExpireTriggers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.triggers {
		t.made = t.made.Add(-triggerWindow)
	}
}

// ExpireResponses makes all response addresses too old, as if thirty minutes had passed.
func (s *Slack) ExpireResponses() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.urls {
		u.made = u.made.Add(-replyWindow)
	}
}

// Calls lists the calls of a method so far; all of them for "".
func (s *Slack) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			all = append(all, c)
		}
	}
	return all
}

// Messages lists what somebody sees in a channel, oldest first.
func (s *Slack) Messages(channel, reader string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.channels[channel]
	if !ok || !c.members[reader] {
		return nil
	}
	var all []Message
	for _, m := range c.messages {
		if !m.gone && (m.For == "" || m.For == reader) {
			all = append(all, *m)
		}
	}
	return all
}

// Modal is the modal that somebody looks at.
func (s *Slack) Modal(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stack := s.stacks[user]
	if len(stack) == 0 {
		return View{}, false
	}
	return *stack[len(stack)-1], true
}

// Home is somebody's home tab; nil before it was published.
func (s *Slack) Home(user string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.homes[user]
}

// next is a new number for an id; the caller holds the lock.
func (s *Slack) next() int {
	s.serial++
	return s.serial
}

// ts is the time stamp of a new message: unique in the workspace, and growing.
func (s *Slack) ts() string { return fmt.Sprintf("1790000000.%06d", s.next()) }

// violation fails the test: the app has done what Slack would refuse, or not what it must.
func (s *Slack) violation(format string, args ...any) {
	if !s.Anything {
		s.t.Errorf("slack: "+format, args...)
	}
}
