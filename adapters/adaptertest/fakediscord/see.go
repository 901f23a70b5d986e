package fakediscord

import (
	"regexp"
	"slices"
	"strings"
)

// See lists the messages of a channel as a user sees them, oldest first.
func (s *Server) See(user, channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	for _, m := range s.messages {
		if m.Channel == channel && !m.Deleted && (m.For == "" || m.For == user) {
			all = append(all, m.copied())
		}
	}
	return all
}

func (m *Message) copied() Message {
	c := *m
	c.Embeds, c.Components = slices.Clone(m.Embeds), slices.Clone(m.Components)
	return c
}

// Texts are the texts of a message as they are read, one for each block.
func (m Message) Texts() []string {
	var all []string
	add := func(text string) {
		if text != "" {
			all = append(all, text)
		}
	}
	add(Plain(m.Content))
	for _, e := range m.Embeds {
		add(Plain(e.Title))
		add(Plain(e.Description))
		for _, f := range e.Fields {
			add(Plain(f.Name) + ": " + Plain(f.Value))
		}
	}
	return all
}

// Text is all of it.
func (m Message) Text() string { return strings.Join(m.Texts(), "\n") }

// Flat lists components, those inside others too.
func Flat(all []Component) []Component {
	var out []Component
	for _, c := range all {
		out = append(out, c)
		out = append(out, Flat(c.Components)...)
		if c.Component != nil {
			out = append(out, Flat([]Component{*c.Component})...)
		}
	}
	return out
}

// What a client makes of text: markup is drawn, and an escaped character is itself.
var (
	escaped = regexp.MustCompile(`\\([!-/:-@\[-` + "`" + `{-~])`)
	markup  = []struct {
		find *regexp.Regexp
		draw string
	}{
		{regexp.MustCompile(`<@[!&]?\w+>|@everyone|@here`), "(mention)"},
		{regexp.MustCompile(`<#\w+>`), "(channel)"},
		{regexp.MustCompile(`<a?:\w+:\d+>|:[a-z_]+:`), "(emoji)"},
		{regexp.MustCompile(`<t:-?\d+(?::\w)?>`), "(time)"},
		{regexp.MustCompile(`</[\w ]+:\d+>`), "(command)"},
		{regexp.MustCompile(`\[([^\]]*)\]\(<?https?://[^)]*\)`), "(link $1)"},
		{regexp.MustCompile(`<?https?://[^\s<]+`), "(link)"},
		{regexp.MustCompile(`(?m)^(?:#{1,3} |-# |>>> |> )`), "(block) "},
		{regexp.MustCompile(`(?m)^[ ]*(?:[-*+] |\d+\. )`), "(item) "},
		{regexp.MustCompile("(?s)```(.+?)```"), "(code $1)"},
		{regexp.MustCompile("`([^`]+)`"), "(code $1)"},
		{regexp.MustCompile(`(?s)\*\*(.+?)\*\*`), "$1"},
		{regexp.MustCompile(`(?s)__(.+?)__`), "(underlined $1)"},
		{regexp.MustCompile(`(?s)~~(.+?)~~`), "(struck $1)"},
		{regexp.MustCompile(`(?s)\|\|(.+?)\|\|`), "(spoiler $1)"},
		{regexp.MustCompile(`\*(\S(?:[^*]*\S)?)\*`), "(italic $1)"},
		{regexp.MustCompile(`\b_(\S(?:[^_]*\S)?)_\b`), "(italic $1)"},
	}
)

// Plain is a text as a client draws it. Bold is left out, as we use it; all other markup is named, since none of it is
// ours: it must have been in what somebody wrote.
func Plain(text string) string {
	var kept []string // escaped characters, out of the way of the markup
	text = escaped.ReplaceAllStringFunc(text, func(m string) string {
		kept = append(kept, m[1:])
		return "\x00"
	})
	for _, m := range markup {
		text = m.find.ReplaceAllString(text, m.draw)
	}
	var b strings.Builder
	for i, part := range strings.Split(text, "\x00") {
		if i > 0 {
			b.WriteString(kept[i-1])
		}
		b.WriteString(part)
	}
	return b.String()
}
