package fakeslack

import (
	"encoding/json"
	"fmt"
	"maps"
)

// maxStack is how many modals stand on each other.
const maxStack = 3

func (s *Slack) viewsOpen(body map[string]any) any {
	raw, _ := body["view"].(map[string]any)
	if refused := s.spend(text(body, "trigger_id")); refused != "" {
		return refused
	}
	if raw["type"] != "modal" {
		return "invalid_arguments"
	}
	user := s.triggers[text(body, "trigger_id")].user
	if len(s.stacks[user]) >= maxStack {
		return "push_limit_reached"
	}
	v := &View{ID: fmt.Sprintf("V0%d", s.next()), User: user, Raw: raw, hash: fmt.Sprint(s.next())}
	s.views[v.ID] = v
	s.stacks[user] = []*View{v} // a modal that is opened takes the place of others
	return map[string]any{"view": s.seen(v)}
}

func (s *Slack) viewsUpdate(body map[string]any) any {
	raw, _ := body["view"].(map[string]any)
	v, ok := s.views[text(body, "view_id")]
	if !ok || !s.open(v) {
		return "not_found"
	}
	if hash := text(body, "hash"); hash != "" && hash != v.hash {
		return "hash_conflict"
	}
	v.Raw, v.Errors, v.hash = raw, nil, fmt.Sprint(s.next())
	return map[string]any{"view": s.seen(v)}
}

func (s *Slack) viewsPublish(body map[string]any) any {
	raw, _ := body["view"].(map[string]any)
	user := text(body, "user_id")
	if _, ok := s.users[user]; !ok {
		return "user_not_found"
	}
	if raw["type"] != "home" {
		return "invalid_arguments"
	}
	s.homes[user] = raw
	return map[string]any{"view": map[string]any{"id": "V0HOME" + user, "type": "home"}}
}

func (s *Slack) open(v *View) bool {
	for _, o := range s.stacks[v.User] {
		if o == v {
			return true
		}
	}
	return false
}

func (s *Slack) closeView(v *View) {
	var rest []*View
	for _, o := range s.stacks[v.User] {
		if o != v {
			rest = append(rest, o)
		}
	}
	s.stacks[v.User] = rest
}

// seen is a view as Slack sends it in payloads.
func (s *Slack) seen(v *View) map[string]any {
	out := maps.Clone(v.Raw)
	out["id"], out["team_id"], out["hash"], out["app_id"], out["root_view_id"] = v.ID, Team, v.hash, App, v.ID
	return out
}

// Metadata is a modal's private_metadata.
func (v View) Metadata() string { return text(v.Raw, "private_metadata") }

// Title is what stands on a modal's bar.
func (v View) Title() string { return Read(v.Raw["title"]) }

// CloseLabel is what stands on the button that closes a modal.
func (v View) CloseLabel() string { return Read(v.Raw["close"]) }

// Blocks are a modal's blocks.
func (v View) Blocks() []any { return list(v.Raw, "blocks") }

// An Input is one field of a modal.
type Input struct {
	Block, Action, Type, Label, Hint, Value string
	Optional                                bool
	Options                                 []Control
}

// Inputs are a modal's fields.
func (v View) Inputs() []Input {
	var all []Input
	for _, b := range v.Blocks() {
		block, _ := b.(map[string]any)
		if block["type"] != "input" {
			continue
		}
		element, _ := block["element"].(map[string]any)
		in := Input{
			Block: text(block, "block_id"), Action: text(element, "action_id"), Type: text(element, "type"),
			Label: Read(block["label"]), Hint: Read(block["hint"]), Value: text(element, "initial_value"), Optional: block["optional"] == true,
		}
		options, _ := element["options"].([]any)
		for _, o := range options {
			option, _ := o.(map[string]any)
			in.Options = append(in.Options, Control{Label: Read(option["text"]), Value: text(option, "value")})
		}
		if chosen, ok := element["initial_option"].(map[string]any); ok {
			in.Value = text(chosen, "value")
		}
		if typed, ok := v.typed[in.Block]; ok {
			in.Value = typed
		}
		all = append(all, in)
	}
	return all
}

// acknowledged does what the acknowledgement of a submitted modal says.
func (s *Slack) acknowledged(v *View, payload []byte) {
	var a struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   map[string]any    `json:"view"`
	}
	if len(payload) > 0 {
		if err := json.Unmarshal(payload, &a); err != nil {
			s.violation("view_submission: the answer is no JSON: %v", err)
			return
		}
	}
	switch a.Action {
	case "":
		s.closeView(v)
	case "clear":
		s.stacks[v.User] = nil
	case "errors":
		known := map[string]bool{}
		for _, in := range v.Inputs() {
			known[in.Block] = true
		}
		for block, words := range a.Errors {
			if !known[block] || words == "" {
				s.violation("view_submission: $.errors[%q]: no field of the modal, or no words", block)
			}
		}
		if len(a.Errors) == 0 {
			s.violation("view_submission: $.errors: is empty")
		}
		v.Errors = a.Errors
	case "update":
		for _, problem := range s.specs.SlackBlocks("modal_view", a.View) {
			s.violation("view_submission: $.view%s", problem[1:])
		}
		v.Raw, v.Errors, v.hash = a.View, nil, fmt.Sprint(s.next())
	default:
		s.violation("view_submission: $.response_action: %q", a.Action)
	}
}
