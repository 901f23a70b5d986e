package flows

import (
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/actions"
	"github.com/aftersale/aftersale/flows/flow"
)

// Audit shows who did what, when and why: by person, purchase, area, period or words; as a file; and whether the log is as
// it was written.
//
//	/audit [name or code]     managers, producers, admins
type Audit struct {
	core *actions.Core

	Who     string
	Area    actions.AuditArea
	Period  string
	Text    string
	Before  int64
	Earlier []int64 // Before of the pages before
	Next    int64
	Entries []actions.AuditEntry `json:",omitzero"`
	Picked  string               // number of an entry, or what is to be done with all
	Entry   actions.AuditEntry   `json:",omitzero"`
	Format  string
	Offered bool           // the export may go out with whole names, for a reason
	Names   string         // maskedNames or wholeNames
	Reason  actions.Reason // why whole
	Note    string
	Export  actions.AuditExport
	Check   actions.AuditCheck
}

// What can be picked beside an entry.
const (
	auditExport = "export"
	auditVerify = "verify"
)

// How an export names buyers.
const (
	maskedNames = "masked"
	wholeNames  = "whole"
)

// listedEntries is how many entries a page has.
const listedEntries = 6

// NewAudit defines the flow.
func NewAudit(core *actions.Core) flow.Def {
	return flow.Def{Name: "audit", Roles: actions.AuditReaders, Rare: true, New: func() flow.Flow { return &Audit{core: core} }}
}

// Steps is the flow's table of contents.
func (f *Audit) Steps() []flow.Step {
	change := flow.Reopen("change", "filters", f.rewind)
	verify := flow.Go("verify", func() { f.Picked = auditVerify })
	older := flow.Reopen("more", "search", f.forward)
	list := flow.Form("list", flow.Pick("entry", &f.Picked, f.options()...)).Card(f.lines)
	none := flow.Menu("none", nil)
	if f.Next != 0 {
		list, none = list.With(older), none.With(older)
	}
	if len(f.Earlier) > 0 {
		list = list.With(flow.Reopen("previous", "search", f.backward))
	}
	list = list.With(change, flow.Go("export", func() { f.Picked = auditExport }), verify)
	one := f.Picked != auditExport && f.Picked != auditVerify
	entry := flow.Menu("entry", f.card)
	if isCode(f.Entry.Target) {
		entry = entry.With(flow.Open("purchase", "find", map[string]string{"query": f.Entry.Target}),
			flow.Open("same", "audit", map[string]string{"who": f.Entry.Target}))
	}
	broken := len(f.Check.Problems) > 0
	return []flow.Step{
		flow.Form("filters",
			flow.Input("who", &f.Who, parseNote).Optional(),
			flow.Choice("area", &f.Area, actions.AuditAreas...).Extra(),
			flow.Input("period", &f.Period, parsePeriod).Extra(),
			flow.Input("text", &f.Text, parseNote).Extra()),
		flow.Do("search", f.search),
		flow.When(len(f.Entries) == 0, none.With(change)),
		list,
		flow.When(one, flow.Do("load", f.load)),
		flow.When(one, entry),
		flow.When(f.Picked == auditExport, flow.Form("form", flow.Choice("format", &f.Format, actions.ExportCSV, actions.ExportJSON))),
		flow.When(f.Picked == auditExport && f.Offered, flow.Form("names", flow.Choice("names", &f.Names, maskedNames, wholeNames))),
		flow.When(f.Picked == auditExport && f.Names == wholeNames, flow.Form("why",
			flow.Choice("reason", &f.Reason, actions.RevealReasons...),
			flow.Input("note", &f.Note, parseNote).Long()).In("reveal")),
		flow.When(f.Picked == auditExport, flow.Do("export", f.export)),
		flow.When(f.Picked == auditExport, flow.Result("exported", f.exported).Live("file:"+f.Export.File)),
		flow.When(f.Picked == auditVerify, flow.Do("verify", f.verify)),
		flow.When(f.Picked == auditVerify && broken, flow.Result("broken", f.checked).Body(f.problems)),
		flow.When(f.Picked == auditVerify && !broken, flow.Result("whole", f.checked).Body(f.proof)),
	}
}

func (f *Audit) rewind()  { f.Before, f.Earlier = 0, nil }
func (f *Audit) forward() { f.Earlier, f.Before = append(f.Earlier, f.Before), f.Next }
func (f *Audit) backward() {
	last := len(f.Earlier) - 1
	f.Before, f.Earlier = f.Earlier[last], f.Earlier[:last]
}

