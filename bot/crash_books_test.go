package main

import (
	"database/sql"
	"encoding/json"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
)

// The books are the tables as they are, read past the store: what checks the program must not trust it.
type crashBooks struct {
	requests      map[string]crashRequest // by key
	proposals     map[string]crashProposal
	audit         []crashEntry
	alarms        []string             // codes of the products
	mails         map[string]crashMail // by key
	ledger        []crashLedgerEntry
	purchases     map[string]crashPurchase // by transaction
	conversations map[string]crashConversation
	cards         []crashShownCard
	jobs          map[string]int // by kind and state, those that are not completed
}

type crashRequest struct {
	Key, Action, Target, State string
	Order                      crashOrder
}

// A crashOrder is the part of a payload that the check reads.
type crashOrder struct {
	ByBuyer bool `json:"by_buyer"`
	Result  struct {
		State    string `json:"state"`
		Proposal string `json:"proposal"`
	} `json:"result"`
}

type crashProposal struct {
	ID, Kind, Transaction, Status, ReplacedBy, RequestKey string
	Order                                                 crashOrder
}

type crashEntry struct {
	Action, Target string
	Data           crashEntryData
}

// A crashEntryData says which request or proposal an entry is about.
type crashEntryData struct {
	Request  string `json:"request"`
	Proposal string `json:"proposal"`
	Count    int    `json:"count"`
}

type crashMail struct {
	ID, Key, Recipient string
	Sent               bool
}

type crashLedgerEntry struct{ Key, Op, Transaction, NewEmail string }

type crashPurchase struct {
	Transaction, Status, Refunding, Email string
	EmailChanges                          int
}

type crashConversation struct {
	ID       string
	Open     bool
	Revision int
	Blob     []byte
}

type crashShownCard struct{ Subject, Message string }

// readBooks reads all tables.
func (r *crashRun) readBooks() *crashBooks {
	db := r.open()
	defer db.Close()
	b := &crashBooks{
		requests: map[string]crashRequest{}, proposals: map[string]crashProposal{}, mails: map[string]crashMail{},
		purchases: map[string]crashPurchase{}, conversations: map[string]crashConversation{}, jobs: map[string]int{},
	}
	var payload []byte
	var request crashRequest
	rows(r.t, db, `SELECT "key", action, target, state, payload FROM requests`, func() {
		request.Order = parsePayload[crashOrder](r.t, payload)
		b.requests[request.Key] = request
	}, &request.Key, &request.Action, &request.Target, &request.State, &payload)
	var p crashProposal
	rows(r.t, db, `SELECT id, kind, "transaction", status, replaced_by, request_key, payload FROM proposals`, func() {
		p.Order = parsePayload[crashOrder](r.t, payload)
		b.proposals[p.ID] = p
	}, &p.ID, &p.Kind, &p.Transaction, &p.Status, &p.ReplacedBy, &p.RequestKey, &payload)
	var e crashEntry
	rows(r.t, db, `SELECT action, target, data FROM audit_entries ORDER BY seq`, func() {
		e.Data = crashEntryData{}
		if len(payload) > 0 {
			e.Data = parsePayload[crashEntryData](r.t, payload)
		}
		b.audit = append(b.audit, e)
	}, &e.Action, &e.Target, &payload)
	var product string
	rows(r.t, db, `SELECT d.code FROM product_alarms a JOIN products d ON d.id = a.product_id`, func() { b.alarms = append(b.alarms, product) }, &product)
	var m crashMail
	rows(r.t, db, `SELECT id, "key", recipient, sent_at IS NOT NULL FROM mails`, func() { b.mails[m.Key] = m },
		&m.ID, &m.Key, &m.Recipient, &m.Sent)
	var l crashLedgerEntry
	rows(r.t, db, `SELECT "key", op, "transaction", new_email FROM ledger_entries`, func() { b.ledger = append(b.ledger, l) },
		&l.Key, &l.Op, &l.Transaction, &l.NewEmail)
	var sold crashPurchase
	rows(r.t, db, `SELECT p."transaction", p.status, p.refunding, p.email_changes, b.email FROM purchases p JOIN buyers b ON b.id = p.buyer_id`,
		func() { b.purchases[sold.Transaction] = sold },
		&sold.Transaction, &sold.Status, &sold.Refunding, &sold.EmailChanges, &sold.Email)
	var c crashConversation
	rows(r.t, db, `SELECT id, open, revision, blob FROM conversations`, func() {
		c.Blob = append([]byte(nil), payload...)
		b.conversations[c.ID] = c
	}, &c.ID, &c.Open, &c.Revision, &payload)
	var card crashShownCard
	rows(r.t, db, `SELECT subject, message FROM cards`, func() { b.cards = append(b.cards, card) }, &card.Subject, &card.Message)
	var kind, state string
	var count int
	rows(r.t, db, `SELECT kind, state, COUNT(*) FROM river_job WHERE state <> 'completed' GROUP BY kind, state`,
		func() { b.jobs[kind+" "+state] = count }, &kind, &state, &count)
	return b
}

// open opens the database with nothing of ours in between.
func (r *crashRun) open() *sql.DB {
	r.t.Helper()
	driver, address := "pgx", r.database
	if path, ok := strings.CutPrefix(r.database, "sqlite:"); ok {
		driver, address = "sqlite", "file:"+path
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		r.t.Fatal(err)
	}
	return db
}

// rows calls each for every row of a query, scanned into fields.
func rows(t *testing.T, db *sql.DB, query string, each func(), fields ...any) {
	t.Helper()
	found, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer found.Close()
	for found.Next() {
		if err := found.Scan(fields...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		each()
	}
	if err := found.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func parsePayload[T any](t *testing.T, payload []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(payload, &v); err != nil {
		t.Fatalf("payload %q: %v", payload, err)
	}
	return v
}

// byProposal reports whether a request carries an approved proposal out, and which.
func (q crashRequest) byProposal() (id string, ok bool) { return strings.CutPrefix(q.Key, "proposal/") }

// writes reports whether a request is one that goes to the commerce platform, or became a proposal.
func (q crashRequest) writes() bool {
	return q.Action == actions.KindRefund || q.Action == actions.KindEmail
}
