package store

// A CallCount is how many calls of a platform all replicas have made in the last minutes. There is one row for a platform, for ever.
type CallCount struct {
	Platform    string `gorm:"primaryKey"` // such as "hotmart"
	Minute      int64  // since 1970, of the last call
	Taken       int64  // calls in it
	Previous    int64  // calls in the minute before
	PausedUntil int64  // milliseconds since 1970; before that nobody calls
	SlowedUntil int64  // likewise: before that only those call for whom somebody waits
}
