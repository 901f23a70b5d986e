package slack

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/aftersale/aftersale/flows/flow"
)

// product is the bot's name to the team, the same in all languages.
const product = "Aftersale"

// Block ids of a modal: a field's own, and of what stands below it when its answer was wrong. They stay the same when a
// form is shown again, so that Slack keeps what was typed.
const (
	fieldBlock   = "field:"
	problemBlock = "problem:"
)

// callback is the modals' callback_id; what they are for stands in their memory.
const callback = "form"

// cancels tells the button that leaves a conversation: closing the window means the same. Other buttons' names are none of
// an adapter's business.
func cancels(b flow.ShownButton) bool { return strings.HasSuffix(b.Token, ".cancel") }

// modal draws a form. Its [Cancel] is the window's own; a window that was opened from a card with the form leaves
// cancelling to the card, so that closing it by mistake loses nothing.
func modal(v flow.Shown, m memory, fromCard bool, say speech) slack.ModalViewRequest {
	m.Token, m.Close = v.Token, ""
	shut := say("chat.close")
	var buttons []flow.ShownButton
	for _, b := range v.Buttons {
		switch {
		case !cancels(b):
			buttons = append(buttons, b)
		case !fromCard:
			m.Close, shut = b.Token, b.Label
		}
	}
	d := &drawing{say: say}
	head := v
	head.Facts, head.Fields = v.Facts, nil
	if measure.Length(v.Title) <= maxModalTitle && !strings.Contains(v.Title, "\n") {
		head.Title = ""
	}
	if slices.ContainsFunc(v.Fields, func(f flow.ShownField) bool { return f.Problem != "" }) {
		head.Problem = "" // it stands below its field
	}
	d.texts(head)
	for _, f := range v.Fields {
		d.field(f)
	}
	d.row(v.Token, buttons[:min(len(buttons), maxRow)])
	title := product
	if head.Title == "" && v.Title != "" {
		title = v.Title
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, Title: literal(title), Blocks: slack.Blocks{BlockSet: d.within(maxViewBlocks)},
		Submit: literal(measure.Clamp(say("chat.send"), maxSubmit)), Close: literal(measure.Clamp(shut, maxSubmit)),
		PrivateMetadata: m.String(), NotifyOnClose: m.Close != "",
	}
}

// within drops what is too much from the top: help and explanations, never a field or a button.
func (d *drawing) within(n int) []slack.Block {
	return d.blocks[max(0, len(d.blocks)-n):]
}

// field draws one field, and below it what was wrong with its answer.
func (d *drawing) field(f flow.ShownField) {
	var hint *slack.TextBlockObject
	if f.Hint != "" {
		hint = literal(measure.Clamp(f.Hint, maxHint))
	}
	in := slack.NewInputBlock(fieldBlock+f.Name, literal(measure.Clamp(f.Label, maxAsk)), hint, d.element(f))
	d.add(in.WithOptional(f.Optional), 0)
	if f.Problem != "" {
		text := literal("⚠ " + measure.Clamp(f.Problem, maxWrong))
		d.add(slack.NewContextBlock(problemBlock+f.Name, text), 0)
	}
}

// looksRight tells what Slack takes as the value of an e-mail field. What somebody typed elsewhere and is no address goes
// into a field for any text: Slack would refuse the whole window.
var looksRight = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

func (d *drawing) element(f flow.ShownField) slack.BlockElement {
	value := measure.Clamp(f.Value, maxInput)
	switch {
	case f.Kind == flow.ChoiceField && len(f.Options) > 0:
		return d.choice(f)
	case f.Kind == flow.EmailField && (value == "" || looksRight.MatchString(value)):
		in := slack.NewEmailTextInputBlockElement(nil, f.Name)
		in.InitialValue = value
		return in
	}
	in := slack.NewPlainTextInputBlockElement(nil, f.Name)
	in.InitialValue, in.Multiline, in.MaxLength = value, f.Kind == flow.LongField, maxInput
	return in
}

func (d *drawing) choice(f flow.ShownField) slack.BlockElement {
	options := make([]*slack.OptionBlockObject, min(len(f.Options), maxOptions))
	var chosen *slack.OptionBlockObject
	for i := range options {
		o := f.Options[i]
		options[i] = slack.NewOptionBlockObject(o.Value, literal(measure.Clamp(o.Label, maxOption)), nil)
		if o.Value == f.Value {
			chosen = options[i]
		}
	}
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, literal(measure.Clamp(d.say("chat.choose"), maxPlaceholder)), f.Name, options...)
	menu.InitialOption = chosen
	return menu
}

// problems are what stands beside the fields of an open modal; false when the answer is another form than the one that is
// open, or has nothing to say of a single field.
func problems(v flow.Shown, inputs []string) (map[string]string, bool) {
	wrong := map[string]string{}
	if len(v.Fields) != len(inputs) {
		return nil, false
	}
	for _, f := range v.Fields {
		if !slices.Contains(inputs, fieldBlock+f.Name) {
			return nil, false
		}
		if f.Problem != "" {
			text := f.Problem
			if v.Hint != "" && f.Problem == v.Problem {
				text += " " + v.Hint
			}
			wrong[fieldBlock+f.Name] = measure.Clamp(text, maxWrong)
		}
	}
	return wrong, len(wrong) > 0
}

// sheet draws a card in a modal: the start menu, opened from where there is no chat.
func sheet(v flow.Shown, m memory, say speech) slack.ModalViewRequest {
	d := &drawing{say: say}
	d.texts(v)
	d.question(v)
	d.controls(v)
	if len(d.blocks) == 0 {
		d.paragraph("…")
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, Title: literal(product), Blocks: slack.Blocks{BlockSet: d.within(maxViewBlocks)},
		Close: literal(measure.Clamp(say("chat.close"), maxSubmit)), PrivateMetadata: m.String(),
	}
}

// aside is a modal that says one sentence, such as where the answer is.
func aside(text string, say speech) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, Title: literal(product), Close: literal(measure.Clamp(say("chat.close"), maxSubmit)),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(literal(measure.Clamp(text, maxSection)), nil, nil)}},
	}
}

// home draws the card of the home tab.
func home(v flow.Shown, say speech) slack.HomeTabViewRequest {
	d := &drawing{say: say}
	d.texts(v)
	d.question(v)
	d.controls(v)
	if len(d.blocks) == 0 {
		d.paragraph("…")
	}
	if len(d.blocks) > maxViewBlocks {
		d.blocks = d.blocks[:maxViewBlocks]
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: "home", Blocks: slack.Blocks{BlockSet: d.blocks}}
}

// small reports whether an acknowledgement is small enough to arrive.
func small(payload any) bool {
	b, err := json.Marshal(payload)
	return err == nil && len(b) <= maxAck
}
