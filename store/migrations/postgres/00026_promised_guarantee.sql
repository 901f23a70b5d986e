-- A guarantee that the shop promises in chat, beside the one that the commerce platform names.

-- +goose Up
ALTER TABLE products ADD COLUMN promised_days integer NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE products DROP COLUMN promised_days;
