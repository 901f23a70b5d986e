package fakeslack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxRequest is how much of a call is read.
const maxRequest = 4 << 20

// methods are what the fake can do, each with the lock held. A string answer is an error code.
var methods = map[string]func(s *Slack, body map[string]any) any{
	"auth.test":             (*Slack).authTest,
	"users.info":            (*Slack).usersInfo,
	"conversations.open":    (*Slack).conversationsOpen,
	"conversations.info":    (*Slack).conversationsInfo,
	"chat.postMessage":      (*Slack).postMessage,
	"chat.postEphemeral":    (*Slack).postEphemeral,
	"chat.update":           (*Slack).updateMessage,
	"chat.delete":           (*Slack).deleteMessage,
	"views.open":            (*Slack).viewsOpen,
	"views.update":          (*Slack).viewsUpdate,
	"views.publish":         (*Slack).viewsPublish,
	"apps.connections.open": (*Slack).connectionsOpen,

	"files.getUploadURLExternal":   (*Slack).uploadURL,
	"files.completeUploadExternal": (*Slack).completeUpload,
}

// serveMethod answers one call of the Web API.
func (s *Slack) serveMethod(w http.ResponseWriter, r *http.Request) {
	method := r.PathValue("method")
	body, token, err := readCall(r)
	if err != nil {
		s.violation("%s: %v", method, err)
		answer(w, map[string]any{"ok": false, "error": "invalid_arguments"})
		return
	}
	f, faulty := s.fault(method)
	if faulty && !f.After {
		f.fails(w, r)
		return
	}
	run, ok := methods[method]
	if !ok {
		s.violation("%s: no such method", method)
		answer(w, map[string]any{"ok": false, "error": "unknown_method"})
		return
	}
	want := BotToken
	if method == "apps.connections.open" {
		want = AppToken
	}
	if token != want {
		answer(w, map[string]any{"ok": false, "error": "invalid_auth"})
		return
	}
	for _, problem := range s.specs.SlackMethod(method, body) {
		s.violation("%s: %s", method, problem)
	}
	s.mu.Lock()
	s.calls = append(s.calls, Call{method, body})
	out := run(s, body)
	s.changed.Broadcast()
	s.mu.Unlock()
	if faulty {
		f.fails(w, r)
		return
	}
	w.Header().Set("X-OAuth-Scopes", s.Scopes)
	if refused, ok := out.(string); ok {
		answer(w, map[string]any{"ok": false, "error": refused})
		return
	}
	values := out.(map[string]any)
	values["ok"] = true
	answer(w, values)
}

// readCall reads a call's parameters from JSON with a bearer token, or from a form that may hold the token.
func readCall(r *http.Request) (body map[string]any, token string, err error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		return nil, "", err
	}
	token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	body = map[string]any{}
	if len(raw) == 0 {
		return body, token, nil
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return body, token, json.Unmarshal(raw, &body)
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, "", err
	}
	for name, values := range form {
		if len(values) != 1 {
			return nil, "", fmt.Errorf("$.%s: is there %d times", name, len(values))
		}
		if name == "token" {
			token = values[0]
			continue
		}
		body[name] = values[0]
	}
	return body, token, nil
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // the caller has gone if it fails
}

func text(body map[string]any, name string) string {
	v, _ := body[name].(string)
	return v
}

// list reads a list that is JSON, or JSON in a string.
func list(body map[string]any, name string) []any {
	switch v := body[name].(type) {
	case []any:
		return v
	case string:
		var out []any
		_ = json.Unmarshal([]byte(v), &out) // checked by the specifications
		return out
	}
	return nil
}

func (s *Slack) authTest(map[string]any) any {
	return map[string]any{"url": "https://cozinha.slack.com/", "team": TeamName, "user": "aftersale", "team_id": Team, "user_id": BotUser, "bot_id": Bot}
}

func (s *Slack) usersInfo(body map[string]any) any {
	u, ok := s.users[text(body, "user")]
	if !ok {
		return "user_not_found"
	}
	user := map[string]any{"id": u.ID, "team_id": Team, "name": strings.ToLower(u.Name), "real_name": u.Name, "profile": map[string]any{"real_name": u.Name, "display_name": u.Name}}
	if text(body, "include_locale") == "true" {
		user["locale"] = u.Locale
	}
	return map[string]any{"user": user}
}

func (s *Slack) conversationsOpen(body map[string]any) any {
	user := text(body, "users")
	if _, ok := s.users[user]; !ok {
		return "user_not_found"
	}
	return map[string]any{"channel": map[string]any{"id": directOf(user)}}
}

func (s *Slack) conversationsInfo(body map[string]any) any {
	c, ok := s.channels[text(body, "channel")]
	if !ok {
		return "channel_not_found"
	}
	return map[string]any{"channel": map[string]any{"id": c.id, "name": c.name, "is_channel": true, "is_archived": c.archived, "is_member": c.members[BotUser]}}
}

func (s *Slack) connectionsOpen(map[string]any) any {
	ticket := fmt.Sprintf("ticket-%d", s.next())
	s.line.tickets = append(s.line.tickets, ticket)
	return map[string]any{"url": strings.Replace(s.server.URL, "http:", "ws:", 1) + "/socket?ticket=" + ticket}
}

// trigger makes somebody's trigger; the caller holds the lock.
func (s *Slack) trigger(user string) string {
	id := fmt.Sprintf("%d.%s.trigger", s.next(), Team)
	s.triggers[id] = &trigger{user: user, made: time.Now()}
	return id
}

// spend uses a trigger: once, within its three seconds.
func (s *Slack) spend(id string) (refused string) {
	t, ok := s.triggers[id]
	switch {
	case !ok:
		return "invalid_trigger_id"
	case t.used:
		return "exchanged_trigger_id"
	case time.Since(t.made) > triggerWindow:
		return "expired_trigger_id"
	}
	t.used = true
	return ""
}
