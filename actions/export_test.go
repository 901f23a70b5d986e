package actions

import "github.com/aftersale/aftersale/store"

// What is tested from outside.
var HasDocument = hasDocument

// DocumentMatches is documentMatches.
func (c *Core) DocumentMatches(b store.Buyer, d Document) bool { return c.documentMatches(b, d) }

// SealedColumns are the columns that a change of the secret seals anew, as table.column.
func SealedColumns() []string {
	var all []string
	for _, c := range sealedColumns {
		all = append(all, c.Table+"."+c.Column)
	}
	return all
}
