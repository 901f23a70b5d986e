-- When the commerce platform itself was last read and told something new: what was told before counts less.

-- +goose Up
ALTER TABLE purchases ADD COLUMN read_at timestamptz;
ALTER TABLE subscriptions ADD COLUMN read_at timestamptz;

-- +goose Down
ALTER TABLE purchases DROP COLUMN read_at;
ALTER TABLE subscriptions DROP COLUMN read_at;
