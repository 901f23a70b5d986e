-- The tables of the core. They mirror store/models.go; a test compares both.
--
-- Foreign keys stand between the things of the shop. What only logs, routes or waits (conversations, requests, mails,
-- audit entries …) has none: it is written in the hot transaction, and it must outlive what it speaks of.

-- +goose Up
CREATE TABLE accounts (
    id            text NOT NULL PRIMARY KEY,
    name          text NOT NULL,
    locale        text NOT NULL,
    timezone      text NOT NULL,
    currency      text NOT NULL,
    support_email text NOT NULL,
    created_at    timestamp NOT NULL
);

CREATE TABLE people (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts (id),
    name       text NOT NULL,
    role       text NOT NULL,
    locale     text NOT NULL,
    removed    boolean NOT NULL,
    created_at timestamp NOT NULL
);
CREATE INDEX people_by_account ON people (account_id, name);

CREATE TABLE identities (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts (id),
    platform   text NOT NULL,
    user_id    text NOT NULL,
    person_id  text NOT NULL,
    chat       text NOT NULL,
    locale     text NOT NULL,
    platform_locale text NOT NULL,
    created_at timestamp NOT NULL
);
CREATE UNIQUE INDEX identities_by_user ON identities (account_id, platform, user_id);
CREATE INDEX identities_by_person ON identities (account_id, person_id) WHERE person_id <> '';

CREATE TABLE buyers (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts (id),
    email      text NOT NULL,
    email_key  text NOT NULL,
    name       text NOT NULL,
    locale     text NOT NULL,
    created_at timestamp NOT NULL
);
CREATE UNIQUE INDEX buyers_by_email ON buyers (account_id, email_key);

CREATE TABLE buyer_words (
    account_id text NOT NULL,
    word       text NOT NULL,
    buyer_id   text NOT NULL REFERENCES buyers (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, word, buyer_id)
) WITHOUT ROWID;
CREATE INDEX buyer_words_by_buyer ON buyer_words (buyer_id);

CREATE TABLE identity_buyers (
    identity_id text NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    buyer_id    text NOT NULL REFERENCES buyers (id) ON DELETE CASCADE,
    account_id  text NOT NULL,
    created_at  timestamp NOT NULL,
    PRIMARY KEY (identity_id, buyer_id)
) WITHOUT ROWID;
CREATE INDEX identity_buyers_by_buyer ON identity_buyers (buyer_id);

CREATE TABLE products (
    id             text NOT NULL PRIMARY KEY,
    account_id     text NOT NULL REFERENCES accounts (id),
    code           text NOT NULL,
    name           text NOT NULL,
    name_key       text NOT NULL,
    kind           text NOT NULL,
    access_url     text NOT NULL,
    guarantee_days integer NOT NULL,
    support_email  text NOT NULL,
    created_at     timestamp NOT NULL
);
CREATE UNIQUE INDEX products_by_code ON products (account_id, code);
CREATE INDEX products_by_name ON products (account_id, name_key, id);

CREATE TABLE bundle_items (
    bundle_id  text NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    product_id text NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    account_id text NOT NULL,
    position   integer NOT NULL,
    PRIMARY KEY (bundle_id, product_id)
) WITHOUT ROWID;
CREATE INDEX bundle_items_by_product ON bundle_items (product_id);

CREATE TABLE subscriptions (
    id             text NOT NULL PRIMARY KEY,
    account_id     text NOT NULL,
    code           text NOT NULL,
    buyer_id       text NOT NULL REFERENCES buyers (id),
    product_id     text NOT NULL REFERENCES products (id),
    plan           text NOT NULL,
    status         text NOT NULL,
    status_at      timestamp NOT NULL,
    next_charge_at timestamp,
    cancelled_at   timestamp,
    created_at     timestamp NOT NULL,
    updated_at     timestamp NOT NULL
);
CREATE UNIQUE INDEX subscriptions_by_code ON subscriptions (account_id, code);
CREATE INDEX subscriptions_by_buyer ON subscriptions (account_id, buyer_id);

