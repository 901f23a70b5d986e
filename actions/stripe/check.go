package stripe

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aftersale/aftersale/actions/remote"
)

// Check reports whether the key is good, by a reading that the program needs anyhow: a key may be restricted. Its errors say what to
// do, for whoever installs.
func (p *Platform) Check(ctx context.Context) error {
	var one list[head]
	err := p.get(ctx, "list a charge", "/v1/charges", url.Values{"limit": {"1"}}, &one)
	if err == nil && one.Object != "list" {
		err = errOdd
	}
	e := remote.AsError(err)
	switch {
	case err == nil:
		return nil
	case e == nil:
		return fmt.Errorf("stripe answers what is not expected (%w): check stripe.api_url", err)
	case e.Status == http.StatusUnauthorized:
		return fmt.Errorf("stripe does not accept the key (%w): copy stripe.secret_key again from Developers > API keys", e)
	case e.Status == http.StatusForbidden:
		return fmt.Errorf("stripe accepts the key and does not let it read charges (%w): docs/stripe.md says what a restricted key needs", e)
	case e.Status == 0:
		return fmt.Errorf("stripe does not answer (%w): check stripe.api_url and the way out to the internet", e)
	}
	return fmt.Errorf("stripe has a problem (%w): look at status.stripe.com", e)
}
