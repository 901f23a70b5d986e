package actions

import (
	"context"
	"strconv"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// A CaseQueue is a part of the open cases, as the team works through them.
type CaseQueue string

// The queues.
const (
	QueueMine       CaseQueue = "mine"
	QueueUnassigned CaseQueue = "unassigned"
	QueueTeam       CaseQueue = "team"    // waiting for us
	QueueOverdue    CaseQueue = "overdue" // promised earlier than now
	QueueBuyer      CaseQueue = "buyer"   // waiting for the buyer
	QueueSnoozed    CaseQueue = "snoozed"
	QueueClosed     CaseQueue = "closed"
)

// CaseQueues lists them in the order in which they are offered.
var CaseQueues = []CaseQueue{QueueMine, QueueUnassigned, QueueTeam, QueueOverdue, QueueBuyer, QueueSnoozed, QueueClosed}

// A CasePage is a part of a list of cases.
type CasePage struct {
	Cases []Case
	Next  string // cursor of the next page; empty on the last
}

// Cases lists the cases of a queue, the most urgent first; closed ones the latest first.
//
// Errors: Invalid for a cursor or queue that is none; Denied for buyers; Unavailable.
func (c *Core) Cases(ctx context.Context, who Actor, queue CaseQueue, cursorText string, limit int) (CasePage, error) {
	if err := mayWorkCases(who); err != nil {
		return CasePage{}, err
	}
	from, err := parseCursor(cursorText)
	if err != nil {
		return CasePage{}, err
	}
	size := Filter{Limit: limit}.size()
	f := store.CaseFilter{Account: who.Account, After: store.Cursor{At: from.At, ID: from.ID}, Limit: size + 1}
	nobody := ""
	switch queue {
	case QueueMine:
		f.Assignee, f.Open = &who.ID, true
	case QueueUnassigned:
		f.Assignee, f.Open = &nobody, true
	case QueueOverdue:
		f.Status, f.DueBy = string(CaseTeam), c.now()
	case QueueTeam, QueueBuyer, QueueSnoozed:
		f.Status = string(queue)
	case QueueClosed:
		f.Status, f.Newest = string(queue), true
	default:
		return CasePage{}, &Error{Code: Invalid, Key: "error.not_an_option", Field: "queue"}
	}
	s := c.store.In(ctx)
	rows, err := s.Cases(f)
	if err != nil {
		return CasePage{}, failed("list cases", err)
	}
	var page CasePage
	if len(rows) > size {
		rows = rows[:size]
		page.Next = cursor{At: rows[size-1].DueAt, ID: rows[size-1].ID}.String()
	}
	page.Cases, err = c.toCases(s, rows)
	return page, failed("list cases", err)
}

// CaseCounts says how many open cases each queue has.
//
// Errors: Denied for buyers; Unavailable.
func (c *Core) CaseCounts(ctx context.Context, who Actor) (map[CaseQueue]int, error) {
	if err := mayWorkCases(who); err != nil {
		return nil, err
	}
	found, err := c.store.In(ctx).CountCases(who.Account, who.ID, c.now())
	if err != nil {
		return nil, failed("count cases", err)
	}
	counts := map[CaseQueue]int{}
	for queue, n := range found {
		counts[CaseQueue(queue)] = n
	}
	return counts, nil
}

// OwnCases lists the cases of a buyer, the newest first: those that are open, and those that his next message would open
// again; with all set, the others too. before is the number of the last case of the page before; 0 for the first.
//
// Errors: Denied for the team; Unavailable.
func (c *Core) OwnCases(ctx context.Context, who Actor, all bool, before int64, limit int) ([]Case, error) {
	if !who.Is(BuyerRole) {
		return nil, &Error{Code: Denied, Key: "error.role"}
	}
	s := c.store.In(ctx)
	rows, err := s.CasesOf(who.Account, who.Buyers, who.Identity, before, manyCases)
	if err != nil {
		return nil, failed("list a buyer's cases", err)
	}
	var some []store.Case
	for _, r := range rows {
		may := all
		if !may && len(some) < limit {
			if may, err = c.mayReopen(s, r); err != nil {
				return nil, failed("list a buyer's cases", err)
			}
		}
		if may && len(some) < limit {
			some = append(some, r)
		}
	}
	own, err := c.toCases(s, some)
	return own, failed("list a buyer's cases", err)
}

// FindCases finds cases for the team: by number, such as "#1042", or by whatever finds a buyer's purchases, the newest first.
//
// Errors: NotFound (query); Invalid; Denied for buyers; Unavailable.
func (c *Core) FindCases(ctx context.Context, who Actor, query string, f Filter, limit int) ([]Case, error) {
	if err := mayWorkCases(who); err != nil {
		return nil, err
	}
	s := c.store.In(ctx)
	if number, ok := ParseCaseNumber(query); ok {
		row, err := s.CaseByNumber(who.Account, number)
		if isNone(err) {
			return nil, &Error{Code: NotFound, Key: "case.no_number", Field: "query", Args: map[string]any{"number": strconv.FormatInt(number, 10)}}
		}
		if err != nil {
			return nil, failed("find a case", err)
		}
		found, err := c.toCases(s, []store.Case{row})
		return found, failed("find a case", err)
	}
	f.Limit = maxLimit
	page, err := c.Find(ctx, who, f)
	if err != nil {
		return nil, err
	}
	var buyers []string
	for _, p := range page.Purchases {
		buyers = append(buyers, p.Buyer.ID)
	}
	if len(buyers) == 0 {
		return nil, nil
	}
	rows, err := s.CasesOf(who.Account, buyers, "", 0, limit)
	if err != nil {
		return nil, failed("find cases of buyers", err)
	}
	found, err := c.toCases(s, rows)
	return found, failed("find cases of buyers", err)
}

// HasCases reports whether the buyer of a purchase has asked the team anything.
//
// Errors: NotFound; Denied for buyers; Unavailable.
func (c *Core) HasCases(ctx context.Context, who Actor, t Transaction) (bool, error) {
	if err := mayWorkCases(who); err != nil {
		return false, err
	}
	s := c.store.In(ctx)
	full, _, err := c.read(s.PurchaseByTransaction, who, t)
	if err != nil {
		return false, failed("load a purchase", err)
	}
	rows, err := s.CasesOf(who.Account, []string{full.Buyer.ID}, "", 0, 1)
	return len(rows) > 0, failed("look for cases of a buyer", err)
}

// ParseCaseNumber reads "#1042" or "1042".
func ParseCaseNumber(text string) (int64, bool) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "#")
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n > 0 && len(text) < 10
}
