package actions

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// The links of mails about tickets: TicketsPath shows all tickets of a purchase, TicketPath one of them, which can be passed
// on to whoever comes. Their words follow.
const (
	TicketsPath = PagesPath + "tickets/"
	TicketPath  = PagesPath + "ticket/"
)

// linkTickets is the purpose of both.
const linkTickets linkPurpose = "tickets"

// ticketsLife is how long such a link is good. Tickets are bought long before; that the event is over ends it too.
const ticketsLife = 400 * 24 * time.Hour

// ticketsLink names all tickets of a purchase, and ticketLink one, for signing.
func ticketsLink(p Purchase) string           { return "p" + holder(p) + "-" + p.ID }
func ticketLink(p Purchase, id string) string { return "t" + holder(p) + "-" + id }

// holder stands for whoever has the purchase: when it moves to another address, the links that went to the old one are good
// for nothing. The link is sealed, so it may be short.
func holder(p Purchase) string {
	sum := sha256.Sum256([]byte(p.ID + "\n" + p.Buyer.Email.Key()))
	return hex.EncodeToString(sum[:4])
}

// parseTicketLink takes such a name apart.
func parseTicketLink(subject string) (one bool, holder, id string, ok bool) {
	head, id, ok := strings.Cut(subject, "-")
	if !ok || len(head) != 9 || id == "" || head[0] != 'p' && head[0] != 't' {
		return false, "", "", false
	}
	return head[0] == 't', head[1:], id, true
}

// ticketURL is where the reader of a mail about tickets goes; empty when there is no public address.
func (c *Core) ticketURL(subject string, at time.Time) string {
	if subject == "" || !c.hasPages() {
		return ""
	}
	path := TicketsPath
	if subject[0] == 't' {
		path = TicketPath
	}
	return strings.TrimRight(c.publicURL(), "/") + path + c.signLink(linkTickets, subject, at.Add(ticketsLife))
}
