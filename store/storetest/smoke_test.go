package storetest

import "testing"
import "github.com/aftersale/aftersale/store"

func TestSmoke(t *testing.T) {
	Each(t, func(t *testing.T, s *store.Store) { t.Log(s.MigrationStatus(t.Context())) })
}
