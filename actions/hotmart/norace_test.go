//go:build !race

package hotmart

const largeFile = 100 << 20
