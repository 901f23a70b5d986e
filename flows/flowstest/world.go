package flowstest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/actions/ledger"
	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/flows/locales"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

const (
	platform = "test"
	room     = "#approvals"
)

// A Platform is where the people of a world write.
type Platform struct {
	Name   string                   // in identities, conversations and cards
	User   func(name string) string // the platform's id of somebody who is called so in the file
	Chat   func(user string) string // his private chat with the bot
	Room   string                   // where proposals are announced; empty: it has none
	Poster flow.Poster
}

// A world is everything below the chat platform, for real: engine, actions, database, jobs. Only the commerce platform's
// answers, the mailer and the clock are the test's.
type world struct {
	offered  flow.Offer // what stands beside the next remarks
	on       Platform
	away     []string // who is on a platform in memory, though the others are not
	store    *store.Store
	core     *actions.Core
	platform actions.Commerce // as who works in its own panel sees it
	runner   *flow.Runner
	handlers map[string]jobs.Handler
	chats    *chats
	posters  map[string]flow.Poster
	clock    time.Time
	ids      int
	codes    int
	refused  []string          // addresses that the mail server refuses once
	mailed   string            // the link of the last mail into the chat
	links    map[string]string // by address: the last link that puts a change of e-mail back
	tickets  map[string]string // by address: the last link about tickets
	words    *locales.Words
	mu       sync.Mutex
	outside  []string // mails and orders since they were last taken
	audited  int64
	beside   []actions.Room // rooms beside the platform's own
}

func (w *world) now() time.Time { return w.clock }

// rooms are where proposals are announced, as a configuration would name them.
func (w *world) rooms(purpose string) []actions.Room {
	switch {
	case purpose != actions.RoomApprovals:
		return nil
	case w.on.Room != "":
		return append([]actions.Room{{Platform: w.on.Name, Chat: w.on.Room}}, w.beside...)
	}
	return append([]actions.Room{{Platform: platform, Chat: room}}, w.beside...)
}

func (w *world) newID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	return fmt.Sprintf("%026d", w.ids)
}

// open builds a world on a database of its own.
func open(t *testing.T, g given) *world {
	t.Helper()
	return openOn(t, storetest.New(t), g)
}

// openOn builds a world whose chat platform is in memory.
func openOn(t *testing.T, s *store.Store, g given) *world {
	t.Helper()
	c := &chats{messages: map[string][]*message{}}
	return openAt(t, s, g, inMemory(c), c)
}

// inMemory is a platform with a room.
func inMemory(c *chats) Platform {
	return Platform{
		Name: platform, Room: room, Poster: c,
		User: func(name string) string { return name }, Chat: func(user string) string { return "@" + user },
	}
}

// openAt builds a world on a chat platform, with those who are away on one in memory.
func openAt(t *testing.T, s *store.Store, g given, on Platform, memory *chats, away ...string) *world {
	t.Helper()
	w := &world{on: on, store: s, chats: memory, away: away}
	w.clock = when(t, g.Now, time.Time{})
	w.refused = slices.Clone(g.Refused)
	secrets, err := vault.New([]byte("the secret of a shop in a test  "))
	if err != nil {
		t.Fatal(err)
	}
	commerce := actionstest.NewFlaky(ledger.New(w.store, w.now), g.script(t)...)
	if g.Passwords == "platform" {
		commerce.Limit(actions.OpPassword, actions.Assisted)
	}
	g.byHand(commerce)
	w.platform = commerce.Commerce
	w.core = actions.New(actions.Options{Store: w.store, Commerce: ordered{commerce, w}, Guide: g.guide(t), Members: g.members(t, w), Tickets: g.tickets(), Mailer: w, Policy: g.policy(), Shop: g.shop(), Rooms: w.rooms, Now: w.now, NewID: w.newID,
		MailPerMinute: g.PerMinute, Vault: secrets, NewCode: w.newCode, Hooks: calling{w}, Random: &counting{}, PublicURL: func() string { return "https://shop.example" },
		Hours:       actions.DefaultHours(),
		PasswordURL: "https://platform.example/password",
		ChatLink:    func(_ context.Context, words string) string { return "https://chat.example/?start=" + words }})
	w.furnish(t, g)
	shop, err := w.store.In(context.Background()).Account(account)
	if err != nil {
		t.Fatal(err)
	}
	words, err := locales.New(g.Locale, logger(t))
	if err != nil {
		t.Fatal(err)
	}
	w.words = words
	w.runner = flow.NewRunner(flow.Options{
		Store: w.store, Account: account, Flows: flows.All(w.core), Cards: flows.Cards(w.core), Home: flows.Home, Suggest: flows.Suggesters(w.core), Words: words,
		Now: w.now, NewID: w.newID, Log: logger(t), PerMinute: g.Flood,
		Actor: func(ctx context.Context, in flow.Inbound) (actions.Actor, error) {
			return w.core.Actor(ctx, account, in.Platform, in.User, in.PrivateChat(), in.Locale)
		},
	})
	w.posters = map[string]flow.Poster{platform: memory, on.Name: on.Poster}
	notices := &flows.Notices{
		Core: w.core, Store: w.store, Account: shop, Words: words, Cards: flows.Cards(w.core),
		Posters: w.posters, Now: w.now, NewID: w.newID, Log: logger(t),
	}
	w.handlers = w.core.Handlers()
	maps.Copy(w.handlers, notices.Handlers())
	w.audited = w.lastAudit(t)
	return w
}

