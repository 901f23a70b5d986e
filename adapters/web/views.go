package web

import "html/template"

// A pageView is the whole page.
type pageView struct {
	voice
	seats
	Shop      string
	Initials  string
	Theme     string
	Version   string
	Tab       string
	Tour      bool
	Languages []languageView
	Panes     []paneView
	Office    *officeView
	Letter    *letterView
	Events    string // address of the event stream
	Largest   int    // bytes of a file that it is worth sending: of larger ones the page itself says so
	MaxFile   int    // MiB that a file may have
}

// A languageView is one of the languages that the page can be read in.
type languageView struct {
	Code, Short, Name string
	Here              bool
	Link              template.URL
}

// A paneView is one chat.
type paneView struct {
	voice
	ID          string
	Style       string
	Title       string
	Like        string
	Keyboard    string
	Switch      string
	Seats       seats
	Users       []userView
	Problem     string
	Room        *chatView
	Direct      chatView
	DirectTitle string
	Placeholder string
	Max         int
	Nonce       string
	Commands    []commandView
}

// A userView is somebody who can take the pane's seat.
type userView struct {
	ID, Name, Role string
	Here           bool
}

// A chatView is a list of messages.
type chatView struct {
	Chat     string
	Name     string
	Messages []messageView
}

// A commandView is one suggestion.
type commandView struct{ Word, About string }
