package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/actions"
	mailer "github.com/aftersale/aftersale/actions/mail"
)

// check compares what people were told, the tables, the outbox and the ledger with each other.
func (r *crashRun) check() {
	b := r.readBooks()
	r.checkJobs(b)
	r.checkTold(b)
	r.checkRequests(b)
	r.checkLedger(b)
	r.checkAudit(b)
	r.checkMails(b)
	r.checkConversations(b)
	r.checkCards(b)
	r.t.Logf("%s", r.summary())
	refunds := 0
	for _, l := range b.ledger {
		if l.Op == string(actions.OpRefund) {
			refunds++
		}
	}
	r.t.Logf("%d purchases, %d requests, %d proposals; ledger: %d refunds, %d new addresses; %d mails, %d audit entries, %d conversations",
		len(b.purchases), len(b.requests), len(b.proposals), refunds, len(b.ledger)-refunds, len(b.mails), len(b.audit), len(b.conversations))
	if refunds == 0 || refunds == len(b.ledger) || len(b.mails) == 0 {
		r.t.Errorf("too little happened between the kills to prove anything")
	}
}

// checkJobs: all work is done, and none was given up.
func (r *crashRun) checkJobs(b *crashBooks) {
	if len(b.jobs) > 0 {
		r.t.Errorf("jobs that are not completed: %v", b.jobs)
	}
}

// checkTold: what somebody was told is so, once. Each receipt is of one wish of one person about one purchase, however
// often he pressed: so there is exactly one request for it.
func (r *crashRun) checkTold(b *crashBooks) {
	asked := map[string]int{} // action, transaction → requests of people
	for _, q := range b.requests {
		if _, ok := q.byProposal(); !ok && q.Action != "decide" {
			asked[q.Action+" "+q.Target]++
		}
	}
	told := map[string]int{}
	for _, receipt := range r.receipts {
		kind, id, _ := strings.Cut(receipt.subject, ":")
		if receipt.action != "decide" {
			told[receipt.action+" "+receipt.transaction]++
		}
		q, p := b.requests[id], b.proposals[id]
		switch {
		case kind == "request" && (q.Action != receipt.action || q.Target != receipt.transaction):
			r.t.Errorf("%+v was shown, and the request is %+v", receipt, q)
		case kind == "proposal" && receipt.action != "decide" && (p.Kind != receipt.action || p.Transaction != receipt.transaction):
			r.t.Errorf("%+v was shown, and the proposal is %+v", receipt, p)
		case kind == "proposal" && receipt.step != "" && p.Status != receipt.step:
			r.t.Errorf("%+v was shown, and the proposal is %+v", receipt, p)
		}
	}
	if d := cmp.Diff(told, asked); d != "" {
		r.t.Errorf("wishes that people were told of, and requests (-told +recorded):\n%s", d)
	}
}

// checkRequests: everything has come to an end, and each decision was taken once.
func (r *crashRun) checkRequests(b *crashBooks) {
	final := []string{string(actions.RequestDone), string(actions.RequestProposed), string(actions.RequestRefused)}
	decisions, proposed := map[string]int{}, map[string]int{}
	for _, q := range b.requests {
		if !slices.Contains(final, q.State) {
			r.t.Errorf("request without an end: %+v", q)
		}
		if q.Action == "decide" {
			decisions[q.Target]++
		}
		if q.State == string(actions.RequestProposed) {
			proposed[q.Order.Result.Proposal]++
		}
		if id, ok := q.byProposal(); ok && (b.proposals[id].Status != string(actions.ProposalApproved) || b.proposals[id].RequestKey != q.Key) {
			r.t.Errorf("request %+v carries out %+v", q, b.proposals[id])
		}
	}
	wantDecisions, wantProposed := map[string]int{}, map[string]int{}
	for _, p := range b.proposals {
		if p.Status == string(actions.ProposalOpen) || p.Status == string(actions.ProposalExpired) {
			r.t.Errorf("proposal that nobody decided: %+v", p)
		}
		wantDecisions[p.ID], wantProposed[p.ID] = 1, wantProposed[p.ID]+1
		if p.ReplacedBy != "" {
			wantProposed[p.ReplacedBy]-- // the shop asked, in the asker's name
		}
		if _, ok := b.requests["proposal/"+p.ID]; ok != (p.Status == string(actions.ProposalApproved)) {
			r.t.Errorf("proposal %+v: carried out by a request: %t", p, ok)
		}
	}
	maps.DeleteFunc(wantProposed, func(_ string, n int) bool { return n == 0 })
	if d := cmp.Diff(wantDecisions, decisions); d != "" {
		r.t.Errorf("decisions by proposal (-want +got):\n%s", d)
	}
	if d := cmp.Diff(wantProposed, proposed); d != "" {
		r.t.Errorf("requests that became proposals (-want +got):\n%s", d)
	}
}

