package actions

import (
	"bytes"
	"encoding/csv"
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

// csvFile writes a table that spreadsheets open as it is: UTF-8 with its mark, lines as RFC 4180 has them, no cell of which
// is a formula.
func csvFile(header []string, rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range append([][]string{header}, rows...) {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = safeCell(cell)
		}
		if err := w.Write(safe); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
