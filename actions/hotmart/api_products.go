package hotmart

import (
	"context"
	"net/http"
	"net/url"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/remote"
)

// products reads one page of the shop's products.
func (p *Platform) products(ctx context.Context, token string) (page[productItem], error) {
	return pageOf[productItem](ctx, p, listing{name: "list products", path: "/products/api/v1/products", size: 50}, token)
}

// events reads one page of the shop's products that are events with tickets: one event, if the platform keeps to that.
func (p *Platform) events(ctx context.Context, token string) (page[productItem], error) {
	return pageOf[productItem](ctx, p, listing{name: "list events", path: "/products/api/v1/products", query: url.Values{"format": {formatTickets}}, size: 1}, token)
}

// formatTickets is the platform's word for a product that is sold as tickets.
const formatTickets = "ETICKET"

// participants reads one page of an event's tickets; email is a buyer's, or empty. The event's id is its product's.
func (p *Platform) participants(ctx context.Context, event string, email actions.Email, token string) (page[participantItem], error) {
	return pageOf[participantItem](ctx, p, participantsOf(event, email), token)
}

func participantsOf(event string, email actions.Email) listing {
	query := url.Values{"ticket_type": {"ALL"}, "checkin_status": {"ALL"}}
	if email != "" {
		query.Set("buyer_email", string(email))
	}
	return listing{name: "list the tickets of an event", path: "/events/api/v1/" + url.PathEscape(event) + "/participants", query: query}
}

// clubListing lists the users of a members area whose address contains a text.
func clubListing(subdomain string, email actions.Email) listing {
	return listing{name: "find a user of the members area", path: "/club/api/v1/users", query: url.Values{"subdomain": {subdomain}, "email": {string(email)}}}
}

// isNotFound reports that the platform knows nothing under what was asked for.
func isNotFound(err error) bool {
	e := remote.AsError(err)
	return e != nil && e.Status == http.StatusNotFound && !e.Odd
}

// isForbidden reports that this credential may not see what was asked for.
func isForbidden(err error) bool {
	e := remote.AsError(err)
	return e != nil && e.Status == http.StatusForbidden && !e.Odd && !e.Unsent
}
