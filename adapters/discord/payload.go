package discord

import "encoding/json"

// The numbers of Discord's component types, styles and flags. Own structs stand below because those of discordgo v0.29.0
// lack the label and the select of a modal, and write out empty options that Discord refuses there.
const (
	actionRow    = 1
	buttonType   = 2
	stringSelect = 3
	textInput    = 4
	textDisplay  = 10
	labelType    = 18

	stylePrimary   = 1
	styleSecondary = 2
	styleDanger    = 4

	inputShort     = 1
	inputParagraph = 2

	flagEphemeral = 1 << 6
)

// The kinds of an interaction's first answer.
const (
	answerPong        = 1
	answerMessage     = 4
	answerLater       = 5 // "thinking…", in a message that an edit fills
	answerUpdateLater = 6 // nothing changes yet
	answerUpdate      = 7
	answerChoices     = 8
	answerModal       = 9
)

// A callback is the first answer to an interaction.
type callback struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

// A message is one to be sent, or what an edit makes of one: each part is replaced, the empty ones are emptied.
type message struct {
	Content         string      `json:"content"`
	Embeds          []embed     `json:"embeds"`
	Components      []component `json:"components"`
	AllowedMentions mentions    `json:"allowed_mentions"`
	Flags           int         `json:"flags,omitempty"`
	Nonce           string      `json:"nonce,omitempty"`
	EnforceNonce    bool        `json:"enforce_nonce,omitempty"`
	Attachments     []attached  `json:"attachments,omitempty"`
}

// attached names a file that comes with a message.
type attached struct {
	ID   string `json:"id"` // of its part: "0" of "files[0]"
	Name string `json:"filename"`
}

// mentions lists whom a message may notify: nobody, ever.
type mentions struct {
	Parse []string `json:"parse"`
}

// MarshalJSON writes empty lists as such: null would leave the old ones in place.
func (m message) MarshalJSON() ([]byte, error) {
	type plain message
	p := plain(m)
	if p.Embeds == nil {
		p.Embeds = []embed{}
	}
	if p.Components == nil {
		p.Components = []component{}
	}
	p.AllowedMentions.Parse = []string{}
	return json.Marshal(p)
}

// An embed is the card of a message.
type embed struct {
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	Color       int          `json:"color,omitempty"`
	Fields      []embedField `json:"fields,omitempty"`
}

type embedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline,omitempty"`
}

// A component is anything to press or to fill in, or what holds it.
type component struct {
	Type        int         `json:"type"`
	Components  []component `json:"components,omitempty"` // of a row
	Component   *component  `json:"component,omitempty"`  // of a label
	CustomID    string      `json:"custom_id,omitempty"`
	Label       string      `json:"label,omitempty"`
	Description string      `json:"description,omitempty"` // of a label
	Style       int         `json:"style,omitempty"`
	Options     []option    `json:"options,omitempty"`
	Placeholder string      `json:"placeholder,omitempty"`
	Value       string      `json:"value,omitempty"`
	Content     string      `json:"content,omitempty"` // of a text display
	MaxLength   int         `json:"max_length,omitempty"`
	Required    *bool       `json:"required,omitempty"` // in a modal: Discord's default is true
	MinValues   *int        `json:"min_values,omitempty"`
	Disabled    bool        `json:"disabled,omitempty"`
}

// An option of a menu.
type option struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

// A modal is a form in a window.
type modal struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []component `json:"components"`
}

// choices is the answer to what is being typed; an empty list must be written as one.
type choices struct {
	Choices []choice `json:"choices"`
}

type choice struct {
	Name          string            `json:"name"`
	Value         string            `json:"value"`
	Localizations map[string]string `json:"name_localizations,omitempty"`
}
