package hotmart

import (
	"context"

	"github.com/aftersale/aftersale/actions"
)

// maxTickets is how many tickets of one buyer are listed.
const maxTickets = 100

// TicketsOf implements actions.TicketDesk: a buyer's tickets for an event, which is named by its product's code. Those that were
// paid back or taken away are listed as not valid, whatever they say of their check-in.
func (p *Platform) TicketsOf(ctx context.Context, _ string, product string, buyer actions.Email) ([]actions.RemoteTicket, error) {
	var all []actions.RemoteTicket
	for item, err := range allOf[participantItem](ctx, p, participantsOf(product, buyer), 3) {
		if isNotFound(err) {
			return nil, nil // it is no event there
		}
		if err != nil {
			return nil, err
		}
		if of, err := actions.ParseEmail(string(item.Buyer.Email)); err != nil || of.Key() != buyer.Key() {
			continue
		}
		ticket, err := ticketOf(item)
		if err != nil {
			return nil, err
		}
		if all = append(all, ticket); len(all) == maxTickets {
			break
		}
	}
	return all, nil
}
