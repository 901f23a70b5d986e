package hooks

import "context"

// ErrPrivate is why a connection into a private network is not made.
var ErrPrivate = errPrivate

// Dialed connects as calls do, to an address behind a name.
func Dialed(ctx context.Context, address string) error {
	conn, err := New(Options{}).dial(ctx, "tcp", address)
	if err == nil {
		err = conn.Close()
	}
	return err
}
