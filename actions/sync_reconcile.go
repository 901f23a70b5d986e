package actions

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// What a reconciling sync reads. Webhooks that were missed are of sales of the last hours; a claim, a refund or a chargeback of a
// sale can be half a year behind it (a chargeback up to 180 days: card schemes' own limit is 120 to 180), and such states have
// listings of their own, which are short. What else may have been missed, the night finds.
const (
	recentOverlap = 48 * time.Hour
	changedSpan   = 190 * 24 * time.Hour
	deepEvery     = 24 * time.Hour
)

// How long one run of the job begins pages, and how long a page may take: together less than a job's minute. A listing that takes the
// platform longer is read in smaller windows, which its place remembers.
const (
	reconcileSlice    = 15 * time.Second
	reconcilePatience = 35 * time.Second
)

// staleSync is when a reconciling sync that did not get to its end is not worth finishing.
const staleSync = 24 * time.Hour

// reconcile is the periodic job that reads what webhooks have missed, some pages in each run.
func (c *Core) reconcile(ctx context.Context, _ jobs.Job) error {
	if c.feed == nil || c.every <= 0 {
		return nil
	}
	accounts, err := c.store.In(ctx).Accounts()
	if err != nil {
		return err
	}
	more := false
	for _, a := range accounts {
		unfinished, err := c.reconcileAccount(ctx, a.ID)
		if err != nil {
			return err
		}
		more = more || unfinished
	}
	if more {
		return jobs.Later(time.Second)
	}
	return nil
}

// reconcileAccount reads on for one account, if something is due, and reports whether there is more to read.
func (c *Core) reconcileAccount(ctx context.Context, account string) (more bool, err error) {
	due, err := c.reconcileDue(ctx, account)
	if err != nil || !due {
		return false, err
	}
	r, err := c.lease(ctx, account)
	if errors.Is(err, errSyncing) {
		return false, nil // the operator's own, or another replica's
	}
	if err != nil {
		return false, err
	}
	defer r.giveBack()
	if err := r.openReconcile(); err != nil || r.row.ID == "" {
		return false, err
	}
	r.patience = reconcilePatience
	began := time.Now()
	if err := r.pages(func() bool { return time.Since(began) < reconcileSlice }); err != nil {
		return false, err
	}
	if r.row.State != syncDone {
		return true, nil
	}
	return false, r.reconciled()
}

// reconcileDue looks whether there is anything to do, without a lock.
func (c *Core) reconcileDue(ctx context.Context, account string) (bool, error) {
	r := &syncRun{core: c, ctx: ctx, account: account}
	open, err := r.unfinished(syncRecent, syncDeep)
	if err != nil || len(open) > 0 {
		return len(open) > 0, err
	}
	last, _, err := r.lastDone()
	return c.now().Sub(last) >= c.every, err
}

// lastDone is when the last sync began that is done, and the last one that read the last half year.
func (r *syncRun) lastDone() (last, deep time.Time, err error) {
	all, err := r.core.store.In(r.ctx).Syncs(r.account, []string{syncDone}, maxCovers)
	for _, y := range all {
		if y.Platform != r.core.commerce.Name() {
			continue
		}
		began := y.CreatedAt.UTC()
		if began.After(last) {
			last = began
		}
		if far := value(y.Since); y.Kind != syncRecent && far.Before(began.Add(-changedSpan+recentOverlap)) && began.After(deep) {
			deep = began
		}
	}
	return last, deep, err
}

// openReconcile goes on with the sync that is under way, or begins the one that is due; no row when none is any more.
func (r *syncRun) openReconcile() error {
	now := r.core.now()
	open, err := r.unfinished(syncRecent, syncDeep)
	if err != nil {
		return err
	}
	for _, y := range open {
		if r.row.ID != "" || now.Sub(y.CreatedAt) >= staleSync {
			err = errors.Join(err, r.drop(y))
			continue
		}
		err = errors.Join(err, r.resume(y))
	}
	if err != nil {
		return err
	}
	if r.covers, err = r.core.store.In(r.ctx).SyncCovers(r.account, maxCovers); err != nil {
		return err
	}
	if r.row.ID != "" {
		return nil
	}
	last, deep, err := r.lastDone()
	if err != nil || now.Sub(last) < r.core.every {
		return err
	}
	far := now.Add(-changedSpan)
	if now.Sub(deep) >= deepEvery {
		return r.begin(syncDeep, FeedSpan{Since: far, Until: now})
	}
	since := last.Add(-recentOverlap)
	if since.Before(far) {
		since = far
	}
	return r.begin(syncRecent, FeedSpan{Since: since, Changed: far, Until: now})
}

// fewMissed is how many sales a reconciling sync may find that no webhook told before something is said: one is told while a page
// is being read, now and then.
const fewMissed = 3

// reconciled says what was found, and says it aloud when webhooks seem not to arrive.
func (r *syncRun) reconciled() error {
	c := r.core
	items, news := 0, 0
	for _, n := range r.counts {
		items, news = items+n.Items, news+n.News
	}
	c.log.Info("platform read", "platform", r.row.Platform, "kind", r.row.Kind, "items", items, "news", news, "missed", r.row.Missed, "bad", r.row.Bad)
	s := c.store.In(r.ctx)
	if _, err := s.ForgetSyncs(r.account, c.now().AddDate(0, 0, -30), expireBatch); err != nil {
		return err
	}
	if len(c.webhooks) == 0 {
		return nil // nobody waits for any
	}
	w, err := c.WebhookTrouble(r.ctx, r.account)
	if err == nil && w.InARow == troubleInARow {
		c.log.Warn("webhooks seem not to arrive: sales were found by reading the platform that no webhook had told; look at its panel and at `aftersale doctor`",
			"platform", r.row.Platform, "missed", w.Missed, "last_webhook", w.LastAt)
	}
	return err
}

// troubleInARow is how many reconciling syncs one after the other must have found more than a few.
const troubleInARow = 2

// A WebhookTrouble is what reading the platform says of its webhooks.
type WebhookTrouble struct {
	InARow int       // reconciling syncs, up to the last one, each of which found what no webhook had told
	Missed int       // by the last of them
	ReadAt time.Time // when the platform was last read to the end; zero: never
	LastAt time.Time // when the last webhook came; zero: none did
}

// Serious reports whether the operator should look after the platform's webhooks.
func (w WebhookTrouble) Serious() bool { return w.InARow >= troubleInARow }

// WebhookTrouble returns what reading the platform has told of its webhooks, for the operator.
//
// Errors: Unavailable.
func (c *Core) WebhookTrouble(ctx context.Context, account string) (WebhookTrouble, error) {
	var w WebhookTrouble
	all, err := c.store.In(ctx).Syncs(account, []string{syncDone}, maxCovers)
	if err != nil {
		return w, failed("look at readings of the platform", err)
	}
	if len(all) > 0 {
		w.ReadAt = value(all[0].EndedAt)
	}
	all = slices.DeleteFunc(all, func(y store.Sync) bool { return y.Kind == syncFill })
	if len(all) > 0 {
		w.Missed = all[0].Missed
	}
	for _, y := range all {
		if y.Missed < fewMissed {
			break
		}
		w.InARow++
	}
	w.LastAt, err = c.store.In(ctx).LastInbound(account, c.commerce.Name())
	return w, failed("look for the last webhook", err)
}
