package ics_test

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aftersale/aftersale/actions/ics"
)

var noon = time.Date(2026, 6, 5, 12, 0, 0, 0, time.UTC)

func event() ics.Event {
	return ics.Event{UID: "01J-1@aftersale", Stamp: noon, Starts: noon.Add(6 * time.Hour), Ends: noon.Add(9 * time.Hour), Timezone: "Europe/Lisbon",
		Summary: "Jantar, vinho; e \\ mais\nna Cozinha", Location: "Rua do Pão, 12", Organizer: "Cozinha da Ana"}
}

// read is what a calendar makes of a file: folded lines together, each with its name and value.
func read(t testing.TB, file []byte) []string {
	t.Helper()
	if !utf8.Valid(file) || !bytes.HasSuffix(file, []byte("\r\n")) {
		t.Fatalf("not UTF-8, or the last line has no end:\n%q", file)
	}
	var lines []string
	in := bufio.NewScanner(bytes.NewReader(file))
	in.Split(func(data []byte, _ bool) (int, []byte, error) {
		if i := bytes.Index(data, []byte("\r\n")); i >= 0 {
			return i + 2, data[:i], nil
		}
		return 0, nil, nil
	})
	for in.Scan() {
		line := in.Text()
		if len(line) > 75 {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
		if strings.ContainsAny(line, "\r\n") || !utf8.ValidString(line) {
			t.Errorf("a line is broken: %q", line)
		}
		if rest, folded := strings.CutPrefix(line, " "); folded && len(lines) > 0 {
			lines[len(lines)-1] += rest
			continue
		}
		lines = append(lines, line)
	}
	var open []string
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			t.Errorf("no content line: %q", line)
		}
		switch name {
		case "BEGIN":
			open = append(open, value)
		case "END":
			if len(open) == 0 || open[len(open)-1] != value {
				t.Fatalf("%s ends, open are %v", value, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("left open: %v", open)
	}
	return lines
}

// value returns the value of a line by what stands in front of it.
func value(t testing.TB, lines []string, name string) string {
	t.Helper()
	for _, line := range lines {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			return v
		}
	}
	t.Errorf("no %s in\n%s", name, strings.Join(lines, "\n"))
	return ""
}

// unescape is 3.3.11 backwards.
func unescape(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n", `\N`, "\n").Replace(s)
}

func TestFile(t *testing.T) {
	t.Parallel()
	lines := read(t, ics.File(event()))
	for name, want := range map[string]string{
		"VERSION": "2.0", "UID": "01J-1@aftersale", "DTSTAMP": "20260605T120000Z", "DTSTART;TZID=Europe/Lisbon": "20260605T190000",
		"DTEND;TZID=Europe/Lisbon": "20260605T220000", "TZID": "Europe/Lisbon", "TZOFFSETTO": "+0100", "TZOFFSETFROM": "+0000", "TZNAME": "WEST",
		"SUMMARY": `Jantar\, vinho\; e \\ mais\nna Cozinha`, "LOCATION": `Rua do Pão\, 12`,
	} {
		if got := value(t, lines, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := unescape(value(t, lines, "SUMMARY")); got != event().Summary {
		t.Errorf("a calendar reads %q", got)
	}
	if lines[0] != "BEGIN:VCALENDAR" || lines[len(lines)-1] != "END:VCALENDAR" {
		t.Errorf("it begins with %s and ends with %s", lines[0], lines[len(lines)-1])
	}
}

// TestZones: what the file says of a zone leads back to the instants of the event, by the file's own rules alone.
func TestZones(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"", "UTC", "America/Sao_Paulo", "Europe/Lisbon", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe", "Africa/Monrovia", "Pacific/Apia", "no such zone"} {
		for _, from := range []time.Time{noon, time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 23, 30, 0, 0, time.UTC), time.Date(2026, 3, 28, 22, 0, 0, 0, time.UTC)} {
			t.Run(fmt.Sprint(zone, from.Format(" 2006-01-02")), func(t *testing.T) {
				t.Parallel()
				e := event()
				e.Timezone, e.Starts, e.Ends = zone, from, from.Add(8*time.Hour)
				lines := read(t, ics.File(e))
				for name, want := range map[string]time.Time{"DTSTART": e.Starts, "DTEND": e.Ends} {
					if got := instant(t, lines, name); !got.Equal(want) {
						t.Errorf("%s is %v, want %v\n%s", name, got, want, strings.Join(lines, "\n"))
					}
				}
			})
		}
	}
}

// instant is when a calendar takes an event to begin or to end, that knows no zones but the file's.
func instant(t *testing.T, lines []string, name string) time.Time {
	t.Helper()
	var clock, offset string
	at := -1
	for i, line := range lines {
		if line == "BEGIN:VEVENT" {
			at = i
		}
	}
	for _, line := range lines[at:] {
		if utc, ok := strings.CutPrefix(line, name+":"); ok {
			when, err := time.Parse("20060102T150405Z", utc)
			if err != nil {
				t.Fatal(err)
			}
			return when
		}
		if strings.HasPrefix(line, name+";TZID=") {
			_, clock, _ = strings.Cut(line, ":")
		}
	}
	var onset string
	for _, line := range lines[:at] { // the last change of the clocks before it
		if since, ok := strings.CutPrefix(line, "DTSTART:"); ok {
			onset = since
		}
		if to, ok := strings.CutPrefix(line, "TZOFFSETTO:"); ok && onset <= clock {
			offset = to
		}
	}
	layout := "-0700"
	if len(offset) > 5 {
		layout = "-070000"
	}
	when, err := time.Parse("20060102T150405"+layout, clock+offset)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func FuzzFile(f *testing.F) {
	f.Add("Jantar", "Rua do Pão, 12", "Europe/Lisbon")
	f.Add(strings.Repeat("ção 🥖", 40), "a\r\nBEGIN:VALARM\r\n", "../etc/passwd")
	f.Add("\x00\x7f\xff", ";:,\\", "")
	f.Fuzz(func(t *testing.T, summary, location, zone string) {
		e := event()
		e.Summary, e.Location, e.Timezone = summary, location, zone
		lines := read(t, ics.File(e))
		for _, line := range lines { // nobody writes lines of his own
			if name, _, _ := strings.Cut(line, ":"); strings.HasPrefix(name, "VALARM") || line == "BEGIN:VALARM" {
				t.Errorf("%q came from a value", line)
			}
		}
		if strings.ContainsAny(summary, "\r") || !utf8.ValidString(summary) {
			return
		}
		plain := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
				return -1
			}
			return r
		}, summary)
		if got := unescape(value(t, lines, "SUMMARY")); got != plain {
			t.Errorf("%q is read as %q", plain, got)
		}
	})
}
