-- The ledger: what our own commerce platform has done, for shops whose purchases live with us.

-- +goose Up
CREATE TABLE ledger_entries (
    "key"         text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id    text COLLATE "C" NOT NULL,
    op            text COLLATE "C" NOT NULL,
    "transaction" text COLLATE "C" NOT NULL,
    amount        bigint NOT NULL,
    currency      text COLLATE "C" NOT NULL,
    old_email     text COLLATE "C" NOT NULL,
    new_email     text COLLATE "C" NOT NULL,
    created_at    timestamptz NOT NULL
);
CREATE INDEX ledger_entries_by_transaction ON ledger_entries (account_id, "transaction", created_at);
-- Money goes back once, whatever the programs above believe.
CREATE UNIQUE INDEX ledger_entries_one_refund ON ledger_entries (account_id, "transaction") WHERE op = 'refund';

-- +goose Down
DROP TABLE ledger_entries;
