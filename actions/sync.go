package actions

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// What a sync is for.
const (
	syncFill   = "fill"   // the operator has everything read
	syncRecent = "recent" // what webhooks may have missed
	syncDeep   = "deep"   // the same, of the last half year: each night
)

// The states of a sync.
const (
	syncRunning = "running" // or cut off: the next one goes on
	syncDone    = "done"
	syncDropped = "dropped" // another one was begun in its place
)

// SyncOptions say what Sync reads.
type SyncOptions struct {
	Since    time.Time     // what was sold from then on; zero: everything, or what a sync that was cut off was to read
	Restart  bool          // from the beginning, also when one was cut off
	Patience time.Duration // how long to wait while another process reads
	Progress func(SyncReport)
}

// A SyncReport is how far a sync has come.
type SyncReport struct {
	Since, Until time.Time
	Resumed      bool // it was cut off before
	Part         string
	Thousandths  int
	Pages        int
	Parts        map[string]SyncCount // by what was read: "products", "sales" …
	Missed       int                  // of what a reconciling sync found: what no webhook had told
	Bad          []string             // what was wrong with the first MaxBadRows bad items, without personal data
	BadCount     int
	Ended        bool // all was read
}

// A SyncCount is what was read of one sort, and how much of it was news.
type SyncCount struct {
	Items int `json:"items"`
	News  int `json:"news"`
}

// PartsRead lists what was read, in order.
func (r SyncReport) PartsRead() []string { return slices.Sorted(maps.Keys(r.Parts)) }

// Sync reads the commerce platform page by page into the store. A page and the place behind it are one transaction: a sync that
// is cut off anywhere goes on where it was when Sync is called again, and tells nothing twice. One sync of an account runs at a
// time, in all processes together. For the operator, who is at the program's command line.
//
// Errors: Conflict when another process reads, or took over; Unavailable (the platform or the database), and when ctx ended:
// then calling it again goes on. The report tells how far it got.
func (c *Core) Sync(ctx context.Context, account string, o SyncOptions) (SyncReport, error) {
	if c.feed == nil {
		return SyncReport{}, &Error{Code: Invalid, Key: "error.internal", Err: errors.New("there is no platform to read")}
	}
	r, err := c.leaseWithin(ctx, account, o.Patience)
	if err != nil {
		return SyncReport{}, failed("begin a sync", err)
	}
	defer r.giveBack()
	if err := r.open(o); err != nil {
		return SyncReport{}, failed("begin a sync", err)
	}
	r.progress = o.Progress
	r.show()
	err = r.pages(func() bool { return true })
	return r.report(), failed("sync", err)
}

// syncLease is how long a process that reads is believed to be alive without a sign. A page takes seconds; waiting for room
// under the platform's limit, a minute or two.
const syncLease = 5 * time.Minute

// pagePatience is how long a page may take where somebody waits for the whole: trying again and waiting for room included.
const pagePatience = 4 * time.Minute

// A syncRun is a sync while a process works on it.
type syncRun struct {
	core     *Core
	ctx      context.Context
	account  string
	holder   string
	row      store.Sync
	counts   map[string]SyncCount
	faults   []string
	resumed  bool
	calm     bool              // the last page told little new
	covers   []store.SyncCover // what had been read before, of syncs that reconcile
	measured int               // pages after which the database last counted its rows
	patience time.Duration     // with the platform, for one page
	progress func(SyncReport)
}

// errSyncing is why a second sync does not begin.
var errSyncing = &Error{Code: Conflict, Key: "error.changed", Hint: "error.start_again",
	Err: errors.New("another process is reading the platform; wait until it is done, or five minutes when it was killed")}

// lease makes this process the one that reads for an account.
func (c *Core) lease(ctx context.Context, account string) (*syncRun, error) {
	r := &syncRun{core: c, ctx: ctx, account: account, holder: c.newID(), patience: pagePatience}
	now := c.now()
	mine, err := c.store.In(ctx).TakeSyncLease(account, r.holder, now, now.Add(syncLease))
	if err == nil && !mine {
		err = errSyncing
	}
	return r, err
}

// leaseLook is how often it is looked whether the other process is done: one that reconciles pauses for a second in each half
// minute.
const leaseLook = 300 * time.Millisecond

