package flowstest

import (
	"context"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// hands has somebody send a file.
func hands(t *testing.T, w *world, who, id string, s flow.Sent) string {
	t.Helper()
	s.Size = int64(len(s.Body))
	w.chats.speaker = "@" + who
	in := flow.Inbound{ID: id, Platform: platform, Chat: "@" + who, User: who, Input: s}
	if err := w.runner.Handle(context.Background(), in, screen{w.chats, "@" + who}); err != nil {
		t.Fatal(err)
	}
	said := w.chats.take()
	return strings.Join(append(append(said, w.settle(t)...), w.chats.take()...), "\n")
}

func has(t *testing.T, said string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(said, w) {
			t.Errorf("%q is not in what was said:\n%s", w, said)
		}
	}
}

var picture = []byte("\x89PNG\r\n\x1a\n and so on")

// A picture becomes a question like words do; an album of ten is answered once; the team gets the files in private.
func TestSentFiles(t *testing.T) {
	t.Parallel()
	w := open(t, parseGiven(t, []byte(threadWorld)))
	has(t, hands(t, w, "james", "1", flow.Sent{Text: "This is what I see", Album: "a", Name: "photo.jpg", Body: picture}), "What is it about?")
	for _, id := range []string{"2", "3", "4", "5", "6", "7", "8", "9"} {
		if said := hands(t, w, "james", id, flow.Sent{Album: "a", Name: "photo.jpg", Body: picture}); said != "" {
			t.Fatalf("another picture of the album is answered:\n%s", said)
		}
	}
	said := remarks(t, w, "james> [Something else]")
	has(t, said, "We have your question: #1001", "This is what I see", "📎 photo.png", "Files: 9 files")
	if said := hands(t, w, "james", "10", flow.Sent{Album: "a", Name: "photo.jpg", Body: picture}); !strings.Contains(said, "Files: 10 files") || strings.Contains(said, "Added to") {
		t.Errorf("the last picture, which comes late:\n%s", said)
	}
	if said := hands(t, w, "james", "10", flow.Sent{Album: "a", Name: "photo.jpg", Body: picture}); said != "" {
		t.Errorf("the same once more:\n%s", said)
	}

	// Without words, to the one question that he has.
	has(t, hands(t, w, "james", "11", flow.Sent{Name: "receipt.pdf.exe", Body: []byte("%PDF-1.7")}), "Added to your question #1001", "📎 receipt.pdf.pdf", "Files: 11 files")
	// In the place of the words that are asked for.
	remarks(t, w, "james> [Add something]")
	has(t, hands(t, w, "james", "12", flow.Sent{Text: "And this", Name: "log.txt", Body: []byte("error 17")}), "Added to your question #1001", "And this")

	// What is not taken says why, and what is.
	for id, s := range map[string]flow.Sent{
		"kind":  {Name: "page.html", Body: []byte("<html>")},
		"empty": {Name: "x.txt"},
	} {
		has(t, hands(t, w, "james", id, s), "Files of this kind are not taken", "PDF")
	}
	has(t, hands(t, w, "james", "huge", flow.Sent{Name: "film.mp4", Body: make([]byte, 9<<20)}), "larger than 8 MB")
	has(t, hands(t, w, "ana", "staff", flow.Sent{Name: "x.png", Body: picture}), "from buyers only", "thread")

	// The team.
	has(t, remarks(t, w, "ana> /case 1001"), "Files: 12 files", "[Files]")
	said = remarks(t, w, "ana> [Files]")
	has(t, said, "The files come into your private chat", "! audit Ana case.files_read #1001", "(file) photo.png, image/png", "(file) receipt.pdf.pdf", "sent by a buyer")
	if n := strings.Count(said, "(file)"); n != 12 {
		t.Errorf("%d files came", n)
	}
}
