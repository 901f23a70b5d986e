package fakediscord

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// The gateway's operations.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// allowedIntents are those that need no approval and that the bot wants: servers, messages in them and private ones.
// contentIntent, what is written there, has to be switched on.
const (
	allowedIntents = 1<<0 | 1<<9 | 1<<12
	guildMessages  = 1 << 9
	contentIntent  = 1 << 15
)

// gateway is the state of the gateway. The server's lock guards it.
type gateway struct {
	session   string // the newest; empty: none to resume
	sequence  int
	events    [][]byte // of the session, all of them
	conn      *websocket.Conn
	pace      time.Duration // of heartbeats; 0: Discord's
	identifys int
	resumes   int
	beats     int
	refuse    websocket.StatusCode
	intents   int // of the session
	mute      bool
}

// Beats sets how often the bot must send a heartbeat, from the next connection on.
func (s *Server) Beats(every time.Duration) { s.mu.Lock(); s.gateway.pace = every; s.mu.Unlock() }

// Connections counts the sessions that were begun, those that were resumed, and heartbeats.
func (s *Server) Connections() (identified, resumed, beats int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gateway.identifys, s.gateway.resumes, s.gateway.beats
}

// Connected reports whether the bot is connected.
func (s *Server) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gateway.conn != nil
}

// Cut breaks the connection to the bot.
func (s *Server) Cut() {
	s.mu.Lock()
	conn := s.gateway.conn
	s.gateway.conn = nil
	s.mu.Unlock()
	if conn != nil {
		_ = conn.CloseNow() // it is gone either way
	}
}

// Forget ends the session, so that it cannot be resumed.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.session, s.gateway.events = "", nil
}

// Refuse has the gateway close each connection with a code when the bot identifies; 0 ends that.
func (s *Server) Refuse(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.refuse = websocket.StatusCode(code)
}

// Reconnect asks the bot to connect again.
func (s *Server) Reconnect() { s.send(nil, opReconnect, nil) }

// Dispatch sends any event to the bot.
func (s *Server) Dispatch(event string, data any) {
	s.awaitSession()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emit(event, data)
}

// Mute has the gateway take connections and say nothing.
func (s *Server) Mute(mute bool) { s.mu.Lock(); s.gateway.mute = mute; s.mu.Unlock() }

// awaitSession waits for the bot's first connection: nobody can do anything with a bot that was never there. Later ones
// are not waited for, as it resumes.
func (s *Server) awaitSession() {
	s.Wait("the bot to connect", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.gateway.session != "" || s.done
	})
}

// emit numbers an event and sends it. The caller holds the lock.
func (s *Server) emit(event string, data any) {
	s.gateway.sequence++
	frame, err := json.Marshal(map[string]any{"op": opDispatch, "t": event, "s": s.gateway.sequence, "d": data})
	if err != nil {
		s.t.Error(err)
		return
	}
	s.gateway.events = append(s.gateway.events, frame)
	s.transmit(s.gateway.conn, frame)
}

func (s *Server) send(conn *websocket.Conn, op int, data any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if conn == nil {
		conn = s.gateway.conn
	}
	frame, err := json.Marshal(map[string]any{"op": op, "d": data})
	if err != nil {
		s.t.Error(err)
		return
	}
	s.transmit(conn, frame)
}

// transmit sends a frame, compressed as the bot has asked for. A connection that breaks loses nothing: events wait.
func (s *Server) transmit(conn *websocket.Conn, frame []byte) {
	if conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(frame) // into memory
	_ = z.Close()
	if len(frame) > 512 {
		_ = conn.Write(ctx, websocket.MessageBinary, packed.Bytes())
		return
	}
	_ = conn.Write(ctx, websocket.MessageText, frame)
}

