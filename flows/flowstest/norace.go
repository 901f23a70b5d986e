//go:build !race

package flowstest

const underRace = false
