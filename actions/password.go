package actions

import (
	"context"
	"time"

	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
)

// KindPassword is the action of requests for a new password.
const KindPassword = "password"

// PasswordLinkLife is how long a link is good that sets a password.
const PasswordLinkLife = time.Hour

// A PasswordInput says whose password it is about. Nobody ever says a password here.
type PasswordInput struct {
	Key         string      // idempotency key
	Transaction Transaction // of the team: a purchase of the buyer
	Buyer       string      // of a buyer: one of his records
}

// A PasswordCase is what asking for a new password would do.
type PasswordCase struct {
	Buyer   Buyer
	Way     Capability // ByAPI: we mail a link; Assisted: the buyer asks the platform, at URL
	URL     string
	Gap     time.Duration // between two requests; zero: as often as one likes
	Verdict Verdict
}

// PasswordCase says what AskPassword would do now, without doing it.
//
// Errors: NotFound; Denied for jobs; Unavailable.
func (c *Core) PasswordCase(ctx context.Context, who Actor, in PasswordInput) (PasswordCase, error) {
	var p PasswordCase
	if err := mayAct(who); err != nil {
		return p, err
	}
	err := c.store.Tx(ctx, func(tx *store.Store) (err error) {
		p, err = c.passwordCase(tx, who, in)
		return err
	})
	return p, failed("look at a password", err)
}

// AskPassword has a link mailed to a buyer with which he sets a new password, where passwords are ours; elsewhere it notes
// that the buyer was sent to the platform's own page. Either way the next request has to wait.
//
// Repeating a Key does nothing and returns the first result.
//
// Errors: NotFound; Conflict with the verdict that blocks it; Denied for jobs; Unavailable; Internal without a secret.
func (c *Core) AskPassword(ctx context.Context, who Actor, in PasswordInput) (Result, error) {
	// validate
	if err := mayAct(who); err != nil {
		return Result{}, err
	}
	var result Result
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		p, err := c.passwordCase(tx, who, in)
		if err != nil {
			return err
		}

		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindPassword, Target: p.Buyer.ID, Actor: who.ID, AskedBy: who.ID,
			State: string(RequestDone)}
		first, mine, err := c.claim(tx, req)
		if err != nil || !mine {
			result = first
			return err
		}

		// authorise, on fresh facts
		if err := p.Verdict.Err(); err != nil {
			return err
		}
		if p.Way == ByAPI && !c.vault.Ready() {
			return &Error{Code: Internal, Key: "error.internal", Err: vault.ErrNoSecret}
		}

		// transact, audit, enqueue: all or nothing
		result = Result{State: ResultDone, Verdict: p.Verdict}
		if err := c.save(tx, req, order{ByBuyer: !who.Staff(), Verdict: p.Verdict, Result: result}); err != nil {
			return err
		}
		if err := c.audit(tx, who, entry{action: "password.asked", target: p.Buyer.ID, data: auditData{Detail: string(p.Way)}}); err != nil {
			return err
		}
		if p.Way != ByAPI {
			return nil
		}
		return c.mailReset(tx, who.Account, p.Buyer, in.Key+"/password")
	})
	return result, failed("ask for a password", err)
}

// mailReset mails a fresh link to set a password, and ends those before it.
func (c *Core) mailReset(tx *store.Store, account string, b Buyer, key string) error {
	shop, err := tx.Account(account)
	if err != nil {
		return err
	}
	if err := tx.VoidResets(b.ID, c.now()); err != nil {
		return err
	}
	reset := store.PasswordReset{ID: c.newID(), AccountID: account, BuyerID: b.ID, CreatedAt: c.now(), ExpiresAt: c.now().Add(PasswordLinkLife)}
	if err := tx.AddReset(reset); err != nil {
		return err
	}
	return c.write(tx, shop, letter{key: key, template: "password_reset", to: b.Email, buyer: b,
		values: MailValues{SupportEmail: shop.SupportEmail, Reset: reset.ID, Until: reset.ExpiresAt}})
}

// passwordCase finds the buyer, has others who ask for him wait, and judges.
func (c *Core) passwordCase(tx *store.Store, who Actor, in PasswordInput) (PasswordCase, error) {
	id := in.Buyer
	if who.Staff() {
		full, _, err := c.read(tx.PurchaseByTransaction, who, in.Transaction)
		if err != nil {
			return PasswordCase{}, err
		}
		id = full.Buyer.ID
	} else if !who.Owns(id) {
		return PasswordCase{}, &Error{Code: NotFound, Key: "privacy.not_yours"}
	}
	if _, err := tx.LockBuyers(id); err != nil {
		return PasswordCase{}, err
	}
	b, err := tx.Buyer(id)
	if err != nil {
		return PasswordCase{}, err
	}
	gap := c.Terms().PasswordGap
	recent, err := tx.RequestsOn(who.Account, id, KindPassword, c.now().Add(-gap))
	if err != nil {
		return PasswordCase{}, err
	}
	p := PasswordCase{Buyer: Buyer{ID: b.ID, Name: b.Name, Email: Email(b.Email), Locale: b.Locale}, Way: c.commerce.Can(OpPassword), URL: c.passwordURL, Gap: gap}
	var last time.Time
	for _, r := range recent {
		last = r.CreatedAt.UTC()
	}
	p.Verdict = mayAskPassword(p.Way, c.HasPages(), gap, last, c.now())
	return p, nil
}

// mayAskPassword is the policy for new passwords: one request in the platform's gap, the same for everybody, for the mailbox is
// the same, whoever asks and in whatever chat.
func mayAskPassword(way Capability, pages bool, gap time.Duration, last, now time.Time) Verdict {
	switch next := last.Add(gap); {
	case way == NoSupport:
		return blocked("password.not_supported", Numbers{})
	case way == ByAPI && !pages:
		return blocked("password.no_page", Numbers{})
	case !last.IsZero() && now.Before(next):
		return blocked("password.wait", Numbers{Count: minutesBetween(now, next), Date: next})
	case gap == 0:
		return allowed("password.any_time", Numbers{})
	}
	return allowed("password.allowed", Numbers{Count: int(gap / time.Minute)})
}

// minutesBetween is the number of begun minutes from one instant to a later one.
func minutesBetween(from, to time.Time) int {
	return int((to.Sub(from) + time.Minute - 1) / time.Minute)
}
