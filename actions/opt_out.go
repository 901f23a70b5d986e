package actions

import (
	"context"
	"slices"

	"github.com/aftersale/aftersale/store"
)

// A MailKind is a kind of mail that a buyer can do without: what a purchase needs is sent whatever he wants.
type MailKind string

// The kinds.
const (
	MailNews     MailKind = "news"     // what lists are for: news and offers of the shop, wherever they are sent from
	MailFeedback MailKind = "feedback" // asks for his opinion
)

// MailKinds lists them in the order in which they are shown.
var MailKinds = []MailKind{MailNews, MailFeedback}

// moveOptOuts has what a buyer does not want hold for his other address too.
func (c *Core) moveOptOuts(tx *store.Store, account, from, to string) error {
	if from == to {
		return nil
	}
	all, err := tx.OptOuts(account, from)
	if err != nil {
		return err
	}
	for _, o := range all {
		o.BuyerID = to
		if _, err := tx.AddOptOut(o); err != nil {
			return err
		}
	}
	return nil
}

// optedOut reports whether a buyer wants no mail of a kind.
func optedOut(s *store.Store, account, buyer string, kind MailKind) (bool, error) {
	all, err := s.OptOuts(account, buyer)
	return slices.ContainsFunc(all, func(o store.OptOut) bool { return o.Kind == string(kind) }), err
}

// KindOptOut is the action of requests that change what mails somebody wants.
const KindOptOut = "opt_out"

// An OptOutInput says which mails a buyer does not want any more, or wants again.
type OptOutInput struct {
	Key   string // idempotency key
	Buyer string // one of the actor's records
	Kind  MailKind
	Again bool // he wants them
}

// OptOut has a buyer who is known get no more mails of a kind, or get them again. It reports whether that changed anything.
//
// Errors: NotFound for anybody else's record; Invalid (kind); Unavailable.
func (c *Core) OptOut(ctx context.Context, who Actor, in OptOutInput) (changed bool, err error) {
	if !slices.Contains(MailKinds, in.Kind) {
		return false, &Error{Code: Invalid, Key: "error.not_an_option", Field: "kind"}
	}
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		b, err := ownBuyer(tx, who, in.Buyer)
		if err != nil {
			return err
		}
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindOptOut, Target: in.Buyer, Actor: who.ID, AskedBy: who.ID, State: string(RequestDone)}
		if _, mine, err := c.claim(tx, req); err != nil || !mine {
			return err
		}
		changed, err = c.silence(tx, who, b, in.Kind, "chat", !in.Again)
		return err
	})
	return changed, failed("change which mails somebody wants", err)
}

// silence writes down that somebody wants no mail of a kind, or wants it again, and by which way he said so.
func (c *Core) silence(tx *store.Store, who Actor, b store.Buyer, kind MailKind, source string, out bool) (changed bool, err error) {
	action := "mail_kind.declined"
	if out {
		changed, err = tx.AddOptOut(store.OptOut{AccountID: b.AccountID, BuyerID: b.ID, Kind: string(kind), Source: source, CreatedAt: c.now()})
	} else {
		action = "mail_kind.wanted"
		changed, err = tx.DropOptOut(b.AccountID, b.ID, string(kind))
	}
	if err != nil || !changed {
		return changed, err
	}
	if kind == MailNews {
		places, err := tx.MembersOf(b.AccountID, []string{b.ID})
		if err != nil {
			return false, err
		}
		if err := c.syncMembers(tx, b.AccountID, places); err != nil {
			return false, err
		}
	}
	return true, c.audit(tx, who, entry{action: action, target: b.ID, data: auditData{Detail: string(kind) + " " + source}})
}
