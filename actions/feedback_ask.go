package actions

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// What becomes of a question to a buyer what he thinks of something.
const (
	askDue      = "due"
	askAsked    = "asked"
	askAnswered = "answered"
	askPassed   = "passed" // he was not to be asked
)

// When somebody may be asked.
const (
	askFrom       = 9  // o'clock, in the account's zone
	askUntil      = 20 // likewise
	askApart      = 14 * 24 * time.Hour
	askLate       = 21 * 24 * time.Hour // after which it is not asked any more
	askWindow     = 3 * 24 * time.Hour  // for how long a purchase is looked for whose day has come
	askAfterClose = time.Hour           // for whoever finds that it is not solved to say so first
	askBatch      = 50                  // of an account, in one look
)

// aboutPurchase and aboutCase name what somebody is asked about.
func aboutPurchase(id string) string { return "purchase:" + id }
func aboutCase(id string) string     { return "case:" + id }

func subjectOfAsk(id string) string { return "ask:" + id }

// askForFeedback writes down about which purchases somebody is to be asked, and asks those whose time has come: some of each
// account in one look, by day alone. Whichever process looks first does it.
func (c *Core) askForFeedback(ctx context.Context) error {
	accounts, err := c.store.In(ctx).Accounts()
	for _, a := range accounts {
		err = errors.Join(err, c.askShop(ctx, a))
	}
	return err
}

func (c *Core) askShop(ctx context.Context, shop store.Account) error {
	s := c.store.In(ctx)
	if hour := c.now().In(zoneOf(shop.Timezone)).Hour(); hour < askFrom || hour >= askUntil {
		return nil
	}
	set, err := c.settingsOf(s, systemActor(shop.ID))
	if err != nil {
		return err
	}
	if days := set.Policy.Feedback.AfterDays; days > 0 {
		if err := c.noteAsks(ctx, shop.ID, days); err != nil {
			return err
		}
	}
	due, err := s.DueAsks(shop.ID, c.now(), c.askRoom())
	for _, a := range due {
		if err == nil {
			err = c.ask(ctx, shop, a.ID)
		}
	}
	return err
}

// askRoom is how many are asked in one look, of which there is one a minute: a quarter of what the mail server takes is left
// for them.
func (c *Core) askRoom() int {
	if c.perMinute == 0 {
		return askBatch
	}
	return min(askBatch, max(1, c.perMinute/4))
}