CREATE TABLE purchases (
    id                 text NOT NULL PRIMARY KEY,
    account_id         text NOT NULL,
    "transaction"      text NOT NULL,
    buyer_id           text NOT NULL REFERENCES buyers (id),
    product_id         text NOT NULL REFERENCES products (id),
    subscription_id    text NOT NULL,
    recurrence         integer NOT NULL,
    status             text NOT NULL,
    status_at          timestamp NOT NULL,
    raw_status         text NOT NULL,
    report_status      text NOT NULL,
    report_at          timestamp,
    amount             integer NOT NULL,
    currency           text NOT NULL,
    quantity           integer NOT NULL,
    payment_type       text NOT NULL,
    installments       integer NOT NULL,
    offer_code         text NOT NULL,
    has_affiliate      boolean NOT NULL,
    source             text NOT NULL,
    ordered_at         timestamp NOT NULL,
    approved_at        timestamp,
    guarantee_ends     timestamp,
    opened_at          timestamp,
    parent_transaction text NOT NULL,
    refunding          text NOT NULL,
    email_changes      integer NOT NULL,
    frozen_until       timestamp,
    revision           integer NOT NULL,
    created_at         timestamp NOT NULL,
    updated_at         timestamp NOT NULL
);
CREATE UNIQUE INDEX purchases_by_transaction ON purchases (account_id, "transaction");
CREATE INDEX purchases_by_time ON purchases (account_id, ordered_at DESC, id DESC);
CREATE INDEX purchases_by_product ON purchases (account_id, product_id, status, ordered_at DESC, id DESC);
CREATE INDEX purchases_by_status ON purchases (account_id, status, ordered_at DESC, id DESC);
CREATE INDEX purchases_by_buyer ON purchases (account_id, buyer_id, ordered_at DESC, id DESC);
CREATE INDEX purchases_by_subscription ON purchases (account_id, subscription_id, recurrence) WHERE subscription_id <> '';

CREATE TABLE access_grants (
    purchase_id text NOT NULL REFERENCES purchases (id) ON DELETE CASCADE,
    product_id  text NOT NULL REFERENCES products (id),
    account_id  text NOT NULL,
    active      boolean NOT NULL,
    opened_at   timestamp,
    sent_at     timestamp,
    sent_count  integer NOT NULL,
    created_at  timestamp NOT NULL,
    PRIMARY KEY (purchase_id, product_id)
);

CREATE TABLE proposals (
    id              text NOT NULL PRIMARY KEY,
    account_id      text NOT NULL,
    kind            text NOT NULL,
    purchase_id     text NOT NULL REFERENCES purchases (id),
    "transaction"   text NOT NULL,
    payload         blob,
    seal            text NOT NULL,
    verdict         blob,
    facts           text NOT NULL,
    asked_by        text NOT NULL,
    asked_by_name   text NOT NULL,
    asked_by_role   text NOT NULL,
    reason          text NOT NULL,
    amount          integer NOT NULL,
    currency        text NOT NULL,
    status          text NOT NULL,
    decided_by      text NOT NULL,
    decided_by_name text NOT NULL,
    decided_reason  text NOT NULL,
    decided_at      timestamp,
    replaced_by     text NOT NULL,
    request_key     text NOT NULL,
    reply_to        text NOT NULL,
    expires_at      timestamp NOT NULL,
    revision        integer NOT NULL,
    created_at      timestamp NOT NULL
);
-- At most one open question of a kind about a purchase: two people who ask at once share it.
CREATE UNIQUE INDEX proposals_one_open ON proposals (purchase_id, kind) WHERE status = 'open';
CREATE INDEX proposals_by_status ON proposals (account_id, status, expires_at, id);
CREATE INDEX proposals_by_purchase ON proposals (purchase_id, created_at);
CREATE INDEX proposals_by_request ON proposals (request_key) WHERE request_key <> '';

