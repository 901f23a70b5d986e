package flowstest

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/flows"
	"github.com/aftersale/aftersale/flows/flow"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// office is a shop with something on record.
func office(t *testing.T, locale string) *world {
	t.Helper()
	w := openOn(t, storetest.New(t), parseGiven(t, []byte(`
now: 2026-03-10T12:00:00Z
locale: `+locale+`
people: {ana: agent, rui: manager, clara: producer}
purchases:
  HP1100000101: {product: "<script>alert(1)</script> & \"Bread\"", buyer: "\"<b>Marina</b> Duarte\" <marina.duarte@example.com>", price: 897.00 BRL, ordered: -3d, guarantee_ends: 2026-03-17T02:59:59Z}
`)))
	must(t, w.act(act{who: "rui", text: "/language " + locale}, true))
	must(t, w.act(act{who: "clara", text: "/language " + locale}, true))
	w.settle(t)
	w.chats.take()
	return w
}

// asks has somebody write where others read.
func (w *world) asks(t *testing.T, who, direct string, g flow.Gesture) []string {
	t.Helper()
	in := flow.Inbound{Platform: platform, Chat: room, Direct: direct, Shared: true, User: who, Forms: true, Input: g}
	must(t, w.runner.Handle(t.Context(), in, whisper{screen{w.chats, room + "/" + who}}))
	return w.chats.take()
}

// A whisper is for one person's eyes in a room, and cannot be edited later.
type whisper struct{ screen }

// Show implements flow.Screen.
func (on whisper) Show(ctx context.Context, v flow.Shown) (string, error) {
	v.Replace = ""
	_, err := on.Post(ctx, on.chat, v)
	return "", err
}

// pressInRoom presses a button of the newest message that somebody was shown in the room.
func (w *world) pressInRoom(t *testing.T, who, label string) []string {
	t.Helper()
	token, _, ok := w.chats.find(room+"/"+who, label, false)
	if !ok {
		t.Fatalf("%s has no [%s] in the room", who, label)
	}
	return w.asks(t, who, "@"+who, flow.Pressed{Token: token})
}

// TestFileAskedForInARoomGoesToThePrivateChat: whoever asks where others read gets it where they do not.
func TestFileAskedForInARoomGoesToThePrivateChat(t *testing.T) {
	t.Parallel()
	w := office(t, "en")
	w.asks(t, "rui", "@rui", flow.Command{Word: "audit", Rest: "rui"})
	w.pressInRoom(t, "rui", "Export")
	said := strings.Join(w.pressInRoom(t, "rui", "Table (CSV)"), "\n")
	if !strings.Contains(said, "on its way to your private chat") {
		t.Errorf("said: %s", said)
	}
	w.settle(t)
	for chat, files := range w.chats.files {
		if chat != "@rui" || len(files) != 1 {
			t.Errorf("%d files in %s", len(files), chat)
		}
	}
	if len(w.chats.files["@rui"]) != 1 {
		t.Fatalf("files: %v", w.chats.files)
	}
}

// TestFileWithoutAPrivateChat is refused where it was asked for, with what to do.
func TestFileWithoutAPrivateChat(t *testing.T) {
	t.Parallel()
	w := office(t, "en")
	who, err := w.store.In(t.Context()).WhoIs(account, platform, "rui")
	must(t, err)
	must(t, w.store.MoveIdentity(who.Identity.ID, "", "en"))
	in := func(g flow.Gesture) []string { return w.asks(t, "rui", "", g) }
	in(flow.Command{Word: "audit", Rest: "rui"})
	for _, label := range []string{"Export", "JSON"} {
		token, _, ok := w.chats.find(room+"/rui", label, false)
		if !ok {
			t.Fatalf("no [%s]", label)
		}
		said := strings.Join(in(flow.Pressed{Token: token}), "\n")
		if label == "JSON" && !strings.Contains(said, "Files only come to your private chat") {
			t.Errorf("said: %s", said)
		}
	}
	w.settle(t)
	if len(w.chats.files) > 0 {
		t.Errorf("files: %v", w.chats.files)
	}
}

// A fileFault is a chat platform on which files do not arrive.
type fileFault struct {
	*chats
	err error
}

// PostFile implements flow.FilePoster.
func (p *fileFault) PostFile(ctx context.Context, chat string, f flow.File) (bool, error) {
	if p.err != nil {
		return false, p.err
	}
	return p.chats.PostFile(ctx, chat, f)
}

