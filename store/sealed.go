package store

import "fmt"

// A SealedColumn is a column whose values are sealed (actions/vault), in a table whose rows are told apart by one column.
// Its names come from the program, never from outside.
type SealedColumn struct {
	Table, Key, Column string
}

// A SealedValue is one value of a SealedColumn, and the key of its row.
type SealedValue struct {
	Key   string
	Value []byte
}

// SealedPage returns the values of a column that do not begin with a prefix, behind a key, in the order of the keys.
func (s *Store) SealedPage(c SealedColumn, after string, prefix []byte, limit int) ([]SealedValue, error) {
	var page []SealedValue
	err := s.db().Raw(fmt.Sprintf(`SELECT "%[2]s" AS "key", "%[3]s" AS value FROM "%[1]s"
		WHERE "%[2]s" > ? AND "%[3]s" IS NOT NULL AND substr("%[3]s", 1, ?) <> ? ORDER BY "%[2]s" LIMIT ?`, c.Table, c.Key, c.Column),
		after, len(prefix), prefix, limit).Scan(&page).Error
	if err != nil {
		return nil, fmt.Errorf("sealed values of %s.%s: %w", c.Table, c.Column, err)
	}
	return page, nil
}

// Reseal puts a value in the place of another, and values into other columns of the row, and reports whether the other one
// was still there.
func (s *Store) Reseal(c SealedColumn, key string, old, fresh []byte, more map[string]any) (bool, error) {
	set := map[string]any{c.Column: fresh}
	for column, v := range more {
		set[column] = v
	}
	res := s.db().Table(c.Table).Where(fmt.Sprintf(`"%s" = ? AND "%s" = ?`, c.Key, c.Column), key, old).UpdateColumns(set)
	if res.Error != nil {
		return false, fmt.Errorf("seal %s.%s anew: %w", c.Table, c.Column, res.Error)
	}
	return res.RowsAffected == 1, nil
}

// CountSealed counts the values of a column by the first n of their bytes, as text. It reads the whole table.
func (s *Store) CountSealed(c SealedColumn, n int) (map[string]int64, error) {
	var rows []struct {
		Prefix []byte
		Count  int64
	}
	err := s.db().Raw(fmt.Sprintf(`SELECT substr("%[2]s", 1, ?) AS prefix, count(*) AS count FROM "%[1]s"
		WHERE "%[2]s" IS NOT NULL GROUP BY 1`, c.Table, c.Column), n).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count sealed values of %s.%s: %w", c.Table, c.Column, err)
	}
	counts := make(map[string]int64, len(rows))
	for _, r := range rows {
		counts[string(r.Prefix)] = r.Count
	}
	return counts, nil
}
