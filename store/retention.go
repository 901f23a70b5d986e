package store

import (
	"fmt"
	"time"
)

// What nobody needs any more is dropped in batches, oldest first: each function takes at most limit rows, all of which were
// over before an instant, and returns how many. Each has an index that holds just the rows there are left to drop.

const (
	forgetConversations = `DELETE FROM conversations WHERE id IN
		(SELECT id FROM conversations WHERE NOT open AND created_at < ? AND updated_at < ? ORDER BY created_at LIMIT ?)`
	forgetPayloads = `UPDATE inbound_events SET payload = NULL WHERE (account_id, source, event_id) IN
		(SELECT account_id, source, event_id FROM inbound_events WHERE payload IS NOT NULL AND created_at < ? ORDER BY created_at LIMIT ?)`
	forgetMails = `UPDATE mails SET name = '', "values" = NULL WHERE id IN
		(SELECT id FROM mails WHERE "values" IS NOT NULL AND sent_at < ? ORDER BY sent_at LIMIT ?)`
	forgetMessages = `DELETE FROM web_messages WHERE id IN (SELECT id FROM web_messages WHERE updated_at < ? ORDER BY updated_at LIMIT ?)`
	// Of an event whose time is not known, when its attendee was named has to do.
	forgetAttendees = `UPDATE tickets SET name = '', email = '', email_key = '', document = NULL, code = NULL, code_key = '', filled_at = NULL WHERE id IN
		(SELECT t.id FROM tickets t WHERE t.filled_at < ? AND COALESCE((SELECT COALESCE(d.ends_at, d.starts_at) FROM products d
		WHERE d.id = t.product_id), t.filled_at) < ? ORDER BY t.filled_at LIMIT ?)`
	forgetProofs = `DELETE FROM identity_buyers WHERE (identity_id, buyer_id) IN
		(SELECT identity_id, buyer_id FROM identity_buyers WHERE proved_at < ? ORDER BY proved_at LIMIT ?)`
)

// ForgetConversations drops conversations that have ended.
func (s *Store) ForgetConversations(before time.Time, limit int) (int, error) {
	return s.forget("conversations", forgetConversations, before, before, limit)
}

// ForgetPayloads empties deliveries of the commerce platform: that they came, and what came of them, stays.
func (s *Store) ForgetPayloads(before time.Time, limit int) (int, error) {
	return s.forget("payloads", forgetPayloads, before, limit)
}

// ForgetMails empties mails that have left: to which address, when and which one stays.
func (s *Store) ForgetMails(before time.Time, limit int) (int, error) {
	return s.forget("mails", forgetMails, before, limit)
}

// ForgetMessages drops messages of the web console.
func (s *Store) ForgetMessages(before time.Time, limit int) (int, error) {
	return s.forget("messages", forgetMessages, before, limit)
}

// ForgetProofs drops who was known to be which buyer, where that was not shown again.
func (s *Store) ForgetProofs(before time.Time, limit int) (int, error) {
	return s.forget("proofs", forgetProofs, before, limit)
}

// ForgetAttendees drops who came to events that are over: that somebody did stays.
func (s *Store) ForgetAttendees(before time.Time, limit int) (int, error) {
	return s.forget("attendees", forgetAttendees, before, before, limit)
}

func (s *Store) forget(what, statement string, values ...any) (int, error) {
	for i, v := range values {
		if at, ok := v.(time.Time); ok {
			values[i] = at.UTC()
		}
	}
	res := s.db().Exec(statement, values...)
	if res.Error != nil {
		return 0, fmt.Errorf("forget %s: %w", what, res.Error)
	}
	return int(res.RowsAffected), nil
}

// Conditions that partial indexes answer: these know an index by its own words only, not by values given to a statement.
const (
	spentRequests  = "trimmed_at IS NULL AND updated_at < ? AND state NOT IN ('recorded', 'sending', 'unknown', 'requested', 'needs_buyer', 'assisted')"
	spentProposals = "trimmed_at IS NULL AND status <> 'open' AND created_at < ?"
	spentContacts  = "contact_at < ?"
)

// SpentRequests lists requests that are settled, that nobody has touched since before, and whose payload has its texts still,
// oldest first, for changing them.
func (s *Store) SpentRequests(before time.Time, limit int) ([]Request, error) {
	var all []Request
	err := s.locked(s.db().Where(spentRequests, before.UTC())).
		Order("updated_at").Limit(limit).Find(&all).Error
	return all, err
}

// TrimRequest writes a payload without its texts.
func (s *Store) TrimRequest(key string, payload []byte, at time.Time) error {
	return one(s.db().Model(&Request{}).Where(map[string]any{"key": key}).UpdateColumns(map[string]any{"payload": payload, "trimmed_at": at.UTC()}))
}

// SpentProposals lists proposals that are not open any more, were made before an instant, and have their texts still.
func (s *Store) SpentProposals(before time.Time, limit int) ([]Proposal, error) {
	var all []Proposal
	err := s.locked(s.db().Where(spentProposals, before.UTC())).
		Order("created_at").Limit(limit).Find(&all).Error
	return all, err
}

// TrimProposal writes a payload without its texts, and drops what whoever decided wrote.
func (s *Store) TrimProposal(id string, payload []byte, at time.Time) error {
	return one(s.db().Model(&Proposal{}).Where("id = ?", id).UpdateColumns(map[string]any{
		"payload": payload, "decided_reason": "", "trimmed_at": at.UTC(),
	}))
}

// SpentContacts lists buyers whose document and phone were not needed since before, as far as known, oldest first.
func (s *Store) SpentContacts(before time.Time, limit int) ([]Buyer, error) {
	var all []Buyer
	err := s.db().Where(spentContacts, before.UTC()).Order("contact_at, id").Limit(limit).Find(&all).Error
	return all, err
}

// A ContactNeed is a purchase or a subscription for which a buyer's document and phone are still needed, and until when.
type ContactNeed struct {
	BuyerID string
	Until   time.Time
}

// ContactNeeds lists what keeps the documents and phones of some buyers after an instant: purchases that were made, or
// whose guarantee ends, after it; and subscriptions in some states, which need them now.
func (s *Store) ContactNeeds(account string, buyers, states []string, after, now time.Time) ([]ContactNeed, error) {
	var needs []ContactNeed
	var bought []Purchase
	err := s.db().Select("buyer_id", "ordered_at", "guarantee_ends").
		Where("account_id = ? AND buyer_id IN ? AND (ordered_at >= ? OR guarantee_ends >= ?)", account, buyers, after.UTC(), after.UTC()).Find(&bought).Error
	if err != nil {
		return nil, fmt.Errorf("what needs the contact of buyers: %w", err)
	}
	for _, p := range bought {
		until := p.OrderedAt
		if p.GuaranteeEnds != nil && p.GuaranteeEnds.After(until) {
			until = *p.GuaranteeEnds
		}
		needs = append(needs, ContactNeed{p.BuyerID, until.UTC()})
	}
	var running []Subscription
	err = s.db().Select("buyer_id", "status", "next_charge_at").
		Where("account_id = ? AND buyer_id IN ? AND (status IN ? OR next_charge_at >= ?)", account, buyers, states, after.UTC()).Find(&running).Error
	if err != nil {
		return nil, fmt.Errorf("subscriptions that need the contact of buyers: %w", err)
	}
	for _, r := range running {
		until := now
		if r.NextChargeAt != nil && r.NextChargeAt.After(now) {
			until = *r.NextChargeAt
		}
		needs = append(needs, ContactNeed{r.BuyerID, until.UTC()})
	}
	return needs, nil
}
