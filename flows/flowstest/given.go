package flowstest

import (
	"cmp"
	"context"
	"fmt"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
)

// given is the world before a conversation.
type given struct {
	Now       string              `yaml:"now"`
	Locale    string              `yaml:"locale"`
	People    map[string]string   `yaml:"people"` // name → role
	Buyers    map[string]string   `yaml:"buyers"` // name → e-mail address that he is linked to
	Purchases yaml.MapSlice       `yaml:"purchases"`
	Flood     int                 `yaml:"flood"`            // turns of one person in a minute; 0: no limit
	PerMinute int                 `yaml:"mails_per_minute"` // that the mail server takes; 0: as many as there are
	Many      int                 `yaml:"many"`             // for more than so many the count is typed back, and somebody else agrees; 0: 50
	Refused   []string            `yaml:"refused"`          // addresses that the mail server refuses once
	Reveal    bool                `yaml:"reveal"`           // exports may go out with whole names
	Memory    bool                `yaml:"memory"`           // it names chats of this platform, and is played in memory alone
	Commerce  []string            `yaml:"commerce"`         // how the platform takes the orders, one after the other; see steps
	Passwords string              `yaml:"passwords"`        // "platform": they are kept there, and asked for there
	ByHand    []string            `yaml:"by_hand"`          // operations that the platform leaves to people
	ByAPI     []string            `yaml:"by_api"`           // operations that the ledger does not know, and this platform does
	Panel     string              `yaml:"panel"`            // whose panel they do them in; empty: nothing is known of it
	Members   map[string]string   `yaml:"members"`          // how the members area knows addresses; see membersArea
	Desk      map[string][]string `yaml:"desk"`             // tickets that the platform gives out, by address; see ticketDesk
	Opinions  bool                `yaml:"opinions"`         // buyers are asked what they think
	sold      []sold
}

// steps are the ways in which the commerce platform may take an order.
var steps = map[string]actionstest.Step{
	"done": actionstest.Pass, "sent": {Outcome: actions.Outcome{Kind: actions.OutcomeDone}}, "silent": {Timeout: true}, "timeout before": actionstest.TimeoutBefore, "timeout after": actionstest.TimeoutAfter,
	"requested": actionstest.Requested, "needs buyer": actionstest.NeedsBuyer, "refused": actionstest.Refused("outcome.refused.not_refundable"),
	"not cancelled": actionstest.Refused("outcome.refused.not_cancelled"),
	"assisted":      actionstest.Assisted("outcome.assisted.cancel"), "over already": actionstest.Refused("outcome.refused.already_cancelled"),
}

func (g given) script(t *testing.T) []actionstest.Step {
	t.Helper()
	var script []actionstest.Step
	for _, name := range g.Commerce {
		step, ok := steps[name]
		if !ok {
			t.Fatalf("given.yaml: the commerce platform cannot answer %q", name)
		}
		script = append(script, step)
	}
	return script
}

// sold is a purchase in words.
type sold struct {
	Transaction  string
	Product      string   `yaml:"product"`
	Kind         string   `yaml:"kind"`
	Contents     []string `yaml:"contents"`
	Buyer        string   `yaml:"buyer"` // Name <address>
	Price        string   `yaml:"price"` // 297.00 BRL
	Status       string   `yaml:"status"`
	Payment      string   `yaml:"payment"`
	Ordered      string   `yaml:"ordered"`
	Guarantee    string   `yaml:"guarantee_ends"`
	Opened       string   `yaml:"opened"`
	Quantity     int      `yaml:"quantity"`
	Installments int      `yaml:"installments"`
	Subscription string   `yaml:"subscription"`
	Plan         string   `yaml:"plan"`
	Recurrence   int      `yaml:"recurrence"`
	Next         string   `yaml:"next_charge"`
	Standing     string   `yaml:"standing"` // of the subscription, since the charge
	Affiliate    bool     `yaml:"affiliate"`
	Document     string   `yaml:"document"` // of the buyer
	Starts       string   `yaml:"starts"`   // of an event
	Ends         string   `yaml:"ends"`
	Zone         string   `yaml:"zone"`
	Place        string   `yaml:"place"`
}

const account = "shop"

func (g given) policy() actions.Policy {
	p := actions.DefaultPolicy()
	p.Reveal.InExport = g.Reveal
	if !g.Opinions {
		p.Feedback = actions.FeedbackPolicy{} // conversations about other things go on for weeks
	}
	if g.Many > 0 {
		p.SecondPerson.BulkAbove, p.Bulk.TypeAbove = g.Many, g.Many
	}
	return p
}

func (g given) shop() actions.Shop {
	return actions.Shop{Name: "Cozinha da Ana", Locale: g.Locale, Timezone: "America/Sao_Paulo", SupportEmail: "ajuda@example.com"}
}

func parseGiven(t testing.TB, text []byte) given {
	t.Helper()
	var g given
	if err := yaml.UnmarshalWithOptions(text, &g, yaml.Strict()); err != nil {
		t.Fatalf("given.yaml: %v", err)
	}
	for _, item := range g.Purchases {
		b, err := yaml.Marshal(item.Value)
		if err != nil {
			t.Fatalf("given.yaml: %v", err)
		}
		s := sold{Status: "approved", Payment: "card", Quantity: 1, Installments: 1}
		if err := yaml.UnmarshalWithOptions(b, &s, yaml.Strict()); err != nil {
			t.Fatalf("given.yaml: purchase %v: %v", item.Key, err)
		}
		s.Transaction = fmt.Sprint(item.Key)
		g.sold = append(g.sold, s)
	}
	return g
}

