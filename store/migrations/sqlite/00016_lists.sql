-- Contact lists: what happened to whom, the rules that put people on lists, signed webhooks, and who wants no such mail.

-- +goose Up
CREATE TABLE contact_lists (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    kind        text NOT NULL,
    name        text NOT NULL,
    name_key    text NOT NULL,
    remote_id   integer NOT NULL,
    created_by  text NOT NULL,
    created_at  timestamp NOT NULL,
    archived_at timestamp
);
CREATE UNIQUE INDEX contact_lists_by_name ON contact_lists (account_id, kind, name_key) WHERE archived_at IS NULL;
CREATE INDEX contact_lists_remote ON contact_lists (account_id, remote_id) WHERE remote_id <> 0 AND archived_at IS NULL;

CREATE TABLE list_members (
    list_id    text NOT NULL,
    buyer_id   text NOT NULL,
    account_id text NOT NULL,
    "on"       boolean NOT NULL,
    at         timestamp NOT NULL,
    cause      text NOT NULL,
    by_hand    text NOT NULL,
    hand_at    timestamp,
    PRIMARY KEY (list_id, buyer_id)
);
CREATE INDEX list_members_on ON list_members (list_id, at DESC, buyer_id DESC) WHERE "on";
CREATE INDEX list_members_by_buyer ON list_members (buyer_id);

CREATE TABLE list_rules (
    id             text NOT NULL PRIMARY KEY,
    account_id     text NOT NULL,
    event          text NOT NULL,
    act            text NOT NULL,
    list_id        text NOT NULL,
    endpoint_id    text NOT NULL,
    product_id     text NOT NULL,
    plan           text NOT NULL,
    payment        text NOT NULL,
    least          integer NOT NULL,
    currency       text NOT NULL,
    locale         text NOT NULL,
    first_purchase boolean NOT NULL,
    undo           boolean NOT NULL,
    since          timestamp NOT NULL,
    until          timestamp,
    dropped        boolean NOT NULL,
    created_by     text NOT NULL,
    created_at     timestamp NOT NULL
);
CREATE INDEX list_rules_by_account ON list_rules (account_id, created_at DESC, id DESC);

CREATE TABLE list_events (
    account_id      text NOT NULL,
    subject         text NOT NULL,
    event           text NOT NULL,
    nth             text NOT NULL,
    buyer_id        text NOT NULL,
    purchase_id     text NOT NULL,
    subscription_id text NOT NULL,
    product_id      text NOT NULL,
    at              timestamp NOT NULL,
    created_at      timestamp NOT NULL,
    PRIMARY KEY (account_id, subject, event, nth)
);
CREATE INDEX list_events_by_buyer ON list_events (buyer_id) WHERE buyer_id <> '';
CREATE INDEX list_events_by_purchase ON list_events (purchase_id) WHERE purchase_id <> '';
CREATE INDEX list_events_by_subscription ON list_events (subscription_id) WHERE subscription_id <> '';
CREATE INDEX list_events_by_time ON list_events (account_id, event, at);
CREATE INDEX list_events_by_age ON list_events (created_at);

CREATE TABLE hook_endpoints (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    name       text NOT NULL,
    url        text NOT NULL,
    secret     blob,
    old_secret blob,
    old_until  timestamp,
    created_by text NOT NULL,
    created_at timestamp NOT NULL,
    removed_at timestamp
);
CREATE INDEX hook_endpoints_by_account ON hook_endpoints (account_id, created_at) WHERE removed_at IS NULL;

CREATE TABLE hook_deliveries (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    endpoint_id text NOT NULL,
    rule_id     text NOT NULL,
    subject     text NOT NULL,
    event       text NOT NULL,
    nth         text NOT NULL,
    buyer_id    text NOT NULL,
    at          timestamp NOT NULL,
    state       text NOT NULL,
    attempts    integer NOT NULL,
    status_code integer NOT NULL,
    problem     text NOT NULL,
    created_at  timestamp NOT NULL,
    updated_at  timestamp NOT NULL
);
CREATE UNIQUE INDEX hook_deliveries_once ON hook_deliveries (rule_id, subject, event, nth);
CREATE INDEX hook_deliveries_by_state ON hook_deliveries (endpoint_id, state, created_at DESC, id DESC);
CREATE INDEX hook_deliveries_by_buyer ON hook_deliveries (buyer_id) WHERE buyer_id <> '';
CREATE INDEX hook_deliveries_settled ON hook_deliveries (updated_at) WHERE state <> 'waiting';

CREATE TABLE opt_outs (
    account_id text NOT NULL,
    buyer_id   text NOT NULL,
    kind       text NOT NULL,
    source     text NOT NULL,
    created_at timestamp NOT NULL,
    PRIMARY KEY (account_id, buyer_id, kind)
);

-- +goose Down
DROP TABLE opt_outs;
DROP TABLE hook_deliveries;
DROP TABLE hook_endpoints;
DROP TABLE list_events;
DROP TABLE list_rules;
DROP TABLE list_members;
DROP TABLE contact_lists;
