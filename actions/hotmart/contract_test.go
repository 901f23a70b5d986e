package hotmart

import (
	"os"
	"path/filepath"
	"testing"
)

// shared lists files that are kept beside the repository.
func shared(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob("../../../shared/reference/" + pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		if os.Getenv("AFTERSALE_TEST_SHARED") == "required" {
			t.Fatal("no shared samples beside the repository: " + pattern)
		}
		t.Skip("no shared samples beside the repository: " + pattern)
	}
	return names
}

// TestSharedSamples decodes the payload samples that are kept beside the repository, when they are there: one for each
// event that the platform documents. AFTERSALE_TEST_SHARED=required makes their absence a failure.
func TestSharedSamples(t *testing.T) {
	t.Parallel()
	names := shared(t, "hotmart-webhooks/*.json")
	if len(names) < 23 {
		t.Errorf("%d samples, want at least 23", len(names))
	}
	ignored := map[string]string{
		"club_module_completed.json": ignoredModule,
		"test_event_from_panel.json": ignoredTest,
	}
	for _, name := range names {
		e, err := Decode(read(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if e.Ignored != ignored[filepath.Base(name)] {
			t.Errorf("%s: ignored %q, want %q", name, e.Ignored, ignored[filepath.Base(name)])
		}
		if e.Sale != nil && e.Sale.Status == "unknown" {
			t.Errorf("%s: status %q is unknown", name, e.Sale.RawStatus)
		}
	}
}
