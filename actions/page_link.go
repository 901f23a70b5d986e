package actions

import (
	"cmp"
	"context"
	"errors"

	"github.com/aftersale/aftersale/store"
)

// CodePage has a link to somebody's own page mailed to him. No code is in that mail: the link is the proof.
const CodePage CodePurpose = "page"

// An AskPageInput says whose page it is: by a link that is over, or by what somebody typed.
type AskPageInput struct {
	Account string // for Known
	Words   string // of a link; goes first
	Known   string // the code of a purchase or its address, as typed
	From    string // the network that it was asked from: a limit of its own; kept as a keyed hash
}

// AskPage has a link to the page of somebody's purchases mailed to him, by whomever it was asked. The answer is the same
// whether anybody is known or not, and so are the limits: those of one-time codes.
//
// Errors: NotFound for words that we did not sign; Invalid (known); Denied when too many were asked for; Unavailable.
func (c *Core) AskPage(ctx context.Context, in AskPageInput) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		row := store.OneTimeCode{ID: c.newID(), AccountID: in.Account, Purpose: string(CodePage),
			IdentityID: "page:" + c.vault.Hash("visitor", in.From), CreatedAt: c.now()}
		row.Conversation = row.ID // a page is no conversation, and has no limit of one
		if err := c.addressPage(tx, in, &row); err != nil {
			return err
		}
		if err := c.maySendCode(tx, Actor{Account: in.Account}, &row); err != nil {
			return err
		}
		if err := tx.AddCode(row); err != nil {
			return err
		}
		return enqueue(tx, JobCode, "", Work{ID: row.ID})
	})
	return failed("ask for a page", err)
}

// addressPage finds out whom the link goes to.
func (c *Core) addressPage(tx *store.Store, in AskPageInput, row *store.OneTimeCode) error {
	if in.Words == "" {
		_, err := c.addressCode(tx, Actor{Account: in.Account}, SendCodeInput{Purpose: CodeLink, Known: in.Known}, row)
		return err
	}
	id, _, _, ok := c.openMine(in.Words)
	if !ok {
		return noLink()
	}
	b, err := tx.Buyer(id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	row.AccountID = cmp.Or(b.AccountID, row.AccountID)
	if !b.Erased() {
		row.BuyerID = b.ID
	}
	row.AddressKey, row.TypedKey = c.vault.Hash("address", cmp.Or(b.EmailKey, id)), c.vault.Hash("typed", id)
	return nil
}

// pageLinkMail is the mail that CodePage is answered with; nil for somebody who is not known, or where there are no pages.
func (c *Core) pageLinkMail(tx *store.Store, row store.OneTimeCode) (*Message, error) {
	if row.BuyerID == "" || !c.HasPages() {
		return nil, nil
	}
	account, err := tx.Account(row.AccountID)
	if err != nil {
		return nil, err
	}
	b, err := tx.Buyer(row.BuyerID)
	if err != nil {
		return nil, err
	}
	values := MailValues{SupportEmail: account.SupportEmail, Days: MyPageDays}
	if values.PageURL, err = c.mineOf(tx, account.ID, Email(b.Email), c.now()); err != nil {
		return nil, err
	}
	return &Message{ID: row.ID, Template: "page_link", Locale: firstLocale(b.Locale, account.Locale), Timezone: account.Timezone,
		Sender: Sender{Name: account.Name, SupportEmail: account.SupportEmail}, To: Email(b.Email), ToName: b.Name,
		Values: values, At: c.now()}, nil
}
