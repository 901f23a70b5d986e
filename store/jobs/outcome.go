package jobs

// Outcome names what a handler's error means for its run, for metrics: done, later, given_up or failed.
func Outcome(err error) string {
	_, isLater := asLater(err)
	switch {
	case err == nil:
		return "done"
	case isLater:
		return "later"
	case asCancelled(err):
		return "given_up"
	}
	return "failed"
}
