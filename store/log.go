package store

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// A statementLog tells an operator of slow statements. Errors are returned, so it does not repeat them, and values may
// be names and addresses, so it never writes them.
type statementLog struct{ log *slog.Logger }

func (l statementLog) LogMode(logger.LogLevel) logger.Interface      { return l }
func (l statementLog) Info(context.Context, string, ...interface{})  {}
func (l statementLog) Warn(context.Context, string, ...interface{})  {}
func (l statementLog) Error(context.Context, string, ...interface{}) {}

// ParamsFilter makes GORM leave the values out of the statement.
func (l statementLog) ParamsFilter(_ context.Context, sql string, _ ...interface{}) (string, []interface{}) {
	return sql, nil
}

func (l statementLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	took := time.Since(begin)
	if took < slowStatement || errors.Is(err, context.Canceled) {
		return
	}
	sql, rows := statement()
	l.log.WarnContext(ctx, "slow statement", slog.Duration("took", took), slog.Int64("rows", rows), slog.String("sql", sql))
}
