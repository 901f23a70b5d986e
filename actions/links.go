package actions

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// linkSeal is how many characters of a link are its seal: 96 bits in hexadecimal.
const linkSeal = 24

// A linkPurpose is what a signed link is for; one that was made for something else does not open.
type linkPurpose string

const (
	linkChat  linkPurpose = "link"   // leads a chat to a purchase, and gives no right
	linkNotMe linkPurpose = "not-me" // puts a change of e-mail back
)

// signLink makes the words of a link: a subject, until when they are good unless that is zero, and a seal that nobody can
// make without the secret. They are letters, digits and "_". That a link is good once is for what it does to remember, by
// its subject.
func (c *Core) signLink(purpose linkPurpose, subject string, until time.Time) string {
	words := subject
	if !until.IsZero() {
		words += "_" + strconv.FormatInt(until.Unix(), 36)
	}
	return words + "_" + c.vault.Hash(string(purpose), words)[:linkSeal]
}

// openLink returns the subject of a link that was signed for a purpose, and until when it is good, which is for the caller
// to compare: there is something to say to whoever comes too late. ok is false for anything else.
func (c *Core) openLink(purpose linkPurpose, words string, expires bool) (subject string, until time.Time, ok bool) {
	end := strings.LastIndexByte(words, '_')
	if end < 0 || len(words)-end-1 != linkSeal || !c.vault.Match(words[end+1:], string(purpose), words[:end]) {
		return "", time.Time{}, false
	}
	subject = words[:end]
	if !expires {
		return subject, time.Time{}, true
	}
	at := strings.LastIndexByte(subject, '_')
	if at < 0 {
		return "", time.Time{}, false
	}
	seconds, err := strconv.ParseInt(subject[at+1:], 36, 64)
	return subject[:at], time.Unix(seconds, 0).UTC(), err == nil
}

// sealLink makes the words of a link that leads a chat to a purchase: 64 characters at most, as Telegram takes them behind
// /start (Bot API 10.1). They name the purchase by an id that means nothing elsewhere, and give no right: whoever comes by
// them still has to show that the purchase is his. The seal keeps people from trying out ids.
func (c *Core) sealLink(purchase string) string { return c.signLink(linkChat, purchase, time.Time{}) }

// OpenLink returns the purchase that the words of a link name; ok is false for anything else.
func (c *Core) OpenLink(ctx context.Context, words string) (t Transaction, ok bool) {
	id, _, ok := c.openLink(linkChat, words, false)
	if !ok {
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

// PagesPath is where the buyers' pages are, below the public address.
const PagesPath = "/b/"

// AcceptPath is where a subscriber accepts that his subscription goes on, below the public address; the words of a link follow.
const AcceptPath = PagesPath + "accept/"

// NotMePath is where the links of mails about a change of e-mail lead, below the public address; their words follow.
const NotMePath = PagesPath + "not-me/"

// notMeURL is where the reader of a mail about a change of e-mail has it put back; empty when there is no public address.
func (c *Core) notMeURL(change string, at time.Time) string {
	if change == "" {
		return ""
	}
	return c.pageURL(NotMePath, func() string { return c.signLink(linkNotMe, change, at.Add(notMeLife)) })
}

// pageURL is the public address of a page behind a signed link; empty when there is no public address.
func (c *Core) pageURL(path string, sign func() string) string {
	if c.publicURL == nil || !c.vault.Ready() {
		return ""
	}
	base := strings.TrimRight(c.publicURL(), "/")
	if base == "" {
		return ""
	}
	return base + path + sign()
}
