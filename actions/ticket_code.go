package actions

import (
	"encoding/base32"
	"errors"
	"io"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// useTicketCode is what a ticket's code is sealed and hashed for.
const useTicketCode = "ticket_code"

const (
	codePrefix    = "TK"
	codeBytes     = 10 // 80 bits: nobody finds one by trying
	codeLetters   = 16
	codeInGroupOf = 4
)

// ticketLetters are Crockford's: none of them looks like another.
var ticketLetters = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// A TicketCode is what a ticket shows at the door, such as TK-7K2M-9QXA-03PD-WZ5H. Whoever has it gets in.
type TicketCode string

// String gives nothing away.
func (TicketCode) String() string { return codePrefix + "-••••" }

// Shown is the code as it stands on the ticket.
func (t TicketCode) Shown() string {
	out := codePrefix
	for rest := string(t); len(rest) >= codeInGroupOf; rest = rest[codeInGroupOf:] {
		out += "-" + rest[:codeInGroupOf]
	}
	return out
}

// ParseTicketCode reads what a scanner or a person typed: case and what stands between do not matter, and letters that look
// like digits are those. ok is false for anything else.
func ParseTicketCode(text string) (t TicketCode, ok bool) {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -–—_.\t\n", r) {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(text)))
	rest, ok := strings.CutPrefix(text, codePrefix)
	rest = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(rest)
	if !ok || len(rest) != codeLetters {
		return "", false
	}
	_, err := ticketLetters.DecodeString(rest)
	return TicketCode(rest), err == nil
}

// renew gives a ticket a new code; one that it had before lets nobody in any more.
func (c *Core) renew(t *store.Ticket) error {
	raw := make([]byte, codeBytes)
	if _, err := io.ReadFull(c.random, raw); err != nil {
		return err
	}
	code := ticketLetters.EncodeToString(raw)
	sealed, err := c.vault.Seal(useTicketCode, t.ID, []byte(code))
	if err != nil {
		return err
	}
	t.Code, t.CodeKey = sealed, c.vault.Hash(useTicketCode, code)
	return nil
}

// codeOf opens a ticket's code; empty when it has none.
func (c *Core) codeOf(t store.Ticket) (TicketCode, error) {
	code, err := c.vault.Open(useTicketCode, t.ID, t.Code)
	if err != nil {
		return "", errors.Join(errors.New("code of a ticket"), err)
	}
	return TicketCode(code), nil
}

func (c *Core) byCode(s *store.Store, account string, code TicketCode) (store.Ticket, error) {
	return s.TicketByCode(account, c.vault.Hashes(useTicketCode, string(code)))
}
