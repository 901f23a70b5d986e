package discord

import (
	"strings"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// Platform is this adapter's name in identities, conversations and cards.
const Platform = "discord"

// Command is the one command, whose sub-commands are the words of the flows.
const Command = "support"

// Group is where the rare words stand in that command: /support more audit.
const Group = "more"

const rarePrefix = "/" + Command + " " + Group + " "

// whisper marks the id of a message that only one person sees: nothing can edit it later.
const whisper = "~"

// direct marks the chat of one person: "@" and the user's id, whatever channel Discord has for it.
const direct = "@"

// What a custom_id stands for. The rest of it is a token of the flows; of a menu, a number: its options are the tokens.
const (
	pressID = "p:"
	menuID  = "m:"
	formID  = "f:"
)

// maxDepth is how deep parts of a modal or of a command may be nested; Discord's are two.
const maxDepth = 4

// decode turns an interaction into what the person did; ok is false when it holds nothing that a flow could use.
func decode(i interaction) (in flow.Inbound, ok bool) {
	in = origin(i)
	switch i.Type {
	case commandInteraction:
		in.Input, ok = command(i.Data)
	case componentInteraction:
		in.Input, ok = press(i.Data)
	case modalInteraction:
		in.Input, ok = submit(i.Data)
	}
	return in, ok && in.User != "" && i.ID != ""
}

// origin is where an interaction comes from, and from whom.
func origin(i interaction) flow.Inbound {
	u := i.who()
	in := flow.Inbound{
		ID: "i:" + i.ID, Platform: Platform, Chat: i.ChannelID, Direct: direct + u.ID, User: u.ID, UserName: chat.Clean(u.name()),
		Locale: i.Locale, Shared: !i.direct(), Forms: true, CommandPrefix: "/" + Command + " ", RarePrefix: rarePrefix,
	}
	if i.direct() {
		in.Chat = in.Direct
	}
	if i.Message != nil && i.Message.ID != "" {
		in.Message = i.Message.ID
		if i.Message.whispered() {
			in.Message = whisper + in.Message
		}
	}
	return in
}

// command reads a sub-command with its options.
func command(d interactionData) (flow.Gesture, bool) {
	if d.Name != Command || len(d.Options) == 0 {
		return nil, false
	}
	sub := innermost(d.Options[0])
	c := flow.Command{Word: strings.ToLower(sub.Name)}
	for _, o := range sub.Options {
		if value := chat.Clean(o.text()); value != "" && o.Name != "" {
			if c.Values == nil {
				c.Values = map[string]string{}
			}
			c.Values[o.Name] = value
		}
	}
	return c, c.Word != ""
}

// innermost is the sub-command that was chosen, wherever it stands.
func innermost(o commandOption) commandOption {
	if o.Type == subGroup && len(o.Options) > 0 {
		return o.Options[0]
	}
	return o
}

// press reads a button, or the option of a menu that stands for one.
func press(d interactionData) (flow.Gesture, bool) {
	token, ok := strings.CutPrefix(d.CustomID, pressID)
	if !ok && strings.HasPrefix(d.CustomID, menuID) && len(d.Values) == 1 {
		token, ok = d.Values[0], true
	}
	return flow.Pressed{Token: token}, ok && token != ""
}

// submit reads a filled modal.
func submit(d interactionData) (flow.Gesture, bool) {
	token, ok := strings.CutPrefix(d.CustomID, formID)
	values := map[string]string{}
	collect(d.Components, values, maxDepth)
	return flow.Submitted{Token: token, Values: values}, ok && token != ""
}

// collect finds the answers wherever they are nested: in labels today, in rows before.
func collect(parts []filled, values map[string]string, depth int) {
	if depth == 0 {
		return
	}
	for _, p := range parts {
		switch {
		case p.CustomID != "" && p.Type == stringSelect:
			values[p.CustomID] = strings.Join(p.Values, " ")
		case p.CustomID != "":
			values[p.CustomID] = chat.Clean(p.Value)
		}
		if p.Component != nil {
			collect([]filled{*p.Component}, values, depth-1)
		}
		collect(p.Components, values, depth-1)
	}
}

// decodeTyped turns a message in the private chat into what was typed there. In servers the bot reads nothing.
func decodeTyped(m received) (flow.Inbound, bool) {
	text := chat.Clean(m.Content)
	in := flow.Inbound{
		ID: "m:" + m.ID, Platform: Platform, Chat: direct + m.Author.ID, Direct: direct + m.Author.ID, User: m.Author.ID,
		UserName: chat.Clean(m.Author.name()), Forms: true, CommandPrefix: "/" + Command + " ", RarePrefix: rarePrefix,
	}
	if text == "" || m.ID == "" || m.Author.ID == "" || m.Author.Bot || m.WebhookID != "" || m.GuildID != "" {
		return in, false
	}
	in.Input = chat.Parse(text, "/"+Command)
	if c, ok := in.Input.(flow.Command); ok && c.Word == Group && c.Rest != "" {
		in.Input = chat.ParseWords(c.Rest) // as the help shows it
	}
	return in, true
}

// typing is an option of a command that somebody is filling in.
type typing struct{ word, option, text string }

// decodeTyping reads which option has the cursor.
func decodeTyping(d interactionData) (typing, bool) {
	if d.Name != Command || len(d.Options) == 0 {
		return typing{}, false
	}
	sub := innermost(d.Options[0])
	for _, o := range sub.Options {
		if o.Focused {
			return typing{strings.ToLower(sub.Name), o.Name, chat.Clean(o.text())}, true
		}
	}
	return typing{}, false
}
