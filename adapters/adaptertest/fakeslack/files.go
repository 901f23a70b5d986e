package fakeslack

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// A File is one that was shared.
type File struct {
	Name string
	Body []byte
}

// An upload is a file on its way.
type upload struct {
	secret, name string
	length       int
	body         []byte
	sent, shared bool
}

// uploadURL makes an address for a file. The address is all that is needed to send it.
func (s *Slack) uploadURL(body map[string]any) any {
	length, _ := strconv.Atoi(text(body, "length")) // the specifications say that it is a number
	if text(body, "filename") == "" || length <= 0 {
		return "invalid_arguments"
	}
	n := s.next()
	id := fmt.Sprintf("F%08d", n)
	u := &upload{secret: fmt.Sprintf("secret-%d", n), name: text(body, "filename"), length: length}
	s.uploads[id] = u
	return map[string]any{"upload_url": s.server.URL + "/upload/" + u.secret, "file_id": id}
}

// serveUpload takes the content of a file. Whoever sends a token there gives it away.
func (s *Slack) serveUpload(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		s.violation("upload: a token was sent to the address of a file")
	}
	content, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
	f, faulty := s.fault("upload")
	if faulty && !f.After {
		f.fails(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.uploads {
		if u.secret != r.PathValue("secret") || u.shared {
			continue
		}
		if err != nil || len(content) != u.length {
			s.violation("upload: %d bytes, %d were announced; %v", len(content), u.length, err)
		}
		u.body, u.sent = content, true
		if faulty {
			f.fails(w, r)
			return
		}
		fmt.Fprintf(w, "OK - %d", len(content))
		return
	}
	w.WriteHeader(http.StatusNotFound)
}

// completeUpload shares files in a channel: everybody there sees them.
func (s *Slack) completeUpload(body map[string]any) any {
	c, ok := s.channels[text(body, "channel_id")] // a person's id is none
	if !ok || !c.members[BotUser] {
		return "channel_not_found"
	}
	m := &Message{Channel: c.id, TS: s.ts(), Text: text(body, "initial_comment")}
	for _, item := range list(body, "files") {
		summary, _ := item.(map[string]any)
		id, _ := summary["id"].(string)
		u, ok := s.uploads[id]
		if !ok || !u.sent || u.shared {
			return "file_not_found"
		}
		u.shared = true
		m.Files = append(m.Files, File{u.name, u.body})
	}
	if len(m.Files) == 0 {
		return "invalid_arguments"
	}
	c.messages = append(c.messages, m)
	return map[string]any{"files": list(body, "files")}
}
