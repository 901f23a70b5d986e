package slack

import (
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/fakeslack"
	"github.com/aftersale/aftersale/flows/flow"
)

// In a channel everything is for one pair of eyes, and the pressed card is replaced.
func TestInAChannel(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(card("Which purchase?", "Yes"))
		o := openOffice(t, mode, d)
		o.Command(ana, general, "/support", "find ana@example.com &c")
		o.settle()
		in := d.last(t)
		if !in.Shared || in.Chat != general || in.Direct != ana || in.CommandPrefix != "/support " || in.UserName != "Ana" || in.Locale != "en-US" {
			t.Errorf("it arrives as %+v", in)
		}
		if want := (flow.Command{Word: "find", Rest: "ana@example.com &c"}); in.Input.(flow.Command).Rest != want.Rest {
			t.Errorf("input is %#v, want %#v", in.Input, want)
		}
		if d.shown[0] != "" {
			t.Errorf("a whisper has the id %q, but nothing can edit it", d.shown[0])
		}
		seen := o.Messages(general, ana)
		if len(seen) != 1 || len(o.Messages(general, bia)) != 0 {
			t.Fatalf("ana sees %d messages, bia %d", len(seen), len(o.Messages(general, bia)))
		}
		d.plays(func(in flow.Inbound) flow.Shown {
			return flow.Shown{Kind: "result", Title: "Done", Ended: true, Replace: in.Message}
		})
		o.Slack.Press(ana, general, seen[0].TS, talk+".1.Yes")
		o.settle()
		if in := d.last(t); in.Message != "~"+general+":"+seen[0].TS {
			t.Errorf("the whisper's message is %q", in.Message)
		}
		if texts := o.texts(general, ana); !slices.Equal(texts, []string{"Done"}) {
			t.Errorf("ana sees %q", texts)
		}
		if n := len(o.Calls("chat.postMessage")) + len(o.Calls("chat.postEphemeral")); n != 0 {
			t.Errorf("%d posts were made, want response addresses alone", n)
		}
	})
}

// A response address that answers no more is replaced by an ephemeral message, and that by the private chat.
func TestWaysToWhisper(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		for _, code := range []string{"used_url", "expired_url"} {
			o := openOffice(t, mode, answering(card("Which?", "Yes")))
			o.On("respond", fakeslack.Fault{Error: code})
			o.Command(ana, general, "/support", "find")
			o.settle()
			if texts := o.texts(general, ana); !slices.Equal(texts, []string{"Which?"}) || len(o.Calls("chat.postEphemeral")) != 1 {
				t.Errorf("%s: ana sees %q", code, texts)
			}
			o.Leave(general, fakeslack.BotUser)
			o.On("respond", fakeslack.Fault{Status: 404, Body: "expired_url"})
			o.Command(ana, general, "/support", "find")
			o.settle()
			if texts := o.texts(o.Direct(ana), ana); !slices.Equal(texts, []string{"Which?"}) {
				t.Errorf("%s: in private ana sees %q", code, texts)
			}
		}
	})
}

// A response address is not asked a sixth time.
func TestAddressesAreCounted(t *testing.T) {
	t.Parallel()
	long := flow.Shown{Kind: "result", Title: "Long", Ended: true}
	for range 30 {
		long.Body = append(long.Body, strings.Repeat("word ", 590))
	}
	o := openOffice(t, HTTP, answering(long))
	o.Command(ana, general, "/support", "find")
	o.settle()
	if n := len(o.Calls("respond")); n != replyUses {
		t.Errorf("the address was used %d times", n)
	}
	if n := len(o.Calls("chat.postEphemeral")); n != len(draw(long, speaks("en")))-replyUses {
		t.Errorf("%d parts were posted otherwise", n)
	}
}

// A direct message between two people is not a private chat with the bot.
func TestOthersDirectMessage(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(card("The buyer is joao@example.com", "Yes"))
		o := openOffice(t, mode, d)
		o.AddChannel("D0BOTH", "", ana, bia)
		o.Command(ana, "D0BOTH", "/support", "find")
		o.settle()
		if in := d.last(t); !in.Shared || in.Chat != "D0BOTH" {
			t.Errorf("it arrives as %+v", in)
		}
		if texts := o.texts("D0BOTH", bia); len(texts) > 0 {
			t.Errorf("the other one reads %q", texts)
		}
		if texts := o.texts("D0BOTH", ana); len(texts) != 1 {
			t.Errorf("ana reads %q", texts)
		}
		o.Command(ana, "D0BOTH", "/support", "find") // by now her own channel with the bot is known
		o.Command(ana, o.Direct(ana), "/support", "find")
		o.settle()
		all := d.inbound()
		if here, own := all[len(all)-2], all[len(all)-1]; here.Shared == own.Shared {
			t.Errorf("there it is shared: %v, in her own channel: %v", here.Shared, own.Shared)
		}
	})
}