// TestFileThatDoesNotArrive: what can be cured is tried again; else the card where he asked says why, and nothing is left of it.
func TestFileThatDoesNotArrive(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err   error
		says  string
		again bool // tried again, it arrives
	}{
		"blocked":   {&flow.Unreachable{Why: flow.Blocked, Err: errors.New("403")}, "You have blocked the bot", false},
		"closed":    {&flow.Unreachable{Why: flow.Closed, Err: errors.New("403")}, "takes no messages from the bot", false},
		"too large": {flow.ErrTooLarge, "takes no file of this size", false},
		"busy":      {&flow.Busy{After: time.Minute, Err: errors.New("429")}, "The file is in your private chat", true},
		"down":      {errors.New("502"), "The file is in your private chat", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := office(t, "en")
			p := &fileFault{w.chats, test.err}
			maps.Copy(w.handlers, w.notices(t, p).Handlers())
			for _, line := range []act{{who: "rui", text: "/audit rui"}, {who: "rui", button: "Export"}, {who: "rui", button: "JSON"}} {
				must(t, w.act(line, true))
			}
			if _, err := w.store.RunDue(t.Context(), w.handlers, w.clock); err != nil && !test.again {
				t.Fatal(err)
			}
			if len(w.chats.files) > 0 {
				t.Errorf("it arrived: %v", w.chats.files)
			}
			if test.again {
				p.err = nil
				w.clock = w.clock.Add(2 * time.Hour)
				w.settle(t)
			}
			if said := strings.Join(w.chats.take(), "\n"); !strings.Contains(said, test.says) {
				t.Errorf("the card says: %s", said)
			}
			if got := len(w.chats.files["@rui"]); (got == 1) != test.again {
				t.Errorf("%d files arrived", got)
			}
		})
	}
}

// TestFileOfWhoeverWasRemoved: who leaves the team between asking and delivery gets nothing.
func TestFileOfWhoeverWasRemoved(t *testing.T) {
	t.Parallel()
	w := office(t, "en")
	for _, line := range []act{{who: "rui", text: "/audit rui"}, {who: "rui", button: "Export"}, {who: "rui", button: "JSON"}} {
		must(t, w.act(line, true))
	}
	must(t, w.store.RemovePerson("p-rui"))
	w.settle(t)
	if len(w.chats.files) > 0 {
		t.Errorf("files: %v", w.chats.files)
	}
}

// TestForgetDropsFiles: the periodic job drops what nobody fetched in its time.
func TestForgetDropsFiles(t *testing.T) {
	t.Parallel()
	w := office(t, "en")
	for _, line := range []act{{who: "rui", text: "/audit rui"}, {who: "rui", button: "Export"}, {who: "rui", button: "JSON"}} {
		must(t, w.act(line, true))
	}
	w.settle(t)
	w.clock = w.clock.Add(8 * 24 * time.Hour)
	job, err := jobs.New(flows.JobForget, nil)
	must(t, err)
	must(t, w.handlers[flows.JobForget](t.Context(), job))
	if n, err := w.store.In(t.Context()).ForgetFiles(w.clock, 10); n != 0 || err != nil {
		t.Errorf("%d files were left, %v", n, err)
	}
}

// TestEvidencePage makes the summary of a purchase with a hostile name in each language: all has words, nothing in it runs,
// and each language is its own.
func TestEvidencePage(t *testing.T) {
	t.Parallel()
	labels := map[string][]string{"en": {"Evidence", "Make it", "What was sold"}, "pt-BR": {"Provas", "Montar", "O que foi vendido"}, "es": {"Pruebas", "Armarlo", "Qué se vendió"}}
	for _, locale := range flows.Locales {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			w := office(t, locale)
			must(t, w.act(act{who: "clara", text: "/find HP1100000101"}, true))
			must(t, w.act(act{who: "clara", button: labels[locale][0]}, true))
			must(t, w.act(act{who: "clara", button: labels[locale][1]}, true))
			w.settle(t)
			given := w.chats.files["@clara"]
			if len(given) != 1 {
				t.Fatalf("%d files", len(given))
			}
			page := string(unzip(t, given[0].Body, "summary.html"))
			for _, want := range []string{`<html lang="` + locale + `">`, labels[locale][2], "&lt;script&gt;", "&lt;b&gt;Marina", "2026-03-07T", "default-src &#39;none&#39;", "marina.duarte@example.com"} {
				if !strings.Contains(page, want) && !strings.Contains(page, strings.ReplaceAll(want, "&#39;", "'")) {
					t.Errorf("no %q in\n%s", want, page)
				}
			}
			for _, never := range []string{"<script", "<b>", "src=", "href=", "evidence.page", "card.", "http:", "https:"} {
				if strings.Contains(page, never) {
					t.Errorf("%q is in the page", never)
				}
			}
			if missing := w.words.Missing(); len(missing) > 0 {
				t.Errorf("no words for %v", slices.Collect(maps.Keys(missing)))
			}
		})
	}
}

func unzip(t *testing.T, pack []byte, name string) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	must(t, err)
	f, err := r.Open(name)
	must(t, err)
	defer f.Close()
	content, err := io.ReadAll(f)
	must(t, err)
	return content
}
