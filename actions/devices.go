package actions

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// KindRevoke is the action of requests that ended what chats have proved.
const KindRevoke = "revoke"

// CodeDevices lets a buyer send other chats away that were proved to be his.
const CodeDevices CodePurpose = "devices"

// A Device is a chat that was proved to be a buyer's.
type Device struct {
	ID       string // of the chat user, for Revoke
	Buyer    string
	Address  string // masked: the mailbox that it was proved by
	Platform string
	User     string    // the end of the platform's id of the user: the owner knows it again, nobody else
	Since    time.Time // when it first was
	Proved   time.Time // when it last was
	Until    time.Time // when that ends by itself
	Current  bool      // it is the chat that asks
}

// Devices lists the chats that were proved to be the asker's, those that were first first.
//
// Errors: Denied for whoever is no buyer that is known; Unavailable.
func (c *Core) Devices(ctx context.Context, who Actor) ([]Device, error) {
	if !who.Is(BuyerRole) || len(who.Buyers) == 0 {
		return nil, &Error{Code: Denied, Key: "error.role"}
	}
	return c.devices(c.store.In(ctx), who, who.Buyers)
}

// DevicesOf lists the chats that were proved to be the buyer's of a purchase, for the team.
//
// Errors: NotFound; Denied for buyers; Unavailable.
func (c *Core) DevicesOf(ctx context.Context, who Actor, t Transaction) ([]Device, error) {
	if !who.Staff() {
		return nil, &Error{Code: Denied, Key: "error.role"}
	}
	s := c.store.In(ctx)
	full, _, err := c.read(s.PurchaseByTransaction, who, t)
	if err != nil {
		return nil, failed("load a purchase", err)
	}
	return c.devices(s, who, []string{full.Buyer.ID})
}

func (c *Core) devices(s *store.Store, who Actor, buyers []string) ([]Device, error) {
	rows, err := s.DevicesOf(buyers, c.now().AddDate(0, 0, -ProofDays))
	if err != nil {
		return nil, failed("list devices", err)
	}
	all := make([]Device, len(rows))
	for i, r := range rows {
		all[i] = Device{ID: r.Identity.ID, Buyer: r.Link.BuyerID, Address: Email(r.Email).Masked(), Platform: r.Identity.Platform,
			User: lastOf(r.Identity.UserID), Since: r.Link.CreatedAt.UTC(), Proved: r.Link.ProvedAt.UTC(),
			Until: r.Link.ProvedAt.UTC().AddDate(0, 0, ProofDays), Current: r.Identity.ID == who.Identity}
	}
	return all, nil
}

// lastOf is the end of a platform's user id.
func lastOf(user string) string {
	letters := []rune(user)
	return "••" + string(letters[max(len(letters)-2, 0):])
}

// A RevokeInput says which chats are sent away.
type RevokeInput struct {
	Key         string      // idempotency key
	Buyer       string      // of a buyer: as which of his records they were proved; see Device
	Transaction Transaction // of the team: a purchase of the buyer
	Device      string      // one chat; empty: of a buyer all but the one that asks, of the team all
	Proof       string      // of a buyer: the code that he entered for CodeDevices; not needed for his own chat
	Note        string      // of the team: why; needed
}

