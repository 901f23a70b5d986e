package actions

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A ListAct is what a rule does.
type ListAct string

// The acts.
const (
	ActAdd     ListAct = "add"
	ActRemove  ListAct = "remove"
	ActTag     ListAct = "tag"
	ActWebhook ListAct = "webhook"
)

// ListActs lists them in the order in which they are offered.
var ListActs = []ListAct{ActAdd, ActRemove, ActTag, ActWebhook}

const (
	// maxRules is how many rules an account may have at once.
	maxRules = 100
	// maxRulesEver is how many there may have been: all of them are needed to work out who is on a list.
	maxRulesEver = 2000
)

// A Rule is "when this happens, under these conditions, do that".
type Rule struct {
	ID       string
	Event    ListEvent
	Act      ListAct
	List     string `json:",omitzero"` // id, of ActAdd, ActRemove, ActTag
	ListName string `json:",omitzero"`
	Endpoint string `json:",omitzero"` // id, of ActWebhook
	EndName  string `json:",omitzero"`
	If       Conditions
	Undo     bool `json:",omitzero"` // who got on the list leaves it when the money goes back, or the subscription is over
	On       bool
	Since    time.Time
	Until    time.Time `json:",omitzero"`
}

// Conditions narrow a rule; blank ones leave nothing out.
type Conditions struct {
	Product     string  `json:",omitzero"` // id
	ProductName string  `json:",omitzero"`
	Plan        string  `json:",omitzero"`
	Payment     Payment `json:",omitzero"`
	Least       Money   `json:",omitzero"` // price, in its currency
	Locale      string  `json:",omitzero"`
	First       bool    `json:",omitzero"` // the buyer's first purchase
}

// A RuleInput is a rule to be made, in whole.
type RuleInput struct {
	Key      string // idempotency key
	Event    ListEvent
	Act      ListAct
	List     string // id; of ActAdd and ActRemove
	Tag      string // name; of ActTag. It is made if there is none
	Endpoint string // id; of ActWebhook
	If       Conditions
	Undo     bool
}

// ListRules returns the rules of an account, newest first, as many as there may be.
//
// Errors: Denied; Unavailable.
func (c *Core) ListRules(ctx context.Context, who Actor) ([]Rule, error) {
	if err := mayKeepLists(who); err != nil {
		return nil, err
	}
	s := c.store.In(ctx)
	rows, err := s.Rules(who.Account, false, maxRules+1)
	if err != nil {
		return nil, failed("read rules", err)
	}
	return c.namedRules(s, who.Account, rows)
}

// ListRule returns one rule.
//
// Errors: Denied; NotFound; Unavailable.
func (c *Core) ListRule(ctx context.Context, who Actor, id string) (Rule, error) {
	if err := mayKeepLists(who); err != nil {
		return Rule{}, err
	}
	s := c.store.In(ctx)
	row, err := s.Rule(who.Account, id)
	if err != nil {
		return Rule{}, noRule(err)
	}
	all, err := c.namedRules(s, who.Account, []store.ListRule{row})
	if err != nil {
		return Rule{}, err
	}
	return all[0], nil
}

func noRule(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return &Error{Code: NotFound, Key: "list_rules.not_found"}
	}
	return failed("find a rule", err)
}

// namedRules makes rules of rows, with the names of what they are about.
func (c *Core) namedRules(s *store.Store, account string, rows []store.ListRule) ([]Rule, error) {
	var lists []string
	for _, r := range rows {
		lists = append(lists, r.ListID)
	}
	found, err := s.ListsByID(account, lists)
	if err != nil {
		return nil, failed("read lists", err)
	}
	ends, err := s.Endpoints(account, maxEndpoints)
	if err != nil {
		return nil, failed("read endpoints", err)
	}
	all := make([]Rule, 0, len(rows))
	for _, r := range rows {
		rule := toRule(r)
		rule.ListName = found[r.ListID].Name
		for _, e := range ends {
			if e.ID == r.EndpointID {
				rule.EndName = e.Name
			}
		}
		if r.ProductID != "" {
			p, err := s.Product(account, r.ProductID)
			if err != nil {
				return nil, failed("read a product", err)
			}
			rule.If.ProductName = p.Name
		}
		all = append(all, rule)
	}
	return all, nil
}

func toRule(r store.ListRule) Rule {
	rule := Rule{ID: r.ID, Event: ListEvent(r.Event), Act: ListAct(r.Act), List: r.ListID, Endpoint: r.EndpointID, Undo: r.Undo,
		On: r.Until == nil, Since: r.Since.UTC(), Until: value(r.Until),
		If: Conditions{Product: r.ProductID, Plan: r.Plan, Payment: Payment(r.Payment), Locale: r.Locale, First: r.FirstPurchase}}
	if r.Least > 0 {
		rule.If.Least = Money{Minor: r.Least, Currency: r.Currency}
	}
	return rule
}

