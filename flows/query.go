package flows

import (
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// readQuery sorts one line of search text into filters: an address, or a part of one, by its punctuation, a transaction
// code by its digits, else a name.
func readQuery(text string, filter *actions.Filter) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, " \n\t") {
		if found := inProse(text); found != "" {
			text = found
		}
	}
	switch {
	case text == "":
	case strings.Contains(text, "@"):
		filter.Email = text
	case strings.ContainsAny(text, "0123456789") && !strings.Contains(text, " "):
		if code, err := actions.ParseTransaction(text); err == nil {
			filter.Transaction = code
			return
		}
		filter.Email = text
	case strings.ContainsAny(text, "._+-") && !strings.Contains(text, " "):
		filter.Email = text
	default:
		filter.Name = text
	}
}

// inProse finds a whole address or the code of a purchase in what somebody wrote to the team, such as a message that was
// handed on; empty when there is none. An address goes first: people know theirs better than codes.
func inProse(text string) string {
	code := ""
	for _, word := range strings.Fields(text) {
		word = strings.Trim(word, ".,;:!?()[]{}<>\"'“”‘’«»*_`")
		word = strings.TrimPrefix(strings.TrimPrefix(word, "mailto:"), "MAILTO:")
		if address, _, linked := strings.Cut(word, "|"); linked { // <mailto:a@b.example|a@b.example>
			word = address
		}
		if _, err := actions.ParseEmail(word); err == nil {
			return word
		}
		if code == "" && isCode(word) {
			code = word
		}
	}
	return code
}

// isCode reports whether a word among others looks like the code of a purchase: letters, then more digits than years and
// prices have.
func isCode(word string) bool {
	letters := strings.TrimRight(word, "0123456789")
	digits := len(word) - len(letters)
	_, err := actions.ParseTransaction(word)
	return err == nil && letters != "" && len(letters) <= 4 && digits >= 6
}

// parsePeriod checks a period without knowing today: "7d", "2026-03", "2026-03-01", "2026-03-01..2026-03-15".
func parsePeriod(text string) (string, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if _, _, err := period(text, time.Unix(0, 0), "UTC"); err != nil {
		return "", err
	}
	return text, nil
}

// period reads a period in the shop's zone: its first instant and the first one after it; zero times where it is open.
func period(text string, now time.Time, zone string) (from, to time.Time, err error) {
	where, zoneErr := time.LoadLocation(zone)
	if zoneErr != nil {
		where = time.UTC
	}
	wrong := &actions.Error{Code: actions.Invalid, Key: "find.period.wrong", Field: "period"}
	if text == "" {
		return from, to, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 3660 {
			return from, to, wrong
		}
		return now.AddDate(0, 0, -n), to, nil
	}
	first, last, isRange := strings.Cut(text, "..")
	if from, to, err = span(strings.TrimSpace(first), where); err != nil {
		return time.Time{}, time.Time{}, wrong
	}
	if !isRange {
		return from, to, nil
	}
	if _, to, err = span(strings.TrimSpace(last), where); err != nil || !to.After(from) {
		return time.Time{}, time.Time{}, wrong
	}
	return from, to, nil
}

// span is a day or a month in a zone.
func span(text string, where *time.Location) (from, to time.Time, err error) {
	if from, err = time.ParseInLocation("2006-01-02", text, where); err == nil {
		return from.UTC(), from.AddDate(0, 0, 1).UTC(), nil
	}
	if from, err = time.ParseInLocation("2006-01", text, where); err == nil {
		return from.UTC(), from.AddDate(0, 1, 0).UTC(), nil
	}
	return from, to, err
}
