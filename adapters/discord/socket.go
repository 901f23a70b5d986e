package discord

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// closeFrame is how a WebSocket's closing frame begins (RFC 6455, section 5.2); a client writes each frame at once.
const closeFrame = 0x88

// A socket is the connection below discordgo's WebSocket.
//
// It holds closing frames back. discordgo closes with code 1000 whenever something goes wrong, by mistake also the
// connection that has just replaced the wrong one (its heartbeat does not look which one it has), and a session that was
// closed with 1000 cannot be resumed: what people did meanwhile would be lost. A connection that merely ends is resumed.
type socket struct {
	net.Conn
	farewell atomic.Bool // we are leaving: let the closing frame through
	once     sync.Once
	lost     chan struct{} // closed with the connection
}

// Write implements net.Conn.
func (s *socket) Write(p []byte) (int, error) {
	if len(p) > 0 && p[0] == closeFrame && !s.farewell.Load() {
		return len(p), nil
	}
	return s.Conn.Write(p)
}

// Close implements net.Conn.
func (s *socket) Close() error {
	s.once.Do(func() { close(s.lost) })
	return s.Conn.Close()
}

// newDialer dials for the gateway, and not any more once ctx is done. A peer that has gone is noticed within half a minute.
func (g *gateway) newDialer(ctx context.Context) *websocket.Dialer {
	dialer := &net.Dialer{Timeout: callTimeout, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}}
	out := &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: callTimeout, NetDialContext: g.keep(ctx, dialer.DialContext)}
	// Frames can be seen where TLS is ours. Behind a proxy it is not.
	anyHost := &http.Request{URL: &url.URL{Scheme: "https", Host: "gateway.discord.gg"}}
	if proxy, err := http.ProxyFromEnvironment(anyHost); proxy == nil && err == nil {
		out.NetDialTLSContext = g.keep(ctx, (&tls.Dialer{NetDialer: dialer, Config: &tls.Config{MinVersion: tls.VersionTLS12}}).DialContext)
	}
	return out
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// keep remembers the connection that is dialled. The context that the library gives lasts for the handshake alone.
func (g *gateway) keep(ctx context.Context, dial dialFunc) dialFunc {
	return func(handshake context.Context, network, address string) (net.Conn, error) {
		handshake, cancel := context.WithCancel(handshake)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		conn, err := dial(handshake, network, address)
		if err != nil {
			return nil, err
		}
		s := &socket{Conn: conn, lost: make(chan struct{})}
		g.mu.Lock()
		g.socket = s
		g.mu.Unlock()
		return s, nil
	}
}
