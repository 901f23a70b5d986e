package hotmart

import (
	"context"
	"net/http"

	"github.com/aftersale/aftersale/actions/remote"
)

// call makes a call with an access token. One that is refused for its token was not carried out: it is made once more with a new
// token, writes too.
//
// Errors: *remote.Error.
func (p *Platform) call(ctx context.Context, c remote.Call) (remote.Answer, error) {
	refused := ""
	for {
		token, err := p.auth.get(ctx, refused)
		if err != nil {
			e := remote.AsError(err)
			e.Unsent = true // the call itself
			return remote.Answer{}, e
		}
		c.Header = http.Header{"Authorization": {"Bearer " + token}}
		c.Secrets = []string{token, p.auth.secret}
		answer, err := p.api.Do(ctx, c)
		if e := remote.AsError(err); e == nil || e.Status != http.StatusUnauthorized || e.Odd || refused != "" {
			return answer, err
		}
		refused = token
	}
}

// read reads something into a value. Nothing there, which the platform says by an empty answer, leaves it as it is.
func (p *Platform) read(ctx context.Context, c remote.Call) (remote.Answer, error) {
	c.Method = http.MethodGet
	return p.call(ctx, c)
}
