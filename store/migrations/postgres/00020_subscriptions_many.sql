-- Subscriptions that are cancelled or reactivated many at once: what each charges, and all together.

-- +goose Up
ALTER TABLE bulk_items ADD COLUMN amount bigint NOT NULL DEFAULT 0;
ALTER TABLE bulk_items ADD COLUMN currency text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE bulk_runs ADD COLUMN sums bytea;
ALTER TABLE bulk_runs ADD COLUMN checked bigint NOT NULL DEFAULT 0;
CREATE INDEX bulk_items_by_target ON bulk_items (account_id, target, run_id);

-- The subscriptions of a product are walked in the order of their ids, and its plans in that of their names.
CREATE INDEX subscriptions_of_product ON subscriptions (account_id, product_id, id);
CREATE INDEX subscriptions_by_plan ON subscriptions (account_id, product_id, plan);

-- +goose Down
DROP INDEX subscriptions_by_plan;
DROP INDEX subscriptions_of_product;
DROP INDEX bulk_items_by_target;
ALTER TABLE bulk_runs DROP COLUMN checked;
ALTER TABLE bulk_runs DROP COLUMN sums;
ALTER TABLE bulk_items DROP COLUMN currency;
ALTER TABLE bulk_items DROP COLUMN amount;
