package flow

import "time"

// A Text is a message by key with the values it speaks of. Values keep their types (actions.Money, time.Time,
// actions.Email …) until a reader's language is known. The value of a Literal is shown as it is.
type Text struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// T makes a Text of a key and alternating names and values.
func T(key string, args ...any) Text {
	t := Text{Key: key}
	if len(args) > 0 {
		t.Args = make(map[string]any, len(args)/2)
	}
	for i := 0; i+1 < len(args); i += 2 {
		t.Args[args[i].(string)] = args[i+1]
	}
	return t
}

// A Fact is one line of a card: a label by key ("card.<Name>") and a value in its own type.
type Fact struct {
	Name  string
	Value any
}

// Card makes facts of alternating names and values; facts whose value is the zero string, nil or an empty list are left out.
func Card(pairs ...any) []Fact {
	facts := make([]Fact, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		if empty(pairs[i+1]) {
			continue
		}
		facts = append(facts, Fact{Name: pairs[i].(string), Value: pairs[i+1]})
	}
	return facts
}

// A PersonName is somebody's name: shown as initials where others read along.
type PersonName string

// A Prose is what somebody wrote at length, such as a message of a buyer: shown as a quotation, with its line breaks.
type Prose string

// A Moment is a time shown with its hour; a bare time.Time is shown as a date.
type Moment time.Time

// A LocalTime is a time shown with its hour as the clocks somewhere say it, whoever reads: that of a meeting of people. An
// empty zone is the reader's.
type LocalTime struct {
	At   time.Time
	Zone string // IANA name
}

// IsZero reports whether there is no time.
func (l LocalTime) IsZero() bool { return l.At.IsZero() }

// Spoken is said in another language than the reader's, for him to pass on; each text is a paragraph. Locale may be empty: then
// it is his own.
type Spoken struct {
	Locale string
	Lines  []Text
}

// A Style says how a button is drawn.
type Style string

// The styles.
const (
	Plain   Style = ""
	Primary Style = "primary"
	Danger  Style = "danger"
)

// A View is what a step shows, before it has a language and a platform.
type View struct {
	Token   Token // of the conversation or subject, without a button
	Flow    string
	Step    string
	Words   string // whose words the step has; empty: the flow's
	Kind    string // form, confirm, menu, result, notice
	Title   Text
	Problem *Problem
	Body    []Text
	Facts   []Fact
	Fields  []FieldView // in prompts, just the one that is asked
	Buttons []Button
	Answer  *Button // shows a form again: see Shown.Answer
	Ended   bool    // nothing can be pressed here any more but what launches another flow
	Live    string  // subject whose changes edit this view wherever it is shown
}

// A Problem is what was wrong with the last answer.
type Problem struct {
	Text  Text   `json:"text"`
	Hint  *Text  `json:"hint,omitempty"`
	Field string `json:"field,omitempty"`
}

// A FieldView is one field of a form.
type FieldView struct {
	Name     string
	Label    Text
	Hint     Text
	Kind     FieldKind
	Options  []Option
	Value    string // what was typed before
	Optional bool
	Secret   bool // the message in which it is typed is deleted
}

// A FieldKind says which control suits a field.
type FieldKind string

// The field kinds.
const (
	TextField   FieldKind = "text"
	EmailField  FieldKind = "email"
	LongField   FieldKind = "long"
	ChoiceField FieldKind = "choice"
)

// An Option is one of a choice.
type Option struct {
	Value string
	Label Text
}

// A Button is something to press. Label is a key; Name goes into the token.
type Button struct {
	Name  string
	Label Text
	Style Style
	Own   bool
	// Masked has the button drawn only where others read along: it leads to what is masked there.
	Masked bool
}

// A Reader is who will read a view: his language and zone, and whether others read over his shoulder.
type Reader struct {
	Locale        string
	Timezone      string
	Shared        bool   // a room: e-mails and names are masked
	CommandPrefix string // what he types before a Word; empty: "/"
	RarePrefix    string // what he types before a RareWord; empty: as before a Word
}

// A RareWord is a Word of a command that is Rare.
type RareWord string

// A Word is the word of a command, shown as it is typed.
type Word string

// Words gives views a language. flows/locales implements it.
type Words interface {
	Show(v View, r Reader) Shown
	Text(t Text, r Reader) string
}

