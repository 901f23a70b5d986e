-- Guarantees that the shop promised and took back: they still bind for what was paid by then.

-- +goose Up
ALTER TABLE products ADD COLUMN kept_promises text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE products DROP COLUMN kept_promises;
