package actions

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// A Review is what somebody wrote about a product elsewhere, such as on the page where it is sold.
type Review struct {
	ID      string // of the platform; the same review is kept once
	Product string // code, or name
	Score   int    // 1 to 5
	Comment string
	At      time.Time
	Email   Email // of who wrote it; may be empty
}

// A ReviewItem is a row of a file of reviews.
type ReviewItem struct {
	Line   int
	Read   int64 // bytes of the file read so far, for progress
	Review Review
	Err    error // as of ImportItem
}

// ImportReviews keeps the reviews of a file, some hundred in one transaction. Rows that cannot be used are listed and the
// others kept. A review that was imported before changes nothing. Nobody is written to, and no case is opened: what happened
// elsewhere was answered there.
//
// It is the operator's.
//
// Errors: Unavailable (the file or the database); Internal. The report tells how far it got.
func (c *Core) ImportReviews(ctx context.Context, account string, items iter.Seq[ReviewItem], o ImportOptions) (ImportReport, error) {
	r := ImportReport{Ignored: map[string]int{}}
	seen := map[string]bool{} // of a dry run, which writes nothing
	var batch []ReviewItem
	flush := func() error {
		// A transaction that is done again counts again.
		var done ImportReport
		err := c.store.Tx(ctx, func(tx *store.Store) error {
			done = ImportReport{}
			for _, item := range batch {
				if err := c.review(tx, account, item, o.DryRun, seen, &done); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		r.Applied, r.Duplicate, r.BadCount = r.Applied+done.Applied, r.Duplicate+done.Duplicate, r.BadCount+done.BadCount
		r.Bad = append(r.Bad, done.Bad[:min(len(done.Bad), MaxBadRows-len(r.Bad))]...)
		if len(batch) > 0 && o.Progress != nil {
			o.Progress(batch[len(batch)-1].Read, o.Size)
		}
		batch = batch[:0]
		return nil
	}
	for item := range items {
		if err := ctx.Err(); err != nil {
			return r, failed("import reviews", err)
		}
		var reading *ReadingError
		if errors.As(item.Err, &reading) {
			return r, failed("import reviews", errors.Join(flush(), &Error{Code: Unavailable, Key: "import.reading", Err: item.Err}))
		}
		if batch = append(batch, item); len(batch) == importBatch {
			if err := flush(); err != nil {
				return r, failed("import reviews", err)
			}
		}
	}
	err := flush()
	if err == nil && !o.DryRun {
		err = c.auditImport(ctx, account, o.Name, r)
	}
	return r, failed("import reviews", err)
}

// review keeps one review.
func (c *Core) review(tx *store.Store, account string, item ReviewItem, dry bool, seen map[string]bool, r *ImportReport) error {
	bad := func(err error) {
		r.BadCount++
		if len(r.Bad) < MaxBadRows {
			r.Bad = append(r.Bad, BadRow{Line: item.Line, Err: err})
		}
	}
	if item.Err != nil {
		bad(item.Err)
		return nil
	}
	x := item.Review
	about := "review:" + x.ID
	if _, err := tx.FeedbackAbout(account, about); err == nil || seen[about] {
		r.Duplicate++
		return nil
	} else if !isNone(err) {
		return err
	}
	p, err := tx.ProductNamed(account, x.Product, store.Fold(x.Product))
	if isNone(err) {
		bad(fmt.Errorf("product: there is no single one with the code or name %.60q; import what it is sold as first", x.Product))
		return nil
	}
	if err != nil {
		return err
	}
	row := store.Feedback{ID: c.newID(), AccountID: account, About: about, Source: "review", ProductID: p.ID, Score: x.Score,
		Comment: strings.TrimSpace(x.Comment), CreatedAt: precise(x.At)}
	if x.Email != "" {
		b, err := tx.BuyerByEmail(account, x.Email.Key())
		if err != nil && !isNone(err) {
			return err
		}
		if err == nil && !b.Erased() {
			row.BuyerID = b.ID
		}
	}
	r.Applied++
	if dry {
		seen[about] = true
		return nil
	}
	_, err = tx.AddFeedback(row)
	return err
}