// noteAsks writes down the purchases whose day has come.
func (c *Core) noteAsks(ctx context.Context, account string, days int) error {
	to := c.now().AddDate(0, 0, -days)
	list, err := c.store.In(ctx).PurchasesToAsk(account, paidNow, to.Add(-askWindow), to, expireBatch)
	if err != nil || len(list) == 0 {
		return err
	}
	return c.store.Tx(ctx, func(tx *store.Store) error {
		for _, p := range list {
			_, err := tx.AddAsk(store.FeedbackAsk{ID: c.newID(), AccountID: account, About: aboutPurchase(p.ID), BuyerID: p.BuyerID, PurchaseID: p.ID,
				ProductID: p.ProductID, State: askDue, DueAt: c.now(), CreatedAt: c.now()})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// paidNow are the statuses of purchases whose buyer has what he paid for.
var paidNow = []string{string(Approved), string(Complete)}

// askAbout writes down that the buyer of a case that was just closed is to be asked about it. Who closed it himself is asked
// at once.
func (c *Core) askAbout(tx *store.Store, row store.Case, byBuyer bool) error {
	set, err := c.settingsOf(tx, systemActor(row.AccountID))
	if err != nil || !set.Policy.Feedback.AfterCase || row.BuyerID == "" {
		return err
	}
	a := store.FeedbackAsk{ID: c.newID(), AccountID: row.AccountID, About: aboutCase(row.ID), BuyerID: row.BuyerID, PurchaseID: row.PurchaseID,
		State: askDue, DueAt: c.now().Add(askAfterClose), CreatedAt: c.now()}
	if byBuyer {
		a.DueAt = c.now()
	}
	if row.PurchaseID != "" {
		p, err := tx.PurchaseByID(row.PurchaseID)
		if err != nil {
			return err
		}
		a.ProductID = p.ProductID
	}
	_, err = tx.AddAsk(a)
	return err
}

// ask asks one buyer, in the chat in which he last wrote if it is still his, else by mail; or puts it off; or lets it be.
func (c *Core) ask(ctx context.Context, shop store.Account, id string) error {
	return c.store.Tx(ctx, func(tx *store.Store) error {
		a, err := tx.LockAsk(id)
		if isNone(err) || err == nil && a.State != askDue {
			return nil // another process was faster
		}
		if err != nil {
			return err
		}
		f, err := c.askFacts(tx, &a)
		if err != nil {
			return err
		}
		switch d, until := mayAsk(f, c.now()); d {
		case dropAsk:
			return tx.DropAsk(a.ID)
		case passAsk:
			a.State = askPassed
			return tx.UpdateAsk(a)
		case putAskOff:
			a.DueAt = until
			return tx.UpdateAsk(a)
		}
		return c.putAsk(tx, shop, a, f.buyer)
	})
}

// putAsk asks, once it is known that somebody may be.
func (c *Core) putAsk(tx *store.Store, shop store.Account, a store.FeedbackAsk, b store.Buyer) error {
	chat, err := c.chatOf(tx, a)
	if err != nil {
		return err
	}
	if chat == "" && !c.HasPages() { // a mail would have nothing to press
		a.State = askPassed
		return tx.UpdateAsk(a)
	}
	a.State, a.IdentityID, a.AskedAt = askAsked, chat, at(c.now())
	if err := tx.UpdateAsk(a); err != nil {
		return err
	}
	target, err := c.askTarget(tx, a)
	if err != nil {
		return err
	}
	if err := c.audit(tx, systemActor(a.AccountID), entry{action: "feedback.asked", target: target}); err != nil {
		return err
	}
	if chat == "" {
		return c.askByMail(tx, shop, a, b)
	}
	return tell(tx, Tell{Account: a.AccountID, Identity: chat, Subject: subjectOfAsk(a.ID)})
}

// askByMail has the question come with a link to a page.
func (c *Core) askByMail(tx *store.Store, shop store.Account, a store.FeedbackAsk, b store.Buyer) error {
	template, v := "feedback_ask", MailValues{Ask: a.ID, Until: c.now().AddDate(0, 0, AskDays)}
	if a.PurchaseID != "" {
		full, err := tx.PurchasesByID(a.AccountID, []string{a.PurchaseID})
		if err != nil {
			return err
		}
		p := toPurchase(full[a.PurchaseID])
		v.Product, v.SupportEmail = p.Product.Name, p.Product.SupportEmail
	}
	if id, ok := strings.CutPrefix(a.About, "case:"); ok {
		row, err := tx.Case(a.AccountID, id)
		if err != nil {
			return err
		}
		template, v.Case = "feedback_case", caseTarget(row)
	}
	return c.write(tx, shop, letter{key: subjectOfAsk(a.ID), template: template, to: Email(b.Email), kind: MailFeedback, mass: true,
		buyer: Buyer{ID: b.ID, Name: b.Name, Email: Email(b.Email), Locale: b.Locale}, values: v})
}

// askTarget is what people call the thing that somebody is asked about: the code of a purchase, or the number of a case.
func (c *Core) askTarget(s *store.Store, a store.FeedbackAsk) (string, error) {
	if id, ok := strings.CutPrefix(a.About, "case:"); ok {
		row, err := s.Case(a.AccountID, id)
		return caseTarget(row), err
	}
	p, err := s.PurchaseByID(a.PurchaseID)
	return p.Transaction, err
}

// chatOf is the chat user who is asked: of a case the one who wrote in it, else the one who last wrote to the bot. Empty: the
// buyer has no chat in which he can be reached and has lately shown that it is his.
func (c *Core) chatOf(tx *store.Store, a store.FeedbackAsk) (string, error) {
	all, err := tx.DevicesOf([]string{a.BuyerID}, c.now().AddDate(0, 0, -ProofDays))
	if err != nil {
		return "", err
	}
	wrote := ""
	if id, ok := strings.CutPrefix(a.About, "case:"); ok {
		row, err := tx.Case(a.AccountID, id)
		if err != nil {
			return "", err
		}
		wrote = row.IdentityID
	}
	var best string
	var last time.Time
	for _, d := range all {
		if d.Identity.Chat == "" {
			continue
		}
		if d.Identity.ID == wrote {
			return wrote, nil
		}
		turn, err := tx.LastTurn(d.Identity)
		if err != nil {
			return "", err
		}
		if best == "" || turn.After(last) {
			best, last = d.Identity.ID, turn
		}
	}
	return best, nil
}

// unreachedAsk has what a buyer could not be asked in his chat asked by mail. It reports whether a mail does.
func (c *Core) unreachedAsk(tx *store.Store, account, id string) (Purchase, bool, error) {
	a, err := tx.LockAsk(id)
	if isNone(err) || err == nil && (a.State != askAsked || !c.HasPages()) {
		return Purchase{}, false, nil
	}
	if err != nil {
		return Purchase{}, false, err
	}
	b, err := tx.Buyer(a.BuyerID)
	if err != nil || b.Erased() {
		return Purchase{}, false, err
	}
	shop, err := tx.Account(account)
	if err != nil {
		return Purchase{}, false, err
	}
	var p Purchase
	if a.PurchaseID != "" {
		full, err := tx.PurchasesByID(account, []string{a.PurchaseID})
		if err != nil {
			return p, false, err
		}
		p = toPurchase(full[a.PurchaseID])
	}
	a.IdentityID = ""
	return p, true, errors.Join(tx.UpdateAsk(a), c.askByMail(tx, shop, a, b))
}
