package actions_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// The policy of the model: limits that a handful of purchases reach.
func modelPolicy(p *actions.Policy) {
	p.Feedback.AfterDays = 0 // nobody is asked what he thinks: it is no matter of money
	p.AgentDaily.Refunds, p.AgentDaily.Amount = 3, 250_00
	p.BuyerYearly.WithoutPerson, p.BuyerYearly.Refunds = 1, 2
	p.BuyerRefund.FirstInMonths = 0
	p.ProductSpike.Count, p.ProductSpike.Times = 0, 0 // alarms have a test of their own
	p.Codes.PerAddress, p.Codes.PerConversation, p.Codes.PerShop = 1000, 1000, 100000
}

// A deal is one purchase as the model knows it. It learns from the audit log alone, which another check holds against the
// tables: what the log tells is what the model believes.
type deal struct {
	t         actions.Transaction
	buyer     string
	price     int64
	back      int64     // given back so far
	ends      time.Time // of the guarantee
	refunding bool
	gone      bool // refunded, or taken by the buyer's bank
	frozen    time.Time
	proposal  string // open
}

// A given is a refund that somebody got on his own word.
type given struct {
	who     string
	agent   bool
	day     string
	buyer   string
	price   int64
	refused bool
}

// A model is what must be so.
type model struct {
	sold      map[actions.Transaction]*deal
	given     map[string]*given                 // by key of the request
	askedBy   map[string][2]string              // of a proposal: actor and chat user
	proposals map[string]actions.ProposalStatus // as last seen
	kinds     map[string]string
	requests  map[string]string // states, as last seen
	statuses  map[actions.Transaction]string
	seq       int64
}

func newModel() *model {
	return &model{sold: map[actions.Transaction]*deal{}, given: map[string]*given{}, askedBy: map[string][2]string{},
		proposals: map[string]actions.ProposalStatus{}, kinds: map[string]string{}, requests: map[string]string{}, statuses: map[actions.Transaction]string{}}
}

// backOf counts what came back to a buyer, or is on its way, except for one purchase.
func (m *model) backOf(buyer string, except actions.Transaction) (n int) {
	for _, s := range m.sold {
		if s.buyer == buyer && s.t != except && (s.gone || s.refunding || s.back > 0) {
			n++
		}
	}
	return n
}

// alone counts the refunds on one's own word that a condition picks, and sums them.
func (m *model) alone(pick func(*given) bool) (n int, sum int64) {
	for _, g := range m.given {
		if !g.refused && pick(g) {
			n, sum = n+1, sum+g.price
		}
	}
	return n, sum
}

// The answers to somebody who wants a refund.
const (
	goes   = "goes"   // carried out on his word
	asks   = "asks"   // somebody else decides
	refuse = "refuse" // it cannot be
)

// expects is what must be answered. It is written without a look at the policy's code.
func (m *model) expects(who actions.Actor, s *deal, now time.Time, proved bool, part int64) string {
	if who.Role == actions.BuyerRole && !slices.Contains(who.Buyers, s.buyer) {
		return refuse
	}
	if s.gone || s.refunding || s.proposal != "" || now.Before(s.frozen) {
		return refuse
	}
	if part > 0 && (who.Role == actions.BuyerRole || part >= s.price-s.back) {
		return refuse
	}
	asked := s.price - s.back
	if part > 0 {
		asked = part
	}
	over := now.After(s.ends)
	if who.Role == actions.BuyerRole {
		own, _ := m.alone(func(g *given) bool { return !g.agent && g.buyer == s.buyer && !isStaff(g.who) })
		switch {
		case over || !proved:
			return refuse
		case s.back > 0 || s.price > 100_00 || own >= 1 || m.backOf(s.buyer, s.t) >= 2:
			return asks
		}
		return goes
	}
	n, sum := m.alone(func(g *given) bool { return g.who == who.ID && g.day == dayIn(now) })
	switch {
	case over, s.back+asked > 500_00, m.backOf(s.buyer, s.t) >= 2:
		return asks
	case who.Role == actions.Agent && (n >= 3 || sum+asked > 250_00):
		return asks
	}
	return goes
}

