package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/aftersale/aftersale/adapters/chat"
)

// Check tries what the adapter needs, for `doctor`. It posts nothing.
func (a *Adapter) Check(ctx context.Context, publicURL string) []chat.Finding {
	all := a.checkToken(ctx)
	if all[0].State == chat.Fail {
		return all // nothing else can be asked
	}
	if a.Mode == Socket {
		all = append(all, a.checkSocket(ctx))
	} else {
		all = append(all, a.checkAddress(ctx, publicURL))
	}
	for _, c := range []struct{ key, id string }{{"approvals_channel", a.ApprovalsChannel}, {"cases_channel", a.CasesChannel}} {
		all = append(all, a.checkChannel(ctx, "slack."+c.key, c.id))
	}
	return all
}

// checkToken asks who we are, and compares the token's scopes (header X-OAuth-Scopes) with what the bot needs.
func (a *Adapter) checkToken(ctx context.Context) []chat.Finding {
	answer, err := a.api.authTest(ctx)
	switch {
	case fatal(err):
		return []chat.Finding{{State: chat.Fail, Check: "slack token", Text: fmt.Sprintf("%s: copy the Bot User OAuth Token of the page Install App to slack.bot_token", code(err))}}
	case err != nil:
		return []chat.Finding{{State: chat.Fail, Check: "slack token", Text: fmt.Sprintf("%v: check slack.api_url and the way to it", err)}}
	}
	all := []chat.Finding{{State: chat.OK, Check: "slack token", Text: fmt.Sprintf("%s in the workspace %s (%s)", answer.User, answer.Team, answer.TeamID)}}
	header := answer.Header.Get("X-OAuth-Scopes")
	if header == "" {
		return append(all, chat.Finding{State: chat.Warn, Check: "slack scopes", Text: "Slack did not say which scopes the token has: compare them with the manifest of `aftersale setup slack`"})
	}
	has := strings.FieldsFunc(header, func(r rune) bool { return r == ',' || r == ' ' })
	var missing []string
	for _, s := range scopes {
		if !slices.Contains(has, s) {
			missing = append(missing, s)
		}
	}
	if len(missing) > 0 {
		return append(all, chat.Finding{State: chat.Fail, Check: "slack scopes", Text: "missing " + strings.Join(missing, ", ") +
			": paste the manifest of `aftersale setup slack` into the page App Manifest, then reinstall the app on the page Install App"})
	}
	return append(all, chat.Finding{State: chat.OK, Check: "slack scopes", Text: strings.Join(scopes, ", ")})
}

// checkSocket asks for a connection and does not open it.
func (a *Adapter) checkSocket(ctx context.Context) chat.Finding {
	f := chat.Finding{State: chat.OK, Check: "slack socket", Text: "Slack hands out a connection"}
	err := a.api.call(ctx, "apps.connections.open", func(ctx context.Context) error {
		_, _, err := a.api.bot.StartSocketModeContext(ctx)
		return err
	})
	switch {
	case err == nil:
		return f
	case is(err, "missing_scope", "not_allowed_token_type"):
		f.Text = code(err) + ": slack.app_token has to be an App-Level Token (xapp-…) with the scope connections:write, made on the page Basic Information"
	case fatal(err):
		f.Text = code(err) + ": make a new App-Level Token with connections:write on the page Basic Information and put it into slack.app_token"
	default:
		f.Text = fmt.Sprintf("%v: is Socket Mode on (page Socket Mode)? else set slack.mode to http", err)
	}
	f.State = chat.Fail
	return f
}

// checkAddress calls our own public address as Slack does when the events URL is saved: signed, with a challenge.
func (a *Adapter) checkAddress(ctx context.Context, public string) chat.Finding {
	f := chat.Finding{State: chat.Fail, Check: "slack address"}
	if u, err := url.Parse(public); err != nil || u.Scheme != "https" || u.Host == "" {
		f.Text = "public_url is no https address, and with slack.mode http Slack has to find one; or set slack.mode to socket"
		return f
	}
	at := address(public, eventsRoute)
	const challenge = "aftersale-doctor"
	said, err := a.challenge(ctx, at, challenge)
	switch {
	case err != nil:
		f.State = chat.Warn
		f.Text = fmt.Sprintf("%s does not answer (%v): start `aftersale serve`, and check the proxy in front of it", at, err)
	case said != challenge:
		f.Text = at + " answers, but not as this bot: check the proxy's path, and that it runs with the same slack.signing_secret"
	default:
		f.State, f.Text = chat.OK, at+" answers; the app's Request URLs have to be this one, "+commandsRoute+" and "+interactionsRoute
	}
	return f
}

func (a *Adapter) challenge(ctx context.Context, at, challenge string) (string, error) {
	body := []byte(`{"type":"url_verification","challenge":"` + challenge + `"}`)
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	stamp := strconv.FormatInt(a.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(a.SigningSecret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	answer, err := a.HTTP.Do(r)
	if err != nil {
		return "", a.api.safe("address", err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 1024))
	return string(said), err
}

// checkChannel looks whether the bot is in a channel that it posts to.
func (a *Adapter) checkChannel(ctx context.Context, key, id string) chat.Finding {
	f := chat.Finding{State: chat.Fail, Check: key}
	if id == "" {
		f.State, f.Text = chat.Warn, "is not set: nothing is posted there; put a channel's id (C…) into "+key
		return f
	}
	var channel *slack.Channel
	err := a.api.call(ctx, "conversations.info", func(ctx context.Context) (err error) {
		channel, err = a.api.bot.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		return err
	})
	invite := "write `/invite @" + product + "` in it"
	switch {
	case is(err, "channel_not_found"):
		f.Text = id + " is not found: take the id at the end of the channel's details; if the channel is private, " + invite
	case is(err, "missing_scope"):
		f.State, f.Text = chat.Warn, "cannot be looked at without channels:read and groups:read; if posts are missing there, "+invite
	case err != nil:
		f.Text = err.Error()
	case channel.IsArchived:
		f.Text = "#" + channel.Name + " is archived: restore it, or choose another"
	case !channel.IsMember:
		f.Text = "the bot is not in #" + channel.Name + ": " + invite
	default:
		f.State, f.Text = chat.OK, "the bot is in #"+channel.Name
	}
	return f
}
