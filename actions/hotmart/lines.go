package hotmart

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/aftersale/aftersale/actions"
)

const (
	maxLine   = 64 << 10 // of a report: real rows have about 1 KiB
	maxJoined = 20       // lines of one row: a quoted field may hold line breaks
)

// The reasons why a row is not read.
var (
	errLongLine   = fmt.Errorf("line of more than %d bytes", maxLine)
	errOpenQuote  = errors.New("a quote is opened and not closed")
	errStrayQuote = errors.New("a quote stands in the middle of a field")
	errNotUTF8    = errors.New("not UTF-8, as the lines before are")
)

// A table reads rows of a delimited text file one by one.
type table struct {
	in       *bufio.Reader
	delim    byte
	line     int      // number of the line that was read last
	again    []string // lines read ahead and given back
	encoding string   // "", "UTF-8", "Windows-1252": known from the first line that is not plain ASCII
}

// row returns the fields of the next row and the line on which it begins; io.EOF at the end. Empty lines are no rows.
// After any other error but a ReadingError the table stands behind the line on which the bad row begins, so that a
// quote that is never closed costs one row and not the rest of the file.
func (t *table) row() (fields []string, line int, err error) {
	text, err := t.next()
	for err == nil && text == "" {
		text, err = t.next()
	}
	line = t.line
	if err != nil {
		return nil, line, err
	}
	var ahead []string
	for {
		fields, err = splitRow(text, t.delim)
		if !errors.Is(err, errOpenQuote) || len(ahead) == maxJoined {
			break
		}
		more, stop := t.next()
		if stop != nil {
			break
		}
		ahead = append(ahead, more)
		text += "\n" + more
	}
	if err != nil {
		t.again = append(ahead, t.again...)
		t.line -= len(ahead)
	}
	return fields, line, err
}

// next returns the next line without its end, as UTF-8.
func (t *table) next() (string, error) {
	if len(t.again) > 0 {
		text := t.again[0]
		t.again = t.again[1:]
		t.line++
		return text, nil
	}
	raw, err := t.raw()
	if err != nil {
		return "", err
	}
	return t.decode(raw)
}

// raw reads a line; one that is too long is skipped whole.
func (t *table) raw() ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := t.in.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxLine; !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && (long || len(line) > 0):
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		case err != nil:
			return nil, &actions.ReadingError{Err: err}
		}
		t.line++
		if long {
			return nil, errLongLine
		}
		for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
			line = line[:len(line)-1]
		}
		return line, nil
	}
}

// decode settles the encoding by the first line that needs one. Spreadsheets in Brazil save CSV as Windows-1252, of
// which Latin-1 is the printable part; no text in it that is longer than a few letters happens to be UTF-8.
func (t *table) decode(line []byte) (string, error) {
	ascii := true
	for _, c := range line {
		ascii = ascii && c < utf8.RuneSelf
	}
	switch {
	case ascii:
		return string(line), nil
	case t.encoding == "" && utf8.Valid(line):
		t.encoding = "UTF-8"
	case t.encoding == "":
		t.encoding = "Windows-1252"
	case t.encoding == "UTF-8" && !utf8.Valid(line):
		return "", errNotUTF8
	}
	if t.encoding == "UTF-8" {
		return string(line), nil
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(line)
	return string(text), err
}

// splitRow cuts a row into fields (RFC 4180). errOpenQuote: the row goes on on the next line, or a quote is wrong.
func splitRow(text string, delim byte) ([]string, error) {
	var fields []string
	for {
		if text == "" || text[0] != '"' {
			end := 0
			for end < len(text) && text[end] != delim {
				if text[end] == '"' {
					return nil, errStrayQuote
				}
				end++
			}
			fields = append(fields, text[:end])
			if end == len(text) {
				return fields, nil
			}
			text = text[end+1:]
			continue
		}
		field, rest, err := quoted(text[1:])
		if err != nil {
			return nil, err
		}
		fields = append(fields, field)
		if rest == "" {
			return fields, nil
		}
		if rest[0] != delim {
			return nil, errStrayQuote
		}
		text = rest[1:]
	}
}

// quoted reads a field to its closing quote; two quotes are one.
func quoted(text string) (field, rest string, err error) {
	var b []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '"' {
			b = append(b, text[i])
			continue
		}
		if i+1 == len(text) || text[i+1] != '"' {
			return string(b), text[i+1:], nil
		}
		b = append(b, '"')
		i++
	}
	return "", "", errOpenQuote
}
