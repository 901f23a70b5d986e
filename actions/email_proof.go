package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aftersale/aftersale/store"
)

// An EmailPath is how it is shown that a change of e-mail is wanted by whom it concerns (design 7.4).
type EmailPath string

// The paths.
const (
	ByStaff    EmailPath = "staff"    // a reason, and a second person
	ByCodes    EmailPath = "codes"    // a code from the old mailbox and one from the new
	ByDocument EmailPath = "document" // the buyer's document, a code from the new mailbox, and a person
	ByAsking   EmailPath = "asking"   // a person alone, where policy asks for no codes
)

// emailProofLife is how long the first of two proofs holds: the second one takes a mail of its own.
const emailProofLife = 3 * CodeLife

// emailPath is what somebody has to show; document is the id of a CheckedDocument, empty when he goes without.
func emailPath(who Actor, document string, pol EmailChangePolicy) EmailPath {
	switch {
	case who.Staff():
		return ByStaff
	case document != "":
		return ByDocument
	case pol.Codes || pol.SelfService:
		return ByCodes
	}
	return ByAsking
}

// EmailNeedsCodes reports whether this actor enters a code from the old mailbox and one from the new.
//
// Errors: Unavailable.
func (c *Core) EmailNeedsCodes(ctx context.Context, who Actor) (bool, error) {
	policy, err := c.policyFor(c.store.In(ctx), who)
	return emailPath(who, "", policy.EmailChange) == ByCodes, failed("read the policy", err)
}

// emailFacts are what both codes of a change agree to: this purchase, from this address to that one.
func (c *Core) emailFacts(p Purchase, to Email) string {
	return c.vault.Hash("facts", "email", p.ID, p.Buyer.Email.Key(), to.Key())
}

// readForEmail loads the purchase that is to be moved. Who comes with a document sees it by that alone: he cannot be known,
// since his mailbox is lost.
func (c *Core) readForEmail(tx *store.Store, load func(account, transaction string, buyers ...string) (store.FullPurchase, error), who Actor, t Transaction, document string) (store.FullPurchase, Purchase, error) {
	if document == "" || who.Staff() {
		return c.read(load, who, t)
	}
	check, err := c.documented(tx, who, document)
	if err != nil {
		return store.FullPurchase{}, Purchase{}, err
	}
	full, p, err := c.read(load, systemActor(who.Account), t)
	if err == nil && (p.ID != check.PurchaseID || p.Buyer.ID != check.BuyerID) {
		err = documentNeeded()
	}
	return full, p, err
}

// provedEmail takes the proofs that a change needs; each is good once.
//
// Errors: Denied.
func (c *Core) provedEmail(tx *store.Store, who Actor, in EmailInput, path EmailPath, p Purchase) error {
	if path != ByCodes && path != ByDocument {
		return nil
	}
	facts := c.emailFacts(p, in.New)
	if path == ByDocument {
		if err := tx.DocumentUsed(in.Document, c.now()); err != nil {
			return err
		}
	} else {
		old, err := c.entered(tx, who, in.OldCode, CodeEmailOld, facts, emailProofLife)
		if err != nil {
			return err
		}
		if err := c.spend(tx, old); err != nil {
			return err
		}
	}
	fresh, err := c.entered(tx, who, in.NewCode, CodeEmailNew, facts, CodeLife)
	if err != nil {
		return err
	}
	return c.spend(tx, fresh)
}

// addressEmailCode makes ready a code for a change of e-mail. The one to the new address comes second: whoever cannot show
// that the purchase is his must not have mail sent to addresses that he picks.
func (c *Core) addressEmailCode(tx *store.Store, who Actor, in SendCodeInput, row *store.OneTimeCode) (to string, err error) {
	fresh, err := ParseEmail(string(in.NewEmail))
	if err != nil {
		return "", &Error{Code: Invalid, Key: "email.invalid", Hint: "email.invalid.hint", Field: "new"}
	}
	document, err := c.documentOf(tx, in)
	if err != nil {
		return "", err
	}
	full, p, err := c.readForEmail(tx, tx.PurchaseByTransaction, who, in.Transaction, document)
	if err != nil {
		return "", err
	}
	account, err := tx.Account(who.Account)
	if err != nil {
		return "", err
	}
	policy, err := c.policyFor(tx, who)
	if err != nil {
		return "", err
	}
	if err := c.emailVerdict(who, p, emailPath(who, document, policy.EmailChange), policy).Err(); err != nil {
		return "", err
	}
	if err := checkAddresses(EmailInput{New: fresh}, p, account); err != nil {
		return "", err
	}
	row.BuyerID, row.PurchaseID, row.Facts = full.Buyer.ID, p.ID, c.emailFacts(p, fresh)
	goes := p.Buyer.Email
	if in.Purpose == CodeEmailNew {
		goes = fresh
		if document == "" {
			if _, err := c.entered(tx, who, in.First, CodeEmailOld, row.Facts, emailProofLife); err != nil {
				return "", err
			}
		}
	}
	row.AddressKey = c.vault.Hash("address", goes.Key())
	row.Sealed, err = c.sealAddresses(row.ID, codeAddresses{Old: p.Buyer.Email, New: fresh})
	return goes.Masked(), err
}

// documentOf is the document that was shown before the code for the new address; empty when a code was.
func (c *Core) documentOf(tx *store.Store, in SendCodeInput) (string, error) {
	if in.Purpose != CodeEmailNew {
		return "", nil
	}
	_, err := tx.LockDocumentCheck(in.First)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return in.First, err
}

// codeAddresses are what the mails with the codes of one change speak of. The new address is in no other row yet.
type codeAddresses struct {
	Old Email `json:"old"`
	New Email `json:"new"`
}

const useCodeAddresses = "code addresses"

func (c *Core) sealAddresses(code string, a codeAddresses) ([]byte, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("encode the addresses of a code: %w", err)
	}
	return c.vault.Seal(useCodeAddresses, code, text)
}

// emailCodeMail says where the mail with a code for a change of e-mail goes, and what it speaks of; any other code goes
// where it did. The owner reads in full where his purchase is to go. Whoever has the new address learns as little as he
// needs, for he may be anybody.
func (c *Core) emailCodeMail(row store.OneTimeCode, to Email, values *MailValues) (Email, error) {
	if len(row.Sealed) == 0 {
		return to, nil
	}
	text, err := c.vault.Open(useCodeAddresses, row.ID, row.Sealed)
	if err != nil {
		return "", fmt.Errorf("addresses of a code: %w", err)
	}
	var a codeAddresses
	if err := json.Unmarshal(text, &a); err != nil {
		return "", fmt.Errorf("decode the addresses of a code: %w", err)
	}
	values.OldEmail, values.NewEmail = string(a.Old), string(a.New)
	if CodePurpose(row.Purpose) != CodeEmailNew {
		return a.Old, nil
	}
	values.OldEmail, values.Transaction, values.Price = a.Old.Masked(), "", Money{}
	return a.New, nil
}
