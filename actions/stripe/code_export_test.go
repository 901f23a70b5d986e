package stripe

// What is tested from outside.
var (
	CodeOf = codeOf
	IDOf   = idOf
)
