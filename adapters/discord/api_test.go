package discord

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakediscord"
	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// A clock stands still but for those who sleep on it.
type clock struct {
	mu    sync.Mutex
	at    time.Time
	slept []time.Duration
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *clock) sleep(_ context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	c.slept = append(c.slept, d)
	return nil
}

func (c *clock) total() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	var sum time.Duration
	for _, d := range c.slept {
		sum += d
	}
	return sum
}

// idle is an adapter that is not run, on a clock.
func idle(t *testing.T, settings ...setting) (*world, *Adapter, *clock) {
	t.Helper()
	c := &clock{at: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)}
	w := prepare(t, ModeGateway, showing(menuCard("Here")), append(settings, options(func(o *Options) { o.Now = c.now }))...)
	a := w.new()
	a.api.sleep = c.sleep
	w.current.Store(a)
	return w, a, c
}

// TestRateLimits: a limit is waited for as long as an adapter may, and longer ones are for later; nothing is lost and
// nothing doubled.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	limited := func(after float64, global bool) fakediscord.Fault {
		return fakediscord.Fault{RetryAfter: after, Global: global}
	}
	for _, c := range []struct {
		name   string
		faults []fakediscord.Fault
		slept  time.Duration
		busy   time.Duration // 0: posted
	}{
		{"short", []fakediscord.Fault{limited(0.65, false)}, 650 * time.Millisecond, 0},
		{"twice", []fakediscord.Fault{limited(1, false), limited(2, false)}, 3 * time.Second, 0},
		{"global", []fakediscord.Fault{limited(4, true)}, 4 * time.Second, 0},
		{"long", []fakediscord.Fault{limited(300, false)}, 0, 300 * time.Second},
		{"again and again", []fakediscord.Fault{limited(4, false), limited(4, false), limited(4, false)}, 8 * time.Second, 4 * time.Second},
		{"a page of the edge", []fakediscord.Fault{{Status: 429, Body: "<html>error 1015</html>"}}, 0, edgeWait},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, a, clock := idle(t)
			w.fake.Next("POST channels/", c.faults...)
			_, err := a.Poster().Post(t.Context(), fakediscord.Room, menuCard("Decide", "Approve"))
			var busy *flow.Busy
			switch {
			case c.busy == 0 && err != nil:
				t.Errorf("not posted: %v", err)
			case c.busy > 0 && (!errors.As(err, &busy) || busy.After != c.busy):
				t.Errorf("error is %v, want to be busy for %s", err, c.busy)
			}
			if got := clock.total(); got != c.slept {
				t.Errorf("waited %s, want %s", got, c.slept)
			}
			if n := len(w.fake.See(ana, fakediscord.Room)); c.busy == 0 && n != 1 || c.busy > 0 && n != 0 {
				t.Errorf("%d cards stand there", n)
			}
			if c.busy == 0 {
				return
			}
			// Until then nobody even asks, and other routes go on.
			calls := len(w.fake.Calls("POST channels/"))
			if _, err := a.Poster().Post(t.Context(), fakediscord.Room, menuCard("Decide", "Approve")); c.busy > chat.MaxWait && (!errors.As(err, &busy) || len(w.fake.Calls("POST channels/")) != calls) {
				t.Errorf("the next post: %v, with %d calls more", err, len(w.fake.Calls("POST channels/"))-calls)
			}
			if _, err := a.Poster().Post(t.Context(), direct+bia, menuCard("Decide")); err != nil {
				t.Errorf("another chat: %v", err)
			}
		})
	}
}

// TestFlood: many cards at once into a room that is limited all the time; each comes once.
func TestFlood(t *testing.T) {
	t.Parallel()
	w, a, _ := idle(t)
	const cards = 60
	for range 20 {
		w.fake.Next("POST channels/", fakediscord.Fault{RetryAfter: 0.3})
	}
	w.fake.Next("POST channels/", fakediscord.Fault{After: true, Cut: true}, fakediscord.Fault{Cut: true})
	var wait sync.WaitGroup
	for i := range cards {
		wait.Go(func() {
			for {
				_, err := a.Poster().Post(context.Background(), fakediscord.Room, menuCard(fmt.Sprintf("Card number %d.", i)))
				var busy *flow.Busy
				if errors.As(err, &busy) {
					continue // the job comes again
				}
				if err != nil {
					t.Errorf("card %d: %v", i, err)
				}
				return
			}
		})
	}
	wait.Wait()
	seen := map[string]int{}
	for _, m := range w.fake.See(ana, fakediscord.Room) {
		seen[m.Text()]++
	}
	for i := range cards {
		if n := seen[fmt.Sprintf("Card number %d.", i)]; n != 1 {
			t.Errorf("card %d stands there %d times", i, n)
		}
	}
}

