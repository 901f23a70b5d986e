package vault_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/aftersale/aftersale/actions/vault"
)

var (
	first  = bytes.Repeat([]byte{1}, vault.SecretBytes)
	second = bytes.Repeat([]byte{2}, vault.SecretBytes)
)

func with(t *testing.T, secrets ...[]byte) *vault.Vault {
	t.Helper()
	v, err := vault.New(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealedValues(t *testing.T) {
	t.Parallel()
	v := with(t, first)
	seal := func() []byte {
		sealed, err := v.Seal("document", "b1", []byte("52998224725"))
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	a, b := seal(), seal()
	if bytes.Equal(a, b) || bytes.Contains(a, []byte("52998224725")) {
		t.Errorf("one value sealed twice can be recognised: %x, %x", a, b)
	}
	if got, err := v.Open("document", "b1", a); string(got) != "52998224725" || err != nil {
		t.Errorf("opened: %q, %v", got, err)
	}
	if got, err := v.Open("document", "b1", nil); got != nil || err != nil {
		t.Errorf("nothing opened: %q, %v", got, err)
	}
	changed := bytes.Clone(a)
	changed[len(changed)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"for another use":   func() ([]byte, error) { return v.Open("phone", "b1", a) },
		"for another thing": func() ([]byte, error) { return v.Open("document", "b2", a) },
		"words moved over":  func() ([]byte, error) { return v.Open("documentb", "1", a) },
		"by another secret": func() ([]byte, error) { return with(t, second).Open("document", "b1", a) },
		"by no secret":      func() ([]byte, error) { return with(t).Open("document", "b1", a) },
		"changed":           func() ([]byte, error) { return v.Open("document", "b1", changed) },
		"cut":               func() ([]byte, error) { return v.Open("document", "b1", a[:7]) },
		"never sealed":      func() ([]byte, error) { return v.Open("document", "b1", []byte("plain words, long enough")) },
	} {
		if got, err := open(); !errors.Is(err, vault.ErrForeign) || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestSecretIsChanged(t *testing.T) {
	t.Parallel()
	before := with(t, first)
	sealed, err := before.Seal("document", "b1", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	hash := before.Hash("document", "52998224725")
	now := with(t, second, first)
	if got, err := now.Open("document", "b1", sealed); string(got) != "x" || err != nil {
		t.Errorf("what the old secret sealed: %q, %v", got, err)
	}
	if !now.Stale(sealed) || before.Stale(sealed) || bytes.HasPrefix(sealed, now.Current()) || !bytes.HasPrefix(sealed, before.Current()) {
		t.Error("it is not told which secret sealed")
	}
	fresh, err := now.Seal("document", "b1", []byte("x"))
	if err != nil || now.Stale(fresh) {
		t.Errorf("sealed anew: stale %t, %v", now.Stale(fresh), err)
	}
	if !now.Match(hash, "document", "52998224725") || now.Hash("document", "52998224725") == hash || now.Hashes("document", "52998224725")[1] != hash {
		t.Error("hashes of the old secret are lost")
	}
	if with(t, second).Match(hash, "document", "52998224725") {
		t.Error("the old secret's hash matches without it")
	}
}

func TestHashes(t *testing.T) {
	t.Parallel()
	v := with(t, first)
	hash := v.Hash("code", "ab", "c")
	for _, other := range []string{v.Hash("code", "a", "bc"), v.Hash("code", "abc"), v.Hash("link", "ab", "c"), v.Hash("code", "ab", "c", "")} {
		if other == hash {
			t.Errorf("two lists of words hash the same: %s", hash)
		}
	}
	for given, want := range map[string]bool{hash: true, hash[:24]: true, hash[:23]: false, "": false, hash + "0": false, strings.ToUpper(hash): false} {
		if v.Match(given, "code", "ab", "c") != want {
			t.Errorf("Match(%q) is not %t", given, want)
		}
	}
}

func TestWithoutSecret(t *testing.T) {
	t.Parallel()
	v := with(t, nil)
	if _, err := v.Seal("a", "b", []byte("c")); !errors.Is(err, vault.ErrNoSecret) {
		t.Errorf("sealed without a secret: %v", err)
	}
	if v.Ready() || v.Hash("a") != "" || v.Match("", "a") || v.Current() != nil {
		t.Error("a vault without a secret does something")
	}
	if _, err := vault.New([]byte("short")); err == nil {
		t.Error("a short secret was taken")
	}
}
