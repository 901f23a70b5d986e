package hotmart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions"
)

// one is a payload on one line.
func one(id string) string {
	return strings.NewReplacer(`"id": "1"`, `"id": "`+id+`"`, "\n", " ", "\t", "").Replace(approved)
}

// items reads a file and tells what it holds: ids of events, and "line: error".
func items(t *testing.T, content string, o FileOptions) []string {
	t.Helper()
	f, err := Read(strings.NewReader(content), "file", o)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for item := range f.Items {
		if item.Err != nil {
			got = append(got, fmt.Sprintf("%d: %v", item.Line, item.Err))
			continue
		}
		got = append(got, fmt.Sprintf("%d: %s", item.Line, item.Event.ID))
	}
	return got
}

func TestReadPayloads(t *testing.T) {
	t.Parallel()
	pretty := strings.ReplaceAll(approved, `"1"`, `"pretty"`)
	for name, c := range map[string]struct {
		content string
		want    []string
	}{
		"one":                     {approved, []string{"1: 1"}},
		"with a byte order mark":  {"\xEF\xBB\xBF" + approved, []string{"1: 1"}},
		"array":                   {"[" + one("a") + ",\n" + one("b") + "]\n", []string{"1: a", "2: b"}},
		"array of pretty ones":    {"[\n" + pretty + ",\n" + pretty + "\n]", []string{"2: pretty", "5: pretty"}},
		"one to a line":           {one("a") + "\r\n\r\n" + one("b") + "\n", []string{"1: a", "3: b"}},
		"one after the other":     {one("a") + one("b"), []string{"1: a", "1: b"}},
		"braces in text":          {strings.Replace(one("a"), `"Ana"`, `"A \"}\" {na\\"`, 1) + "\n" + one("b"), []string{"1: a", "2: b"}},
		"nothing in it":           {"[]", nil},
		"a bad one between":       {one("a") + "\n{\"id\": 5}\n{\"id\": }\n" + one("b"), []string{"1: a", "2: event is missing", "3: broken JSON", "4: b"}},
		"text between":            {one("a") + "\nhello\n" + one("b"), []string{"1: a", "2: neither", "3: b"}},
		"a line cut off":          {one("a") + "\n" + one("b")[:60] + "\n" + one("c"), []string{"1: a", "2: payload is cut off", "3: c"}},
		"a line cut off in text":  {one("a")[:9] + "\n" + one("c"), []string{"1: payload is cut off", "2: c"}},
		"the last one cut off":    {one("a") + "\n" + one("b")[:60], []string{"1: a", "2: payload never ends"}},
		"one too large":           {one("a") + "\n{\"event\": \"" + strings.Repeat("x", 2*maxPayload) + "\"}\n" + one("b"), []string{"1: a", "2: payload of more", "3: b"}},
		"one too large, cut off":  {"{\"event\": \"" + strings.Repeat("x", 2*maxPayload), []string{"1: payload never ends"}},
		"unindented and pretty":   {strings.NewReplacer("\t", "", `"version"`, "\n"+`"version"`, `"buyer": {`, "\"buyer\":\n{").Replace(approved), []string{"1: 1"}},
		"more brackets than open": {"[[" + one("a") + "]]]", []string{"1: a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := items(t, c.content, FileOptions{})
			if len(got) != len(c.want) {
				t.Fatalf("got %.300q, want %q", got, c.want)
			}
			for i, want := range c.want {
				line, what, _ := strings.Cut(want, ": ")
				if !strings.HasPrefix(got[i], line+": ") || !strings.Contains(got[i], what) {
					t.Errorf("item %d: got %.200q, want %q", i, got[i], want)
				}
			}
		})
	}
}

// TestReadRefusesOtherFiles: what is often given instead is named.
func TestReadRefusesOtherFiles(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"":                          "empty",
		" \r\n\t ":                  "empty",
		"\xEF\xBB\xBF":              "empty",
		"PK\x03\x04\x14\x00":        "workbook",
		"\xD0\xCF\x11\xE0\xA1":      "workbook",
		"\x1F\x8B\x08":              "compressed",
		"%PDF-1.7":                  "PDF",
		"\xFF\xFET\x00r\x00":        "UTF-16",
		"Transaction\x00Status\n":   "no text file",
		"hello world\nthis is it\n": "neither webhook payloads (JSON) nor a sales report",
		"<html><body>Login</body>":  "neither webhook payloads (JSON) nor a sales report",
	} {
		if _, err := Read(strings.NewReader(content), "given.csv", FileOptions{}); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.HasPrefix(err.Error(), "given.csv: ") {
			t.Errorf("%.20q: got %v, want %q", content, err, want)
		}
	}
}

