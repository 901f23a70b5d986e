package telegram

import (
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// A draft is one message to send.
type draft struct {
	HTML     string
	Keyboard [][]button // of the last one of a view
}

// A block is a piece of text that is not cut.
type block struct {
	html   string
	length int
	before string // what separates it from the block above
}

const (
	line      = "\n"
	paragraph = "\n\n"
)

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace

// render draws a view: its text in as few messages as it takes, the buttons below the last one.
func render(s flow.Shown) []draft {
	rows, list := keyboard(s)
	drafts := pack(blocks(s, list))
	if len(drafts) == 0 {
		drafts = []draft{{HTML: "…"}} // Telegram has no message without text
	}
	drafts[len(drafts)-1].Keyboard = rows
	return drafts
}

// A look is what stands around a piece of text.
type look struct {
	before, after string // markup, or a sign
	length        int    // of the sign
}

var (
	plain   = look{}
	bold    = look{before: "<b>", after: "</b>"}
	italic  = look{before: "<i>", after: "</i>"}
	warning = look{before: "⚠️ ", length: chat.UTF16.Length("⚠️ ")}
)

// blocks are the texts of a view, in reading order. list holds options that no keyboard can: they are answered by number.
func blocks(s flow.Shown, list []string) []block {
	all := make([]block, 0, 8+len(s.Body)+len(s.Facts)+len(list))
	add := func(before, text string, as look) {
		for _, piece := range chat.UTF16.Split(strings.TrimSpace(text), maxText-as.length) {
			all = append(all, block{as.before + escape(piece) + as.after, chat.UTF16.Length(piece) + as.length, before})
			before = line
		}
	}
	add(paragraph, s.Title, bold)
	add(paragraph, s.Problem, warning)
	add(line, s.Hint, plain)
	for _, text := range s.Body {
		add(paragraph, text, plain)
	}
	for i, f := range s.Facts {
		all = append(all, fact(f, i == 0)...)
	}
	if len(s.Fields) == 1 && !s.Ended {
		add(paragraph, s.Fields[0].Label, plain)
		add(line, s.Fields[0].Hint, italic)
	}
	for i, option := range list {
		before := line
		if i == 0 {
			before = paragraph
		}
		add(before, strconv.Itoa(i+1)+". "+option, plain)
	}
	return all
}

// fact is a line "Label: value"; one that fills several messages is plain.
func fact(f flow.ShownFact, first bool) []block {
	label, value := strings.TrimSpace(f.Label), strings.TrimSpace(f.Value)
	before := line
	if first {
		before = paragraph
	}
	text := label + ": " + value
	if n := chat.UTF16.Length(text); n <= maxText {
		return []block{{"<b>" + escape(label) + ":</b> " + escape(value), n, before}}
	}
	var all []block
	for _, piece := range chat.UTF16.Split(text, maxText) {
		all = append(all, block{escape(piece), chat.UTF16.Length(piece), before})
		before = line
	}
	return all
}

// pack puts blocks together as long as they fit.
func pack(blocks []block) []draft {
	var drafts []draft
	var text strings.Builder
	used := 0
	flush := func() {
		if used > 0 {
			drafts = append(drafts, draft{HTML: text.String()})
		}
		text.Reset()
		used = 0
	}
	for _, b := range blocks {
		if used > 0 && used+len(b.before)+b.length > maxText {
			flush()
		}
		if used > 0 {
			text.WriteString(b.before)
			used += len(b.before)
		}
		text.WriteString(b.html)
		used += b.length
	}
	flush()
	return drafts
}

// single is a view in one message, for an edit: what does not fit is left out, and said by an ellipsis. No live card
// comes near that.
func single(s flow.Shown) draft {
	drafts := render(s)
	if len(drafts) == 1 {
		return drafts[0]
	}
	rows, list := keyboard(s)
	fitting, used := []block{}, 2
	for _, b := range blocks(s, list) {
		if used += len(b.before) + b.length; used > maxText {
			break
		}
		fitting = append(fitting, b)
	}
	d := draft{HTML: "…", Keyboard: rows}
	if packed := pack(fitting); len(packed) > 0 {
		d.HTML = packed[0].HTML + "\n…"
	}
	return d
}
