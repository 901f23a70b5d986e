package jobs

import (
	"time"

	"github.com/riverqueue/river/rivertype"
)

// MaxAttempts is how often a job is tried before it is discarded: with the pauses of retryPause, over about half a
// day, which outlasts the usual trouble of a mail server or a commerce platform.
const MaxAttempts = 24

// retryPause is the pause after a failed attempt (1 for the first): 1 s, 2 s, 4 s … 1 h. A tenth of it at most is added
// depending on the job, so that jobs that failed together do not come back together.
func retryPause(attempt int, id int64) time.Duration {
	pause := time.Hour
	if attempt < 12 { // 2^12 s is more than an hour
		pause = time.Second << max(attempt-1, 0)
	}
	return pause + pause/10*time.Duration(id%10)/10
}

// A retryPolicy is retryPause for River.
type retryPolicy struct{}

// NextRetry implements river.ClientRetryPolicy.
func (retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().UTC().Add(retryPause(job.Attempt, job.ID))
}
