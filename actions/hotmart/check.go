package hotmart

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aftersale/aftersale/actions/remote"
)

// Check reports whether the credential is good, by a call that changes nothing. Its errors say what to do, for whoever installs.
// What the owner of the credential is called is not read (user/me, July 2026: its shape is not documented), so an account that it does
// not answer is asked for one product instead.
func (p *Platform) Check(ctx context.Context) error {
	_, err := p.read(ctx, remote.Call{Name: "read who we are", Path: "/user/api/v1/me", Once: true})
	if e := remote.AsError(err); e != nil && !e.Unsent && e.Status != http.StatusUnauthorized {
		_, err = pageOf[productItem](ctx, p, listing{name: "list a product", path: "/products/api/v1/products", size: 1}, "")
	}
	e := remote.AsError(err)
	switch {
	case err == nil:
		return nil
	case e == nil:
		return err
	case e.Status == http.StatusUnauthorized, e.Call == tokenCall && e.Rejected() && e.Status != http.StatusTooManyRequests:
		return fmt.Errorf("hotmart does not accept the credential (%w): copy client_id and client_secret again from Tools > Developer credentials, of the kind that belongs to the address", e)
	case e.Status == http.StatusForbidden:
		return fmt.Errorf("hotmart accepts the credential and lets it do nothing (%w): make one as the owner of the products", e)
	case e.Status == http.StatusTooManyRequests || e.After > 0:
		return fmt.Errorf("hotmart has no calls left for now (%w): try again in a minute", e)
	case e.Status >= 500 || e.Odd:
		return fmt.Errorf("hotmart has a problem (%w): look at status.hotmart.com", e)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), e.Status == 0:
		return fmt.Errorf("hotmart does not answer (%w): check hotmart.api_url, hotmart.auth_url and the way out to the internet", e)
	}
	return fmt.Errorf("hotmart answers what is not expected (%w)", e)
}
