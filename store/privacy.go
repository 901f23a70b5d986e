package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A BuyerFile is all that is kept of one buyer.
type BuyerFile struct {
	Buyer         Buyer
	Words         []BuyerWord
	Identities    []Identity // chat users who are this buyer and nobody else
	Links         []IdentityBuyer
	Purchases     []Purchase
	Grants        []AccessGrant
	Subscriptions []Subscription
	Proposals     []Proposal
	Requests      []Request
	Ledger        []LedgerEntry
	Conversations []Conversation
	Codes         []OneTimeCode
	EmailChanges  []EmailChange
	PageEnds      []PageEnd
	Resets        []PasswordReset
	Passwords     []Password
	Tickets       []Ticket // of his purchases, and those of others that name his address
	Mails         []Mail
	Messages      []Message
	Files         []File
	Documents     []DocumentCheck
	Turns         []TurnCount
	Happened      []ListEvent // to him, his purchases and his subscriptions
	Lists         []ListMember
	Calls         []HookDelivery
	Feedback      []Feedback
	Asked         []FeedbackAsk // what he thinks of something
	OptOuts       []OptOut
	Cases         []Case
	CaseMessages  []CaseMessage
	CaseFiles     []CaseFile // without their content
	Deflections   []CaseDeflection
	BulkItems     []BulkItem     // of work for many
	Inbound       []InboundEvent // deliveries that are about him, or whose payload names the address
	// InboundBodies are deliveries that name the address and whose content is sealed: whoever has the secret fills them in.
	InboundBodies []InboundBody
	Audit         []AuditEntry
}

// maxFile bounds each list of a file. A buyer has dozens of rows; whoever has more than this is no buyer.
const maxFile = 100_000

// BuyerFile gathers all that is kept of a buyer.
func (s *Store) BuyerFile(account, buyer string) (BuyerFile, error) {
	var f BuyerFile
	if err := s.db().Where("account_id = ? AND id = ?", account, buyer).Take(&f.Buyer).Error; err != nil {
		return f, err
	}
	list := func(to any, where string, args ...any) error {
		return s.db().Where(where, args...).Limit(maxFile).Find(to).Error
	}
	err := errors.Join(
		list(&f.Words, "account_id = ? AND buyer_id = ?", account, buyer),
		list(&f.Links, "buyer_id = ?", buyer),
		list(&f.Purchases, "account_id = ? AND buyer_id = ?", account, buyer),
		list(&f.Subscriptions, "account_id = ? AND buyer_id = ?", account, buyer),
		list(&f.Codes, "account_id = ? AND buyer_id = ?", account, buyer),
		list(&f.PageEnds, "buyer_id = ?", buyer), list(&f.Resets, "buyer_id = ?", buyer), list(&f.Passwords, "buyer_id = ?", buyer),
		list(&f.Tickets, "account_id = ? AND email_key = ? AND email_key <> ''", account, f.Buyer.EmailKey),
		list(&f.Happened, `account_id = ? AND (buyer_id = ? AND buyer_id <> ''
			OR purchase_id <> '' AND purchase_id IN (SELECT p.id FROM purchases p WHERE p.account_id = ? AND p.buyer_id = ?)
			OR subscription_id <> '' AND subscription_id IN (SELECT s.id FROM subscriptions s WHERE s.account_id = ? AND s.buyer_id = ?))`,
			account, buyer, account, buyer, account, buyer),
		list(&f.Lists, "buyer_id = ?", buyer),
		list(&f.Calls, "buyer_id = ? AND buyer_id <> ''", buyer),
		list(&f.Feedback, "buyer_id = ? AND buyer_id <> ''", buyer),
		list(&f.Asked, "buyer_id = ?", buyer),
		list(&f.OptOuts, "account_id = ? AND buyer_id = ?", account, buyer),
		list(&f.Mails, "account_id = ? AND lower(recipient) = ?", account, strings.ToLower(f.Buyer.Email)),
	)
	if err != nil {
		return f, fmt.Errorf("file of a buyer: %w", err)
	}
	if err := s.filePeople(&f, list); err != nil {
		return f, fmt.Errorf("chats of a buyer: %w", err)
	}
	if err := s.fileCases(account, &f, list); err != nil {
		return f, fmt.Errorf("cases of a buyer: %w", err)
	}
	if err := s.filePurchases(account, &f, list); err != nil {
		return f, fmt.Errorf("purchases of a buyer: %w", err)
	}
	if err := s.fileBulk(account, &f); err != nil {
		return f, fmt.Errorf("work for many about a buyer: %w", err)
	}
	if err := list(&f.Inbound, "buyer_id = ?", buyer); err != nil {
		return f, fmt.Errorf("deliveries about a buyer: %w", err)
	}
	unowned, err := s.inboundNaming(account, f.Buyer.Email)
	f.Inbound = append(f.Inbound, unowned...)
	return f, err
}

