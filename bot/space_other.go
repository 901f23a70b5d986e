//go:build !(linux || darwin || freebsd)

package main

// freeSpace does not know here.
func freeSpace(string) (uint64, bool) { return 0, false }
