package format

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // the zones of readers do not depend on what the machine has installed
)

// months are CLDR's abbreviations.
var months = map[string][12]string{
	PortugueseBrazil: {"jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."},
	English:          {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	Spanish:          {"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"},
}

// Date writes the day of t in the reader's zone (an IANA name; UTC when unknown): "12 de mar. de 2026",
// "12 Mar 2026", "12 mar 2026". The month is a word, so that nobody reads it as a day. A zero time is "".
func Date(locale, zone string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	locale = known(locale)
	year, month, day := t.In(Zone(zone)).Date()
	name := months[locale][month-1]
	if locale == PortugueseBrazil {
		return fmt.Sprintf("%d de %s de %d", day, name, year)
	}
	return fmt.Sprintf("%d %s %d", day, name, year)
}

// DateTime writes day and minute of t in the reader's zone: "12 de mar. de 2026, 14:05". A zero time is "".
func DateTime(locale, zone string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return Date(locale, zone, t) + ", " + Clock(zone, t)
}

// Clock writes the minute of t in the reader's zone, on 24 hours: "14:05".
func Clock(zone string, t time.Time) string { return t.In(Zone(zone)).Format("15:04") }

// zones remembers what Zone has read; there are a few hundred names at most, and wrong ones are not kept.
var zones sync.Map

// Zone returns the IANA zone of that name; UTC when there is none.
func Zone(name string) *time.Location {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "Local" { // the machine's own zone says nothing about the reader
		return time.UTC
	}
	zones.Store(name, z)
	return z
}
