package fakeslack

import (
	"net/http"
	"strings"
)

// Share keeps a file that somebody shares, and returns how a message tells of it. Only the bot's token opens it, and only with the
// scope.
func (s *Slack) Share(name string, body []byte) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := "F" + s.ts()
	s.kept[id] = body
	return map[string]any{"id": id, "name": name, "size": len(body), "mode": "hosted", "url_private_download": s.server.URL + "/files-pri/" + id}
}

// ShareDelivery is a message with files in a thread, on its way.
func (s *Slack) ShareDelivery(user, channel, thread, words string, files ...map[string]any) Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.event(map[string]any{"type": "message", "subtype": "file_share", "channel": channel, "channel_type": "channel", "user": user,
		"text": formatted.Replace(words), "ts": s.ts(), "thread_ts": thread, "parent_user_id": BotUser, "team": Team, "files": files})
}

// Fetched is how many files were asked for.
func (s *Slack) Fetched() int { s.mu.Lock(); defer s.mu.Unlock(); return s.fetched }

// serveFile hands a file to the bot; anybody else is sent to where people log in.
func (s *Slack) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.fetched++
	body, ok := s.kept[r.PathValue("id")]
	ok = ok && strings.Contains(s.Scopes, "files:read")
	s.mu.Unlock()
	if !ok || r.Header.Get("Authorization") != "Bearer "+BotToken {
		http.Redirect(w, r, s.server.URL+"/login", http.StatusFound)
		return
	}
	_, _ = w.Write(body) // who hung up wants none
}
