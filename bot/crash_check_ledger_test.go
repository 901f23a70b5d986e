package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/actions"
)

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
	for _, product := range b.alarms { // half of what this shop sells comes back: said once a day of each product
		want["product.alarm "+product]++
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
