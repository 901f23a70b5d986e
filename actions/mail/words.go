package mail

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
)

//go:embed words/*.yaml layout.html layout.txt
var files embed.FS

// words are all texts of one language.
type words struct {
	Greeting  string             `yaml:"greeting"` // with {{.name}}
	Hello     string             `yaml:"hello"`    // when the name is not known
	SignOff   string             `yaml:"sign_off"`
	CopyLink  string             `yaml:"copy_link"` // above the link, for mail programs without buttons
	Footer    string             `yaml:"footer"`    // why the reader gets this mail
	Support   string             `yaml:"support"`   // how to reach the shop
	NoSupport string             `yaml:"no_support"`
	Chat      string             `yaml:"chat"`    // above the link into the chat
	Page      string             `yaml:"page"`    // above the link to the reader's own page
	Labels    map[string]string  `yaml:"labels"`  // of facts, by the value's name
	Payment   map[string]string  `yaml:"payment"` // by actions.Payment: how and when the money comes
	Mails     map[string]*letter `yaml:"mails"`   // by template
}

// A letter is one template in one language.
type letter struct {
	Subject string      `yaml:"subject"`
	Preview string      `yaml:"preview"` // what mailbox lists show behind the subject
	Title   string      `yaml:"title"`
	Body    []paragraph `yaml:"body"`
	Button  string      `yaml:"button"` // only templates with a link have one
}

// A paragraph is one text, kept only if its conditions hold. In YAML it is the text itself or a map.
type paragraph struct {
	Text   string `yaml:"text"`
	If     string `yaml:"if"`     // value that must be there
	Unless string `yaml:"unless"` // value that must not be there
	Quote  bool   `yaml:"quote"`  // somebody's own words
}

// UnmarshalYAML reads the short form, a text, and the long one.
func (p *paragraph) UnmarshalYAML(raw []byte) error {
	if yaml.Unmarshal(raw, &p.Text) == nil {
		return nil
	}
	type long paragraph
	return yaml.UnmarshalWithOptions(raw, (*long)(p), yaml.Strict())
}

// facts are the values that a mail shows in a table below its text, in order; the same in all languages.
var facts = map[string][]string{
	"access":            {"product", "transaction"},
	"checkin":           {"product", "event_at", "event_place", "several", "transaction"},
	"checkin_there":     {"product", "event_at", "event_place", "transaction"},
	"ticket":            {"product", "event_at", "event_place", "several", "transaction"},
	"refund_requested":  {"product", "price", "transaction"},
	"refund_done":       {"product", "price", "transaction"},
	"refund_denied":     {"product", "price", "transaction"},
	"claim_denied":      {"product", "price", "transaction"},
	"refund_asked":      {"product", "price", "transaction"},
	"email_changed_old": {"product", "transaction", "new_email", "at"},
	"email_changed_new": {"product", "transaction", "at"},
	"email_asked":       {"product", "transaction", "new_email"},
	"email_denied":      {"product", "transaction"},
	"email_back_old":    {"product", "transaction", "until"},
	"email_back_new":    {"product", "old_email"},
	"case_opened":       {"product", "transaction"},
	"case_reply":        {"product", "transaction"},
	"case_closed":       {"product", "transaction"},
	"feedback_case":     {"product"},
	"code_refund":       {"product", "price", "transaction"},
	"code_email_old":    {"product", "transaction", "new_email"},
	"code_email_new":    {"product", "old_email"},

	"subscription_cancelled": {"product", "plan", "transaction"},
	"charge_day_changed":     {"product", "plan", "transaction"},
	"code_cancel":            {"product", "plan"},
	"reactivation_asked":     {"product", "plan", "transaction"},
	"subscription_active":    {"product", "plan", "transaction"},
	"code_accept":            {"product", "plan"},
}

// links are the values that a mail's button opens, where it is another than "access_url".
var links = map[string]string{"feedback_ask": "ask_url", "feedback_case": "ask_url", "reactivation_asked": "accept_url", "email_changed_old": "not_me_url", "page_link": "page_url", "password_reset": "reset_url", "password_changed": "not_me_url", "checkin": "ticket_url", "checkin_there": "ticket_url", "ticket": "ticket_url"}

// dictionary reads all languages once; the files are part of the program, so an error is ours.
var dictionary = sync.OnceValues(func() (map[string]*words, error) {
	all := map[string]*words{}
	for _, locale := range format.Locales() {
		raw, err := files.ReadFile("words/" + locale + ".yaml")
		if err != nil {
			return nil, err
		}
		if all[locale], err = parseWords(raw); err != nil {
			return nil, fmt.Errorf("mail words of %s: %w", locale, err)
		}
	}
	return all, nil
})

// parseWords reads a language's file and refuses one in which anything is missing.
func parseWords(raw []byte) (*words, error) {
	w := &words{}
	if err := yaml.UnmarshalWithOptions(raw, w, yaml.Strict()); err != nil {
		return nil, err
	}
	for _, name := range actions.MailTemplates {
		l := w.Mails[name]
		if l == nil || l.Subject == "" || l.Preview == "" || l.Title == "" || len(l.Body) == 0 {
			return nil, fmt.Errorf("mails.%s: subject, preview, title and body must be there", name)
		}
	}
	for name := range w.Mails {
		if !slices.Contains(actions.MailTemplates, name) {
			return nil, fmt.Errorf("mails.%s: no such template", name)
		}
	}
	return w, nil
}

// placeholder is the only thing that a text may hold besides words.
var placeholder = regexp.MustCompile(`\{\{\.([a-z_]+)\}\}`)

// fill puts values into a text, in one pass: a value that looks like a placeholder stays as it is.
func fill(text string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		return values[strings.Trim(found, "{.}")]
	})
}
