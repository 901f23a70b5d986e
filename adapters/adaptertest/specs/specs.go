// Package specs checks what an adapter sends against what the platforms publish about themselves: Slack's Web API, its
// Block Kit and its manifest, Discord's OpenAPI document, Telegram's Bot API, and the numbers of platform-limits.json.
//
// The documents are third parties' and are kept beside the repository, in ../shared/specs; without them the tests that
// need them are skipped by name, and fail where AFTERSALE_TEST_SHARED=required says that they must be there.
//
// A problem is "path: what", the path as in JSONPath: "$.blocks[2].text.text: maxLength: got 3,001, want 3,000".
package specs

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Specs are the documents of all platforms. It may be used by several goroutines.
type Specs struct{ dir string }

// files are what Load wants to find.
var files = []string{"slack-web-openapi-v2.json", "slack-block-kit.schema.json", "slack-manifest.schema.1.0.0.json",
	"discord-openapi.json", "telegram-bot-api.json", "platform-limits.json"}

var process = sync.OnceValues(func() (*Specs, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return &Specs{dir: dir}, nil
})

// Load returns the documents. It skips the test where they are absent, and fails it where they are required.
func Load(t testing.TB) *Specs {
	t.Helper()
	s, err := process()
	if err != nil {
		if os.Getenv("AFTERSALE_TEST_SHARED") == "required" {
			t.Fatalf("no specifications of the platforms beside the repository: %v", err)
		}
		t.Skipf("SKIPPED: no specifications of the platforms beside the repository: %v", err)
	}
	return s
}

// folder is shared/specs beside the folder of go.mod, wherever in the module the test runs.
func folder() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared", "specs"), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod above the test")
		}
		dir = parent
	}
}

// read parses one document.
func (s *Specs) read(name string, into any) error {
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

var limits = sync.OnceValues(func() (map[string]any, error) {
	s, err := process()
	if err != nil {
		return nil, err
	}
	var all map[string]any
	return all, s.read("platform-limits.json", &all)
})

// Limit is a number of platform-limits.json by its dotted path, such as "slack.element.button_text". It panics when
// there is none: the path is a mistake of the test's.
func (s *Specs) Limit(path string) int {
	all, err := limits()
	if err != nil {
		panic(err)
	}
	var at any = all
	for _, key := range strings.Split(path, ".") {
		m, _ := at.(map[string]any)
		at = m[key]
	}
	n, ok := at.(float64)
	if !ok {
		panic(fmt.Sprintf("platform-limits.json has no number %s", path))
	}
	return int(n)
}
