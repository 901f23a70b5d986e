package locales

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/flows/flow"
)

// maxValue is how many characters of one value are shown: what people typed may be pages long, cards are not.
const maxValue = 500

// value writes one argument or fact for a reader. Nothing but a Text of ours is looked up; everything else that is
// text came from people and is shown cleaned.
func (w *Words) value(v any, r flow.Reader) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if r.Shared { // what is typed as a reason may hold anything
			v = actions.MaskText(v)
		}
		return clean(v)
	case flow.Prose:
		return prose(string(v), r)
	case flow.Text:
		return w.Text(v, r)
	case *flow.Text:
		if v == nil {
			return ""
		}
		return w.Text(*v, r)
	case []flow.Text:
		return lines(w, v, r)
	case flow.Spoken:
		if v.Locale != "" {
			r.Locale = w.Locale(v.Locale)
		}
		paragraphs := make([]string, len(v.Lines))
		for i, line := range v.Lines {
			paragraphs[i] = w.Text(line, r)
		}
		return strings.Join(paragraphs, "\n")
	case []string:
		return list(w, v, r)
	case []flow.PersonName:
		return list(w, v, r)
	case []actions.Email:
		return list(w, v, r)

	case actions.Money:
		return format.Money(r.Locale, v.Minor, v.Currency)
	case time.Time:
		return format.Date(r.Locale, r.Timezone, v)
	case flow.Moment:
		return format.DateTime(r.Locale, r.Timezone, time.Time(v))
	case flow.LocalTime:
		return format.DateTime(r.Locale, cmp.Or(v.Zone, r.Timezone), v.At)
	case int:
		return format.Number(r.Locale, int64(v))
	case int64:
		return format.Number(r.Locale, v)

	case actions.Email:
		if r.Shared {
			return clean(v.Masked())
		}
		return clean(string(v))
	case flow.PersonName:
		return w.person(string(v), r)
	case flow.Word:
		return cmp.Or(r.CommandPrefix, "/") + string(v)
	case flow.RareWord:
		return cmp.Or(r.RarePrefix, r.CommandPrefix, "/") + string(v)
	case actions.Transaction:
		return clean(string(v))
	case actions.Product:
		return clean(v.Name)

	case actions.Status:
		return w.word("status", string(v), r)
	case actions.SubscriptionStatus:
		return w.word("subscription_status", string(v), r)
	case actions.TicketState:
		return w.word("ticket_state", string(v), r)
	case actions.Payment:
		return w.word("payment", string(v), r)
	case actions.Role:
		return w.word("role", string(v), r)
	case actions.Reason:
		return w.word("reason", string(v), r)
	case actions.Topic:
		return w.word("topic", string(v), r)
	case actions.OutcomeKind:
		return w.word("outcome", string(v), r)
	case bool:
		return w.word("answer", map[bool]string{true: "yes", false: "no"}[v], r)
	}
	return clean(fmt.Sprint(v))
}

// person names somebody: in rooms by initials; whoever is not named is the team, or a program that works for it.
func (w *Words) person(name string, r flow.Reader) string {
	switch name = clean(name); {
	case name == "":
		return w.Text(flow.Text{Key: "person.unnamed"}, r)
	case r.Shared:
		return actions.MaskedName(name)
	}
	return name
}

// word looks up one of our own words, such as "status.approved"; an empty one is no word.
func (w *Words) word(family, name string, r flow.Reader) string {
	if name == "" {
		return ""
	}
	return w.Text(flow.Text{Key: family + "." + name}, r)
}

// lines puts whole sentences under each other.
func lines(w *Words, texts []flow.Text, r flow.Reader) string {
	all := make([]string, 0, len(texts))
	for _, t := range texts {
		if text := w.Text(t, r); text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n")
}

// list joins values as the reader's language does, leaving out empty ones.
func list[T any](w *Words, values []T, r flow.Reader) string {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		if text := w.value(v, r); text != "" {
			texts = append(texts, text)
		}
	}
	return format.List(r.Locale, texts)
}

// maxProse is how many characters of a quotation are shown; maxLines how many of its lines.
const (
	maxProse = 1500
	maxLines = 40
)

// prose quotes what somebody wrote. Each line has a mark in front, so that none can be taken for one of ours; empty lines
// go.
func prose(text string, r flow.Reader) string {
	if r.Shared {
		text = actions.MaskText(text)
	}
	if utf8.RuneCountInString(text) > maxProse {
		text = string([]rune(text)[:maxProse-1]) + "…"
	}
	var all []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool {
		return r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029'
	}) {
		if line = oneLine(line); line != "" {
			all = append(all, "│ "+line)
		}
	}
	if len(all) > maxLines {
		all = append(all[:maxLines-1], "│ …")
	}
	return strings.Join(all, "\n")
}

// clean makes text from outside one line of sane length: line breaks and tabs become spaces; control characters and
// those that turn the writing direction or are invisible go, for with them a text can pretend to be another.
func clean(s string) string {
	s = oneLine(s)
	if utf8.RuneCountInString(s) > maxValue {
		s = strings.TrimSpace(string([]rune(s)[:maxValue-1])) + "…"
	}
	return s
}

func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "�")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200d': // joins the parts of one emoji
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.C, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