// Revoke ends what chats have proved: from their next click on they are strangers, their open conversations are over, and
// codes that they have are good for nothing. It returns how many chats there were.
//
// A buyer sends his own chat away just so, and others with a code: a thief who holds one chat must not lock its owner out. The
// team gives a reason, and the buyer is told by mail.
//
// Errors: Invalid (note); NotFound; Denied without the code; Unavailable.
func (c *Core) Revoke(ctx context.Context, who Actor, in RevokeInput) (int, error) {
	// validate
	in.Note = strings.TrimSpace(in.Note)
	if err := mayAct(who); err != nil {
		return 0, err
	}
	if who.Staff() && in.Note == "" {
		return 0, &Error{Code: Invalid, Key: "devices.note_missing", Field: "note"}
	}
	if err := checkNote("note", in.Note); err != nil {
		return 0, err
	}
	var n int
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		buyer, target, err := c.revokedBuyer(tx, who, in)
		if err != nil {
			return err
		}

		// repeated?
		req := store.Request{Key: in.Key, AccountID: who.Account, Action: KindRevoke, Target: target, Actor: who.ID, AskedBy: who.ID,
			State: string(RequestDone)}
		if _, mine, err := c.claim(tx, req); err != nil || !mine {
			return err
		}
		list, err := tx.DevicesOf([]string{buyer.ID}, time.Time{}) // expired ones too
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(d store.Device) bool {
			return in.Device != "" && d.Identity.ID != in.Device || in.Device == "" && d.Identity.ID == who.Identity
		})
		if len(list) == 0 {
			return &Error{Code: NotFound, Key: "devices.gone"}
		}

		// authorise, on fresh facts
		own := len(list) == 1 && list[0].Identity.ID == who.Identity
		if !who.Staff() && !own {
			row, err := c.entered(tx, who, in.Proof, CodeDevices, c.deviceFacts(buyer.ID), CodeLife)
			if err != nil {
				return err
			}
			if err := c.spend(tx, row); err != nil {
				return err
			}
		}

		// transact, audit, enqueue
		for _, d := range list {
			if err := tx.UnlinkBuyer(buyer.ID, d.Identity.ID); err != nil {
				return err
			}
			if own { // this very conversation says goodbye
				continue
			}
			if err := tx.CloseFor(d.Identity, c.now()); err != nil {
				return err
			}
		}
		if err := tx.EndPages(who.Account, buyer.ID, c.now()); err != nil { // a chat that goes may have been shown one
			return err
		}
		n = len(list)
		if err := c.save(tx, req, order{}); err != nil {
			return err
		}
		if err := c.audit(tx, who, entry{action: "buyer.unlinked", target: target, note: in.Note, data: auditData{Count: n}}); err != nil {
			return err
		}
		if !who.Staff() {
			return nil
		}
		account, err := tx.Account(who.Account)
		if err != nil {
			return err
		}
		b := Buyer{ID: buyer.ID, Name: buyer.Name, Email: Email(buyer.Email), Locale: buyer.Locale}
		return c.write(tx, account, letter{key: in.Key + "/revoked", template: "devices_revoked", to: b.Email, buyer: b,
			values: MailValues{SupportEmail: account.SupportEmail, At: c.now()}})
	})
	return n, failed("revoke devices", err)
}

// revokedBuyer finds the buyer whose chats are meant, and how the log names him.
func (c *Core) revokedBuyer(tx *store.Store, who Actor, in RevokeInput) (store.Buyer, string, error) {
	if who.Staff() {
		full, _, err := c.read(tx.LockPurchase, who, in.Transaction)
		return full.Buyer, string(in.Transaction), err
	}
	if !who.Owns(in.Buyer) {
		return store.Buyer{}, "", &Error{Code: NotFound, Key: "devices.gone"}
	}
	b, err := tx.Buyer(in.Buyer)
	if errors.Is(err, store.ErrNotFound) {
		err = &Error{Code: NotFound, Key: "devices.gone"}
	}
	return b, in.Buyer, err
}

// deviceFacts is what a code for CodeDevices agrees to.
func (c *Core) deviceFacts(buyer string) string {
	return c.vault.Hash("facts", string(CodeDevices), buyer)
}

// addressDeviceCode has a code for CodeDevices go to the mailbox of one of the asker's buyer records.
func (c *Core) addressDeviceCode(tx *store.Store, who Actor, buyer string, row *store.OneTimeCode) (to string, err error) {
	if !who.Is(BuyerRole) || !who.Owns(buyer) {
		return "", &Error{Code: NotFound, Key: "devices.gone"}
	}
	b, err := tx.Buyer(buyer)
	if err != nil {
		return "", err
	}
	row.BuyerID, row.AddressKey, row.Facts = b.ID, c.vault.Hash("address", Email(b.Email).Key()), c.deviceFacts(b.ID)
	return Email(b.Email).Masked(), nil
}
