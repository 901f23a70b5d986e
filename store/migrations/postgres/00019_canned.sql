-- Answers that the team keeps ready, in each language.

-- +goose Up
CREATE TABLE canned_replies (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    name       text NOT NULL,
    name_key   text NOT NULL,
    texts      bytea,
    revision   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX canned_replies_by_name ON canned_replies (account_id, name_key);

-- +goose Down
DROP TABLE canned_replies;