// where is the platform on which somebody is.
func (w *world) where(name string) Platform {
	if slices.Contains(w.away, name) {
		return inMemory(w.chats)
	}
	return w.on
}

// Send records a mail in place of sending it.
func (w *world) Send(_ context.Context, m actions.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.Index(w.refused, string(m.To)); i >= 0 {
		w.refused = slices.Delete(w.refused, i, i+1)
		return &actions.Error{Code: actions.Invalid, Key: "mail.refused"}
	}
	line := fmt.Sprintf("! mail %s %s", string(m.To), m.Template)
	if m.Values.Code != "" {
		line += " " + m.Values.Code
	}
	if n := len(m.Values.TicketURLs); n > 0 {
		line += fmt.Sprintf(" (%d links of the platform)", n)
	}
	w.outside = append(w.outside, line)
	w.mailed = m.Values.ChatURL
	if m.Values.NotMeURL != "" {
		if w.links == nil {
			w.links = map[string]string{}
		}
		w.links[string(m.To)] = m.Values.NotMeURL
	}
	if m.Values.TicketURL != "" {
		if w.tickets == nil {
			w.tickets = map[string]string{}
		}
		w.tickets[string(m.To)] = m.Values.TicketURL
	}
	return nil
}

// newCode makes one-time codes that a conversation can know: 100001, 100002 …
func (w *world) newCode() (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.codes++
	return fmt.Sprint(100000 + w.codes), nil
}

// counting is chance that a conversation can know: the bytes 0, 1, 2 … so that the first invitation is ABCD-EFGH-JKLM-NPQR.
type counting struct{ next byte }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = c.next
		c.next++
	}
	return len(p), nil
}

// ordered records what is asked of the commerce platform.
type ordered struct {
	actions.Commerce
	w *world
}

func (o ordered) Do(ctx context.Context, order actions.Order) (actions.Outcome, error) {
	out, err := o.Commerce.Do(ctx, order)
	answer := string(out.Kind)
	if err != nil {
		answer = "no answer"
	}
	o.w.mu.Lock()
	defer o.w.mu.Unlock()
	o.w.outside = append(o.w.outside, fmt.Sprintf("! %s %s %s: %s", o.Name(), order.Op, order.Transaction, answer))
	return out, err
}

// settle runs all jobs that are due and returns what happened outside, the audit log first.
func (w *world) settle(t *testing.T) []string {
	t.Helper()
	ctx := context.Background()
	if _, err := w.store.RunDue(ctx, w.handlers, w.clock); err != nil {
		t.Fatalf("jobs: %v", err)
	}
	entries, err := w.store.In(ctx).AuditEntries(account, w.audited, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range entries {
		w.audited = e.Seq
		for _, locale := range flows.Locales {
			if !w.words.Has("history."+e.Action, locale) {
				t.Errorf("the audit log has %s, which has no words in %s", e.Action, locale)
			}
		}
		line := fmt.Sprintf("! audit %s %s %s", cmp.Or(e.ActorName, e.Actor), e.Action, e.Target)
		var data struct{ Reason string }
		_ = json.Unmarshal(e.Data, &data)
		for _, more := range []string{data.Reason, e.Note} {
			if more != "" {
				line += " " + more
			}
		}
		lines = append(lines, line)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	lines = append(lines, w.outside...)
	w.outside = nil
	return lines
}

func (w *world) lastAudit(t *testing.T) int64 {
	t.Helper()
	head, err := w.store.In(context.Background()).AuditHead(account)
	if err != nil {
		t.Fatal(err)
	}
	return head.Seq
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
