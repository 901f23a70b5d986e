package telegram

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// updateGolden has the golden files written anew: read the difference as a user would.
var updateGolden = flag.Bool("update", false, "write the golden files")

var decodeWords = []string{"start", "refund", "help", "find"}

// TestDecodeGolden decodes updates as Telegram sends them. Beside each lies what it means.
func TestDecodeGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/decode/*.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var u update
			if err := json.Unmarshal(raw, &u); err != nil {
				t.Fatal(err)
			}
			e, ok := decode(u, "cozinha_bot", decodeWords)
			golden(t, strings.TrimSuffix(file, ".json")+".golden", written(e, ok))
		})
	}
}

// written is an event as text.
func written(e event, ok bool) string {
	if !ok && e.press != "" {
		return "nothing, but answer the press " + e.press + "\n"
	}
	if !ok {
		return "nothing\n"
	}
	var out strings.Builder
	in := reflect.ValueOf(e.in)
	for i := range in.NumField() {
		if v := in.Field(i); !v.IsZero() {
			fmt.Fprintf(&out, "%s: %s\n", in.Type().Field(i).Name, strings.ReplaceAll(fmt.Sprintf("%+v", v.Interface()), "\n", "\\n"))
		}
	}
	fmt.Fprintf(&out, "%T\n", e.in.Input)
	if e.press != "" {
		fmt.Fprintf(&out, "answer the press %s\n", e.press)
	}
	if e.group != 0 {
		fmt.Fprintf(&out, "in group %d, to message %d\n", e.group, e.reply)
	}
	if e.thread != 0 {
		fmt.Fprintf(&out, "in topic %d\n", e.thread)
	}
	return out.String()
}

// golden compares with a file, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *updateGolden {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s\ngot:\n%s\nwant:\n%s", file, got, want)
	}
}

// FuzzDecode: no update makes the decoder panic, and what it makes of one is bounded by it.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/decode/*.json")
	if err != nil {
		f.Fatal(err)
	}
	source := rand.New(rand.NewPCG(1, 2))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
		for range 4 {
			f.Add(mutate(source, raw))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var u update
		if err := json.Unmarshal(raw, &u); err != nil {
			return
		}
		e, ok := decode(u, "cozinha_bot", decodeWords)
		if !ok {
			return
		}
		if e.in.ID == "" || e.in.Chat == "" || e.in.User != e.in.Chat || e.in.Shared || e.in.Input == nil || e.user == 0 && e.in.User != "0" {
			t.Errorf("%+v", e)
		}
		size := len(e.in.UserName)
		switch g := e.in.Input.(type) {
		case flow.Pressed:
			size += len(g.Token)
			if len(g.Token) > maxData || e.press == "" {
				t.Errorf("%+v", e)
			}
		case flow.Command:
			size += len(g.Rest)
			if g.Word == "" || strings.ContainsAny(g.Word, "@ \n") {
				t.Errorf("word %q", g.Word)
			}
		case flow.Typed:
			size += len(g.Text)
			if strings.HasPrefix(g.Text, "/") || g.Text == "" {
				t.Errorf("text %q", g.Text)
			}
		}
		if size > 3*len(raw)+16 { // invalid bytes become a sign of three
			t.Errorf("%d bytes of %d", size, len(raw))
		}
	})
}

// mutate changes a payload in a few places.
func mutate(source *rand.Rand, raw []byte) []byte {
	out := append([]byte(nil), raw...)
	for range 1 + source.IntN(4) {
		i := source.IntN(len(out))
		switch source.IntN(4) {
		case 0:
			out[i] = byte(source.IntN(256))
		case 1:
			out = append(out[:i], out[min(i+1+source.IntN(20), len(out)):]...)
		case 2:
			out = append(out[:i:i], append([]byte(`"x":{"id":-1},`), out[i:]...)...)
		case 3:
			out = []byte(strings.Replace(string(out), "5001", []string{"null", "-1", "9e99", `"5001"`, "[]"}[source.IntN(5)], 1))
		}
		if len(out) == 0 {
			return out
		}
	}
	return out
}
