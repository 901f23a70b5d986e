-- How much of a purchase was given back in parts; and the ledger can hold several of them. That their sum never comes to more
-- than the price is the ledger's to see to, which locks the purchase for it.

-- +goose Up
ALTER TABLE purchases ADD COLUMN refunded bigint NOT NULL DEFAULT 0;
DROP INDEX ledger_entries_one_refund;

-- +goose Down
CREATE UNIQUE INDEX ledger_entries_one_refund ON ledger_entries (account_id, "transaction") WHERE op = 'refund';
ALTER TABLE purchases DROP COLUMN refunded;
