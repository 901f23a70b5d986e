package actions

import (
	"context"
	"errors"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// PutBack undoes a change of e-mail, for whoever holds the link that was mailed to the old address: *this was not me*. It
// needs no chat and asks nobody, because whoever is robbed must not wait for somebody to wake up.
//
// The purchase goes back to the address that this link was mailed to, past all changes that came after: else a thief who
// moves it twice would be out of reach. It is frozen anew; all that chats have proved of anybody who had it meanwhile ends;
// what waits for a decision or was not begun is stopped; the team and all addresses are told. The commerce platform is asked
// by a job.
//
// Called again, it does nothing; the state says so.
//
// Errors: NotFound for words that we did not sign; Unavailable.
func (c *Core) PutBack(ctx context.Context, words string) (NotMe, error) {
	id, until, err := c.changeOf(words)
	if err != nil {
		return NotMe{}, err
	}
	var shown NotMe
	for range putBackTries {
		err = c.store.Tx(ctx, func(tx *store.Store) error {
			change, err := tx.LockEmailChange(id)
			if errors.Is(err, store.ErrNotFound) {
				return noLink()
			}
			if err != nil {
				return err
			}
			if c.notMeState(change, until) == NotMeOpen {
				if err := c.putBack(tx, change); err != nil {
					return err
				}
			}
			shown, err = c.notMe(tx, words)
			return err
		})
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrUnavailable) {
			break
		}
	}
	return shown, failed("put an e-mail back", err)
}

// putBackTries is how often a press is tried when others are at work on the same purchase: there is nobody to try again for
// whoever pressed.
const putBackTries = 5

// The request and the subject of a change that was put back.
const putBackPrefix = "not-me/"

func keyOfPutBack(change string) string     { return putBackPrefix + change }
func subjectOfPutBack(change string) string { return "putback:" + change }

// changeOfPutBack is the change that a request puts back.
func changeOfPutBack(key string) (string, bool) { return strings.CutPrefix(key, putBackPrefix) }

// mailboxActor is who acts by a link from a mail: whoever reads that mailbox, and no more is known of him.
func mailboxActor(account string) Actor { return Actor{ID: "mailbox", Account: account, Role: System} }

func (c *Core) putBack(tx *store.Store, change store.EmailChange) error {
	row, err := tx.PurchaseByID(change.PurchaseID)
	if err != nil {
		return err
	}
	if err := c.stopRequests(tx, change.AccountID, row.Transaction); err != nil {
		return err
	}
	if err := c.stopProposal(tx, change.AccountID, row.Transaction); err != nil {
		return err
	}
	full, err := tx.LockPurchase(change.AccountID, row.Transaction)
	if err != nil {
		return err
	}
	undone, err := tx.EmailChangesFrom(change)
	if err != nil {
		return err
	}
	p := toPurchase(full)
	known := []string{full.Buyer.ID}
	for _, u := range undone {
		known = append(known, u.OldBuyer, u.NewBuyer)
		if err := tx.DropPassword(u.NewBuyer); err != nil { // a thief may have set it
			return err
		}
		if err := tx.EmailReverted(u.ID, change.ID, c.now()); err != nil {
			return err
		}
	}
	to := Email(change.OldEmail)
	back, err := c.move(tx, &full, to)
	if err != nil {
		return err
	}
	if err := c.endProofs(tx, change.AccountID, append(known, back)...); err != nil {
		return err
	}
	o := Order{Key: keyOfPutBack(change.ID), Account: change.AccountID, Op: OpChangeEmail, Transaction: p.Transaction,
		OldEmail: p.Buyer.Email, NewEmail: to}
	if err := c.askBack(tx, o, change.PurchaseID); err != nil {
		return err
	}
	data := auditData{OldEmail: p.Buyer.Email.Masked(), NewEmail: to.Masked(), Request: o.Key, Count: len(undone)}
	if err := c.audit(tx, mailboxActor(change.AccountID), entry{action: "email.reverted", target: row.Transaction, data: data}); err != nil {
		return err
	}
	return c.tellPutBack(tx, change, undone, full, p)
}

// stopRequests ends what was to be done with a purchase and was not begun. What is at the commerce platform already cannot
// be called back; a change of e-mail that comes of it is put back when it is known.
func (c *Core) stopRequests(tx *store.Store, account, transaction string) error {
	keys, err := tx.WaitingRequests(account, transaction)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := c.stopRequest(tx, account, transaction, key); err != nil {
			return err
		}
	}
	return nil
}

