package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A BulkFilter says whom a run is for. Empty fields leave nothing out; each kind uses some of them.
type BulkFilter struct {
	Product  string    `json:"product,omitempty"`  // id
	Search   string    `json:"search,omitempty"`   // a name, an address, or the beginning of one
	Searched bool      `json:"searched,omitempty"` // by Search, which is dropped once it is written down whom it means
	Status   Status    `json:"status,omitempty"`
	From     time.Time `json:"from,omitzero"` // ordered at or after it
	To       time.Time `json:"to,omitzero"`   // ordered before it
	Opened   string    `json:"opened,omitempty"`
	// Of subscriptions, whose status began in the period: the plan's whole name, what they stand at, what came of the newest
	// charge, and whether a reactivation charges at once.
	Plan      string             `json:"plan,omitempty"`
	Standing  SubscriptionStatus `json:"standing,omitempty"`
	Charge    ChargeState        `json:"charge,omitempty"`
	ChargeNow bool               `json:"charge_now,omitempty"`
	// Targets are a selection: these alone, whatever else the filter says.
	Targets []string `json:"targets,omitempty"`
	// Retry takes the failed items of another run.
	Retry string `json:"retry,omitempty"`
}

// Whether somebody has entered what he bought.
const (
	NeverOpened = "never"
	Opened      = "opened"
)

// MaxSelection is how many can be picked one by one; more are meant by a filter.
const MaxSelection = 200

// A BulkState is where a run stands.
type BulkState string

// The states of a run. The last three are final.
const (
	BulkCollecting BulkState = "collecting" // whom it is for is being written down
	BulkReady      BulkState = "ready"      // counted: whoever asked has to start it
	BulkProposed   BulkState = "proposed"   // somebody else decides
	BulkChecking   BulkState = "checking"   // somebody else has agreed; it is counted once more, and then begins
	BulkRunning    BulkState = "running"
	BulkPaused     BulkState = "paused"
	BulkStopping   BulkState = "stopping" // nothing new is begun; what was begun is still on its way
	BulkStopped    BulkState = "stopped"
	BulkDone       BulkState = "done"
	BulkDropped    BulkState = "dropped" // never started
)

// Ended reports whether nothing happens any more.
func (s BulkState) Ended() bool { return s == BulkStopped || s == BulkDone || s == BulkDropped }

// A BulkRun is a run as it stands now.
type BulkRun struct {
	ID          string
	Kind        string // KindResend …
	State       BulkState
	Filter      BulkFilter
	Product     Product  // of the filter; zero when it has none
	Contents    []string // names, when the product is a bundle: it goes product by product
	Reason      string
	AskedBy     string // actor id
	AskedByName string
	ChangedBy   string // name of who paused, resumed or stopped it last
	Proposal    string // id
	Retries     string // id of the run whose failed items these are
	Total       int    // that are to be done
	LeftOut     int    // when it was collected
	Done        int
	Failed      int
	Working     int          // begun, and not over
	Dropped     int          // left out since it was started
	Why         []BulkReason // those left out, by reason; each count is exact
	Failures    []BulkReason
	Waits       []BulkReason // done here, and somebody else has to do something
	Untold      []BulkReason // done, and the mail about it never left
	Sums        []Money      // that all of them charge together, by currency
	DueFrom     time.Time    // when the first is charged next, or its access ends; zero when nobody knows
	DueTo       time.Time    // and the last
	Verdict     Verdict      // whether somebody else has to agree
	Typed       bool         // it is for so many that the count is typed back
	PerMinute   int          // done or failed lately; 0 while it is not known
	Left        time.Duration
	CreatedAt   time.Time
	StartedAt   time.Time
	EndedAt     time.Time
	Revision    int
}

// A BulkReason is how many stand so for one reason: a rule such as "resend.status".
type BulkReason struct {
	Rule  string
	Count int
}

// Over is how many items nothing more is done about.
func (r BulkRun) Over() int { return r.Done + r.Failed + r.Dropped }

// Retryable reports whether there are failed items that can be tried again.
func (r BulkRun) Retryable() bool {
	return (r.State == BulkDone || r.State == BulkStopped) && r.Failed > 0
}

