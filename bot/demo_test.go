package main

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// consoleLine is the first line that a demo prints.
var consoleLine = regexp.MustCompile(`^Aftersale: (http://127\.0\.0\.1:\d+/c/)\n`)

// startDemo runs a demo and returns the console's address, which ends with a slash.
func startDemo(t *testing.T, temporary string, args ...string) (*process, string) {
	t.Helper()
	began := time.Now()
	p := launch(t, []string{"TMPDIR=" + temporary, "LC_ALL=pt_BR.UTF-8"}, append([]string{"demo", "--listen", "127.0.0.1:0"}, args...)...)
	address := p.output.await(t, consoleLine)[1]
	t.Logf("the address came after %v", time.Since(began).Round(time.Millisecond))
	return p, address
}

func entriesOf(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestDemoLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	temporary := t.TempDir()
	p, address := startDemo(t, temporary)
	if code, page := get(t, address); code != 200 || !strings.Contains(page, "Cozinha da Ana") {
		t.Errorf("the console answers %d: %.200s", code, page)
	}
	if code, page := get(t, strings.TrimSuffix(address, "/c/")+actions.NotMePath+"forged"); code != 404 || !strings.Contains(page, "Este link não funciona") {
		t.Errorf("a forged link of a mail answers %d: %.200s", code, page)
	}
	if left := entriesOf(t, temporary); len(left) != 1 {
		t.Errorf("while it runs there are %v in the temporary folder, want one", left)
	}
	p.stopWell()
	if left := entriesOf(t, temporary); len(left) != 0 {
		t.Errorf("after the end there are %v in the temporary folder", left)
	}
}

func TestDemoGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "shop")
	p, address := startDemo(t, t.TempDir(), "--data", data)
	say := func(address, text string) {
		t.Helper()
		code, answer := post(t, address+"say", url.Values{"pane": {"buyer"}, "buyer": {"marina"}, "text": {text}})
		if code >= 400 {
			t.Fatalf("saying %q answers %d: %s", text, code, answer)
		}
	}
	say(address, "/refund")
	if _, page := get(t, address+"?buyer=marina"); !strings.Contains(page, "De qual compra é o reembolso?") {
		t.Fatalf("no question in the page: %.500s", page)
	}
	p.stopWell()

	key, err := os.Stat(filepath.Join(data, shopKey))
	if err != nil || key.Mode().Perm() != 0o600 {
		t.Errorf("the secret key's file: %v, %v; want it for this user alone", key, err)
	}

	p, address = startDemo(t, t.TempDir(), "--data", data)
	say(address, "1")
	if _, page := get(t, address+"?buyer=marina"); !strings.Contains(page, "Qual é o motivo do reembolso?") {
		t.Errorf("the conversation did not go on: %.500s", page)
	}
	root := strings.TrimSuffix(address, "c/")
	if code, body := get(t, root+"readyz"); code != 200 || body != "database: ok\nmigrations: ok\njobs: ok\n" {
		t.Errorf("/readyz answers %d: %s", code, body)
	}
	_, counted := get(t, root+"metrics")
	for _, want := range []string{
		`aftersale_interactions_total{flow="refund",outcome="asked"} 1`, `aftersale_interaction_seconds_count{flow="refund"} 1`,
		`aftersale_mails_total{outcome="sent"} 0`,
	} {
		if !strings.Contains(counted, want+"\n") {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	for _, personal := range []string{"marina", "Marina", "example.com", "HP5"} {
		if strings.Contains(counted, personal) {
			t.Errorf("/metrics knows %q", personal)
		}
	}

	// A second one on the same folder, and one on the same address.
	var out, trouble strings.Builder
	code := run(t.Context(), []string{"demo", "--listen", "127.0.0.1:0", "--data", data}, env(), nil, &out, &trouble)
	if want := "another demo runs on " + data; code != exitFailed || !strings.Contains(trouble.String(), want) {
		t.Errorf("a second demo on the folder: exit code %d, %q; want %q", code, trouble.String(), want)
	}
	trouble.Reset()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	code = run(t.Context(), []string{"demo", "--listen", u.Host}, env(), nil, &out, &trouble)
	if want := u.Host + " is in use by another program; stop it, or take another address with --listen"; code != exitFailed || !strings.Contains(trouble.String(), want) {
		t.Errorf("a second demo on the address: exit code %d, %q; want %q", code, trouble.String(), want)
	}
	p.stopWell()
}

func TestDemoRefusesAFolderThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	file := write(t, "file", "x")
	var out, trouble strings.Builder
	code := run(t.Context(), []string{"demo", "--listen", "127.0.0.1:0", "--data", filepath.Join(file, "shop")}, env(), nil, &out, &trouble)
	if code != exitFailed || !strings.Contains(trouble.String(), "make the folder") {
		t.Errorf("exit code %d, %q", code, trouble.String())
	}
	broken := filepath.Dir(write(t, shopKey, "short\n"))
	trouble.Reset()
	code = run(t.Context(), []string{"demo", "--listen", "127.0.0.1:0", "--data", broken}, env(), nil, &out, &trouble)
	if code != exitFailed || !strings.Contains(trouble.String(), "secret.key: must be 32 bytes in base64") {
		t.Errorf("exit code %d, %q", code, trouble.String())
	}
}
