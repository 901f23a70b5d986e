package actions

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// codeFacts is what a code agrees to, hashed: one for a refund of 10.00 is none for a refund of 100.00.
func (c *Core) codeFacts(purpose CodePurpose, p Purchase) string {
	return c.vault.Hash("facts", string(purpose), p.ID, fmt.Sprint(p.Price.Minor), p.Price.Currency)
}

// codeWords are what is hashed in place of a code.
func codeWords(row store.OneTimeCode, code string) []string {
	return []string{row.ID, row.Purpose, row.Facts, code}
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
