package fakediscord

import "net/http"

// Attach keeps a file that somebody attaches, and returns how a message tells of it. Its address is all that is needed to have it.
func (s *Server) Attach(name string, body []byte) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.id()
	s.kept[id] = body
	return map[string]any{"id": id, "filename": name, "size": len(body), "url": s.http.URL + "/attachments/" + id}
}

// AttachBelow types into the thread below a message of the room, with files.
func (s *Server) AttachBelow(user, message, text string, files ...map[string]any) *Act {
	act := s.SayBelow(user, message, text)
	act.payload["attachments"] = files
	return act
}

// Fetched is how many attachments were asked for.
func (s *Server) Fetched() int { s.mu.Lock(); defer s.mu.Unlock(); return s.fetched }

// attachment hands a file to whoever has its address. A token that is sent there is given away.
func (s *Server) attachment(w http.ResponseWriter, r *http.Request, id string) {
	s.mu.Lock()
	s.fetched++
	body, ok := s.kept[id]
	s.mu.Unlock()
	if r.Header.Get("Authorization") != "" {
		s.wrong("attachment: a token was sent to the address of a file")
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(body) // who hung up wants none
}
