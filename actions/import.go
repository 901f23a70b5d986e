package actions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/aftersale/aftersale/store"
)

// An ImportResult says what became of an event.
type ImportResult string

// The results; an ignored event's is "ignored:" and the reason.
const (
	Applied   ImportResult = "applied"   // it told something new
	Older     ImportResult = "older"     // newer events have said all that it says
	Duplicate ImportResult = "duplicate" // the same event was imported before
	ignored   ImportResult = "ignored:"
)

// Ignored returns why an event was ignored; empty when it was not.
func (r ImportResult) Ignored() string {
	reason, _ := strings.CutPrefix(string(r), string(ignored))
	if reason == string(r) {
		return ""
	}
	return reason
}

// ImportOptions say how a file is imported.
type ImportOptions struct {
	Name     string // of the file, for the audit log
	DryRun   bool   // write nothing, and report what would happen. Memory then grows with the file: some 1.5 KiB a row
	Size     int64  // of the file, for Progress; 0: unknown
	Progress func(done, total int64)
}

// An ImportReport is what became of a file.
type ImportReport struct {
	Applied, Older, Duplicate int
	Ignored                   map[string]int // by reason
	Bad                       []BadRow       // the first MaxBadRows
	BadCount                  int
}

// A BadRow is an item that could not be used. The items around it were.
type BadRow struct {
	Line int
	Err  error
}

// MaxBadRows is how many bad rows a report lists; a file may have millions.
const MaxBadRows = 1000

// Apply brings one event into the store: its purchase, buyer, products, subscription and access, or nothing if it is
// known or older. It runs in the transaction that ctx carries, or in its own.
//
// Events may come in any order and any number of times; the end is the same.
//
// Errors: Invalid when the event lacks what it needs (a mistake of the connector); Unavailable; Conflict when another
// import was faster and ctx carries a transaction: then do the transaction again.
func (c *Core) Apply(ctx context.Context, account string, e SaleEvent) (ImportResult, error) {
	if err := e.validate(); err != nil {
		return "", &Error{Code: Invalid, Key: "import.event", Err: err}
	}
	results, err := c.applyBatch(ctx, c.newIntake(account), []SaleEvent{e})
	if err != nil {
		return "", failed("import an event", err)
	}
	return results[0], nil
}

// Import brings the events of a file into the store, some hundred in one transaction. Bad items are listed and the
// others kept. When it fails, everything before the failure is kept, and importing the file again does the rest.
//
// Errors: Unavailable (the file or the database); Internal. The report tells how far it got.
func (c *Core) Import(ctx context.Context, account string, items iter.Seq[ImportItem], o ImportOptions) (ImportReport, error) {
	r := ImportReport{Ignored: map[string]int{}}
	run := &importRun{core: c, ctx: ctx, intake: c.newIntake(account), options: o, report: &r}
	run.intake.dry = o.DryRun
	err := run.all(items)
	if err == nil && !o.DryRun {
		err = c.auditImport(ctx, account, o.Name, r)
	}
	return r, failed("import a file", err)
}

// An importRun is one Import while it runs.
type importRun struct {
	core     *Core
	ctx      context.Context
	intake   *intake
	options  ImportOptions
	report   *ImportReport
	batch    []SaleEvent
	read     int64
	batches  int // written so far
	measured int // of them, when analyze last did so
}

func (r *importRun) all(items iter.Seq[ImportItem]) error {
	for item := range items {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		r.read = item.Read
		var reading *ReadingError
		if errors.As(item.Err, &reading) {
			return errors.Join(r.flush(), &Error{Code: Unavailable, Key: "import.reading", Err: item.Err})
		}
		if item.Err == nil {
			item.Err = item.Event.validate()
		}
		if item.Err != nil {
			r.bad(item)
			continue
		}
		r.batch = append(r.batch, item.Event)
		if len(r.batch) == importBatch {
			if err := r.flush(); err != nil {
				return err
			}
		}
	}
	return r.flush()
}

// importBatch is how many events one transaction takes: enough to make its cost small, few enough for the other
// writers of SQLite not to notice the wait.
const importBatch = 400

