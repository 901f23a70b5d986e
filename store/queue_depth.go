package store

import "fmt"

// A QueueDepth is how many jobs wait or run, of one kind.
type QueueDepth struct {
	Kind  string
	State string // due: waits for a worker; running; later: waits for its time, or for its next try
	Count int64
}

// QueueDepths counts the jobs that are not done. For metrics, and for whoever wants to wait until nothing is due. It is
// the one place where the job engine's table is read as what it is; finished jobs have left it or have another state.
func (s *Store) QueueDepths() ([]QueueDepth, error) {
	var list []QueueDepth
	err := s.db().Raw(`SELECT kind, CASE
			WHEN state = 'running' THEN 'running'
			WHEN state = 'available' THEN 'due'
			ELSE 'later' END AS state, COUNT(*) AS count
		FROM river_job WHERE state IN ('available', 'running', 'retryable', 'scheduled', 'pending')
		GROUP BY 1, 2 ORDER BY 1, 2`).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return list, nil
}
