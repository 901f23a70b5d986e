package actions

import (
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// The kinds of jobs that actions enqueue. Those up to JobSync are theirs (Handlers); the others are the flows'.
const (
	JobRequest  = "request"  // carry out a request on the commerce platform: Work
	JobMail     = "mail"     // send a mail: Work
	JobCode     = "code"     // make a one-time code and mail it: Work
	JobCollect  = "collect"  // write down whom a run is for: bulkSlice
	JobBulk     = "bulk"     // do a slice of a run: bulkSlice
	JobResult   = "result"   // make the result file of a run: Work
	JobInbound  = "inbound"  // apply the deliveries of the commerce platform that wait; without arguments
	JobExpire   = "expire"   // end proposals whose time is over; periodic, without arguments
	JobSync     = "sync"     // read what webhooks have missed; periodic, without arguments
	JobAnnounce = "announce" // show a new subject to those who decide: Subject
	JobRefresh  = "refresh"  // redraw every card of a subject: Subject
	JobTell     = "tell"     // tell somebody what he waited for: Tell
	JobRemind   = "remind"   // show a subject again where decisions are made: Subject
)

// A Work names the row that a job works on.
type Work struct {
	Key string `json:"key,omitempty"` // of a request
	ID  string `json:"id,omitempty"`  // of a mail, or of a one-time code
}

// A Subject names what a card shows: "proposal:<id>", "request:<key>" or "purchase:<transaction>".
type Subject struct {
	Account string `json:"account"`
	Subject string `json:"subject"`
}

// A Tell says who is told, and of what: a request by its key, a proposal by its id, or anything else by its subject.
type Tell struct {
	Account  string `json:"account"`
	Identity string `json:"identity"`
	Request  string `json:"request,omitempty"`
	Proposal string `json:"proposal,omitempty"`
	Subject  string `json:"subject,omitempty"`
}

// enqueue puts a job into the transaction. A key makes it unique, as jobs.Job says.
func enqueue(tx *store.Store, kind, key string, args any) error {
	job, err := jobs.New(kind, args)
	if err != nil {
		return err
	}
	job.Key = key
	return tx.Enqueue(job)
}

// enqueueMass puts a job of a run into the transaction, behind all for which somebody waits. It waits for pause first.
func (c *Core) enqueueMass(tx *store.Store, kind, key string, pause time.Duration, args any) error {
	job, err := jobs.New(kind, args)
	if err != nil {
		return err
	}
	job.Key, job.Mass = key, true
	if pause > 0 {
		job.At = c.now().Add(pause)
	}
	return tx.Enqueue(job)
}

// refresh has every card of the subjects redrawn.
func refresh(tx *store.Store, account string, subjects ...string) error {
	for _, s := range subjects {
		if err := enqueue(tx, JobRefresh, "", Subject{Account: account, Subject: s}); err != nil {
			return err
		}
	}
	return nil
}

// tell has somebody told, if anybody waits.
func tell(tx *store.Store, t Tell) error {
	if t.Identity == "" {
		return nil
	}
	return enqueue(tx, JobTell, "", t)
}

func subjectOfProposal(id string) string          { return "proposal:" + id }
func subjectOfRequest(key string) string          { return "request:" + key }
func subjectOfAlarm(id string) string             { return "alarm:" + id }
func subjectOfInbound(id string) string           { return "inbound:" + id }
func subjectOfPurchase(transaction string) string { return "purchase:" + transaction }
