package actions

import (
	"bytes"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// bodiesPage is how many deliveries are opened at once.
const bodiesPage = 200

// fileOf gathers all that is kept of a buyer, with what only the secret shows to be about him.
func (c *Core) fileOf(tx *store.Store, account, buyer string) (store.BuyerFile, error) {
	file, err := tx.BuyerFile(account, buyer)
	if err != nil {
		return file, err
	}
	file.InboundBodies, err = c.bodiesNaming(tx, account, file.Buyer.Email)
	return file, err
}

// bodiesNaming finds the sealed deliveries that hold an address, in whatever case. There are few: what waits for its job, and what
// this program does not understand.
func (c *Core) bodiesNaming(tx *store.Store, account, email string) ([]store.InboundBody, error) {
	var found []store.InboundBody
	needle := []byte(strings.ToLower(email))
	for after := ""; ; {
		page, err := tx.BodiesAfter(account, after, bodiesPage)
		if err != nil {
			return nil, err
		}
		for _, b := range page {
			if bytes.Contains(bytes.ToLower(c.openBody(b.ID, b.Body, nil)), needle) {
				found = append(found, b)
			}
		}
		if len(page) < bodiesPage {
			return found, nil
		}
		after = page[len(page)-1].ID
	}
}