// socket is one connection of the bot.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("encoding") != "json" {
		s.wrong("the gateway is asked for encoding %q", r.URL.Query().Get("encoding"))
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(4096) // Discord's
	s.mu.Lock()
	pace, mute := s.gateway.pace, s.gateway.mute
	s.mu.Unlock()
	if mute {
		select {
		case <-s.stopped:
		case <-conn.CloseRead(context.Background()).Done():
		}
		return
	}
	if pace == 0 {
		pace = 41250 * time.Millisecond
	}
	s.send(conn, opHello, map[string]any{"heartbeat_interval": pace.Milliseconds()})
	for {
		_, frame, err := conn.Read(context.Background())
		if err != nil {
			s.hangUp(conn, websocket.CloseStatus(err))
			return
		}
		var in struct {
			Op int             `json:"op"`
			D  json.RawMessage `json:"d"`
		}
		if json.Unmarshal(frame, &in) != nil {
			_ = conn.Close(4002, "Decode error.")
			return
		}
		if !s.operation(conn, in.Op, in.D) {
			return
		}
	}
}

// hangUp ends a connection. Closed in good order, the session cannot be resumed.
func (s *Server) hangUp(conn *websocket.Conn, code websocket.StatusCode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.tell()
	if s.gateway.conn == conn {
		s.gateway.conn = nil
	}
	if code == websocket.StatusNormalClosure || code == websocket.StatusGoingAway {
		s.gateway.session, s.gateway.events = "", nil
	}
}

func (s *Server) operation(conn *websocket.Conn, op int, data json.RawMessage) (more bool) {
	switch op {
	case opHeartbeat:
		s.mu.Lock()
		s.gateway.beats++
		s.tell()
		s.mu.Unlock()
		s.send(conn, opHeartbeatAck, nil)
	case opIdentify:
		return s.identify(conn, data)
	case opResume:
		return s.resume(conn, data)
	}
	return true
}

func (s *Server) identify(conn *websocket.Conn, data json.RawMessage) bool {
	var in struct {
		Token      string            `json:"token"`
		Intents    int               `json:"intents"`
		Properties map[string]string `json:"properties"`
	}
	if err := json.Unmarshal(data, &in); err != nil || len(in.Properties) < 3 { // discordgo calls them $os and so on, which Discord still takes
		_ = conn.Close(4002, "Decode error.")
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.tell()
	s.gateway.identifys++
	switch {
	case s.gateway.refuse != 0:
		_ = conn.Close(s.gateway.refuse, "")
		return false
	case s.revoked || strings.TrimPrefix(in.Token, "Bot ") != s.Token:
		_ = conn.Close(4004, "Authentication failed.")
		return false
	case in.Intents&contentIntent != 0 && !s.content:
		_ = conn.Close(4014, "Disallowed intent(s).")
		return false
	case in.Intents&^(allowedIntents|contentIntent) != 0:
		s.wrong("intents %b are wanted", in.Intents)
		_ = conn.Close(4014, "Disallowed intent(s).")
		return false
	}
	s.gateway.intents = in.Intents
	s.gateway.session, s.gateway.sequence, s.gateway.events, s.gateway.conn = "session-"+s.id(), 0, nil, conn
	s.emit("READY", map[string]any{
		"v": 10, "session_id": s.gateway.session, "resume_gateway_url": s.socketURL(), "guilds": []any{map[string]any{"id": GuildID, "unavailable": true}},
		"user":        map[string]any{"id": BotID, "username": "Cozinha da Ana", "discriminator": "0", "bot": true, "avatar": nil},
		"application": map[string]any{"id": ApplicationID, "flags": 0},
	})
	return true
}

func (s *Server) resume(conn *websocket.Conn, data json.RawMessage) bool {
	var in struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int    `json:"seq"`
	}
	if json.Unmarshal(data, &in) != nil || strings.TrimPrefix(in.Token, "Bot ") != s.Token {
		_ = conn.Close(4004, "Authentication failed.")
		return false
	}
	s.mu.Lock()
	if s.revoked {
		s.mu.Unlock()
		_ = conn.Close(4004, "Authentication failed.")
		return false
	}
	if in.Session == "" || in.Session != s.gateway.session {
		s.mu.Unlock()
		s.send(conn, opInvalidSession, false)
		return true
	}
	defer s.mu.Unlock()
	defer s.tell()
	s.gateway.resumes++
	s.gateway.conn = conn
	for i, frame := range s.gateway.events {
		if i >= in.Seq {
			s.transmit(conn, frame)
		}
	}
	s.emit("RESUMED", map[string]any{})
	return true
}

func (s *Server) socketURL() string { return "ws" + strings.TrimPrefix(s.http.URL, "http") + "/ws" }
