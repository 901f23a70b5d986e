package slack

import (
	"context"
	"time"

	"github.com/aftersale/aftersale/adapters/chat"
)

// paced is a pace on a clock that moves when it waits.
func paced(slept *[]time.Duration, now *time.Time) *chat.Pace {
	p := chat.NewPace(postEvery, postBurst, func() time.Time { return *now })
	p.Sleep = func(_ context.Context, d time.Duration) error {
		*slept, *now = append(*slept, d), now.Add(d)
		return nil
	}
	return p
}
