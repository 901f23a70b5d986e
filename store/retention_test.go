package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/storetest"
)

// TestRetentionIsIndexed: what is over is found by an index that holds little else, and in its order, however much is kept.
func TestRetentionIsIndexed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for index, statement := range store.Retention {
			plan := planOf(t, s, statement)
			if !strings.Contains(plan, index) || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "Sort Key") {
				t.Errorf("%s is not used, or not enough:\n%s", index, plan)
			}
		}
	})
}

// planOf is what the database says that it would do. PostgreSQL is asked with little in its tables: so it is told that
// reading them whole costs much, as with a million rows it does.
func planOf(t *testing.T, s *store.Store, statement string) string {
	t.Helper()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	values := make([]any, strings.Count(statement, "?"))
	for i := range values {
		values[i] = at
	}
	values[len(values)-1] = 500
	explain := "EXPLAIN QUERY PLAN "
	var plan []string
	err := s.Tx(t.Context(), func(tx *store.Store) error {
		if s.Dialect() == "postgres" {
			explain = "EXPLAIN "
			for _, setting := range []string{"SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off"} {
				if err := tx.DB().Exec(setting).Error; err != nil {
					return err
				}
			}
		}
		rows, err := tx.DB().Raw(explain+statement, values...).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(any)
			}
			if err := rows.Scan(cells...); err != nil {
				return err
			}
			plan = append(plan, fmt.Sprint(*cells[len(cells)-1].(*any)))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "\n")
}
