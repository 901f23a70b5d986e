//go:build race

package hotmart

// largeFile is the size of what is too large to be held. Under the race detector reading takes ten times as long.
const largeFile = 20 << 20