func isStaff(actor string) bool { return strings.HasPrefix(actor, "p-") }

func dayIn(t time.Time) string {
	where, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		panic(err)
	}
	return t.In(where).Format(time.DateOnly)
}

// learn reads what was logged since it last did, and believes it.
func (m *model) learn(w *world) (actionsLogged []string) {
	entries, err := w.store.AuditEntries(shop, m.seq, 1000)
	w.must(err)
	for _, e := range entries {
		m.seq = e.Seq
		actionsLogged = append(actionsLogged, e.Action+" "+e.Target)
		s := m.sold[actions.Transaction(e.Target)]
		if s == nil {
			continue
		}
		var data struct {
			Request, Proposal string
			Amount            actions.Money
		}
		w.must(json.Unmarshal(e.Data, &data))
		kind, what, _ := strings.Cut(e.Action, ".")
		switch what {
		case "proposed":
			s.proposal = data.Proposal
		case "approved", "requested":
			if what == "approved" {
				s.proposal = ""
			}
			if kind == "refund" {
				s.refunding = true
			} else {
				s.frozen = e.At.Add(72 * time.Hour)
			}
		case "denied", "expired", "rebuilt", "withdrawn":
			if s.proposal == data.Proposal {
				s.proposal = ""
			}
		case "done":
			if kind == "refund" {
				s.refunding = false
				s.back += data.Amount.Minor
				s.gone = s.gone || s.back >= s.price
			} else {
				full, err := w.store.PurchaseByTransaction(shop, e.Target)
				w.must(err)
				s.buyer = full.Purchase.BuyerID // it is somebody else's now
				s.frozen = e.At.Add(72 * time.Hour)
			}
		case "refused":
			if g := m.given[data.Request]; g != nil {
				g.refused = true
			}
			if kind == "refund" {
				s.refunding = false
			} else {
				s.frozen = time.Time{}
			}
		case "chargeback":
			s.gone = true
		}
	}
	return actionsLogged
}

// changed looks at the tables and lists the entries that the changes since it last did must have, one for each.
func (m *model) changed(w *world) (want []string) {
	for t := range m.sold {
		full, err := w.store.PurchaseByTransaction(shop, string(t))
		w.must(err)
		if now := full.Purchase.Status; now != m.statuses[t] {
			if now == string(actions.Chargeback) {
				want = append(want, "purchase.chargeback "+string(t))
			}
			m.statuses[t] = now
		}
		if id := full.OpenProposal; id != "" && m.proposals[id] == "" {
			p, err := w.store.Proposal(shop, id)
			w.must(err)
			m.proposals[id], m.kinds[id] = actions.ProposalOpen, p.Kind
			m.askedBy[id] = [2]string{p.AskedBy, p.ReplyTo}
			want = append(want, p.Kind+".proposed "+p.Transaction)
		}
	}
	for id, was := range m.proposals {
		p, err := w.store.Proposal(shop, id)
		w.must(err)
		if now := actions.ProposalStatus(p.Status); now != was {
			m.proposals[id] = now
			want = append(want, fmt.Sprintf("%s.%s %s", p.Kind, now, p.Transaction))
			if p.RequestKey != "" {
				m.requests[p.RequestKey] = "approved"
			}
		}
	}
	words := map[string]string{"done": "done", "requested": "waiting", "needs_buyer": "needs_buyer", "refused": "refused", "unknown": "unknown"}
	for key, was := range m.requests {
		r, err := w.store.Request(key)
		w.must(err)
		if was == "" {
			if r.State == "proposed" {
				m.requests[key] = r.State
				continue
			}
			want = append(want, r.Action+".requested "+r.Target)
			was = "recorded"
		}
		if r.State == "sending" && r.Detail == "outcome.unknown.reading" && was != "unknown" {
			want = append(want, r.Action+".unknown "+r.Target) // it is being asked again already
			was = "unknown"
		}
		if word := words[r.State]; word != "" && r.State != was {
			want = append(want, r.Action+"."+word+" "+r.Target)
		}
		if was = r.State; r.State == "sending" && r.Detail == "outcome.unknown.reading" {
			was = "unknown" // that it is not known is logged once
		}
		m.requests[key] = was
	}
	return want
}