func (r *importRun) bad(item ImportItem) {
	r.report.BadCount++
	if len(r.report.Bad) < MaxBadRows {
		r.report.Bad = append(r.report.Bad, BadRow{Line: item.Line, Err: item.Err})
	}
}

func (r *importRun) flush() error {
	if len(r.batch) > 0 {
		results, err := r.core.applyBatch(r.ctx, r.intake, r.batch)
		if err != nil {
			return err
		}
		for _, result := range results {
			r.count(result)
		}
		r.batch = r.batch[:0]
		if err := r.analyze(); err != nil {
			return err
		}
	}
	if r.options.Progress != nil {
		r.options.Progress(r.read, r.options.Size)
	}
	return nil
}

// analyze keeps the database's idea of its tables right while they grow: after 1, 10, 100 … batches.
func (r *importRun) analyze() error {
	r.batches++
	if r.options.DryRun || r.batches < r.measured*10 {
		return nil
	}
	r.measured = r.batches
	return r.core.store.In(r.ctx).Analyze()
}

func (r *importRun) count(result ImportResult) {
	switch result {
	case Applied:
		r.report.Applied++
	case Older:
		r.report.Older++
	case Duplicate:
		r.report.Duplicate++
	default:
		r.report.Ignored[result.Ignored()]++
	}
}

// auditImport records that a file was imported, and what came of it.
func (c *Core) auditImport(ctx context.Context, account, name string, r ImportReport) error {
	data, err := json.Marshal(map[string]any{"file": name, "applied": r.Applied, "older": r.Older, "duplicate": r.Duplicate,
		"ignored": r.Ignored, "bad": r.BadCount})
	if err != nil {
		return err
	}
	return c.store.Tx(ctx, func(tx *store.Store) error {
		who := systemActor(account).ID
		return tx.Audit(store.AuditEntry{AccountID: account, At: c.now(), Actor: who, AskedBy: who,
			Action: "import.finished", Target: name, Data: data})
	})
}

// validate finds what no event may lack. It guards the store against connectors, not against the platform: those say
// better what is wrong with a payload.
func (e SaleEvent) validate() error {
	if e.Source == "" || e.ID == "" {
		return errors.New("event without a source or an id")
	}
	if e.Ignored != "" {
		return nil
	}
	if e.Sale == nil && e.Subscription == nil && e.Opening == nil && e.Product == nil && e.Cart == nil && e.Charge == nil && e.Held == nil {
		return errors.New("event that says nothing")
	}
	if p := e.Product; p != nil && (p.Code == "" || p.Kind != "" && !slices.Contains(ProductKinds, p.Kind)) {
		return errors.New("product without a code, or of an unknown kind")
	}
	if s := e.Sale; s != nil {
		if s.Transaction == "" || s.Status == "" {
			return errors.New("sale without a transaction or a status")
		}
		if err := about(s.Product, s.Buyer); err != nil {
			return fmt.Errorf("sale %w", err)
		}
		for _, p := range s.Contents {
			if p.Code == "" {
				return errors.New("sale with a part without a code")
			}
		}
	}
	if s := e.Subscription; s != nil {
		if s.Code == "" {
			return errors.New("subscription without a code")
		}
		if err := about(s.Product, s.Buyer); err != nil {
			return fmt.Errorf("subscription %w", err)
		}
	}
	if o := e.Opening; o != nil {
		if e.At.IsZero() {
			return errors.New("opening without a time")
		}
		if err := about(o.Product, o.Buyer); err != nil {
			return fmt.Errorf("opening %w", err)
		}
	}
	if c := e.Charge; c != nil && (c.Transaction == "" || c.Subscription == "" || e.ReadAt.IsZero()) {
		return errors.New("charge without a transaction, a subscription or a time of reading")
	}
	if e.Held != nil {
		if err := e.Held.validate(e); err != nil {
			return err
		}
	}
	if c := e.Cart; c != nil {
		if e.At.IsZero() {
			return errors.New("cart without a time")
		}
		if err := about(c.Product, c.Buyer); err != nil {
			return fmt.Errorf("cart %w", err)
		}
	}
	return nil
}

func about(p SoldProduct, b SoldTo) error {
	if p.Code == "" || b.Email == "" {
		return errors.New("without a product's code or a buyer's address")
	}
	return nil
}