// ruleRow makes a row of what somebody wants, and refuses what makes no sense.
func (c *Core) ruleRow(s *store.Store, who Actor, in RuleInput) (store.ListRule, error) {
	r := store.ListRule{AccountID: who.Account, Event: string(in.Event), Act: string(in.Act), ProductID: in.If.Product, Plan: strings.TrimSpace(in.If.Plan),
		Payment: string(in.If.Payment), Locale: in.If.Locale, FirstPurchase: in.If.First, Since: c.now(), CreatedBy: who.ID, CreatedAt: c.now(),
		Undo: in.Undo && in.Event.Undoes() && (in.Act == ActAdd || in.Act == ActTag)}
	if in.If.Least.Minor > 0 {
		r.Least, r.Currency = in.If.Least.Minor, in.If.Least.Currency
	}
	if !slices.Contains(ListEvents, in.Event) {
		return r, &Error{Code: Invalid, Key: "error.not_an_option", Field: "event"}
	}
	if err := in.If.fit(in.Event); err != nil {
		return r, err
	}
	if r.ProductID != "" {
		if _, err := s.Product(who.Account, r.ProductID); err != nil {
			return r, &Error{Code: NotFound, Key: "list_rules.no_product", Field: "product"}
		}
	}
	var err error
	switch in.Act {
	case ActAdd, ActRemove:
		r.ListID = in.List
		_, err = s.List(who.Account, in.List)
	case ActTag:
		_, err = ParseListName(in.Tag)
	case ActWebhook:
		r.EndpointID = in.Endpoint
		_, err = s.Endpoint(who.Account, in.Endpoint)
	default:
		return r, &Error{Code: Invalid, Key: "error.not_an_option", Field: "act"}
	}
	if errors.Is(err, store.ErrNotFound) {
		return r, &Error{Code: NotFound, Key: "lists.not_found"}
	}
	return r, err
}

// fit refuses conditions on what an event does not have.
func (f Conditions) fit(e ListEvent) error {
	of := e.Of()
	switch {
	case of != SubjectPurchase && (f.Payment != "" || f.Least.Minor > 0 || f.First),
		of == SubjectBuyer && f.Plan != "":
		return &Error{Code: Invalid, Key: "list_rules.condition"}
	}
	return nil
}

// AddListRule makes a rule. It acts on what happens from now on.
//
// Errors: Invalid; Denied; NotFound; Conflict when there are too many; Unavailable.
func (c *Core) AddListRule(ctx context.Context, who Actor, in RuleInput) (id string, err error) {
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		id, err = c.listRequest(tx, who, in.Key, "")
		if id != "" || err != nil {
			return err
		}
		r, err := c.ruleRow(tx, who, in)
		if err != nil {
			return err
		}
		if err := c.roomForRule(tx, who.Account); err != nil {
			return err
		}
		if in.Act == ActTag {
			if r.ListID, err = c.tag(tx, who, in.Tag); err != nil {
				return err
			}
		}
		r.ID = c.newID()
		id = r.ID
		if err := tx.AddRule(r); err != nil {
			return err
		}
		return c.listDone(tx, who, in.Key, id, entry{action: "list_rule.added", target: id, data: auditData{Detail: r.Event + " " + r.Act}})
	})
	return id, failed("add a rule", err)
}

func (c *Core) roomForRule(tx *store.Store, account string) error {
	ever, err := tx.CountRules(account)
	if err != nil {
		return err
	}
	shown, err := tx.Rules(account, false, maxRules)
	if err != nil {
		return err
	}
	if len(shown) >= maxRules || ever >= maxRulesEver {
		return &Error{Code: Conflict, Key: "list_rules.many", Args: map[string]any{"max": maxRules}}
	}
	return nil
}

// tag finds or makes the tag of a name.
func (c *Core) tag(tx *store.Store, who Actor, text string) (string, error) {
	name, err := ParseListName(text)
	if err != nil {
		return "", err
	}
	l, err := tx.ListNamed(who.Account, kindTag, store.Fold(name))
	if errors.Is(err, store.ErrNotFound) {
		return c.newList(tx, who, kindTag, name)
	}
	return l.ID, err
}

// SwitchListRule has a rule act from now on, or not any more. What it has done stays. It returns the rule's id, which is
// another one when it was switched on.
//
// Errors: Denied; NotFound; Conflict; Unavailable.
func (c *Core) SwitchListRule(ctx context.Context, who Actor, key, rule string, on bool) (id string, err error) {
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		id, err = c.listRequest(tx, who, key, rule)
		if id != "" || err != nil {
			return err
		}
		r, err := tx.Rule(who.Account, rule)
		if err != nil {
			return noRule(err)
		}
		id = r.ID
		action := "list_rule.stopped"
		switch {
		case on == (r.Until == nil):
			return c.save(tx, store.Request{Key: key, State: string(RequestDone), Detail: id}, order{}) // it is so already
		case !on:
			err = tx.EndRule(who.Account, rule, c.now(), false)
		default:
			action = "list_rule.started"
			if err = tx.EndRule(who.Account, rule, c.now(), true); err != nil {
				return err
			}
			if err = c.roomForRule(tx, who.Account); err != nil {
				return err
			}
			r.ID, r.Since, r.Until, r.CreatedBy, r.CreatedAt = c.newID(), c.now(), nil, who.ID, c.now()
			id, err = r.ID, tx.AddRule(r)
		}
		if err != nil {
			return err
		}
		return c.listDone(tx, who, key, id, entry{action: action, target: id, data: auditData{Detail: r.Event + " " + r.Act}})
	})
	return id, failed("switch a rule", err)
}