CREATE TABLE conversations (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    platform   text NOT NULL,
    chat       text NOT NULL,
    user_id    text NOT NULL,
    flow       text NOT NULL,
    open       boolean NOT NULL,
    revision   integer NOT NULL,
    blob       blob,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
CREATE INDEX conversations_open ON conversations (account_id, platform, chat, user_id, created_at DESC, id DESC) WHERE open;
CREATE INDEX conversations_by_age ON conversations (created_at) WHERE open;

CREATE TABLE cards (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    subject     text NOT NULL,
    platform    text NOT NULL,
    chat        text NOT NULL,
    message     text NOT NULL,
    identity_id text NOT NULL,
    locale      text NOT NULL,
    shared      boolean NOT NULL,
    revision    integer NOT NULL,
    created_at  timestamp NOT NULL,
    updated_at  timestamp NOT NULL
);
CREATE INDEX cards_by_subject ON cards (account_id, subject, created_at, id);
CREATE INDEX cards_by_message ON cards (account_id, platform, chat, message);

CREATE TABLE requests (
    "key"       text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    action      text NOT NULL,
    target      text NOT NULL,
    purchase_id text NOT NULL,
    actor       text NOT NULL,
    asked_by    text NOT NULL,
    payload     blob,
    state       text NOT NULL,
    detail      text NOT NULL,
    attempts    integer NOT NULL,
    reply_to    text NOT NULL,
    created_at  timestamp NOT NULL,
    updated_at  timestamp NOT NULL
);
CREATE INDEX requests_by_state ON requests (state, updated_at);
CREATE INDEX requests_by_actor ON requests (account_id, actor, action, created_at);
CREATE INDEX requests_by_target ON requests (account_id, target, action, created_at);

CREATE TABLE audit_entries (
    account_id text NOT NULL,
    seq        integer NOT NULL,
    at         timestamp NOT NULL,
    actor      text NOT NULL,
    actor_name text NOT NULL,
    asked_by   text NOT NULL,
    action     text NOT NULL,
    target     text NOT NULL,
    note       text NOT NULL,
    data       blob,
    prev       text NOT NULL,
    hash       text NOT NULL,
    PRIMARY KEY (account_id, seq)
);
CREATE INDEX audit_entries_by_target ON audit_entries (account_id, target, seq);

CREATE TABLE audit_heads (
    account_id text NOT NULL PRIMARY KEY,
    seq        integer NOT NULL,
    hash       text NOT NULL
);

CREATE TABLE inbound_events (
    account_id text NOT NULL,
    source     text NOT NULL,
    event_id   text NOT NULL,
    kind       text NOT NULL,
    payload    blob,
    result     text NOT NULL,
    at         timestamp NOT NULL,
    created_at timestamp NOT NULL,
    PRIMARY KEY (account_id, source, event_id)
);
CREATE INDEX inbound_events_by_age ON inbound_events (account_id, source, created_at);

CREATE TABLE mails (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    "key"      text NOT NULL,
    recipient  text NOT NULL,
    name       text NOT NULL,
    template   text NOT NULL,
    locale     text NOT NULL,
    "values"   blob,
    sent_at    timestamp,
    created_at timestamp NOT NULL
);
CREATE UNIQUE INDEX mails_by_key ON mails (account_id, "key");
CREATE INDEX mails_by_account ON mails (account_id, id);

CREATE TABLE web_messages (
    id         text NOT NULL PRIMARY KEY,
    account_id text NOT NULL,
    chat       text NOT NULL,
    reader     text NOT NULL,
    author     text NOT NULL,
    body       blob,
    revision   integer NOT NULL,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
CREATE INDEX web_messages_by_chat ON web_messages (account_id, chat, created_at DESC, id DESC);
CREATE INDEX web_messages_by_change ON web_messages (account_id, chat, updated_at);

-- +goose Down
DROP TABLE web_messages;
DROP TABLE mails;
DROP TABLE inbound_events;
DROP TABLE audit_heads;
DROP TABLE audit_entries;
DROP TABLE requests;
DROP TABLE cards;
DROP TABLE conversations;
DROP TABLE proposals;
DROP TABLE access_grants;
DROP TABLE purchases;
DROP TABLE subscriptions;
DROP TABLE bundle_items;
DROP TABLE products;
DROP TABLE identity_buyers;
DROP TABLE buyer_words;
DROP TABLE buyers;
DROP TABLE identities;
DROP TABLE people;
DROP TABLE accounts;
