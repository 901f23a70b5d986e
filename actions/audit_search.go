package actions

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// AuditReaders are the roles that read the audit log in chat.
var AuditReaders = Deciders

// An AuditArea is a part of what happens, for searching the log by it.
type AuditArea string

// The areas. What is in no other is in AreaOther, so that nothing cannot be found.
const (
	AreaMoney    AuditArea = "money"
	AreaIdentity AuditArea = "identity"
	AreaAccess   AuditArea = "access"
	AreaTeam     AuditArea = "team"
	AreaData     AuditArea = "data"
	AreaCases    AuditArea = "cases"
	AreaPlatform AuditArea = "platform"
	AreaOther    AuditArea = "other"
)

// AuditAreas lists them in the order in which they are offered.
var AuditAreas = []AuditArea{AreaMoney, AreaIdentity, AreaAccess, AreaTeam, AreaData, AreaCases, AreaPlatform, AreaOther}

// auditAreas says by the first word of an action where it belongs.
var auditAreas = map[string]AuditArea{
	"refund": AreaMoney, "claim": AreaMoney, "product": AreaMoney,
	"cancel": AreaMoney, "chargeday": AreaMoney, "reactivate": AreaMoney,
	"task": AreaPlatform, "accessmail": AreaAccess, "receipt": AreaAccess, "checkinmail": AreaAccess,
	"email": AreaIdentity, "putback": AreaIdentity, "buyer": AreaIdentity, "code": AreaIdentity, "document": AreaIdentity, "password": AreaIdentity,
	"access": AreaAccess, "bulk": AreaAccess, "checkin": AreaAccess, "ticket": AreaAccess,
	"case": AreaCases, "canned": AreaCases,
	"person": AreaTeam, "factor": AreaTeam, "setting": AreaTeam, "language": AreaTeam, "report": AreaData, "feedback": AreaData,
	"privacy": AreaData, "audit": AreaData, "evidence": AreaData, "export": AreaData, "file": AreaData, "keys": AreaData, "retention": AreaData,
	"list": AreaData, "list_rule": AreaData, "hook": AreaData, "mail_kind": AreaData,
	"purchase": AreaPlatform, "import": AreaPlatform, "sync": AreaPlatform,
}

// AreaOf says where an action belongs. Who the buyer is was seen, not changed: so that is about data.
func AreaOf(action string) AuditArea {
	if action == actionRevealed {
		return AreaData
	}
	family, _, _ := strings.Cut(action, ".")
	return cmp.Or(auditAreas[family], AreaOther)
}

// An AuditQuery says which entries of the audit log to find. Empty fields leave nothing out.
type AuditQuery struct {
	Person   string // the beginning of words of a name: of the team, also of who has left it; or of a buyer
	Target   string // the code of a purchase, or what else an entry is about
	Area     AuditArea
	Text     string // part of a note, a target, a name or an action
	From, To time.Time
	Before   int64 // Next of the page before; 0 for the first
	Limit    int   // 10 when 0, at most 50
}

// An AuditEntry is one entry of the log for a reader.
type AuditEntry struct {
	Seq      int64
	At       time.Time
	Actor    string // name
	Staff    bool   // of the team, or the program: rooms may read the name
	AskedBy  string // who of the team asked, when another did
	Action   string // such as "refund.requested"
	Target   string
	About    string // Target for people: the name, where it is somebody of the team
	Reason   Reason
	Note     string
	Amount   Money
	OldEmail string // masked when it was written
	NewEmail string
	Verdict  Verdict // that it was done by; zero when there was none
	Detail   string
	Count    int
	Prev     string
	Hash     string
}

// An AuditPage is a part of the log, the newest first.
type AuditPage struct {
	Entries []AuditEntry
	Next    int64 // Before of the next page; 0 on the last
}

// auditLog is the target of entries about the log itself.
const auditLog = "audit"

const (
	// auditScan is how many entries one search for a text looks through: it is said where it stopped.
	auditScan  = 20_000
	auditBatch = 500
	auditNames = 30 // people whom a name may fit
)

// SearchAudit lists entries of the audit log, the newest first. A search for a text that has looked through many entries
// may return an empty page with a Next: older ones may match.
//
// Errors: Invalid for a person whom nobody knows, with the Field; Denied for whoever is no AuditReader; Unavailable.
func (c *Core) SearchAudit(ctx context.Context, who Actor, q AuditQuery) (AuditPage, error) {
	if !who.Is(AuditReaders...) {
		return AuditPage{}, &Error{Code: Denied, Key: "error.role"}
	}
	s := c.store.In(ctx)
	r, err := c.auditReader(s, who, q)
	if err != nil {
		return AuditPage{}, failed("search the audit log", err)
	}
	size := defaultLimit
	if q.Limit > 0 {
		size = min(q.Limit, maxLimit)
	}
	found, next, err := r.search(q.Before, size, auditScan)
	if err != nil {
		return AuditPage{}, failed("search the audit log", err)
	}
	page := AuditPage{Next: next}
	for _, e := range found {
		page.Entries = append(page.Entries, r.entry(e))
	}
	return page, nil
}

