package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// maxSocketAck is the size at which Slack drops an acknowledgement in silence (platform-limits.json).
const maxSocketAck = 20_000

// A line is Socket Mode: connections, and envelopes that are not acknowledged yet.
type line struct {
	mu      sync.Mutex
	tickets []string
	open    []*connection
	sent    map[string]*envelope // by envelope id
	serial  int
	total   int // connections so far
}

type connection struct {
	c    *websocket.Conn
	stop context.CancelFunc
	mu   sync.Mutex
}

type envelope struct {
	id    string
	raw   []byte
	kind  string
	acked chan []byte
	on    *connection
}

var errNoAck = errors.New("no acknowledgement in time")

// serveSocket is one connection of Socket Mode.
func (s *Slack) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !s.takeTicket(r.URL.Query().Get("ticket")) {
		http.Error(w, "no ticket", http.StatusUnauthorized)
		return
	}
	if f, ok := s.fault("socket"); ok {
		f.fails(w, r)
		return
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // its Origin is Slack's own
	if err != nil {
		return
	}
	c.SetReadLimit(maxRequest)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	conn := &connection{c: c, stop: stop}
	defer c.CloseNow()
	_ = conn.send(ctx, asJSON(map[string]any{"type": "hello", "num_connections": 1, "connection_info": map[string]any{"app_id": App}, "debug_info": map[string]any{"host": "fake", "approximate_connection_time": 3600}}))
	s.line.join(ctx, conn)
	defer s.line.leave(conn)
	go conn.ping(ctx)
	for {
		_, raw, err := c.Read(ctx)
		if err != nil {
			return
		}
		s.take(raw)
	}
}

func (s *Slack) takeTicket(ticket string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, t := range s.line.tickets {
		if t == ticket {
			s.line.tickets = append(s.line.tickets[:i], s.line.tickets[i+1:]...)
			return true
		}
	}
	return false
}

func (c *connection) send(ctx context.Context, raw []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return c.c.Write(ctx, websocket.MessageText, raw)
}

// ping keeps the client from thinking that the connection is dead.
func (c *connection) ping(ctx context.Context) {
	for tick := time.NewTicker(5 * time.Second); ; {
		_ = c.c.Ping(ctx)
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// take reads an acknowledgement.
func (s *Slack) take(raw []byte) {
	var a struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(raw, &a); err != nil || a.EnvelopeID == "" {
		s.violation("socket: %d bytes are no acknowledgement", len(raw))
		return
	}
	if len(raw) >= maxSocketAck {
		s.violation("socket: an acknowledgement of %d bytes is dropped", len(raw))
		return
	}
	s.line.mu.Lock()
	e, ok := s.line.sent[a.EnvelopeID]
	delete(s.line.sent, a.EnvelopeID)
	s.line.mu.Unlock()
	if !ok {
		return // it came late, or twice
	}
	if string(a.Payload) == "null" {
		a.Payload = nil
	}
	e.acked <- a.Payload
}

// join makes a connection one that deliveries go to, and sends what earlier ones have left unacknowledged.
func (l *line) join(ctx context.Context, c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	l.open = append(l.open, c)
	l.sendAgain(ctx)
}

// sendAgain sends on the newest connection what has been sent on none that is still open.
func (l *line) sendAgain(ctx context.Context) {
	if len(l.open) == 0 {
		return
	}
	c := l.open[len(l.open)-1]
	for _, e := range l.sent {
		if e.on == nil || !l.isOpen(e.on) {
			e.on = c
			_ = c.send(ctx, e.raw)
		}
	}
}

func (l *line) isOpen(c *connection) bool {
	for _, o := range l.open {
		if o == c {
			return true
		}
	}
	return false
}

func (l *line) leave(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var rest []*connection
	for _, o := range l.open {
		if o != c {
			rest = append(rest, o)
		}
	}
	l.open = rest
	l.sendAgain(context.Background())
}

func (l *line) closeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.open {
		c.stop()
		_ = c.c.CloseNow()
	}
}

// Connections is how many connections of Socket Mode are open, and how many there ever were.
func (s *Slack) Connections() (open, ever int) {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	return len(s.line.open), s.line.total
}

// Cut cuts all connections without a word.
func (s *Slack) Cut() { s.line.closeAll() }

// Disconnect asks all connections to be opened anew, as Slack does about once an hour.
func (s *Slack) Disconnect(reason string) {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	for _, c := range s.line.open {
		_ = c.send(context.Background(), asJSON(map[string]any{"type": "disconnect", "reason": reason}))
	}
}

// overSocket sends a delivery on the newest connection, or on the next when there is none.
func (s *Slack) overSocket(d Delivery) (Ack, error) {
	l := &s.line
	l.mu.Lock()
	l.serial++
	e := &envelope{id: fmt.Sprintf("envelope-%d", l.serial), kind: d.Kind, acked: make(chan []byte, 1)}
	e.raw = asJSON(map[string]any{
		"type": d.Kind, "envelope_id": e.id, "payload": d.Payload, "accepts_response_payload": d.Kind != events, "retry_attempt": d.Retry,
	})
	l.sent[e.id] = e
	if len(l.open) > 0 {
		e.on = l.open[len(l.open)-1]
		_ = e.on.send(context.Background(), e.raw)
	}
	l.mu.Unlock()
	late := time.NewTimer(15 * time.Second) // a lost connection comes back first; Deliver judges the time
	defer late.Stop()
	select {
	case said := <-e.acked:
		return Ack{Status: http.StatusOK, Body: said}, nil
	case <-late.C:
		return Ack{}, errNoAck
	}
}

// Raw sends a text frame as it is, to see what a client makes of it.
func (s *Slack) Raw(frame string) {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	for _, c := range s.line.open {
		_ = c.send(context.Background(), []byte(frame))
	}
}