// leaseWithin is lease, after waiting for others that long.
func (c *Core) leaseWithin(ctx context.Context, account string, patience time.Duration) (*syncRun, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	look := time.NewTicker(leaseLook)
	defer look.Stop()
	for {
		r, err := c.lease(ctx, account)
		if !errors.Is(err, errSyncing) {
			return r, err
		}
		select {
		case <-waiting.Done():
			return nil, err
		case <-look.C:
		}
	}
}

// giveBack lets others read, also when this process is being stopped. If it cannot, the lease ends by itself.
func (r *syncRun) giveBack() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), r.core.callTimeout)
	defer cancel()
	if err := r.core.store.In(ctx).DropSyncLease(r.account, r.holder); err != nil {
		r.core.log.Warn("the lease of a sync could not be given back; it ends by itself", "err", err)
	}
}

// open finds the sync that was cut off, or begins one.
func (r *syncRun) open(o SyncOptions) error {
	open, err := r.unfinished(syncFill)
	if err != nil {
		return err
	}
	for _, y := range open {
		same := o.Since.IsZero() || value(y.Since).Equal(precise(o.Since))
		if !o.Restart && same && r.row.ID == "" {
			if err := r.resume(y); err != nil {
				return err
			}
			continue
		}
		if err := r.drop(y); err != nil {
			return err
		}
	}
	if r.row.ID != "" {
		return nil
	}
	return r.begin(syncFill, FeedSpan{Since: o.Since, Until: r.core.now()})
}

// maxUnfinished bounds the syncs that were cut off: of each kind there is one, but for processes that died in between.
const maxUnfinished = 20

// unfinished lists the syncs of some kinds that are not done, the last that began first.
func (r *syncRun) unfinished(kinds ...string) ([]store.Sync, error) {
	all, err := r.core.store.In(r.ctx).Syncs(r.account, []string{syncRunning}, maxUnfinished)
	return slices.DeleteFunc(all, func(y store.Sync) bool {
		return !slices.Contains(kinds, y.Kind) || y.Platform != r.core.commerce.Name()
	}), err
}

func (r *syncRun) begin(kind string, span FeedSpan) error {
	now := r.core.now()
	r.counts = map[string]SyncCount{}
	r.row = store.Sync{ID: r.core.newID(), AccountID: r.account, Platform: r.core.commerce.Name(), Kind: kind, State: syncRunning,
		Since: moment(span.Since), Changed: moment(span.Changed), Until: precise(span.Until), Counts: "{}", Faults: "[]", CreatedAt: now, UpdatedAt: now}
	return r.core.store.In(r.ctx).AddSync(r.row)
}

func (r *syncRun) resume(y store.Sync) error {
	r.row, r.resumed = y, true
	r.measured = y.Pages
	return errors.Join(decodeJSON(y.Counts, &r.counts), decodeJSON(y.Faults, &r.faults))
}

func (r *syncRun) drop(y store.Sync) error {
	y.State, y.UpdatedAt, y.EndedAt = syncDropped, r.core.now(), moment(r.core.now())
	return r.core.store.In(r.ctx).SaveSync(y)
}

// span is what the sync reads.
func (r *syncRun) span() FeedSpan {
	return FeedSpan{Since: value(r.row.Since), Changed: value(r.row.Changed), Until: r.row.Until.UTC()}
}

// pages reads until all is read, or more says that it is time to stop.
func (r *syncRun) pages(more func() bool) error {
	for r.row.State == syncRunning && more() {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if err := r.page(); err != nil {
			return err
		}
		r.show()
	}
	return nil
}

// report is how far the sync has come.
func (r *syncRun) report() SyncReport {
	return SyncReport{Since: value(r.row.Since), Until: r.row.Until.UTC(), Resumed: r.resumed, Part: r.row.Part, Thousandths: r.row.Thousandths,
		Pages: r.row.Pages, Parts: maps.Clone(r.counts), Missed: r.row.Missed, Bad: slices.Clone(r.faults), BadCount: r.row.Bad,
		Ended: r.row.State == syncDone}
}

func (r *syncRun) show() {
	if r.progress != nil {
		r.progress(r.report())
	}
}

// conflict says what a lost lease means.
func (r *syncRun) conflict(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return &Error{Code: Conflict, Key: "error.changed", Err: fmt.Errorf("another process has taken the sync over: %w", err)}
	}
	return err
}
