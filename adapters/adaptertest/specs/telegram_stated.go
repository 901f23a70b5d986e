package specs

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The document states limits in sentences.
var (
	statedRange  = regexp.MustCompile(`(\d+)-(\d+) (characters|bytes)`)
	statedMost   = regexp.MustCompile(`(?:up to|can't exceed) (\d+) (characters|bytes)`)
	statedMany   = regexp.MustCompile(`At most (\d+) `)
	statedValues = regexp.MustCompile(`[Mm]ust be (?:one|either)(?: of)? ["“][^.]*`)
	statedValue  = regexp.MustCompile(`, must be ([a-z_]+)$`)
	quoted       = regexp.MustCompile(`["“]([^"”]+)["”]`)
	tags         = regexp.MustCompile(`<[^>]*>`)
	commandName  = regexp.MustCompile(`^[a-z0-9_]+$`)
)

// stated compares a value with what the description of its field says: lengths, counts, values to choose from.
func (f botField) stated(path string, v any, markup string) []string {
	switch v := v.(type) {
	case []any:
		if m := statedMany.FindStringSubmatch(f.Description); m != nil {
			if most, _ := strconv.Atoi(m[1]); len(v) > most {
				return []string{fmt.Sprintf("%s: %d, at most %d go", path, len(v), most)}
			}
		}
	case string:
		return f.statedText(path, v, markup)
	}
	return nil
}

func (f botField) statedText(path, text, markup string) []string {
	if values := statedValues.FindString(f.Description); values != "" {
		var known []string
		for _, m := range quoted.FindAllStringSubmatch(values, -1) {
			known = append(known, m[1])
		}
		if !slices.Contains(known, text) {
			return []string{fmt.Sprintf("%s: %q is none of %s", path, text, strings.Join(known, ", "))}
		}
	}
	if m := statedValue.FindStringSubmatch(f.Description); m != nil && text != m[1] {
		return []string{fmt.Sprintf("%s: %q, must be %s", path, text, m[1])}
	}
	if strings.Contains(f.Description, "only lowercase English letters, digits and underscores") && !commandName.MatchString(text) {
		return []string{fmt.Sprintf("%s: %q has other signs than lower case letters, digits and underscores", path, text)}
	}
	least, most, unit := 0, -1, ""
	if m := statedRange.FindStringSubmatch(f.Description); m != nil {
		least, _ = strconv.Atoi(m[1])
		most, _ = strconv.Atoi(m[2])
		unit = m[3]
	} else if m := statedMost.FindStringSubmatch(f.Description); m != nil {
		most, _ = strconv.Atoi(m[1])
		unit = m[2]
	}
	if most < 0 {
		return nil
	}
	n := len(text)
	if unit == "characters" {
		if strings.Contains(f.Description, "parsing") {
			text = withoutMarkup(text, markup)
		}
		n = len(utf16.Encode([]rune(text))) // the safe reading: entities are counted so
	}
	if n < least || n > most || !utf8.ValidString(text) {
		return []string{fmt.Sprintf("%s: %d %s, %d to %d go", path, n, unit, least, most)}
	}
	return nil
}

// withoutMarkup is about what is left of a text when its entities are parsed.
func withoutMarkup(text, markup string) string {
	switch markup {
	case "HTML":
		return html.UnescapeString(tags.ReplaceAllString(text, ""))
	case "MarkdownV2", "Markdown":
		return strings.ReplaceAll(text, `\`, "")
	}
	return text
}

// oneUse keeps a sentence about inline buttons: exactly one field says what the button does.
func oneUse(path string, t botThing, values map[string]any) []string {
	if !strings.Contains(strings.Join(t.Description, " "), "Exactly one of the fields other than text") {
		return nil
	}
	n := 0
	for name := range values {
		if name != "text" && name != "icon_custom_emoji_id" && name != "style" {
			n++
		}
	}
	if n != 1 {
		return []string{fmt.Sprintf("%s: %d fields say what the button does, want 1", path, n)}
	}
	return nil
}
