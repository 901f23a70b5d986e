package slack

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/flows/flow"
)

func TestUnreachable(t *testing.T) {
	t.Parallel()
	o := openOffice(t, HTTP, answering(card("x")))
	post := o.adapter.Poster()
	for code, why := range map[string]string{
		"channel_not_found": flow.Left, "not_in_channel": flow.Left, "is_archived": flow.Left,
		"user_not_found": flow.Blocked, "user_disabled": flow.Blocked, "cannot_dm_bot": flow.Closed, "messages_tab_disabled": flow.Closed,
	} {
		o.On("chat.postMessage", fakeslack.Fault{Error: code})
		_, err := post.Post(t.Context(), "C0"+strings.ToUpper(code), card("News"))
		var gone *flow.Unreachable
		if !errors.As(err, &gone) || gone.Why != why {
			t.Errorf("%s: %v, want unreachable (%s)", code, err, why)
		}
	}
	o.AddChannel("C0OLD", "old", ana, fakeslack.BotUser)
	id, err := post.Post(t.Context(), "C0OLD", card("News"))
	if err != nil {
		t.Fatal(err)
	}
	o.Archive("C0OLD")
	var gone *flow.Unreachable
	if _, err := post.Post(t.Context(), "C0OLD", card("News")); !errors.As(err, &gone) {
		t.Errorf("an archived channel: %v", err)
	}
	if _, err := post.Post(t.Context(), "U0NOBODY", card("News")); !errors.As(err, &gone) {
		t.Errorf("nobody: %v", err)
	}
	for _, passing := range []fakeslack.Fault{{Status: 503}, {Cut: true}, {Error: "internal_error"}, {Body: "<html>"}} {
		o.On("chat.postMessage", passing)
		if _, err := post.Post(t.Context(), bia, card("News")); err == nil || errors.As(err, &gone) && gone != nil && errors.Is(err, gone) {
			t.Errorf("%+v: %v, want an error that passes", passing, err)
		}
		gone = nil
	}
	_ = id
}

func TestEditing(t *testing.T) {
	t.Parallel()
	o := openOffice(t, HTTP, answering(card("x")))
	post := o.adapter.Poster()
	id, err := post.Post(t.Context(), ana, card("News", "Read"))
	if err != nil || !strings.HasPrefix(id, o.Direct(ana)+":") {
		t.Fatalf("posted as %q: %v", id, err)
	}
	if err := post.Edit(t.Context(), ana, id, card("Newer")); err != nil {
		t.Fatal(err)
	}
	if texts := o.texts(o.Direct(ana), ana); !slices.Equal(texts, []string{"Newer"}) {
		t.Errorf("the chat shows %q", texts)
	}
	long := card("Long", "Read")
	long.Body = []string{strings.Repeat("word ", 6000)}
	if err := post.Edit(t.Context(), ana, id, long); err != nil {
		t.Fatal(err)
	}
	if m := o.Messages(o.Direct(ana), ana); len(m) != 1 || !slices.Equal(labelsOf(m[0]), []string{"Read"}) || !strings.HasPrefix(textOf(m[0]), "Long\nword") {
		t.Errorf("a long edit is %+v", m)
	}
	for _, nothing := range []string{"", "~C1:1.2", "~view:V1", "nonsense", o.Direct(ana) + ":9.9"} {
		if err := post.Edit(t.Context(), ana, nothing, card("Newer")); !errors.Is(err, flow.ErrGone) {
			t.Errorf("edit of %q: %v", nothing, err)
		}
	}
	o.Delete(o.Direct(ana), strings.TrimPrefix(id, o.Direct(ana)+":"))
	if err := post.Edit(t.Context(), ana, id, card("Newer")); !errors.Is(err, flow.ErrGone) {
		t.Errorf("edit of a deleted message: %v", err)
	}
	o.On("chat.update", fakeslack.Fault{Error: "cant_update_message"}, fakeslack.Fault{Status: 500})
	if err := post.Edit(t.Context(), ana, id, card("Newer")); !errors.Is(err, flow.ErrGone) {
		t.Errorf("edit of somebody else's: %v", err)
	}
	if err := post.Edit(t.Context(), ana, id, card("Newer")); err == nil || errors.Is(err, flow.ErrGone) {
		t.Errorf("edit while Slack is down: %v", err)
	}
}

