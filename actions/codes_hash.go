package actions

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// codeFacts is what a code agrees to, hashed: one for a refund of 10.00 is none for a refund of 100.00.
func (c *Core) codeFacts(purpose CodePurpose, p Purchase) string {
	return c.keyed("facts", string(purpose), p.ID, fmt.Sprint(p.Price.Minor), p.Price.Currency)
}

// codeHash is what is kept of a code.
func (c *Core) codeHash(row store.OneTimeCode, code string) string {
	return c.keyed("code", row.ID, row.Purpose, row.Facts, code)
}

// keyed hashes words so that nobody without the key can try out what they were. Each is preceded by its length, so that
// two lists of words never come to the same.
func (c *Core) keyed(words ...string) string {
	h := hmac.New(sha256.New, c.codeKey)
	for _, w := range words {
		fmt.Fprintf(h, "%d:%s", len(w), w)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// derive makes a key for one use of a secret; nil of none.
func derive(secret []byte, use string) []byte {
	if len(secret) == 0 {
		return nil
	}
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("aftersale: " + use))
	return h.Sum(nil)
}

// ParseCode reads a one-time code as people type it: its digits, whatever stands between. Empty when it cannot be one.
func ParseCode(s string) string {
	code := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	if len(code) != CodeDigits || len(s) > 4*CodeDigits {
		return ""
	}
	return code
}

func randomCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%0*d", CodeDigits, n), nil
}