// filePeople adds the chat users who are this buyer alone, with what they said.
func (s *Store) filePeople(f *BuyerFile, list func(any, string, ...any) error) error {
	for _, l := range f.Links {
		var i Identity
		if err := s.db().Where("id = ?", l.IdentityID).Take(&i).Error; err != nil {
			return err
		}
		var others int64
		if err := s.db().Model(&IdentityBuyer{}).Where("identity_id = ? AND buyer_id <> ?", i.ID, l.BuyerID).Count(&others).Error; err != nil {
			return err
		}
		if i.PersonID != "" || others > 0 {
			continue // somebody else too
		}
		f.Identities = append(f.Identities, i)
		var open, ended []Conversation // each has an index of its own
		var messages []Message
		var files []File
		var documents []DocumentCheck
		var turns []TurnCount
		user := []any{i.AccountID, i.Platform, i.UserID}
		if err := errors.Join(
			list(&open, "account_id = ? AND platform = ? AND user_id = ? AND open", user...),
			list(&ended, "account_id = ? AND platform = ? AND user_id = ? AND NOT open", user...),
			list(&turns, "account_id = ? AND platform = ? AND user_id = ?", user...),
			list(&files, "identity_id = ?", i.ID),
			list(&documents, "identity_id = ?", i.ID),
			list(&messages, "account_id = ? AND chat = ? AND chat <> ''", i.AccountID, i.Chat)); err != nil {
			return err
		}
		f.Conversations, f.Messages = slices.Concat(f.Conversations, open, ended), append(f.Messages, messages...)
		f.Documents = append(f.Documents, documents...)
		f.Files, f.Turns = append(f.Files, files...), append(f.Turns, turns...)
	}
	return nil
}

// filePurchases adds what hangs on the purchases, and the audit entries about them and by the chat users.
func (s *Store) filePurchases(account string, f *BuyerFile, list func(any, string, ...any) error) error {
	targets, actors := []string{f.Buyer.ID}, []string{f.Buyer.ID}
	for _, i := range f.Identities {
		actors = append(actors, i.ID)
	}
	for _, p := range f.Purchases {
		targets = append(targets, p.Transaction)
		var grants []AccessGrant
		var proposals []Proposal
		var requests []Request
		var ledger []LedgerEntry
		var changes []EmailChange
		var tickets []Ticket
		if err := errors.Join(list(&changes, "purchase_id = ?", p.ID),
			list(&tickets, "purchase_id = ? AND email_key <> ?", p.ID, f.Buyer.EmailKey), // the others are there
			list(&grants, "purchase_id = ?", p.ID), list(&proposals, "purchase_id = ?", p.ID),
			list(&ledger, `account_id = ? AND "transaction" = ?`, account, p.Transaction)); err != nil {
			return err
		}
		about := []string{p.Transaction}
		for _, q := range proposals {
			about = append(about, q.ID)
		}
		if err := list(&requests, "account_id = ? AND target IN ?", account, about); err != nil {
			return err
		}
		targets = append(targets, about[1:]...)
		f.Grants, f.Proposals = append(f.Grants, grants...), append(f.Proposals, proposals...)
		f.Requests, f.Ledger = append(f.Requests, requests...), append(f.Ledger, ledger...)
		f.EmailChanges, f.Tickets = append(f.EmailChanges, changes...), append(f.Tickets, tickets...)
	}
	return s.db().Where("account_id = ? AND (target IN ? OR actor IN ?)", account, targets, actors).Order("seq").Limit(maxFile).Find(&f.Audit).Error
}

// inboundPage is how many deliveries are in memory at once.
const inboundPage = 500

