package actions_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/actions/actionstest"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
	"github.com/aftersale/aftersale/store/storetest"
)

// A street is a world in which anybody does anything, beside the model of what must be so.
type street struct {
	*world
	*model
	t     *rapid.T
	bank  *bank
	now   func() time.Time
	n     int
	keys  []actions.RefundInput // of refunds that were asked for, to be asked for again
	asker map[string]actions.Actor
	spent map[actions.Transaction]string // codes that were used
	seen  map[string]int                 // what was logged, in all sequences
}

// TestMoneyNeverLeavesTwice has agents, managers, buyers and a thief do what they like in any order, with a platform that
// times out, refuses and pays whoever asks, jobs that die or come twice, and chargebacks in between. After each step:
//
//   - no order moved money twice, no purchase gave back more than its price, in however many parts, and none that the buyer's
//     bank had taken was even asked for after we knew;
//   - each request was answered as a model says that does not look at the policy's code, so that no limit was exceeded;
//   - each change of the tables has exactly one audit entry, and each entry one change; and the chain holds.
func TestMoneyNeverLeavesTwice(t *testing.T) {
	t.Parallel()
	outer, seen := t, map[string]int{}
	defer func() { outer.Logf("logged in all: %v", seen) }()
	often := draws()
	rapid.Check(t, func(t *rapid.T) {
		if !often() {
			return
		}
		s := newStreet(outer, t)
		s.seen = seen
		t.Repeat(map[string]func(*rapid.T){
			"refund": s.refunds, "refund, too": s.refunds, "refund again": s.again, "decide": s.decides, "change an e-mail": s.moves, "chargeback": s.chargesBack,
			"work": s.works, "a job comes twice": s.twice, "time passes": s.waits, "trouble": s.trouble, "hire a buyer": s.hires,
			"": func(*rapid.T) { s.check() },
		})
	})
}

func newStreet(outer *testing.T, t *rapid.T) *street {
	w := newWorldOn(outer)
	s := &street{world: w, model: newModel(), t: t, asker: map[string]actions.Actor{}, spent: map[actions.Transaction]string{}, now: w.clock}
	s.bank = newBank(w.clock)
	w.platform = actionstest.NewFlaky(s.bank)
	policy := actions.DefaultPolicy()
	modelPolicy(&policy)
	w.core = actions.New(actions.Options{Store: w.store, Commerce: watched{w.platform, s.compare}, Mailer: w.mailbox, Policy: policy, Now: w.clock, NewID: w.newID, Vault: secrets})
	for i, price := range []int64{97_00, 97_00, 60_00, 100_01, 500_01, 40_00, 80_00, 99_00} {
		buyer := []actions.Actor{w.marina, w.paulo}[i%2]
		code := w.bought(fmt.Sprint("HP", 100+i), buyer, func(p *store.Purchase) { p.Amount = price })
		p := w.purchase(code)
		s.sold[code] = &deal{t: code, buyer: buyer.Buyers[0], price: price, ends: p.GuaranteeEnds}
		s.statuses[code] = string(p.Status)
	}
	return s
}

func newWorldOn(t *testing.T) *world {
	t.Helper()
	return worldOn(t, storetest.New(t))
}

// anybody is who he is now: people are hired.
func (s *street) anybody() actions.Actor {
	who := rapid.SampledFrom([][2]string{{"slack", "ana"}, {"slack", "leo"}, {"slack", "rui"}, {"slack", "bia"}, {"telegram", "marina"},
		{"telegram", "paulo"}, {"slack", "paulo"}, {"telegram", "thief"}}).Draw(s.t, "who")
	return s.actor(who[0], who[1])
}

func (s *street) any() *deal {
	return s.sold[rapid.SampledFrom(slices.Sorted(maps.Keys(s.sold))).Draw(s.t, "purchase")]
}

func (s *street) key() string {
	s.n++
	return fmt.Sprint("key", s.n)
}

// refunds has anybody ask for anything: a buyer with the code for it, without one, with one for something else,
// or with one that was used before.
func (s *street) refunds(t *rapid.T) {
	s.t = t
	who, d := s.anybody(), s.any()
	in := refund(s.key(), d.t, who)
	proved := true
	if !who.Staff() {
		proof := rapid.SampledFrom([]string{"own", "own", "none", "other", "used"}).Draw(t, "proof")
		proved = proof == "own"
		mine := slices.Contains(who.Buyers, d.buyer)
		switch about := d.t; {
		case proof == "none" || !mine:
		case proof == "used":
			in.Proof = s.spent[d.t]
		case proof == "other":
			for _, o := range s.sold {
				if o.buyer == d.buyer && o.t != d.t {
					about = o.t
				}
			}
			fallthrough
		default:
			in.Proof = s.proof(who, about)
		}
	}
	if rapid.IntRange(0, 2).Draw(t, "in part") == 0 {
		in.Amount = actions.Money{Minor: rapid.SampledFrom([]int64{1, 10_00, 39_99, 40_00, 60_00, 250_00, 499_00}).Draw(t, "part"), Currency: "BRL"}
	}
	want := s.expects(who, d, s.now(), proved, in.Amount.Minor)
	got := s.ask(who, in)
	if got != want {
		t.Fatalf("%s (%s) wants %d of %s back: %s, and it must be %s", who.ID, who.Role, in.Amount.Minor, d.t, got, want)
	}
	if got == refuse {
		return
	}
	s.requests[in.Key], s.asker[in.Key] = "", who
	s.keys = append(s.keys, in)
	if in.Proof != "" {
		s.spent[d.t] = in.Proof
	}
	if got == goes {
		s.given[in.Key] = &given{who: who.ID, agent: who.Staff(), day: dayIn(s.now()), buyer: d.buyer, price: cmp.Or(in.Amount.Minor, d.price-d.back)}
	}
}

