//go:build race

package flowstest

// underRace says that the race detector watches, under which everything takes several times as long.
const underRace = true
