package telegram

import (
	"context"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/flows/flow"
)

// TestWhatMustNotStayIsDeleted: a document that was typed goes from the chat, also when it is gone already; other messages
// stay.
func TestWhatMustNotStayIsDeleted(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, mode string) {
		w := run(t, mode, desk(func(ctx context.Context, in flow.Inbound, on flow.Screen) error {
			typed, _ := in.Input.(flow.Typed)
			_, err := on.Show(ctx, flow.Shown{Title: "Read", Ended: true, Erase: strings.HasPrefix(typed.Text, "529")})
			return err
		}))
		w.say(ana, "hello")
		w.say(ana, "529.982.247-25")
		w.fake.Next("deleteMessage", faketelegram.Fault{Code: 400, Description: "Bad Request: message to delete not found"})
		w.say(ana, "529.982.247-25 ")
		said := ""
		for _, m := range w.fake.Messages(ana) {
			said += m.Text + "|"
		}
		if strings.Count(said, "529") != 1 || !strings.Contains(said, "hello") || strings.Count(said, "Read") != 3 { // one could not be deleted
			t.Errorf("the chat has %s", said)
		}
	})
}
