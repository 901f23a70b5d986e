package specs_test

import (
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/specs"
)

func TestTelegram(t *testing.T) {
	t.Parallel()
	s := specs.Load(t)
	x := strings.Repeat
	keyboard := func(button object) object { return object{"inline_keyboard": []any{[]any{button}}} }
	send := func(more object) object {
		all := object{"chat_id": 5001, "text": "Hi"}
		for k, v := range more {
			all[k] = v
		}
		return all
	}
	tests := []struct {
		name, method string
		params       object
		want         []string
	}{
		{"JSON", "sendMessage", send(object{"reply_markup": keyboard(object{"text": "Yes", "callback_data": "a", "style": "danger"})}), nil},
		{"a form", "sendMessage", object{"chat_id": "5001", "text": "[Hi]", "disable_notification": "true", "reply_markup": `{"inline_keyboard":[[{"text":"Yes","callback_data":"a"}]]}`}, nil},
		{"a forced reply", "sendMessage", send(object{"reply_markup": object{"force_reply": true, "input_field_placeholder": "HP…"}}), nil},
		{"markup does not count", "sendMessage", send(object{"parse_mode": "HTML", "text": "<b>" + x("&amp;", 4096) + "</b>"}), nil},
		{"commands", "setMyCommands", object{"commands": []any{object{"command": "find", "description": "Find"}}, "scope": object{"type": "all_private_chats"}, "language_code": "pt"}, nil},
		{"a webhook", "setWebhook", object{"url": "https://example.com", "secret_token": "x", "allowed_updates": []any{"message"}, "max_connections": 40}, nil},
		{"no parameters", "getMe", nil, nil},
		{"an unknown method", "sendMesage", nil, []string{`Telegram has no method "sendMesage"`}},
		{"an unknown parameter", "sendMessage", send(object{"reply_to": 1}), []string{"$.reply_to: is not known"}},
		{"no text", "sendMessage", object{"chat_id": 1}, []string{"$.text: is missing"}},
		{"a wrong type", "sendMessage", send(object{"message_thread_id": "x"}), []string{"$.message_thread_id: x is no Integer"}},
		{"an empty text", "sendMessage", send(object{"text": ""}), []string{"$.text: 0 characters, 1 to 4096 go"}},
		{"a long text", "sendMessage", send(object{"text": x("x", 4097)}), []string{"$.text: 4097 characters"}},
		{"emoji count twice", "sendMessage", send(object{"text": x("👍", 2049)}), []string{"$.text: 4098 characters"}},
		{"a long token", "sendMessage", send(object{"reply_markup": keyboard(object{"text": "Yes", "callback_data": x("é", 33)})}), []string{"$.reply_markup.inline_keyboard[0][0].callback_data: 66 bytes, 1 to 64 go"}},
		{"a button without a use", "sendMessage", send(object{"reply_markup": keyboard(object{"text": "Yes"})}), []string{"$.reply_markup.inline_keyboard[0][0]: 0 fields say"}},
		{"a button with two uses", "sendMessage", send(object{"reply_markup": keyboard(object{"text": "Yes", "url": "https://x", "callback_data": "a"})}), []string{"2 fields say"}},
		{"a strange style", "sendMessage", send(object{"reply_markup": keyboard(object{"text": "Yes", "callback_data": "a", "style": "red"})}), []string{`style: "red" is none of danger, success, primary`}},
		{"a misspelt field inside", "sendMessage", send(object{"reply_markup": keyboard(object{"text": "Yes", "callbackdata": "a"})}), []string{"callbackdata: is not known"}},
		{"rows that are none", "sendMessage", send(object{"reply_markup": object{"inline_keyboard": []any{object{"text": "x"}}}}), []string{"inline_keyboard[0]: is no list"}},
		{"a command in capitals", "setMyCommands", object{"commands": []any{object{"command": "Find", "description": "Find"}}}, []string{`$.commands[0].command: "Find" has other signs`}},
		{"too many commands", "setMyCommands", object{"commands": manyCommands(101)}, []string{"$.commands: 101, at most 100 go"}},
		{"a strange scope", "setMyCommands", object{"commands": manyCommands(1), "scope": object{"type": "everybody"}}, []string{"$.scope"}},
		{"a long answer", "answerCallbackQuery", object{"callback_query_id": "1", "text": x("x", 201)}, []string{"$.text: 201 characters, 0 to 200 go"}},
		{"a long placeholder", "sendMessage", send(object{"reply_markup": object{"force_reply": true, "input_field_placeholder": x("x", 65)}}), []string{"input_field_placeholder: 65 characters"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			wants(t, s.Telegram(test.method, test.params), test.want...)
		})
	}
}

func manyCommands(n int) []any {
	var all []any
	for range n {
		all = append(all, object{"command": "find", "description": "Find"})
	}
	return all
}
