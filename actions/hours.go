package actions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Hours are when the shop's people are there: the same hours on each day that they work. Promises of an answer are counted
// in them. They are of the account's zone.
type Hours struct {
	Days     Days     `yaml:"days"`
	From     Clock    `yaml:"from"`
	To       Clock    `yaml:"to"` // 24:00 is the end of the day
	Holidays Holidays `yaml:"holidays"`
}

// DefaultHours are those of an office.
func DefaultHours() Hours { return Hours{Days: 0b0111110, From: 9 * 60, To: 18 * 60} }

// Validate returns every mistake at once, by its path below "hours".
func (h Hours) Validate() []PolicyMistake {
	var all []PolicyMistake
	if h.Days == 0 {
		all = append(all, PolicyMistake{Path: "days", Problem: "must name at least one day", Key: "settings.wrong.days"})
	}
	if h.From >= h.To {
		all = append(all, PolicyMistake{Path: "to", Problem: "must be later than hours.from", Key: "settings.wrong.hours"})
	}
	return all
}

// mostDays bounds how far the hours look ahead or back: past any row of holidays.
const mostDays = 3700

// Open reports whether the shop's people are there.
func (h Hours) Open(at time.Time, zone string) bool {
	from, to, works := h.on(at, zoneOf(zone), 0)
	return works && !at.Before(from) && at.Before(to)
}

// Add returns the instant at which a span of working time is over that begins at an instant. Zero and less is over when the
// shop next opens. The result is UTC.
func (h Hours) Add(at time.Time, span time.Duration, zone string) time.Time {
	where, start := zoneOf(zone), at
	for i := range mostDays {
		from, to, works := h.on(start, where, i)
		if !works || !to.After(at) {
			continue
		}
		if from.After(at) {
			at = from
		}
		if left := to.Sub(at); span <= left {
			return at.Add(max(span, 0)).UTC()
		} else {
			span -= left
		}
		at = to
	}
	return at.Add(span).UTC() // hours that nobody ever works
}

// Between returns how much working time is between two instants; 0 when the second is not later.
func (h Hours) Between(a, b time.Time, zone string) time.Duration {
	var sum time.Duration
	where := zoneOf(zone)
	for i := range mostDays {
		from, to, works := h.on(a, where, i)
		if !from.Before(b) {
			break
		}
		if !works {
			continue
		}
		if from.Before(a) {
			from = a
		}
		if to.After(b) {
			to = b
		}
		sum += max(0, to.Sub(from))
	}
	return sum
}

// on returns the hours of the nth day after that of an instant; they are there, but nobody is, where works is false.
func (h Hours) on(at time.Time, where *time.Location, n int) (from, to time.Time, works bool) {
	y, m, d := at.In(where).Date()
	day := time.Date(y, m, d+n, 12, 0, 0, 0, where) // noon is on each day of each zone
	y, m, d = day.Date()
	from = time.Date(y, m, d, int(h.From)/60, int(h.From)%60, 0, 0, where)
	to = time.Date(y, m, d, int(h.To)/60, int(h.To)%60, 0, 0, where)
	return from, to, h.Days.Has(day.Weekday()) && !h.Holidays.Has(day)
}

// zoneOf is a zone by name. The configuration is checked; a zone that is gone must stop nothing.
func zoneOf(name string) *time.Location {
	where, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return where
}

// Days are days of the week, a bit each: bit 0 is Sunday.
type Days uint8

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Has reports whether a day is among them.
func (d Days) Has(day time.Weekday) bool { return d&(1<<day) != 0 }

// UnmarshalText reads "mon-fri", "mon,wed,fri" or both mixed. A span may go over the end of the week.
func (d *Days) UnmarshalText(text []byte) error {
	var all Days
	for part := range strings.SplitSeq(strings.ToLower(strings.ReplaceAll(string(text), " ", "")), ",") {
		first, last, span := strings.Cut(part, "-")
		if !span {
			last = first
		}
		from, to := slices.Index(dayNames, first), slices.Index(dayNames, last)
		if from < 0 || to < 0 {
			return fmt.Errorf("must be days such as mon-fri or mon,wed,sat, not %q", text)
		}
		for i := from; ; i = (i + 1) % 7 {
			all |= 1 << i
			if i == to {
				break
			}
		}
	}
	*d = all
	return nil
}

// String writes spans from Monday on: "mon-fri,sun".
func (d Days) String() string {
	var parts []string
	for i := 1; i <= 7; i++ {
		if !d.Has(time.Weekday(i % 7)) {
			continue
		}
		last := i
		for last < 7 && d.Has(time.Weekday((last+1)%7)) {
			last++
		}
		part := dayNames[i%7]
		if last > i {
			part += "-" + dayNames[last%7]
		}
		parts, i = append(parts, part), last
	}
	return strings.Join(parts, ",")
}

// MarshalText is String.
func (d Days) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// A Clock is a time of day, in minutes since midnight.
type Clock int

// UnmarshalText reads "9:00", "18:30" or "24:00".
func (c *Clock) UnmarshalText(text []byte) error {
	hour, minute, ok := strings.Cut(strings.TrimSpace(string(text)), ":")
	h, err := strconv.ParseUint(hour, 10, 8)
	m, wrong := strconv.ParseUint(minute, 10, 8)
	if !ok || err != nil || wrong != nil || m > 59 || h*60+m > 24*60 || len(minute) != 2 {
		return fmt.Errorf("must be a time of day such as 09:00, not %q", text)
	}
	*c = Clock(h*60 + m) // #nosec G115 -- at most 1440
	return nil
}

// String writes "09:00".
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// MarshalText is String.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Holidays are days on which nobody is there, in order and with a space between them: "2026-02-17" in one year, "12-25" in all.
type Holidays string

// mostHolidays is how many a shop lists.
const mostHolidays = 100

// UnmarshalText reads days with spaces, commas or line breaks between them.
func (h *Holidays) UnmarshalText(text []byte) error {
	days := strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(" \t\r\n,;", r) })
	for _, day := range days {
		_, err := time.Parse(time.DateOnly, day)
		_, yearly := time.Parse(time.DateOnly, "2024-"+day) // a leap year
		if err != nil && yearly != nil {
			return fmt.Errorf("must be days such as 2026-12-24 or 12-25, not %q", day)
		}
	}
	if len(days) > mostHolidays {
		return fmt.Errorf("must be at most %d days", mostHolidays)
	}
	slices.Sort(days)
	*h = Holidays(strings.Join(slices.Compact(days), " "))
	return nil
}

// MarshalText writes them as they are.
func (h Holidays) MarshalText() ([]byte, error) { return []byte(h), nil }

// Has reports whether a day is among them.
func (h Holidays) Has(day time.Time) bool {
	if h == "" {
		return false
	}
	all := strings.Fields(string(h))
	return slices.Contains(all, day.Format(time.DateOnly)) || slices.Contains(all, day.Format("01-02"))
}