func (c *Core) stopRequest(tx *store.Store, account, transaction, key string) error {
	req, err := tx.LockRequest(key)
	if err != nil || RequestState(req.State) != RequestRecorded || req.Action == KindPutBack {
		return err
	}
	o, err := parseOrder(req.Payload)
	if err != nil {
		return err
	}
	req.State, req.Detail, req.UpdatedAt = string(RequestRefused), "outcome.refused.not_me", c.now()
	if err := tx.SaveRequest(req); err != nil {
		return err
	}
	full, err := tx.LockPurchase(account, transaction)
	if err != nil {
		return err
	}
	s := settling{req: req, order: o, full: full}
	if err := c.release(tx, &s); err != nil {
		return err
	}
	data := o.auditData(key)
	data.Verdict, data.Detail = nil, req.Detail
	if err := c.audit(tx, mailboxActor(account), entry{action: req.Action + auditWords[OutcomeRefused], target: transaction, askedBy: req.AskedBy, data: data}); err != nil {
		return err
	}
	subjects := []string{subjectOfRequest(key)}
	proposal, err := tx.TouchProposal(account, key)
	if err != nil {
		return err
	}
	if proposal != "" {
		subjects = append(subjects, subjectOfProposal(proposal))
	}
	if err := refresh(tx, account, subjects...); err != nil {
		return err
	}
	return tell(tx, Tell{Account: account, Identity: req.ReplyTo, Request: key})
}

// stopProposal withdraws what waits for a decision about a purchase.
func (c *Core) stopProposal(tx *store.Store, account, transaction string) error {
	full, err := tx.PurchaseByTransaction(account, transaction)
	if err != nil || full.OpenProposal == "" {
		return err
	}
	row, err := tx.LockProposal(account, full.OpenProposal)
	if err != nil || ProposalStatus(row.Status) != ProposalOpen {
		return err
	}
	o, err := parseOrder(row.Payload)
	if err != nil {
		return err
	}
	d := decision{who: mailboxActor(account), row: row, full: full, purchase: toPurchase(full), order: o}
	return c.withdraw(tx, d, blocked("email.reverted", Numbers{}))
}

// askBack has a job move a purchase back on the commerce platform too.
func (c *Core) askBack(tx *store.Store, o Order, purchase string) error {
	who := mailboxActor(o.Account)
	req := store.Request{Key: o.Key, AccountID: o.Account, Action: KindPutBack, Target: string(o.Transaction), PurchaseID: purchase,
		Actor: who.ID, AskedBy: who.ID, State: string(RequestRecorded)}
	if _, mine, err := c.claim(tx, req); err != nil || !mine {
		return err
	}
	req.CreatedAt = c.now()
	if err := c.save(tx, req, order{Order: o}); err != nil {
		return err
	}
	return enqueue(tx, JobRequest, req.Key, Work{Key: req.Key})
}

// tellPutBack writes to the address that has the purchase again and to those that had it, and shows the team a card.
func (c *Core) tellPutBack(tx *store.Store, change store.EmailChange, undone []store.EmailChange, full store.FullPurchase, p Purchase) error {
	account, err := tx.Account(change.AccountID)
	if err != nil {
		return err
	}
	values := mailValues(p)
	values.OldEmail, values.NewEmail, values.At = Email(change.OldEmail).Masked(), p.Buyer.Email.Masked(), c.now()
	values.Until = value(full.Purchase.FrozenUntil)
	key := keyOfPutBack(change.ID)
	letters := []letter{{key: key + "/old", template: "email_back_old", to: Email(change.OldEmail), buyer: p.Buyer, values: values}}
	told := map[string]bool{Email(change.OldEmail).Key(): true}
	theirs := values
	theirs.Transaction, theirs.Price = "", Money{}
	for _, u := range undone {
		to := Email(u.NewEmail)
		if to == "" || told[to.Key()] {
			continue
		}
		told[to.Key()] = true
		letters = append(letters, letter{key: key + "/new/" + u.ID, template: "email_back_new", to: to, buyer: Buyer{Locale: p.Buyer.Locale}, values: theirs})
	}
	for _, l := range letters {
		if err := c.write(tx, account, l); err != nil {
			return err
		}
	}
	if err := enqueue(tx, JobAnnounce, "", Subject{Account: change.AccountID, Subject: subjectOfPutBack(change.ID)}); err != nil {
		return err
	}
	return refresh(tx, change.AccountID, subjectOfPurchase(full.Purchase.Transaction))
}

// putBackLate undoes a change that was at the commerce platform already when an older one was put back.
func (c *Core) putBackLate(tx *store.Store, s *settling) error {
	o := Order{Key: keyOfPutBack(s.req.Key), Account: s.req.AccountID, Op: OpChangeEmail, Transaction: s.purchase.Transaction,
		OldEmail: s.order.Order.NewEmail, NewEmail: s.purchase.Buyer.Email}
	return c.askBack(tx, o, s.full.Purchase.ID)
}
