package hotmart

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/aftersale/aftersale/actions"
)

// A scanner finds the payloads in a stream of JSON without decoding it, so that one that is too large or cut off
// neither fills the memory nor takes the others with it. Brackets and commas between payloads are separators: arrays,
// objects one after the other and one to a line are the same.
type scanner struct {
	in   *bufio.Reader
	line int    // of the next byte
	body []byte // of the payload being read
}

// The reasons why a payload is not read.
var (
	errNoPayload = errors.New("neither a payload nor the start of one")
	errTooLarge  = fmt.Errorf("payload of more than %d bytes: not read", maxPayload)
	errCutOff    = errors.New("payload is cut off: it does not end before the next one begins")
	errNeverEnds = errors.New("payload never ends: nothing after this line was read")
)

// readPayloads decodes the payloads of a stream.
func readPayloads(in *bufio.Reader, at func() int64) iter.Seq[actions.ImportItem] {
	return func(yield func(actions.ImportItem) bool) {
		s := &scanner{in: in, line: 1}
		for {
			body, line, err := s.next()
			if errors.Is(err, io.EOF) {
				return
			}
			item := actions.ImportItem{Line: line, Read: at(), Err: err}
			if err == nil {
				item.Event, item.Err = Decode(body)
			}
			if !yield(item) {
				return
			}
			if reading := (*actions.ReadingError)(nil); errors.As(err, &reading) {
				return
			}
		}
	}
}

// next returns the next payload and the line on which it begins; io.EOF at the end. After any other error but a
// ReadingError the scanner stands behind what was wrong.
func (s *scanner) next() (body []byte, line int, err error) {
	for {
		c, err := s.readByte()
		switch {
		case err != nil:
			return nil, s.line, err
		case c == '{':
			line = s.line
			body, err = s.object()
			return body, line, err
		case bytes.IndexByte([]byte(" \t\r\n,[]"), c) >= 0:
			continue
		}
		line = s.line
		return nil, line, or(s.skipLine(), errNoPayload)
	}
}

// object reads to the brace that closes the one just read.
func (s *scanner) object() ([]byte, error) {
	s.body = append(s.body[:0], '{')
	depth, quoted, escaped := 1, false, false
	for depth > 0 {
		c, err := s.readByte()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errNeverEnds
			}
			return nil, err
		}
		switch {
		case c == '\n' && (quoted || s.payloadAhead()):
			return nil, errCutOff // text in JSON holds no line breaks
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
		if len(s.body) <= maxPayload {
			s.body = append(s.body, c)
		}
	}
	if len(s.body) > maxPayload {
		return nil, errTooLarge
	}
	return s.body, nil
}

// payloadAhead reports whether a whole payload stands on the line that begins here: then the one being read, which
// has not ended yet, never will.
func (s *scanner) payloadAhead() bool {
	if c, err := s.in.Peek(1); err != nil || c[0] != '{' {
		return false
	}
	ahead, _ := s.in.Peek(peekSize)
	if end := bytes.IndexByte(ahead, '\n'); end >= 0 {
		ahead = ahead[:end]
	}
	if !bytes.Contains(ahead, []byte(`"event"`)) {
		return false
	}
	var envelope struct {
		Event word `json:"event"`
	}
	return json.Unmarshal(bytes.TrimRight(ahead, " \t\r,]"), &envelope) == nil && envelope.Event != ""
}

func (s *scanner) readByte() (byte, error) {
	c, err := s.in.ReadByte()
	if c == '\n' && err == nil {
		s.line++
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = &actions.ReadingError{Err: err}
	}
	return c, err
}

// skipLine reads to the end of the line.
func (s *scanner) skipLine() error {
	for {
		switch c, err := s.readByte(); {
		case errors.Is(err, io.EOF) || err == nil && c == '\n':
			return nil
		case err != nil:
			return err
		}
	}
}

func or(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
