package slack

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/aftersale/aftersale/flows/flow"
)

// choices is how many of a view's buttons answer its one question.
func choices(v flow.Shown) int {
	if !picks(v) {
		return 0
	}
	return min(len(v.Fields[0].Options), len(v.Buttons))
}

// controls draws what can be pressed: buttons, menus for a long choice. One that no menu holds is a numbered list.
func (d *drawing) controls(v flow.Shown) {
	buttons := v.Buttons
	if opens(v) && v.Answer != nil {
		buttons = append([]flow.ShownButton{*v.Answer}, buttons...)
	}
	switch options := choices(v); {
	case options > maxOptions*maxMenus:
		buttons = buttons[options:] // listed by question
	case options > maxButtons:
		d.menus(v.Token, buttons[:options])
		buttons = buttons[options:]
	case len(buttons) > maxRow: // more than anybody can read: the first row, and the rest in menus
		d.row(v.Token, buttons[:maxButtons])
		d.menus(v.Token, buttons[maxButtons:])
		return
	}
	d.row(v.Token, buttons)
}

func (d *drawing) row(token string, buttons []flow.ShownButton) {
	if len(buttons) == 0 {
		return
	}
	elements := make([]slack.BlockElement, len(buttons))
	size := 0
	for i, b := range buttons {
		label := measure.Clamp(b.Label, maxButton)
		button := slack.NewButtonBlockElement("b"+strconv.Itoa(i), b.Token, literal(label))
		switch b.Style {
		case flow.Primary:
			button.Style = slack.StylePrimary
		case flow.Danger:
			button.Style = slack.StyleDanger
			button.Confirm = d.sure()
		}
		elements[i] = button
		size += measure.Length(label)
	}
	d.add(slack.NewActionBlock(d.blockID(token), elements...), size)
}

// sure asks again before something that cannot be taken back.
func (d *drawing) sure() *slack.ConfirmationBlockObject {
	say := func(key string, n int) *slack.TextBlockObject { return literal(measure.Clamp(d.say(key), n)) }
	ask := slack.NewConfirmationBlockObject(say("chat.sure_title", maxSureTitle), say("chat.sure_text", maxSureText),
		say("chat.sure_yes", maxSureButton), say("chat.sure_no", maxSureButton))
	return ask.WithStyle(slack.StyleDanger)
}

// menus draws a choice as menus whose values are the buttons' tokens.
func (d *drawing) menus(token string, buttons []flow.ShownButton) {
	for len(buttons) > 0 {
		n := min(len(buttons), maxOptions)
		options := make([]*slack.OptionBlockObject, n)
		for i, b := range buttons[:n] {
			options[i] = slack.NewOptionBlockObject(b.Token, literal(measure.Clamp(b.Label, maxOption)), nil)
		}
		menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, literal(measure.Clamp(d.say("chat.choose"), maxPlaceholder)), "m0", options...)
		d.add(slack.NewActionBlock(d.blockID(token), menu), 0)
		buttons = buttons[n:]
	}
}

// numbered lists a choice for a typed answer: number or name.
func (d *drawing) numbered(buttons []flow.ShownButton) {
	var b strings.Builder
	for i, button := range buttons {
		fmt.Fprintf(&b, "%d. %s\n", i+1, measure.Clamp(button.Label, maxLabel))
	}
	d.paragraph(b.String())
}

// blockID is another one for each state of a card: a menu that keeps its id keeps what was chosen in it.
func (d *drawing) blockID(token string) string {
	return "a" + strconv.Itoa(len(d.blocks)) + ":" + token
}

// opens reports whether a view is a form to be filled in a modal. One choice alone is buttons or a menu.
func opens(v flow.Shown) bool { return !v.Ended && len(v.Fields) > 0 && !picks(v) }

// picks reports whether a view is one choice.
func picks(v flow.Shown) bool {
	return !v.Ended && len(v.Fields) == 1 && v.Fields[0].Kind == flow.ChoiceField
}