// checkLedger: money went back where a request says so and nowhere else, once, and the purchases agree; likewise for
// addresses.
func (r *crashRun) checkLedger(b *crashBooks) {
	want, got := map[string]int{}, map[string]int{}
	for _, q := range b.requests {
		if q.writes() && q.State == string(actions.RequestDone) {
			want[q.Action+" "+q.Target+" "+q.Key]++
		}
	}
	refunds, changes, email := map[string]int{}, map[string]int{}, map[string]string{}
	for _, l := range b.ledger {
		action := actions.KindRefund
		if l.Op == string(actions.OpRefund) {
			refunds[l.Transaction]++
		} else {
			action = actions.KindEmail
			changes[l.Transaction]++
			email[l.Transaction] = l.NewEmail
		}
		got[action+" "+l.Transaction+" "+l.Key]++
	}
	if d := cmp.Diff(want, got); d != "" {
		r.t.Errorf("requests that are done, and the ledger (-requests +ledger):\n%s", d)
	}
	for _, p := range b.purchases {
		switch n := refunds[p.Transaction]; {
		case n > 1:
			r.t.Errorf("%s was refunded %d times", p.Transaction, n)
		case n == 1 && p.Status != string(actions.Refunded) && p.Status != string(actions.Chargeback):
			r.t.Errorf("the ledger refunded %s, and the purchase is %s", p.Transaction, p.Status)
		case n == 0 && p.Status == string(actions.Refunded):
			r.t.Errorf("%s is refunded, and the ledger does not know", p.Transaction)
		}
		if p.Refunding != "" {
			r.t.Errorf("%s is still being refunded by %s", p.Transaction, p.Refunding)
		}
		if p.EmailChanges != changes[p.Transaction] || email[p.Transaction] != "" && p.Email != email[p.Transaction] {
			r.t.Errorf("the ledger moved %s %d times, to %s; the purchase says %d times, to %s",
				p.Transaction, changes[p.Transaction], email[p.Transaction], p.EmailChanges, p.Email)
		}
	}
}

// checkAudit: every committed action has its entries and there are no others; the chain is whole.
func (r *crashRun) checkAudit(b *crashBooks) {
	want, got := map[string]int{}, map[string]int{}
	for _, q := range b.requests {
		_, approved := q.byProposal()
		switch {
		case q.Action == actions.KindResend:
			want["access.resent "+q.Target+" "+q.Key]++
		case !q.writes() || q.State == string(actions.RequestProposed): // the decision's, and the proposal's own
		case approved:
			want[q.Action+".approved "+q.Target+" "+q.Key]++
			want[q.Action+"."+q.State+" "+q.Target+" "+q.Key]++
		default:
			want[q.Action+".requested "+q.Target+" "+q.Key]++
			want[q.Action+"."+q.State+" "+q.Target+" "+q.Key]++
		}
	}
	for _, p := range b.proposals {
		want[p.Kind+".proposed "+p.Transaction+" proposal/"+p.ID]++
		if p.Status != string(actions.ProposalApproved) {
			want[p.Kind+"."+p.Status+" "+p.Transaction+" proposal/"+p.ID]++
		}
	}
	want["person.added"] = len(crashTeam())
	for _, e := range b.audit {
		subject := e.Data.Request
		if e.Data.Proposal != "" {
			subject = "proposal/" + e.Data.Proposal
		}
		line := strings.TrimSpace(e.Action + " " + e.Target + " " + subject)
		switch {
		case e.Action == "person.added":
			line = e.Action
		case strings.HasSuffix(e.Action, ".unknown"):
			want[line] = 1 // it may have been unknown for a while: that is said once
		case strings.HasPrefix(e.Action, "purchase."):
			want[line] = r.happened[strings.TrimPrefix(line, "purchase.")] // not of a purchase that has gone further
		}
		got[line]++
	}
	if d := cmp.Diff(want, got); d != "" {
		r.t.Errorf("audit entries (-want +got):\n%s", d)
	}
	var out, complaints bytes.Buffer
	env := map[string]string{"AFTERSALE_DATABASE_URL": r.database}
	code := run(r.ctx, []string{"audit", "verify"}, func(key string) string { return env[key] }, strings.NewReader(""), &out, &complaints)
	if code != exitDone || !strings.Contains(out.String(), fmt.Sprintf("%d entries, all as they were written.", len(b.audit))) {
		r.t.Errorf("audit verify: exit code %d\n%s%s", code, &out, &complaints)
	}
}

