package discord

import (
	"context"
	"net/http"
)

// The calls that are made, each with its route.

// respond sends the first answer to an interaction and returns the id of the message that it made, if it made one.
// It may be repeated: the second time Discord says that it has the first.
func (c *api) respond(ctx context.Context, i interaction, answer callback) (string, error) {
	var out struct {
		Resource struct {
			Message struct {
				ID string `json:"id"`
			} `json:"message"`
		} `json:"resource"`
	}
	err := c.do(ctx, request{
		method: http.MethodPost, path: "interactions/" + i.ID + "/" + i.Token + "/callback?with_response=true",
		route: "interactions/callback", body: answer, into: &out, bare: true, again: true, within: respondWithin / 2,
	})
	return out.Resource.Message.ID, err
}

// A sent message, of which nothing but the id is needed.
type sent struct {
	ID         string      `json:"id"`
	Components []component `json:"components"`
}

// editFirst changes the first answer: the message that it made, or the one that it promised to change.
func (c *api) editFirst(ctx context.Context, i interaction, m any) (string, error) {
	var out sent
	err := c.do(ctx, request{
		method: http.MethodPatch, path: "webhooks/" + i.ApplicationID + "/" + i.Token + "/messages/@original",
		route: "webhooks/messages/@original", body: m, into: &out, bare: true, again: true,
	})
	return out.ID, err
}

// first returns the first answer: the message that it made, or the one that it promised to change.
func (c *api) first(ctx context.Context, i interaction) (out sent, err error) {
	err = c.do(ctx, request{
		method: http.MethodGet, path: "webhooks/" + i.ApplicationID + "/" + i.Token + "/messages/@original",
		route: "webhooks/messages/@original", into: &out, bare: true, again: true,
	})
	return out, err
}

// dropFirst takes back a promised answer.
func (c *api) dropFirst(ctx context.Context, i interaction) error {
	return c.do(ctx, request{
		method: http.MethodDelete, path: "webhooks/" + i.ApplicationID + "/" + i.Token + "/messages/@original",
		route: "webhooks/messages/@original", bare: true, again: true,
	})
}

// follow sends another message in answer to an interaction. It is not repeated when its answer is lost: a missing card
// is asked for again, one that stands twice confuses.
func (c *api) follow(ctx context.Context, i interaction, m message) (string, error) {
	var out sent
	err := c.do(ctx, request{
		method: http.MethodPost, path: "webhooks/" + i.ApplicationID + "/" + i.Token + "?wait=true",
		route: "webhooks", body: m, into: &out, bare: true,
	})
	return out.ID, err
}

// post sends a message into a channel. With a nonce it may be repeated: Discord then returns the one it has.
func (c *api) post(ctx context.Context, channel string, m message) (string, error) {
	var out sent
	err := c.do(ctx, request{
		method: http.MethodPost, path: "channels/" + channel + "/messages", route: "channels/" + channel + "/messages",
		body: m, into: &out, again: m.EnforceNonce,
	})
	return out.ID, err
}

// edit changes a message of ours.
func (c *api) edit(ctx context.Context, channel, id string, m message) error {
	return c.do(ctx, request{
		method: http.MethodPatch, path: "channels/" + channel + "/messages/" + id, route: "channels/" + channel + "/messages/{message}",
		body: m, again: true,
	})
}

// direct opens the private chat with a person, or finds it.
func (c *api) direct(ctx context.Context, user string) (string, error) {
	var out sent
	err := c.do(ctx, request{
		method: http.MethodPost, path: "users/@me/channels", route: "users/@me/channels",
		body: map[string]string{"recipient_id": user}, into: &out, again: true,
	})
	return out.ID, err
}

// writing shows that an answer is being written.
func (c *api) writing(ctx context.Context, channel string) error {
	return c.do(ctx, request{method: http.MethodPost, path: "channels/" + channel + "/typing", route: "channels/" + channel + "/typing"})
}

// get reads something that the bot may see.
func (c *api) get(ctx context.Context, path string, into any) error {
	return c.do(ctx, request{method: http.MethodGet, path: path, route: path, into: into, again: true})
}
