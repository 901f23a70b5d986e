package main

import (
	"fmt"
	"html"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"path/filepath"
	"strings"

	"github.com/aftersale/aftersale/actions/hotmart/fake"
)

// letterSubjects are the sample platform's mails, by their kind. They are in English, as the sample platform is.
var letterSubjects = map[string]string{
	"reactivation": "Go on with %s?", "access": "Your access to %s", "checkin": "Who comes to %s?", "email_changed": "Your purchase of %s has a new e-mail address",
}

// mail puts a mail of the sample platform into the demo's mailbox.
func (p *samplePlatform) mail(m fake.Mail) {
	id := newID()
	if err := writeWhole(filepath.Join(p.outbox, id+".eml"), p.letter(m, id)); err != nil {
		p.log.Warn("a mail of the sample platform could not be written", "kind", m.Kind, "err", err)
	}
}

func (p *samplePlatform) letter(m fake.Mail, id string) []byte {
	lines := []string{fmt.Sprintf("Hello %s,", m.Name)}
	link := m.Link
	switch m.Kind {
	case "reactivation":
		p.mu.Lock()
		link = p.pages + m.Link
		p.mu.Unlock()
		lines = append(lines, fmt.Sprintf("the shop asks whether you want to go on with %s. Nothing changes until you say yes, here, until %s:", m.Product, m.Until.UTC().Format("2 Jan 15:04 UTC")))
	case "access":
		lines = append(lines, fmt.Sprintf("here is your access to %s again.", m.Product))
	case "checkin":
		lines = append(lines, fmt.Sprintf("please say who comes to %s:", m.Product))
	case "email_changed":
		lines = append(lines, fmt.Sprintf("the e-mail address of your purchase of %s was changed by the shop.", m.Product))
	}
	lines = append(lines, link, "The sample platform (it stands in for Hotmart in this demo)")
	var b strings.Builder
	head := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	head("From", (&netmail.Address{Name: "Sample platform", Address: "platform@platform.example"}).String())
	head("To", (&netmail.Address{Name: m.Name, Address: m.To}).String())
	head("Subject", mime.QEncoding.Encode("utf-8", fmt.Sprintf(letterSubjects[m.Kind], m.Product)))
	head("Date", m.At.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	head("Message-ID", "<"+id+"@platform.example>")
	head("MIME-Version", "1.0")
	head("Content-Type", `multipart/alternative; boundary="sample"`)
	part := func(kind, text string) {
		fmt.Fprintf(&b, "\r\n--sample\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", kind)
		w := quotedprintable.NewWriter(&b)
		_, _ = w.Write([]byte(text)) // a strings.Builder takes everything
		_ = w.Close()
	}
	part("text/plain", strings.Join(compact(lines), "\n\n")+"\n")
	var page strings.Builder
	for _, line := range compact(lines) {
		if line == link {
			fmt.Fprintf(&page, "<p><a href=\"%s\">%s</a></p>\n", html.EscapeString(line), html.EscapeString(line))
			continue
		}
		fmt.Fprintf(&page, "<p>%s</p>\n", html.EscapeString(line))
	}
	part("text/html", page.String())
	b.WriteString("\r\n--sample--\r\n")
	return []byte(b.String())
}

// compact leaves empty lines out.
func compact(lines []string) (kept []string) {
	for _, line := range lines {
		if line != "" {
			kept = append(kept, line)
		}
	}
	return kept
}
