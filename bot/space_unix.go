//go:build linux || darwin || freebsd

package main

import "syscall"

// freeSpace is how many bytes may still be written to the disk of a folder; false when the system does not say.
func freeSpace(folder string) (uint64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true // #nosec G115 -- the size of a block is above zero
}
