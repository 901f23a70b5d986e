package actions

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// Work for many is a run: whom it is meant for is written down first, one item for each, and then done in small slices by
// jobs, each on fresh facts. A slice is one transaction: it does its items, marks them, and makes the job of the next one.
// So a run can be paused and stopped between any two of them, and whatever dies leaves an item done or not begun.
//
// A kind of work is one file that implements bulkKind, and a line in bulkKinds.

// A bulkKind is one kind of work that can be done for many.
type bulkKind interface {
	// candidates lists whom a filter means, from a place on: at most limit of them. next is where the list goes on; empty at
	// its end. place is empty at its beginning.
	candidates(s *store.Store, f bulkScope, place string, limit int) (list []bulkCandidate, next string, err error)
	// named looks at some by their targets, in any order. Those that are not there any more are left out of the answer.
	named(s *store.Store, f bulkScope, targets []string) ([]bulkCandidate, error)
	// do carries one item out in tx, with its audit entry, and says what came of it. It judges on fresh facts before it writes
	// anything: when it answers an Error that is Invalid, NotFound, Denied or Conflict, the item is left out for that reason and
	// the transaction goes on; any other error undoes the slice, which is tried again.
	do(tx *store.Store, w bulkWork) (bulkOutcome, error)
	// atOnce is how many items of a run may be under way together, so that pausing it means something; 0: as many as mails have room for.
	atOnce() int
	// rows says whom targets are about, for the result file.
	rows(s *store.Store, account string, targets []string) (map[string]bulkRow, error)
}

// bulkKinds are all of them, by the name that their runs have.
func (c *Core) bulkKinds() map[string]bulkKind {
	return map[string]bulkKind{
		KindResend:     bulkResend{c},
		KindCheckIn:    bulkCheckIn{c},
		KindCancel:     bulkCancel(c),
		KindReactivate: bulkReactivate(c),
	}
}

func (c *Core) bulkKind(name string) (bulkKind, error) {
	kind, ok := c.bulkKinds()[name]
	if !ok {
		return nil, fmt.Errorf("nothing can be done for many that is called %q", name)
	}
	return kind, nil
}

// A bulkScope is a filter with the time at which it is read.
type bulkScope struct {
	BulkFilter
	account string
	now     time.Time
}

// A bulkCandidate is one that a filter means.
type bulkCandidate struct {
	target    string // what do works on, such as a transaction code
	recipient string // with one, only the first that is not left out is done: somebody who has two purchases gets one mail
	leftOut   string // rule by which it is left out, such as "resend.status"; empty: it is not
	amount    Money  // that it charges; zero when nothing
	due       time.Time
}

// bulkWork is one item that is being done.
type bulkWork struct {
	key     string // idempotency key: the run and the item
	run     store.BulkRun
	item    store.BulkItem
	filter  BulkFilter
	account store.Account
	who     Actor // who started the run, as he was then
}

// A bulkOutcome is what came of one item. Make it with bulkDone, bulkUnderWay or bulkLeftOut; what fails does so in its job, after it was handed over.
type bulkOutcome struct {
	state  string
	detail string
	parts  int
}

// bulkDone is the outcome of what is over. detail may say how, such as "needs_buyer".
func bulkDone(detail string) bulkOutcome { return bulkOutcome{itemDone, detail, 0} }

// bulkUnderWay is the outcome of what jobs go on with: as many mails, whose job tells when they have left; or, with none, a
// request under the item's key, whose settling tells.
func bulkUnderWay(mails int) bulkOutcome { return bulkOutcome{itemWorking, "", mails} }

// bulkLeftOut is the outcome of what must not be done any more, by a rule such as "resend.status".
func bulkLeftOut(rule string) bulkOutcome { return bulkOutcome{itemLeftOut, rule, 0} }

// The states of an item.
const (
	itemWaiting = "waiting"
	itemWorking = "working"
	itemDone    = "done"
	itemFailed  = "failed"
	itemLeftOut = "left_out"
)

// A bulkRow is what the result file says of an item beside what came of it.
type bulkRow struct {
	name, product string
	email         Email
}

// bulkPrefix begins the keys of all that runs do.
const bulkPrefix = "bulk/"

// bulkKey is the key of an item: of its request, and the beginning of those of its mails.
func bulkKey(run string, seq int) string { return bulkPrefix + run + "/" + strconv.Itoa(seq) }

// parseBulkKey reads what bulkKey wrote, whatever stands behind it; ok is false for a key of something else.
func parseBulkKey(key string) (run string, seq int, ok bool) {
	rest, ok := strings.CutPrefix(key, bulkPrefix)
	if !ok {
		return "", 0, false
	}
	parts := strings.SplitN(rest, "/", 3)
	if len(parts) < 2 {
		return "", 0, false
	}
	seq, err := strconv.Atoi(parts[1])
	return parts[0], seq, err == nil && seq > 0 && parts[0] != ""
}

// outcomeOf makes an outcome of what do answered: a refusal leaves the item out. err is what undoes the slice.
func outcomeOf(out bulkOutcome, err error) (bulkOutcome, error) {
	var e *Error
	if errors.As(err, &e) && e.Has(Invalid, NotFound, Denied, Conflict) {
		return bulkLeftOut(strings.TrimPrefix(e.Key, "verdict.")), nil
	}
	return out, err
}

func subjectOfBulk(id string) string { return "bulk:" + id }
