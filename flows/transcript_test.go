package flows_test

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/aftersale/aftersale/flows/flowstest"
)

var update = flag.Bool("update", false, "write what the bot says into testdata")

// TestConversations plays every file of testdata.
func TestConversations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			flowstest.File(t, path, *update)
		})
	}
}
