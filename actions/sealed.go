package actions

import "github.com/aftersale/aftersale/store"

// A sealedColumn is where sealed values are kept: the value of a row is sealed for a use, of the row's key.
type sealedColumn struct {
	store.SealedColumn
	use string
	// hash is the column with the keyed hash of the same value, which a change of the secret makes anew; empty: none. keyed
	// makes it of the row's key and the value.
	hash  string
	keyed func(c *Core, key string, value []byte) string
	// batch is how many are sealed anew at once; 0: resealBatch. Large values take fewer.
	batch int
}

// sealedColumns are all of them. Whoever seals values in another column adds it here: else a change of the secret loses them.
var sealedColumns = []sealedColumn{
	{SealedColumn: store.SealedColumn{Table: "buyers", Key: "id", Column: "document"}, use: useDocument, hash: "document_key",
		keyed: func(c *Core, id string, value []byte) string { return c.documentKey(id, Document(value)) }},
	{SealedColumn: store.SealedColumn{Table: "buyers", Key: "id", Column: "phone"}, use: usePhone},
	{SealedColumn: store.SealedColumn{Table: "one_time_codes", Key: "id", Column: "sealed"}, use: useCodeAddresses},
	{SealedColumn: store.SealedColumn{Table: "inbound_bodies", Key: "id", Column: "body"}, use: useInbound},
	{SealedColumn: store.SealedColumn{Table: "tickets", Key: "id", Column: "document"}, use: useTicketDocument},
	{SealedColumn: store.SealedColumn{Table: "tickets", Key: "id", Column: "code"}, use: useTicketCode, hash: "code_key",
		keyed: func(c *Core, _ string, value []byte) string { return c.vault.Hash(useTicketCode, string(value)) }},
	{SealedColumn: store.SealedColumn{Table: "files", Key: "id", Column: "body"}, use: fileUse, batch: 4},
	{SealedColumn: store.SealedColumn{Table: "hook_endpoints", Key: "id", Column: "secret"}, use: sealedHook},
	{SealedColumn: store.SealedColumn{Table: "hook_endpoints", Key: "id", Column: "old_secret"}, use: sealedHook},
	{SealedColumn: store.SealedColumn{Table: "case_messages", Key: "id", Column: "body"}, use: caseUse},
	{SealedColumn: store.SealedColumn{Table: "case_files", Key: "id", Column: "body"}, use: caseFileUse, batch: 4},
	{SealedColumn: store.SealedColumn{Table: "second_factors", Key: "person_id", Column: "secret"}, use: sealedFactor},
	{SealedColumn: store.SealedColumn{Table: "second_factors", Key: "person_id", Column: "pending"}, use: sealedFactor},
}
