package slack

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/aftersale/aftersale/flows/flow"
)

// A message is what chat.postMessage takes: blocks, and the text that stands in notifications.
type message struct {
	text   string
	blocks []slack.Block
}

func (m message) options() []slack.MsgOption {
	return []slack.MsgOption{slack.MsgOptionText(m.text, false), slack.MsgOptionBlocks(m.blocks...)} // escaped by notice
}

// lasting are the options of a message that everybody there sees, without previews of what it links to.
func (m message) lasting() []slack.MsgOption {
	return append(m.options(), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
}

// speech says the adapter's own words in a reader's language.
type speech func(key string) string

// A drawing is a card being laid out: blocks with the number of characters that each shows.
type drawing struct {
	blocks []slack.Block
	sizes  []int
	say    speech
}

func (d *drawing) add(b slack.Block, size int) {
	d.blocks, d.sizes = append(d.blocks, b), append(d.sizes, size)
}

// draw draws a view as one message, or as several where Slack's limits ask for it; what can be pressed is in the last one.
func draw(v flow.Shown, say speech) []message {
	d := &drawing{say: say}
	d.texts(v)
	d.question(v)
	body := len(d.blocks)
	d.controls(v)
	text := notice(v)
	var all []message
	for _, blocks := range pack(d.blocks[:body], d.sizes[:body], maxBlocks-(len(d.blocks)-body)) {
		all = append(all, message{text: text, blocks: blocks})
	}
	if len(all) == 0 {
		all = []message{{text: text}}
	}
	last := &all[len(all)-1]
	last.blocks = append(last.blocks, d.blocks[body:]...)
	return all
}

// pack distributes blocks over messages of at most n blocks and maxLength characters.
func pack(blocks []slack.Block, sizes []int, n int) [][]slack.Block {
	var all [][]slack.Block
	length := 0
	for i, b := range blocks {
		full := len(all) > 0 && (len(all[len(all)-1]) >= n || length+sizes[i] > maxLength)
		if len(all) == 0 || full {
			all, length = append(all, nil), 0
		}
		all[len(all)-1] = append(all[len(all)-1], b)
		length += sizes[i]
	}
	return all
}

// texts draws title, problem, body and facts. What people wrote stands in plain_text and rich_text, where nothing is read
// as markup, as a mention or as an emoji.
func (d *drawing) texts(v flow.Shown) {
	if v.Title != "" {
		if measure.Length(v.Title) <= maxHeader && !strings.Contains(v.Title, "\n") {
			d.add(slack.NewHeaderBlock(literal(v.Title)), measure.Length(v.Title))
		} else {
			d.paragraph(v.Title)
		}
	}
	if v.Problem != "" {
		d.problem(v.Problem)
	}
	if v.Hint != "" {
		d.context(measure.Clamp(v.Hint, maxSection))
	}
	for _, p := range v.Body {
		d.paragraph(p)
	}
	d.facts(v.Facts)
}

func (d *drawing) paragraph(text string) {
	for _, piece := range measure.Split(text, maxSection) {
		d.add(slack.NewSectionBlock(literal(piece), nil, nil), measure.Length(piece))
	}
}

// problem stands out: bold behind a sign.
func (d *drawing) problem(text string) {
	text = measure.Clamp(text, maxWrong)
	d.add(rich(plainly("⚠ "), bold(text)), measure.Length(text)+2)
}

func (d *drawing) context(text string) {
	d.add(slack.NewContextBlock("", literal(text)), measure.Length(text))
}

// facts are lines "label: value".
func (d *drawing) facts(facts []flow.ShownFact) {
	var line []slack.RichTextSectionElement
	used := 0
	flush := func() {
		if len(line) > 0 {
			d.add(rich(line...), used)
		}
		line, used = nil, 0
	}
	for i, f := range facts {
		if i == maxFacts {
			break
		}
		label, value := measure.Clamp(f.Label, maxLabel), measure.Clamp(f.Value, maxValue)
		size := measure.Length(label) + measure.Length(value) + 3
		if used+size > maxFact {
			flush()
		}
		if len(line) > 0 {
			line = append(line, plainly("\n"))
		}
		line = append(line, bold(label+": "), plainly(value))
		used += size
	}
	flush()
}

// question says what typing answers, where the question is not a modal's.
func (d *drawing) question(v flow.Shown) {
	if v.Ended || len(v.Fields) != 1 {
		return
	}
	f := v.Fields[0]
	if f.Label != "" && f.Label != v.Title {
		label := measure.Clamp(f.Label, maxSection)
		d.add(rich(bold(label)), measure.Length(label))
	}
	if f.Hint != "" {
		d.context(measure.Clamp(f.Hint, maxSection))
	}
	if n := choices(v); n > maxOptions*maxMenus {
		d.numbered(v.Buttons[:n])
	}
}

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

// notice is what stands in a notification, and is read aloud: what it is about, not all that it says.
func notice(v flow.Shown) string {
	var lines []string
	for _, text := range append([]string{v.Title, v.Problem}, v.Body...) {
		if text != "" {
			lines = append(lines, text)
		}
	}
	if len(lines) == 0 {
		for _, f := range v.Facts {
			lines = append(lines, f.Label+": "+f.Value)
		}
	}
	if len(lines) == 0 {
		return "…" // Slack refuses a message without any text
	}
	return escape(measure.Clamp(strings.Join(lines, "\n"), maxNotice))
}

// literal is a text that is shown as it is; Slack refuses an empty one.
func literal(s string) *slack.TextBlockObject {
	if s == "" {
		s = "\u00a0"
	}
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

func rich(elements ...slack.RichTextSectionElement) *slack.RichTextBlock {
	return slack.NewRichTextBlock("", slack.NewRichTextSection(elements...))
}

func plainly(s string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, nil)
}

func bold(s string) slack.RichTextSectionElement {
	return slack.NewRichTextSectionTextElement(s, &slack.RichTextSectionTextStyle{Bold: true})
}
