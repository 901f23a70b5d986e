package storetest

import "testing"

func TestSmoke(t *testing.T) {
	New(t); File(t)
}
