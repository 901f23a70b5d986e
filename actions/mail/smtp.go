package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/aftersale/aftersale/actions"
)

// defaultTimeout is how long connecting, and a mail as a whole, may take: servers that greylist or scan answer DATA
// after many seconds.
const defaultTimeout = 30 * time.Second

// An SMTP sends each mail over a connection of its own.
type SMTP struct {
	from     *netmail.Address
	host     string
	port     int
	implicit bool // TLS from the first byte
	loopback bool // the server is on this machine: TLS may be missing
	user     string
	password string
	timeout  time.Duration
	tls      *tls.Config
}

func newSMTP(from *netmail.Address, o Options) (*SMTP, error) {
	u, err := url.Parse(o.SMTPURL)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" { // err repeats the URL: it stays here
		return nil, errors.New("mail.smtp_url: must be smtp://user:password@host:587 or smtps://user:password@host:465 (write special characters of the password as %XX)")
	}
	if u.RawQuery != "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		return nil, errors.New("mail.smtp_url: nothing may follow host and port (write special characters of the password as %XX)")
	}
	s := &SMTP{from: from, host: u.Hostname(), port: 587, implicit: u.Scheme == "smtps", timeout: o.Timeout, loopback: isLoopback(u.Hostname())}
	if s.implicit {
		s.port = 465
	}
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
			return nil, fmt.Errorf("mail.smtp_url: port %s is not between 1 and 65535", p)
		}
	}
	s.user = u.User.Username()
	s.password, _ = u.User.Password()
	if s.timeout <= 0 {
		s.timeout = defaultTimeout
	}
	s.tls = &tls.Config{
		MinVersion: tls.VersionTLS12,
		// A relay on this machine has a certificate for another name, or none that anybody signed; nobody stands between.
		InsecureSkipVerify: s.loopback && !s.implicit, // #nosec G402
	}
	if o.TLS != nil {
		s.tls = o.TLS.Clone()
	}
	if s.tls.ServerName == "" {
		s.tls.ServerName = s.host
	}
	return s, nil
}

// isLoopback reports whether a host name means this machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send delivers a mail to the server. A repeated mail carries the same Message-ID, by which mailboxes know it again.
//
// Errors: Unavailable when it may work later (no connection, time-out, 4xx); Invalid when the server refuses this
// mail for good (5xx); none of them holds the recipient's address.
func (s *SMTP) Send(ctx context.Context, m actions.Message) error {
	msg, err := compose(s.from, m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	client, err := s.client(ctx, m)
	if err != nil {
		return &actions.Error{Code: actions.Internal, Key: "error.internal", Err: err}
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // what goes wrong after the server took it must not send it again
		return nil
	}
	return s.failure(ctx, err)
}

// client is made for one mail, so that nothing is shared between sendings that run at once.
func (s *SMTP) client(ctx context.Context, m actions.Message) (*gomail.Client, error) {
	policy := gomail.TLSMandatory
	switch {
	case s.implicit:
		policy = gomail.NoTLS // no second handshake inside the first: dial makes it
	case s.loopback:
		policy = gomail.TLSOpportunistic
	}
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(s.timeout), gomail.WithTLSConfig(s.tls), gomail.WithTLSPolicy(policy),
		gomail.WithDialContextFunc(s.dialUntil(ctx)), gomail.WithHELO(domain(s.from.Address)), gomail.WithoutNoop(),
	}
	if ascii(s.from.Address) && ascii(string(m.To)) {
		options = append(options, gomail.WithoutSMTPUTF8()) // asking for it makes some servers refuse a next hop without it
	}
	if s.user != "" {
		options = append(options, gomail.WithSMTPAuthCustom(&login{user: s.user, password: s.password, host: s.host, loopback: s.loopback}))
	}
	return gomail.NewClient(s.host, options...)
}

// dialUntil connects, with TLS first if the URL says smtps, and closes the connection when the mail's own context
// ends: go-mail heeds a context only until the connection stands.
func (s *SMTP) dialUntil(ctx context.Context) gomail.DialContextFunc {
	return func(dialing context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(dialing, network, addr)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.Close() }) // Send always ends ctx
		if !s.implicit {
			return conn, nil
		}
		secure := tls.Client(conn, s.tls)
		return secure, secure.HandshakeContext(dialing)
	}
}

// failure tells what may work later from what never will, and leaves addresses out. Only an answer to this recipient
// or this content is for good: a refused login or sender is a matter of configuration, and the mail must not be lost
// over it.
func (s *SMTP) failure(ctx context.Context, err error) error {
	text := withoutAddresses(err.Error())
	var refused *gomail.SendError
	if errors.As(err, &refused) && refused.ErrorCode() >= 500 &&
		(refused.Reason == gomail.ErrSMTPRcptTo || refused.Reason == gomail.ErrSMTPData || refused.Reason == gomail.ErrSMTPDataClose) {
		return &actions.Error{Code: actions.Invalid, Key: "mail.refused", Err: fmt.Errorf("mail server %s refused the mail: %s", s.host, text)}
	}
	var network net.Error
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout() {
		text = fmt.Sprintf("no answer within %s: %s", s.timeout, text)
	}
	return &actions.Error{Code: actions.Unavailable, Key: "mail.unavailable", Err: fmt.Errorf("mail server %s: %s", s.host, text)}
}

// anyAddress finds what looks like a mail address: servers repeat the recipient's in their refusals.
var anyAddress = regexp.MustCompile(`[^\s<>"'(),:;]+@[^\s<>"'(),:;]+`)

func withoutAddresses(s string) string { return anyAddress.ReplaceAllString(oneLine(s), "…") }

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