// checkMails: every committed action has its mails, there are no others, and each is one whole file of the outbox.
func (r *crashRun) checkMails(b *crashBooks) {
	want := map[string]bool{}
	for _, q := range b.requests {
		switch {
		case q.State != string(actions.RequestDone):
		case q.Action == actions.KindRefund:
			want[q.Key+"/done"] = true
		case q.Action == actions.KindEmail:
			want[q.Key+"/old"], want[q.Key+"/new"] = true, true
		}
	}
	for _, p := range b.proposals {
		if p.Order.ByBuyer && p.Kind == actions.KindRefund {
			want["proposal/"+p.ID+"/asked"] = true
		}
		if p.Order.ByBuyer && p.Status == string(actions.ProposalDenied) {
			want["proposal/"+p.ID+"/denied"] = true
		}
	}
	for _, p := range b.proposals {
		if p.ReplacedBy != "" { // the buyer knows already
			delete(want, "proposal/"+p.ReplacedBy+"/asked")
		}
	}
	resent := map[string]int{} // by request
	for _, e := range b.audit {
		if e.Action == "access.resent" {
			resent[e.Data.Request] = e.Data.Count
		}
	}
	got := map[string]bool{}
	for key := range b.mails {
		if request, _, ok := strings.Cut(key, "/access/"); ok {
			resent[request]--
			continue
		}
		got[key] = true
	}
	if d := cmp.Diff(want, got); d != "" {
		r.t.Errorf("mails by key (-want +got):\n%s", d)
	}
	for request, missing := range resent {
		if missing != 0 {
			r.t.Errorf("%s resent access with %d mails too few", request, missing)
		}
	}
	r.checkOutbox(b)
}

// checkOutbox compares the mails with the folder's files.
func (r *crashRun) checkOutbox(b *crashBooks) {
	want := []string{}
	for _, m := range b.mails {
		want = append(want, m.ID+".eml")
		e, err := mailer.Open(r.outbox, m.ID)
		if err != nil || !strings.Contains(e.To, "<"+m.Recipient+">") || e.Text == "" || e.HTML == "" || !m.Sent {
			r.t.Errorf("mail %+v: in the outbox %+v, %v", m, e, err)
		}
	}
	slices.Sort(want)
	r.nextDay()
	files, err := os.ReadDir(r.outbox)
	if err != nil {
		r.t.Error(err)
	}
	got := []string{}
	for _, f := range files {
		got = append(got, f.Name())
	}
	if d := cmp.Diff(want, got); d != "" {
		r.t.Errorf("files of the outbox (-want +got):\n%s", d)
	}
}

// nextDay starts the outbox once more when a day has passed. A mail that was half written when the power went stays
// behind as a temporary file: nobody can know at once that nobody is writing it.
func (r *crashRun) nextDay() {
	halves, err := filepath.Glob(filepath.Join(r.outbox, ".*"))
	if err != nil {
		r.t.Error(err)
	}
	yesterday := now().AddDate(0, 0, -1)
	for _, half := range halves {
		if err := os.Chtimes(half, time.Time{}, yesterday); err != nil {
			r.t.Error(err)
		}
	}
	r.t.Logf("%d mails were half written when the bot was killed", len(halves))
	if _, err := newMailer(crashConfig(crashLife{Outbox: r.outbox})); err != nil {
		r.t.Error(err)
	}
}
