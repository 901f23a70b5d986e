// Package ics writes an event as an iCalendar file (RFC 5545, read 2026-11-22), for the calendars of phones and computers. It
// writes one event and reads nothing.
package ics

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// An Event is one entry of a calendar.
type Event struct {
	UID       string    // the same for the same event: a second download replaces the first
	Stamp     time.Time // when it was written
	Starts    time.Time
	Ends      time.Time
	Timezone  string // IANA name, of the place; unknown or empty: UTC
	Summary   string
	Location  string
	Organizer string // who invites, as text
}

// maxLine is how many bytes a line has, without its end (3.1).
const maxLine = 75

// File writes the file.
func File(e Event) []byte {
	var out writer
	out.line("BEGIN:VCALENDAR")
	out.line("VERSION:2.0")
	out.line("PRODID:-//Aftersale//Tickets//EN")
	out.line("CALSCALE:GREGORIAN")
	out.line("METHOD:PUBLISH")
	zone, err := time.LoadLocation(e.Timezone)
	if err != nil || e.Timezone == "" || e.Timezone == "Local" {
		zone = time.UTC
	}
	if zone != time.UTC {
		out.zone(zone, e.Starts, e.Ends)
	}
	out.line("BEGIN:VEVENT")
	out.line("UID:" + escape(e.UID))
	out.line("DTSTAMP:" + utc(e.Stamp))
	out.line("DTSTART" + at(e.Starts, zone))
	out.line("DTEND" + at(e.Ends, zone))
	out.line("SUMMARY:" + escape(e.Summary))
	if e.Location != "" {
		out.line("LOCATION:" + escape(e.Location))
	}
	if e.Organizer != "" {
		out.line("DESCRIPTION:" + escape(e.Organizer))
	}
	out.line("TRANSP:OPAQUE")
	out.line("END:VEVENT")
	out.line("END:VCALENDAR")
	return []byte(out.text.String())
}

type writer struct{ text strings.Builder } // a strings.Builder cannot fail

// line writes one content line, folded: what is longer goes on behind a line break and a space, never inside a character.
func (w *writer) line(text string) {
	room := maxLine
	for len(text) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		w.text.WriteString(text[:cut] + "\r\n ")
		text, room = text[cut:], maxLine-1
	}
	w.text.WriteString(text + "\r\n")
}

// zone describes the clocks of a place around the event (3.6.5): what they show when it begins, and any change up to its end.
// A calendar that knows the zone by its name uses its own rules.
func (w *writer) zone(zone *time.Location, from, to time.Time) {
	w.line("BEGIN:VTIMEZONE")
	w.line("TZID:" + zone.String())
	begin, end := from.In(zone).ZoneBounds()
	_, before := from.In(zone).Zone()
	if !begin.IsZero() {
		_, before = begin.Add(-time.Second).In(zone).Zone()
	}
	w.observance(zone, from, begin, before)
	if !end.IsZero() && !end.After(to) {
		_, offset := from.In(zone).Zone()
		w.observance(zone, end, end, offset)
	}
	w.line("END:VTIMEZONE")
}

// observance is what clocks show from an instant on; before is their offset until then, in seconds.
func (w *writer) observance(zone *time.Location, at, since time.Time, before int) {
	name, offset := at.In(zone).Zone()
	kind := "STANDARD"
	if at.In(zone).IsDST() {
		kind = "DAYLIGHT"
	}
	onset := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	if !since.IsZero() {
		onset = since.UTC().Add(time.Duration(before) * time.Second) // as the clocks showed it before they changed
	}
	w.line("BEGIN:" + kind)
	w.line("DTSTART:" + onset.Format("20060102T150405"))
	w.line("TZOFFSETFROM:" + offsetOf(before))
	w.line("TZOFFSETTO:" + offsetOf(offset))
	w.line("TZNAME:" + escape(name))
	w.line("END:" + kind)
}

func offsetOf(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	text := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if rest := seconds % 60; rest != 0 {
		text += fmt.Sprintf("%02d", rest)
	}
	return text
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// at is a time as the clocks of a zone show it, with the zone (3.3.5, form 3), or in UTC (form 2).
func at(t time.Time, zone *time.Location) string {
	if zone == time.UTC {
		return ":" + utc(t)
	}
	return ";TZID=" + zone.String() + ":" + t.In(zone).Format("20060102T150405")
}

// escape writes a text value (3.3.11). Control characters have no place in one.
func escape(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}
