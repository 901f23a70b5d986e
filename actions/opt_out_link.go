package actions

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// OptOutPath is where links lead by which somebody wants no more mails of a kind.
const OptOutPath = PagesPath + "optout/"

// linkOptOut ends mails of a kind to one address. It never expires: a mail may be found again years later.
const linkOptOut linkPurpose = "opt-out"

// stopWords name a kind of mail and the buyer who gets it, for the link in the mail itself.
func stopWords(kind MailKind, buyer string) string { return string(kind) + "_" + buyer }

// optOutURL is where whoever gets such a mail ends them; empty when there is no public address.
func (c *Core) optOutURL(words string) string {
	if c.publicURL == nil || words == "" || !c.vault.Ready() {
		return ""
	}
	base := strings.TrimRight(c.publicURL(), "/")
	if base == "" {
		return ""
	}
	return base + OptOutPath + c.signLink(linkOptOut, words, time.Time{})
}

// OptOutURL is where a buyer ends mails of a kind: whoever writes to him from elsewhere puts it into the mail. It is empty when
// there is no public address. Whoever holds it can end them, and nothing else.
func (c *Core) OptOutURL(buyer string, kind MailKind) string {
	return c.optOutURL(stopWords(kind, buyer))
}

// A StopPage is what the page behind such a link says.
type StopPage struct {
	Shop         string
	SupportEmail string
	Locale       string
	Kind         MailKind
	Email        Email
	Stopped      bool
}

// StopPage returns what a link is about, and changes nothing.
//
// Errors: NotFound for words that we did not sign, and for whoever was erased; Unavailable.
func (c *Core) StopPage(ctx context.Context, words string) (StopPage, error) {
	p, err := c.stopPage(c.store.In(ctx), words)
	return p, failed("look at an opt-out", err)
}

func (c *Core) stopPage(s *store.Store, words string) (StopPage, error) {
	b, kind, err := c.stopped(s, words)
	if err != nil {
		return StopPage{}, err
	}
	account, err := s.Account(b.AccountID)
	if err != nil {
		return StopPage{}, err
	}
	out, err := optedOut(s, b.AccountID, b.ID, kind)
	return StopPage{Shop: account.Name, SupportEmail: account.SupportEmail, Locale: firstLocale(b.Locale, account.Locale), Kind: kind, Email: Email(b.Email), Stopped: out}, err
}

func (c *Core) stopped(s *store.Store, words string) (store.Buyer, MailKind, error) {
	none := &Error{Code: NotFound, Key: "opt_out.no_link"}
	subject, _, ok := c.openLink(linkOptOut, words, false)
	kind, id, _ := strings.Cut(subject, "_")
	if !ok || !slices.Contains(MailKinds, MailKind(kind)) {
		return store.Buyer{}, "", none
	}
	b, err := s.Buyer(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && b.Erased() {
		return b, "", none
	}
	return b, MailKind(kind), err
}

// Stop ends mails of a kind to whoever holds a link from one of them. Called again, it changes nothing.
//
// Errors: as of StopPage.
func (c *Core) Stop(ctx context.Context, words string) (StopPage, error) {
	var p StopPage
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		b, kind, err := c.stopped(tx, words)
		if err != nil {
			return err
		}
		if _, err := c.silence(tx, mailboxActor(b.AccountID), b, kind, "link", true); err != nil {
			return err
		}
		p, err = c.stopPage(tx, words)
		return err
	})
	return p, failed("end mails of a kind", err)
}

// MailWishes returns the kinds of mail that one of the actor's records does not want.
//
// Errors: NotFound for anybody else's record; Unavailable.
func (c *Core) MailWishes(ctx context.Context, who Actor, buyer string) ([]MailKind, error) {
	s := c.store.In(ctx)
	b, err := ownBuyer(s, who, buyer)
	if err != nil {
		return nil, failed("find a record", err)
	}
	all, err := s.OptOuts(who.Account, b.ID)
	if err != nil {
		return nil, failed("read opt-outs", err)
	}
	var kinds []MailKind
	for _, o := range all {
		kinds = append(kinds, MailKind(o.Kind))
	}
	return kinds, nil
}
