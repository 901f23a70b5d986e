// Package vault keeps what must not be readable in a stolen database: it seals values, and makes keyed hashes by which
// values are found and compared without being there. All its keys come from the installation's secret_key.
//
// A secret is changed by giving the new one first and the old one behind it: everything old still opens and compares, and
// everything new is sealed with the new one. What Stale names has to be sealed anew before the old one may go.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// SecretBytes is the length of a secret.
const SecretBytes = 32

// keyIDBytes is how many bytes of a sealed value name its key: enough to tell a handful apart.
const keyIDBytes = 4

// layout is the first byte of what Seal returns: key id, nonce and AES-256-GCM ciphertext follow.
const layout = 1

// ErrNoSecret is returned when there is no key to work with.
var ErrNoSecret = errors.New("no secret_key to protect data with")

// ErrForeign is returned by Open for what was sealed with an unknown key, for something else, or changed since.
var ErrForeign = errors.New("cannot be opened: another secret_key, another use, or changed since")

// A Vault works with one or more secrets, the current one first. It is safe for concurrent use.
type Vault struct{ keys []key }

type key struct {
	id     [keyIDBytes]byte
	seal   cipher.AEAD
	secret []byte
}

// New makes a Vault of the current secret and of earlier ones, SecretBytes each. Empty secrets are left out; without any,
// the Vault can do nothing and says ErrNoSecret.
func New(secrets ...[]byte) (*Vault, error) {
	v := &Vault{}
	for _, secret := range secrets {
		if len(secret) == 0 {
			continue
		}
		if len(secret) != SecretBytes {
			return nil, fmt.Errorf("a secret has %d bytes, not %d", SecretBytes, len(secret))
		}
		sealing, err := expand(secret, "seal")
		if err != nil {
			return nil, err
		}
		block, err := aes.NewCipher(sealing)
		if err != nil {
			return nil, err
		}
		k := key{secret: secret}
		if k.seal, err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, err
		}
		name, err := expand(secret, "name")
		if err != nil {
			return nil, err
		}
		copy(k.id[:], name)
		v.keys = append(v.keys, k)
	}
	return v, nil
}

// expand makes a key for one use of a secret (HKDF, RFC 5869: the secret is uniformly random, so expanding is enough).
func expand(secret []byte, use string) ([]byte, error) {
	return hkdf.Expand(sha256.New, secret, "aftersale: "+use, sha256.Size)
}

// Ready reports whether there is a secret.
func (v *Vault) Ready() bool { return len(v.keys) > 0 }

// Seal encrypts a value so that it opens only for the same use of the same thing, such as "document" of a buyer's id.
//
// Errors: ErrNoSecret.
func (v *Vault) Seal(use, of string, value []byte) ([]byte, error) {
	if !v.Ready() {
		return nil, ErrNoSecret
	}
	k := v.keys[0]
	sealed := append([]byte{layout}, k.id[:]...)
	return k.seal.Seal(sealed, nil, value, bound(use, of)), nil // #nosec G407 -- this AEAD makes a random nonce by itself
}

// Open returns what was sealed for this use of this thing; nothing gives nothing.
//
// Errors: ErrForeign.
func (v *Vault) Open(use, of string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	k, ok := v.keyOf(sealed)
	if !ok {
		return nil, ErrForeign
	}
	value, err := k.seal.Open(nil, nil, sealed[1+keyIDBytes:], bound(use, of))
	if err != nil {
		return nil, ErrForeign
	}
	return value, nil
}

// Stale reports that something was sealed with a secret other than the current one.
func (v *Vault) Stale(sealed []byte) bool {
	k, ok := v.keyOf(sealed)
	return len(sealed) > 0 && (!ok || k.id != v.keys[0].id)
}

// Current begins everything that is sealed with the current secret, so that a query can find what is not. Nil without one.
func (v *Vault) Current() []byte {
	if !v.Ready() {
		return nil
	}
	return append([]byte{layout}, v.keys[0].id[:]...)
}

// PrefixBytes is how many bytes at the beginning of a sealed value name its secret.
const PrefixBytes = 1 + keyIDBytes

// Prefixes are the beginnings of what each of the secrets has sealed, the current one first. They give nothing away of it.
func (v *Vault) Prefixes() [][]byte {
	all := make([][]byte, len(v.keys))
	for i, k := range v.keys {
		all[i] = append([]byte{layout}, k.id[:]...)
	}
	return all
}

func (v *Vault) keyOf(sealed []byte) (key, bool) {
	if len(sealed) <= 1+keyIDBytes || sealed[0] != layout {
		return key{}, false
	}
	for _, k := range v.keys {
		if string(k.id[:]) == string(sealed[1:1+keyIDBytes]) {
			return k, true
		}
	}
	return key{}, false
}

// bound is what a sealed value belongs to.
func bound(use, of string) []byte { return fmt.Appendf(nil, "%d:%s%d:%s", len(use), use, len(of), of) }

// Hash hashes words for one use, so that nobody without the secret can try out what they were. It is empty without a
// secret.
func (v *Vault) Hash(use string, words ...string) string {
	if !v.Ready() {
		return ""
	}
	return v.keys[0].hash(use, words)
}

// Hashes are the words' hashes under every secret, the current one first: for finding what an earlier one hashed.
func (v *Vault) Hashes(use string, words ...string) []string {
	all := make([]string, len(v.keys))
	for i, k := range v.keys {
		all[i] = k.hash(use, words)
	}
	return all
}

// Match reports, in constant time, whether a hash, or the beginning of one of at least 24 characters, is that of these
// words under any of the secrets.
func (v *Vault) Match(hash, use string, words ...string) bool {
	const shortest = 24 // 96 bits
	found := false
	for _, k := range v.keys {
		h := k.hash(use, words)
		if len(hash) >= shortest && len(hash) <= len(h) && hmac.Equal([]byte(hash), []byte(h[:len(hash)])) {
			found = true
		}
	}
	return found
}

// hash puts each word behind its length, so that two lists of words never come to the same.
func (k key) hash(use string, words []string) string {
	h := hmac.New(sha256.New, k.secret)
	fmt.Fprintf(h, "aftersale hash: %d:%s", len(use), use)
	for _, w := range words {
		fmt.Fprintf(h, "%d:%s", len(w), w)
	}
	return hex.EncodeToString(h.Sum(nil))
}
