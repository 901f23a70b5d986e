package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/aftersale/aftersale/"

// A listedPackage is what `go list` says of one of our packages. Imports of tests count too: what a test may reach, the
// next refactoring will.
type listedPackage struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "../...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = errors.New(string(exit.Stderr))
		}
		t.Fatalf("go list: %v", err)
	}
	var list []listedPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// layers are the top-level folders; each may import itself and those behind it.
var layers = []string{"bot", "adapters", "flows", "actions", "store"}

// rules are the finer arrows: what begins with from may import of ours, beyond itself, only what begins with to.
var rules = []struct {
	from string
	to   []string
}{
	{"store/jobs", nil},
	{"actions/format", nil},
	{"actions/vault", nil},
	{"actions/remote", nil},
	{"actions/mail", []string{"actions", "actions/format"}},
	{"actions/hotmart", []string{"actions", "actions/format", "actions/remote"}},
	{"actions/stripe/fake", nil},
	{"actions/stripe", []string{"actions", "actions/format", "actions/remote"}},
	{"actions/connectortest", []string{"actions"}},
	{"adapters/chat", []string{"flows/flow"}},
	{"adapters/", []string{"adapters/adaptertest", "adapters/chat", "flows", "actions", "store"}},
}

// only lists libraries that belong to one place each.
var only = map[string][]string{
	"gorm.io/":                        {"store"},
	"modernc.org/":                    {"store"},
	"github.com/jackc/pgx":            {"store"},
	"github.com/riverqueue/":          {"store/jobs"},
	"github.com/pressly/goose":        {"store"},
	"github.com/slack-go/slack":       {"adapters/slack"},
	"github.com/bwmarrin/discordgo":   {"adapters/discord"},
	"github.com/go-telegram-bot-api/": {"adapters/telegram"},
	"github.com/alecthomas/kong":      {"bot"},
	"github.com/prometheus/":          {"bot"},
	"github.com/wneessen/go-mail":     {"actions/mail"},
	"github.com/nicksnyder/go-i18n":   {"flows/locales"},
	"github.com/chromedp/":            {"adapters/adaptertest/browser", "adapters/web", "bot"},
}

// baselines are libraries that tests may use anywhere: what is ours is compared with the bare driver, and with the job
// engine's own tables.
var baselines = []string{"github.com/jackc/pgx", "modernc.org/", "github.com/riverqueue/"}

func TestImportDirections(t *testing.T) {
	t.Parallel()
	packages := listPackages(t)
	if len(packages) < 10 {
		t.Fatalf("go list found %d packages", len(packages))
	}
	for _, p := range packages {
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, imported := range p.Imports {
			if why := forbidden(from, imported, false); why != "" {
				t.Errorf("%s imports %s: %s", from, imported, why)
			}
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			if why := forbidden(from, imported, true); why != "" {
				t.Errorf("a test of %s imports %s: %s", from, imported, why)
			}
		}
	}
}

// forbidden says why a package must not import another; "" when it may.
func forbidden(from, imported string, test bool) string {
	to, ours := strings.CutPrefix(imported, module)
	if !ours {
		for library, places := range only {
			if test && slices.Contains(baselines, library) {
				continue
			}
			if strings.HasPrefix(imported, library) && !slices.ContainsFunc(places, func(place string) bool { return below(from, place) }) {
				return "belongs to " + strings.Join(places, ", ") + " alone"
			}
		}
		return ""
	}
	a, b := slices.Index(layers, layer(from)), slices.Index(layers, layer(to))
	switch {
	case a < 0 || b < 0:
		return "no such layer"
	case b < a:
		return "points back: " + strings.Join(layers, " → ")
	case strings.HasSuffix(to, "test") && !test && !strings.HasSuffix(from, "test"):
		return "is for tests"
	case test:
		return "" // a test may reach a neighbour, such as a connector's fake
	}
	for _, r := range rules {
		if below(from, r.from) && to != from && !sameAdapter(from, to) && !slices.ContainsFunc(r.to, func(place string) bool { return within(to, place) }) {
			return "may import of ours only " + strings.Join(r.to, ", ")
		}
		if below(from, r.from) {
			break
		}
	}
	return ""
}

func layer(path string) string {
	top, _, _ := strings.Cut(path, "/")
	return top
}

// below reports whether path is place or inside it. A place that ends with a slash means what is inside.
func below(path, place string) bool {
	return path == place || strings.HasPrefix(path, strings.TrimSuffix(place, "/")+"/")
}

// within is below, but for "actions": connectors may see that package and not their neighbours inside it.
func within(path, place string) bool {
	if place == "actions" {
		return path == place || path == "actions/format"
	}
	return below(path, place)
}

// sameAdapter reports whether both are parts of one adapter.
func sameAdapter(a, b string) bool {
	return layer(a) == "adapters" && layer(b) == "adapters" && strings.Split(a, "/")[1] == strings.Split(b, "/")[1]
}

func TestForbidden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to  string
		test, bad bool
	}{
		{"bot", module + "store", false, false},
		{"store", module + "actions", false, true},
		{"actions", module + "flows/flow", false, true},
		{"actions", module + "flows/flow", true, true},
		{"flows", module + "adapters/web", false, true},
		{"adapters/web", module + "adapters/terminal", false, true},
		{"adapters/web", module + "adapters/adaptertest", true, false},
		{"adapters/web", module + "adapters/adaptertest", false, true},
		{"adapters/web", module + "flows/flow", false, false},
		{"adapters/web", module + "actions/mail", false, true},
		{"actions/mail", module + "actions", false, false},
		{"actions/mail", module + "actions/hotmart", false, true},
		{"actions/mail", module + "store", false, true},
		{"actions/format", module + "actions", false, true},
		{"store", module + "store/jobs", false, false},
		{"store/jobs", module + "store", false, true},
		{"actions", "gorm.io/gorm", false, true},
		{"store", "gorm.io/gorm", false, false},
		{"store", "github.com/riverqueue/river", false, true},
		{"store/jobs", "github.com/riverqueue/river/rivertype", false, false},
		{"adapters/web", "github.com/slack-go/slack", false, true},
		{"flows", "fmt", false, false},
	} {
		if why := forbidden(c.from, c.to, c.test); (why != "") != c.bad {
			t.Errorf("%s imports %s (test: %v): %q; want it to be forbidden: %v", c.from, c.to, c.test, why, c.bad)
		}
	}
}
