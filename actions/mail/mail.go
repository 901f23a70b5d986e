// Package mail is the connector to mailboxes: it implements actions.Mailer, over SMTP or into a folder. It is not for
// deciding who gets which mail; actions do that and enqueue what to send.
//
// Read it in this order: words.go (the texts, one YAML file per language), render.go (a message becomes subject, text
// and HTML), compose.go (they become a MIME message), smtp.go and outbox.go (where it goes), read.go (the folder, read
// back as a mail program would).
package mail

import (
	"crypto/tls"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// Options say from whom mails come and where they go: to an SMTP server or into a folder, never both.
type Options struct {
	From      string        // "Cozinha da Ana <ajuda@example.com>"; a message's Sender.Name replaces the name
	SMTPURL   string        // smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465 (TLS)
	OutboxDir string        // folder of .eml files, made if it is not there
	Timeout   time.Duration // for connecting, and for each mail as a whole; 30 s if zero
	TLS       *tls.Config   // of the SMTP connection; nil: the system's authorities, TLS 1.2 or newer
}

// New returns the sender that the options ask for. Errors say which setting is wrong, and never repeat a password.
func New(o Options) (actions.Mailer, error) {
	from, err := netmail.ParseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("mail.from: %q is no mail address such as \"Shop <help@example.com>\"", o.From)
	}
	switch {
	case o.SMTPURL == "" && o.OutboxDir == "":
		return nil, errors.New("mail: set smtp_url (a mail server) or outbox_dir (a folder of .eml files); without one no mail can leave")
	case o.SMTPURL != "" && o.OutboxDir != "":
		return nil, errors.New("mail: smtp_url and outbox_dir are both set; keep the one that mails should go to")
	case o.SMTPURL != "":
		return newSMTP(from, o)
	}
	return newOutbox(from, o.OutboxDir)
}

// oneLine strips what could end a header or a line: names and subjects hold what people typed.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\u0085' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	return strings.Join(strings.Fields(s), " ")
}
