package actions

import (
	"context"
	"errors"

	"github.com/aftersale/aftersale/store"
)

// keeping runs fn in a transaction. When fn fails with an Error that is Kept, what it wrote is committed all the same,
// such as the count of wrong codes.
func (c *Core) keeping(ctx context.Context, fn func(tx *store.Store) error) error {
	var kept *Error
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		err := fn(tx)
		if errors.As(err, &kept) && kept.Kept {
			return nil
		}
		kept = nil
		return err
	})
	if err == nil && kept != nil {
		return kept
	}
	return err
}
