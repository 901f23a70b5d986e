package actions

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions/vault"
	"github.com/aftersale/aftersale/store"
)

// A CodePurpose is what somebody proves by a one-time code that was mailed to him.
type CodePurpose string

// The purposes. A code names its purpose in the mail, and is good for nothing else.
const (
	CodeLink   CodePurpose = "link"   // this chat is the buyer's
	CodeRefund CodePurpose = "refund" // he wants this purchase refunded, now
	CodeCancel CodePurpose = "cancel" // he wants this subscription to end
	CodeAccept CodePurpose = "accept" // he wants it to go on, and be charged
	// Both together move a purchase: whoever reads the old mailbox agrees, and the new one is there and his.
	CodeEmailOld CodePurpose = "email_old"
	CodeEmailNew CodePurpose = "email_new"
)

// One-time codes (design 7.3).
const (
	CodeDigits = 6
	CodeLife   = 10 * time.Minute // from when it is mailed; and from when it is entered to what it is for
	CodeTries  = 3
)

// codesCountedFor is the time in which sent codes count toward the limits.
const codesCountedFor = time.Hour

// codeTooLate is when a code that could not be mailed is not sent any more: nobody waits for it.
const codeTooLate = 15 * time.Minute

// A SendCodeInput says what a code is for.
type SendCodeInput struct {
	Conversation string // in which it is asked for: a limit of its own
	Purpose      CodePurpose
	Known        string      // for CodeLink: the code of a purchase or its address, as typed
	Transaction  Transaction // for all others: a purchase of the asker
	NewEmail     Email       // for CodeEmailOld and CodeEmailNew: where the purchase is to go
	First        string      // for CodeEmailNew: what was shown before, a code for CodeEmailOld or a document
	Buyer        string      // for CodeDevices, CodeExport and CodeErase: one of the asker's buyer records
}

// A SentCode is a code on its way.
type SentCode struct {
	ID string
	To string // masked address; empty for CodeLink, where nobody is told whether anybody is known
}

// SendCode has a one-time code mailed, and ends earlier ones of the same person for the same purpose. For somebody who is
// not known it does and answers the same, but for the mail.
//
// Errors: Invalid (known, new); NotFound (transaction); Conflict with the verdict that blocks it; Denied when too many were
// sent, or nothing was shown before; Unavailable; Internal without a secret.
func (c *Core) SendCode(ctx context.Context, who Actor, in SendCodeInput) (SentCode, error) {
	if err := mayAct(who); err != nil {
		return SentCode{}, err
	}
	if !c.vault.Ready() {
		return SentCode{}, &Error{Code: Internal, Key: "error.internal", Err: vault.ErrNoSecret}
	}
	var sent SentCode
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		row := store.OneTimeCode{ID: c.newID(), AccountID: who.Account, Purpose: string(in.Purpose), IdentityID: who.Identity,
			Conversation: in.Conversation, CreatedAt: c.now()}
		var err error
		if sent.To, err = c.addressCode(tx, who, in, &row); err != nil {
			return err
		}
		if err := c.maySendCode(tx, who, &row); err != nil {
			return err
		}
		if err := tx.VoidCodes(row.IdentityID, row.Purpose, c.now()); err != nil {
			return err
		}
		if err := tx.AddCode(row); err != nil {
			return err
		}
		sent.ID = row.ID
		return enqueue(tx, JobCode, "", Work{ID: row.ID})
	})
	return sent, failed("send a code", err)
}

// addressCode finds out whom a code goes to, and what it agrees to. It returns the masked address where the asker may know.
func (c *Core) addressCode(tx *store.Store, who Actor, in SendCodeInput, row *store.OneTimeCode) (to string, err error) {
	if in.Purpose == CodeLink {
		buyer, purchase, err := c.knownBuyer(tx, who.Account, in.Known)
		if err != nil {
			return "", err
		}
		row.BuyerID, row.PurchaseID = buyer.ID, purchase
		typed := strings.ToLower(strings.TrimSpace(in.Known))
		row.AddressKey, row.TypedKey = c.vault.Hash("address", cmp.Or(buyer.EmailKey, typed)), c.vault.Hash("typed", typed)
		return "", nil
	}
	if in.Purpose == CodeEmailOld || in.Purpose == CodeEmailNew {
		return c.addressEmailCode(tx, who, in, row)
	}
	if in.Purpose == CodeDevices {
		return c.addressDeviceCode(tx, who, in.Buyer, row)
	}
	if in.Purpose == CodeExport || in.Purpose == CodeErase {
		return c.addressPrivacyCode(tx, who, in, row)
	}
	_, p, err := c.read(tx.PurchaseByTransaction, who, in.Transaction)
	if err != nil {
		return "", err
	}
	row.BuyerID, row.PurchaseID = p.Buyer.ID, p.ID
	row.AddressKey, row.Facts = c.vault.Hash("address", p.Buyer.Email.Key()), c.codeFacts(in.Purpose, p)
	return p.Buyer.Email.Masked(), nil
}

// knownBuyer finds the buyer behind what somebody typed who is not known yet; a zero buyer when there is none.
func (c *Core) knownBuyer(tx *store.Store, account, known string) (store.Buyer, string, error) {
	if strings.Contains(known, "@") {
		email, err := ParseEmail(known)
		if err != nil {
			e := AsError(err)
			e.Field = "known"
			return store.Buyer{}, "", e
		}
		b, err := tx.BuyerByEmail(account, email.Key())
		if errors.Is(err, store.ErrNotFound) {
			err = nil
		}
		return b, "", err
	}
	t, err := ParseTransaction(known)
	if err != nil {
		e := AsError(err)
		e.Field = "known"
		return store.Buyer{}, "", e
	}
	b, purchase, err := tx.BuyerOfTransaction(account, string(t))
	if b.Erased() {
		b, purchase = store.Buyer{}, ""
	}
	return b, purchase, err
}

// maySendCode holds the limits of the policy. Codes for nobody count toward all limits but the shop's, which strangers
// could use up for everybody.
//
// A stranger is refused by what he did himself. That an address has had its codes he must not learn: it would tell him
// which purchase belongs to which address. He is answered as ever, and nothing is mailed.
func (c *Core) maySendCode(tx *store.Store, who Actor, row *store.OneTimeCode) error {
	n, err := tx.CountCodes(*row, c.now().Add(-codesCountedFor))
	if err != nil {
		return err
	}
	policy, err := c.policyFor(tx, who)
	if err != nil {
		return err
	}
	limits := policy.Codes
	full := n.Address >= int64(limits.PerAddress)
	if row.Purpose == string(CodeLink) || row.Purpose == string(CodePage) {
		if full {
			row.BuyerID, row.PurchaseID = "", ""
		}
		full = n.Typed >= int64(limits.PerAddress) || n.Asker >= int64(limits.PerConversation)
	}
	if full || n.Conversation >= int64(limits.PerConversation) || n.Account >= int64(limits.PerShop) {
		return &Error{Code: Denied, Key: "code.too_many", Hint: "code.too_many.hint"}
	}
	return nil
}
