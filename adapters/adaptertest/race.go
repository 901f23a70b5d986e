//go:build race

package adaptertest

// underRace says that the race detector watches, under which everything takes several times as long.
const underRace = true
