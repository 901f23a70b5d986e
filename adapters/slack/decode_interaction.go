package slack

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/aftersale/aftersale/adapters/chat"
	"github.com/aftersale/aftersale/flows/flow"
)

// An interaction is what is read of a payload of Slack's (docs.slack.dev, reference/interaction-payloads, read 2026-07).
type interaction struct {
	Type string `json:"type"`
	Team struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		UserID string `json:"username"`
		TeamID string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		Type        string `json:"type"`
		MessageTS   string `json:"message_ts"`
		ChannelID   string `json:"channel_id"`
		ThreadTS    string `json:"thread_ts"`
		IsEphemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message struct {
		Text     string `json:"text"`
		ThreadTS string `json:"thread_ts"`
	} `json:"message"`
	CallbackID  string   `json:"callback_id"`
	TriggerID   string   `json:"trigger_id"`
	ResponseURL string   `json:"response_url"`
	ActionTS    string   `json:"action_ts"`
	Actions     []action `json:"actions"`
	View        *struct {
		ID              string `json:"id"`
		TeamID          string `json:"team_id"`
		Type            string `json:"type"`
		PrivateMetadata string `json:"private_metadata"`
		Hash            string `json:"hash"`
		Blocks          []struct {
			Type    string `json:"type"`
			BlockID string `json:"block_id"`
		} `json:"blocks"`
		State struct {
			Values map[string]map[string]action `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

// An action is a pressed button, a chosen option, or the value of a field.
type action struct {
	Type           string `json:"type"`
	Value          string `json:"value"`
	ActionTS       string `json:"action_ts"`
	SelectedOption *struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

// chosen is the value of whatever control it is.
func (a action) chosen() string {
	if a.SelectedOption != nil {
		return a.SelectedOption.Value
	}
	return a.Value
}

// The shortcuts, by their callback ids.
const (
	findShortcut = "find" // on a message: finds the buyer it speaks of
	menuShortcut = "menu" // anywhere: opens the start menu
)

// startWord is the command of the start menu.
const startWord = "start"

// maxFind is how much of a message is searched for.
const maxFind = 300

// decodePayload reads an interaction as it comes over HTTP: a form with the one field "payload".
func decodePayload(body []byte) (event, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return event{}, errNotForm
	}
	return decodeInteraction([]byte(form.Get("payload")))
}

// decodeInteraction reads a press, a submitted or closed modal, or a shortcut.
func decodeInteraction(payload []byte) (event, error) {
	var p interaction
	if err := json.Unmarshal(payload, &p); err != nil {
		return event{}, errNotJSON
	}
	e := event{
		team: cmp.Or(p.Team.ID, p.User.TeamID), user: p.User.ID, userName: cmp.Or(p.User.UserID, p.User.Name),
		channel: cmp.Or(p.Container.ChannelID, p.Channel.ID), thread: cmp.Or(p.Container.ThreadTS, p.Message.ThreadTS),
		trigger: p.TriggerID, responseURL: p.ResponseURL,
	}
	if e.user == "" {
		return event{}, errNobody
	}
	if p.View != nil {
		e.view = viewRef{id: p.View.ID, modal: p.View.Type == "modal", memory: remember(p.View.PrivateMetadata)}
		for _, b := range p.View.Blocks {
			if b.Type == "input" {
				e.view.inputs = append(e.view.inputs, b.BlockID)
			}
		}
		if e.view.modal {
			e.channel, e.thread, e.responseURL = e.view.memory.Channel, e.view.memory.Thread, e.view.memory.URL
		}
	}
	switch p.Type {
	case "block_actions":
		return e.press(p)
	case "view_submission":
		return e.submit(p)
	case "view_closed":
		e.kind, e.id = closeKind, "close:"+e.view.id
		if e.view.memory.Close == "" {
			return e, errNothing
		}
		e.input = flow.Pressed{Token: e.view.memory.Close}
		return e, nil
	case "message_action":
		if p.CallbackID != findShortcut {
			return e, errNoAction
		}
		e.kind, e.id = shortcutKind, "shortcut:"+cmp.Or(p.TriggerID, p.ActionTS)
		text := chat.Runes.Clamp(chat.Clean(plain(p.Message.Text)), maxFind)
		e.input = flow.Command{Word: findShortcut, Rest: text}
		return e, nil
	case "shortcut":
		if p.CallbackID != menuShortcut {
			return e, errNoAction
		}
		e.kind, e.id = shortcutKind, "shortcut:"+cmp.Or(p.TriggerID, p.ActionTS)
		e.input = flow.Command{Word: startWord}
		return e, nil
	}
	return e, errNothing
}

// press reads a button or a menu by the token it carries.
func (e event) press(p interaction) (event, error) {
	if len(p.Actions) == 0 {
		return e, errNoAction
	}
	token := p.Actions[0].chosen()
	if token == "" || len(token) > flow.MaxToken {
		return e, errNoAction
	}
	e.kind, e.id = pressKind, "press:"+cmp.Or(p.TriggerID, p.Actions[0].ActionTS)
	e.message, e.whisper = p.Container.MessageTS, p.Container.IsEphemeral
	e.input = flow.Pressed{Token: token}
	return e, nil
}

// submit reads the fields of a modal: each block and its one element carry the field's name.
func (e event) submit(p interaction) (event, error) {
	if p.View == nil || e.view.memory.Token == "" || len(e.view.memory.Token) > flow.MaxToken {
		return e, errNoAction
	}
	e.kind, e.id = submitKind, "submit:"+cmp.Or(p.TriggerID, p.View.ID+p.View.Hash)
	values := map[string]string{}
	for block, elements := range p.View.State.Values {
		for _, in := range elements {
			values[strings.TrimPrefix(block, fieldBlock)] = chat.Clean(in.chosen())
		}
	}
	e.input = flow.Submitted{Token: e.view.memory.Token, Values: values}
	return e, nil
}
