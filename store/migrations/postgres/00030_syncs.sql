-- Readings of the commerce platform as a whole: how far each has come, and what it found.

-- +goose Up
CREATE TABLE syncs (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    platform    text NOT NULL,
    kind        text NOT NULL,
    state       text NOT NULL,
    since       timestamptz,
    changed     timestamptz,
    until       timestamptz NOT NULL,
    place       text NOT NULL,
    part        text NOT NULL,
    thousandths bigint NOT NULL,
    pages       bigint NOT NULL,
    missed      bigint NOT NULL,
    bad         bigint NOT NULL,
    counts      text NOT NULL,
    faults      text NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    ended_at    timestamptz
);

CREATE INDEX syncs_by_state ON syncs (account_id, state, created_at);
CREATE INDEX syncs_ended ON syncs (ended_at) WHERE ended_at IS NOT NULL;

-- One process at a time reads for an account.
CREATE TABLE sync_leases (
    account_id text NOT NULL PRIMARY KEY,
    holder     text NOT NULL,
    until      timestamptz NOT NULL
);

-- +goose Down
DROP TABLE sync_leases;
DROP TABLE syncs;