// The home tab shows the home card; what is pressed there opens a window, or is answered in the private chat.
func TestHome(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		home := card("What waits for you", "Refund", "Find")
		d := answering(home)
		o := openOffice(t, mode, d)
		o.OpenHome(ana)
		o.settle()
		if in := d.last(t); in.Input.(flow.Command).Word != flow.HomeSubject || in.User != ana || in.Chat != ana || in.Shared {
			t.Errorf("the card was asked for %+v", in)
		}
		blocks, _ := o.Home(ana)["blocks"].([]any)
		if len(fakeslack.Controls(blocks)) != 2 {
			t.Fatalf("the tab shows %v", blocks)
		}
		d.answers(form("3", ""))
		o.PressHome(ana, talk+".1.Refund")
		o.settle()
		if in := d.last(t); in.Chat != ana || in.Message != "" || in.Shared {
			t.Errorf("the press is %+v", in)
		}
		if v, ok := o.Modal(ana); !ok || len(v.Inputs()) != 2 {
			t.Error("no form is open")
		}
		d.answers(card("Which?", "Yes"))
		o.PressHome(ana, talk+".1.Find")
		o.settle()
		if texts := o.texts(o.Direct(ana), ana); !slices.Equal(texts, []string{"Which?"}) {
			t.Errorf("the chat shows %q", texts)
		}
		if v, ok := o.Modal(ana); !ok || !strings.Contains(strings.Join(fakeslack.Texts(v.Blocks()), ""), "private chat") {
			t.Error("nothing says where the answer is")
		}
	})
}

func TestShortcuts(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(card("Two purchases", "First"))
		o := openOffice(t, mode, d)
		o.Say(bia, general, "please help marina@example.com & <João> "+strings.Repeat("x", 400))
		message := o.Messages(general, ana)[0]
		o.MessageShortcut(ana, general, message.TS, "find")
		o.settle()
		got := d.last(t).Input.(flow.Command)
		if got.Word != "find" || !strings.HasPrefix(got.Rest, "please help marina@example.com & <João> xxx") || len([]rune(got.Rest)) > 300 {
			t.Errorf("the shortcut means %+v", got)
		}
		if texts := o.texts(general, ana); len(texts) != 2 || texts[1] != "Two purchases" || len(o.texts(general, bia)) != 1 {
			t.Errorf("ana sees %q", texts)
		}
		menu := card("What shall we solve?", "Refund")
		menu.Ended = true
		d.answers(menu)
		o.GlobalShortcut(ana, "menu")
		o.settle()
		if got := d.last(t).Input.(flow.Command); got.Word != "start" {
			t.Errorf("the shortcut means %+v", got)
		}
		v, ok := o.Modal(ana)
		if !ok || len(fakeslack.Controls(v.Blocks())) != 1 {
			t.Fatal("the menu is no window")
		}
		d.answers(form("3", ""))
		o.PressView(ana, talk+".1.Refund")
		o.settle()
		if v, _ := o.Modal(ana); len(v.Inputs()) != 2 {
			t.Errorf("the window shows %+v", v.Raw)
		}
		d.answers(flow.Shown{Kind: "result", Title: "Done", Ended: true})
		o.Slack.Submit(ana, map[string]string{"new": "a@example.com"})
		o.settle()
		if texts := o.texts(o.Direct(ana), ana); !slices.Equal(texts, []string{"Done"}) {
			t.Errorf("the chat shows %q", texts)
		}
		before := len(d.inbound())
		o.GlobalShortcut(ana, "of another app")
		o.settle()
		if len(d.inbound()) != before {
			t.Error("an unknown shortcut reached the flows")
		}
	})
}

func TestMention(t *testing.T) {
	t.Parallel()
	forModes(t, func(t *testing.T, mode string) {
		d := answering(card("Which?", "Yes"))
		o := openOffice(t, mode, d)
		o.Say(ana, general, "@aftersale refund HP1100000101")
		o.settle()
		if in := d.last(t); !in.Shared || in.Input.(flow.Command).Word != "refund" || in.Input.(flow.Command).Rest != "HP1100000101" {
			t.Errorf("the mention is %+v", in)
		}
		if texts := o.texts(general, bia); len(texts) != 1 {
			t.Errorf("the others read %q", texts)
		}
		if texts := o.texts(general, ana); len(texts) != 2 {
			t.Errorf("ana reads %q", texts)
		}
	})
}

// What is typed is read as it was typed: Slack makes links of addresses, and marks of signs.
func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"<mailto:ana@example.com|ana@example.com>":  "ana@example.com",
		"<mailto:ana@example.com>":                  "ana@example.com",
		"see <https://example.com/a?b=1&amp;c=2>":   "see https://example.com/a?b=1&c=2",
		"<http://example.com|example.com> ok":       "example.com ok",
		"<@U0ANA> <@U0ANA|ana> <#C1|general> <#C1>": "@U0ANA @ana #general @C1",
		"<!here> <!channel|@channel> <!date^1^x|d>": "@here @channel d",
		"a &lt;b&gt; &amp;amp; *c*":                 "a <b> &amp; *c*",
		"&lt;@U1&gt;":                               "<@U1>",
		"<tel:+5511|+55 11>":                        "+55 11",
		"<unknown>":                                 "<unknown>",
	} {
		want = strings.Replace(want, "@C1", "#C1", 1)
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}
