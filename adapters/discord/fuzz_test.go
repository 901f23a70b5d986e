package discord

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

func corpus(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob("testdata/decode/*.in.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no payloads: %v", err)
	}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
		f.Add(raw[:len(raw)/2])
		f.Add([]byte(strings.NewReplacer(`"options": [`, `"options": [{},`, `"type": 5`, `"type": 2`, `"message": {`, `"message": {"flags":64,`).Replace(string(raw))))
	}
	f.Add([]byte(strings.Repeat(`{"data":{"components":[`, 200)))
	f.Add([]byte(`{"type":5,"data":{"custom_id":"f:x","components":` + strings.Repeat(`[{"component":{"components":`, 500) + "[]" + strings.Repeat("}}]", 500) + `}}`))
}

// FuzzInteraction: whatever comes is understood or not, without a panic, and what is understood is whole and within
// bounds.
func FuzzInteraction(f *testing.F) {
	corpus(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var i interaction
		if json.Unmarshal(raw, &i) != nil {
			return
		}
		in, ok := decode(i)
		_, _ = decodeTyping(i.Data)
		_ = complaint(i.Message)
		if i.Message != nil {
			_ = disabled(i.Message.Components)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(100*len(raw)+1<<20) {
			t.Errorf("%d bytes are used for %d", used, len(raw))
		}
		if !ok {
			return
		}
		if in.User == "" || in.Chat == "" && i.ChannelID != "" || in.ID == "i:" || in.Input == nil || in.Shared == strings.HasPrefix(in.Chat, direct) && i.ChannelID != "" && !strings.HasPrefix(i.ChannelID, direct) {
			t.Errorf("half understood: %+v", in)
		}
		switch g := in.Input.(type) {
		case flow.Command:
			if g.Word == "" {
				t.Error("a command without a word")
			}
		case flow.Pressed:
			if g.Token == "" {
				t.Error("a press without a token")
			}
		case flow.Submitted:
			if g.Token == "" || g.Values == nil {
				t.Error("a form without a token, or without answers")
			}
		}
	})
}

// FuzzTyped is the same for messages.
func FuzzTyped(f *testing.F) {
	corpus(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m received
		if json.Unmarshal(raw, &m) != nil {
			return
		}
		if in, ok := decodeTyped(m); ok && (in.User == "" || in.Chat != direct+in.User || in.Input == nil || in.Shared) {
			t.Errorf("half understood: %+v", in)
		}
	})
}

// FuzzEscape: no text makes markup or breaks a limit.
func FuzzEscape(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, 40)
	}
	f.Fuzz(func(t *testing.T, text string, n int) {
		n = max(2, n%4096)
		if got := escapeIn(text, n); count.Length(got) > n {
			t.Errorf("%d characters, want %d", count.Length(got), n)
		}
		for _, piece := range escapeSplit(text, n) {
			if count.Length(piece) > n {
				t.Errorf("a piece has %d characters, want %d", count.Length(piece), n)
			}
		}
	})
}

// BenchmarkInteraction is one slash command from Discord's JSON to ours: decoded, answered by a desk that does nothing
// but show, drawn.
func BenchmarkInteraction(b *testing.B) {
	raw, err := os.ReadFile("testdata/decode/command_in_server.in.json")
	if err != nil {
		b.Fatal(err)
	}
	v := menuCard("Refund this purchase?", "Confirm", "Back", "Cancel")
	v.Body = []string{"The full price goes back to the buyer and access to the product ends. This cannot be undone."}
	for _, label := range []string{"Product", "Buyer", "E-mail", "Code", "Price", "Status", "Payment", "Guarantee"} {
		v.Facts = append(v.Facts, flow.ShownFact{Label: label, Value: "marina.duarte_1@example.com"})
	}
	desk := showing(v)
	b.ReportAllocs()
	for b.Loop() {
		var i interaction
		if err := json.Unmarshal(raw, &i); err != nil {
			b.Fatal(err)
		}
		in, ok := decode(i)
		if !ok {
			b.Fatal("not understood")
		}
		if err := desk.Handle(context.Background(), in, &sketch{}); err != nil {
			b.Fatal(err)
		}
	}
}

// sketch draws as an exchange does, and sends nothing.
type sketch struct{ size int }

func (s *sketch) Show(_ context.Context, v flow.Shown) (string, error) {
	for _, m := range render(v, menuWords{Choose: "Choose…"}) {
		body, err := json.Marshal(callback{Type: answerMessage, Data: m})
		if err != nil {
			return "", err
		}
		s.size += len(body)
	}
	return "", nil
}
