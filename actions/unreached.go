package actions

import (
	"context"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// An Unreached is news that could not be told in a chat, and what was done in its place.
type Unreached struct {
	Who      Actor
	Platform string
	Purchase Purchase
	Mailed   bool // a mail has the news, or will bring it
}

// Unreached records that somebody cannot be written to in his chat any more, and has the buyer who waits told by mail, at
// the address of the purchase that the news is about. He is tried again in the chat once he writes there himself. Called
// twice for the same news, he gets one mail.
//
// Errors: NotFound; Unavailable; Internal.
func (c *Core) Unreached(ctx context.Context, news Tell, why string) (Unreached, error) {
	var out Unreached
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		to, err := c.Addressee(tx.Context(), news.Identity)
		if err != nil {
			return err
		}
		out.Who, out.Platform = to.Actor, to.Platform
		p, subject, template, err := c.newsMail(tx, news)
		if err != nil {
			return err
		}
		out.Purchase = p
		buyer := to.Actor.Is(BuyerRole) // the team's people do not wait for mail, and the address is not theirs
		out.Mailed = buyer && template != mailNone
		if buyer && template == mailClosed {
			account, err := tx.Account(news.Account)
			if err != nil {
				return err
			}
			l := letter{key: subject + "/unreached", template: mailClosed, to: p.Buyer.Email, buyer: p.Buyer, values: mailValues(p)}
			if err := c.write(tx, account, l); err != nil {
				return err
			}
		}
		if err := tx.MoveIdentity(news.Identity, "", to.PlatformLocale); err != nil {
			return err
		}
		return c.audit(tx, systemActor(news.Account), entry{action: "notice.undelivered", target: string(p.Transaction), askedBy: to.Actor.ID,
			note: to.Platform + ": " + why})
	})
	return out, failed("record that somebody is not reached", err)
}

// What mail brings a piece of news.
const (
	mailNone   = ""               // none: it is not final yet, or only matters to the team
	mailOwn    = "own"            // the action has written one of its own
	mailClosed = "request_closed" // nobody has yet
)

// newsMail finds the purchase that news is about, and which mail brings it.
func (c *Core) newsMail(tx *store.Store, news Tell) (p Purchase, subject, mail string, err error) {
	ctx, us := tx.Context(), systemActor(news.Account)
	if kind, id, _ := strings.Cut(news.Subject, ":"); kind == "caseanswer" || kind == "caseclosed" {
		id, _, _ = strings.Cut(id, "/")
		p, mailed, err := c.unreachedCase(tx, news.Account, kind, id)
		if mailed {
			mail = mailOwn
		}
		return p, news.Subject, mail, err
	}
	if id, ok := strings.CutPrefix(news.Subject, "ask:"); ok {
		p, mailed, err := c.unreachedAsk(tx, news.Account, id)
		if mailed {
			mail = mailOwn
		}
		return p, news.Subject, mail, err
	}
	if news.Subject != "" { // between people of the team
		return Purchase{}, news.Subject, mailNone, nil
	}
	if news.Request != "" {
		r, err := c.Request(ctx, us, news.Request)
		mail := mailNone
		switch r.State {
		case RequestDone, RequestRequested, RequestNeedsBuyer:
			mail = mailOwn
		case RequestRefused:
			mail = mailClosed
		}
		return r.Purchase, subjectOfRequest(news.Request), mail, err
	}
	proposal, err := c.Proposal(ctx, us, news.Proposal)
	mail = mailOwn
	switch proposal.Status {
	case ProposalOpen:
		mail = mailNone
	case ProposalExpired, ProposalRebuilt, ProposalWithdrawn:
		mail = mailClosed
	}
	return proposal.Purchase, subjectOfProposal(news.Proposal), mail, err
}
