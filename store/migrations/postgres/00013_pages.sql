-- The buyers' pages: which links to them have ended. And passwords of shops whose purchases live here: requests to change them,
-- and what they are compared with.

-- +goose Up
CREATE TABLE page_ends (
    buyer_id   text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    times      bigint NOT NULL,
    ended_at   timestamptz NOT NULL
);

CREATE TABLE password_resets (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    buyer_id   text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    voided_at  timestamptz
);
CREATE INDEX password_resets_by_buyer ON password_resets (buyer_id, created_at);
CREATE INDEX password_resets_by_age ON password_resets (created_at);

CREATE TABLE passwords (
    buyer_id   text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    hash       text NOT NULL,
    reset_id   text NOT NULL,
    changed_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE passwords;
DROP TABLE password_resets;
DROP TABLE page_ends;
