-- Subscriptions that are cancelled, charged on another day and reactivated from here.

-- +goose Up
ALTER TABLE subscriptions ADD COLUMN charge_day bigint NOT NULL DEFAULT 0;
ALTER TABLE subscriptions ADD COLUMN under_way text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE subscriptions ADD COLUMN waits_until timestamptz;
CREATE INDEX subscriptions_by_status ON subscriptions (account_id, status, status_at DESC, id DESC);
CREATE INDEX subscriptions_by_product ON subscriptions (account_id, product_id, status, status_at DESC, id DESC);

ALTER TABLE ledger_entries ADD COLUMN subscription text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE ledger_entries ADD COLUMN charge_day bigint NOT NULL DEFAULT 0;
ALTER TABLE ledger_entries ADD COLUMN next_charge_at timestamptz;
CREATE INDEX ledger_entries_by_subscription ON ledger_entries (account_id, subscription, created_at) WHERE subscription <> '';

-- +goose Down
DROP INDEX ledger_entries_by_subscription;
ALTER TABLE ledger_entries DROP COLUMN next_charge_at;
ALTER TABLE ledger_entries DROP COLUMN charge_day;
ALTER TABLE ledger_entries DROP COLUMN subscription;
DROP INDEX subscriptions_by_product;
DROP INDEX subscriptions_by_status;
ALTER TABLE subscriptions DROP COLUMN waits_until;
ALTER TABLE subscriptions DROP COLUMN under_way;
ALTER TABLE subscriptions DROP COLUMN charge_day;
