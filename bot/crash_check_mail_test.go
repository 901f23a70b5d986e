package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/actions"
	mailer "github.com/aftersale/aftersale/actions/mail"
)

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
