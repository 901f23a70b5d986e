package store

import (
	"fmt"
	"strings"
	"time"
)

// MaxTickets is how many tickets one purchase has at most: more is a typing error, or somebody who should talk to the team.
const MaxTickets = 500

// issueTickets makes the tickets of purchases p that have none yet. An unpaid purchase has none; of one that was paid once
// they stay, whatever became of it.
const issueTickets = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
	INSERT INTO tickets (id, account_id, purchase_id, product_id, number, state, name, email, email_key, code_key, sent_count, entered_by, revision, created_at)
	SELECT p.id || '-' || n.i, p.account_id, p.id, p.product_id, n.i, 'pending', '', '', '', '', 0, '', 1, ?
	FROM purchases p JOIN products d ON d.id = p.product_id AND d.kind = 'event' JOIN n ON n.i = 1 OR n.i <= p.quantity
	WHERE p.status NOT IN ('started', 'waiting_payment', 'processing', 'failed', 'expired', 'overdue') AND p.account_id = ? AND `

// IssueTickets makes the tickets of those purchases among these that are of events and were paid; those that are there stay
// as they are. It returns the purchases that have some only now.
func (s *Store) IssueTickets(account string, purchases []string, now time.Time) ([]string, error) {
	if len(purchases) == 0 {
		return nil, nil
	}
	return s.issueTickets("p.id IN ?", now, account, purchases)
}

// IssueTicketsOf makes the tickets of all purchases of a product that has become an event, and returns those likewise.
func (s *Store) IssueTicketsOf(account, product string, now time.Time) ([]string, error) {
	return s.issueTickets("p.product_id = ?", now, account, product)
}

func (s *Store) issueTickets(where string, values ...any) ([]string, error) {
	type row struct {
		PurchaseID string
		Number     int
	}
	made, err := read[row](s, 16, issueTickets+where+" ON CONFLICT DO NOTHING RETURNING purchase_id, number", values...)
	if err != nil {
		return nil, fmt.Errorf("issue tickets: %w", err)
	}
	var purchases []string
	for _, t := range made {
		if t.Number == 1 {
			purchases = append(purchases, t.PurchaseID)
		}
	}
	return purchases, nil
}

// TicketsOf lists the tickets of a purchase by their numbers, at most MaxTickets.
func (s *Store) TicketsOf(account, purchase string) ([]Ticket, error) {
	return read[Ticket](s, 4, "SELECT "+s.columns(Ticket{}, "t")+" FROM tickets t WHERE t.account_id = ? AND t.purchase_id = ? ORDER BY t.number LIMIT ?",
		account, purchase, MaxTickets)
}

// Ticket returns one ticket. ErrNotFound: there is none.
func (s *Store) Ticket(account, id string) (Ticket, error) {
	return readOne[Ticket](s, "SELECT "+s.columns(Ticket{}, "t")+" FROM tickets t WHERE t.account_id = ? AND t.id = ?", account, id)
}

// TicketByCode returns the ticket that has one of these hashes of a code. ErrNotFound: there is none.
func (s *Store) TicketByCode(account string, keys []string) (Ticket, error) {
	return readOne[Ticket](s, "SELECT "+s.columns(Ticket{}, "t")+" FROM tickets t WHERE t.account_id = ? AND t.code_key <> '' AND t.code_key IN ? LIMIT 1",
		account, keys)
}

// UpdateTicket saves every column of a ticket if nobody changed it since it was read. ErrConflict: somebody did.
func (s *Store) UpdateTicket(t *Ticket) error {
	was := t.Revision
	t.Revision++
	n, err := s.update(t, []string{"id", "created_at"}, "id = ? AND revision = ?", t.ID, was)
	if err == nil && n == 1 {
		return nil
	}
	t.Revision = was
	if err == nil {
		return ErrConflict
	}
	return fmt.Errorf("update a ticket: %w", err)
}

// TicketsSent notes that mail about tickets went out.
func (s *Store) TicketsSent(ids []string, at time.Time) error {
	_, err := s.exec("UPDATE tickets SET sent_at = ?, sent_count = sent_count + 1 WHERE id IN ?", at, ids)
	return err
}

// Events lists the products that are events: those that begin last first, behind them those of which it is not known.
func (s *Store) Events(account string, limit int) ([]Product, error) {
	return read[Product](s, 10, "SELECT "+s.columns(Product{}, "d")+` FROM products d WHERE d.account_id = ? AND d.kind = 'event'
		ORDER BY d.starts_at DESC NULLS LAST, d.id DESC LIMIT ?`, account, limit)
}

// A TicketCount is how many tickets in one state are good, of a purchase or of an event, and how many of them were used.
type TicketCount struct {
	Of      string // id of the purchase or the product
	State   string
	Count   int
	Entered int
}

// ticketIsGood is the condition on a ticket t and its purchase p, beside the purchase's status.
const ticketIsGood = "(t.number = 1 OR t.number <= p.quantity)"

// TicketCounts counts the tickets of events, of purchases in some states with no refund under way.
func (s *Store) TicketCounts(account string, products, statuses []string) ([]TicketCount, error) {
	return read[TicketCount](s, 3*len(products), `SELECT t.product_id, t.state, count(*), count(t.entered_at)
		FROM tickets t JOIN purchases p ON p.id = t.purchase_id
		WHERE t.account_id = ? AND t.product_id IN ? AND p.status IN ? AND p.refunding = '' AND `+ticketIsGood+`
		GROUP BY t.product_id, t.state ORDER BY t.product_id, t.state`, account, products, statuses)
}

// fillTickets counts the tickets of those purchases that are of events.
func (s *Store) fillTickets(all []FullPurchase) error {
	at, ids := map[string]int{}, []string(nil)
	for i, p := range all {
		if p.Product.Kind == "event" {
			at[p.Purchase.ID], ids = i, append(ids, p.Purchase.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	counts, err := read[TicketCount](s, 2*len(ids), `SELECT t.purchase_id, t.state, count(*), count(t.entered_at)
		FROM tickets t JOIN purchases p ON p.id = t.purchase_id
		WHERE t.purchase_id IN ? AND `+ticketIsGood+` GROUP BY t.purchase_id, t.state ORDER BY t.purchase_id, t.state`, ids)
	if err != nil {
		return fmt.Errorf("tickets of purchases: %w", err)
	}
	for _, c := range counts {
		all[at[c.Of]].Tickets = append(all[at[c.Of]].Tickets, c)
	}
	return nil
}

// pending narrows to purchases that have a good ticket whose attendee is not known.
func (f PurchaseFilter) pending(w *conditions) {
	if len(f.PendingIn) == 0 {
		return
	}
	w.add("p.status IN ? AND p.refunding = ''", f.PendingIn)
	w.add("EXISTS (SELECT 1 FROM tickets t WHERE t.purchase_id = p.id AND t.state <> 'concluded' AND " + ticketIsGood + ")")
}

// needs are the columns of purchases that the conditions speak of, beside those that every search needs.
func (f PurchaseFilter) needs() string {
	var columns []string
	if f.Transaction != "" {
		columns = append(columns, `"transaction"`)
	}
	if f.Subscribed != "" {
		columns = append(columns, "subscription_id")
	}
	if f.Status != "" || len(f.PendingIn) > 0 {
		columns = append(columns, "status")
	}
	if f.Product != "" || f.ProductID != "" || f.Kind != "" {
		columns = append(columns, "product_id")
	}
	if len(f.PendingIn) > 0 {
		columns = append(columns, "refunding", "quantity")
	}
	if len(columns) == 0 {
		return ""
	}
	return ", " + strings.Join(columns, ", ")
}
