package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/aftersale/aftersale/adapters/chat"
)

// An api calls methods of the Bot API. The library speaks the protocol; it knows neither contexts nor how to keep the
// token, which is a part of every address, out of its errors: both are added here.
type api struct {
	token    string
	endpoint string
	base     string // of files
	http     *http.Client
	redact   *chat.Redactor
}

func newAPI(token, base string, client *http.Client) *api {
	own := http.Client{}
	if client != nil {
		own = *client
	}
	// Whoever redirects a call would be given the token.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	endpoint := strings.ReplaceAll(base, "%", "%%") + "/bot%s/%s"
	return &api{token: token, endpoint: endpoint, base: base, http: &own, redact: chat.NewRedactor(token)}
}

// call posts a method and decodes its result, which may be nil. Its errors hold no token; what Telegram refused is a
// *tgbotapi.Error inside.
func (c *api) call(ctx context.Context, method string, params tgbotapi.Params, out any) error {
	return c.made(ctx, method, out, func(bot *tgbotapi.BotAPI) (*tgbotapi.APIResponse, error) { return bot.MakeRequest(method, params) })
}

// upload posts a method with a file. Its errors are those of call. params are the caller's again when it returns: the library
// may still be reading its own when Telegram has hung up.
func (c *api) upload(ctx context.Context, method string, params tgbotapi.Params, file tgbotapi.RequestFile, out any) error {
	params = maps.Clone(params)
	return c.made(ctx, method, out, func(bot *tgbotapi.BotAPI) (*tgbotapi.APIResponse, error) {
		answer, err := bot.UploadFiles(method, params, []tgbotapi.RequestFile{file})
		var refused *tgbotapi.Error
		if errors.As(err, &refused) && answer != nil {
			refused.Code = answer.ErrorCode // the library forgets it here
		}
		return answer, err
	})
}

func (c *api) made(ctx context.Context, method string, out any, make func(*tgbotapi.BotAPI) (*tgbotapi.APIResponse, error)) error {
	carrier := &carrier{ctx: ctx, http: c.http}
	bot := tgbotapi.BotAPI{Token: c.token, Client: carrier}
	bot.SetAPIEndpoint(c.endpoint)
	answer, err := make(&bot)
	if err == nil && out != nil {
		err = json.Unmarshal(answer.Result, out)
	}
	var refused *tgbotapi.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		err = fmt.Errorf("telegram %s: %d %w", method, refused.Code, err)
	case carrier.status != "":
		err = fmt.Errorf("telegram %s: the answer %q is none of the Bot API's: %w", method, carrier.status, err)
	default:
		err = fmt.Errorf("telegram %s: %w", method, err)
	}
	return c.redact.Error(err)
}

func (c *api) getMe(ctx context.Context) (me tgbotapi.User, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return me, c.call(ctx, "getMe", nil, &me)
}

// A carrier is the library's HTTP client for one call: it gives the request its context.
type carrier struct {
	ctx    context.Context
	http   *http.Client
	status string // of the answer, once there is one
}

// Do implements tgbotapi.HTTPClient.
func (c *carrier) Do(r *http.Request) (*http.Response, error) {
	answer, err := c.http.Do(r.WithContext(c.ctx)) // #nosec G704 -- the address is the operator's api_url
	if err != nil {
		var around *url.Error
		if errors.As(err, &around) {
			err = around.Err // the address, with the token, goes no further
		}
		return nil, err
	}
	c.status = answer.Status
	answer.Body = body{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	return answer, nil
}

// A body is limited, and read to its end when it is closed, so that the connection can be used again.
type body struct {
	io.Reader
	closer io.Closer
}

// Close implements io.Closer.
func (b body) Close() error {
	_, _ = io.CopyN(io.Discard, b.Reader, 4<<10) // what remains is a line break
	return b.closer.Close()
}

// refusal is what Telegram said no with; nil for any other error.
func refusal(err error) *tgbotapi.Error {
	var refused *tgbotapi.Error
	if errors.As(err, &refused) {
		return refused
	}
	return nil
}

// says reports whether Telegram refused with one of the phrases.
func says(err error, phrases ...string) bool {
	refused := refusal(err)
	if refused == nil {
		return false
	}
	for _, p := range phrases {
		if strings.Contains(strings.ToLower(refused.Message), p) {
			return true
		}
	}
	return false
}

// revoked reports whether the token is worthless: 401 for one that was taken back, 404 for one that never was.
func revoked(err error) bool {
	refused := refusal(err)
	return refused != nil && (refused.Code == http.StatusUnauthorized || refused.Code == http.StatusNotFound)
}

// neverSent reports whether a call cannot have reached Telegram, so that repeating it doubles nothing.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
