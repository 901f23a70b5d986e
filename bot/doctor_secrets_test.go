package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWeakKeys(t *testing.T) {
	t.Parallel()
	for range 1000 {
		fresh := make([]byte, secretKeyBytes)
		rand.Read(fresh)
		if weakKey(fresh) {
			t.Fatalf("a key made by chance is called weak: %x", fresh)
		}
	}
	counted, mixed := make([]byte, secretKeyBytes), make([]byte, secretKeyBytes)
	for i := range counted {
		counted[i], mixed[i] = byte(i*7), byte(i%16*17)
	}
	for name, key := range map[string][]byte{
		"zero": make([]byte, secretKeyBytes), "one byte": bytes.Repeat([]byte{0xA7}, secretKeyBytes), "words": []byte("correct horse battery staple yes"),
		"hexadecimal digits": []byte("9f86d081884c7d659a2feaa0c55ad015"), "counting": counted, "half of it twice": append(mixed[:16:16], mixed[:16]...),
	} {
		if !weakKey(key) {
			t.Errorf("%s: %x is not called weak", name, key)
		}
	}
}

// warnings are what doctor warns of, in a folder with a configuration file of its own.
func warnings(t *testing.T, yaml string, mode os.FileMode, env map[string]string) string {
	t.Helper()
	path := write(t, "config.yaml", yaml)
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	getenv := func(name string) string { return env[name] }
	var read *configReader
	c, err := loadConfig(path, getenv, func(r *configReader, _ Config) { read = r })
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range checkSecrets(c, read, getenv) {
		if f.state != "ok" {
			text.WriteString(f.state + " " + f.check + ": " + f.text + "\n")
		}
	}
	return strings.ReplaceAll(text.String(), filepath.Dir(path), "DIR")
}

func TestDoctorLooksAtSecrets(t *testing.T) {
	t.Parallel()
	raw := make([]byte, secretKeyBytes)
	rand.Read(raw)
	strong := base64.StdEncoding.EncodeToString(raw)
	file := write(t, "key", strong)
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	demo := filepath.Dir(write(t, shopKey, strong+"\n"))
	for name, c := range map[string]struct {
		yaml string
		mode os.FileMode
		env  map[string]string
		want []string // what is warned of; nothing else may be
	}{
		"all well":           {"secret_key: " + strong, 0o600, nil, nil},
		"no secret inside":   {"listen: :1", 0o644, map[string]string{"AFTERSALE_SECRET_KEY": strong}, nil},
		"weak":               {"secret_key: " + goodKey, 0o600, nil, []string{"secret key: secret_key was typed"}},
		"of a sample shop":   {"database_url: sqlite:" + demo + "/x.db", 0o600, map[string]string{"AFTERSALE_SECRET_KEY": strong}, []string{"that of a sample shop"}},
		"being changed":      {"listen: :1", 0o644, map[string]string{"AFTERSALE_SECRET_KEY": strong, "AFTERSALE_PREVIOUS_SECRET_KEY": goodKey}, []string{"is being changed"}},
		"readable":           {"secret_key: " + strong, 0o644, nil, []string{"every user of this machine can read DIR/config.yaml, and in it secret_key: chmod o-r"}},
		"readable file":      {"listen: :1", 0o600, map[string]string{"AFTERSALE_SECRET_KEY_FILE": file}, []string{"every user of this machine can read " + file}},
		"password inside":    {"{database_url: 'postgres://ana:pw@db/x'}", 0o644, map[string]string{"AFTERSALE_SECRET_KEY": strong}, []string{"in it database_url"}},
		"no password inside": {"{database_url: 'postgres://ana@db/x'}", 0o644, map[string]string{"AFTERSALE_SECRET_KEY": strong}, nil},
		"plain http":         {"public_url: http://shop.example", 0o600, map[string]string{"AFTERSALE_SECRET_KEY": strong}, []string{"public_url: is plain http"}},
		"plain http here":    {"public_url: http://127.0.0.1:8080", 0o600, map[string]string{"AFTERSALE_SECRET_KEY": strong}, nil},
		"plain http, inside": {"{public_url: 'http://shop.example', secret_key: '" + strong + "'}", 0o600, nil, []string{"take secret_key out of DIR/config.yaml"}},
		"short": {"{telegram: {webhook_secret: abc123}, slack: {signing_secret: aaaaaaaaaaaaaaaaaaaa}, hotmart: {hottok: Xy7}}", 0o600, map[string]string{"AFTERSALE_SECRET_KEY": strong},
			[]string{"hotmart.hottok: is short", "slack.signing_secret: is short", "telegram.webhook_secret: is short"}},
		"long": {"telegram: {webhook_secret: 8f1c0a5e9d3b7246}", 0o600, map[string]string{"AFTERSALE_SECRET_KEY": strong}, nil},
	} {
		got := warnings(t, c.yaml, c.mode, c.env)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no warning of %q:\n%s", name, want, got)
			}
		}
		if lines := strings.Count(got, "\n"); lines != len(c.want) {
			t.Errorf("%s: %d warnings, want %d:\n%s", name, lines, len(c.want), got)
		}
		for _, secret := range []string{strong, goodKey, "abc123", "aaaaaaaa", "Xy7", ":pw@"} {
			if strings.Contains(got, secret) {
				t.Errorf("%s: a secret is repeated:\n%s", name, got)
			}
		}
	}
}
