package actions

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// checkInThereMail is the template of the mail with the platform's own links, where the platform gives out the tickets. Its key
// ends like that of checkInMail.
const checkInThereMail = "checkin_there"

// maxTicketLinks is how many links one mail carries; somebody who holds more reads the others once these are used.
const maxTicketLinks = 20

// HasTicketDesk reports whether tickets are the platform's own: their links and codes are its, and the names are said there.
func (c *Core) HasTicketDesk() bool { return c.ticketDesk != nil }

// errNothingPending means that the platform shows no ticket that waits for a name.
var errNothingPending = errors.New("no ticket waits for a name")

// linksThere reads the links of the tickets that wait for a name on the platform. Whoever has one can name who comes: they go to
// the purchase's own address alone, and are kept nowhere.
func (c *Core) linksThere(ctx context.Context, s *store.Store, m store.Mail, transaction string) ([]string, error) {
	if c.ticketDesk == nil {
		return nil, errNothingPending
	}
	full, err := s.PurchaseByTransaction(m.AccountID, transaction)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errNothingPending
	}
	if err != nil {
		return nil, err
	}
	p := toPurchase(full)
	if p.Buyer.Email.Key() != Email(m.Recipient).Key() || !admits(p) { // it has moved, or is paid back, since the mail was asked for
		return nil, errNothingPending
	}
	reading, cancel := context.WithTimeout(ctx, c.callTimeout)
	defer cancel()
	tickets, err := c.ticketDesk.TicketsOf(reading, m.AccountID, p.Product.Code, p.Buyer.Email)
	if err != nil {
		return nil, err
	}
	var links []string
	for _, t := range tickets {
		// A ticket that was paid back may still say that it waits (hotmart.md 2.7).
		if t.Valid && !t.Blocked && t.CheckIn != TicketConcluded && secureLink(t.CheckInURL) && len(links) < maxTicketLinks {
			links = append(links, t.CheckInURL)
		}
	}
	if len(links) == 0 {
		return nil, errNothingPending
	}
	return links, nil
}

// secureLink reports whether an address from outside may stand in a mail of ours.
func secureLink(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && len(text) <= 2000
}

// nothingPending ends a mail that has nothing to say, and tells whoever asked for it.
func (c *Core) nothingPending(ctx context.Context, m store.Mail) error {
	const why = "outcome.refused.nothing_pending"
	return c.store.Tx(ctx, func(tx *store.Store) error {
		if fresh, err := tx.MailFailed(m.ID, why); err != nil || !fresh {
			return err
		}
		if run, seq, ok := parseBulkKey(m.Key); ok {
			return c.bulkMailLost(tx, run, seq, m.Template, why, c.now())
		}
		req, err := tx.LockRequest(strings.TrimSuffix(m.Key, "/"+checkInMail))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		req.State, req.Detail, req.UpdatedAt = string(RequestRefused), why, c.now()
		if err := tx.SaveRequest(req); err != nil {
			return err
		}
		if err := c.audit(tx, systemActor(m.AccountID), entry{action: "checkin.refused", target: req.Target, askedBy: req.AskedBy,
			data: auditData{Request: req.Key, Detail: why}}); err != nil {
			return err
		}
		return tell(tx, Tell{Account: m.AccountID, Identity: req.ReplyTo, Request: req.Key})
	})
}
