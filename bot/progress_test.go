package main

import (
	"strings"
	"testing"
	"time"
)

func TestTimeLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		took       time.Duration
		done, rest int64
		want       string
	}{
		{time.Second, 500, 500, ""}, // too early
		{time.Minute, 0, 1000, ""},
		{time.Minute, 1000, 0, ""},
		{10 * time.Second, 500, 500, "10 s"},
		{10 * time.Second, 999, 1, "1 s"},
		{10 * time.Second, 100, 900, "2 min"},
		{time.Minute, 10, 990, "1 h 39 min"},
	} {
		if got := timeLeft(c.took, c.done, c.rest); got != c.want {
			t.Errorf("%v for %d, %d to go: %q, want %q", c.took, c.done, c.rest, got, c.want)
		}
	}
}

// TestProgress: the bar is drawn over itself, says how long the rest takes by what this run did, and leaves nothing behind.
func TestProgress(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	at := time.Unix(0, 0)
	p := &progress{out: &out, now: func() time.Time { return at }}
	p.showOf("subscriptions", 500, 1000)
	at = at.Add(10 * time.Second)
	p.showOf("sales", 600, 1000)
	p.showOf("sales", 600, 1000)
	p.end()
	want := "\r  [###############...............]  50%  subscriptions" +
		"\r  [##################............]  60%  sales  40 s left" +
		"\r" + strings.Repeat(" ", 53) + "\r"
	got := out.String()
	if !strings.Contains(got, "sales  40 s left") || strings.Count(got, "60%") != 1 || !strings.HasSuffix(got, " \r") {
		t.Errorf("drawn %q, want something like %q", got, want)
	}
}
