package store

import "gorm.io/gorm"

// DB lets tests break things that no query can.
func (s *Store) DB() *gorm.DB { return s.db() }

// Models are all models, for comparing them with the schema.
func Models() []any {
	return []any{
		&Account{},
		&Person{},
		&Identity{},
		&IdentityBuyer{},
		&Buyer{},
		&BuyerWord{},
		&Product{},
		&BundleItem{},
		&Purchase{},
		&Subscription{},
		&AccessGrant{},
		&Ticket{},
		&Proposal{},
		&Conversation{},
		&Card{},
		&Request{},
		&AuditEntry{},
		&AuditHead{},
		&InboundEvent{},
		&InboundBody{},
		&InboundAlarm{},
		&Mail{},
		&Message{},
		&LedgerEntry{},
		&OneTimeCode{},
		&File{},
		&TurnCount{},
		&CallCount{},
		&ProductAlarm{},
		&PageEnd{},
		&PasswordReset{},
		&Password{},
		&ContactList{}, &ListMember{}, &ListRule{}, &ListEvent{}, &HookEndpoint{}, &HookDelivery{}, &OptOut{},
		&EmailChange{},
		&DocumentCheck{},
		&Invitation{},
		&SecondFactor{},
		&RecoveryCode{},
		&BulkRun{},
		&BulkItem{},
		&Sync{}, &SyncLease{},
		&Setting{},
		&SettingChange{},
		&Case{},
		&CaseMessage{},
		&CaseEvent{},
		&CaseFile{},
		&CaseSentFile{},
		&CaseDeflection{},
		&CaseCounter{},
		&Feedback{},
		&FeedbackAsk{},
		&FeedbackDigest{},
		&CannedReply{},
	}
}

// Retention are the statements that find what is over, by the index that they are to use.
var Retention = map[string]string{
	"conversations_ended": forgetConversations, "inbound_events_filled": forgetPayloads, "mails_filled": forgetMails,
	"web_messages_by_age": forgetMessages, "identity_buyers_by_proof": forgetProofs,
	"tickets_filled":     forgetAttendees,
	"list_events_by_age": forgetListEvents, "hook_deliveries_settled": forgetDeliveries,
	"requests_untrimmed":  "SELECT * FROM requests WHERE " + spentRequests + " ORDER BY updated_at LIMIT ?",
	"proposals_untrimmed": "SELECT * FROM proposals WHERE " + spentProposals + " ORDER BY created_at LIMIT ?",
	"buyers_by_contact":   "SELECT * FROM buyers WHERE " + spentContacts + " ORDER BY contact_at, id LIMIT ?",
	"cases_untrimmed":     "SELECT * FROM cases WHERE " + spentCases + " ORDER BY closed_at LIMIT ?",
}

// FoundBy looks for a page in one of the ways of a search by words, so far, and says whether it is known then.
func (s *Store) FoundBy(way string, far int, f PurchaseFilter) (ids []string, known bool, err error) {
	w, product, some, err := s.meant(f)
	if err != nil || !some {
		return nil, true, err
	}
	n, err := s.named(f, w, f.words(), product)
	if err != nil {
		return nil, false, err
	}
	look := map[string]func(int) ([]place, bool, error){"buyers": n.byBuyers, "time": n.byTime,
		"all":     func(int) ([]place, bool, error) { page, err := n.byAll(); return page, true, err },
		"further": func(int) ([]place, bool, error) { page, err := n.further(); return page, true, err }}[way]
	page, known, err := look(far)
	for _, p := range page {
		ids = append(ids, p.ID)
	}
	return ids, known, err
}