// query is what is searched for. The one question of a chat without forms takes a code as well as a name.
func (f *Audit) query(now time.Time, zone string) (q actions.AuditQuery, err error) {
	q = actions.AuditQuery{Person: f.Who, Area: f.Area, Text: f.Text, Before: f.Before, Limit: listedEntries}
	if isCode(f.Who) {
		q.Person, q.Target = "", f.Who
	}
	q.From, q.To, err = period(f.Period, now, zone)
	return q, err
}

func (f *Audit) search(c flow.Call) error {
	q, err := f.query(c.Now, c.Who.Timezone)
	if err != nil {
		return err
	}
	page, err := f.core.SearchAudit(c, c.Who, q)
	if err != nil {
		return err
	}
	f.Entries, f.Next, f.Offered = page.Entries, page.Next, f.core.MayRevealExports(c, c.Who)
	return nil
}

func (f *Audit) options() []flow.Option {
	list := make([]flow.Option, len(f.Entries))
	for i, e := range f.Entries {
		list[i] = flow.Option{Value: strconv.FormatInt(e.Seq, 10), Label: flow.T("option.entry", "number", e.Seq)}
	}
	return list
}

// lines are the page: what is numbered here is opened by its number below.
func (f *Audit) lines() []flow.Fact {
	all := make([]flow.Text, len(f.Entries))
	for i, e := range f.Entries {
		all[i] = flow.T("audit.line", "number", e.Seq, "what", happened(e), "target", e.About)
		if e.About == "" {
			all[i].Key = "audit.line_alone"
		}
	}
	return flow.Card("entries", all)
}

// happened is what an entry says, as the history of a purchase says it.
func happened(e actions.AuditEntry) flow.Text {
	var who any = flow.PersonName(e.Actor)
	switch {
	case e.Staff && e.Actor == "":
		who = flow.T("audit.program")
	case e.Staff:
		who = e.Actor // a colleague is not masked
	}
	return flow.T("history."+e.Action, "at", flow.Moment(e.At), "who", who)
}

func (f *Audit) load(flow.Call) error {
	for _, e := range f.Entries {
		if strconv.FormatInt(e.Seq, 10) == f.Picked {
			f.Entry = e
		}
	}
	return nil
}

func (f *Audit) card() []flow.Fact {
	e := f.Entry
	var amount any
	if e.Amount.Currency != "" {
		amount = e.Amount
	}
	var rule, outcome any
	if e.Verdict.Rule != "" {
		rule = verdict(e.Verdict)[:1]
	}
	if strings.HasPrefix(e.Detail, "outcome.") {
		outcome = flow.T(e.Detail)
	}
	var count any
	if e.Count > 0 {
		count = e.Count
	}
	return flow.Card("number", strconv.FormatInt(e.Seq, 10), "what", happened(e), "about", e.About, "asked_by", e.AskedBy, "reason", e.Reason,
		"note", e.Note, "price", amount, "old_email", e.OldEmail, "new_email", e.NewEmail, "rule", rule, "count", count, "outcome", outcome,
		"head", e.Hash)
}

func (f *Audit) export(c flow.Call) error {
	q, err := f.query(c.Now, c.Who.Timezone)
	if err != nil {
		return err
	}
	in := actions.AuditExportInput{Query: q, Form: f.Format}
	if f.Names == wholeNames {
		in.Reveal = &actions.RevealExportInput{Key: c.Key, Reason: f.Reason, Note: f.Note}
	}
	f.Export, err = f.core.ExportAudit(c, c.Who, in)
	return err
}

func (f *Audit) exported() []flow.Fact { return flow.Card("count", f.Export.Entries) }

func (f *Audit) verify(c flow.Call) (err error) {
	f.Check, err = f.core.VerifyAudit(c, c.Who)
	return err
}

func (f *Audit) checked() []flow.Fact {
	return flow.Card("count", int(f.Check.Entries), "head", f.Check.Head)
}

// problems are the places where the chain is broken.
func (f *Audit) problems() []flow.Text {
	var all []flow.Text
	for _, p := range f.Check.Problems {
		all = append(all, flow.T("audit.problem."+p.Kind, "number", p.Seq))
	}
	if f.Check.More {
		all = append(all, flow.T("audit.problem.more"))
	}
	return append(all, flow.T("audit.problem.what_now"))
}

// proof says what the check has shown, and what it has not.
func (f *Audit) proof() []flow.Text {
	all := []flow.Text{flow.T("audit.proof")}
	if f.Check.Erased > 0 {
		all = append(all, flow.T("audit.erased", "count", int(f.Check.Erased)))
	}
	if f.Check.After > 0 {
		all = append(all, flow.T("audit.newest", "number", f.Check.After))
	}
	return append(all, flow.T("audit.keep_head"))
}
