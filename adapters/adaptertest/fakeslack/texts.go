package fakeslack

import "strings"

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// Texts are what a person reads in blocks, one piece for each that Slack draws apart. Labels of controls are not among
// them.
func Texts(blocks []any) []string {
	var all []string
	for _, b := range blocks {
		block, _ := b.(map[string]any)
		switch block["type"] {
		case "header":
			all = append(all, Read(block["text"]))
		case "section":
			if block["text"] != nil {
				all = append(all, Read(block["text"]))
			}
			fields, _ := block["fields"].([]any)
			for _, f := range fields {
				all = append(all, Read(f))
			}
		case "context":
			elements, _ := block["elements"].([]any)
			for _, e := range elements {
				all = append(all, Read(e))
			}
		case "rich_text":
			all = append(all, richText(block))
		}
	}
	return all
}

// Read is what a person reads of a text object.
func Read(v any) string {
	object, _ := v.(map[string]any)
	words, _ := object["text"].(string)
	if object["type"] == "mrkdwn" {
		return unescape.Replace(words)
	}
	return words
}

func richText(v any) string {
	var b strings.Builder
	switch v := v.(type) {
	case map[string]any:
		if v["type"] == "text" {
			words, _ := v["text"].(string)
			return words
		}
		return richText(v["elements"])
	case []any:
		for _, e := range v {
			b.WriteString(richText(e))
		}
	}
	return b.String()
}

// A Control is something to press or choose: its action id, what is read on it and what it sends.
type Control struct {
	Type, Block, Action, Label, Value, Style string
	Confirm                                  bool // it asks again
}

// Controls are the buttons and menu options in blocks, in order.
func Controls(blocks []any) []Control {
	var all []Control
	for _, b := range blocks {
		block, _ := b.(map[string]any)
		if block["type"] != "actions" {
			continue
		}
		elements, _ := block["elements"].([]any)
		for _, e := range elements {
			element, _ := e.(map[string]any)
			c := Control{Block: text(block, "block_id"), Action: text(element, "action_id"), Type: text(element, "type"), Style: text(element, "style"), Confirm: element["confirm"] != nil}
			if c.Type == "button" {
				c.Label, c.Value = Read(element["text"]), text(element, "value")
				all = append(all, c)
				continue
			}
			options, _ := element["options"].([]any)
			for _, o := range options {
				option, _ := o.(map[string]any)
				c.Label, c.Value = Read(option["text"]), text(option, "value")
				all = append(all, c)
			}
		}
	}
	return all
}
