package terminal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/flows/flow"
)

// TestFilesNeverOverwrite gives somebody files of one name, one of which is there already, one a link to elsewhere.
func TestFilesNeverOverwrite(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	precious, elsewhere := filepath.Join(dir, "audit.csv"), filepath.Join(t.TempDir(), "elsewhere")
	if err := os.WriteFile(precious, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(dir, "audit-2.csv")); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a := New(Options{Out: &out, User: User{ID: "ana"}, Files: dir})
	for range 2 {
		if waits, err := a.PostFile(t.Context(), "ana", flow.File{Name: "../audit.csv", Body: []byte("new"), Caption: "Audit\x1b[31m"}); waits || err != nil {
			t.Fatal(waits, err)
		}
	}
	for name, want := range map[string]string{"audit.csv": "precious", "audit-3.csv": "new", "audit-4.csv": "new"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := os.Stat(elsewhere); err == nil {
		t.Error("a file was written through a link")
	}
	if !strings.Contains(out.String(), "⤓ "+filepath.Join(dir, "audit-3.csv")) || strings.Contains(out.String(), "\x1b") {
		t.Errorf("printed: %q", out.String())
	}
	a.Files = filepath.Join(precious, "no folder")
	if _, err := a.PostFile(t.Context(), "ana", flow.File{Name: "x", Body: []byte("new")}); err == nil {
		t.Error("a file in a folder that cannot be")
	}
}
