package actions

import (
	"context"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// What a buyer does with his own data takes a code of its own: a chat that somebody else holds must neither read nor end it.
const (
	CodeExport CodePurpose = "export" // he wants all that is kept of him
	CodeErase  CodePurpose = "erase"  // he wants it erased, now
)

// An OwnRecord is one of the addresses that a buyer is known by.
type OwnRecord struct {
	ID    string
	Email Email
}

// OwnRecords lists the records of whoever acts.
//
// Errors: Denied for everybody but buyers who are known; Unavailable.
func (c *Core) OwnRecords(ctx context.Context, who Actor) ([]OwnRecord, error) {
	if !who.Is(BuyerRole) || len(who.Buyers) == 0 {
		return nil, &Error{Code: Denied, Key: "error.role"}
	}
	all := make([]OwnRecord, 0, len(who.Buyers))
	for _, id := range who.Buyers {
		b, err := c.store.In(ctx).Buyer(id)
		if err != nil {
			return nil, failed("load a buyer", err)
		}
		all = append(all, OwnRecord{ID: b.ID, Email: Email(b.Email)})
	}
	return all, nil
}

// ownBuyer loads one of the records of whoever acts; anybody else's is not there for him.
func ownBuyer(tx *store.Store, who Actor, id string) (store.Buyer, error) {
	if !who.Is(BuyerRole) || !who.Owns(id) {
		return store.Buyer{}, &Error{Code: NotFound, Key: "privacy.not_yours"}
	}
	return tx.Buyer(id)
}

// addressPrivacyCode has a code go to the mailbox of one of the asker's records. It is good for that record alone.
func (c *Core) addressPrivacyCode(tx *store.Store, who Actor, in SendCodeInput, row *store.OneTimeCode) (to string, err error) {
	b, err := ownBuyer(tx, who, in.Buyer)
	if err != nil {
		return "", err
	}
	row.BuyerID, row.AddressKey, row.Facts = b.ID, c.vault.Hash("address", b.EmailKey), c.privacyFacts(in.Purpose, b.ID)
	return Email(b.Email).Masked(), nil
}

func (c *Core) privacyFacts(purpose CodePurpose, buyer string) string {
	return c.vault.Hash("facts", string(purpose), buyer)
}

// An ErasePreview is what a buyer should know before he has his data erased.
type ErasePreview struct {
	Purchases     int // that stay, without him
	Guarantees    int // of them, still inside the guarantee: nobody here can give that money back afterwards
	Subscriptions int // that go on charging him
	UnderWay      int // requests and proposals: nothing is erased before they are settled
}

// PreviewErase tells what erasing one of the asker's records would mean.
//
// Errors: NotFound for anybody else's; Unavailable.
func (c *Core) PreviewErase(ctx context.Context, who Actor, buyer string) (ErasePreview, error) {
	var p ErasePreview
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		b, err := ownBuyer(tx, who, buyer)
		if err != nil {
			return err
		}
		file, err := c.fileOf(tx, who.Account, b.ID)
		if err != nil {
			return err
		}
		p = previewOf(file, c.now())
		return nil
	})
	return p, failed("look at what erasing means", err)
}

func previewOf(f store.BuyerFile, now time.Time) ErasePreview {
	p := ErasePreview{Purchases: len(f.Purchases), UnderWay: underWay(f)}
	for _, row := range f.Purchases {
		if row.GuaranteeEnds != nil && row.GuaranteeEnds.After(now) && Status(row.Status).Paid() {
			p.Guarantees++
		}
	}
	for _, s := range f.Subscriptions {
		if slices.Contains(running, s.Status) {
			p.Subscriptions++
		}
	}
	return p
}

// An OwnInput says whose data it is about, and shows that he agreed.
type OwnInput struct {
	Buyer string // one of the actor's records
	Proof string // the code that he entered for CodeExport or CodeErase
}

// ExportOwn gives a buyer all that is kept of him, as a file in his private chat, and returns the file's id. The names of
// the team are not in it: they are not his.
//
// Errors: NotFound for anybody else's record; Denied without the code; Conflict where he has no private chat, or it is too
// much for one; Unavailable.
func (c *Core) ExportOwn(ctx context.Context, who Actor, in OwnInput) (id string, err error) {
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		b, err := c.ownAgreed(tx, who, in, CodeExport)
		if err != nil {
			return err
		}
		file, err := c.fileOf(tx, who.Account, b.ID)
		if err != nil {
			return err
		}
		hideTeam(&file)
		out, err := c.writeOut(tx, &file)
		if err != nil {
			return err
		}
		id, err = c.sendFile(tx, who, attachment{Name: "my-data.json", MIME: "application/json", Body: out, Caption: "privacy.file"})
		if err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "privacy.exported", target: b.ID})
	})
	return id, failed("export one's own data", err)
}

// EraseOwn erases a buyer as EraseBuyer does, because he wants it himself. The chat is nobody's afterwards.
//
// Errors: NotFound for anybody else's record; Denied without the code; Conflict while something of his is under way;
// Unavailable.
func (c *Core) EraseOwn(ctx context.Context, who Actor, in OwnInput) (Erasure, error) {
	var done Erasure
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		b, err := c.ownAgreed(tx, who, in, CodeErase)
		if err != nil {
			return err
		}
		file, err := c.fileOf(tx, who.Account, b.ID)
		if err != nil {
			return err
		}
		who.Name = "" // it would be in the log for ever
		done, err = c.erase(tx, who, file)
		return err
	})
	return done, failed("erase one's own data", err)
}

// ownAgreed loads one of the actor's records, and takes the code that he entered for what is done with it.
func (c *Core) ownAgreed(tx *store.Store, who Actor, in OwnInput, purpose CodePurpose) (store.Buyer, error) {
	b, err := ownBuyer(tx, who, in.Buyer)
	if err != nil {
		return b, err
	}
	row, err := c.entered(tx, who, in.Proof, purpose, c.privacyFacts(purpose, b.ID), CodeLife)
	if err != nil {
		return b, err
	}
	return b, c.spend(tx, row)
}

// hideTeam takes the names of the team out of a file that goes to a buyer.
func hideTeam(f *store.BuyerFile) {
	for i := range f.Proposals {
		p := &f.Proposals[i]
		p.DecidedByName = ""
		if p.AskedByRole != string(BuyerRole) {
			p.AskedByName = ""
		}
	}
	his := map[string]bool{}
	for _, i := range f.Identities {
		his[i.ID] = true
	}
	for i := range f.Audit {
		if !his[f.Audit[i].Actor] {
			f.Audit[i].ActorName = ""
		}
	}
}
