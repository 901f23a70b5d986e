package actions

import (
	"context"
	"strings"
)

// linkSeal is how many characters of a link are its seal: 96 bits in hexadecimal.
const linkSeal = 24

// sealLink makes the words of a link that leads a chat to a purchase: letters, digits and "_", 64 at most, as Telegram
// takes them behind /start (Bot API 10.1). They name the purchase by an id that means nothing elsewhere, and give no right:
// whoever comes by them still has to show that the purchase is his. The seal keeps people from trying out ids.
func (c *Core) sealLink(purchase string) string {
	return purchase + "_" + c.vault.Hash("link", purchase)[:linkSeal]
}

// OpenLink returns the purchase that the words of a link name; ok is false for anything else.
func (c *Core) OpenLink(ctx context.Context, words string) (t Transaction, ok bool) {
	id, seal, found := strings.Cut(words, "_")
	if !found || len(seal) != linkSeal || !c.vault.Match(seal, "link", id) {
		return "", false
	}
	row, err := c.store.In(ctx).PurchaseByID(id)
	if err != nil {
		return "", false
	}
	return Transaction(row.Transaction), true
}

// chatURL is where the reader of a mail about a purchase continues in a chat; empty where there is none.
func (c *Core) chatURL(ctx context.Context, account, transaction string) string {
	if c.chatLink == nil || transaction == "" || !c.vault.Ready() {
		return ""
	}
	full, err := c.store.In(ctx).PurchaseByTransaction(account, transaction)
	if err != nil {
		return "" // the mail is what matters
	}
	return c.chatLink(ctx, c.sealLink(full.Purchase.ID))
}
