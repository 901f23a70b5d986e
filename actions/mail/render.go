package mail

import (
	"cmp"
	"fmt"
	htmltemplate "html/template"
	"net/url"
	"slices"
	"strings"
	"sync"
	texttemplate "text/template"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
)

// A Letter is a message in the reader's language, as he will read it.
type Letter struct {
	Subject string
	Text    string
	HTML    string
}

// page is what both layouts draw.
type page struct {
	Locale, Subject, Preview, Title, Greeting string
	Paragraphs                                []paragraph
	Facts                                     []fact
	Button, URL, CopyLink                     string
	SignOff, Shop, Footer, Support            string
	SupportEmail                              string
	Chat, ChatURL                             string
	Page, PageURL                             string
	Links                                     []string // several of what the button opens
}

type fact struct{ Label, Value string }

// Render writes a message in its language; English when it has none that we speak.
//
// Errors: Internal for a template that does not exist.
func Render(m actions.Message) (Letter, error) {
	locale := format.Match(m.Locale)
	if locale == "" {
		locale = format.English
	}
	all, err := dictionary()
	if err != nil {
		return Letter{}, &actions.Error{Code: actions.Internal, Key: "error.internal", Err: err}
	}
	w := all[locale]
	l := w.Mails[m.Template]
	if l == nil {
		err := fmt.Errorf("no mail template %q", m.Template)
		return Letter{}, &actions.Error{Code: actions.Internal, Key: "error.internal", Err: err}
	}
	p := w.page(l, m.Template, locale, values(w, locale, m))
	if m.Template == checkInThere && len(m.Values.TicketURLs) > 1 {
		p.URL = ""
		for _, link := range m.Values.TicketURLs {
			if link = webLink(link); link != "" {
				p.Links = append(p.Links, link)
			}
		}
	}

	layouts, err := readLayouts()
	if err != nil {
		return Letter{}, &actions.Error{Code: actions.Internal, Key: "error.internal", Err: err}
	}
	var text, html strings.Builder
	if err := layouts.text.Execute(&text, p); err != nil {
		return Letter{}, fmt.Errorf("write mail %s as text: %w", m.Template, err)
	}
	if err := layouts.html.Execute(&html, p); err != nil {
		return Letter{}, fmt.Errorf("write mail %s as HTML: %w", m.Template, err)
	}
	return Letter{Subject: p.Subject, Text: text.String(), HTML: html.String()}, nil
}

// layouts are the frame around every mail, as text and as HTML; html/template escapes each value for its place.
type layouts struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

var readLayouts = sync.OnceValues(func() (layouts, error) {
	text, err := texttemplate.ParseFS(files, "layout.txt")
	if err != nil {
		return layouts{}, err
	}
	html, err := htmltemplate.ParseFS(files, "layout.html")
	return layouts{text, html}, err
})

// checkInThere is the template whose mail carries the platform's own link of each ticket.
const checkInThere = "checkin_there"

// values are the message's facts as the reader's language writes them; what is missing is "".
func values(w *words, locale string, m actions.Message) map[string]string {
	v := m.Values
	out := map[string]string{
		"name":          oneLine(m.ToName),
		"shop":          oneLine(m.Sender.Name),
		"support_email": oneLine(support(m)),
		"product":       oneLine(v.Product),
		"transaction":   oneLine(v.Transaction),
		"access_url":    webLink(v.AccessURL),
		"old_email":     oneLine(v.OldEmail),
		"new_email":     oneLine(v.NewEmail),
		"reason":        strings.TrimSpace(strings.ToValidUTF8(v.Reason, "�")),
		"chat_url":      webLink(v.ChatURL),
		"code":          v.Code,
		"plan":          oneLine(v.Plan),
		"day":           "",
		"charge":        "",
		"accept_url":    webLink(v.AcceptURL),
		"ask_url":       webLink(v.AskURL),
		"next":          format.Date(locale, m.Timezone, v.Next),
		"minutes":       format.Number(locale, int64(v.Minutes)),
		"at":            format.DateTime(locale, m.Timezone, v.At),
		"case":          oneLine(v.Case),
		"until":         format.DateTime(locale, m.Timezone, v.Until),
		"not_me_url":    webLink(v.NotMeURL),
		"reset_url":     webLink(v.ResetURL),
		"page_url":      webLink(v.PageURL),
		"days":          format.Number(locale, int64(v.Days)),
		"ticket_url":    webLink(v.TicketURL),
		"event_place":   oneLine(v.Event.Place),
		"event_at":      "",
		"several":       "",
		"part":          "",
	}
	if v.Part {
		out["part"] = "part" // said by other words; only whether it is one matters
	}
	if v.Charge.Currency != "" {
		out["charge"] = format.Money(locale, v.Charge.Minor, v.Charge.Currency)
	}
	if v.Day > 0 {
		out["day"] = format.Number(locale, int64(v.Day))
	}
	if v.Price.Currency != "" {
		out["price"] = format.Money(locale, v.Price.Minor, v.Price.Currency)
	}
	out["event_at"] = format.DateTime(locale, cmp.Or(v.Event.Timezone, m.Timezone), v.Event.Starts)
	if v.Tickets > 1 {
		out["several"] = format.Number(locale, int64(v.Tickets))
	}
	if m.Template == checkInThere {
		out["ticket_url"], out["several"] = "", ""
		if len(v.TicketURLs) > 0 {
			out["ticket_url"] = webLink(v.TicketURLs[0])
		}
		if n := len(v.TicketURLs); n > 1 {
			out["several"] = format.Number(locale, int64(n))
		}
	}
	payment := string(v.Payment)
	if w.Payment[payment] == "" {
		payment = string(actions.OtherPayment)
	}
	out["money"] = w.Payment[payment]
	return out
}

// support is where the reader's questions go: the product's own address, else the shop's.
func support(m actions.Message) string {
	if m.Values.SupportEmail != "" {
		return m.Values.SupportEmail
	}
	return m.Sender.SupportEmail
}

// webLink returns a link that a button may open; anything but an absolute http(s) URL is no link.
func webLink(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}

// page puts the values into a letter's texts.
func (w *words) page(l *letter, template, locale string, values map[string]string) page {
	p := page{
		Locale: locale, Subject: oneLine(fill(l.Subject, values)), Preview: fill(l.Preview, values),
		Title: fill(l.Title, values), Greeting: w.Hello, SignOff: w.SignOff, Shop: values["shop"],
		Footer: fill(w.Footer, values), Support: w.NoSupport, SupportEmail: values["support_email"],
		Chat: w.Chat, ChatURL: values["chat_url"],
	}
	if values["name"] != "" {
		p.Greeting = fill(w.Greeting, values)
	}
	if p.SupportEmail != "" {
		p.Support = w.Support
	}
	if slices.Contains(actions.PageMails, template) {
		p.Page, p.PageURL = w.Page, values["page_url"]
	}
	for _, para := range l.Body {
		if para.If != "" && values[para.If] == "" || para.Unless != "" && values[para.Unless] != "" {
			continue
		}
		para.Text = fill(para.Text, values)
		p.Paragraphs = append(p.Paragraphs, para)
	}
	for _, name := range facts[template] {
		if values[name] != "" {
			p.Facts = append(p.Facts, fact{w.Labels[name], values[name]})
		}
	}
	if url := values[cmp.Or(links[template], "access_url")]; l.Button != "" && url != "" {
		p.Button, p.URL, p.CopyLink = fill(l.Button, values), url, w.CopyLink
	}
	return p
}
