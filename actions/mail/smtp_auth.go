package mail

import (
	"errors"
	"slices"

	"github.com/wneessen/go-mail/smtp"
)

// A login authenticates with the best mechanism that the server offers. Those that send the password itself are used
// only over TLS, or to a server on this machine.
type login struct {
	user, password, host string
	loopback             bool
	smtp.Auth            // the mechanism, once chosen
}

// Start chooses the mechanism.
func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	offered := func(mechanism string) bool { return slices.Contains(server.Auth, mechanism) }
	safe := server.TLS || l.loopback
	switch {
	case offered("SCRAM-SHA-256"):
		l.Auth = smtp.ScramSHA256Auth(l.user, l.password)
	case safe && offered("PLAIN"):
		l.Auth = smtp.PlainAuth("", l.user, l.password, l.host, l.loopback)
	case safe && offered("LOGIN"):
		l.Auth = smtp.LoginAuth(l.user, l.password, l.host, l.loopback)
	case offered("CRAM-MD5"):
		l.Auth = smtp.CRAMMD5Auth(l.user, l.password)
	case len(server.Auth) == 0:
		return "", nil, errors.New("the server asks for no login; leave user and password out of mail.smtp_url, or check host and port")
	default:
		return "", nil, errors.New("the server offers no way to log in that we know (SCRAM-SHA-256, PLAIN, LOGIN, CRAM-MD5)")
	}
	return l.Auth.Start(server)
}
