package store

import (
	"context"
	"fmt"
)

// LeaseCalls counts n calls of a platform at an instant, in milliseconds since 1970, unless there is no room for them or calls
// pause; see remote.Counter, which it implements. One statement, so that replicas count together. A replica whose clock is behind
// counts in the minute of the others.
func (s *Store) LeaseCalls(ctx context.Context, platform string, now int64, n, most int, slow bool) (leased bool, paused int64, err error) {
	in := s.In(ctx)
	type row struct{ Taken int64 }
	all, err := read[row](in, 1, `INSERT INTO call_counts (platform, minute, taken, previous, paused_until, slowed_until) VALUES (?, ?, ?, 0, 0, 0)
		ON CONFLICT (platform) DO UPDATE SET
		previous = CASE WHEN excluded.minute <= call_counts.minute THEN call_counts.previous
			WHEN excluded.minute = call_counts.minute + 1 THEN call_counts.taken ELSE 0 END,
		taken = CASE WHEN excluded.minute <= call_counts.minute THEN call_counts.taken ELSE 0 END + excluded.taken,
		minute = CASE WHEN excluded.minute <= call_counts.minute THEN call_counts.minute ELSE excluded.minute END
		WHERE call_counts.paused_until <= ? AND (call_counts.slowed_until <= ? OR ? = 0) AND excluded.taken +
			CASE WHEN excluded.minute <= call_counts.minute THEN call_counts.taken + call_counts.previous * ? / 60000
			WHEN excluded.minute = call_counts.minute + 1 THEN call_counts.taken * ? / 60000 ELSE 0 END <= ?
		RETURNING taken`, platform, now/60_000, n, now, now, number(slow), 60_000-now%60_000, 60_000-now%60_000, most)
	if err != nil {
		return false, 0, fmt.Errorf("lease calls: %w", err)
	}
	if len(all) > 0 {
		return true, 0, nil
	}
	type pause struct{ PausedUntil, SlowedUntil int64 }
	p, err := readOne[pause](in, `SELECT paused_until, slowed_until FROM call_counts WHERE platform = ?`, platform)
	if err != nil {
		return false, 0, fmt.Errorf("read a pause of calls: %w", err)
	}
	paused = p.PausedUntil
	if slow {
		paused = max(paused, p.SlowedUntil)
	}
	return false, paused, nil
}

// PauseCalls has the calls of a platform wait until an instant, in milliseconds since 1970: all, or those of nobody who waits.
func (s *Store) PauseCalls(ctx context.Context, platform string, until int64, slow bool) error {
	column := "paused_until"
	if slow {
		column = "slowed_until"
	}
	_, err := s.In(ctx).exec(`INSERT INTO call_counts (platform, minute, taken, previous, paused_until, slowed_until) VALUES (?, 0, 0, 0, 0, 0)
		ON CONFLICT (platform) DO NOTHING`, platform)
	if err == nil {
		_, err = s.In(ctx).exec(`UPDATE call_counts SET `+column+` = ? WHERE platform = ? AND `+column+` < ?`, until, platform, until)
	}
	if err != nil {
		return fmt.Errorf("pause calls: %w", err)
	}
	return nil
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