// An auditReader reads entries of one search.
type auditReader struct {
	store  *store.Store
	filter store.AuditFilter
	text   string            // folded
	team   map[string]string // names by id, also of those who have left
	none   bool              // nothing can match
}

func (c *Core) auditReader(s *store.Store, who Actor, q AuditQuery) (*auditReader, error) {
	r := &auditReader{store: s, team: map[string]string{"system": ""}, text: store.Fold(q.Text),
		filter: store.AuditFilter{Account: who.Account, Targets: auditTargets(q.Target), From: q.From, To: q.To}}
	people, err := s.Everybody(who.Account)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		r.team[p.ID] = p.Name
	}
	if q.Person != "" {
		if r.filter.Actors, err = r.actors(people, q.Person); err != nil {
			return nil, err
		}
	}
	if q.Area != "" {
		known, err := s.AuditActions(who.Account)
		if err != nil {
			return nil, err
		}
		for _, action := range known {
			if AreaOf(action) == q.Area {
				r.filter.Actions = append(r.filter.Actions, action)
			}
		}
		r.none = len(r.filter.Actions) == 0
	}
	return r, nil
}

// auditTargets are what may be meant: what was typed, and the code of a purchase as codes are written.
func auditTargets(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	all := []string{text}
	if t, err := ParseTransaction(text); err == nil && string(t) != text {
		all = append(all, string(t))
	}
	return all
}

// actors finds who may be meant by a name: people of the team, and the chat users of buyers.
func (r *auditReader) actors(people []store.Person, name string) ([]string, error) {
	nobody := &Error{Code: Invalid, Key: "audit.nobody", Field: "who"}
	words := strings.Fields(store.Fold(name))
	if len(words) == 0 {
		return nil, nobody
	}
	var ids []string
	for _, p := range people {
		if begins(strings.Fields(store.Fold(p.Name)), words) {
			ids = append(ids, p.ID)
		}
	}
	if words[0] == "system" {
		ids = append(ids, "system")
	}
	buyers, err := r.store.BuyersNamed(r.filter.Account, words, auditNames)
	if err != nil {
		return nil, err
	}
	var bought []string
	for _, b := range buyers {
		bought = append(bought, b.ID)
	}
	if len(bought) > 0 {
		linked, err := r.store.IdentitiesOfBuyers(bought, auditNames)
		if err != nil {
			return nil, err
		}
		ids = append(ids, linked...)
	}
	if len(ids) == 0 {
		return nil, nobody
	}
	return ids[:min(len(ids), 2*auditNames)], nil
}

// begins reports whether each of the words begins one of the name's.
func begins(name, words []string) bool {
	for _, w := range words {
		if !slices.ContainsFunc(name, func(n string) bool { return strings.HasPrefix(n, w) }) {
			return false
		}
	}
	return true
}

// search returns entries below a number, and where to go on; it looks through so many at most.
func (r *auditReader) search(before int64, size, scan int) (found []store.AuditEntry, next int64, err error) {
	if r.none {
		return nil, 0, nil
	}
	f := r.filter
	f.Before, f.Limit = before, size+1
	if r.text != "" {
		f.Limit = auditBatch
	}
	for scanned := 0; ; {
		batch, err := r.store.SearchAudit(f)
		if err != nil {
			return nil, 0, err
		}
		for _, e := range batch {
			if !r.matches(e) {
				continue
			}
			if len(found) == size {
				return found, found[size-1].Seq, nil
			}
			found = append(found, e)
		}
		if len(batch) < f.Limit {
			return found, 0, nil
		}
		f.Before = batch[len(batch)-1].Seq
		if scanned += len(batch); scanned >= scan {
			return found, f.Before, nil
		}
	}
}

func (r *auditReader) matches(e store.AuditEntry) bool {
	if r.text == "" {
		return true
	}
	for _, words := range []string{e.Note, e.Target, e.ActorName, e.Action} {
		if strings.Contains(store.Fold(words), r.text) {
			return true
		}
	}
	return false
}

func (r *auditReader) entry(e store.AuditEntry) AuditEntry {
	var data auditData
	_ = json.Unmarshal(e.Data, &data) // what others write has other values
	out := AuditEntry{Seq: e.Seq, At: e.At.UTC(), Actor: e.ActorName, Action: e.Action, Target: e.Target, About: cmp.Or(r.team[e.Target], e.Target), Reason: data.Reason, Note: e.Note,
		Amount: data.Amount, OldEmail: data.OldEmail, NewEmail: data.NewEmail, Detail: data.Detail, Count: data.Count, Prev: e.Prev, Hash: e.Hash}
	if e.Target == auditLog {
		out.About = ""
	}
	_, out.Staff = r.team[e.Actor]
	if data.Verdict != nil {
		out.Verdict = *data.Verdict
	}
	if e.AskedBy != e.Actor {
		out.AskedBy = r.team[e.AskedBy]
	}
	return out
}

// masked takes from an entry what rooms do not read: the names of buyers, and addresses wherever they stand.
func (e AuditEntry) masked() AuditEntry {
	if !e.Staff {
		e.Actor = MaskedName(e.Actor)
	}
	e.Note, e.Target, e.About, e.Detail = MaskText(e.Note), MaskText(e.Target), MaskText(e.About), MaskText(e.Detail)
	return e
}
