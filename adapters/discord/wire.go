package discord

import "encoding/json"

// What Discord sends, as far as it is read. discordgo's own types are not used: a component that it does not know, such
// as the label of a modal, makes it give up the whole interaction.

// The kinds of interactions.
const (
	pingInteraction         = 1
	commandInteraction      = 2
	componentInteraction    = 3
	autocompleteInteraction = 4
	modalInteraction        = 5
)

// contextDirect is an interaction in the private chat with the bot.
const contextDirect = 1

// An interaction is something that a person did.
type interaction struct {
	ID            string          `json:"id"`
	ApplicationID string          `json:"application_id"`
	Type          int             `json:"type"`
	Token         string          `json:"token"`
	GuildID       string          `json:"guild_id"`
	ChannelID     string          `json:"channel_id"`
	Context       *int            `json:"context"`
	Locale        string          `json:"locale"`
	Member        *member         `json:"member"` // in servers
	User          *user           `json:"user"`   // elsewhere
	Message       *received       `json:"message"`
	Data          interactionData `json:"data"`
}

type member struct {
	User user   `json:"user"`
	Nick string `json:"nick"`
}

type user struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
	Bot        bool   `json:"bot"`
}

// received is a message: the one that was pressed, or one that somebody typed.
type received struct {
	ID         string      `json:"id"`
	ChannelID  string      `json:"channel_id"`
	GuildID    string      `json:"guild_id"`
	Author     user        `json:"author"`
	Content    string      `json:"content"`
	Flags      int         `json:"flags"`
	Type       int         `json:"type"`
	WebhookID  string      `json:"webhook_id"`
	Components []component `json:"components"`
	Embeds     []embed     `json:"embeds"`
	Files      []struct {
		Name string `json:"filename"`
		Size int64  `json:"size"`
		URL  string `json:"url"`
	} `json:"attachments"`
}

// interactionData is what each kind of interaction carries.
type interactionData struct {
	Name       string          `json:"name"`
	Options    []commandOption `json:"options"`
	CustomID   string          `json:"custom_id"`
	Values     []string        `json:"values"`
	Components []filled        `json:"components"`
}

type commandOption struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Focused bool            `json:"focused"`
	Options []commandOption `json:"options"`
}

// filled is a part of a modal that was sent.
type filled struct {
	Type       int      `json:"type"`
	CustomID   string   `json:"custom_id"`
	Value      string   `json:"value"`
	Values     []string `json:"values"`
	Component  *filled  `json:"component"`
	Components []filled `json:"components"`
}

// text is an option's value; Discord sends numbers and booleans as such.
func (o commandOption) text() string {
	var s string
	if json.Unmarshal(o.Value, &s) == nil {
		return s
	}
	return string(o.Value)
}

// who did it.
func (i interaction) who() user {
	switch {
	case i.Member != nil:
		u := i.Member.User
		if i.Member.Nick != "" {
			u.GlobalName = i.Member.Nick
		}
		return u
	case i.User != nil:
		return *i.User
	}
	return user{}
}

// name is what others call the person.
func (u user) name() string {
	if u.GlobalName != "" {
		return u.GlobalName
	}
	return u.Username
}

// direct reports whether it happened in the private chat with the bot. Old payloads have no context.
func (i interaction) direct() bool {
	if i.Context == nil {
		return i.GuildID == ""
	}
	return *i.Context == contextDirect
}

// whispered reports whether only one person sees the message.
func (m *received) whispered() bool { return m.Flags&flagEphemeral != 0 }
