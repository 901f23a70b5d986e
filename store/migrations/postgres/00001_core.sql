-- The tables of the core. They mirror store/models.go; a test compares both.
--
-- All text is COLLATE "C": compared byte by byte, as SQLite does. So both databases sort and match alike, a search by
-- prefix is a range of the plain index, and an operating system with new sorting rules does not break an index.
--
-- Foreign keys stand between the things of the shop. What only logs, routes or waits (conversations, requests, mails,
-- audit entries …) has none: it is written in the hot transaction, and it must outlive what it speaks of.

-- +goose Up
CREATE TABLE accounts (
    id            text COLLATE "C" NOT NULL PRIMARY KEY,
    name          text COLLATE "C" NOT NULL,
    locale        text COLLATE "C" NOT NULL,
    timezone      text COLLATE "C" NOT NULL,
    currency      text COLLATE "C" NOT NULL,
    support_email text COLLATE "C" NOT NULL,
    created_at    timestamptz NOT NULL
);

CREATE TABLE people (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id text COLLATE "C" NOT NULL REFERENCES accounts (id),
    name       text COLLATE "C" NOT NULL,
    role       text COLLATE "C" NOT NULL,
    locale     text COLLATE "C" NOT NULL,
    removed    boolean NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX people_by_account ON people (account_id, name);

CREATE TABLE identities (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id text COLLATE "C" NOT NULL REFERENCES accounts (id),
    platform   text COLLATE "C" NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    person_id  text COLLATE "C" NOT NULL,
    chat       text COLLATE "C" NOT NULL,
    locale     text COLLATE "C" NOT NULL,
    platform_locale text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX identities_by_user ON identities (account_id, platform, user_id);
CREATE INDEX identities_by_person ON identities (account_id, person_id) WHERE person_id <> '';

CREATE TABLE buyers (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id text COLLATE "C" NOT NULL REFERENCES accounts (id),
    email      text COLLATE "C" NOT NULL,
    email_key  text COLLATE "C" NOT NULL,
    name       text COLLATE "C" NOT NULL,
    locale     text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX buyers_by_email ON buyers (account_id, email_key);

CREATE TABLE buyer_words (
    account_id text COLLATE "C" NOT NULL,
    word       text COLLATE "C" NOT NULL,
    buyer_id   text COLLATE "C" NOT NULL REFERENCES buyers (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, word, buyer_id)
);
CREATE INDEX buyer_words_by_buyer ON buyer_words (buyer_id);

CREATE TABLE identity_buyers (
    identity_id text COLLATE "C" NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    buyer_id    text COLLATE "C" NOT NULL REFERENCES buyers (id) ON DELETE CASCADE,
    account_id  text COLLATE "C" NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (identity_id, buyer_id)
);
CREATE INDEX identity_buyers_by_buyer ON identity_buyers (buyer_id);

CREATE TABLE products (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id     text COLLATE "C" NOT NULL REFERENCES accounts (id),
    code           text COLLATE "C" NOT NULL,
    name           text COLLATE "C" NOT NULL,
    name_key       text COLLATE "C" NOT NULL,
    kind           text COLLATE "C" NOT NULL,
    access_url     text COLLATE "C" NOT NULL,
    guarantee_days bigint NOT NULL,
    support_email  text COLLATE "C" NOT NULL,
    created_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX products_by_code ON products (account_id, code);
CREATE INDEX products_by_name ON products (account_id, name_key, id);

CREATE TABLE bundle_items (
    bundle_id  text COLLATE "C" NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    product_id text COLLATE "C" NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    account_id text COLLATE "C" NOT NULL,
    position   bigint NOT NULL,
    PRIMARY KEY (bundle_id, product_id)
);
CREATE INDEX bundle_items_by_product ON bundle_items (product_id);

CREATE TABLE subscriptions (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id     text COLLATE "C" NOT NULL,
    code           text COLLATE "C" NOT NULL,
    buyer_id       text COLLATE "C" NOT NULL REFERENCES buyers (id),
    product_id     text COLLATE "C" NOT NULL REFERENCES products (id),
    plan           text COLLATE "C" NOT NULL,
    status         text COLLATE "C" NOT NULL,
    status_at      timestamptz NOT NULL,
    next_charge_at timestamptz,
    cancelled_at   timestamptz,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX subscriptions_by_code ON subscriptions (account_id, code);
CREATE INDEX subscriptions_by_buyer ON subscriptions (account_id, buyer_id);

CREATE TABLE purchases (
    id                 text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id         text COLLATE "C" NOT NULL,
    "transaction"      text COLLATE "C" NOT NULL,
    buyer_id           text COLLATE "C" NOT NULL REFERENCES buyers (id),
    product_id         text COLLATE "C" NOT NULL REFERENCES products (id),
    subscription_id    text COLLATE "C" NOT NULL,
    recurrence         bigint NOT NULL,
    status             text COLLATE "C" NOT NULL,
    status_at          timestamptz NOT NULL,
    raw_status         text COLLATE "C" NOT NULL,
    report_status      text COLLATE "C" NOT NULL,
    report_at          timestamptz,
    amount             bigint NOT NULL,
    currency           text COLLATE "C" NOT NULL,
    quantity           bigint NOT NULL,
    payment_type       text COLLATE "C" NOT NULL,
    installments       bigint NOT NULL,
    offer_code         text COLLATE "C" NOT NULL,
    has_affiliate      boolean NOT NULL,
    source             text COLLATE "C" NOT NULL,
    ordered_at         timestamptz NOT NULL,
    approved_at        timestamptz,
    guarantee_ends     timestamptz,
    opened_at          timestamptz,
    parent_transaction text COLLATE "C" NOT NULL,
    refunding          text COLLATE "C" NOT NULL,
    email_changes      bigint NOT NULL,
    frozen_until       timestamptz,
    revision           bigint NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX purchases_by_transaction ON purchases (account_id, "transaction");
CREATE INDEX purchases_by_time ON purchases (account_id, ordered_at DESC, id DESC);
CREATE INDEX purchases_by_product ON purchases (account_id, product_id, status, ordered_at DESC, id DESC);
CREATE INDEX purchases_by_status ON purchases (account_id, status, ordered_at DESC, id DESC);
CREATE INDEX purchases_by_buyer ON purchases (account_id, buyer_id, ordered_at DESC, id DESC);
CREATE INDEX purchases_by_subscription ON purchases (account_id, subscription_id, recurrence) WHERE subscription_id <> '';

CREATE TABLE access_grants (
    purchase_id text COLLATE "C" NOT NULL REFERENCES purchases (id) ON DELETE CASCADE,
    product_id  text COLLATE "C" NOT NULL REFERENCES products (id),
    account_id  text COLLATE "C" NOT NULL,
    active      boolean NOT NULL,
    opened_at   timestamptz,
    sent_at     timestamptz,
    sent_count  bigint NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (purchase_id, product_id)
);

CREATE TABLE proposals (
    id              text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id      text COLLATE "C" NOT NULL,
    kind            text COLLATE "C" NOT NULL,
    purchase_id     text COLLATE "C" NOT NULL REFERENCES purchases (id),
    "transaction"   text COLLATE "C" NOT NULL,
    payload         bytea,
    seal            text COLLATE "C" NOT NULL,
    verdict         bytea,
    facts           text COLLATE "C" NOT NULL,
    asked_by        text COLLATE "C" NOT NULL,
    asked_by_name   text COLLATE "C" NOT NULL,
    asked_by_role   text COLLATE "C" NOT NULL,
    reason          text COLLATE "C" NOT NULL,
    amount          bigint NOT NULL,
    currency        text COLLATE "C" NOT NULL,
    status          text COLLATE "C" NOT NULL,
    decided_by      text COLLATE "C" NOT NULL,
    decided_by_name text COLLATE "C" NOT NULL,
    decided_reason  text COLLATE "C" NOT NULL,
    decided_at      timestamptz,
    replaced_by     text COLLATE "C" NOT NULL,
    request_key     text COLLATE "C" NOT NULL,
    reply_to        text COLLATE "C" NOT NULL,
    expires_at      timestamptz NOT NULL,
    revision        bigint NOT NULL,
    created_at      timestamptz NOT NULL
);
-- At most one open question of a kind about a purchase: two people who ask at once share it.
CREATE UNIQUE INDEX proposals_one_open ON proposals (purchase_id, kind) WHERE status = 'open';
CREATE INDEX proposals_by_status ON proposals (account_id, status, expires_at, id);
CREATE INDEX proposals_by_purchase ON proposals (purchase_id, created_at);
CREATE INDEX proposals_by_request ON proposals (request_key) WHERE request_key <> '';

-- Room in the pages, so that a turn's update stays where it is and touches no index.
CREATE TABLE conversations (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id text COLLATE "C" NOT NULL,
    platform   text COLLATE "C" NOT NULL,
    chat       text COLLATE "C" NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    flow       text COLLATE "C" NOT NULL,
    open       boolean NOT NULL,
    revision   bigint NOT NULL,
    blob       bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX conversations_open ON conversations (account_id, platform, chat, user_id, created_at DESC, id DESC) WHERE open;
CREATE INDEX conversations_by_age ON conversations (created_at) WHERE open;

CREATE TABLE cards (
    id          text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id  text COLLATE "C" NOT NULL,
    subject     text COLLATE "C" NOT NULL,
    platform    text COLLATE "C" NOT NULL,
    chat        text COLLATE "C" NOT NULL,
    message     text COLLATE "C" NOT NULL,
    identity_id text COLLATE "C" NOT NULL,
    locale      text COLLATE "C" NOT NULL,
    shared      boolean NOT NULL,
    revision    bigint NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX cards_by_subject ON cards (account_id, subject, created_at, id);
CREATE INDEX cards_by_message ON cards (account_id, platform, chat, message);

CREATE TABLE requests (
    "key"       text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id  text COLLATE "C" NOT NULL,
    action      text COLLATE "C" NOT NULL,
    target      text COLLATE "C" NOT NULL,
    purchase_id text COLLATE "C" NOT NULL,
    actor       text COLLATE "C" NOT NULL,
    asked_by    text COLLATE "C" NOT NULL,
    payload     bytea,
    state       text COLLATE "C" NOT NULL,
    detail      text COLLATE "C" NOT NULL,
    attempts    bigint NOT NULL,
    reply_to    text COLLATE "C" NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE INDEX requests_by_state ON requests (state, updated_at);
CREATE INDEX requests_by_actor ON requests (account_id, actor, action, created_at);
CREATE INDEX requests_by_target ON requests (account_id, target, action, created_at);

CREATE TABLE audit_entries (
    account_id text COLLATE "C" NOT NULL,
    seq        bigint NOT NULL,
    at         timestamptz NOT NULL,
    actor      text COLLATE "C" NOT NULL,
    actor_name text COLLATE "C" NOT NULL,
    asked_by   text COLLATE "C" NOT NULL,
    action     text COLLATE "C" NOT NULL,
    target     text COLLATE "C" NOT NULL,
    note       text COLLATE "C" NOT NULL,
    data       bytea,
    prev       text COLLATE "C" NOT NULL,
    hash       text COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, seq)
);
CREATE INDEX audit_entries_by_target ON audit_entries (account_id, target, seq);

CREATE TABLE audit_heads (
    account_id text COLLATE "C" NOT NULL PRIMARY KEY,
    seq        bigint NOT NULL,
    hash       text COLLATE "C" NOT NULL
) WITH (fillfactor = 10);

CREATE TABLE inbound_events (
    account_id text COLLATE "C" NOT NULL,
    source     text COLLATE "C" NOT NULL,
    event_id   text COLLATE "C" NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    payload    bytea,
    result     text COLLATE "C" NOT NULL,
    at         timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, source, event_id)
);
CREATE INDEX inbound_events_by_age ON inbound_events (account_id, source, created_at);

CREATE TABLE mails (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id text COLLATE "C" NOT NULL,
    "key"      text COLLATE "C" NOT NULL,
    recipient  text COLLATE "C" NOT NULL,
    name       text COLLATE "C" NOT NULL,
    template   text COLLATE "C" NOT NULL,
    locale     text COLLATE "C" NOT NULL,
    "values"   bytea,
    sent_at    timestamptz,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX mails_by_key ON mails (account_id, "key");
CREATE INDEX mails_by_account ON mails (account_id, id);

CREATE TABLE web_messages (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    account_id text COLLATE "C" NOT NULL,
    chat       text COLLATE "C" NOT NULL,
    reader     text COLLATE "C" NOT NULL,
    author     text COLLATE "C" NOT NULL,
    body       bytea,
    revision   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 80);
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
