package telegram

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/adapters/adaptertest/faketelegram"
	"github.com/aftersale/aftersale/flows"
)

var setupBlock = regexp.MustCompile("(?s)<!-- setup -->\n```text\n.*```\n<!-- /setup -->")

// TestSetupPage compares the page that an operator follows with what the program does and prints.
func TestSetupPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Polling, nil, func(o *Options, _ *faketelegram.Options) {
		o.Commands = flows.Describe(words(t))
		o.Staff = func(context.Context) ([]int64, error) { return []int64{ana, 5003}, nil }
	})
	var out bytes.Buffer
	if err := w.renew().Setup(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("..", "..", "docs", "setup-telegram.md")
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !setupBlock.Match(page) {
		t.Fatal("the page has no place for what setup prints")
	}
	golden(t, file, setupBlock.ReplaceAllLiteralString(string(page), "<!-- setup -->\n```text\n"+out.String()+"```\n<!-- /setup -->"))

	config, err := os.ReadFile(filepath.Join("..", "..", "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	source := readSources(t)
	for _, want := range []struct{ copied, in, where string }{
		{"mode: polling", string(config), "config.example.yaml"},
		{"`public_url` + `" + WebhookPath + "`", "`public_url` + `" + WebhookPath + "`", "the route"},
		{"443, 80, 88 or 8443", "443, 80, 88 or 8443", "the check of public_url"},
		{"the token is not valid", source, "the program"},
		{"another program polls with this bot's token", source, "the program"},
		{"another program has set a webhook for this bot", source, "the program"},
		{"the last delivery that failed", source, "the program"},
	} {
		if !strings.Contains(string(page), want.copied) || !strings.Contains(want.in, want.copied) {
			t.Errorf("%q is not what %s has", want.copied, want.where)
		}
	}
	for _, key := range regexp.MustCompile(`AFTERSALE_TELEGRAM_([A-Z_]+)`).FindAllStringSubmatch(string(page), -1) {
		name := strings.ToLower(strings.TrimSuffix(key[1], "_FILE"))
		if !strings.Contains(string(config), "\n  "+name+":") {
			t.Errorf("config.example.yaml has no telegram.%s", name)
		}
	}
}

func readSources(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && !strings.HasSuffix(f, "_test.go") {
			all.Write(b)
		}
	}
	return all.String()
}
