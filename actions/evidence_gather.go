package actions

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A gathering turns rows into evidence, and remembers how new the newest is.
type gathering struct {
	zone   string
	team   map[string]string // names by id
	masked bool
	newest time.Time
}

func (g *gathering) at(t time.Time) Instant {
	t = t.UTC().Truncate(time.Microsecond)
	if t.After(g.newest) {
		g.newest = t
	}
	return Instant{At: t, Zone: g.zone}
}

// planned is a time that may lie ahead: a guarantee's end is no news.
func (g *gathering) planned(t time.Time) Instant { return Instant{At: t.UTC(), Zone: g.zone} }

// name is somebody's: of the team whole, a buyer's as the reader may see it.
func (g *gathering) name(actor, name string) string {
	if _, staff := g.team[actor]; staff || !g.masked {
		return name
	}
	return MaskedName(name)
}

func (g *gathering) address(a string) string {
	if g.masked {
		return Email(a).Masked()
	}
	return a
}

func (g *gathering) text(s string) string {
	if g.masked {
		return MaskText(s)
	}
	return s
}

func (g *gathering) purchase(full store.FullPurchase, p Purchase) EvidencePurchase {
	e := EvidencePurchase{
		Transaction: p.Transaction, Source: p.Source, Status: p.Status, StatusAt: g.at(p.StatusAt), Product: p.Product.Name, ProductCode: p.Product.Code,
		Buyer: g.name(p.Buyer.ID, p.Buyer.Name), Email: g.address(string(p.Buyer.Email)), Price: p.Price, Payment: p.Payment,
		Installments: max(p.Installments, 1), OrderedAt: g.at(p.OrderedAt), ApprovedAt: g.at(p.ApprovedAt), GuaranteeEnds: g.planned(p.GuaranteeEnds),
		GuaranteeDays: full.Product.GuaranteeDays, OpenedAt: g.at(firstOpened(p)),
	}
	for _, product := range p.Contents {
		e.Contents = append(e.Contents, product.Name)
	}
	return e
}

func (g *gathering) access(full store.FullPurchase) []EvidenceAccess {
	all := []EvidenceAccess{}
	for _, grant := range full.Grants {
		a := grant.AccessGrant
		all = append(all, EvidenceAccess{Product: grant.Product.Name, Active: a.Active, Granted: g.at(a.CreatedAt), Opened: g.at(value(a.OpenedAt)),
			LastSent: g.at(value(a.SentAt)), Sent: a.SentCount})
	}
	return all
}

// entries are those of the audit log, and what policy said in them.
func (g *gathering) entries(rows []store.AuditEntry) ([]EvidenceVerdict, []EvidenceEntry) {
	verdicts, all := []EvidenceVerdict{}, []EvidenceEntry{}
	for _, r := range rows {
		if r.Action == actionEvidence {
			continue
		}
		_, staff := g.team[r.Actor]
		e := EvidenceEntry{Seq: r.Seq, At: g.at(r.At), Micros: r.At.UnixMicro(), Actor: r.Actor, ActorName: g.name(r.Actor, r.ActorName), AskedBy: r.AskedBy,
			Action: r.Action, Target: r.Target, Note: g.text(r.Note), Data: string(r.Data), Prev: r.Prev, Hash: r.Hash, Staff: staff}
		all = append(all, e)
		var data auditData
		if json.Unmarshal(r.Data, &data) == nil && data.Verdict != nil {
			verdicts = append(verdicts, EvidenceVerdict{At: e.At, Who: e.ActorName, Action: r.Action, Verdict: *data.Verdict, Entry: r.Seq})
		}
	}
	return verdicts, all
}

func (g *gathering) mails(rows []store.Mail) []EvidenceMail {
	all := []EvidenceMail{}
	for _, m := range rows {
		all = append(all, EvidenceMail{Template: m.Template, Locale: m.Locale, To: g.address(m.Recipient), Written: g.at(m.CreatedAt), Sent: g.at(value(m.SentAt))})
	}
	return all
}

// decisions are the proposals, and what was written in them.
func (g *gathering) decisions(rows []store.Proposal) ([]EvidenceDecision, []EvidenceMessage, error) {
	all, messages := []EvidenceDecision{}, []EvidenceMessage{}
	for _, r := range rows {
		o, err := parseOrder(r.Payload)
		if err != nil {
			return nil, nil, err
		}
		sealed, err := seal(r)
		if err != nil {
			return nil, nil, err
		}
		d := EvidenceDecision{Kind: r.Kind, Asked: g.at(r.CreatedAt), AskedBy: g.name(r.AskedBy, r.AskedByName), Role: Role(r.AskedByRole),
			Status: ProposalStatus(r.Status), Decided: g.at(value(r.DecidedAt)), By: r.DecidedByName, Reason: g.text(r.DecidedReason), Verdict: o.Verdict,
			Seal: r.Seal, Intact: sealed == r.Seal}
		if r.Currency != "" {
			d.Amount = Money{Minor: r.Amount, Currency: r.Currency}
		}
		all = append(all, d)
		messages = append(messages, EvidenceMessage{At: d.Asked, Who: d.AskedBy, Role: d.Role, About: r.Kind, Reason: o.Reason, Text: g.text(o.Note)})
		if d.Reason != "" && d.By != "" {
			messages = append(messages, EvidenceMessage{At: d.Decided, Who: d.By, About: r.Kind + "." + r.Status, Text: d.Reason})
		}
	}
	return all, messages, nil
}

// writes are the requests, and what was written in those that needed nobody else.
func (g *gathering) writes(rows []store.Request, messages *[]EvidenceMessage) ([]EvidenceWrite, error) {
	all := []EvidenceWrite{}
	for _, r := range rows {
		if len(r.Payload) == 0 || r.Action == "decide" || r.Action == KindLook { // decisions stand with what was decided
			continue
		}
		o, err := parseOrder(r.Payload)
		if err != nil {
			return nil, err
		}
		all = append(all, EvidenceWrite{Action: r.Action, At: g.at(r.CreatedAt), Last: g.at(r.UpdatedAt), State: RequestState(r.State), Detail: g.text(r.Detail)})
		if (o.Reason != "" || o.Note != "") && RequestState(r.State) != RequestProposed && o.Result.Proposal == "" {
			name, staff := g.team[r.AskedBy]
			m := EvidenceMessage{At: g.at(r.CreatedAt), Who: name, About: r.Action, Reason: o.Reason, Text: g.text(o.Note)}
			if !staff {
				m.Role = BuyerRole
			}
			*messages = append(*messages, m)
		}
	}
	return all, nil
}

func byTime(all []EvidenceMessage) {
	slices.SortStableFunc(all, func(a, b EvidenceMessage) int { return a.At.At.Compare(b.At.At) })
}