// DropListRule deletes a rule. What it has done stays.
//
// Errors: Denied; NotFound; Unavailable.
func (c *Core) DropListRule(ctx context.Context, who Actor, key, rule string) error {
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if id, err := c.listRequest(tx, who, key, rule); id != "" || err != nil {
			return err
		}
		r, err := tx.Rule(who.Account, rule)
		if err != nil {
			return noRule(err)
		}
		if err := tx.EndRule(who.Account, rule, c.now(), true); err != nil {
			return err
		}
		return c.listDone(tx, who, key, rule, entry{action: "list_rule.deleted", target: rule, data: auditData{Detail: r.Event + " " + r.Act}})
	})
	return failed("delete a rule", err)
}

// A RulePreview is whom a rule would have been about lately.
type RulePreview struct {
	Days  int
	Count int  // of people
	More  bool // there were more than Count
	Some  []PreviewRow
}

// A PreviewRow is one of them.
type PreviewRow struct {
	Name    string
	At      time.Time
	Product string `json:",omitzero"`
}

// maxPreview bounds what a preview looks at.
const maxPreview = 5000

// PreviewListRule tells whom a rule would have been about in the last PreviewDays, had it been there, on purchases and
// subscriptions as they are now.
//
// Errors: as of AddListRule.
func (c *Core) PreviewListRule(ctx context.Context, who Actor, in RuleInput, limit int) (RulePreview, error) {
	p := RulePreview{Days: PreviewDays}
	if err := mayKeepLists(who); err != nil {
		return p, err
	}
	s := c.store.In(ctx)
	r, err := c.ruleRow(s, who, in)
	if err != nil {
		return p, failed("look at a rule", err)
	}
	facts, err := s.RecentFacts(who.Account, r.Event, c.now().AddDate(0, 0, -PreviewDays), maxPreview)
	if err != nil {
		return p, failed("look at what happened", err)
	}
	p.More = len(facts) >= maxPreview
	var buyers []string
	for _, f := range facts {
		buyers = append(buyers, f.BuyerID)
	}
	slices.Sort(buyers)
	judge, err := c.judge(s, who.Account, []store.ListRule{r}, slices.Compact(buyers))
	if err != nil {
		return p, failed("look at buyers", err)
	}
	seen := map[string]bool{}
	for _, f := range facts {
		if seen[f.BuyerID] || !judge.conditions(r, f) || undone(r, f) {
			continue
		}
		seen[f.BuyerID] = true
		if p.Count++; p.Count > limit {
			continue
		}
		row, err := c.previewRow(s, who.Account, f)
		if err != nil {
			return p, failed("show a preview", err)
		}
		p.Some = append(p.Some, row)
	}
	return p, nil
}

func (c *Core) previewRow(s *store.Store, account string, f store.ListFact) (PreviewRow, error) {
	b, err := s.Buyer(f.BuyerID)
	if err != nil {
		return PreviewRow{}, err
	}
	row := PreviewRow{Name: b.Name, At: f.At.UTC()}
	if f.ProductID != "" {
		p, err := s.Product(account, f.ProductID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return row, err
		}
		row.Product = p.Name
	}
	return row, nil
}

// ListProducts finds the product that somebody means by a code or the beginning of a name.
//
// Errors: Denied; NotFound and Invalid (Field "product") for none and for several; Unavailable.
func (c *Core) ListProduct(ctx context.Context, who Actor, text string) (id, name string, err error) {
	if err := mayKeepLists(who); err != nil {
		return "", "", err
	}
	found, err := c.store.In(ctx).ProductsLike(who.Account, strings.TrimSpace(text), 6)
	switch {
	case err != nil:
		return "", "", failed("find a product", err)
	case len(found) == 0:
		return "", "", &Error{Code: NotFound, Key: "list_rules.no_product", Field: "product"}
	case len(found) > 1 && store.Fold(found[0].Name) != store.Fold(text):
		names := make([]string, len(found))
		for i, p := range found {
			names[i] = p.Name
		}
		return "", "", &Error{Code: Invalid, Key: "list_rules.many_products", Field: "product", Args: map[string]any{"names": strings.Join(names, ", ")}}
	}
	return found[0].ID, found[0].Name, nil
}

// ListAmount is an amount in the account's currency, in which the conditions of rules are.
//
// Errors: Denied; Unavailable.
func (c *Core) ListAmount(ctx context.Context, who Actor, a Amount) (Money, error) {
	if err := mayKeepLists(who); err != nil {
		return Money{}, err
	}
	account, err := c.store.In(ctx).Account(who.Account)
	return a.In(account.Currency), failed("load an account", err)
}
