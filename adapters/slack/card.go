package slack

import (
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
		line = append(line, bold(label+": "))
		if value != "" { // Slack refuses an empty one
			line = append(line, plainly(value))
		}
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
