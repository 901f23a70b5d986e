package actionstest

import (
	"context"
	"sync"

	"github.com/aftersale/aftersale/actions"
)

// A Mailbox is a mailer that keeps what it was given. It is safe for concurrent use.
type Mailbox struct {
	mu   sync.Mutex
	sent []actions.Message
	down int

	refused map[actions.Email]int
}

// Fail has the next n messages fail, as a mail server that is away would.
func (m *Mailbox) Fail(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = n
}

// Refuse has the server refuse for good the next n messages to an address.
func (m *Mailbox) Refuse(to actions.Email, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refused == nil {
		m.refused = map[actions.Email]int{}
	}
	m.refused[to] = n
}

// Send implements actions.Mailer.
func (m *Mailbox) Send(ctx context.Context, msg actions.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down > 0 {
		m.down--
		return ErrTimeout
	}
	if m.refused[msg.To] > 0 {
		m.refused[msg.To]--
		return &actions.Error{Code: actions.Invalid, Key: "mail.refused"}
	}
	m.sent = append(m.sent, msg)
	return ctx.Err()
}

// Sent lists the messages in the order in which they were sent.
func (m *Mailbox) Sent() []actions.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]actions.Message(nil), m.sent...)
}
