package slack

import (
	"context"
	"errors"

	"github.com/slack-go/slack"
)

func (c *api) authTest(ctx context.Context) (answer *slack.AuthTestResponse, err error) {
	err = c.call(ctx, "auth.test", func(ctx context.Context) error {
		answer, err = c.bot.AuthTestContext(ctx)
		return err
	})
	return answer, err
}

// post posts to a channel, or to a person by his id, and returns the message's id.
func (c *api) post(ctx context.Context, chat, thread string, m message) (id string, err error) {
	options := m.lasting()
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	err = c.call(ctx, "chat.postMessage", func(ctx context.Context) error {
		channel, ts, err := c.bot.PostMessageContext(ctx, chat, options...)
		id = messageID(channel, ts)
		return err
	})
	return id, err
}

// whisper posts a message to one member of a channel.
func (c *api) whisper(ctx context.Context, channel, thread, user string, m message) error {
	options := m.options()
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	return c.call(ctx, "chat.postEphemeral", func(ctx context.Context) error {
		_, err := c.bot.PostEphemeralContext(ctx, channel, user, options...)
		return err
	})
}

func (c *api) update(ctx context.Context, id string, m message) error {
	channel, ts, ok := splitID(id)
	if !ok {
		return errNotEditable
	}
	return c.call(ctx, "chat.update", func(ctx context.Context) error {
		_, _, _, err := c.bot.UpdateMessageContext(ctx, channel, ts, m.lasting()...)
		return err
	})
}

func (c *api) remove(ctx context.Context, id string) error {
	channel, ts, ok := splitID(id)
	if !ok {
		return errNotEditable
	}
	return c.call(ctx, "chat.delete", func(ctx context.Context) error {
		_, _, err := c.bot.DeleteMessageContext(ctx, channel, ts)
		return err
	})
}

func (c *api) openView(ctx context.Context, trigger string, v slack.ModalViewRequest) error {
	return c.call(ctx, "views.open", func(ctx context.Context) error {
		_, err := c.bot.OpenViewContext(ctx, trigger, v)
		return err
	})
}

func (c *api) updateView(ctx context.Context, id string, v slack.ModalViewRequest) error {
	return c.call(ctx, "views.update", func(ctx context.Context) error {
		_, err := c.bot.UpdateViewContext(ctx, v, "", "", id)
		return err
	})
}

func (c *api) publishHome(ctx context.Context, user string, v slack.HomeTabViewRequest) error {
	return c.call(ctx, "views.publish", func(ctx context.Context) error {
		_, err := c.bot.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: v})
		return err
	})
}

// direct is the channel in which the bot and one person write to each other.
func (c *api) direct(ctx context.Context, user string) (channel string, err error) {
	err = c.call(ctx, "conversations.open", func(ctx context.Context) error {
		answer, _, _, err := c.bot.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		switch {
		case err != nil:
			return err
		case answer == nil || answer.ID == "":
			return errNoChannel
		}
		channel = answer.ID
		return nil
	})
	return channel, err
}

var errNoChannel = errors.New("no channel in the answer")
