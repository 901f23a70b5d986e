package main

import (
	"context"
	"fmt"
)

// A checker is a mailer that can be tried without sending.
type checker interface {
	Check(ctx context.Context) error
}

// lowSpace is how many bytes an outbox's disk should have left: some ten thousand mails.
const lowSpace = 100 << 20

// checkMail connects and logs in to the mail server, or writes to the outbox.
func checkMail(ctx context.Context, c Config) []finding {
	ctx, cancel := context.WithTimeout(ctx, doctorPatience)
	defer cancel()
	sender, err := newMailer(c) // proves that an outbox can be written
	if err != nil {
		return []finding{{"fail", "mail", err.Error()}}
	}
	if server, ok := sender.(checker); ok {
		if err := server.Check(ctx); err != nil {
			return []finding{{"fail", "mail", fmt.Sprintf("%v; check mail.smtp_url and whether this machine may reach the server", plain(err))}}
		}
		return []finding{{"ok", "mail", "the server takes the connection and the login"}}
	}
	free, known := freeSpace(c.Mail.OutboxDir)
	switch {
	case known && free < lowSpace:
		return []finding{{"warn", "mail", fmt.Sprintf("%s has only %d MB left: free some space", c.Mail.OutboxDir, free>>20)}}
	case known:
		return []finding{{"ok", "mail", fmt.Sprintf("written to files in %s, with %d MB free", c.Mail.OutboxDir, free>>20)}}
	}
	return []finding{{"ok", "mail", "written to files in " + c.Mail.OutboxDir}}
}
