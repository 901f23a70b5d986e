package actions

import "github.com/aftersale/aftersale/store"

// documentMatches reports, in constant time, whether a document is the one that is kept of a buyer. It is false when none
// is kept, and without a secret.
func (c *Core) documentMatches(b store.Buyer, typed Document) bool {
	return c.vault.Match(b.DocumentKey, useDocument, b.ID, string(typed))
}

// hasDocument reports whether there is a document that a buyer could be known by.
func hasDocument(b store.Buyer) bool {
	return len(b.Document) > 0 && b.DocumentKey != "" && b.DocumentKey != contested
}

// documentKey is what a document of a buyer is compared by. It holds the buyer's id too, so that nobody can read off the
// table who shares one.
func (c *Core) documentKey(buyer string, d Document) string {
	return c.vault.Hash(useDocument, buyer, string(d))
}

// moveContact seals a buyer's document and phone for a copy of him with another id. What cannot be opened stays behind.
func (c *Core) moveContact(b store.Buyer, id string) store.Buyer {
	move := func(use string, sealed []byte) (fresh, value []byte) {
		value, err := c.vault.Open(use, b.ID, sealed)
		if err != nil || len(value) == 0 {
			return nil, nil
		}
		if fresh, err = c.vault.Seal(use, id, value); err != nil {
			return nil, nil
		}
		return fresh, value
	}
	moved := b
	moved.ID, moved.DocumentKey = id, ""
	var number []byte
	if moved.Document, number = move(useDocument, b.Document); len(number) > 0 {
		moved.DocumentKey = c.documentKey(id, Document(number))
	} else if b.DocumentKey == contested {
		moved.DocumentKey = contested
	}
	if moved.Phone, _ = move(usePhone, b.Phone); len(moved.Phone) == 0 && len(moved.Document) == 0 {
		moved.ContactAt = nil
	}
	return moved
}
