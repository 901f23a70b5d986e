package jobs

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestRetryPauseGrowsToAnHour(t *testing.T) {
	t.Parallel()
	cases := []struct {
		attempt int
		id      int64
		want    time.Duration
	}{
		{1, 0, time.Second},
		{2, 0, 2 * time.Second},
		{2, 9, 2*time.Second + 180*time.Millisecond},
		{5, 20, 16 * time.Second},
		{11, 0, 1024 * time.Second},
		{12, 0, time.Hour},
		{24, 0, time.Hour},
		{1000, 5, time.Hour + 3*time.Minute},
		{0, 0, time.Second}, // never happens; must not be a negative shift
	}
	for _, c := range cases {
		if got := retryPause(c.attempt, c.id); got != c.want {
			t.Errorf("after attempt %d of job %d: %v, want %v", c.attempt, c.id, got, c.want)
		}
	}
}

func TestAllTriesTakeAboutHalfADay(t *testing.T) {
	t.Parallel()
	var total time.Duration
	for attempt := 1; attempt < MaxAttempts; attempt++ {
		total += retryPause(attempt, 0)
	}
	if total < 10*time.Hour || total > 14*time.Hour {
		t.Errorf("%d tries take %v", MaxAttempts, total)
	}
}

func TestLaterAndCancelAreFoundInsideOtherErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("no such mailbox")
	if d, ok := asLater(fmt.Errorf("mail: %w", Later(time.Minute))); !ok || d != time.Minute {
		t.Errorf("later: %v %v", d, ok)
	}
	cancelled := fmt.Errorf("mail: %w", Cancel(cause))
	if !asCancelled(cancelled) || !errors.Is(cancelled, cause) {
		t.Errorf("cancelled: %v", cancelled)
	}
	if _, ok := asLater(cause); ok || asCancelled(cause) || asCancelled(nil) {
		t.Error("an ordinary error is neither")
	}
}

func TestArgumentsThatCannotBeReadGiveTheJobUp(t *testing.T) {
	t.Parallel()
	j, err := New("mail", map[string]int{"id": 7})
	if err != nil {
		t.Fatal(err)
	}
	var number struct{ ID int }
	if err := j.Decode(&number); err != nil || number.ID != 7 {
		t.Errorf("got %+v, %v", number, err)
	}
	var text string
	if err := j.Decode(&text); !asCancelled(err) {
		t.Errorf("got %v, want it given up", err)
	}
	if _, err := New("mail", make(chan int)); err == nil {
		t.Error("a channel became JSON")
	}
	if _, err := json.Marshal(arguments{kind: "mail", Args: j.Args}); err != nil {
		t.Error(err)
	}
}
