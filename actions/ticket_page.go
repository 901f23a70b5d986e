package actions

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A TicketPageState says whether the tickets behind a link can be used.
type TicketPageState string

// The states.
const (
	TicketsGood TicketPageState = "good"
	TicketsVoid TicketPageState = "void" // the purchase is not paid any more, or is being paid back: nothing personal is shown
	TicketsOver TicketPageState = "over" // the event is: likewise
)

// A TicketPage is what a link from a mail shows: all tickets of a purchase, or one.
type TicketPage struct {
	State        TicketPageState
	One          bool
	Shop         string
	SupportEmail string
	Locale       string // of the buyer's mails
	Timezone     string // of the event's place, as far as known
	Product      Product
	Tickets      []PageTicket // only while they are good
}

// A PageTicket is one ticket as its holder sees it.
type PageTicket struct {
	Ticket
	Of       int        // how many the purchase has
	Document string     // masked; empty: none
	Code     TicketCode // what the door reads; empty until the ticket is complete
	Words    string     // of a link of its own
}

// TicketPage returns what the words of a link show. It changes nothing: mail scanners open links.
//
// Errors: NotFound for words that we did not sign, that are too old, or that went to an address which the purchase has left;
// Unavailable.
func (c *Core) TicketPage(ctx context.Context, words string) (TicketPage, error) {
	page, err := c.ticketPage(c.store.In(ctx), words)
	return page, failed("show tickets", err)
}

func (c *Core) ticketPage(s *store.Store, words string) (TicketPage, error) {
	l, err := c.followTickets(s, words)
	if err != nil {
		return TicketPage{}, err
	}
	account, err := s.Account(l.account)
	if err != nil {
		return TicketPage{}, err
	}
	p := l.purchase
	page := TicketPage{State: TicketsGood, One: l.ticket != "", Shop: account.Name, SupportEmail: account.SupportEmail, Product: p.Product,
		Locale: firstLocale(p.Buyer.Locale, account.Locale), Timezone: account.Timezone}
	if p.Product.SupportEmail != "" {
		page.SupportEmail = p.Product.SupportEmail
	}
	if p.Product.Event.Timezone != "" {
		page.Timezone = p.Product.Event.Timezone
	}
	switch {
	case !admits(p):
		page.State = TicketsVoid
		return page, nil
	case p.Product.Event.IsOver(c.now()):
		page.State = TicketsOver
		return page, nil
	}
	rows, err := c.goodTickets(s, p)
	if err != nil {
		return TicketPage{}, err
	}
	for _, r := range rows {
		if l.ticket != "" && r.ID != l.ticket {
			continue
		}
		t, err := c.pageTicket(r, len(rows))
		if err != nil {
			return TicketPage{}, err
		}
		t.Words = c.signLink(linkTickets, ticketLink(p, r.ID), l.until)
		page.Tickets = append(page.Tickets, t)
	}
	if len(page.Tickets) == 0 {
		page.State = TicketsVoid
	}
	return page, nil
}

func (c *Core) pageTicket(r store.Ticket, of int) (PageTicket, error) {
	t := PageTicket{Ticket: toTicket(r), Of: of}
	if document, err := c.vault.Open(useTicketDocument, r.ID, r.Document); err == nil && len(document) > 0 {
		t.Document = maskedEnd(string(document))
	}
	if t.State != TicketConcluded || len(r.Code) == 0 {
		return t, nil
	}
	var err error
	t.Code, err = c.codeOf(r)
	return t, err
}

// maskedEnd shows the last two characters of a document, of whatever country.
func maskedEnd(s string) string {
	letters := []rune(s)
	return "•••" + string(letters[max(len(letters)-2, 0):])
}

// A followed is where a link leads.
type followed struct {
	account  string
	purchase Purchase
	ticket   string // id; empty: all of the purchase
	until    time.Time
}

// followTickets finds what the words of a link are about.
func (c *Core) followTickets(s *store.Store, words string) (followed, error) {
	subject, until, ok := c.openLink(linkTickets, words, true)
	if !ok || c.now().After(until) {
		return followed{}, noLink()
	}
	one, holds, id, ok := parseTicketLink(subject)
	if !ok {
		return followed{}, noLink()
	}
	l := followed{until: until}
	if one {
		l.ticket = id
		id = id[:max(strings.LastIndexByte(id, '-'), 0)]
	}
	row, err := s.PurchaseByID(id)
	if errors.Is(err, store.ErrNotFound) {
		return followed{}, noLink()
	}
	if err != nil {
		return followed{}, err
	}
	l.account = row.AccountID
	_, l.purchase, err = c.read(s.PurchaseByTransaction, systemActor(row.AccountID), Transaction(row.Transaction))
	if err == nil && holder(l.purchase) != holds {
		err = noLink()
	}
	return l, err
}
