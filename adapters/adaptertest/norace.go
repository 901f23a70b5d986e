//go:build !race

package adaptertest

const underRace = false
