package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aftersale/aftersale/store"
)

// ExportBuyer returns all that is kept of the buyer with an address, as JSON: lists by table, rows by column. It is
// written down in the audit log that this was done.
//
// It is for whoever runs the program; no chat reaches it.
//
// Errors: Invalid; NotFound; Unavailable.
func (c *Core) ExportBuyer(ctx context.Context, account string, email Email) ([]byte, error) {
	var out []byte
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		file, err := c.buyerFile(tx, account, email)
		if err != nil {
			return err
		}
		if out, err = c.writeOut(tx, &file); err != nil {
			return err
		}
		return c.audit(tx, systemActor(account), entry{action: "privacy.exported", target: file.Buyer.ID})
	})
	return out, failed("export a buyer", err)
}

// writeOut is a buyer's file as JSON, without what is ours and of use to nobody: hashes, seals.
func (c *Core) writeOut(tx *store.Store, file *store.BuyerFile) ([]byte, error) {
	for i := range file.Codes {
		file.Codes[i].CodeHash, file.Codes[i].AddressKey, file.Codes[i].TypedKey, file.Codes[i].Facts = "", "", "", ""
		file.Codes[i].Sealed = nil
	}
	for i := range file.Files {
		file.Files[i].Body = nil
	}
	for i := range file.Passwords {
		file.Passwords[i].Hash = ""
	}
	if err := c.openTickets(file); err != nil {
		return nil, err
	}
	if err := c.openContact(&file.Buyer); err != nil {
		return nil, err
	}
	if err := c.openSaid(file.CaseMessages); err != nil {
		return nil, err
	}
	for i, b := range file.InboundBodies {
		file.InboundBodies[i].Body = c.openBody(b.ID, b.Body, nil)
	}
	out, err := json.MarshalIndent(tx.Rows(*file), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode a buyer's file: %w", err)
	}
	return out, nil
}

// openContact puts a buyer's document and phone where their seals are, as JSON, and drops what is of use to us alone. What
// was sealed with a secret that is not here any more cannot be told, and that is said.
func (c *Core) openContact(b *store.Buyer) error {
	var err error
	if b.Document, err = c.tellSealed(useDocument, b.ID, b.Document); err != nil {
		return err
	}
	b.Phone, err = c.tellSealed(usePhone, b.ID, b.Phone)
	b.DocumentKey = ""
	return err
}

func (c *Core) tellSealed(use, of string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	value, err := c.vault.Open(use, of, sealed)
	if err != nil {
		value = []byte("sealed with another secret_key")
	}
	return json.Marshal(string(value))
}

// openTickets puts the attendees' documents where their seals are, and drops the codes: a copy of the file must let nobody in.
// Of tickets of others that name the buyer's address he is told what is about him.
func (c *Core) openTickets(file *store.BuyerFile) error {
	for i := range file.Tickets {
		t := &file.Tickets[i]
		var err error
		if t.Document, err = c.tellSealed(useTicketDocument, t.ID, t.Document); err != nil {
			return err
		}
		t.Code, t.CodeKey = nil, ""
	}
	return nil
}

// openSaid puts what was said in cases where its seal is, as JSON: the team's notes are about him too. Who of the team wrote
// is left out.
func (c *Core) openSaid(all []store.CaseMessage) error {
	for i, m := range all {
		if MessageKind(m.Kind) != SaidByBuyer {
			all[i].Author, all[i].AuthorName = "", ""
		}
		if len(m.Body) == 0 {
			continue
		}
		text, err := c.vault.Open(caseUse, m.ID, m.Body)
		if err != nil {
			text = []byte("sealed with another secret_key")
		}
		if all[i].Body, err = json.Marshal(string(text)); err != nil {
			return err
		}
	}
	return nil
}

// An Erasure is what was erased, by number.
type Erasure struct {
	Buyer         string // id of what is left of him
	Purchases     int    // that stay, without him
	Conversations int
	Mails         int
	Deliveries    int // payloads of the commerce platform that named him
	Entries       int // of the audit log, that had something personal
}

// EraseBuyer takes from everything that is kept of the buyer with an address what is personal, and leaves tombstones: the
// purchases with their amounts and times, who decided what, and the audit log, whose chain goes on holding.
//
// What the commerce platform keeps is its own: erase it there too, or its next event brings him back.
//
// It is for whoever runs the program; no chat reaches it.
//
// Errors: Invalid; NotFound; Conflict while something of his is under way; Unavailable.
func (c *Core) EraseBuyer(ctx context.Context, account string, email Email) (Erasure, error) {
	var done Erasure
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		file, err := c.buyerFile(tx, account, email)
		if err != nil {
			return err
		}
		done, err = c.erase(tx, systemActor(account), file)
		return err
	})
	return done, failed("erase a buyer", err)
}

