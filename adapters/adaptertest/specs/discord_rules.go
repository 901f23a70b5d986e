package specs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// discordRules are what Discord keeps and its document does not say, or says more loosely than it is.
func (s *Specs) discordRules(template, method string, v any) []string {
	switch {
	case strings.HasSuffix(template, "/callback"):
		data := at(v, "data")
		switch number(at(v, "type")) {
		case s.Limit("discord.callback_types.message"):
			return under("$.data", s.messageRules(data, true))
		case s.Limit("discord.callback_types.update"):
			return under("$.data", s.messageRules(data, false))
		case s.Limit("discord.callback_types.modal"):
			return under("$.data", s.modalRules(data))
		}
	case strings.HasSuffix(template, "/messages"), strings.HasSuffix(template, "/{webhook_token}"):
		return s.messageRules(v, true)
	case strings.Contains(template, "/messages/"):
		return s.messageRules(v, false)
	}
	return nil
}

// messageRules: lengths of bots' messages, sums over embeds and components, and what excludes each other.
func (s *Specs) messageRules(v any, fresh bool) []string {
	var all []string
	over := func(path string, n int, limit string) {
		if most := s.Limit(limit); n > most {
			all = append(all, fmt.Sprintf("$%s: %d, at most %d go", path, n, most))
		}
	}
	content, _ := at(v, "content").(string)
	over(".content", utf8.RuneCountInString(content), "discord.message.content")
	embeds, _ := at(v, "embeds").([]any)
	over(".embeds: characters", letters(embeds, "title", "description", "name", "value", "text"), "discord.message.embed_total")
	components, _ := at(v, "components").([]any)
	count, young := 0, false
	texts := 0
	ids := map[string]bool{}
	each(components, func(m map[string]any) {
		if _, ok := m["type"]; !ok {
			return
		}
		count++
		kind := number(m["type"])
		young = young || kind >= 9
		if kind == s.Limit("discord.component_types.text_display") {
			texts += letters(m, "content")
		}
		if id, ok := m["custom_id"].(string); ok {
			if ids[id] {
				all = append(all, fmt.Sprintf("$.components: custom_id %q stands twice", id))
			}
			ids[id] = true
		}
		all = append(all, s.rowAndButton(m)...)
	})
	v2 := number(at(v, "flags"))&s.Limit("discord.flags.is_components_v2") != 0
	switch {
	case v2 && (content != "" || len(embeds) > 0):
		all = append(all, "$: content and embeds are refused with IS_COMPONENTS_V2")
	case v2:
		over(".components: counting nested ones", count, "discord.message.v2_components_total")
		over(".components: characters of text", texts, "discord.message.v2_text_total")
	case young:
		all = append(all, "$.components: needs the flag IS_COMPONENTS_V2")
	default:
		over(".components: rows", len(components), "discord.message.legacy_action_rows")
	}
	if fresh && content == "" && len(embeds) == 0 && len(components) == 0 {
		all = append(all, "$: the message is empty")
	}
	return all
}

// rowAndButton: a row holds five buttons or one menu; a button has an address or an id, as its style wants.
func (s *Specs) rowAndButton(m map[string]any) []string {
	switch number(m["type"]) {
	case s.Limit("discord.component_types.action_row"):
		inner, _ := m["components"].([]any)
		menus := slices.ContainsFunc(inner, func(c any) bool { return number(at(c, "type")) != s.Limit("discord.component_types.button") })
		if menus && len(inner) > 1 {
			return []string{"$.components: a row holds buttons or one menu"}
		}
	case s.Limit("discord.component_types.button"):
		_, id := m["custom_id"].(string)
		_, url := m["url"].(string)
		link := number(m["style"]) == s.Limit("discord.component.button_styles.link")
		if id == link || url != link {
			return []string{fmt.Sprintf("$.components: a button of style %d has custom_id %v, url %v", number(m["style"]), m["custom_id"], m["url"])}
		}
		if letters(m, "label") == 0 && m["emoji"] == nil {
			return []string{"$.components: a button has neither label nor emoji"}
		}
	}
	return nil
}

// modalRules: at most five questions (the document says 40), nothing disabled, ids that differ.
func (s *Specs) modalRules(v any) []string {
	var all []string
	components, _ := at(v, "components").([]any)
	if most := s.Limit("discord.modal.components_max"); len(components) > most {
		all = append(all, fmt.Sprintf("$.components: %d, at most %d go", len(components), most))
	}
	ids := map[string]bool{}
	each(components, func(m map[string]any) {
		if m["disabled"] == true {
			all = append(all, "$.components: nothing in a modal may be disabled")
		}
		if id, ok := m["custom_id"].(string); ok {
			if ids[id] {
				all = append(all, fmt.Sprintf("$.components: custom_id %q stands twice", id))
			}
			ids[id] = true
		}
	})
	return all
}

// letters counts the characters of the texts called so.
func letters(v any, names ...string) int {
	n := 0
	each(v, func(m map[string]any) {
		for _, name := range names {
			text, _ := m[name].(string)
			n += utf8.RuneCountInString(text)
		}
	})
	return n
}

func under(path string, problems []string) []string {
	for i, p := range problems {
		problems[i] = path + p[1:]
	}
	return problems
}

func number(v any) int {
	n, _ := v.(json.Number)
	i, _ := n.Int64()
	return int(i)
}