// inboundNaming finds the deliveries about nobody that is known whose payload holds an address, in whatever case. These are
// few: what is ignored, and test events.
func (s *Store) inboundNaming(account, email string) ([]InboundEvent, error) {
	var found []InboundEvent
	needle := []byte(strings.ToLower(email))
	source, id := "", ""
	for {
		var page []InboundEvent
		err := s.db().Where("account_id = ? AND (source, event_id) > (?, ?) AND buyer_id = '' AND payload IS NOT NULL", account, source, id).
			Order("source, event_id").Limit(inboundPage).Find(&page).Error
		if err != nil || len(page) == 0 {
			return found, err
		}
		for _, e := range page {
			if bytes.Contains(bytes.ToLower(e.Payload), needle) {
				found = append(found, e)
			}
		}
		last := page[len(page)-1]
		source, id = last.Source, last.ID
	}
}

// Rows are the lists of a file by the names of their tables, each row by the names of its columns: for writing it out.
// JSON in a column is JSON there.
func (s *Store) Rows(f BuyerFile) map[string]any {
	all := map[string]any{}
	v := reflect.ValueOf(f)
	for i := range v.NumField() {
		field := v.Field(i)
		if field.Kind() != reflect.Slice {
			field = reflect.Append(reflect.MakeSlice(reflect.SliceOf(field.Type()), 0, 1), field)
		}
		t := s.table(field.Type().Elem())
		rows := make([]map[string]any, field.Len())
		for j := range rows {
			rows[j] = map[string]any{}
			for k, path := range t.layout {
				rows[j][t.columns[k]] = plain(field.Index(j).FieldByIndex(path).Interface())
			}
		}
		all[t.name] = rows
	}
	return all
}

func plain(v any) any {
	b, ok := v.([]byte)
	switch {
	case !ok:
		return v
	case len(b) == 0:
		return nil
	case json.Valid(b):
		return json.RawMessage(b)
	}
	return string(b)
}

// Erased is what stands where something personal stood.
const Erased = "erased"

// erasedMailbox ends addresses that are nobody's (RFC 2606).
const erasedMailbox = "@" + Erased + ".invalid"

