package actions

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// ReplayOptions say what is read again.
type ReplayOptions struct {
	Since    time.Time // when it was received
	Kind     string    // the sender's word, such as PURCHASE_APPROVED; empty: all
	DryRun   bool      // write nothing, and report what would happen. Memory then grows with what is read
	Progress func(done, total int64)
}

// A ReplayReport is what reading deliveries again came to.
type ReplayReport struct {
	Read       int
	Applied    int            // told something that was not known
	Understood int            // of these and of Same: they were not understood when they came
	Same       int            // told nothing new
	Ignored    map[string]int // by reason
	Unknown    map[string]int // kept on: still not understood, by reason
	Envelopes  int            // of what was ignored the content is not kept
	Waiting    int            // their own job does it
}

// replayBatch is how many deliveries one transaction reads again.
const replayBatch = 200

// Replay reads deliveries of a source again that were kept, and applies what they say: after an upgrade that understands more of
// them. What they told before tells nothing new, in whatever order, so it may be done any number of times, and be cut off.
//
// It is for whoever runs the program; no chat reaches it.
//
// Errors: Invalid when nobody reads that source; Unavailable. The report tells how far it got.
func (c *Core) Replay(ctx context.Context, account, source string, o ReplayOptions) (ReplayReport, error) {
	r := ReplayReport{Ignored: map[string]int{}, Unknown: map[string]int{}}
	if c.webhooks[source] == nil {
		return r, &Error{Code: Invalid, Key: "import.source"}
	}
	s := c.store.In(ctx)
	total, err := s.CountKept(account, source, o.Kind, o.Since)
	if err != nil {
		return r, failed("count deliveries", err)
	}
	run := &replay{core: c, account: account, dry: o.DryRun, report: &r, intake: c.newIntake(account)}
	run.intake.dry = o.DryRun
	since, after := o.Since, ""
	for err == nil {
		var page []store.KeptDelivery
		if err = ctx.Err(); err != nil {
			break
		}
		if page, err = s.KeptDeliveries(account, source, o.Kind, since, after, replayBatch); err != nil || len(page) == 0 {
			break
		}
		err = run.page(ctx, page)
		last := page[len(page)-1]
		since, after = last.CreatedAt, last.ID
		if o.Progress != nil {
			o.Progress(int64(r.Read), max(total, int64(r.Read)))
		}
	}
	if r.Read > 0 && !o.DryRun { // also when it was cut off
		err = errors.Join(err, c.auditReplay(context.WithoutCancel(ctx), account, source, r))
	}
	return r, failed("read deliveries again", err)
}

func (c *Core) auditReplay(ctx context.Context, account, source string, r ReplayReport) error {
	return c.store.Tx(ctx, func(tx *store.Store) error {
		return c.audit(tx, systemActor(account), entry{action: "import.replayed", target: source, data: auditData{
			Counts: map[string]int{"read": r.Read, "applied": r.Applied, "understood": r.Understood, "same": r.Same}}})
	})
}

// A replay is one Replay while it runs.
type replay struct {
	core    *Core
	account string
	dry     bool
	intake  *intake
	report  *ReplayReport
}

// An again is a delivery that is read again.
type again struct {
	store.KeptDelivery
	event SaleEvent
}

// page reads some deliveries again.
func (r *replay) page(ctx context.Context, page []store.KeptDelivery) error {
	var list []again
	for _, d := range page {
		r.report.Read++
		if a, ok := r.decode(d); ok {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return nil
	}
	results, err := r.apply(ctx, list)
	if err != nil {
		return err
	}
	for i, result := range results {
		if result == Applied {
			r.report.Applied++
		} else {
			r.report.Same++
		}
		if !understood(list[i].Result) {
			r.report.Understood++
		}
	}
	return nil
}

// understood reports whether a result says that a delivery was used when it came.
func understood(result string) bool { return result == string(Applied) || result == string(Older) }

// decode reads a delivery; what there is nothing to apply of is counted.
func (r *replay) decode(d store.KeptDelivery) (again, bool) {
	was, bare := ImportResult(d.Result), len(d.Body) == 0
	switch {
	case d.Waits:
		r.report.Waiting++
		return again{}, false
	case bare && was.Ignored() != "": // what is kept of these is the envelope
		r.report.Envelopes++
		return again{}, false
	}
	e, err := r.core.webhooks[d.Source].Decode(r.core.openBody(d.BodyID, d.Body, d.Payload))
	if err == nil {
		e.Source, e.ID = d.Source, d.ID
		err = e.validate()
	}
	switch {
	case err != nil:
		r.report.Unknown[d.Kind+": "+err.Error()]++
	case e.Unknown:
		r.report.Unknown[e.Ignored]++
	case e.Ignored != "":
		r.report.Ignored[e.Ignored]++
	default:
		return again{d, e}, true
	}
	return again{}, false
}

// apply applies deliveries in one transaction; in a dry run, in memory.
func (r *replay) apply(ctx context.Context, list []again) (results []ImportResult, err error) {
	if r.dry {
		r.intake.now = r.core.now()
		results, err = r.run(r.core.store.In(ctx), list)
		r.intake.drop()
		return results, err
	}
	for range conflictTries {
		err = r.core.store.Tx(ctx, func(tx *store.Store) error {
			r.intake.reset()
			r.intake.now = r.core.now()
			if results, err = r.run(tx, list); err != nil {
				return err
			}
			if err := r.intake.write(tx); err != nil {
				return err
			}
			return r.done(tx, list)
		})
		if !errors.Is(err, store.ErrConflict) {
			break
		}
	}
	return results, err
}

func (r *replay) run(s *store.Store, list []again) ([]ImportResult, error) {
	l := r.intake
	l.taken = make(map[string]store.InboundEvent, len(list))
	was := make(map[string]string, len(list))
	events := make([]SaleEvent, len(list))
	for i, a := range list {
		l.taken[a.Source+"\n"+a.ID], was[a.ID] = a.InboundEvent, a.Result
		events[i] = a.event
	}
	results, err := l.run(s, events)
	for i := range l.told { // what told something when it came has done so
		if before := was[l.told[i].ID]; understood(before) && l.told[i].Result == string(Older) {
			l.told[i].Result = before
		}
	}
	return results, err
}

// done drops what was kept of deliveries until they were understood.
func (r *replay) done(tx *store.Store, list []again) error {
	var ids []string
	reasons := map[string]bool{}
	for _, a := range list {
		if a.BodyID != "" {
			ids = append(ids, a.BodyID)
			reason, isIgnored := strings.CutPrefix(a.Result, string(ignored))
			if !isIgnored {
				reason = notApplied(a.Kind)
			}
			reasons[reason] = true
		}
	}
	if err := inChunks(ids, tx.DropBodies); err != nil {
		return err
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		if err := tx.DropInboundAlarm(r.account, list[0].Source, reason); err != nil {
			return err
		}
	}
	return nil
}
