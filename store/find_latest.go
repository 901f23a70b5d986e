package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// endOfTime is the newest of a buyer of whom it is not known, and what buyers says of an order that it does not know.
var endOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// buyers lists so many who have the leading word, the last to buy first, and until when all who bought are among them: zero
// when there are no more.
func (n *named) buyers(far int) (ids []string, until time.Time, err error) {
	read := n.latest
	if len(n.spelled) > maxSpelled {
		read = n.anybody
	}
	ids, until, err = read(far)
	if err == nil && n.lead.address && !until.Equal(endOfTime) {
		var more []string
		more, err = n.strings("SELECT e.id FROM buyers e WHERE e.account_id = ? AND "+n.s.prefix("e.email_key")+" LIMIT "+strconv.Itoa(far+1),
			append([]any{n.f.Account}, bounds(n.lead.text)...))
		if ids = append(ids, more...); len(more) > far {
			until = endOfTime
		}
	}
	if err != nil || len(n.rest.parts) == 0 || len(ids) == 0 || until.Equal(endOfTime) {
		slices.Sort(ids)
		return slices.Compact(ids), until, err
	}
	ids, err = n.strings("SELECT p.buyer_id FROM (SELECT id AS buyer_id FROM buyers WHERE id IN ?) p WHERE "+n.rest.sql(), append([]any{ids}, n.rest.args...))
	return ids, until, err
}

// latest merges the orders of the words that the leading one stands for.
func (n *named) latest(far int) (ids []string, until time.Time, err error) {
	if len(n.spelled) == 0 {
		return nil, until, nil
	}
	limit := " LIMIT " + strconv.Itoa(far) // written out: see literalLimit
	one, after := "SELECT buyer_id, newest FROM buyer_words WHERE account_id = ? AND word = %s", []any{n.f.Account}
	if !n.f.From.IsZero() {
		one += " AND newest >= ?" // who bought last before that bought nothing that is looked for
		after = append(after, n.f.From.UTC())
	}
	one += " ORDER BY newest DESC" + limit
	var query string
	var args []any
	if n.s.Dialect() == onPostgres {
		query = "(VALUES (?)" + strings.Repeat(",(?)", len(n.spelled)-1) + ") d(word) CROSS JOIN LATERAL (" + fmt.Sprintf(one, "d.word") + ") x"
		for _, w := range n.spelled {
			args = append(args, w)
		}
		args = append(args, after...)
	} else {
		part := "SELECT * FROM (" + fmt.Sprintf(one, "?") + ")"
		query = "(" + part + strings.Repeat(" UNION ALL "+part, len(n.spelled)-1) + ") x"
		for _, w := range n.spelled {
			args = append(append(args, after[0], w), after[1:]...)
		}
	}
	type row struct {
		ID     string
		Newest time.Time
	}
	found, err := read[row](n.s, far, "SELECT x.buyer_id, x.newest FROM "+query+" ORDER BY x.newest DESC"+limit, args...)
	for _, b := range found {
		ids = append(ids, b.ID)
	}
	if len(found) == far {
		until = found[far-1].Newest
	}
	return ids, until, err
}

// anybody lists those who have a word that stands for too many to merge their orders: all of them, or nobody.
func (n *named) anybody(far int) (ids []string, until time.Time, err error) {
	ids, err = n.strings("SELECT buyer_id FROM buyer_words WHERE account_id = ? AND "+n.s.prefix("word")+" LIMIT "+strconv.Itoa(far+1),
		append([]any{n.f.Account}, bounds(n.lead.text)...))
	if len(ids) > far {
		return nil, endOfTime, err
	}
	return ids, until, err
}

func (n *named) strings(query string, args []any) ([]string, error) {
	found, err := read[struct{ ID string }](n.s, 0, query, args...)
	ids := make([]string, len(found))
	for i, b := range found {
		ids[i] = b.ID
	}
	return ids, err
}
