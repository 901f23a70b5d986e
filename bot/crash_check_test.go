package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/actions"
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
	if refunds == 0 || len(b.mails) == 0 {
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
