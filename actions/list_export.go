package actions

import (
	"context"
	"strings"
	"time"

	"github.com/aftersale/aftersale/store"
)

// maxListExport is how many people one file has at most.
const maxListExport = 50_000

// A ListExportInput says which list goes out, and how.
type ListExportInput struct {
	Key    string // idempotency key
	List   string
	Reveal *RevealExportInput // for whole names and addresses; What and Rows are filled in here
}

// A ListExport is what came of it.
type ListExport struct {
	File    string // id
	Rows    int
	LeftOut int // who want no such mail: a list that leaves here does not name them
}

// ExportList sends who is on a list to the private chat of whoever asks, as a table. It is masked as rooms are, unless Reveal
// says why it should not be (RevealExport). That it was done is an entry of its own.
//
// Errors: those of RevealExport; Denied; NotFound; Conflict when nobody is on it, it is too long for one file, or he has no
// private chat; Unavailable.
func (c *Core) ExportList(ctx context.Context, who Actor, in ListExportInput) (ListExport, error) {
	var out ListExport
	err := c.store.Tx(ctx, func(tx *store.Store) error {
		if err := mayKeepLists(who); err != nil {
			return err
		}
		l, err := tx.List(who.Account, in.List)
		if err != nil {
			return noList(err)
		}
		found, err := tx.ListMembers(in.List, nil, string(MailNews), store.Cursor{}, maxListExport+1)
		switch {
		case err != nil:
			return err
		case len(found) > maxListExport:
			return &Error{Code: Conflict, Key: "lists.long", Args: map[string]any{"max": maxListExport}}
		}
		rows, err := c.listRows(tx, found, in.Reveal != nil, &out)
		if err != nil {
			return err
		}
		if out.Rows == 0 {
			return &Error{Code: Conflict, Key: "lists.empty"}
		}
		if in.Reveal != nil {
			why := *in.Reveal
			why.What, why.Rows = "list", out.Rows
			if err := c.RevealExport(tx.Context(), who, why); err != nil {
				return err
			}
		}
		body, err := csvFile([]string{"name", "email", "language", "since", "event", "tags"}, rows)
		if err != nil {
			return err
		}
		caption := "file.list"
		if in.Reveal != nil {
			caption = "file.list_whole"
		}
		if out.File, err = c.sendFile(tx, who, attachment{Name: l.Name + ".csv", MIME: "text/csv", Body: body, Caption: caption}); err != nil {
			return err
		}
		return c.audit(tx, who, entry{action: "list.exported", target: l.ID, note: l.Name, data: auditData{Count: out.Rows}})
	})
	return out, failed("export a list", err)
}

func (c *Core) listRows(tx *store.Store, found []store.ListedMember, whole bool, out *ListExport) ([][]string, error) {
	if len(found) == 0 {
		return nil, nil
	}
	events, err := c.eventsOfRules(tx, found[0].Member.AccountID)
	if err != nil {
		return nil, err
	}
	tags, err := tx.TagsOnList(found[0].Member.ListID)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for _, m := range found {
		if m.Silent || m.Buyer.Erased() {
			out.LeftOut++
			continue
		}
		name, email := m.Buyer.Name, m.Buyer.Email
		if !whole {
			name, email = MaskedName(name), Email(email).Masked()
		}
		rows = append(rows, []string{name, email, m.Buyer.Locale, m.Member.At.UTC().Format(time.RFC3339), string(events[m.Member.Cause]), strings.Join(tags[m.Buyer.ID], " · ")})
	}
	out.Rows = len(rows)
	return rows, nil
}