func (s *street) ask(who actions.Actor, in actions.RefundInput) string {
	r, err := s.core.Refund(context.Background(), who, in)
	switch {
	case err != nil:
		return refuse
	case r.State == actions.ResultRequested:
		return goes
	}
	return asks
}

// again delivers a request once more, as a platform does that heard no answer.
func (s *street) again(t *rapid.T) {
	s.t = t
	if len(s.keys) == 0 {
		t.Skip("nobody has asked yet")
	}
	in := rapid.SampledFrom(s.keys).Draw(t, "request")
	if got := s.ask(s.asker[in.Key], in); got == refuse {
		t.Fatalf("%s was answered, and is refused when it comes again", in.Key)
	}
}

// decides has anybody decide anything that was ever proposed.
func (s *street) decides(t *rapid.T) {
	s.t = t
	if len(s.proposals) == 0 {
		t.Skip("nothing was proposed yet")
	}
	id, who := rapid.SampledFrom(slices.Sorted(maps.Keys(s.proposals))).Draw(t, "proposal"), s.anybody()
	yes := rapid.IntRange(0, 3).Draw(t, "yes") > 0
	row, err := s.store.Proposal(shop, id)
	s.must(err)
	d, asked := s.sold[actions.Transaction(row.Transaction)], s.askedBy[id]
	own := asked[0] == who.ID || asked[0] == who.Identity
	if who.ID == "p-paulo" { // what he asked for as a buyer is his, and what he bought
		his, err := s.store.BuyersOf("i-paulo")
		s.must(err)
		own = own || asked[0] == "i-paulo" || slices.ContainsFunc(his, func(b store.Buyer) bool { return b.ID == d.buyer })
	}
	may := who.Is(actions.Deciders...) && !own && s.proposals[id] == actions.ProposalOpen && s.now().Before(row.ExpiresAt)
	p, err := s.core.Decide(context.Background(), who, actions.DecideInput{Key: s.key(), Proposal: id, Approve: yes, Reason: "because"})
	if err == nil && !may {
		t.Fatalf("%s (%s) decides %s, asked by %s, and it is %s", who.ID, who.Role, id, asked, p.Status)
	}
	if err != nil && may && !yes {
		t.Fatalf("%s (%s) cannot deny %s: %v", who.ID, who.Role, id, err)
	}
	if err == nil && p.Status == actions.ProposalApproved && (d.gone || d.refunding || s.now().Before(d.frozen)) {
		t.Fatalf("%s approves %s of what is gone, under way or frozen: %+v", who.ID, row.Kind, d)
	}
}

// moves has anybody move a purchase to his own address, with no code at all.
func (s *street) moves(t *rapid.T) {
	s.t = t
	who, d := s.anybody(), s.any()
	in := actions.EmailInput{Key: s.key(), Transaction: d.t, New: actions.Email(fmt.Sprintf("evil%d@example.net", s.n)), Reason: actions.Typo}
	r, err := s.core.ChangeEmail(context.Background(), who, in)
	switch {
	case err != nil:
		return
	case !who.Staff():
		t.Fatalf("%s moves %s without any code: %+v", who.ID, d.t, r)
	case r.State != actions.ResultProposed:
		t.Fatalf("%s moves %s alone", who.ID, d.t)
	}
	s.requests[in.Key] = ""
}

// chargesBack has the buyer's bank take the money, and the platform tell us.
func (s *street) chargesBack(t *rapid.T) {
	s.t = t
	d := s.any()
	s.bank.mu.Lock()
	paid := s.bank.paid[d.t] > 0
	s.bank.taken[d.t] = s.bank.taken[d.t] || !paid
	s.bank.mu.Unlock()
	if paid || !rapid.Bool().Draw(t, "told") {
		return // nothing is left to take; or the news is late
	}
	p := s.purchase(d.t)
	_, err := s.core.Apply(context.Background(), shop, actions.SaleEvent{Source: "hotmart", ID: s.key(), Kind: "PURCHASE_CHARGEBACK", At: s.now(),
		Sale: &actions.Sale{Transaction: d.t, Status: actions.Chargeback, RawStatus: "CHARGEBACK", Product: actions.SoldProduct{Code: p.Product.Code, Name: p.Product.Name},
			Buyer: actions.SoldTo{Name: p.Buyer.Name, Email: p.Buyer.Email}, Price: p.Price, Quantity: 1, Payment: p.Payment, OrderedAt: p.OrderedAt}})
	s.must(err)
}

