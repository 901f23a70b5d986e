package mail

import (
	"context"

	"github.com/aftersale/aftersale/actions"
)

// Check connects to the server, secures the connection and logs in, as Send would, and sends nothing. For whoever sets
// the program up: its errors name the server and what it said, never a password.
//
// Errors: Unavailable.
func (s *SMTP) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	client, err := s.client(ctx, actions.Message{})
	if err != nil {
		return &actions.Error{Code: actions.Internal, Key: "error.internal", Err: err}
	}
	if err := client.DialWithContext(ctx); err != nil {
		return s.failure(ctx, err)
	}
	return client.Close()
}
