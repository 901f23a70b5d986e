package actions_test

import (
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// TestHours: a week in São Paulo (UTC-3), Monday to Friday from 9 to 18, with the 11th of March off.
func TestHours(t *testing.T) {
	t.Parallel()
	h := actions.DefaultHours()
	h.Holidays = "03-11"
	at := func(text string) time.Time {
		t.Helper()
		v, err := time.ParseInLocation("2006-01-02 15:04", text, zone(t, "America/Sao_Paulo"))
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	for _, c := range []struct {
		from string
		span time.Duration
		to   string
	}{
		{"2026-03-09 10:00", time.Hour, "2026-03-09 11:00"},
		{"2026-03-09 10:00", 8 * time.Hour, "2026-03-09 18:00"}, // its last instant still counts
		{"2026-03-09 10:00", 9 * time.Hour, "2026-03-10 10:00"},
		{"2026-03-09 07:00", time.Hour, "2026-03-09 10:00"}, // before it opens
		{"2026-03-10 17:00", 2 * time.Hour, "2026-03-12 10:00"},
		{"2026-03-13 17:30", time.Hour, "2026-03-16 09:30"}, // over the weekend
		{"2026-03-14 12:00", 0, "2026-03-16 09:00"},
		{"2026-03-09 10:00", 27 * time.Hour, "2026-03-13 10:00"},
	} {
		got := h.Add(at(c.from), c.span, "America/Sao_Paulo")
		if !got.Equal(at(c.to)) {
			t.Errorf("%s and %s: %s, want %s", c.from, c.span, got.In(zone(t, "America/Sao_Paulo")), c.to)
		}
		if back := h.Between(at(c.from), got, "America/Sao_Paulo"); back != c.span {
			t.Errorf("between %s and %s: %s, want %s", c.from, c.to, back, c.span)
		}
	}
	for text, want := range map[string]bool{
		"2026-03-09 08:59": false, "2026-03-09 09:00": true, "2026-03-09 17:59": true, "2026-03-09 18:00": false,
		"2026-03-11 12:00": false, "2026-03-14 12:00": false,
	} {
		if got := h.Open(at(text), "America/Sao_Paulo"); got != want {
			t.Errorf("open at %s: %v", text, got)
		}
	}
	if got := h.Between(at("2026-03-10 10:00"), at("2026-03-09 10:00"), "America/Sao_Paulo"); got != 0 {
		t.Errorf("backwards: %s", got)
	}
	none := actions.Hours{} // must not run for ever
	if got := none.Add(at("2026-03-09 10:00"), time.Hour, "UTC"); !got.Equal(at("2026-03-09 11:00")) {
		t.Errorf("without hours: %s", got)
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	where, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return where
}

// TestHoursAcrossClocks: the day on which clocks go forward has an hour less, and whoever works through it too.
func TestHoursAcrossClocks(t *testing.T) {
	t.Parallel()
	h := actions.Hours{Days: 0b1111111, From: 0, To: 24 * 60}
	from := time.Date(2026, 3, 28, 23, 0, 0, 0, time.UTC) // midnight in Madrid; clocks go forward on the 29th
	if got := h.Between(from, from.Add(23*time.Hour), "Europe/Madrid"); got != 23*time.Hour {
		t.Errorf("the day has %s", got)
	}
	if got := h.Add(from, 24*time.Hour, "Europe/Madrid"); !got.Equal(from.Add(24 * time.Hour)) {
		t.Errorf("24 hours on: %s", got)
	}
}

func TestHoursAsText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"mon-fri": "mon-fri", "Sat, mon-wed": "mon-wed,sat", "sat-mon": "mon,sat-sun", "sun": "sun", "mon-sun": "mon-sun",
		"": "✗", "mon-": "✗", "monday": "✗"} {
		var d actions.Days
		if got := read(&d, text); got != want {
			t.Errorf("days %q: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"9:00": "09:00", "24:00": "24:00", "24:01": "✗", "9": "✗", "09:60": "✗", "-1:00": "✗", "9:5": "✗"} {
		var c actions.Clock
		if got := read(&c, text); got != want {
			t.Errorf("clock %q: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"2026-12-25, 12-24": "12-24 2026-12-25", "": "", "02-29": "02-29", "2026-02-29": "✗", "25/12": "✗"} {
		var h actions.Holidays
		if got := read(&h, text); got != want {
			t.Errorf("holidays %q: %q, want %q", text, got, want)
		}
	}
}

func read(v interface {
	UnmarshalText([]byte) error
	MarshalText() ([]byte, error)
}, text string) string {
	if err := v.UnmarshalText([]byte(text)); err != nil {
		return "✗"
	}
	out, _ := v.MarshalText()
	return string(out)
}
