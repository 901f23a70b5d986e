package web

import "github.com/aftersale/aftersale/adapters/chat"

// limits are what the chat that a pane is drawn after can do. Characters, unless a comment says otherwise.
type limits struct {
	Text    int  // of one block, message or bubble; longer texts are split at paragraphs
	Title   int  // of a card
	Label   int  // of a fact
	Value   int  // of a fact
	Facts   int  // in one message
	Button  int  // label
	Row     int  // buttons beside each other
	Buttons int  // in one message; more become a menu
	Menu    int  // options of one menu
	Option  int  // label of a menu's option
	Radio   int  // choices of a form that are drawn as radio buttons; more become a menu
	Form    bool // several questions at once, in a modal
	Modal   int  // title of a modal
	Inputs  int  // fields of a modal; more go to a next page of it
	Ask     int  // label of a field
	Hint    int  // of a field
	Input   int  // typed into a field
	Say     int  // typed into the chat
	UTF16   bool // lengths are counted in UTF-16 code units
}

// Sources: Slack, Block Kit reference; Discord, API v10 reference (components, interactions); Telegram, Bot API 10.1;
// all read 2026-07.
var paneLimits = map[Pane]limits{
	Team: {
		Text: 3000, Title: 150, Label: 200, Value: 1700, Facts: 10 * 4, // section text; header; a field has 2000 in all; four sections
		Button: 75, Row: 25, Buttons: 25, Menu: 100, Option: 75, Radio: 10,
		Form: true, Modal: 24, Inputs: 100, Ask: 2000, Hint: 2000, Input: 3000, Say: 4000,
	},
	Creator: {
		Text: 2000, Title: 256, Label: 256, Value: 1024, Facts: 25,
		Button: 80, Row: 5, Buttons: 25, Menu: 25, Option: 100, Radio: 10,
		Form: true, Modal: 45, Inputs: 5, Ask: 45, Hint: 100, Input: 4000, Say: 2000,
	},
	Buyer: {
		Text: 4096, Title: 1000, Label: 200, Value: 1000, Facts: 40,
		Button: 64, Row: 3, Buttons: 60, Menu: 0, Option: 64, Radio: 0,
		Ask: 1000, Hint: 1000, Input: 4096, Say: 4096, UTF16: true,
	},
}

// measure is how lengths are counted.
func (l limits) measure() chat.Measure {
	if l.UTF16 {
		return chat.UTF16
	}
	return chat.Runes
}

func (l limits) length(s string) int { return l.measure().Length(s) }

func (l limits) clamp(s string, n int) string { return l.measure().Clamp(s, n) }

func (l limits) split(s string, n int) []string { return l.measure().Split(s, n) }
