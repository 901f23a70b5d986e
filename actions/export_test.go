package actions

import "github.com/aftersale/aftersale/store"

// What is tested from outside.
var HasDocument = hasDocument

// DocumentMatches is documentMatches.
func (c *Core) DocumentMatches(b store.Buyer, d Document) bool { return c.documentMatches(b, d) }
