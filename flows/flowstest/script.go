// Package flowstest plays conversations that are written down as text: a test, a specification, and what a new agent
// reads first. A file is a txtar archive: a sentence on what it shows, "given.yaml" with the world before it, and one
// section for each way of talking, "forms" (the platform can ask several fields at once) and "prompts" (it cannot).
//
//	ana> /refund hp1           types a command or an answer
//	ana> [Refund R$ 297,00]    presses a button of the newest message that has it
//	ana> ^[Refund R$ 297,00]   presses it on a message that has been replaced since
//	rui> #approvals [Approve]  presses it in a room
//	rui> #approvals: Old bug.  writes below the newest card there that has a thread
//	ana> Reason: Fraud | Note: x   sends a form
//	@ 2025-03-11T12:00:00Z     moves the clock; @ +3h too
//	@ attendee: raul@example.com 2 Otto Braun <otto@example.org> is named on the page behind the link about tickets that was mailed there last
//	@ not me: joao@example.com presses the button of the page behind the link that was mailed there last
//	@ panel: cancel HP1 SUB1   somebody does that in the commerce platform's own panel; change_email HP1 new@example.com too
//	# a remark
//	< what the bot shows; "<  @joao:" to somebody else, "<  #approvals:" in a room; (edited) when a message changes
//	! what happened outside of the chats: audit, mail, the commerce platform
//
// The lines with < and ! are written by "go test ./flows -update": read that change as a user would.
package flowstest

import (
	"fmt"
	"strings"
)

// A line is one line of a section that is not written by the test: an input, a remark, or a move of the clock.
type line struct {
	number int
	text   string
}

// script keeps what people do; the bot's part is compared, or written anew.
func script(section string) []line {
	var lines []line
	for i, text := range strings.Split(strings.TrimRight(section, "\n"), "\n") {
		if strings.HasPrefix(text, "<") || strings.HasPrefix(text, "!") {
			continue
		}
		lines = append(lines, line{i + 1, text})
	}
	return lines
}

// An act is what somebody does in one line.
type act struct {
	who    string
	room   string // "#approvals" when he presses there
	old    bool   // a button of a replaced message
	button string
	text   string
	below  bool // written in the thread of the room's newest card that has one
}

// parseAct reads "ana> …".
func parseAct(text string) (act, error) {
	who, rest, ok := strings.Cut(text, ">")
	if !ok || who == "" || strings.ContainsAny(who, " \t") {
		return act{}, fmt.Errorf("%q is no input: write \"name> text\"", text)
	}
	a := act{who: who, text: strings.TrimPrefix(rest, " ")}
	press := a.text
	if room, said, ok := strings.Cut(a.text, ": "); ok && strings.HasPrefix(room, "#") && !strings.Contains(room, " ") {
		a.room, a.text, a.below = room, said, true
		return a, nil
	}
	if strings.HasPrefix(press, "#") {
		a.room, press, _ = strings.Cut(press, " ")
	}
	if strings.HasPrefix(press, "^") {
		a.old, press = true, press[1:]
	}
	if strings.HasPrefix(press, "[") && strings.HasSuffix(press, "]") {
		a.button = press[1 : len(press)-1]
	}
	return a, nil
}