func (s *street) works(t *rapid.T) {
	s.t = t
	s.work()
}

// twice has a job come once more, as a job engine may deliver it.
func (s *street) twice(t *rapid.T) {
	s.t = t
	if len(s.requests) == 0 {
		t.Skip("nothing was asked for yet")
	}
	job, err := jobs.New(actions.JobRequest, actions.Work{Key: rapid.SampledFrom(slices.Sorted(maps.Keys(s.requests))).Draw(t, "request")})
	s.must(err)
	defer func() { _ = recover() }() // it may die too
	_ = s.core.Handlers()[actions.JobRequest](context.Background(), job)
}

func (s *street) waits(t *rapid.T) {
	s.t = t
	s.pass(time.Duration(rapid.SampledFrom([]int{1, 30, 60 * 6, 60 * 30, 60 * 80}).Draw(t, "minutes")) * time.Minute)
	s.must(s.core.Handlers()[actions.JobExpire](context.Background(), jobs.Job{}))
}

// trouble is what the platform has in store for the next orders.
func (s *street) trouble(t *rapid.T) {
	s.t = t
	s.bank.mu.Lock()
	defer s.bank.mu.Unlock()
	switch rapid.SampledFrom([]string{"lost", "unheard", "refused", "dies", "blind", "later"}).Draw(t, "trouble") {
	case "lost":
		s.platform.Then(actionstest.TimeoutBefore)
	case "unheard":
		s.platform.Then(actionstest.TimeoutAfter)
	case "refused":
		s.bank.refuses++
	case "dies":
		s.bank.dies++
	case "blind":
		s.platform.Blind(1)
	case "later":
		s.platform.Then(actionstest.Requested)
	}
}

// hires makes a buyer one of those who decide, in two chats: what he asked for before he must not decide now, in either.
func (s *street) hires(t *rapid.T) {
	s.t = t
	if rapid.IntRange(0, 4).Draw(t, "seldom") > 0 || s.actor("telegram", "paulo").Staff() {
		t.Skip("not today")
	}
	s.must(s.store.AddPerson(store.Person{ID: "p-paulo", AccountID: shop, Name: "Paulo", Role: string(actions.Manager), CreatedAt: s.now()}))
	s.must(s.store.PutIdentity(store.Identity{ID: "i-paulo", AccountID: shop, Platform: "telegram", UserID: "paulo", PersonID: "p-paulo", CreatedAt: s.now()}))
	s.must(s.store.PutIdentity(store.Identity{ID: "i-paulo-slack", AccountID: shop, Platform: "slack", UserID: "paulo", PersonID: "p-paulo", CreatedAt: s.now()}))
}

// check is what must be so after each step.
func (s *street) check() {
	s.bank.mu.Lock()
	for key, n := range s.bank.orders {
		if n > 1 {
			s.t.Fatalf("money left %d times for %s", n, key)
		}
	}
	for t, sum := range s.bank.paid {
		if sum > s.sold[t].price || s.bank.taken[t] && sum > 0 {
			s.t.Fatalf("%d left for %s, which cost %d; the buyer's bank has taken it: %v", sum, t, s.sold[t].price, s.bank.taken[t])
		}
	}
	emails := maps.Clone(s.bank.emails)
	s.bank.mu.Unlock()

	s.compare()
	for t, moved := range emails {
		approved := 0
		for id, status := range s.proposals {
			if p, err := s.store.Proposal(shop, id); err == nil && p.Kind == actions.KindEmail && p.Transaction == string(t) && status == actions.ProposalApproved {
				approved++
			}
		}
		if len(moved) > approved {
			s.t.Fatalf("%s moved %d times, approved %d times", t, len(moved), approved)
		}
	}
	report, err := s.store.VerifyAudit(context.Background(), shop)
	s.must(err)
	if !report.OK() {
		s.t.Fatalf("the audit chain is broken: %v", report.Problems)
	}
}

// compare holds the changes of the tables against the entries of the log.
func (s *street) compare() {
	want, got := s.changed(s.world), s.learn(s.world)
	slices.Sort(want)
	slices.Sort(got)
	if d := gocmp.Diff(want, got); d != "" {
		s.t.Fatalf("changes of the tables and entries of the log differ (-changed +logged):\n%s", d)
	}
	for _, line := range got {
		s.seen[strings.Fields(line)[0]]++
	}
}

// A watched platform has a look before each call: no transaction is open then, and one step may bring several changes.
type watched struct {
	actions.Commerce
	look func()
}

func (w watched) Do(ctx context.Context, o actions.Order) (actions.Outcome, error) {
	w.look()
	return w.Commerce.Do(ctx, o)
}

func (w watched) State(ctx context.Context, account string, t actions.Transaction) (actions.RemoteState, error) {
	w.look()
	return w.Commerce.State(ctx, account, t)
}
