package faketelegram

import (
	"fmt"
	"net/http"
	"strings"
)

// maxFetch is what a bot may fetch (Bot API 10.1, getFile).
const maxFetch = 20 << 20

// An Upload is a file that a user sends.
type Upload struct {
	Name    string // empty: a picture, which has none
	Body    []byte
	Caption string
	Album   string
	Size    int64 // as Telegram tells it; 0: of Body
}

// SendFile has a user send a file to the bot, and returns the update.
func (s *Server) SendFile(user int64, u Upload) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.private(user)
	c.started, c.closed = true, ""
	m := &message{from: user}
	s.add(c, m)
	size := u.Size
	if size == 0 {
		size = int64(len(u.Body))
	}
	id := fmt.Sprintf("AgAC-%d", len(s.uploads)+1)
	s.uploads[id] = u
	told := c.json(m)
	delete(told, "text")
	if u.Caption != "" {
		told["caption"] = u.Caption
	}
	if u.Album != "" {
		told["media_group_id"] = u.Album
	}
	f := map[string]any{"file_id": id, "file_unique_id": "u" + id, "file_size": size}
	if u.Name == "" {
		small := map[string]any{"file_id": id + "-small", "file_unique_id": "s" + id, "file_size": 100, "width": 90, "height": 90}
		f["width"], f["height"] = 800, 600
		told["photo"] = []any{small, f}
	} else {
		f["file_name"], f["mime_type"] = u.Name, "application/octet-stream"
		told["document"] = f
	}
	return s.enqueue(c.id, "message", told)
}

func (s *Server) getFile(p map[string]any) outcome {
	id := str(p["file_id"])
	u, ok := s.uploads[id]
	switch {
	case !ok:
		return wrong("invalid file_id")
	case u.Size > maxFetch || len(u.Body) > maxFetch:
		out := wrong("file is too big")
		out.expected = true
		return out
	}
	return result(map[string]any{"file_id": id, "file_unique_id": "u" + id, "file_size": len(u.Body), "file_path": "documents/" + id + ".bin"})
}

// serveFile answers GET /file/bot<token>/<path>.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	token, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/file/bot"), "/")
	id, ok := strings.CutPrefix(path, "documents/")
	s.mu.Lock()
	u, known := s.uploads[strings.TrimSuffix(id, ".bin")]
	s.mu.Unlock()
	if token != s.Token || !ok || !known || r.Method != http.MethodGet {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(u.Body)
}