// when reads a time: RFC 3339, a day (its noon), or days from now such as "-3d".
func when(t testing.TB, text string, now time.Time) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	var days int
	if n, err := fmt.Sscanf(text, "%dd", &days); err == nil && n == 1 {
		return now.AddDate(0, 0, days)
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	t.Fatalf("%q is no time: write RFC 3339, a day, or -3d", text)
	return time.Time{}
}

// furnish fills the store by the paths that production uses.
func (w *world) furnish(t *testing.T, g given) {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	shop := g.shop()
	must(w.store.In(ctx).SaveAccount(store.Account{ID: account, Name: shop.Name, Locale: shop.Locale, Timezone: shop.Timezone,
		Currency: "BRL", SupportEmail: shop.SupportEmail, CreatedAt: w.now()}))
	for _, name := range sorted(g.People) {
		on := w.where(name)
		must(w.store.In(ctx).AddPerson(store.Person{ID: "p-" + name, AccountID: account, Name: strings.ToUpper(name[:1]) + name[1:],
			Role: g.People[name], CreatedAt: w.now()}))
		must(w.store.In(ctx).MeetIdentity(store.Identity{ID: "i-" + name, AccountID: account, Platform: on.Name, UserID: on.User(name),
			PersonID: "p-" + name, Chat: on.Chat(on.User(name)), CreatedAt: w.now()}))
	}
	for i, s := range g.sold {
		must(w.sell(ctx, t, i, s))
	}
	for _, name := range sorted(g.Buyers) {
		email, err := actions.ParseEmail(g.Buyers[name])
		must(err)
		b, err := w.store.In(ctx).BuyerByEmail(account, email.Key())
		must(err)
		on := w.where(name)
		must(w.store.In(ctx).MeetIdentity(store.Identity{ID: "i-" + name, AccountID: account, Platform: on.Name, UserID: on.User(name),
			Chat: on.Chat(on.User(name)), CreatedAt: w.now()}))
		must(w.store.In(ctx).LinkBuyer(store.IdentityBuyer{IdentityID: "i-" + name, BuyerID: b.ID, AccountID: account, CreatedAt: w.now()}))
	}
}

// sell imports one purchase.
func (w *world) sell(ctx context.Context, t *testing.T, i int, s sold) error {
	t.Helper()
	who, err := mail.ParseAddress(s.Buyer)
	if err != nil {
		return fmt.Errorf("purchase %s: buyer: %w", s.Transaction, err)
	}
	price, err := money(s.Price)
	if err != nil {
		return fmt.Errorf("purchase %s: %w", s.Transaction, err)
	}
	ordered := when(t, s.Ordered, w.now())
	if ordered.IsZero() {
		ordered = w.now().AddDate(0, 0, -3)
	}
	product := actions.SoldProduct{Code: code(s.Product), Name: s.Product, Kind: s.Kind}
	buyer := actions.SoldTo{Name: who.Name, Email: actions.Email(who.Address), Document: actions.Document(s.Document)}
	sale := &actions.Sale{
		Transaction: actions.Transaction(s.Transaction), Status: actions.Status(s.Status), RawStatus: s.Status, Product: product, Buyer: buyer,
		Price: price, Quantity: s.Quantity, Payment: actions.Payment(s.Payment), Installments: s.Installments, OrderedAt: ordered,
		HasAffiliate: s.Affiliate, GuaranteeEnds: when(t, s.Guarantee, w.now()), Recurrence: s.Recurrence,
	}
	if sale.Status.Paid() || sale.Status == actions.Disputed || sale.Status == actions.Refunded {
		sale.ApprovedAt = ordered
	}
	for _, name := range s.Contents {
		sale.Contents = append(sale.Contents, actions.SoldProduct{Code: code(name), Name: name})
	}
	event := actions.SaleEvent{Source: "test", ID: fmt.Sprintf("sale-%d", i), Kind: "SALE", At: ordered, Sale: sale}
	if s.Subscription != "" {
		event.Subscription = &actions.Subscribed{Code: s.Subscription, Plan: s.Plan, Status: actions.SubscriptionStatus(cmp.Or(s.Standing, "active")),
			NextChargeAt: when(t, s.Next, w.now()), Product: product, Buyer: buyer}
	}
	if _, err := w.core.Apply(ctx, account, event); err != nil {
		return fmt.Errorf("purchase %s: %w", s.Transaction, err)
	}
	if s.Starts+s.Place != "" {
		listed := &actions.Listed{Code: product.Code, Kind: s.Kind, Event: actions.Event{Starts: when(t, s.Starts, w.now()), Ends: when(t, s.Ends, w.now()),
			Timezone: s.Zone, Place: s.Place}}
		if _, err := w.core.Apply(ctx, account, actions.SaleEvent{Source: "test", ID: "list-" + product.Code, Kind: "product", Product: listed}); err != nil {
			return err
		}
	}
	if s.Opened == "" {
		return nil
	}
	_, err = w.core.Apply(ctx, account, actions.SaleEvent{Source: "test", ID: fmt.Sprintf("open-%d", i), Kind: "OPENED",
		At: when(t, s.Opened, w.now()), Opening: &actions.FirstOpening{Product: product, Buyer: buyer}})
	return err
}

// code makes a product code of its name.
func code(name string) string { return strings.ReplaceAll(store.Fold(name), " ", "-") }

// money reads "297.00 BRL".
func money(text string) (actions.Money, error) {
	var units, cents int64
	var currency string
	if n, err := fmt.Sscanf(text, "%d.%d %s", &units, &cents, &currency); err != nil || n != 3 {
		return actions.Money{}, fmt.Errorf("price %q: write 297.00 BRL", text)
	}
	return actions.Money{Minor: units*100 + cents, Currency: currency}, nil
}
