package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// imaged is what the driver's connections can do with a database as a whole.
type imaged interface {
	Serialize() ([]byte, error)
	Deserialize([]byte) error
}

// Image returns all of a SQLite database as the bytes of a file. Options.Image begins another one with them: many tests need
// the same migrated database, and to copy it takes a hundredth of the time.
//
// Errors: the database is no SQLite.
func (s *Store) Image(ctx context.Context) (image []byte, err error) {
	if s.Dialect() != "sqlite" {
		return nil, errors.New("image of a database: it is no SQLite")
	}
	err = onImage(ctx, s.write, func(c imaged) error {
		image, err = c.Serialize()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("image of a database: %w", err)
	}
	return image, nil
}

func onImage(ctx context.Context, pool *sql.DB, do func(imaged) error) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	err = conn.Raw(func(bare any) error {
		ours, ok := bare.(*sqliteConn)
		if !ok {
			return fmt.Errorf("a connection is a %T", bare)
		}
		c, ok := ours.bareConn.(imaged)
		if !ok {
			return fmt.Errorf("SQLite's driver has changed: a connection is a %T", ours.bareConn)
		}
		return do(c)
	})
	return errors.Join(err, conn.Close())
}
