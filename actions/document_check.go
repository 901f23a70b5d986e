package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
)

// How often documents can be tried: there are a billion, and a thief may have a list of likely ones.
const (
	DocumentTries      = 3              // about one purchase, whoever asks
	documentTriesOfOne = 6              // by one chat user, about whatever purchases
	DocumentCountedFor = 24 * time.Hour // in which tries count
)

// A CheckDocumentInput is a document that somebody typed to show that a purchase is his, as its mailbox is lost.
type CheckDocumentInput struct {
	Transaction Transaction
	Document    Document
}

// A CheckedDocument is a document that was the buyer's. Its ID shows that, for this person and purchase, for half an hour.
type CheckedDocument struct {
	ID       string
	Purchase Purchase // without who the buyer is: whoever came this way is not known to be him
	Verdict  Verdict  // of the change that it is for
}

// CheckDocument compares a document with the one that is kept of a purchase's buyer. What was typed is kept nowhere, and the
// answer is the same for a wrong one, for a buyer of whom none is kept, and for a purchase that does not exist.
//
// Errors: Invalid with Field "document", and the try counts; Denied after DocumentTries, and for the team; Unavailable;
// Internal without a secret.
func (c *Core) CheckDocument(ctx context.Context, who Actor, in CheckDocumentInput) (CheckedDocument, error) {
	if !who.Is(BuyerRole) {
		return CheckedDocument{}, &Error{Code: Denied, Key: "error.role"}
	}
	if !c.vault.Ready() {
		return CheckedDocument{}, &Error{Code: Internal, Key: "error.internal", Err: vault.ErrNoSecret}
	}
	var checked CheckedDocument
	var wrong *Error // what was counted stays, so it must not be the transaction's error
	err := c.store.Tx(ctx, func(tx *store.Store) (err error) {
		checked, wrong, err = c.checkDocument(tx, who, in)
		return err
	})
	if err == nil && wrong != nil {
		return CheckedDocument{}, wrong
	}
	return checked, failed("check a document", err)
}

func (c *Core) checkDocument(tx *store.Store, who Actor, in CheckDocumentInput) (CheckedDocument, *Error, error) {
	full, err := tx.LockPurchase(who.Account, string(in.Transaction)) // tries about it come one after the other
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return CheckedDocument{}, nil, err
	}
	row := store.DocumentCheck{ID: c.newID(), AccountID: who.Account, IdentityID: who.Identity, CreatedAt: c.now(),
		PurchaseKey: c.vault.Hash("document of", who.Account, string(in.Transaction)), PurchaseID: full.Purchase.ID, BuyerID: full.Buyer.ID}
	about, person, err := tx.CountDocumentChecks(who.Account, row.PurchaseKey, who.Identity, c.now().Add(-DocumentCountedFor))
	if err != nil {
		return CheckedDocument{}, nil, err
	}
	tooMany := &Error{Code: Denied, Key: "document.tries", Hint: "document.tries.hint", Kept: true}
	if about >= DocumentTries || person >= documentTriesOfOne {
		return CheckedDocument{}, tooMany, nil
	}
	row.Matched = c.documentMatches(full.Buyer, in.Document) && row.PurchaseID != ""
	if err := tx.AddDocumentCheck(row); err != nil {
		return CheckedDocument{}, nil, err
	}
	e := entry{action: "document.failed", target: full.Purchase.Transaction, data: auditData{Count: int(about) + 1}}
	if row.Matched {
		e.action = "document.matched"
	}
	if err := c.audit(tx, who, e); err != nil {
		return CheckedDocument{}, nil, err
	}
	switch {
	case row.Matched:
		policy, err := c.policyFor(tx, who)
		if err != nil {
			return CheckedDocument{}, nil, err
		}
		p := toPurchase(full)
		checked := CheckedDocument{ID: row.ID, Purchase: p, Verdict: c.emailVerdict(who, p, ByDocument, policy)}
		checked.Purchase.Buyer = Buyer{}
		return checked, nil, nil
	case about+1 >= DocumentTries || person+1 >= documentTriesOfOne:
		return CheckedDocument{}, tooMany, nil
	}
	return CheckedDocument{}, &Error{Code: Invalid, Key: "document.wrong", Hint: "document.wrong.hint", Field: "document", Kept: true}, nil
}

// documented finds what a document has shown, for this person, no longer than emailProofLife ago, and not acted on yet.
//
// Errors: Denied.
func (c *Core) documented(tx *store.Store, who Actor, id string) (store.DocumentCheck, error) {
	row, err := tx.LockDocumentCheck(id)
	if errors.Is(err, store.ErrNotFound) {
		return row, documentNeeded()
	}
	if err == nil && (!row.Matched || row.UsedAt != nil || row.AccountID != who.Account || row.IdentityID != who.Identity ||
		c.now().After(row.CreatedAt.Add(emailProofLife))) {
		err = documentNeeded()
	}
	return row, err
}

func documentNeeded() error {
	return &Error{Code: Denied, Key: "document.needed", Hint: "code.needed.hint"}
}
