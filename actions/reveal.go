package actions

import (
	"context"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// KindReveal is the action of requests that showed what rooms show masked.
const KindReveal = "reveal"

// RevealReasons lists why somebody of the team may want to see who a buyer is, in the order in which it is offered.
var RevealReasons = []Reason{ContactBuyer, CheckIdentity, LegalDuty, OtherReason}

// The reasons to reveal.
const (
	ContactBuyer  Reason = "contact_buyer"  // to write to him elsewhere
	CheckIdentity Reason = "check_identity" // to compare him with somebody
	LegalDuty     Reason = "legal_duty"     // an authority, a bank, a court
)

// actionRevealed is how the audit log calls it.
const actionRevealed = "buyer.revealed"

// A RevealInput says whose data are wanted, and why.
type RevealInput struct {
	Key         string      // idempotency key
	Transaction Transaction // a purchase of his; or
	Proposal    string      // a proposal about one, which may name a new address too
	Reason      Reason      // one of RevealReasons
	Note        string      // free text, needed: "other" says nothing, and neither does a choice alone
}

// Revealed is what was masked. It is for the eyes of who asked, now: nothing keeps it.
type Revealed struct {
	Transaction Transaction
	Name        string
	Email       Email
	NewEmail    Email // of a proposal to change it
}

// RevealPolicy says who may see what rooms show masked, beyond managers, producers and admins, and how often in a day of the
// account's zone.
type RevealPolicy struct {
	Agents   bool `yaml:"agents"`
	PerDay   int  `yaml:"per_day"`   // buyers, for one person
	InExport bool `yaml:"in_export"` // whether lists may be exported whole at all
}

// Reveal shows who a buyer is to somebody who sees him masked. Each time is written down: who, whose, why, and which fields,
// never their values.
//
// Repeating a Key shows the same again and counts once.
//
// Errors: Invalid (reason, note); NotFound; Denied for who may not, or has had his number of the day; Unavailable.
func (c *Core) Reveal(ctx context.Context, who Actor, in RevealInput) (Revealed, error) {
	// validate
	in.Note = strings.TrimSpace(in.Note)
	if err := checkReason(in.Reason, RevealReasons, in.Note); err != nil {
		return Revealed{}, err
	}
	if in.Note == "" {
		return Revealed{}, &Error{Code: Invalid, Key: "reveal.note_missing", Field: "note"}
	}
	if _, err := c.mayReveal(c.store.In(ctx), who); err != nil {
		return Revealed{}, err
	}
	var shown Revealed
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if in.Proposal != "" {
			p, err := c.proposal(tx, who, in.Proposal)
			if err != nil {
				return err
			}
			in.Transaction, shown.NewEmail = p.Purchase.Transaction, p.NewEmail
		}

		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindReveal, Target: string(in.Transaction), Actor: who.ID,
			AskedBy: who.ID, State: string(RequestDone)}
		_, mine, err := c.claim(tx, req)
		if err != nil {
			return err
		}

		// authorise, on fresh facts
		_, p, err := c.read(tx.PurchaseByTransaction, who, in.Transaction)
		if err != nil {
			return err
		}
		shown.Transaction, shown.Name, shown.Email = p.Transaction, p.Buyer.Name, p.Buyer.Email
		if !mine {
			return nil
		}
		if err := c.countReveal(tx, who); err != nil {
			return err
		}

		// transact, audit
		req.PurchaseID = p.ID
		if err := c.save(tx, req, order{}); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: actionRevealed, target: string(in.Transaction), note: in.Note,
			data: auditData{Reason: in.Reason, Proposal: in.Proposal, Detail: shown.fields()}})
	})
	if err != nil {
		return Revealed{}, failed("reveal a buyer", err)
	}
	return shown, nil
}

// fields names what was shown.
func (r Revealed) fields() string {
	list := "name, email"
	if r.NewEmail != "" {
		list += ", new_email"
	}
	return list
}

// mayReveal is the policy for who; countReveal is the one for how often.
func (c *Core) mayReveal(s *store.Store, who Actor) (RevealPolicy, error) {
	policy, err := c.policyFor(s, who)
	if err != nil || who.Is(Deciders...) || who.Is(Agent) && policy.Reveal.Agents {
		return policy.Reveal, failed("read the policy", err)
	}
	return RevealPolicy{}, &Error{Code: Denied, Key: "reveal.role", Hint: "reveal.role.hint"}
}

// countReveal refuses who has had his number of the day; the request that is being judged is among those that are counted.
func (c *Core) countReveal(tx *store.Store, who Actor) error {
	account, err := tx.Account(who.Account)
	if err != nil {
		return err
	}
	if err := tx.LockPerson(who.ID); err != nil {
		return err
	}
	list, err := tx.RequestsBy(who.Account, who.ID, KindReveal, midnight(c.now(), account.Timezone))
	if err != nil {
		return err
	}
	policy, err := c.policyFor(tx, who)
	if err != nil {
		return err
	}
	if limit := policy.Reveal.PerDay; len(list) > limit {
		return &Error{Code: Denied, Key: "reveal.daily_limit", Hint: "reveal.daily_limit.hint", Args: map[string]any{"limit": limit, "count": len(list) - 1}}
	}
	return nil
}

// A RevealExportInput says which list somebody wants with names and addresses.
type RevealExportInput struct {
	Key    string // idempotency key
	What   string // what is exported, as the audit log names it, such as "purchases"
	Rows   int    // how many
	Reason Reason // one of RevealReasons
	Note   string // free text, needed
}

// MayRevealExports reports whether somebody could have a list with names and addresses: RevealExport decides when he wants one.
func (c *Core) MayRevealExports(ctx context.Context, who Actor) bool {
	policy, err := c.mayReveal(c.store.In(ctx), who)
	return err == nil && policy.InExport
}

// RevealExport decides whether a list goes out with names and addresses, and writes down that it does. Whoever writes lists asks
// it in the transaction that makes one, and masks them on any error but Unavailable and Internal: Email.Masked, MaskedName. It
// counts as one reveal of the day.
//
// Errors: Invalid (reason, note); Denied for who may not, or has had his number of the day, and where policy allows no such
// list; Unavailable.
func (c *Core) RevealExport(ctx context.Context, who Actor, in RevealExportInput) error {
	in.Note = strings.TrimSpace(in.Note)
	if err := checkReason(in.Reason, RevealReasons, in.Note); err != nil {
		return err
	}
	if in.Note == "" {
		return &Error{Code: Invalid, Key: "reveal.note_missing", Field: "note"}
	}
	policy, err := c.mayReveal(c.store.In(ctx), who)
	if err != nil {
		return err
	}
	if !policy.InExport {
		return &Error{Code: Denied, Key: "reveal.no_export", Hint: "reveal.no_export.hint"}
	}
	return failed("reveal an export", c.store.Tx(ctx, func(tx *store.Store) error {
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindReveal, Target: in.What, Actor: who.ID, AskedBy: who.ID, State: string(RequestDone)}
		if _, mine, err := c.claim(tx, req); err != nil || !mine {
			return err
		}
		if err := c.countReveal(tx, who); err != nil {
			return err
		}
		if err := c.save(tx, req, order{}); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "export.revealed", target: in.What, note: in.Note, data: auditData{Reason: in.Reason, Count: in.Rows}})
	}))
}
