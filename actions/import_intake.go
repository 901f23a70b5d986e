package actions

import (
	"context"
	"errors"
	"time"

	"github.com/aftersale/aftersale/store"
)

// An intake is the part of the store that a batch of events is about, in memory: it is loaded, the events are applied to
// it one after the other, and what they changed is written back. In a dry run nothing is written, and what the batches
// before would have written stays here for the next to see.
type intake struct {
	core    *Core
	account string
	dry     bool
	now     time.Time

	seen          map[string]bool // source and id of recorded events
	purchases     map[string]*bought
	byBuyer       map[string][]*bought // the same, by the id of the buyer; nil while that is not known
	buyers        map[string]*row[store.Buyer]
	products      map[string]*row[store.Product]
	subscriptions map[string]*row[store.Subscription]
	items         map[string][]store.BundleItem // by the id of the bundle, in order
	openings      map[string]*row[time.Time]
	paid          map[string]store.PaidRange // by the id of the buyer: of those whose document is asked about

	// taken are events that are recorded and to be applied all the same, with what became of them before; inbound and told are
	// the records of the others and theirs.
	taken    map[string]store.InboundEvent
	told     []store.InboundEvent
	inbound  []store.InboundEvent
	newItems []store.BundleItem
	events   []string // products that have turned out to be events
	moved    []statusChange
	happened []Occurrence
	claims   []ClaimWork
	found    []discovery                 // what readings have told that was not known
	erased   map[string]bool             // buyers, by id, of whom readings tell again what was erased here
	covers   []store.SyncCover           // readings of the platform that are done; loaded for events that come late
	applied  int                         // of the events of this try
	beside   func(tx *store.Store) error // written in the same transaction; nil: nothing
	again    bool                        // the event that is being applied tells of a subscription what was known of it
}

// A row is a row of a table, as loaded or new, with what the events made of it.
type row[T any] struct {
	value *T
	fresh bool // not in the store yet
	dirty bool
	// was is what a buyer's document and phone were before they changed; they are written on their own. Nil: no change.
	was *T
}

// A bought is a purchase with its access.
type bought struct {
	value        *store.Purchase
	grants       map[string]*row[store.AccessGrant] // by the id of the product
	fresh, dirty bool
	changed      bool // in a way that somebody can see
}

// A statusChange is a change of status that the platform told, for the audit log.
type statusChange struct {
	transaction string
	from, to    Status
	raw         string
	event       SaleEvent
}

func (c *Core) newIntake(account string) *intake {
	l := &intake{core: c, account: account}
	l.reset()
	return l
}

// reset forgets everything.
func (l *intake) reset() {
	l.seen = map[string]bool{}
	l.purchases = map[string]*bought{}
	l.buyers = map[string]*row[store.Buyer]{}
	l.products = map[string]*row[store.Product]{}
	l.subscriptions = map[string]*row[store.Subscription]{}
	l.items = map[string][]store.BundleItem{}
	l.openings = map[string]*row[time.Time]{}
	l.paid = map[string]store.PaidRange{}
	l.inbound, l.newItems, l.events, l.moved, l.happened, l.found, l.covers = nil, nil, nil, nil, nil, nil, nil
	l.applied, l.erased = 0, map[string]bool{}
	l.taken, l.told, l.claims = nil, nil, nil
}

// drop forgets what a batch would have written beside the rows that it changed.
func (l *intake) drop() {
	l.inbound, l.told, l.newItems, l.events, l.moved, l.happened, l.claims = nil, nil, nil, nil, nil, nil, nil
}

// conflictTries is how often a batch is done again when another process wrote the same rows first.
const conflictTries = 5

// applyBatch applies events in one transaction and says what became of each.
func (c *Core) applyBatch(ctx context.Context, l *intake, events []SaleEvent) (results []ImportResult, err error) {
	if l.dry {
		l.now = c.now()
		results, err = l.run(c.store.In(ctx), events)
		l.drop()
		return results, err
	}
	for range conflictTries {
		err = c.store.Tx(ctx, func(tx *store.Store) error {
			l.reset()
			l.now = c.now()
			if results, err = l.run(tx, events); err != nil {
				return err
			}
			if err = l.write(tx); err == nil && l.beside != nil {
				err = l.beside(tx)
			}
			return err
		})
		if !errors.Is(err, store.ErrConflict) {
			return results, err
		}
	}
	return nil, err
}

// run loads what the events are about and applies them.
func (l *intake) run(s *store.Store, events []SaleEvent) ([]ImportResult, error) {
	if err := l.load(s, events); err != nil {
		return nil, err
	}
	l.byBuyer = nil
	results := make([]ImportResult, len(events))
	for i, e := range events {
		if results[i] = l.apply(e); results[i] == Applied {
			l.applied++
		}
	}
	return results, nil
}
