package store_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestWritersOfSQLiteTakeTurns has transactions wait for one that is running: they run in the order in which they came.
func TestWritersOfSQLiteTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := storetest.New(t)
		finish := make(chan struct{})
		go s.Tx(t.Context(), func(*store.Store) error { <-finish; return nil })
		synctest.Wait()
		var order, want []int
		for i := range 20 {
			want = append(want, i)
			go s.Tx(t.Context(), func(*store.Store) error { order = append(order, i); return nil })
			synctest.Wait()
		}
		close(finish)
		synctest.Wait()
		if !slices.Equal(order, want) {
			t.Errorf("they ran in the order %v", order)
		}
	})
}
