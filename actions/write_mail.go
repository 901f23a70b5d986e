package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// A letter is a mail before it is written down.
type letter struct {
	key      string // unique: the same mail is never sent for the same cause twice
	template string
	to       Email
	buyer    Buyer // his name and language
	values   MailValues
	mass     bool // of a run: its job lets others go first
	// kind is that of a mail which the buyer can do without: it is not written to whoever wants none, and its reader can end
	// them. Empty: a purchase needs it.
	kind MailKind
}

// write records a mail and the job that sends it, in the transaction of what it tells of.
//
// Nobody writes to whoever was erased.
func (c *Core) write(tx *store.Store, account store.Account, l letter) error {
	if erased(l.to) {
		return nil
	}
	if l.kind != "" {
		out, err := optedOut(tx, account.ID, l.buyer.ID, l.kind)
		if err != nil || out {
			return err
		}
		l.values.Stop = stopWords(l.kind, l.buyer.ID)
	}
	if l.values.SupportEmail == "" {
		l.values.SupportEmail = account.SupportEmail
	}
	values, err := json.Marshal(l.values)
	if err != nil {
		return fmt.Errorf("values of mail %s: %w", l.template, err)
	}
	m := store.Mail{ID: c.newID(), AccountID: account.ID, Key: l.key, Recipient: string(l.to), Name: l.buyer.Name,
		Template: l.template, Locale: firstLocale(l.buyer.Locale, account.Locale), Values: values, CreatedAt: c.now()}
	if fresh, err := tx.AddMail(m); err != nil || !fresh {
		return err
	}
	if l.mass {
		return c.enqueueMass(tx, JobMail, m.ID, 0, Work{ID: m.ID})
	}
	return enqueue(tx, JobMail, m.ID, Work{ID: m.ID})
}

func erased(address Email) bool { return (store.Buyer{Email: string(address)}).Erased() }

// mailValues are the facts that mails about a purchase speak of.
func mailValues(p Purchase) MailValues {
	v := MailValues{Product: p.Product.Name, Transaction: string(p.Transaction), Price: p.Price, Payment: p.Payment,
		AccessURL: p.Product.AccessURL, SupportEmail: p.Product.SupportEmail}
	if p.Subscription != nil {
		v.Plan = p.Subscription.Plan
	}
	return v
}

// sendMail is the job that sends a mail. When it runs twice, the second message has the same id and time as the first.
func (c *Core) sendMail(ctx context.Context, job jobs.Job) error {
	var work Work
	if err := job.Decode(&work); err != nil {
		return err
	}
	s := c.store.In(ctx)
	m, err := s.Mail(work.ID)
	if errors.Is(err, store.ErrNotFound) {
		return jobs.Cancel(fmt.Errorf("mail %s is not there", work.ID))
	}
	if err != nil || m.SentAt != nil || m.Failed != "" {
		return err
	}
	account, err := s.Account(m.AccountID)
	if err != nil {
		return fmt.Errorf("account of mail %s: %w", m.ID, err)
	}
	var values MailValues
	if err := json.Unmarshal(m.Values, &values); err != nil {
		return jobs.Cancel(fmt.Errorf("values of mail %s: %w", m.ID, err))
	}
	values.ChatURL = c.chatURL(ctx, m.AccountID, values.Transaction)
	if slices.Contains(PageMails, m.Template) {
		if values.PageURL, err = c.mineOf(s, m.AccountID, Email(m.Recipient), m.CreatedAt.UTC()); err != nil {
			return err
		}
	}
	values.TicketURL = c.ticketURL(values.TicketLink, m.CreatedAt.UTC())
	values.NotMeURL = c.notMeURL(values.Change, m.CreatedAt.UTC())
	values.AskURL = c.askURL(values.Ask, values.Until)
	values.AcceptURL = c.acceptURL(values.Asked, values.Until)
	switch m.Template {
	case "password_reset":
		values.ResetURL = c.resetURL(values.Reset, values.Until)
	case "password_changed":
		values.NotMeURL = c.offURL(values.Reset, values.At)
	}
	if m.Template == checkInThereMail {
		values.TicketURLs, err = c.linksThere(ctx, s, m, values.Transaction)
		if errors.Is(err, errNothingPending) {
			return c.nothingPending(ctx, m)
		}
		if err != nil {
			return c.mailNotSent(ctx, m, job.Attempt, fmt.Errorf("read the tickets of mail %s: %w", m.ID, err))
		}
	}
	files, err := c.mailFiles(s, m.AccountID, values.Reply)
	if err != nil {
		return fmt.Errorf("files of mail %s: %w", m.ID, err)
	}
	if err := c.mailer.Send(ctx, Message{ID: m.ID, Template: m.Template, Locale: m.Locale, Timezone: account.Timezone,
		Sender: Sender{Name: account.Name, SupportEmail: account.SupportEmail},
		To:     Email(m.Recipient), ToName: m.Name, Values: values, Files: files, At: m.CreatedAt.UTC(), Unsubscribe: c.optOutURL(values.Stop)}); err != nil {
		return c.mailNotSent(ctx, m, job.Attempt, fmt.Errorf("send mail %s: %w", m.ID, err))
	}
	return c.store.Tx(ctx, func(tx *store.Store) error {
		if fresh, err := tx.MailSent(m.ID, c.now()); err != nil || !fresh {
			return err
		}
		if run, seq, ok := parseBulkKey(m.Key); ok {
			return tx.BulkPartSent(run, seq, c.now())
		}
		return nil
	})
}

// massTries is how often a mail of a run is tried, over about an hour: nobody waits for it, and the run does. Then it has
// failed, and can be tried again with all others that have.
const massTries = 12

// mailNotSent decides what becomes of a mail that did not leave: one of a run is given up when the server refuses it, or after
// massTries; any other is tried again.
func (c *Core) mailNotSent(ctx context.Context, m store.Mail, attempt int, cause error) error {
	run, seq, mass := parseBulkKey(m.Key)
	refused := AsError(cause).Code == Invalid
	if !mass || !refused && attempt < massTries {
		return cause
	}
	why := "mail.unavailable"
	if refused {
		why = "mail.refused"
	}
	return c.store.Tx(ctx, func(tx *store.Store) error {
		if fresh, err := tx.MailFailed(m.ID, why); err != nil || !fresh {
			return err
		}
		return c.bulkMailLost(tx, run, seq, m.Template, why, c.now())
	})
}
