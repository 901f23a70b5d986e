package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// A progress draws a bar on a terminal, and nothing elsewhere.
type progress struct {
	out   io.Writer // nil: nobody looks
	last  string    // what is drawn
	now   func() time.Time
	began time.Time // when it was first shown, and how much was done then: what was done before took no time of ours
	first int64
}

const barWidth = 30

func newProgress(out io.Writer, _ string) *progress {
	if !isTerminal(out) {
		out = nil
	}
	return &progress{out: out, now: time.Now}
}

// show draws how much is done; a total of 0 is not known.
func (p *progress) show(done, total int64) { p.showOf("", done, total) }

// showOf draws how much is done, what is being done, and how long the rest will take.
func (p *progress) showOf(what string, done, total int64) {
	if p.out == nil || total <= 0 {
		return
	}
	if p.began.IsZero() {
		p.began, p.first = p.now(), done
	}
	done = min(done, total)
	percent := int(done * 100 / total)
	full := percent * barWidth / 100
	line := fmt.Sprintf("  [%s%s] %3d%%", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), percent)
	if what != "" {
		line += "  " + what
	}
	if left := timeLeft(p.now().Sub(p.began), done-p.first, total-done); left != "" {
		line += "  " + left + " left"
	}
	if line == p.last {
		return
	}
	blank := max(0, len(p.last)-len(line))
	fmt.Fprintf(p.out, "\r%s%s", line, strings.Repeat(" ", blank))
	p.last = line
}

// end removes the bar, so that the report stands alone.
func (p *progress) end() {
	if p.out != nil && p.last != "" {
		fmt.Fprintf(p.out, "\r%s\r", strings.Repeat(" ", len(p.last)))
		p.last = ""
	}
}

// guessAfter is how long something must have run until anything is said of how long it still will.
const guessAfter = 3 * time.Second

// timeLeft says how long the rest takes if it goes on as it went; empty when it is too early to say, or when it is over.
func timeLeft(took time.Duration, done, rest int64) string {
	if took < guessAfter || done <= 0 || rest <= 0 {
		return ""
	}
	left := time.Duration(float64(took) * float64(rest) / float64(done))
	switch {
	case left < time.Minute:
		return fmt.Sprintf("%d s", max(int(left.Seconds()), 1))
	case left < time.Hour:
		return fmt.Sprintf("%d min", int(left.Round(time.Minute).Minutes()))
	}
	return fmt.Sprintf("%d h %d min", int(left.Hours()), int(left.Minutes())%60)
}