// Bulk returns a run, to the team.
//
// Errors: NotFound, also for whoever is not of the team; Unavailable.
func (c *Core) Bulk(ctx context.Context, who Actor, id string) (BulkRun, error) {
	s := c.store.In(ctx)
	row, err := s.BulkRun(who.Account, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !who.Staff() && !who.Is(System) {
		return BulkRun{}, noBulk()
	}
	if err != nil {
		return BulkRun{}, failed("load a run", err)
	}
	run, err := c.toBulk(s, row)
	return run, failed("load a run", err)
}

// maxOpenBulk bounds the runs of a shop that are listed.
const maxOpenBulk = 20

// OpenBulk lists the runs of the shop that were started and have not ended, the oldest first, to the team.
//
// Errors: Denied; Unavailable.
func (c *Core) OpenBulk(ctx context.Context, who Actor) ([]BulkRun, error) {
	if err := mayBulk(who); err != nil {
		return nil, err
	}
	s := c.store.In(ctx)
	rows, err := s.OpenBulkRuns(who.Account, maxOpenBulk)
	if err != nil {
		return nil, failed("list runs", err)
	}
	var all []BulkRun
	for _, row := range rows {
		if row.StartedAt == nil && row.State != string(BulkProposed) && row.State != string(BulkChecking) {
			continue // somebody is still looking at the count
		}
		run, err := c.toBulk(s, row)
		if err != nil {
			return nil, failed("list runs", err)
		}
		all = append(all, run)
	}
	return all, nil
}

// mayBulk is who does something for many: the team. What may be done to each is the policy of the act.
func mayBulk(who Actor) error {
	if who.Staff() {
		return nil
	}
	return &Error{Code: Denied, Key: "error.role"}
}

func noBulk() error { return &Error{Code: NotFound, Key: "bulk.not_found"} }

// toBulk makes what is shown of what is kept.
func (c *Core) toBulk(s *store.Store, row store.BulkRun) (BulkRun, error) {
	filter, err := parseFilter(row.Filter)
	if err != nil {
		return BulkRun{}, err
	}
	r := BulkRun{ID: row.ID, Kind: row.Kind, State: BulkState(row.State), Filter: filter, Reason: row.Reason, AskedBy: row.AskedBy,
		AskedByName: row.AskedByName, ChangedBy: row.ChangedBy, Proposal: row.ProposalID, Retries: row.Retries, Total: row.Total, LeftOut: row.LeftOut,
		CreatedAt: row.CreatedAt.UTC(), StartedAt: value(row.StartedAt), EndedAt: value(row.EndedAt), Revision: row.Revision}
	if filter.Product != "" {
		product, err := s.Product(row.AccountID, filter.Product)
		if err != nil {
			return BulkRun{}, fmt.Errorf("product of a run: %w", err)
		}
		r.Product = toProduct(product)
		if r.Contents, err = contentNames(s, row.AccountID, product); err != nil {
			return BulkRun{}, err
		}
	}
	if r.State == BulkCollecting {
		return r, nil // the counts are not there yet
	}
	sums, err := parseSums(row.Sums)
	if err != nil {
		return BulkRun{}, err
	}
	r.Sums, r.DueFrom, r.DueTo = sums.Sums, sums.From, sums.To
	counts, err := s.BulkCounts(row.ID)
	if err != nil {
		return BulkRun{}, err
	}
	r.count(counts)
	policy, err := c.policyFor(s, systemActor(row.AccountID))
	if err != nil {
		return BulkRun{}, err
	}
	r.Verdict, r.Typed = mayBeMany(r.Total, policy), r.Total > policy.Bulk.TypeAbove
	r.pace(row, c.now())
	return r, nil
}

// count sorts the items of a run. Those left out are as many as there are: when it was collected, and since.
func (r *BulkRun) count(counts []store.BulkCount) {
	left := 0
	for _, n := range counts {
		reason := BulkReason{Rule: n.Detail, Count: n.Count}
		switch n.State {
		case itemDone:
			r.Done += n.Count
			switch {
			case slices.Contains(bulkWaits, n.Detail):
				r.Waits = append(r.Waits, reason)
			case n.Detail != "":
				r.Untold = append(r.Untold, reason)
			}
		case itemFailed:
			r.Failed += n.Count
			r.Failures = append(r.Failures, reason)
		case itemWorking:
			r.Working += n.Count
		case itemLeftOut:
			left += n.Count
			r.Why = append(r.Why, reason)
		}
	}
	r.Dropped = max(left-r.LeftOut, 0)
}

// settledIn is how long a run works until its speed says something.
const settledIn = 5 * time.Second

// pace says how fast a run is, and how long it takes at that.
func (r *BulkRun) pace(row store.BulkRun, now time.Time) {
	if r.State != BulkRunning || row.PacedAt == nil {
		return
	}
	took, over := now.Sub(*row.PacedAt), r.Done+r.Failed-row.PacedFrom
	if took < settledIn || over <= 0 {
		return
	}
	perSecond := float64(over) / took.Seconds()
	r.PerMinute = int(perSecond*60 + 0.5)
	r.Left = time.Duration(float64(r.Total-r.Over())/perSecond) * time.Second
}

// contentNames are the names of what a bundle holds; none for anything else.
func contentNames(s *store.Store, account string, bundle store.Product) ([]string, error) {
	if bundle.Kind != "bundle" {
		return nil, nil
	}
	items, err := s.BundleItems([]string{bundle.ID})
	if err != nil {
		return nil, fmt.Errorf("contents of a bundle: %w", err)
	}
	var names []string
	for _, i := range items {
		p, err := s.Product(account, i.ProductID)
		if err != nil {
			return nil, fmt.Errorf("product of a bundle: %w", err)
		}
		names = append(names, p.Name)
	}
	return names, nil
}

func parseFilter(text []byte) (BulkFilter, error) {
	var f BulkFilter
	if err := json.Unmarshal(text, &f); err != nil {
		return f, fmt.Errorf("read the filter of a run: %w", err)
	}
	return f, nil
}

func (f BulkFilter) encode() ([]byte, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("write the filter of a run: %w", err)
	}
	return text, nil
}
