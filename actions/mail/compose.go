package mail

import (
	"bytes"
	"fmt"
	"mime"
	netmail "net/mail"
	"regexp"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/aftersale/aftersale/actions"
)

// mailID is what a mail's id may be: it becomes a file name and part of a header.
var mailID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

// compose renders a message and makes it ready to send: the same message always gives the same bytes, but for
// what divides one with files.
//
// Errors: Internal for an id or template that cannot be; Invalid for an address that nothing can be sent to.
func compose(from *netmail.Address, m actions.Message) (*gomail.Msg, error) {
	if !mailID.MatchString(m.ID) {
		return nil, &actions.Error{Code: actions.Internal, Key: "error.internal", Err: fmt.Errorf("mail id %q cannot be used", m.ID)}
	}
	to, err := address(oneLine(m.ToName), string(m.To))
	if err != nil {
		return nil, err
	}
	letter, err := Render(m)
	if err != nil {
		return nil, err
	}

	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if len(m.Files) == 0 { // go-mail would give it to the parts within parts too, and nothing could tell them apart
		msg.SetBoundary("aftersale-" + m.ID)
	}
	sender := netmail.Address{Name: from.Name, Address: from.Address}
	if name := oneLine(m.Sender.Name); name != "" {
		sender.Name = name
	}
	msg.FromMailAddress(&sender)
	msg.ToMailAddress(to)
	if reply, err := address(sender.Name, support(m)); err == nil {
		msg.ReplyToMailAddress(reply)
	}
	msg.Subject(letter.Subject)
	msg.SetDateWithValue(m.At)
	msg.SetMessageIDWithValue(m.ID + "@" + domain(from.Address))
	msg.SetGenHeader("Auto-Submitted", "auto-generated")           // RFC 3834: no machine answers a machine
	msg.SetGenHeader("X-Auto-Response-Suppress", "OOF, AutoReply") // the same, for Exchange
	if m.Unsubscribe != "" {                                       // RFC 2369; RFC 8058: the mailbox may press it for its reader
		msg.SetGenHeaderPreformatted("List-Unsubscribe", "<"+m.Unsubscribe+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	msg.SetBodyString(gomail.TypeTextPlain, letter.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, letter.HTML)
	for _, f := range m.Files {
		if err := msg.AttachReader(actions.FileName(f.Name), bytes.NewReader(f.Body), gomail.WithFileContentType(kindOf(f))); err != nil {
			return nil, &actions.Error{Code: actions.Internal, Key: "error.internal", Err: fmt.Errorf("file of mail %s: %w", m.ID, err)}
		}
	}
	return msg, nil
}

// address checks an address that came from outside. The error does not repeat it, since errors are logged.
func address(name, addr string) (*netmail.Address, error) {
	a, err := netmail.ParseAddress(addr)
	if err != nil || a.Address != addr || strings.ContainsAny(addr, "\r\n") {
		return nil, &actions.Error{Code: actions.Invalid, Key: "email.invalid"}
	}
	return &netmail.Address{Name: name, Address: addr}, nil
}

func domain(addr string) string { return addr[strings.LastIndex(addr, "@")+1:] }

// kindOf is what kind a file is, as a header takes it.
func kindOf(f actions.MailFile) gomail.ContentType {
	if _, _, err := mime.ParseMediaType(f.MIME); err != nil {
		return gomail.TypeAppOctetStream
	}
	return gomail.ContentType(f.MIME)
}
