package stripe

// What is tested from outside.
var (
	IDOf = idOf
)
