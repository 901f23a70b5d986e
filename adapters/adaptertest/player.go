package adaptertest

import (
	"fmt"
	"slices"
	"strings"
)

// A Player holds a conversation through an adapter in the notation of flows/testdata, with a real bot behind it:
//
//	/word rest, or text        types
//	[Label]                    presses the newest button of that label, in the private chat or the room
//	Label: value; Label: value fills the newest form, by labels or names, and sends it
type Player struct{ Harness }

// Do plays what one person does.
func (p Player) Do(user, line string) error {
	if label, ok := strings.CutPrefix(line, "["); ok && strings.HasSuffix(line, "]") {
		return p.press(user, strings.TrimSuffix(label, "]"))
	}
	if m, values, ok := p.filled(user, line); ok {
		p.Submit(user, m.Message, values)
		return nil
	}
	p.Type(user, line)
	return nil
}

func (p Player) press(user, label string) error {
	seen := p.See(user)
	if slices.Contains(p.Can(), Rooms) {
		seen = append(p.SeeRoom(user), seen...)
	}
	for i := len(seen) - 1; i >= 0; i-- {
		if b, ok := seen[i].Button(label); ok {
			p.Press(user, seen[i].Message, b.Token)
			return nil
		}
	}
	return fmt.Errorf("%s sees no [%s]", user, label)
}

// filled reads "Label: value; Label: value" as answers to the newest form, if it has all of the labels.
func (p Player) filled(user, line string) (Seen, map[string]string, bool) {
	seen := p.See(user)
	if slices.Contains(p.Can(), Rooms) {
		seen = append(p.SeeRoom(user), seen...)
	}
	for i := len(seen) - 1; i >= 0; i-- {
		if len(seen[i].Fields) == 0 {
			continue
		}
		values := map[string]string{}
		for _, f := range seen[i].Fields {
			values[f.Name] = f.Value
		}
		for _, part := range strings.Split(line, "; ") {
			label, value, ok := strings.Cut(part, ": ")
			at := slices.IndexFunc(seen[i].Fields, func(f SeenField) bool { return ok && (f.Label == label || f.Name == label) })
			if at < 0 {
				return Seen{}, nil, false
			}
			for _, o := range seen[i].Fields[at].Options {
				if o.Label == value {
					value = o.Value
					break
				}
			}
			values[seen[i].Fields[at].Name] = value
		}
		return seen[i], values, true
	}
	return Seen{}, nil, false
}

// Draw writes a message in the notation of flows/testdata, without the leading "<": its texts, its fields, its buttons.
func Draw(m Seen) []string {
	var lines []string
	for _, p := range m.Pieces {
		lines = append(lines, strings.Split(p, "\n")...)
	}
	for _, f := range m.Fields {
		lines = append(lines, "  "+f.Label+": "+f.Value+"________")
		if f.Problem != "" {
			lines = append(lines, "  ✗ "+f.Problem)
		}
	}
	var buttons []string
	for _, b := range m.Buttons {
		buttons = append(buttons, "["+b.Label+"]")
	}
	if len(buttons) > 0 {
		lines = append(lines, "  "+strings.Join(buttons, " "))
	}
	return lines
}
