-- What webhooks bring and must not be readable, until its job has used it; and which kinds of them nobody understands.

-- +goose Up
CREATE TABLE inbound_bodies (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    source     text NOT NULL,
    event_id   text NOT NULL,
    waits      boolean NOT NULL,
    kind       text NOT NULL,
    reason     text NOT NULL,
    body       blob,
    created_at timestamp NOT NULL
);
CREATE UNIQUE INDEX inbound_bodies_of_event ON inbound_bodies (account_id, source, event_id);
CREATE INDEX inbound_bodies_waiting ON inbound_bodies (id) WHERE waits;
CREATE INDEX inbound_bodies_kept ON inbound_bodies (account_id, source, reason) WHERE NOT waits;
CREATE INDEX inbound_bodies_by_age ON inbound_bodies (created_at) WHERE NOT waits;

CREATE TABLE inbound_alarms (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    source     text NOT NULL,
    kind       text NOT NULL,
    reason     text NOT NULL,
    created_at timestamp NOT NULL
);
CREATE UNIQUE INDEX inbound_alarms_of_kind ON inbound_alarms (account_id, source, reason);

-- +goose Down
DROP TABLE inbound_alarms;
DROP TABLE inbound_bodies;