// A Shown is a view in a reader's language: strings alone, all that an adapter needs to draw it. It is plain data and
// survives JSON.
type Shown struct {
	Token   string        `json:"token,omitempty"` // conversation.rev, for Submit; opaque
	Flow    string        `json:"flow,omitempty"`
	Step    string        `json:"step,omitempty"`
	Kind    string        `json:"kind,omitempty"` // form, confirm, menu, result, notice
	Locale  string        `json:"locale,omitempty"`
	Title   string        `json:"title,omitempty"`
	Problem string        `json:"problem,omitempty"`
	Hint    string        `json:"hint,omitempty"` // what to do about the problem
	Body    []string      `json:"body,omitempty"`
	Facts   []ShownFact   `json:"facts,omitempty"`
	Fields  []ShownField  `json:"fields,omitempty"`
	Buttons []ShownButton `json:"buttons,omitempty"` // options of a single choice first, then the step's, then back, help, cancel
	Answer  *ShownButton  `json:"answer,omitempty"`  // of a form: shows it again, where a form cannot open unasked
	Ended   bool          `json:"ended,omitempty"`
	Live    string        `json:"live,omitempty"`
	Replace string        `json:"-"` // message to edit; empty: a new message
	Erase   bool          `json:"-"` // the message that this answers holds what must not stay: delete it, where a bot can
}

// A ShownFact is one line of a card.
type ShownFact struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// A ShownField is one field of a form.
type ShownField struct {
	Name     string        `json:"name"`
	Label    string        `json:"label"`
	Hint     string        `json:"hint,omitempty"`
	Kind     FieldKind     `json:"kind"`
	Options  []ShownOption `json:"options,omitempty"`
	Value    string        `json:"value,omitempty"`
	Optional bool          `json:"optional,omitempty"`
	Problem  string        `json:"problem,omitempty"`
}

// A ShownOption is one of a choice. Value is what Submit carries.
type ShownOption struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// A ShownButton is something to press: Token is at most 64 bytes and opaque to adapters.
//
// Own marks what this step alone offers, such as to send a code again: a form that opens must not hide it, as it may
// hide the ways out that all steps have.
type ShownButton struct {
	Token string `json:"token"`
	Label string `json:"label"`
	Style Style  `json:"style,omitempty"`
	Own   bool   `json:"own,omitempty"`
}

// An Inbound is what somebody did in a chat, decoded by an adapter.
type Inbound struct {
	ID       string // the platform's id of the delivery, for telling repeats; empty when it has none
	Platform string
	Chat     string
	Direct   string // chat in which the user alone is written to; empty: Chat, unless others read it
	User     string // the platform's user id
	UserName string
	Locale   string // of the platform's user; empty when unknown
	Shared   bool   // others read this chat too
	Forms    bool   // the platform can ask several fields at once
	// CommandPrefix is what stands before the word of a command here, such as "/support "; empty: "/".
	CommandPrefix string
	// RarePrefix is the same before a Rare word, such as "/support more "; empty: as before any.
	RarePrefix string
	Message    string // the message that was pressed; empty for typed input
	Below      string // of a Remark: the message of a room below which it was written
	Input      Gesture
}

// PrivateChat is where the user alone is written to; empty when that is not known.
func (in Inbound) PrivateChat() string {
	if in.Direct == "" && !in.Shared {
		return in.Chat
	}
	return in.Direct
}

// A Gesture is one of Command, Typed, Pressed, Submitted, Remark, Sent.
type Gesture interface{ gesture() }

// A Command starts a flow by its word: "/refund HP123" is {"refund", "HP123"}. Where the platform has typed options,
// Values holds them by the name of a field of the flow's first form.
type Command struct {
	Word, Rest string
	Values     map[string]string
}

// A Typed is free text.
type Typed struct{ Text string }

// A Pressed is a button by the token it was drawn with.
type Pressed struct{ Token string }

// A Submitted is a filled form by the token of its view.
type Submitted struct {
	Token  string
	Values map[string]string
}

// A Remark is what somebody wrote below a message of a room, to those who read there. It answers nothing.
type Remark struct {
	Text  string
	Files Offer // nil: none
}

func (Remark) gesture()    {}
func (Command) gesture()   {}
func (Typed) gesture()     {}
func (Pressed) gesture()   {}
func (Submitted) gesture() {}
