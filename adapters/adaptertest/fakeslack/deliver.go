package fakeslack

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The kinds of delivery, as Socket Mode calls them.
const (
	commands     = "slash_commands"
	interactions = "interactive"
	events       = "events_api"
)

var routes = map[string]string{commands: "/slack/commands", interactions: "/slack/interactions", events: "/slack/events"}

// A Delivery is something that Slack tells the app. Delivering it again is a redelivery.
type Delivery struct {
	Kind    string
	Payload map[string]any
	Retry   int // of an event
	settle  func([]byte)
}

// An Ack is how the app has answered a delivery.
type Ack struct {
	Status int // 200 in Socket Mode
	Body   []byte
	Took   time.Duration
}

// Deliver tells the app and waits for its acknowledgement. One that is late fails the test.
func (s *Slack) Deliver(d Delivery) Ack {
	s.t.Helper()
	s.mu.Lock()
	s.last[d.user()] = d
	s.mu.Unlock()
	began := time.Now()
	var a Ack
	var err error
	if s.target() != "" {
		a, err = s.overHTTP(d)
	} else {
		a, err = s.overSocket(d)
	}
	a.Took = time.Since(began)
	if err != nil {
		s.violation("%s: not acknowledged: %v", d.Kind, err)
		return a
	}
	if a.Took > ackWindow {
		s.violation("%s: acknowledged after %s", d.Kind, a.Took)
	}
	if a.Status == http.StatusOK && d.settle != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		d.settle(a.Body)
		s.changed.Broadcast()
	}
	return a
}

// user is who did what is delivered.
func (d Delivery) user() string {
	switch d.Kind {
	case commands:
		return text(d.Payload, "user_id")
	case interactions:
		user, _ := d.Payload["user"].(map[string]any)
		return text(user, "id")
	}
	event, _ := d.Payload["event"].(map[string]any)
	return text(event, "user")
}

// Again delivers once more what somebody did last, as after a lost acknowledgement.
func (s *Slack) Again(user string) Ack {
	s.t.Helper()
	s.mu.Lock()
	d := s.last[user]
	s.mu.Unlock()
	d.Retry++
	d.settle = nil
	return s.Deliver(d)
}

func (s *Slack) target() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Target
}

// SetTarget has deliveries go to another address, as after a restart.
func (s *Slack) SetTarget(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Target = address
}

// overHTTP posts a delivery, signed.
func (s *Slack) overHTTP(d Delivery) (Ack, error) {
	body, kind := encode(d)
	r, err := http.NewRequest(http.MethodPost, s.target()+routes[d.Kind], bytes.NewReader(body))
	if err != nil {
		return Ack{}, err
	}
	r.Header.Set("Content-Type", kind)
	Sign(r.Header, body, SigningSecret, time.Now())
	if d.Retry > 0 {
		r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(d.Retry))
		r.Header.Set("X-Slack-Retry-Reason", "http_timeout")
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return Ack{}, err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	return Ack{Status: answer.StatusCode, Body: said}, err
}

// encode writes a delivery as it comes over HTTP.
func encode(d Delivery) (body []byte, contentType string) {
	const form = "application/x-www-form-urlencoded"
	switch d.Kind {
	case commands:
		values := url.Values{}
		for name, v := range d.Payload {
			values.Set(name, fmt.Sprint(v))
		}
		return []byte(values.Encode()), form
	case interactions:
		return []byte(url.Values{"payload": {string(asJSON(d.Payload))}}.Encode()), form
	}
	return asJSON(d.Payload), "application/json"
}

func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values only
	}
	return b
}

// Sign signs a body as Slack does.
func Sign(header http.Header, body []byte, secret string, at time.Time) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	header.Set("X-Slack-Request-Timestamp", stamp)
	header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// whispered shows what a command was acknowledged with.
func (s *Slack) whispered(c *channel, user string) func([]byte) {
	return func(said []byte) {
		if len(bytes.TrimSpace(said)) == 0 {
			return
		}
		body := map[string]any{}
		if err := json.Unmarshal(said, &body); err != nil {
			s.violation("slash command: the answer is no JSON: %v", err)
			return
		}
		for _, problem := range s.specs.SlackBlocks("message", body) {
			s.violation("slash command: %s", problem)
		}
		if body["response_type"] != "ephemeral" {
			s.violation("slash command: $.response_type: everybody would read it")
		}
		s.whisper(c, user, "", text(body, "text"), list(body, "blocks"))
	}
}

// formatted is a typed text as Slack sends it.
var formatted = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