// A 429 is waited for, if it is short; else the job comes back later. No message is lost, none is doubled.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	o := openOffice(t, HTTP, answering(card("x")))
	var slept []time.Duration
	now := time.Now()
	o.adapter.api.methods = paced(&slept, &now)
	o.adapter.api.posts = paced(&slept, &now)
	post := o.adapter.Poster()
	o.On("chat.postMessage", fakeslack.Fault{Status: 429, RetryAfter: 3}, fakeslack.Fault{Status: 429})
	if _, err := post.Post(t.Context(), ana, card("News")); err != nil {
		t.Fatal(err)
	}
	if texts := o.texts(o.Direct(ana), ana); !slices.Equal(texts, []string{"News"}) {
		t.Errorf("the chat shows %q", texts)
	}
	if len(slept) < 2 || slept[0] != 3*time.Second {
		t.Errorf("it waited %v", slept)
	}
	o.On("chat.postMessage", fakeslack.Fault{Status: 429, RetryAfter: 60})
	var busy *flow.Busy
	if _, err := post.Post(t.Context(), ana, card("More")); !errors.As(err, &busy) || busy.After != time.Minute {
		t.Errorf("a long pause: %v", err)
	}
	if _, err := post.Post(t.Context(), bia, card("More")); !errors.As(err, &busy) {
		t.Errorf("the method is not paused: %v", err)
	}
	if err := o.adapter.api.update(t.Context(), o.Direct(ana)+":1.1", message{text: "x"}); errors.As(err, &busy) && busy != nil && err == error(busy) {
		t.Errorf("another method is paused: %v", err)
	}
	now = now.Add(2 * time.Minute)
	if _, err := post.Post(t.Context(), ana, card("More")); err != nil {
		t.Errorf("after the pause: %v", err)
	}
}

// A flood of cards to one channel goes out at Slack's pace: nothing is lost, what has to wait long comes back.
func TestFlood(t *testing.T) {
	t.Parallel()
	o := openOffice(t, HTTP, answering(card("x")))
	var slept []time.Duration
	now := time.Now()
	o.adapter.api.posts = paced(&slept, &now)
	post := o.adapter.Poster()
	sent := 0
	for sent < 40 {
		_, err := post.Post(t.Context(), general, card("Card"))
		var busy *flow.Busy
		switch {
		case err == nil:
			sent++
		case errors.As(err, &busy):
			now = now.Add(busy.After)
		default:
			t.Fatal(err)
		}
	}
	if n := len(o.Messages(general, ana)); n != 40 {
		t.Errorf("%d cards arrived", n)
	}
	if len(slept) == 0 {
		t.Error("nothing waited")
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := newReplies(func() time.Time { return now })
	if r.take("", 1) {
		t.Error("no address answers")
	}
	for i := range replyUses {
		if !r.take("https://x", 1) {
			t.Errorf("use %d is refused", i+1)
		}
	}
	if r.take("https://x", 1) {
		t.Error("a sixth use is allowed")
	}
	r.meet("https://y")
	now = now.Add(replyTime + time.Second)
	if r.take("https://y", 1) {
		t.Error("an old address is used")
	}
	for i := range maxURLs + 10 {
		r.meet("https://z/" + string(rune(i)))
	}
	now = now.Add(time.Hour)
	r.meet("https://last")
	if len(r.urls) > 10 {
		t.Errorf("%d addresses are remembered", len(r.urls))
	}
}

// The posting context can be cancelled while a pause lasts.
func TestCancelledWait(t *testing.T) {
	t.Parallel()
	o := openOffice(t, HTTP, answering(card("x")))
	o.adapter.api.methods.Pause("chat.postMessage", 5*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.adapter.Poster().Post(ctx, ana, card("News")); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
