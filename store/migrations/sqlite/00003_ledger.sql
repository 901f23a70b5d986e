-- The ledger: what our own commerce platform has done, for shops whose purchases live with us.

-- +goose Up
CREATE TABLE ledger_entries (
    "key"         text NOT NULL PRIMARY KEY,
    account_id    text NOT NULL,
    op            text NOT NULL,
    "transaction" text NOT NULL,
    amount        integer NOT NULL,
    currency      text NOT NULL,
    old_email     text NOT NULL,
    new_email     text NOT NULL,
    created_at    timestamp NOT NULL
);
CREATE INDEX ledger_entries_by_transaction ON ledger_entries (account_id, "transaction", created_at);
-- Money goes back once, whatever the programs above believe.
CREATE UNIQUE INDEX ledger_entries_one_refund ON ledger_entries (account_id, "transaction") WHERE op = 'refund';

-- +goose Down
DROP TABLE ledger_entries;
