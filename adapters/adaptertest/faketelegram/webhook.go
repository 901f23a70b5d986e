package faketelegram

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// retryAfter is how soon a refused delivery is repeated; the real server is less eager.
const retryAfter = 20 * time.Millisecond

var secretToken = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// A webhook is where updates go.
type webhook struct {
	url, secret string
	max         int
	allowed     []string
	lastError   string
}

func (s *Server) setWebhook(p map[string]any) outcome {
	at, err := url.Parse(str(p["url"]))
	switch {
	case err != nil || at.Host == "":
		return wrong("bad webhook: invalid URL")
	case !s.Local && at.Scheme != "https":
		return wrong("bad webhook: An HTTPS URL must be provided for webhook")
	case !s.Local && !slices.Contains([]string{"", "443", "80", "88", "8443"}, at.Port()):
		return wrong("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	case p["secret_token"] != nil && !secretToken.MatchString(str(p["secret_token"])):
		return wrong("secret token contains unallowed characters")
	}
	s.webhook = webhook{url: str(p["url"]), secret: str(p["secret_token"]), max: int(num(p["max_connections"]))}
	if s.webhook.max == 0 {
		s.webhook.max = 40
	}
	if err := into(p["allowed_updates"], &s.webhook.allowed); err != nil && p["allowed_updates"] != nil {
		return wrong("can't parse allowed_updates")
	}
	s.push()
	return result(true)
}

func (s *Server) deleteWebhook() outcome {
	s.webhook = webhook{}
	return result(true)
}

func (s *Server) getWebhookInfo() outcome {
	pending := 0
	for _, u := range s.inbox {
		if !u.done {
			pending++
		}
	}
	info := map[string]any{"url": s.webhook.url, "has_custom_certificate": false, "pending_update_count": pending}
	if s.webhook.url != "" {
		info["max_connections"], info["allowed_updates"] = s.webhook.max, s.webhook.allowed
	}
	if s.webhook.lastError != "" {
		info["last_error_date"], info["last_error_message"] = 1_790_000_000, s.webhook.lastError
	}
	return result(info)
}

// SetWebhook points the webhook somewhere, as another program with the same token would.
func (s *Server) SetWebhook(url, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.webhook = webhook{url: url, secret: secret, max: 40, allowed: []string{"message", "callback_query"}}
	s.changed.Broadcast()
	s.push()
}

// Webhook tells where updates go and with which secret.
func (s *Server) Webhook() (url, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.webhook.url, s.webhook.secret
}

// Reach has deliveries to an address of the internet go to a server of the test.
func (s *Server) Reach(public, local string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reach[public] = local
	s.push()
}

// push delivers what waits: one update of each chat at a time, in order. The caller holds the lock.
func (s *Server) push() {
	if s.webhook.url == "" || s.done {
		return
	}
	busy := map[int64]bool{}
	running := 0
	for _, u := range s.inbox {
		if u.taken {
			busy[u.chat] = true
			running++
		}
	}
	for _, u := range s.inbox {
		if u.done || u.taken || busy[u.chat] || running >= s.webhook.max {
			continue
		}
		busy[u.chat], u.taken = true, true
		running++
		s.workers.Add(1)
		go s.deliver(u, s.webhook)
	}
}

// deliver posts one update, and again until it is taken.
func (s *Server) deliver(u *update, to webhook) {
	defer s.workers.Done()
	for {
		problem := s.post(u, to)
		s.mu.Lock()
		if problem == "" {
			u.done = !u.twice
			u.twice = false
		} else {
			u.failed++
			s.webhook.lastError = problem
		}
		if problem == "" || s.webhook.url != to.url || s.done {
			u.taken = false
			s.push()
			s.changed.Broadcast()
			s.mu.Unlock()
			return
		}
		to = s.webhook
		s.changed.Broadcast()
		s.mu.Unlock()
		select {
		case <-time.After(retryAfter):
		case <-s.closed:
			return
		}
	}
}

// post delivers once, and tells what went wrong in the real server's words.
func (s *Server) post(u *update, to webhook) (problem string) {
	s.mu.Lock()
	address := to.url
	for public, local := range s.reach {
		if rest, ok := strings.CutPrefix(address, public); ok {
			address = local + rest
		}
	}
	s.mu.Unlock()
	r, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(u.body))
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Content-Type", "application/json")
	if to.secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", to.secret)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "Connection refused"
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return "Wrong response from the webhook: " + answer.Status
	}
	return ""
}

// AwaitRefused waits until n deliveries were refused.
func (s *Server) AwaitRefused(n int) {
	s.t.Helper()
	s.wait("refused deliveries", func() bool {
		count := 0
		for _, u := range s.inbox {
			count += u.failed
		}
		return count >= n
	})
}
