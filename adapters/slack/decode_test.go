package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// decodeFile decodes a delivery by its file's name, as it comes over HTTP.
func decodeFile(name string, body []byte) (event, error) {
	switch {
	case strings.HasSuffix(name, ".form"):
		e, _, err := decodeForm(bytes.TrimSpace(body))
		return e, err
	case strings.HasPrefix(filepath.Base(name), "event_"):
		e, _, err := decodeEvent(body, DefaultCommand)
		return e, err
	}
	return decodePayload([]byte(url.Values{"payload": {string(body)}}.Encode()))
}

// described is an event for a golden file.
func described(e event, err error) map[string]any {
	out := map[string]any{}
	if err != nil {
		out["error"] = err.Error()
		return out
	}
	for name, v := range map[string]string{
		"kind": string(e.kind), "id": e.id, "team": e.team, "user": e.user, "user_name": e.userName, "channel": e.channel, "thread": e.thread,
		"message": e.message, "trigger": e.trigger, "response_url": e.responseURL, "view": e.view.id, "inputs": strings.Join(e.view.inputs, " "),
	} {
		if v != "" {
			out[name] = v
		}
	}
	if e.view.id != "" {
		out["memory"], out["modal"] = e.view.memory, e.view.modal
	}
	if e.whisper {
		out["whisper"] = true
	}
	if e.input != nil {
		out["input"] = map[string]any{strings.TrimPrefix(fmt.Sprintf("%T", e.input), "flow."): e.input}
	}
	return out
}

func TestDecode(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/decode/*")
	if err != nil {
		t.Fatal(err)
	}
	decoded := 0
	for _, name := range names {
		if strings.HasSuffix(name, ".golden") {
			continue
		}
		decoded++
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".golden", indented(t, described(decodeFile(name, body))))
	}
	if decoded < 12 {
		t.Errorf("%d payloads were decoded", decoded)
	}
}

// A payload is the same over HTTP and in an envelope.
func TestSocketDecodesTheSame(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{"submit.json": "interactive", "press_home.json": "interactive", "event_message.json": "events_api", "event_mention.json": "events_api"} {
		body, err := os.ReadFile(filepath.Join("testdata", "decode", name))
		if err != nil {
			t.Fatal(err)
		}
		over, _ := decodeFile(name, body)
		in, err := decodeEnvelope(kind, body, DefaultCommand)
		if got, want := string(indented(t, described(in, err))), string(indented(t, described(over, nil))); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	body, err := os.ReadFile("testdata/decode/command.form")
	if err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(string(bytes.TrimSpace(body)))
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	raw, _ := json.Marshal(fields)
	over, _ := decodeFile("command.form", body)
	in, err := decodeEnvelope("slash_commands", raw, DefaultCommand)
	if got, want := string(indented(t, described(in, err))), string(indented(t, described(over, nil))); got != want {
		t.Errorf("command: %s, want %s", got, want)
	}
}

// seeds are all payloads there are.
func seeds(f *testing.F) {
	names, err := filepath.Glob("testdata/decode/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range slices.DeleteFunc(names, func(n string) bool { return strings.HasSuffix(n, ".golden") }) {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`{"type":"block_actions","user":{"id":"U1"},"actions":[{}],"view":{"private_metadata":"{"}}`))
	f.Add([]byte(`{"type":"event_callback","event":{"type":"message","channel_type":"im","user":"U1","text":"<mailto:<@!#|"}}`))
}

// FuzzDecode: whatever comes, decoding does not panic, and what it accepts is within bounds.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		check := func(e event, err error) {
			if err != nil {
				return
			}
			if e.user == "" && e.kind != "" {
				t.Errorf("nobody did %+v", e)
			}
			switch g := e.input.(type) {
			case flow.Pressed:
				if len(g.Token) > flow.MaxToken && e.kind == pressKind {
					t.Errorf("a token of %d bytes", len(g.Token))
				}
			case flow.Command:
				if len([]rune(g.Rest)) > maxText {
					t.Errorf("a text of %d characters", len([]rune(g.Rest)))
				}
			case flow.Submitted:
				if len(g.Values) > len(body) {
					t.Error("more values than bytes")
				}
			}
		}
		e, _, err := decodeForm(body)
		check(e, err)
		check(decodePayload(body))
		check(decodeInteraction(body))
		e, _, err = decodeEvent(body, DefaultCommand)
		check(e, err)
		for _, kind := range []string{"slash_commands", "interactive", "events_api", "hello"} {
			check(decodeEnvelope(kind, body, DefaultCommand))
		}
		_ = certificateCheck(body)
		_ = remember(string(body))
	})
}

// Payloads with bytes changed, cut out and doubled, the same ones each time: no panic.
func TestMutatedPayloads(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/decode/*[mn]") // .form, .json
	if err != nil || len(names) < 12 {
		t.Fatalf("%d payloads: %v", len(names), err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 2000 {
			if _, err := decodeFile(name, mutated(random, body)); err == nil {
				taken++
			}
		}
	}
	if taken == 0 {
		t.Error("nothing was close enough to a payload to be taken")
	}
}

func mutated(random *rand.Rand, body []byte) []byte {
	out := bytes.Clone(body)
	for range 1 + random.IntN(4) {
		if len(out) < 4 {
			break
		}
		at := random.IntN(len(out) - 2)
		to := at + 1 + random.IntN(len(out)-at-1)
		switch random.IntN(4) {
		case 0:
			out[at] = byte(random.IntN(256))
		case 1:
			out = append(out[:at], out[to:]...)
		case 2:
			out = append(out[:to:to], out[at:]...)
		default:
			copy(out[at:to], `{"[]:,null}`)
		}
	}
	return out
}

// The largest body that is read costs a bounded amount of memory, whatever it holds. This test runs alone: memory is
// everybody's.
func TestLargePayloads(t *testing.T) {
	fill := func(before, piece, after string) []byte {
		return []byte(before + strings.Repeat(piece, (maxBody-len(before)-len(after))/len(piece)) + after)
	}
	for name, body := range map[string][]byte{
		"deep":    fill("", "[", ""),
		"actions": fill(`{"type":"block_actions","user":{"id":"U1"},"actions":[`, "{},", `{}]}`),
		"fields":  fill(`{"type":"view_submission","user":{"id":"U1"},"view":{"private_metadata":"{\"t\":\"x.1.\"}","state":{"values":{`, `"a":{},`, `"b":{"c":{"value":"x"}}}}}}`),
		"text":    fill(`{"type":"event_callback","event":{"type":"message","channel_type":"im","user":"U1","text":"`, "<@U1>", `"}}`),
		"form":    fill("user_id=U1&text=", "%26", ""),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, file := range []string{"x.json", "event_x.json", "x.form"} {
			_, _ = decodeFile(file, body)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 128<<20 {
			t.Errorf("%s: %d MB were taken for 1 MB", name, used>>20)
		}
	}
}
