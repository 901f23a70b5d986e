package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// A collector keeps statements with their values, for having them explained.
type collector struct {
	logger.Interface
	all []string
}

// Trace implements logger.Interface.
func (c *collector) Trace(_ context.Context, _ time.Time, statement func() (string, int64), _ error) {
	sql, _ := statement()
	c.all = append(c.all, sql)
}

// Explained returns the statements that run makes.
func (s *Store) Explained(run func(*Store)) []string {
	c := &collector{Interface: logger.Discard}
	s = s.In(context.Background())
	s.orm = s.orm.Session(&gorm.Session{Logger: c})
	run(s)
	return c.all
}
