-- Who is asked what he thinks, of what and when. Nothing has written the table that was there.

-- +goose Up
DROP TABLE feedback_asks;
CREATE TABLE feedback_asks (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    about       text NOT NULL,
    buyer_id    text NOT NULL,
    purchase_id text NOT NULL,
    product_id  text NOT NULL,
    identity_id text NOT NULL,
    state       text NOT NULL,
    due_at      timestamptz NOT NULL,
    asked_at    timestamptz,
    created_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX feedback_asks_about ON feedback_asks (account_id, about);
CREATE INDEX feedback_asks_due ON feedback_asks (account_id, due_at, id) WHERE state = 'due';
CREATE INDEX feedback_asks_by_buyer ON feedback_asks (buyer_id, asked_at);
CREATE INDEX feedback_asks_old ON feedback_asks (created_at) WHERE state <> 'due';

-- What was said is forgotten some day.
CREATE INDEX feedback_old ON feedback (created_at) WHERE buyer_id <> '' OR identity_id <> '' OR comment <> '';

-- +goose Down
DROP INDEX feedback_old;
DROP TABLE feedback_asks;
CREATE TABLE feedback_asks (
    account_id  text NOT NULL,
    about       text NOT NULL,
    buyer_id    text NOT NULL,
    identity_id text NOT NULL,
    state       text NOT NULL,
    asked_at    timestamptz NOT NULL,
    PRIMARY KEY (account_id, about)
);
CREATE INDEX feedback_asks_by_buyer ON feedback_asks (buyer_id, asked_at);
