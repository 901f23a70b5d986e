package actions

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// sendCode is the job that makes a code and mails it. Run again, it makes another: the code is kept nowhere.
func (c *Core) sendCode(ctx context.Context, job jobs.Job) error {
	var work Work
	if err := job.Decode(&work); err != nil {
		return err
	}
	code, err := c.newCode()
	if err != nil {
		return fmt.Errorf("make a code: %w", err)
	}
	var message *Message
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		row, err := tx.LockCode(work.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil // forgotten since
		}
		now := c.now()
		if err == nil && CodePurpose(row.Purpose) == CodePage && now.Sub(row.CreatedAt) <= codeTooLate {
			if message, err = c.pageLinkMail(tx, row); err != nil {
				return err
			}
			row.SentAt = &now
			return tx.SaveCode(row)
		}
		if err != nil || row.UsedAt != nil || row.VoidedAt != nil || now.Sub(row.CreatedAt) > codeTooLate {
			return err
		}
		until := now.Add(CodeLife)
		row.SentAt, row.ExpiresAt, row.CodeHash = &now, &until, c.vault.Hash("code", codeWords(row, code)...)
		if message, err = c.codeMail(tx, row, code); err != nil {
			return err
		}
		return tx.SaveCode(row)
	})
	if err != nil || message == nil {
		return err
	}
	if err := c.mailer.Send(ctx, *message); err != nil {
		return fmt.Errorf("send a code: %w", err)
	}
	return nil
}

// codeMail is the mail with a code; nil for somebody who is not known.
func (c *Core) codeMail(tx *store.Store, row store.OneTimeCode, code string) (*Message, error) {
	if row.BuyerID == "" {
		return nil, nil
	}
	account, err := tx.Account(row.AccountID)
	if err != nil {
		return nil, err
	}
	buyer, err := tx.Buyer(row.BuyerID)
	if err != nil {
		return nil, err
	}
	values := MailValues{SupportEmail: account.SupportEmail}
	if row.PurchaseID != "" {
		purchases, err := tx.PurchasesByID(row.AccountID, []string{row.PurchaseID})
		if err != nil {
			return nil, err
		}
		values = mailValues(toPurchase(purchases[row.PurchaseID]))
	}
	values.Code, values.Minutes = code, int(CodeLife/time.Minute)
	to := Email(buyer.Email)
	if to, err = c.emailCodeMail(row, to, &values); err != nil {
		return nil, err
	}
	name := buyer.Name
	if CodePurpose(row.Purpose) == CodeEmailNew {
		name = "" // whose mailbox it is, is not known yet
	}
	return &Message{ID: row.ID, Template: "code_" + row.Purpose, Locale: firstLocale(buyer.Locale, account.Locale), Timezone: account.Timezone,
		Sender: Sender{Name: account.Name, SupportEmail: account.SupportEmail}, To: to, ToName: name,
		Values: values, At: c.now()}, nil
}
