package faketelegram

import (
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A kind is how a parameter travels in a form.
type kind int

const (
	text kind = iota
	number
	truth
	object // JSON
	file   // a part of its own
)

// methods are those that this server has, with the parameters that a bot of ours may use. A name that begins with "!" is
// required.
var methods = map[string]map[string]kind{
	"getMe":                  {},
	"getUpdates":             {"offset": number, "limit": number, "timeout": number, "allowed_updates": object},
	"setWebhook":             {"!url": text, "max_connections": number, "allowed_updates": object, "drop_pending_updates": truth, "secret_token": text},
	"deleteWebhook":          {"drop_pending_updates": truth},
	"getWebhookInfo":         {},
	"sendMessage":            {"!chat_id": number, "message_thread_id": number, "!text": text, "parse_mode": text, "link_preview_options": object, "reply_parameters": object, "reply_markup": object, "disable_notification": truth},
	"editMessageText":        {"!chat_id": number, "!message_id": number, "!text": text, "parse_mode": text, "link_preview_options": object, "reply_markup": object},
	"getFile":                {"!file_id": text},
	"deleteMessage":          {"!chat_id": number, "!message_id": number},
	"answerCallbackQuery":    {"!callback_query_id": text, "text": text, "show_alert": truth, "url": text, "cache_time": number},
	"sendChatAction":         {"!chat_id": number, "message_thread_id": number, "!action": text},
	"getMyCommands":          {"scope": object, "language_code": text},
	"setMyCommands":          {"!commands": object, "scope": object, "language_code": text},
	"deleteMyCommands":       {"scope": object, "language_code": text},
	"getMyDescription":       {"language_code": text},
	"setMyDescription":       {"description": text, "language_code": text},
	"getMyShortDescription":  {"language_code": text},
	"setMyShortDescription":  {"short_description": text, "language_code": text},
	"getChatMenuButton":      {"chat_id": number},
	"setChatMenuButton":      {"chat_id": number, "menu_button": object},
	"sendDocument":           {"!chat_id": number, "message_thread_id": number, "!document": file, "caption": text, "parse_mode": text, "disable_content_type_detection": truth},
	"sendPhoto":              {"!chat_id": number, "message_thread_id": number, "!photo": file, "caption": text, "parse_mode": text},
	"editMessageReplyMarkup": {"!chat_id": number, "!message_id": number, "reply_markup": object},
}

// params decodes a form as the real server does and tells all that is wrong with it.
func (s *Server) params(method string, r *http.Request) (map[string]any, []string) {
	known, ok := methods[method]
	if !ok {
		return nil, []string{"no such method"}
	}
	var problems []string
	if r.Method != http.MethodPost {
		problems = append(problems, "sent by "+r.Method)
	}
	if r.ContentLength != 0 {
		want := "application/x-www-form-urlencoded"
		if slices.Contains(slices.Collect(maps.Values(known)), file) {
			want = "multipart/form-data"
			if err := r.ParseMultipartForm(64 << 20); err != nil {
				problems = append(problems, err.Error())
			}
		}
		if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != want {
			problems = append(problems, fmt.Sprintf("content type %q", r.Header.Get("Content-Type")))
		}
	}
	if err := r.ParseForm(); err != nil {
		problems = append(problems, err.Error())
	}
	params := map[string]any{}
	for name, values := range r.PostForm {
		k, ok := known[name]
		if !ok {
			if k, ok = known["!"+name]; !ok {
				problems = append(problems, name+": no such parameter, or one that this bot has no use for")
				continue
			}
		}
		v, err := decode(k, values[0])
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", name, err))
		}
		params[name] = v
	}
	if r.MultipartForm != nil {
		for name, parts := range r.MultipartForm.File {
			if known[name] != file && known["!"+name] != file {
				problems = append(problems, name+": takes no file")
			}
			f, err := readFile(parts[0])
			if err != nil {
				problems = append(problems, fmt.Sprintf("%s: %v", name, err))
			}
			params[name] = f
		}
	}
	for name := range known {
		if required, ok := strings.CutPrefix(name, "!"); ok && params[required] == nil {
			problems = append(problems, required+": is missing")
		}
	}
	if s.Validate != nil {
		problems = append(problems, s.Validate(method, params)...)
	}
	slices.Sort(problems)
	return params, problems
}

func decode(k kind, value string) (any, error) {
	switch k {
	case number:
		n, err := strconv.ParseInt(value, 10, 64)
		return float64(n), err // as JSON has numbers
	case truth:
		return strconv.ParseBool(value)
	case object:
		var v any
		err := json.Unmarshal([]byte(value), &v)
		if err == nil && v == nil {
			return nil, fmt.Errorf("null")
		}
		return v, err
	}
	return value, nil
}

func num(v any) int64 {
	n, _ := v.(float64)
	return int64(n)
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// into decodes a JSON parameter into a type of ours. Unknown keys are mistakes.
func into(v, target any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	return d.Decode(target)
}
