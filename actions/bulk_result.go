package actions

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/aftersale/aftersale/actions/format"
	"github.com/aftersale/aftersale/store"
	"github.com/aftersale/aftersale/store/jobs"
)

// zipAbove is from how many rows on a result file is packed: 100,000 rows are larger than MaxFile.
const zipAbove = 5000

// resultColumns head a result file. They are the same in every language, for programs that read it.
var resultColumns = []string{"number", "code", "buyer", "email", "product", "result", "reason", "mails", "mails_sent", "time_utc", "amount", "currency"}

// resultJob is the job that makes the result file of a run and has it sent to whoever started it.
func (c *Core) resultJob(ctx context.Context, job jobs.Job) error {
	var w Work
	if err := job.Decode(&w); err != nil {
		return err
	}
	s := c.store.In(ctx)
	run, err := s.BulkRun(w.Key, w.ID)
	if errors.Is(err, store.ErrNotFound) || err == nil && run.File != "" {
		return nil
	}
	if err != nil {
		return err
	}
	file, err := c.resultFile(s, run)
	if err != nil {
		return err
	}
	err = c.store.Tx(ctx, func(tx *store.Store) error {
		run, err := tx.LockBulkRun(w.Key, w.ID)
		if err != nil || run.File != "" {
			return err
		}
		to := Actor{ID: run.AskedBy, Account: run.AccountID, Identity: run.ReplyTo}
		if run.File, err = c.sendFile(tx, to, file); err != nil {
			return err
		}
		return tx.SaveBulkRun(run)
	})
	if AsError(err).Has(Conflict) { // he has no private chat any more
		return jobs.Cancel(fmt.Errorf("result of a run: %w", err))
	}
	return err
}

// resultFile writes a run down item by item, those who were left out included. Names and addresses are masked as in rooms,
// unless policy lets lists go out with them.
func (c *Core) resultFile(s *store.Store, run store.BulkRun) (attachment, error) {
	account, err := s.Account(run.AccountID)
	if err != nil {
		return attachment{}, err
	}
	name := run.Kind + "-" + run.CreatedAt.In(format.Zone(account.Timezone)).Format("2006-01-02-150405") + ".csv"
	var b bytes.Buffer
	if run.Total+run.LeftOut <= zipAbove {
		err = c.writeResult(&b, s, run)
		return attachment{Name: name, MIME: "text/csv", Caption: "file.bulk", Body: b.Bytes()}, err
	}
	z := zip.NewWriter(&b)
	to, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: c.now()})
	if err == nil {
		err = c.writeResult(to, s, run)
	}
	if err == nil {
		err = z.Close()
	}
	return attachment{Name: name + ".zip", MIME: "application/zip", Caption: "file.bulk", Body: b.Bytes()}, err
}

// writeResult writes the rows as they are read, so that a large run takes no more memory than a small one.
func (c *Core) writeResult(to io.Writer, s *store.Store, run store.BulkRun) error {
	kind, err := c.bulkKind(run.Kind)
	if err != nil {
		return err
	}
	policy, err := c.policyFor(s, systemActor(run.AccountID))
	if err != nil {
		return err
	}
	w, err := newTable(to, resultColumns)
	if err != nil {
		return err
	}
	for after := 0; ; {
		items, err := s.BulkItemsFrom(run.ID, "", after, store.MaxBatch)
		if err != nil || len(items) == 0 {
			return errors.Join(err, w.end())
		}
		targets := make([]string, len(items))
		for i, item := range items {
			targets[i] = item.Target
		}
		about, err := kind.rows(s, run.AccountID, targets)
		if err != nil {
			return err
		}
		for _, item := range items {
			if err := w.row(resultRow(item, about[item.Target], policy.Reveal.InExport)); err != nil {
				return err
			}
		}
		after = items[len(items)-1].Seq
	}
}

func resultRow(i store.BulkItem, about bulkRow, whole bool) []string {
	name, email := MaskedName(about.name), about.email.Masked()
	switch {
	case about.email == "":
		name, email = "", ""
	case whole:
		name, email = about.name, string(about.email)
	}
	amount := ""
	if i.Currency != "" {
		amount = decimal(Money{Minor: i.Amount, Currency: i.Currency})
	}
	return []string{strconv.Itoa(i.Seq), i.Target, name, email, about.product, i.State, i.Detail, strconv.Itoa(i.Parts), strconv.Itoa(i.Sent),
		i.UpdatedAt.UTC().Format(time.RFC3339), amount, i.Currency}
}
