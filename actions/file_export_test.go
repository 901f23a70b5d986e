package actions

import (
	"context"

	"github.com/aftersale/aftersale/store"
)

// SendFile lets tests send a file as actions do.
func (c *Core) SendFile(ctx context.Context, who Actor, name string, body []byte) (id string, err error) {
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		id, err = c.sendFile(tx, who, attachment{Name: name, MIME: "text/csv", Body: body, Caption: "file.waiting"})
		return err
	})
	return id, err
}
