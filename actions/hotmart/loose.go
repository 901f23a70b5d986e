package hotmart

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The platform writes the same field as a number here and as a string there. The types below take either, and never
// fail: what they cannot read is their zero value, so that one odd optional field does not cost the whole event.
// Decode checks what an event cannot do without.

// A word is an id, a code or a name: a string or a number.
type word string

// UnmarshalJSON takes strings and numbers; anything else is empty.
func (w *word) UnmarshalJSON(data []byte) error {
	*w = word(clean(scalar(data), 200))
	return nil
}

// An opaque is a token or an address of a page: exactly as it was sent.
type opaque string

// UnmarshalJSON takes strings up to 16 KiB; anything else is empty.
func (o *opaque) UnmarshalJSON(data []byte) error {
	*o = ""
	if text := scalar(data); len(text) <= 16<<10 {
		*o = opaque(text)
	}
	return nil
}

// A hidden is a word that is read and never written again: a document, a telephone number.
type hidden string

// UnmarshalJSON takes strings and numbers, and of an object the parts of a telephone number; anything else is empty.
func (h *hidden) UnmarshalJSON(data []byte) error {
	*h = hidden(clean(scalar(data), 40))
	var parts struct{ DDDCell, Cell, DDDPhone, Phone word }
	if *h == "" && json.Unmarshal(data, &parts) == nil {
		*h = hidden(parts.DDDCell + parts.Cell)
		if parts.Cell == "" {
			*h = hidden(parts.DDDPhone + parts.Phone)
		}
	}
	return nil
}

// IsZero keeps it out of everything that is encoded with omitzero.
func (hidden) IsZero() bool { return true }

// MarshalJSON gives nothing away where omitzero was forgotten.
func (hidden) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// A decimal is the text of a number, exactly as it was sent.
type decimal string

// UnmarshalJSON takes numbers and strings; anything else is empty.
func (d *decimal) UnmarshalJSON(data []byte) error {
	*d = decimal(strings.TrimSpace(scalar(data)))
	return nil
}

// A count is a whole number, or a string of one.
type count int

// UnmarshalJSON takes whole numbers up to a million; anything else is 0.
func (c *count) UnmarshalJSON(data []byte) error {
	n, err := strconv.Atoi(strings.TrimSuffix(scalar(data), ".0"))
	if err != nil || n < 0 || n > 1_000_000 {
		n = 0
	}
	*c = count(n)
	return nil
}

// A yes is a boolean, also as a word or a number.
type yes bool

// UnmarshalJSON takes true, "true" and 1.
func (f *yes) UnmarshalJSON(data []byte) error {
	s := strings.ToLower(strings.Trim(string(data), `" `))
	*f = s == "true" || s == "1"
	return nil
}

// A stamp is an instant: milliseconds or seconds since 1970, or text.
type stamp struct{ time.Time }

// UnmarshalJSON takes every form in which the platform has been seen to write times; anything else is zero.
func (s *stamp) UnmarshalJSON(data []byte) error {
	s.Time = instant(scalar(data))
	return nil
}

// MarshalJSON writes RFC 3339.
func (s stamp) MarshalJSON() ([]byte, error) { return json.Marshal(s.Time) }

// secondsBelow parts seconds from milliseconds: as seconds it is the year 5138, as milliseconds 1973.
const secondsBelow = 100_000_000_000

// instant reads a time. Text without a zone is UTC, as all numbers are. The zero time: it is none, or outside
// 2000–2100, which no sale is.
func instant(text string) time.Time {
	var t time.Time
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		if n > 1e15 || n < 0 {
			return time.Time{}
		}
		ms := int64(n)
		if ms < secondsBelow {
			ms *= 1000
		}
		t = time.UnixMilli(ms)
	} else {
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly} {
			if t, err = time.Parse(layout, text); err == nil {
				break
			}
		}
	}
	if t.Year() < 2000 || t.Year() > 2100 {
		return time.Time{}
	}
	return t.UTC()
}

// scalar is the text of a JSON string or number; empty for anything else.
func scalar(data []byte) string {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return ""
	}
	switch c := data[0]; {
	case c == '"':
		var s string
		if json.Unmarshal(data, &s) != nil {
			return ""
		}
		return s
	case c == '-' || c >= '0' && c <= '9':
		return string(data)
	}
	return ""
}

// clean makes text from outside fit to be stored and shown: NFC, one line, no control characters and no marks that
// turn the direction of what follows, at most limit runes.
func clean(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == unicode.ReplacementChar, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(norm.NFC.String(s))
	if runes := []rune(s); len(runes) > limit {
		s = strings.TrimSpace(string(runes[:limit]))
	}
	return s
}
