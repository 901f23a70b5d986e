-- The team: who gave whom his role, invitations, authenticator apps; and reminders of proposals that are about to expire.

-- +goose Up
ALTER TABLE people ADD COLUMN role_by text NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN role_at timestamptz;
ALTER TABLE proposals ADD COLUMN reminded bigint NOT NULL DEFAULT 0;

CREATE TABLE invitations (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    person_id  text NOT NULL,
    name       text NOT NULL,
    role       text NOT NULL,
    code_hash  text NOT NULL,
    invited_by text NOT NULL,
    reply_to   text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    used_by    text NOT NULL,
    voided_at  timestamptz
);
CREATE UNIQUE INDEX invitations_by_code ON invitations (account_id, code_hash);
CREATE INDEX invitations_by_end ON invitations (account_id, expires_at);

CREATE TABLE second_factors (
    person_id   text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    secret      bytea,
    pending     bytea,
    pending_at  timestamptz,
    since       timestamptz,
    last_step   bigint NOT NULL,
    tries       bigint NOT NULL,
    tries_since timestamptz,
    locked_till timestamptz,
    created_at  timestamptz NOT NULL
);

CREATE TABLE recovery_codes (
    person_id  text NOT NULL,
    code_hash  text NOT NULL,
    account_id text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (person_id, code_hash)
);

-- +goose Down
DROP TABLE recovery_codes;
DROP TABLE second_factors;
DROP TABLE invitations;
ALTER TABLE proposals DROP COLUMN reminded;
ALTER TABLE people DROP COLUMN role_at;
ALTER TABLE people DROP COLUMN role_by;