// erase puts tombstones in the place of all that a file has of a buyer, and says so in the audit log.
func (c *Core) erase(tx *store.Store, who Actor, file store.BuyerFile) (Erasure, error) {
	if underWay(file) > 0 {
		return Erasure{}, &Error{Code: Conflict, Key: "privacy.under_way"}
	}
	anonymise(&file)
	touched := forgetIn(file)
	done := Erasure{Buyer: file.Buyer.ID, Purchases: len(file.Purchases), Conversations: len(file.Conversations), Mails: len(file.Mails),
		Deliveries: len(file.Inbound), Entries: len(touched)}
	if err := tx.EraseBuyer(file, c.now()); err != nil {
		return Erasure{}, err
	}
	if c.target != nil && len(file.Lists) > 0 {
		if err := enqueue(tx, JobListForget, file.Buyer.ID, listWork{Account: who.Account, Buyer: file.Buyer.ID}); err != nil {
			return Erasure{}, err
		}
	}
	for _, p := range file.Purchases {
		if err := refresh(tx, who.Account, subjectOfPurchase(p.Transaction)); err != nil {
			return Erasure{}, err
		}
	}
	for _, k := range file.Cases {
		if err := refresh(tx, who.Account, subjectOfCase(k.ID)); err != nil {
			return Erasure{}, err
		}
	}
	for _, m := range file.CaseMessages {
		if err := errors.Join(refresh(tx, who.Account, subjectOfSaid(m.ID)), refresh(tx, who.Account, subjectOfEvent(m.ID))); err != nil {
			return Erasure{}, err
		}
	}
	return done, c.audit(tx, who, entry{action: store.AuditErased, target: file.Buyer.ID, data: auditData{Erased: touched}})
}

func (c *Core) buyerFile(tx *store.Store, account string, email Email) (store.BuyerFile, error) {
	nobody := &Error{Code: NotFound, Key: "privacy.nobody", Field: "email"}
	address, err := ParseEmail(string(email))
	if err != nil {
		e := *AsError(err)
		e.Field = "email"
		return store.BuyerFile{}, &e
	}
	buyer, err := tx.BuyerByEmail(account, address.Key())
	if errors.Is(err, store.ErrNotFound) {
		return store.BuyerFile{}, nobody
	}
	if err != nil {
		return store.BuyerFile{}, err
	}
	return c.fileOf(tx, account, buyer.ID)
}

// underWay counts what still needs to know who he is.
func underWay(f store.BuyerFile) int {
	n := 0
	for _, p := range f.Proposals {
		if p.Status == string(ProposalOpen) {
			n++
		}
	}
	for _, r := range f.Requests {
		if slices.Contains([]RequestState{RequestRecorded, RequestSending, RequestUnknown, RequestRequested, RequestNeedsBuyer, RequestAssisted}, RequestState(r.State)) {
			n++
		}
	}
	return n
}

// anonymise takes addresses and free text out of orders and decisions.
func anonymise(f *store.BuyerFile) {
	for i := range f.Proposals {
		p := &f.Proposals[i]
		p.Payload, p.DecidedReason = trimmed(p.Payload), ""
		if p.AskedByRole == string(BuyerRole) {
			p.AskedByName = ""
		}
	}
	for i := range f.Requests {
		f.Requests[i].Payload = trimmed(f.Requests[i].Payload)
	}
}

// forgetIn takes the name, notes and masked addresses out of audit entries, and returns the numbers of those that had any.
func forgetIn(f store.BuyerFile) []int64 {
	his := map[string]bool{f.Buyer.ID: true}
	for _, i := range f.Identities {
		his[i.ID] = true
	}
	var touched []int64
	for i := range f.Audit {
		e := &f.Audit[i]
		var data auditData
		personal := e.Note != "" || his[e.Actor] && e.ActorName != ""
		if len(e.Data) > 0 && json.Unmarshal(e.Data, &data) == nil && (data.OldEmail != "" || data.NewEmail != "") {
			data.OldEmail, data.NewEmail = "", ""
			if b, err := json.Marshal(data); err == nil {
				e.Data, personal = b, true
			}
		}
		if !personal {
			continue
		}
		e.Note = ""
		if his[e.Actor] {
			e.ActorName = ""
		}
		touched = append(touched, e.Seq)
	}
	return touched
}