// TestEmptyBucket: when Discord says that the bucket is empty, the next call waits before it is refused.
func TestEmptyBucket(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Now()}
	l := newLimits(c.now)
	l.heed("POST x", http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset-After": {"1.5"}})
	l.heed("POST y", http.Header{"X-Ratelimit-Remaining": {"3"}, "X-Ratelimit-Reset-After": {"1.5"}})
	l.heed("POST z", http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset-After": {"soon"}})
	if l.wait("POST x") != 1500*time.Millisecond || l.wait("POST y") != 0 || l.wait("POST z") != 0 {
		t.Errorf("wait %s, %s, %s", l.wait("POST x"), l.wait("POST y"), l.wait("POST z"))
	}
	for i := range 3 * maxRoutes {
		l.stop(fmt.Sprint(i), time.Second)
		if i%1000 == 0 {
			_ = c.sleep(t.Context(), 2*time.Second) // moves the clock
		}
	}
	if len(l.until) > maxRoutes+1000 {
		t.Errorf("%d routes are remembered", len(l.until))
	}
}

// TestUnreachable: what the engine is told of chats that cannot be written to.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, chat string
		do         func(*fakediscord.Server)
		why        string
	}{
		{"closed", direct + bia, func(s *fakediscord.Server) { s.CloseDirect(bia) }, flow.Closed},
		{"no common server", direct + bia, func(s *fakediscord.Server) {
			s.Next("POST channels", fakediscord.Fault{Status: 403, Code: 50278, Body: "No mutual guilds"})
		}, flow.Closed},
		{"no such person", direct + bia, func(s *fakediscord.Server) {
			s.Next("users/@me/channels", fakediscord.Fault{Status: 400, Code: 10013, Body: "Unknown User"})
		}, flow.Blocked},
		{"hidden room", fakediscord.Room, func(s *fakediscord.Server) { s.Hide(fakediscord.Room) }, flow.Left},
		{"room that is gone", "800000000000000777", func(*fakediscord.Server) {}, flow.Left},
		{"may not write", fakediscord.Room, func(s *fakediscord.Server) {
			s.Next("POST channels", fakediscord.Fault{Status: 403, Code: 50013, Body: "Missing Permissions"})
		}, flow.Left},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, a, _ := idle(t)
			c.do(w.fake)
			_, err := a.Poster().Post(t.Context(), c.chat, menuCard("News"))
			var u *flow.Unreachable
			if !errors.As(err, &u) || u.Why != c.why {
				t.Errorf("error is %v, want unreachable: %s", err, c.why)
			}
		})
	}
}

// TestEdit: what is gone is told as such; what was lost on the way is repeated.
func TestEdit(t *testing.T) {
	t.Parallel()
	w, a, _ := idle(t)
	id, err := a.Poster().Post(t.Context(), fakediscord.Room, menuCard("Decide", "Approve"))
	if err != nil {
		t.Fatal(err)
	}
	w.fake.Next("PATCH channels", fakediscord.Fault{Cut: true}, fakediscord.Fault{After: true, Status: 503, Body: "<html>"})
	if err := a.Poster().Edit(t.Context(), fakediscord.Room, id, flow.Shown{Title: "Approved", Ended: true}); err != nil {
		t.Errorf("edit: %v", err)
	}
	if m := w.only(ana, fakediscord.Room); m.Text() != "Approved" || len(m.Components) > 0 {
		t.Errorf("the card is %+v", m)
	}
	for name, id := range map[string]string{"gone": "1999", "whispered": whisper + id, "none": ""} {
		if err := a.Poster().Edit(t.Context(), fakediscord.Room, id, menuCard("x")); !errors.Is(err, flow.ErrGone) {
			t.Errorf("%s: %v, want it to be gone", name, err)
		}
	}
	long := menuCard("Long", "Approve")
	long.Body = []string{strings.Repeat("word ", 3000)}
	if err := a.Poster().Edit(t.Context(), fakediscord.Room, id, long); err != nil {
		t.Errorf("a long one: %v", err)
	}
	if m := w.only(ana, fakediscord.Room); len(m.Components) != 1 {
		t.Errorf("a long one has lost its buttons: %+v", m)
	}
}

