package actions

import (
	"context"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
)

// A subscriptionAct is something to do to a subscription, before it is judged.
type subscriptionAct struct {
	key         string
	kind        string
	transaction Transaction
	replyTo     string
	order       Order // Op and its values; the rest is filled in
	may         func(subscribedCase) Verdict
	agreed      func(*store.Store, Purchase) error // takes a buyer's proof; may be nil
	mass        bool                               // of a run: its jobs let others go first
}

// request is what records an act, before it is claimed.
func (a subscriptionAct) request(who Actor) store.Request {
	return store.Request{Key: a.key, AccountID: who.Account, Action: a.kind, Target: string(a.transaction), Actor: who.ID, AskedBy: who.ID,
		State: string(RequestRecorded), ReplyTo: a.replyTo}
}

// A judgedAct is an act that may be done, with what recording it needs.
type judgedAct struct {
	account  store.Account
	full     store.FullPurchase
	purchase Purchase
	facts    subscribedCase
	verdict  Verdict
}

// actOnSubscription judges an act on fresh facts, records it and has a job carry it out. A subscription has several charges,
// so it is its own row that keeps two acts apart.
func (c *Core) actOnSubscription(ctx context.Context, who Actor, act subscriptionAct) (Result, error) {
	// validate
	if err := mayAct(who); err != nil {
		return Result{}, err
	}
	var result Result
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		// repeated?
		req := act.request(who)
		first, mine, err := c.claim(tx, req)
		if err != nil || !mine {
			result = first
			return err
		}

		// authorise, on fresh facts
		judged, err := c.judgeAct(tx, who, act)
		if err != nil {
			return err
		}
		if act.agreed != nil {
			if err := act.agreed(tx, judged.purchase); err != nil {
				return err
			}
		}

		// transact, audit, enqueue: all or nothing
		result, err = c.recordAct(tx, who, act, req, judged)
		return err
	})
	return result, err
}

// judgeAct reads the facts about an act and has whoever wants to act on the subscription next wait. It writes nothing.
//
// Errors: NotFound; Conflict with the verdict that blocks it.
func (c *Core) judgeAct(tx *store.Store, who Actor, act subscriptionAct) (judgedAct, error) {
	full, p, err := c.read(tx.LockPurchase, who, act.transaction)
	if err != nil {
		return judgedAct{}, err
	}
	account, err := tx.Account(who.Account)
	if err != nil {
		return judgedAct{}, err
	}
	facts := subscribedCase{newest: p, capability: c.commerce.Can(act.order.Op), acceptance: c.Terms().Acceptance, zone: format.Zone(account.Timezone)}
	if full.Subscription.ID != "" {
		if facts, err = c.lockSubscription(tx, who, full.Subscription.Code, facts); err != nil {
			return judgedAct{}, err
		}
	}
	verdict := act.may(facts)
	return judgedAct{account: account, full: full, purchase: p, facts: facts, verdict: verdict}, verdict.Err()
}

// recordAct records an act that was judged, and has a job carry it out.
func (c *Core) recordAct(tx *store.Store, who Actor, act subscriptionAct, req store.Request, j judgedAct) (Result, error) {
	o := order{ByBuyer: !who.Staff(), Verdict: j.verdict, Order: act.order}
	o.Order.Key, o.Order.Account, o.Order.Transaction, o.Order.Subscription = act.key, who.Account, j.purchase.Transaction, j.facts.sub.Code
	if o.Order.Charge {
		o.Order.Amount = j.facts.newest.Price
	}
	o.Subscriber = j.facts.newest.Buyer.ID
	return c.submit(tx, asking{who: who, account: j.account, row: j.full.Purchase, purchase: j.purchase, request: req, order: o, mass: act.mass})
}

// lockSubscription reads the facts about a subscription and has whoever wants to act on it next wait.
func (c *Core) lockSubscription(tx *store.Store, who Actor, code string, facts subscribedCase) (subscribedCase, error) {
	row, err := tx.LockSubscription(who.Account, code)
	if err != nil {
		return facts, err
	}
	found, err := c.subscriptionCase(tx, who, row, Transaction(code))
	facts.sub, facts.newest, facts.first, facts.nobody = found.Subscription, found.Newest, found.First, found.nobody()
	return facts, err
}

// judged are the facts for a verdict about a subscription that the actor has read before.
func (c *Core) judged(ctx context.Context, who Actor, s SubscriptionCase, op Operation) (subscribedCase, error) {
	if err := mayAct(who); err != nil {
		return subscribedCase{}, err
	}
	if !maySee(who, s.Buyer.ID) {
		return subscribedCase{}, noSubscription(s.Newest.Transaction)
	}
	account, err := c.store.In(ctx).Account(who.Account)
	if err != nil {
		return subscribedCase{}, failed("load an account", err)
	}
	return subscribedCase{sub: s.Subscription, first: s.First, newest: s.Newest, capability: c.commerce.Can(op),
		acceptance: c.Terms().Acceptance, zone: format.Zone(account.Timezone), nobody: s.nobody()}, nil
}

// nobody reports whether the subscriber was erased.
func (s SubscriptionCase) nobody() bool { return (store.Buyer{Email: string(s.Buyer.Email)}).Erased() }