// failing fails after some bytes, as a disk does.
type failing struct{ r io.Reader }

func (f failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("disk is gone")
	}
	return n, err
}

// TestReadFails: a failing disk is no end of the file.
func TestReadFails(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"payloads": one("a") + "\n" + strings.Repeat(" ", 4*peekSize) + one("b")[:50],
		"report":   reportOf(english, 1) + strings.Repeat("x", 4*peekSize),
	} {
		f, err := Read(failing{strings.NewReader(content)}, name, FileOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var last error
		good := 0
		for item := range f.Items {
			if last = item.Err; last == nil {
				good++
			}
		}
		var reading *actions.ReadingError
		if !errors.As(last, &reading) || good != 1 {
			t.Errorf("%s: %d good items, and at the end %v; want 1 and a ReadingError", name, good, last)
		}
	}
	if _, err := Read(failing{strings.NewReader("")}, "at once", FileOptions{}); err == nil {
		t.Error("a file that cannot be read at all is no error")
	}
}

// repeated gives the same text some times without holding it.
type repeated struct {
	text  string
	times int
	rest  io.Reader
}

func (r *repeated) Read(p []byte) (int, error) {
	for {
		if r.rest == nil {
			if r.times == 0 {
				return 0, io.EOF
			}
			r.times--
			r.rest = strings.NewReader(r.text)
		}
		n, err := r.rest.Read(p)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		r.rest = nil
	}
}

// TestReadLargeFiles: 100 MB that are one payload, one row, or nothing but braces are refused with next to no memory, and
// many small payloads take no more than one does.
func TestReadLargeFiles(t *testing.T) { // not parallel: it measures
	if testing.Short() {
		t.Skip("reads 400 MB")
	}
	const size, allowed = largeFile, 16 << 20
	line := one("a") + "\n"
	for name, c := range map[string]struct {
		in    io.Reader
		items int
	}{
		"one payload": {io.MultiReader(strings.NewReader(`{"event": "`), &repeated{text: strings.Repeat("x", 1<<10), times: size >> 10}), 1},
		"one row":     {io.MultiReader(strings.NewReader(reportOf(portuguese, 0)+`"`), &repeated{text: strings.Repeat("x", 1<<10), times: size >> 10}), 1},
		"braces":      {io.MultiReader(strings.NewReader("{"), &repeated{text: strings.Repeat("{\n", 1<<10), times: size >> 11}), 1},
		"skipped":     {&repeated{text: line[:1] + strings.Repeat(" ", 1<<20) + "}\n", times: size >> 20}, size >> 20},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := Read(c.in, name, FileOptions{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		n, read := 0, int64(0)
		for item := range f.Items {
			n++
			if read = item.Read; item.Err == nil {
				t.Errorf("%s: item %d is good", name, n)
			}
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; n != c.items || read < size*9/10 || used > allowed {
			t.Errorf("%s: %d items of %d bytes with %d bytes of memory, want %d of about %d with %d", name, n, read, used, c.items, size, allowed)
		}
	}
}

// FuzzDecode: no payload makes Decode panic, and what it stores is understood again.
func FuzzDecode(f *testing.F) {
	for _, name := range files(f, "testdata/webhooks/*.json") {
		f.Add(read(f, name))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := Decode(body)
		if err != nil {
			return
		}
		if e.Source == "" || e.ID == "" || len(e.Payload) > 2*len(body)+1000 {
			t.Fatalf("event %q %q with a payload of %d bytes for %d", e.Source, e.ID, len(e.Payload), len(body))
		}
		if e.Ignored != "" {
			return
		}
		again, err := Decode(e.Payload)
		if err != nil || again.ID != e.ID || !bytes.Equal(again.Payload, e.Payload) {
			t.Fatalf("%s: what is stored is understood otherwise: %v\n%s\n%s", body, err, e.Payload, again.Payload)
		}
	})
}
