package main

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// minSecret is how long a secret that somebody could guess should be, in characters: 16 of the alphabets that platforms
// use are 64 bits and more.
const minSecret = 16

// checkSecrets finds what would let somebody guess or read a secret. It repeats none.
func checkSecrets(c Config, r *configReader, getenv func(string) string) []finding {
	all := []finding{checkKey("secret key", "secret_key", c, c.SecretKey)}
	if c.PreviousSecretKey != "" {
		all = append(all, finding{"warn", "secret key", "is being changed: `aftersale keys status` says when previous_secret_key may go"})
	}
	for path, secret := range map[string]Secret{
		"slack.signing_secret": c.Slack.SigningSecret, "telegram.webhook_secret": c.Telegram.WebhookSecret, "hotmart.hottok": c.Hotmart.Hottok,
	} {
		if secret != "" && (len(secret) < minSecret || fewDifferent([]byte(secret), minSecret/3)) {
			all = append(all, finding{"warn", path, fmt.Sprintf("is short or simple: whoever guesses it speaks for the platform. %d characters or more, made by chance", minSecret)})
		}
	}
	slices.SortStableFunc(all[1:], func(a, b finding) int { return strings.Compare(a.check, b.check) })
	all = append(all, readable(c, r, getenv)...)
	if u, err := url.Parse(c.PublicURL); err == nil && u.Scheme == "http" && !loopback(u.Hostname()) {
		text := "is plain http: whoever sits between reads the links and webhooks and the secrets in them. Put a proxy that speaks HTTPS before it"
		if inFile := secretsInFile(c, r); len(inFile) > 0 {
			text += fmt.Sprintf(". And take %s out of %s: a variable, or a file of its own, is read by fewer", strings.Join(inFile, ", "), r.file)
		}
		all = append(all, finding{"warn", "public_url", text})
	}
	return all
}

// checkKey looks whether a key is one that somebody could think of, or has.
func checkKey(check, path string, c Config, key Secret) finding {
	raw, err := decodeSecretKey(key)
	switch {
	case err != nil:
		return finding{"fail", check, err.Error()}
	case weakKey(raw):
		return finding{"warn", check, path + " was typed or follows a pattern, so it can be guessed, and with it every code and document: " +
			"`openssl rand -base64 32` makes one by chance; docs/operations.md says how to change it"}
	case demoKey(c, key):
		return finding{"warn", check, path + " is that of a sample shop: make one of your own, `openssl rand -base64 32`"}
	}
	return finding{"ok", check, fmt.Sprintf("%d bytes", len(raw))}
}

// weakKey reports bytes that no honest chance gives: of 32 random ones some 30 differ, fewer than 20 in less than one of a
// billion keys, and all 32 are printable in less than one of ten million millions.
func weakKey(raw []byte) bool {
	printable := !slices.ContainsFunc(raw, func(b byte) bool { return b < ' ' || b > '~' })
	steps := map[byte]bool{}
	for i := 1; i < len(raw); i++ {
		steps[raw[i]-raw[i-1]] = true
	}
	return printable || fewDifferent(raw, 20) || len(steps) < 4
}

func fewDifferent(raw []byte, n int) bool {
	seen := map[byte]bool{}
	for _, b := range raw {
		seen[b] = true
	}
	return len(seen) < n
}

// demoKey reports the key of the sample shop whose folder the database lies in.
func demoKey(c Config, key Secret) bool {
	file, ok := strings.CutPrefix(c.DatabaseURL.Reveal(), "sqlite:")
	if !ok {
		return false
	}
	content, err := os.ReadFile(filepath.Join(filepath.Dir(file), shopKey))
	return err == nil && strings.TrimSpace(string(content)) == key.Reveal()
}

// mounted is where container engines put secrets, readable for all users of a container that has but one.
const mounted = "/run/secrets/"

// readable finds files with secrets that every user of the machine can read.
func readable(c Config, r *configReader, getenv func(string) string) []finding {
	files := map[string]string{}
	if inFile := secretsInFile(c, r); len(inFile) > 0 {
		files[r.file] = strings.Join(inFile, ", ")
	}
	for _, k := range keys(&c) {
		if file := getenv(k.env() + "_FILE"); k.secret && file != "" && !strings.HasPrefix(file, mounted) {
			files[file] = k.path
		}
	}
	var all []finding
	for _, file := range slices.Sorted(maps.Keys(files)) {
		info, err := os.Stat(file)
		if err == nil && info.Mode().Perm()&0o004 != 0 {
			all = append(all, finding{"warn", "files", fmt.Sprintf("every user of this machine can read %s, and in it %s: chmod o-r %s", file, files[file], file)})
		}
	}
	return all
}

// secretsInFile lists the keys of the secrets that stand in the configuration file itself.
func secretsInFile(c Config, r *configReader) []string {
	var all []string
	for _, k := range keys(&c) {
		value := k.value.String()
		if !k.secret || value == "" || r.file == "" || !strings.HasPrefix(r.places[k.path], r.file+":") {
			continue
		}
		if k.path == "database_url" {
			u, err := url.Parse(value)
			if err != nil {
				continue
			}
			if _, has := u.User.Password(); !has {
				continue
			}
		}
		all = append(all, k.path)
	}
	return all
}

// loopback reports a name that is this machine's alone.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
