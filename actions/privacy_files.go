package actions

import (
	"context"

	"github.com/aftersale/aftersale/store"
)

// ExportBuyerFiles hands out the files of a buyer's cases, his and the team's, one after the other: no more than one of them is in
// memory. Names are safe, and begin with the file's id, by which ExportBuyer lists it. It is a part of ExportBuyer, which is called too.
//
// It is for whoever runs the program; no chat reaches it.
//
// Errors: Invalid; NotFound; Internal for a file that cannot be opened; Unavailable; those of out.
func (c *Core) ExportBuyerFiles(ctx context.Context, account string, email Email, out func(name string, body []byte) error) error {
	var files []store.CaseFile
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		file, err := c.buyerFile(tx, account, email)
		files = file.CaseFiles
		return err
	})
	if err != nil {
		return failed("list the files of a buyer", err)
	}
	for _, meta := range files {
		f, err := c.store.In(ctx).CaseFile(account, meta.ID)
		if isNone(err) || err == nil && f.Body == nil {
			continue // dropped since
		}
		if err != nil {
			return failed("load a file of a buyer", err)
		}
		body, err := c.vault.Open(caseFileUse, f.ID, f.Body)
		if err != nil {
			return failed("open a file of a buyer", err)
		}
		if err := out(f.ID+"-"+FileName(f.Name), body); err != nil {
			return err
		}
	}
	return nil
}