// TestSecrets: every way in which a call fails, with the bot's token and an interaction's looked for in what is said.
func TestSecrets(t *testing.T) {
	t.Parallel()
	echo := `{"code":50001,"message":"` + marker + `"}`
	for name, fault := range map[string]fakediscord.Fault{
		"refused": {Status: 403, Code: 50001, Body: "Missing Access"}, "unauthorized": {Status: 401, Code: 1, Body: marker}, "echo": {Status: 400, Body: echo},
		"page": {Status: 500, Body: "<html>" + marker + "</html>"}, "cut": {Cut: true}, "hang": {Hang: true}, "not JSON": {Status: 200, Body: "<html>" + marker},
		"limit": {RetryAfter: 1000}, "redirect": {Status: 302, Body: "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, a, _ := idle(t, lenient)
			if name == "hang" {
				a.api.client = &http.Client{Timeout: 50 * time.Millisecond}
			}
			if name == "echo" {
				theirs := fakediscord.Fault{Status: 400, Body: `{"code":50001,"message":"/aW50ZXJhY3Rpb24-secret/ is wrong"}`}
				w.fake.Next("callback", theirs, theirs, theirs)
				w.fake.Next("webhooks", theirs, theirs, theirs)
			}
			for range 40 {
				w.fake.Next("", fault)
			}
			i := interaction{ID: "1", ApplicationID: fakediscord.ApplicationID, Token: "aW50ZXJhY3Rpb24-secret"}
			silent(t, w, a, i)
		})
	}
	for name, transport := range map[string]http.RoundTripper{
		"no such name": &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host " + marker, Name: "discord.com", IsNotFound: true}
		}},
		"refused connection": &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("refused " + marker) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, a, _ := idle(t)
			a.api.client = &http.Client{Transport: transport}
			silent(t, w, a, interaction{ID: "1", ApplicationID: fakediscord.ApplicationID, Token: "aW50ZXJhY3Rpb24-secret"})
		})
	}
}

// silent makes every kind of call fail.
func silent(t *testing.T, w *world, a *Adapter, i interaction) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var said strings.Builder
	say := func(what any) { fmt.Fprintf(&said, "%v\n%+v\n", what, what) }
	for _, call := range []func() error{
		func() error { _, err := a.Poster().Post(ctx, direct+ana, menuCard("x")); return err },
		func() error { _, err := a.Poster().Post(ctx, fakediscord.Room, menuCard("x")); return err },
		func() error { return a.Poster().Edit(ctx, fakediscord.Room, "1", menuCard("x")) },
		func() error {
			_, err := a.Poster().(flow.FilePoster).PostFile(ctx, direct+ana, flow.File{Name: "x.csv", Body: []byte("x")})
			return err
		},
		func() error {
			_, err := a.api.respond(ctx, i, callback{Type: answerMessage, Data: plain("x")})
			return err
		},
		func() error { _, err := a.api.editFirst(ctx, i, plain("x")); return err },
		func() error { _, err := a.api.follow(ctx, i, plain("x")); return err },
		func() error { return a.api.dropFirst(ctx, i) },
		func() error { return a.Setup(ctx, &said) },
		func() error {
			x := a.begin(i, flow.Inbound{ID: "i:1", Chat: fakediscord.Room, Direct: direct + ana, User: ana, Shared: true}, &callbacks{a, i})
			x.run(ctx)
			return nil
		},
	} {
		say(call())
	}
	for _, f := range a.Check(ctx, "https://support.example.com") {
		say(f)
	}
	a.down(errors.New(marker))
	say(a.Ready(ctx))
	said.WriteString(w.log.String())
	for _, secret := range []string{"SECRET-marker", "aW50ZXJhY3Rpb24-secret"} {
		if at := strings.Index(said.String(), secret); at >= 0 {
			t.Errorf("a token is said: …%s…", said.String()[max(0, at-200):min(said.Len(), at+100)])
		}
	}
}