// EraseBuyer puts tombstones in the place of all that a file has of a person. What the books need stays: purchases,
// amounts, times, decisions and their reasons' codes. Payloads of proposals and requests, and the values of audit entries,
// are written as the file has them now: the caller has taken from them what is personal.
func (s *Store) EraseBuyer(f BuyerFile, at time.Time) error {
	run := func(model any, values map[string]any, where string, args ...any) error {
		return s.db().Model(model).Where(where, args...).UpdateColumns(values).Error
	}
	drop := func(model any, where string, args ...any) error {
		return s.db().Where(where, args...).Delete(model).Error
	}
	address := Erased + "-" + strings.ToLower(f.Buyer.ID) + erasedMailbox // unique
	all := []error{
		run(&Buyer{}, map[string]any{"email": address, "email_key": address, "name": "", "locale": "",
			"document": nil, "document_key": "", "phone": nil, "contact_at": nil}, "id = ?", f.Buyer.ID),
		drop(&BuyerWord{}, "account_id = ? AND buyer_id = ?", f.Buyer.AccountID, f.Buyer.ID),
		drop(&IdentityBuyer{}, "buyer_id = ?", f.Buyer.ID),
		s.EndPages(f.Buyer.AccountID, f.Buyer.ID, at),
		drop(&PasswordReset{}, "buyer_id = ?", f.Buyer.ID),
		drop(&Password{}, "buyer_id = ?", f.Buyer.ID),
		drop(&OneTimeCode{}, "account_id = ? AND buyer_id = ?", f.Buyer.AccountID, f.Buyer.ID),
		drop(&ListMember{}, "buyer_id = ?", f.Buyer.ID),
		drop(&HookDelivery{}, "buyer_id = ? AND buyer_id <> ''", f.Buyer.ID),
		drop(&FeedbackAsk{}, "buyer_id = ?", f.Buyer.ID),
		run(&Feedback{}, map[string]any{"buyer_id": "", "identity_id": "", "comment": ""}, "buyer_id = ? AND buyer_id <> ''", f.Buyer.ID),
		drop(&OptOut{}, "account_id = ? AND buyer_id = ?", f.Buyer.AccountID, f.Buyer.ID),
	}
	all = append(all, s.eraseBulk(f)...)
	for _, e := range f.Happened {
		all = append(all, drop(&ListEvent{}, "account_id = ? AND subject = ? AND event = ? AND nth = ?", e.AccountID, e.Subject, e.Event, e.Nth))
	}
	for _, i := range f.Identities {
		gone := Erased + "-" + i.ID
		all = append(all,
			drop(&Card{}, "identity_id = ?", i.ID),
			drop(&File{}, "identity_id = ?", i.ID),
			drop(&DocumentCheck{}, "identity_id = ?", i.ID),
			drop(&TurnCount{}, "account_id = ? AND platform = ? AND user_id = ?", i.AccountID, i.Platform, i.UserID),
			drop(&File{}, "identity_id = ?", i.ID),
			drop(&DocumentCheck{}, "identity_id = ?", i.ID),
			run(&Identity{}, map[string]any{"user_id": gone, "chat": "", "locale": "", "platform_locale": ""}, "id = ?", i.ID))
	}
	for _, c := range f.Conversations {
		gone := Erased + "-" + c.ID
		all = append(all, run(&Conversation{}, map[string]any{"blob": nil, "open": false, "user_id": gone, "chat": gone}, "id = ?", c.ID))
	}
	for _, c := range f.Cases {
		closed := c.ClosedAt
		if closed == nil {
			closed = &at // nobody could be answered any more
		}
		all = append(all, run(&Case{}, map[string]any{"identity_id": "", "status": "closed", "closed_at": closed, "waiting_since": nil,
			"promised_at": nil, "snoozed_until": nil, "trimmed_at": at, "revision": c.Revision + 1}, "id = ?", c.ID),
			run(&CaseMessage{}, map[string]any{"body": nil}, "case_id = ?", c.ID),
			run(&CaseFile{}, map[string]any{"body": nil, "name": ""}, "case_id = ?", c.ID),
			run(&CaseMessage{}, map[string]any{"author_name": ""}, "case_id = ? AND kind = 'buyer'", c.ID))
	}
	for _, d := range f.Deflections {
		all = append(all, drop(&CaseDeflection{}, "id = ?", d.ID))
	}
	for _, m := range f.Messages {
		all = append(all, drop(&Message{}, "id = ?", m.ID))
	}
	for _, m := range f.Mails {
		sent := m.SentAt
		if sent == nil {
			sent = &at // it is not sent any more
		}
		all = append(all, run(&Mail{}, map[string]any{"recipient": address, "name": "", "values": []byte("{}"), "sent_at": sent}, "id = ?", m.ID))
	}
	for _, p := range f.Proposals {
		all = append(all, run(&Proposal{}, map[string]any{"payload": p.Payload, "asked_by_name": p.AskedByName, "decided_reason": p.DecidedReason}, "id = ?", p.ID))
	}
	for _, r := range f.Requests {
		all = append(all, s.db().Model(&Request{}).Where(map[string]any{"key": r.Key}).UpdateColumns(map[string]any{"payload": r.Payload}).Error)
	}
	for _, l := range f.Ledger {
		all = append(all, s.db().Model(&LedgerEntry{}).Where(map[string]any{"key": l.Key}).UpdateColumns(map[string]any{"old_email": "", "new_email": ""}).Error)
	}
	for _, c := range f.EmailChanges {
		all = append(all, run(&EmailChange{}, map[string]any{"old_email": "", "new_email": ""}, "id = ?", c.ID))
	}
	for _, t := range f.Tickets { // whoever else came was his guest
		all = append(all, run(&Ticket{}, map[string]any{"name": "", "email": "", "email_key": "", "document": nil, "code": nil, "code_key": "",
			"filled_at": nil}, "id = ?", t.ID))
	}
	for _, e := range f.Inbound {
		all = append(all, run(&InboundEvent{}, map[string]any{"payload": nil}, "account_id = ? AND source = ? AND event_id = ?", e.AccountID, e.Source, e.ID))
	}
	for _, b := range f.InboundBodies {
		if !b.Waits { // what waits is applied first
			all = append(all, drop(&InboundBody{}, "id = ?", b.ID),
				run(&InboundEvent{}, map[string]any{"payload": nil}, "account_id = ? AND source = ? AND event_id = ?", b.AccountID, b.Source, b.EventID))
		}
	}
	for _, e := range f.Audit {
		all = append(all, run(&AuditEntry{}, map[string]any{"actor_name": e.ActorName, "note": e.Note, "data": e.Data}, "account_id = ? AND seq = ?", e.AccountID, e.Seq))
	}
	if err := errors.Join(all...); err != nil {
		return fmt.Errorf("erase a buyer: %w", err)
	}
	return nil
}
