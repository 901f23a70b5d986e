package stripe

import (
	"math/big"
	"strings"

	"github.com/aftersale/aftersale/actions"
)

// Our codes know no small letters, and Stripe's ids live on them. So the part behind the prefix is a number written with 62 digits
// there and with 36 here: ch_3MqLiJ… becomes CH_…, of at most 40 characters, and back, without a look-up.

const digits62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// maxID is the longest id that a code can hold: 24 digits are usual behind the prefix.
const maxID = 34

// CodeOf is our code for an id; empty for one that cannot be one.
func CodeOf(id string) actions.Transaction {
	prefix, rest, ok := cutID(id)
	if !ok || len(id) > maxID || strings.Trim(prefix, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	n := big.NewInt(1) // so that leading zeros stay
	for _, c := range []byte(rest) {
		d := strings.IndexByte(digits62, c)
		if d < 0 {
			return ""
		}
		n.Add(n.Mul(n, big.NewInt(62)), big.NewInt(int64(d)))
	}
	return actions.Transaction(strings.ToUpper(prefix + "_" + n.Text(36)))
}

// idOf is the id that a code stands for; empty when it stands for none.
func idOf(code string) string {
	prefix, rest, ok := cutID(strings.ToLower(code))
	n, number := new(big.Int).SetString(rest, 36)
	if !ok || len(code) > 60 || !number || n.Sign() <= 0 || strings.Trim(prefix, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	var back []byte
	digit := new(big.Int)
	for n.Cmp(big.NewInt(1)) > 0 {
		n.DivMod(n, big.NewInt(62), digit)
		back = append(back, digits62[digit.Int64()])
	}
	if n.Cmp(big.NewInt(1)) != 0 || len(back) == 0 {
		return ""
	}
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	id := prefix + "_" + string(back)
	if string(CodeOf(id)) != strings.ToUpper(code) {
		return "" // another way to write it, or too long
	}
	return id
}

func cutID(id string) (prefix, rest string, ok bool) {
	prefix, rest, ok = strings.Cut(id, "_")
	return prefix, rest, ok && prefix != "" && rest != ""
}
