package fakediscord

import (
	"encoding/json"
	"net/http"
	"time"
)

// The kinds of interactions.
const (
	ping           = 1
	slashCommand   = 2
	componentPress = 3
	autocomplete   = 4
	modalSubmit    = 5
)

// An exchange is one interaction, and what became of it.
type exchange struct {
	id, token string
	kind      int
	user      string
	channel   string
	at        time.Time
	source    *Message // pressed, or the one that the modal was opened from
	first     int      // type of the first answer; 0: none yet
	original  string   // message that @original means
	choices   []Choice // of an autocomplete
	delivered int      // how often
}

// A Choice is a suggestion.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Modal is a form that stands open before somebody.
type Modal struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []Component `json:"components"`

	channel string
	source  *Message
}

// Channel is where the modal was opened.
func (m *Modal) Channel() string { return m.channel }

// Source is the message whose button opened the modal, with "~" before it when one person sees it; empty when a command
// opened it.
func (m *Modal) Source() string {
	switch {
	case m.source == nil:
		return ""
	case m.source.For != "":
		return "~" + m.source.ID
	}
	return m.source.ID
}

// callback takes the first answer to an interaction, by a call.
func (s *Server) callback(parts []string, withResponse bool, body []byte) answer {
	if len(parts) != 4 {
		return refuse(http.StatusNotFound, 0, "404: Not Found")
	}
	x := s.exchanges[parts[2]]
	if x == nil || x.id != parts[1] || s.Now().Sub(x.at) > s.Within {
		return refuse(http.StatusNotFound, 10062, "Unknown interaction")
	}
	if a := s.firstAnswer(x, body); a.status >= 300 {
		return a
	}
	if !withResponse {
		return done()
	}
	response := map[string]any{"interaction": map[string]any{"id": x.id, "type": x.kind}}
	if m := s.message(x.original); m != nil {
		response["resource"] = map[string]any{"type": x.first, "message": m.payload()}
	}
	return ok(response)
}

// firstAnswer takes the first answer to an interaction, however it came.
func (s *Server) firstAnswer(x *exchange, body []byte) answer {
	if x.first != 0 {
		return refuse(http.StatusBadRequest, 40060, "Interaction has already been acknowledged.")
	}
	var in struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		s.wrong("not an answer: %s", body)
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	if why := refusedKind(x, in.Type); why != "" {
		s.wrong("answer %d to interaction %d: %s", in.Type, x.kind, why)
		return refuse(http.StatusBadRequest, 50035, "Invalid Form Body: "+why)
	}
	x.first = in.Type
	switch in.Type {
	case 4, 5:
		p := s.read(orEmpty(in.Data))
		m := s.add(x.channel, x.reader(p.Flags), p)
		m.Thinking = in.Type == 5
		x.original = m.ID
	case 6:
		x.original = x.source.ID
	case 7:
		x.source.apply(s.read(orEmpty(in.Data)))
		x.source.Edits++
		x.original = x.source.ID
	case 8:
		var data struct {
			Choices []Choice `json:"choices"`
		}
		if err := json.Unmarshal(in.Data, &data); err != nil || data.Choices == nil {
			s.wrong("suggestions are %s", in.Data)
		}
		x.choices = data.Choices
	case 9:
		m := &Modal{channel: x.channel, source: x.source}
		if err := json.Unmarshal(in.Data, m); err != nil {
			s.wrong("a modal is %s", in.Data)
		}
		s.modals[x.user] = m
	}
	return done()
}

func orEmpty(raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return []byte("{}")
	}
	return raw
}

// refusedKind says why an interaction cannot be answered like that.
func refusedKind(x *exchange, kind int) string {
	switch {
	case (x.kind == autocomplete) != (kind == 8):
		return "suggestions answer what is being typed, and nothing else does"
	case kind == 9 && x.kind == modalSubmit:
		return "a modal does not follow a modal"
	case (kind == 6 || kind == 7) && x.source == nil:
		return "there is no message to update"
	case kind < 4 || kind == 10 || kind > 9:
		return "no such answer"
	}
	return ""
}

// reader is who alone sees a message with such flags.
func (x *exchange) reader(flags int) string {
	if flags&flagEphemeral != 0 {
		return x.user
	}
	return ""
}

// webhook takes what follows the first answer.
func (s *Server) webhook(method string, parts []string, body []byte) answer {
	unknown := refuse(http.StatusNotFound, 10015, "Unknown Webhook")
	if len(parts) < 3 || parts[1] != ApplicationID {
		return unknown
	}
	x := s.exchanges[parts[2]]
	switch {
	case x == nil || x.first == 0:
		return unknown
	case s.Now().Sub(x.at) > tokenLasts:
		return refuse(http.StatusUnauthorized, 50027, "Invalid Webhook Token")
	case len(parts) == 3 && method == http.MethodPost:
		p := s.read(body)
		if m := s.message(x.original); m != nil && m.Thinking {
			s.wrong("a follow-up fills the promised message: edit @original")
		}
		return ok(s.add(x.channel, x.reader(p.Flags), p).payload())
	case len(parts) != 5 || parts[3] != "messages":
		return refuse(http.StatusMethodNotAllowed, 0, "405: Method Not Allowed")
	}
	m := s.message(x.original)
	if parts[4] != "@original" {
		m = s.message(parts[4])
	}
	if m == nil {
		return refuse(http.StatusNotFound, 10008, "Unknown Message")
	}
	switch method {
	case http.MethodPatch:
		m.apply(s.read(body))
		m.Edits++
	case http.MethodDelete:
		m.Deleted = true
		return done()
	}
	return ok(m.payload())
}
