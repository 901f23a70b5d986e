package actions

import "github.com/aftersale/aftersale/store"

// What is tested from outside.
var (
	HasDocument = hasDocument
	MayFinish   = mayFinish
)

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

// WriteOptional writes a mail that its reader can do without, by a template that he needs otherwise.
func (c *Core) WriteOptional(tx *store.Store, b store.Buyer, kind MailKind, key string) error {
	account, err := tx.Account(b.AccountID)
	if err != nil {
		return err
	}
	return c.write(tx, account, letter{key: key, template: "access", to: Email(b.Email), buyer: Buyer{ID: b.ID, Name: b.Name}, kind: kind})
}
