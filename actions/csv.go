package actions

import (
	"bytes"
	"encoding/csv"
	"io"
	"regexp"
	"strings"
)

// formula finds what a spreadsheet would take for the beginning of a formula: one of the signs at the start of a cell, or
// where a program that separates by something else than we do sees one (owasp.org, CSV Injection, read 2026-11). The wide
// forms are taken for the signs in East Asian versions.
var formula = regexp.MustCompile("(^|[;,|\n\"])([ \u00a0\u3000]*)([=+\\-@＝＋－＠])")

// safeCell is a text that no spreadsheet computes: an apostrophe, which they do not show, stands before what would begin
// a formula. Tabs and carriage returns, which separate and begin formulas too, become spaces and line ends; characters that
// turn or hide text go.
func safeCell(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case 0, '\u202e', '\u202d', '\ufeff':
			return -1
		case '\t':
			return ' '
		case '\r':
			return '\n'
		}
		return r
	}, s)
	return formula.ReplaceAllString(s, "$1$2'$3")
}

// csvFile writes a table that is short enough to be held as a whole.
func csvFile(header []string, rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	t, err := newTable(&b, header)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if err := t.row(row); err != nil {
			return nil, err
		}
	}
	err = t.end()
	return b.Bytes(), err
}

// A table is a file that spreadsheets open as it is: UTF-8 with its mark, lines as RFC 4180 has them, no cell of which is a
// formula. It is written row by row.
type table struct{ w *csv.Writer }

func newTable(to io.Writer, header []string) (table, error) {
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return table{}, err
	}
	t := table{csv.NewWriter(to)}
	t.w.UseCRLF = true
	return t, t.row(header)
}

func (t table) row(cells []string) error {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = safeCell(cell)
	}
	return t.w.Write(safe)
}

func (t table) end() error {
	t.w.Flush()
	return t.w.Error()
}
